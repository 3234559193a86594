"""The source beside the answer, over real documents: opened by its number, closed by Escape."""

import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from fakes import answer
from playwright.sync_api import Browser, Page
from web.whole import SAMPLES, SPACE, Reader, Whole, expect, reader, whole

from app.answering.events import AnswerSentence, Citation
from app.people.access import EVERYONE, Right
from app.people.conversations.store import Conversations
from app.people.conversations.turns import SavedTurn
from app.people.sources.links import document_link
from app.people.sources.locating import text_lines
from vectorstore.records import Hit

pytestmark = pytest.mark.browser

LIVE = "#sr-live .sr-turn"
PANE = "#sr-pane"
QUOTE = "Full-time employees have 28 working days of annual leave in each calendar year."
SWISS = (
    "Country: Switzerland; Meal allowance for a full day (EUR): 72; "
    "Hotel limit per night (EUR): 195"
)


@dataclass
class Company:
    """The running application, and a conversation of Kim's with three sources."""

    served: Whole
    address: str


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    folder = tmp_path_factory.mktemp("pane")
    with whole(folder, {"kim": "Kim Li", "lee": "", "boss": "The Boss"}) as served:
        served.home.ingest([SAMPLES], space=SPACE)
        kim = served.house.people.named("kim")
        assert kim is not None
        hits = [holding(served, *place) for place in (
            ("employee-handbook.pdf", "28 working days"), ("travel-policy.docx", "Switzerland"),
            ("security.html", ""),
        )]  # fmt: skip
        quotes = (QUOTE, SWISS, hits[2].text.split(". ", maxsplit=1)[0])
        citations = [
            Citation(n + 4, hit.document, hit.page, hit.heading, quote, hit.chunk_id, hit.space)
            for n, (hit, quote) in enumerate(zip(hits, quotes, strict=True))
        ]
        sentences = [AnswerSentence(one.quote, (one.n,), True) for one in citations]
        made = answer("leave?", sentences, citations, passages=hits)
        with closing(Conversations(folder / "conversations.sqlite3")) as talks:
            talks.keep(kim.id, "talk", SavedTurn(1, "leave?", "done", answer=made, spaces=(SPACE,)),
                       begins=True)  # fmt: skip
        yield Company(served, served.url + "/?c=talk")


def holding(served: Whole, name: str, words: str) -> Hit:
    return next(hit for hit in served.home.index.chunks(SPACE, name) if words in hit.text)


@pytest.fixture
def kim(browser: Browser, company: Company) -> Iterator[Reader]:
    with reader(browser, company.served.url) as found:
        yield found


def opened(kim: Reader, company: Company) -> Page:
    page = kim.sign_in("kim")
    page.goto(company.address)
    expect(page.locator(f"{LIVE} .sr-number")).to_have_count(3)
    return page


def test_a_number_opens_its_page_beside_the_answer(kim: Reader, company: Company) -> None:
    page = opened(kim, company)
    expect(page.locator(f"{LIVE} a.sr-cite")).to_have_text(["1", "2", "3"])
    page.locator(f"{LIVE} a.sr-cite").first.click()
    expect(page.locator(f"{PANE} .so-count")).to_have_text(re.compile(r"\b6\b"))
    expect(page.locator(f"{PANE} .so-mark").first).to_be_in_viewport()
    answer, pane = (
        page.locator(f"{LIVE} .sr-prose").bounding_box(),
        page.locator(PANE).bounding_box(),
    )
    assert answer is not None
    assert pane is not None
    assert answer["x"] + answer["width"] <= pane["x"]  # beside, not over
    assert page.url == company.address + "&s=1.1"
    page.locator(f"{PANE} [rel=next]").click()
    expect(page.locator(f"{PANE} .so-count")).to_have_text(re.compile(r"\b7\b"))
    page.locator(f"{PANE} .so-scroll").press("ArrowLeft")
    expect(page.locator(f"{PANE} .so-count")).to_have_text(re.compile(r"\b6\b"))
    siblings = page.locator("#sr-pane-siblings a")
    expect(siblings).to_have_text(["1", "2", "3"])
    siblings.nth(1).click()
    expect(page.locator(f"{PANE} mark", has_text="Switzerland")).to_be_in_viewport()
    expect(siblings.nth(1)).to_have_attribute("aria-current", "true")
    assert page.url.endswith("&s=1.2")
    expect(page.locator("#sr-pane-whole")).to_have_attribute("href", re.compile("travel-policy"))
    page.keyboard.press("Escape")
    expect(page.locator(PANE)).to_be_hidden()
    assert page.url == company.address


