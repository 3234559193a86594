"""A working day in the real application: browser, people, documents, the starter model."""

import io
import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from openpyxl import load_workbook
from people.people_fakes import GOOD
from playwright.sync_api import Browser, Page
from web.whole import SAMPLES, SPACE, Reader, Whole, expect, reader, ready, whole

from app.people.access import private_space
from app.people.sources.links import document_link

pytestmark = pytest.mark.browser

LEAVE = "How many days of annual leave does a full-time employee have?"
LIVE = "#sr-live .sr-turn"
NOTE = "The canary in room 12 is called Pavarotti and eats 14 sunflower seeds a day."
# Notes each stage that the turn on the way goes through.
STAGES = """
window.stages = [];
new MutationObserver(() => {
  const stage = document.querySelector("#sr-live .sr-turn")?.dataset.stage;
  if (stage && stage !== window.stages.at(-1)) window.stages.push(stage);
}).observe(document, {subtree: true, childList: true, attributes: true});
"""


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Whole]:
    people = {"kim": "Kim Li", "lee": "", "boss": "The Boss"}
    with whole(tmp_path_factory.mktemp("company"), people) as served:
        served.home.ingest([SAMPLES], space=SPACE)
        ready(served.home)
        yield served


@pytest.fixture
def kim(browser: Browser, company: Whole) -> Iterator[Reader]:
    with reader(browser, company.url) as found:
        yield found


def ask(page: Page, question: str, until: str = "done") -> None:
    expect(page.locator("#sr-first")).to_have_count(0)  # until then the page is not awake
    expect(page.locator(".sr-scope")).to_be_visible()
    box = page.locator("#sr-question-box textarea")
    box.fill(question)
    box.press("Enter")
    expect(page.locator(f"{LIVE} .sr-question")).to_have_text(question)
    expect(page.locator(LIVE)).to_have_attribute("data-stage", until)


def cited(page: Page, document: str) -> Page:
    """The tab that a citation of this document opens, where its reader wants one."""
    card = page.locator(f"{LIVE} .sr-card", has_text=document).first
    with page.context.expect_page() as opened:
        card.locator("a").first.click(modifiers=["Control"])
    opened.value.wait_for_load_state()
    return opened.value


def test_ask_watch_open_the_page_follow_up_and_leave(kim: Reader) -> None:
    kim.context.add_init_script(STAGES)
    page = kim.sign_in("kim")
    ask(page, LEAVE)
    stages = page.evaluate("window.stages")
    shown = [stage for stage in stages if stage in ("searching", "reading", "writing", "done")]
    assert shown[-4:] == ["searching", "reading", "writing", "done"]
    expect(page.locator(f"{LIVE} .sr-answer")).to_contain_text("28")
    source = cited(page, "employee-handbook.pdf")
    expect(source.locator(".so-count")).to_contain_text("6")
    sheet = source.locator(".so-paper img")
    assert sheet.evaluate("image => image.decode().then(() => image.naturalWidth)") > 500
    paper, mark = sheet.bounding_box(), source.locator(".so-mark").first.bounding_box()
    assert paper is not None
    assert mark is not None
    assert paper["x"] < mark["x"] < mark["x"] + mark["width"] < paper["x"] + paper["width"]
    assert paper["y"] < mark["y"] < paper["y"] + paper["height"]
    source.locator("[rel=next]").click()
    expect(source.locator(".so-count")).to_contain_text("7")
    source.close()
    ask(page, "And how many of them may be carried over into the next year?")
    expect(page.locator("#sr-past .sr-question")).to_have_text(LEAVE)
    page.locator(".sr-account summary").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.locator("#password")).to_be_visible()
    for path in ("/", "/documents", "/questionnaires", document_link(SPACE, "security.html")):
        page.goto(kim.url + path)
        expect(page.locator("#password")).to_be_visible()


