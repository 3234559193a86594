"""The library: everybody sees what they may read, finds it, looks into it and asks about it."""

import struct
from collections.abc import Iterator

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser
from web.signing_in import token_of
from web.whole import SAMPLES, SPACE, Reader, Whole, expect, reader, whole

from app.governance.audit.reading import records
from app.people.access import EVERYONE, Right, private_space

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Whole]:
    people = {"kim": "Kim Li", "lee": "", "boss": "The Boss"}
    with whole(tmp_path_factory.mktemp("library"), people) as served:
        served.home.ingest([SAMPLES], space=SPACE)
        served.house.people.grant("notices", EVERYONE, Right.READ)
        served.home.ingest([SAMPLES / "security.html"], space="notices")
        served.home.ingest([SAMPLES / "suppliers.csv"], space="vault")
        lee = served.house.people.named("lee")
        served.home.ingest([SAMPLES / "release-notes.md"], space=private_space(lee))
        yield served


@pytest.fixture
def kim(browser: Browser, company: Whole) -> Iterator[Reader]:
    with reader(browser, company.url) as found:
        yield found


def test_one_finds_looks_into_and_asks_about_a_document(kim: Reader) -> None:
    page = kim.sign_in("kim", "/library")
    expect(page.locator(".sl-count")).to_contain_text("11 documents")
    expect(page.locator(".sl-item")).to_have_count(11)
    page.locator("#sl-kind").select_option("PDF")
    expect(page.locator(".sl-item")).to_have_count(1)
    expect(page.locator(".sl-count")).to_contain_text("1 document of 11")
    page.get_by_role("link", name="Show all").click()
    page.locator("#sl-find").fill("TRAVEL policy")
    page.locator("#sl-find").press("Enter")
    expect(page.locator(".sl-item")).to_have_count(3)  # two by name, one by its text
    title = page.locator(".sl-title").first
    title.click()
    expect(page.locator("#sl-pane .so-text")).to_be_visible()
    expect(page.locator("#sl-pane-title")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#sl-pane")).to_be_hidden()
    expect(title).to_be_focused()
    page.locator(".sl-item", has_text="travel-policy.docx").get_by_text("Ask about this").click()
    expect(page.locator(".sr-chip")).to_have_text("travel-policy.docx")
    expect(page.locator("#sr-question-box textarea")).to_be_focused()
    assert page.url == kim.url + "/"


def test_a_pdf_is_looked_into_page_by_page(kim: Reader) -> None:
    page = kim.sign_in("kim", "/library")
    page.locator(".sl-item", has_text="employee-handbook.pdf").locator(".sl-title").click()
    expect(page.locator("#sl-pane .so-count")).to_contain_text("1")
    page.locator("#sl-pane [rel=next]").click()
    expect(page.locator("#sl-pane .so-count")).to_contain_text("2")
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_nobody_sees_what_they_may_not_read(company: Whole) -> None:
    lee = private_space(company.house.people.named("lee"))
    with company.client("kim") as kim:
        shown = kim.get("/library").text
        assert "vault" not in shown
        assert lee not in shown
        assert '<option value="notices">' in shown
        refused = kim.get("/library", params={"space": "vault"})
        absent = kim.get("/library", params={"space": "nowhere"})
        assert (refused.status_code, absent.status_code) == (404, 404)
        assert refused.text == absent.text.replace("nowhere", "vault")
        for odd in ("%", "'", "\x00", "x" * 5000, "<script>"):
            assert kim.get("/library", params={"find": odd}).status_code == 200
        assert "No document fits" in kim.get("/library", params={"find": "zebra"}).text


def test_words_are_found_in_the_texts_that_one_may_read(company: Whole) -> None:
    lee = company.house.people.named("lee")
    with company.client("kim") as kim, company.client("lee") as theirs:
        found = kim.get("/library", params={"find": "core time"}).text
        assert "employee-handbook.pdf" in found
        assert 'class="sl-excerpt"' in found
        assert "price-list.xlsx" not in found
        only = kim.get("/library", params={"find": "core time", "language": "de"}).text
        assert "employee-handbook.pdf" not in only
        suppliers = kim.get("/library", params={"find": "Castell Magnetics"}).text
        assert "vault" not in suppliers
        own = {"find": "release", "space": private_space(lee)}
        assert "sl-excerpt" in theirs.get("/library", params=own).text
    searched = [one for one in records(company.home.trail.folder) if one.kind == "search"]
    assert searched
    assert {one.person for one in searched} <= {
        company.house.people.named(name).id for name in ("kim", "lee")
    }


def test_it_can_be_installed(company: Whole) -> None:
    with httpx.Client(base_url=company.url, trust_env=False) as stranger:
        told = stranger.get("/strongroom/app.webmanifest")
        assert told.headers["content-type"].startswith("application/manifest+json")
        for icon in told.json()["icons"]:
            drawn = stranger.get(icon["src"])
            assert drawn.status_code == 200
            if icon["type"] == "image/png":
                width, height = struct.unpack(">II", drawn.content[16:24])
                assert icon["sizes"] == f"{width}x{height}"
        assert 'rel="manifest"' in stranger.get("/sign-in").text


def test_an_administrator_sees_what_there_is_and_can_look_after_it(
    browser: Browser, company: Whole
) -> None:
    with reader(browser, company.url) as boss:
        page = boss.sign_in("boss", "/documents")
        expect(page.locator("#content")).to_contain_text("more documents are in the library")
        expect(page.locator(".sd-spaces")).to_contain_text("notices")
        page.get_by_role("button", name="Look after it myself: notices").click()
        expect(page.locator("h1")).to_have_text("notices")
        expect(page.locator(".sd-table")).to_contain_text("security.html")
        page.goto(boss.url + "/library?space=notices")
        expect(page.locator(".sl-item")).to_contain_text("Manage")
    boss_id = company.house.people.named("boss").id
    told = [
        record.data
        for record in records(company.home.trail.folder)
        if record.kind == "people-changed" and record.person == boss_id
    ]
    assert {"change": "spaces grant", "name": "notices"}.items() <= dict(told[-2]).items()
    assert dict(told[-1])["groups"] == ["Curators of notices"]


def test_no_reader_makes_themselves_a_curator(company: Whole) -> None:
    with company.client("kim") as kim:
        form = {"space": "notices", "csrf": token_of(kim, "/account")}
        assert kim.post("/administration/spaces/curate", data=form).status_code == 404
    with company.client("boss") as boss:
        for space in (private_space(company.house.people.named("kim")), "nowhere"):
            form = {"space": space, "csrf": token_of(boss, "/account")}
            assert boss.post("/administration/spaces/curate", data=form).status_code == 409
    rules = company.house.people.rules().spaces
    assert "nowhere" not in rules
    assert not any(name.startswith("~") for name in rules)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_library_has_no_barrier(browser: Browser, company: Whole, scheme: str) -> None:
    with reader(browser, company.url, scheme) as at:
        page = at.sign_in("kim", "/library")
        page.locator(".sl-title").first.click()
        expect(page.locator("#sl-pane")).to_be_visible()
        found = [
            f"{rule['id']}: {node['html'][:160]}"
            for rule in Axe().run(page).response["violations"]
            if rule["impact"] in ("serious", "critical")
            for node in rule["nodes"]
        ]
        assert found == []


PAGES = (
    "/shared", "/saved", "/trail", "/questionnaires", "/library?find=time", "/administration",
    "/administration/settings", "/administration/keeping", "/administration/models",
)  # fmt: skip


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_plain_pages_have_no_barrier_and_fit_a_phone(
    browser: Browser, company: Whole, scheme: str
) -> None:
    company.house.saved.save("How many days of leave?", space="notices", by="boss")
    with reader(browser, company.url, scheme) as at:
        page = at.sign_in("boss", PAGES[0])
        for path in PAGES:
            page.set_viewport_size({"width": 390, "height": 844})
            page.goto(at.url + path)
            assert page.evaluate("document.documentElement.scrollWidth") <= 390, path
            page.keyboard.press("Tab")
            assert page.evaluate("document.activeElement.className") == "sp-skip", path
            page.set_viewport_size({"width": 1280, "height": 860})
            found = [
                f"{path}: {rule['id']}: {node['html'][:160]}"
                for rule in Axe().run(page).response["violations"]
                for node in rule["nodes"]
            ]
            assert found == []


NOTE = b"# Pets\n\nThe canary in room 12 is called Pavarotti.\n"


def drop(reader: Reader, *files: tuple[str, bytes]) -> None:
    """Drop files onto the page, as a file manager does."""
    reader.page.evaluate(
        """files => {
            const given = new DataTransfer();
            for (const [name, bytes] of files) {
                given.items.add(new File([new Uint8Array(bytes)], name));
            }
            const how = {bubbles: true, cancelable: true, dataTransfer: given};
            const over = type => document.body.dispatchEvent(new DragEvent(type, how));
            over('dragenter');
            window.curtain = document.querySelector('#sr-drop').innerText;
            over('drop');
        }""",
        [[name, list(content)] for name, content in files],
    )


def test_dropped_files_are_read_and_searched_in_this_conversation(
    kim: Reader, company: Whole
) -> None:
    page = kim.sign_in("kim")
    expect(page.locator("#sr-first")).to_have_count(0)
    drop(kim, ("canary.md", NOTE), ("empty.pdf", b""))
    assert "512 MB each" in page.evaluate("window.curtain")
    line = page.locator("#sr-files li")
    expect(line).to_contain_text("canary.md: ready")
    expect(line).to_contain_text("empty.pdf")  # with the reason why it was not taken
    # Another test of this person may have chosen a document before.
    chip = page.locator(".sr-chip", has_text="canary.md")
    expect(chip).to_have_count(1)
    space = private_space(company.house.people.named("kim"))
    assert company.home.index.document(space, "canary.md") is not None
    page.get_by_role("button", name="Remove again").click()
    expect(chip).to_have_count(0)
    expect(page.locator("#sr-files li")).to_have_count(0)
    assert company.home.index.document(space, "canary.md") is None


def test_a_file_is_chosen_with_the_keyboard_and_kept(kim: Reader, company: Whole) -> None:
    page = kim.sign_in("kim")
    expect(page.locator("#sr-first")).to_have_count(0)
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Add files").press("Enter")
    chooser.value.set_files({"name": "kept.md", "mimeType": "text/markdown", "buffer": NOTE})
    expect(page.locator("#sr-files li")).to_contain_text("kept.md: ready")
    page.get_by_role("button", name="Keep in my documents").click()
    space = private_space(company.house.people.named("kim"))
    assert company.home.index.document(space, "kept.md") is not None
    company.home.remove(["kept.md"], space=space)