def test_escape_gives_the_focus_back(kim: Reader, company: Company) -> None:
    page = opened(kim, company)
    number = page.locator(f"{LIVE} a.sr-cite").nth(2)
    number.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#sr-pane-title")).to_be_focused()
    expect(page.locator(f"{PANE} #passage")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(PANE)).to_be_hidden()
    expect(number).to_be_focused()


def test_the_pane_has_an_address_and_the_way_back(kim: Reader, company: Company) -> None:
    page = opened(kim, company)
    page.goto(company.address + "&s=1.2")
    expect(page.locator(f"{PANE} mark", has_text="Switzerland")).to_be_visible()
    page.locator("#sr-pane-siblings a").first.click()
    expect(page.locator(f"{PANE} .so-count")).to_be_visible()
    page.go_back()
    expect(page.locator(f"{PANE} mark", has_text="Switzerland")).to_be_visible()
    page.goto(company.address + "&s=9.9")  # there is no such source
    expect(page.locator(f"{LIVE} .sr-number")).to_have_count(3)
    expect(page.locator(PANE)).to_be_hidden()


def test_on_a_phone_the_source_is_a_sheet(kim: Reader, company: Company) -> None:
    page = opened(kim, company)
    page.set_viewport_size({"width": 390, "height": 844})
    page.locator(f"{LIVE} a.sr-cite").first.click()
    expect(page.locator(f"{PANE} .so-mark").first).to_be_in_viewport()
    sheet = page.locator(PANE).bounding_box()
    assert sheet is not None
    assert (sheet["x"], sheet["width"]) == (0, 390)
    assert sheet["y"] > 60
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.get_by_role("button", name="Close the source").click()
    expect(page.locator(PANE)).to_be_hidden()


def test_a_pages_words_can_be_found_and_read_aloud(kim: Reader, company: Company) -> None:
    page = opened(kim, company)
    page.locator(f"{LIVE} a.sr-cite").first.click()
    line = page.locator(f"{PANE} .so-words text", has_text="28 working days").first
    expect(line).to_be_visible()
    words, mark = line.bounding_box(), page.locator(f"{PANE} .so-mark").first.bounding_box()
    assert words is not None
    assert mark is not None
    assert abs(words["x"] - mark["x"]) < 8  # it lies over its own picture
    assert abs(words["y"] - mark["y"]) < 12
    assert words["width"] >= mark["width"] - 8


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pane_has_no_barrier(browser: Browser, company: Company, scheme: str) -> None:
    with reader(browser, company.served.url, scheme) as at:
        page = opened(at, company)
        for n in range(3):
            page.locator(f"{LIVE} a.sr-cite").nth(n).click()
            expect(page.locator(f"{PANE} .so-sheet")).to_be_visible()
            expect(page.locator(PANE)).not_to_have_attribute("aria-busy", "true")
            found = [
                f"{rule['id']}: {node['html'][:160]}"
                for rule in Axe().run(page).response["violations"]
                if rule["impact"] in ("serious", "critical")
                for node in rule["nodes"]
            ]
            assert found == []