def test_who_signs_out_in_mid_answer_finds_it_when_they_are_back(kim: Reader) -> None:
    page = kim.sign_in("kim")
    ask(page, LEAVE, until="writing")
    other = kim.context.new_page()
    other.goto(kim.url + "/account")
    other.get_by_role("button", name="Sign out").first.click()
    expect(other.locator("#password")).to_be_visible()
    address = page.url
    page.goto(address)
    expect(page.locator("#password")).to_be_visible()
    assert "28" not in page.locator("body").inner_text()
    page.locator("#name").fill("kim")
    page.locator("#password").fill(GOOD)
    page.locator("#password").press("Enter")
    page.wait_for_url(address)
    expect(page.locator(LIVE)).to_have_attribute("data-stage", "done")
    expect(page.locator(f"{LIVE} .sr-answer")).to_contain_text("28")
    for watched in kim.watched:
        watched.errors.clear()  # Gradio's streams that end with the session


def test_an_answer_is_stopped_and_a_text_is_opened_at_its_passage(kim: Reader) -> None:
    page = kim.sign_in("kim")
    ask(page, LEAVE, until="writing")
    page.locator("#sr-stop").click()
    expect(page.locator(LIVE)).to_have_attribute("data-stage", "stopped")
    ask(page, "How much is the meal allowance for a full day in Switzerland?")
    expect(page.locator(f"{LIVE} .sr-answer")).to_contain_text("72")
    source = cited(page, "travel-policy.docx")
    expect(source.locator("#passage")).to_be_in_viewport()
    expect(source.locator("#passage mark").first).to_be_visible()
    expect(source.locator("#passage")).to_contain_text("Switzerland")


def test_what_one_uploads_is_found_by_oneself_alone(
    kim: Reader, browser: Browser, company: Whole
) -> None:
    page = kim.sign_in("kim", "/documents")
    with page.expect_file_chooser() as chooser:
        page.locator("#sd-files").click()
    chooser.value.set_files(
        {"name": "canary.md", "mimeType": "text/markdown", "buffer": f"# Pets\n\n{NOTE}".encode()}
    )
    expect(page.locator(".sd-table")).to_contain_text("canary.md")
    page.locator(".sd-table a", has_text="canary.md").click()
    expect(page.locator("#content")).to_contain_text("Pavarotti")
    kims = [page.url.removeprefix(kim.url)]
    page.get_by_role("link", name="Ask", exact=True).click()
    ask(page, "What is the canary in room 12 called?")
    expect(page.locator(f"{LIVE} .sr-answer")).to_contain_text("Pavarotti")
    source = cited(page, "canary.md")
    expect(source.locator("mark").first).to_contain_text("Pavarotti")
    space = private_space(company.house.people.named("kim"))
    kims += [
        source.url.removeprefix(kim.url).partition("#")[0],
        document_link(space, "canary.md", part="original"),
        f"/documents?space={space}",
        page.url.removeprefix(kim.url),
    ]
    for path in kims[:4]:
        assert kim.context.request.get(kim.url + path).status == 200
    with reader(browser, company.url) as lee:
        other = lee.sign_in("lee")
        ask(other, "What is the canary in room 12 called?")
        expect(other.locator("body")).not_to_contain_text("Pavarotti")
        expect(other.locator("body")).not_to_contain_text("canary.md")
        for path in kims[:4]:
            answered = lee.context.request.get(lee.url + path)
            assert answered.status == 404
            assert "Pavarotti" not in answered.text()
        other.goto(lee.url + kims[4])
        expect(other.locator(".sr-welcome")).to_contain_text("There is no such conversation")
        expect(other.locator("body")).not_to_contain_text("Pavarotti")


def test_that_a_stronger_model_is_missing_is_told_to_administrators_alone(
    kim: Reader, browser: Browser, company: Whole
) -> None:
    page = kim.sign_in("kim")
    expect(page.locator(".sr-welcome")).to_be_visible()
    expect(page.locator(".sr-notice")).to_have_count(0)
    with reader(browser, company.url) as boss:
        own = boss.sign_in("boss")
        expect(own.get_by_role("link", name="Add a stronger one")).to_have_attribute(
            "href", "/administration/models"
        )
        own.goto(boss.url + "/administration")
        expect(own.locator("body")).to_contain_text("too small to trust")