def test_a_bare_source_is_only_its_readers(company: Company) -> None:
    served = company.served
    served.home.ingest([SAMPLES / "security.html"], space="vault")
    with (
        served.client("kim") as kim,
        httpx.Client(base_url=served.url, trust_env=False) as stranger,
    ):
        own = kim.get(document_link(SPACE, "security.html") + "&bare=1")
        assert own.status_code == 200
        assert "<html" not in own.text
        assert 'class="so-text"' in own.text
        held = kim.get(document_link("vault", "security.html") + "&bare=1")
        absent = kim.get(document_link("vault", "nowhere.html") + "&bare=1")
        assert (held.status_code, absent.status_code) == (404, 404)
        assert held.text == absent.text
        refused = stranger.get(document_link(SPACE, "security.html") + "&bare=1",
                               headers={"sec-fetch-mode": "cors"})  # fmt: skip
        assert refused.status_code == 401


def test_a_table_over_several_passages_is_one_table(company: Company) -> None:
    passages = company.served.home.index.chunks(SPACE, "suppliers.csv")
    assert len(passages) > 1
    with company.served.client("kim") as kim:
        page = kim.get(document_link(SPACE, "suppliers.csv")).text
    assert page.count("<table") == 1
    assert page.count("<thead") == 1
    rows = sum(len(hit.text.splitlines()) for hit in passages)
    assert page.count("<tr") == rows + 1  # and the head


def test_lines_of_a_page_are_its_words_with_their_boxes() -> None:
    text = "One two\nthree"
    boxes = [(n * 10, 0, n * 10 + 10, 12) for n in range(7)] + [(0, 0, 0, 0)]
    boxes += [(n * 10, 20, n * 10 + 10, 32) for n in range(5)]
    assert text_lines(text, boxes) == [("One two", (0, 0, 70, 12)), ("three", (0, 20, 50, 32))]
    far = [(0, 0, 10, 12), (900, 400, 910, 412)]  # two columns in one line of the text
    assert [words for words, _ in text_lines("ab", far)] == ["a", "b"]
    assert text_lines("", []) == []


def test_a_shared_answer_is_its_readers_with_its_sources_beside_it(
    browser: Browser, company: Company
) -> None:
    people = company.served.house.people
    with reader(browser, company.served.url) as mine:
        page = mine.sign_in("kim", "/conversation/talk/share")
        page.locator("#ss-name").fill("lee")
        page.locator("#ss-name").press("Enter")
        expect(page.get_by_role("button", name="Stop sharing with lee")).to_be_visible()
    with reader(browser, company.served.url) as theirs:
        page = theirs.sign_in("lee", "/shared")
        page.get_by_role("link", name="leave?").click()
        expect(page.locator(".ss-turn")).to_contain_text("28 working days")
        page.wait_for_load_state()  # its script is awake
        address = page.url
        first = page.locator("#content a[data-source]").first
        first.click()
        expect(page.locator(f"{PANE} .so-mark").first).to_be_in_viewport()
        expect(page.locator("#sr-pane-siblings a")).to_have_text(["1", "2", "3"])
        page.locator("#sr-pane-siblings a").nth(1).click()
        expect(page.locator(f"{PANE} mark", has_text="Switzerland")).to_be_in_viewport()
        assert page.url == address + "?s=1.2"
        page.reload()  # it has an address of its own
        expect(page.locator(f"{PANE} mark", has_text="Switzerland")).to_be_in_viewport()
        page.keyboard.press("Escape")
        expect(page.locator(PANE)).to_be_hidden()
        assert page.url == address
        theirs.assert_clean()
        people.revoke(SPACE, EVERYONE)
        try:
            page.reload()
            expect(page.locator(".ss-turn .sp-note")).to_be_visible()
            assert "28 working days" not in page.content()
        finally:
            people.grant(SPACE, EVERYONE, Right.READ)
    for name in ("boss", "kim"):  # an administrator, too, is not its reader; its owner is
        with company.served.client(name) as other:
            answered = other.get(address)
            assert (answered.status_code, "leave?" in answered.text) == (
                (404, False) if name == "boss" else (200, True)
            )