def test_a_questionnaire_comes_back_as_a_workbook(kim: Reader) -> None:
    page = kim.sign_in("kim")
    page.locator(".sr-account summary").click()
    page.get_by_role("link", name="Questionnaires").click()
    with page.expect_file_chooser() as chooser:
        page.locator("#sq-choose").click()
    rows = f"{LEAVE}\nWhat is the unit price of the Heron meter HR-100-E?\n"
    chooser.value.set_files(
        {"name": "audit.txt", "mimeType": "text/plain", "buffer": rows.encode()}
    )
    expect(page.locator(".sq-sum")).to_contain_text("2 questions")
    page.get_by_role("button", name="Begin").click()
    run = page.locator(".sq-run", has_text="audit.txt")
    expect(run).to_have_attribute("data-state", "done")
    with page.expect_download() as download:
        run.get_by_role("link", name="XLSX").click()
    book = load_workbook(io.BytesIO(download.value.path().read_bytes()))
    read_results_with_their_evidence(page)
    cells = [
        str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row
    ]
    assert LEAVE in cells
    assert any(re.search(r"\b28\b", cell) for cell in cells)
    assert any("employee-handbook.pdf" in cell for cell in cells)


def read_results_with_their_evidence(page: Page) -> None:
    """From the list of questionnaires to a row's evidence, beside it; and back."""
    run = page.locator(".sq-run", has_text="audit.txt")
    run.get_by_role("link", name="Read").first.click()
    evidence = page.locator("[data-source]", has_text="employee-handbook.pdf").first
    page.wait_for_load_state()  # its script is awake
    evidence.click()
    expect(page.locator("#sr-pane .so-mark").first).to_be_in_viewport()
    page.keyboard.press("Escape")
    expect(page.locator("#sr-pane")).to_be_hidden()
    expect(evidence).to_be_focused()
    page.emulate_media(media="print")
    expect(page.locator(".sp-nav")).to_be_hidden()
    expect(evidence).to_be_visible()
    page.emulate_media(media="screen")


SERIOUS = ("serious", "critical")
PAGES = {
    "kim": (
        "/account",
        "/account/password",
        "/documents",
        f"/documents?space={SPACE}",
        f"/documents/one?space={SPACE}&name=employee-handbook.pdf",
        f"/documents/questions?space={SPACE}",
        "/questionnaires",
        document_link(SPACE, "employee-handbook.pdf", page=6, quote="28 working days"),
        document_link(SPACE, "price-list.xlsx"),
        document_link(SPACE, "security.html"),
        document_link(SPACE, "nowhere.pdf"),
    ),
    "boss": (
        *(f"/administration{part}" for part in ("", "/people", "/spaces", "/models", "/keys")),
        "/account/keys",
        "/api",
    ),
}


def barriers(page: Page) -> list[str]:
    return [
        f"{page.url} {rule['id']}: {node['html'][:160]} {node.get('failureSummary', '')[:300]}"
        for rule in Axe().run(page).response["violations"]
        if rule["impact"] in SERIOUS
        for node in rule["nodes"]
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_no_page_has_a_barrier(browser: Browser, company: Whole, name: str, scheme: str) -> None:
    found = []
    with reader(browser, company.url, scheme) as at:
        at.page.goto(company.url + "/sign-in")
        found += barriers(at.page)
        at.sign_in(name)
        for path in PAGES[name]:
            at.page.goto(company.url + path)
            found += barriers(at.page)
            assert at.page.locator("h1").count() == 1, path
        at.watched[0].errors[:] = [e for e in at.watched[0].errors if "404" not in e]
    assert found == []
