"""Language and light as a person chooses them, on every page; and what a signed-out page says."""

from collections.abc import Iterator

import pytest
from people.people_fakes import GOOD
from playwright.sync_api import Browser
from web.signing_in import token_of
from web.whole import Reader, Whole, expect, reader, whole

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Whole]:
    people = {"kim": "Kim Li", "lee": "", "boss": "The Boss"}
    with whole(tmp_path_factory.mktemp("preferences"), people) as served:
        yield served


@pytest.fixture
def kim(browser: Browser, company: Whole) -> Iterator[Reader]:
    with reader(browser, company.url) as found:
        yield found


def ground(reader: Reader) -> str:
    reader.page.wait_for_load_state()
    colour: str = reader.page.evaluate("getComputedStyle(document.body).backgroundColor")
    return colour


def test_language_and_light_hold_on_every_page(kim: Reader) -> None:
    page = kim.sign_in("kim")
    expect(page.locator("#sr-first")).to_have_count(0)
    bright = ground(kim)
    page.locator(".sr-account summary").click()
    page.get_by_role("button", name="Deutsch").click()
    expect(page.locator("html")).to_have_attribute("lang", "de")
    expect(page.locator("#sr-first")).to_have_count(0)
    expect(page.locator("#sr-ask")).to_have_text("Fragen")
    box = page.locator("#sr-question-box textarea")
    expect(box).to_have_attribute("placeholder", "Fragen Sie nach Ihren Dokumenten…")
    page.locator(".sr-account summary").click()
    page.get_by_role("button", name="Dunkel").click()
    expect(page.locator("html")).to_have_attribute("data-light", "dark")
    assert ground(kim) != bright
    page.goto(kim.url + "/library")
    expect(page.locator("h1")).to_have_text("Bibliothek")
    expect(page.locator("html")).to_have_attribute("data-light", "dark")
    expect(page.get_by_role("button", name="Dunkel")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="English").click()
    expect(page.locator("h1")).to_have_text("Library")
    assert page.url == kim.url + "/library"
    page.get_by_role("button", name="System").click()
    expect(page.locator("html")).not_to_have_attribute("data-light", "dark")
    assert ground(kim) == bright


def test_odd_choices_change_nothing(company: Whole) -> None:
    with company.client("kim") as kim:
        token = token_of(kim, "/account")
        for form in ({"language": "xx"}, {"language": "../de"}, {"next": "https://evil.example/"}):
            answer = kim.post("/preferences", data={**form, "csrf": token})
            assert answer.status_code == 303
            assert answer.headers["location"] == "/"
            assert "set-cookie" not in answer.headers
        assert kim.post("/preferences", data={"light": "red", "csrf": token}).status_code == 422
        assert kim.post("/preferences", data={"light": "dark"}).status_code == 403  # no token
        kim.cookies.set("strongroom-language", '"><script>')
        kim.cookies.set("strongroom-light", '"><script>')
        assert "<script>alert" not in kim.get("/library").text
        assert 'lang="en"' in kim.get("/library").text


def test_who_is_signed_out_signs_in_again_in_place_and_keeps_what_was_typed(
    kim: Reader, company: Whole
) -> None:
    page = kim.sign_in("kim")
    expect(page.locator("#sr-first")).to_have_count(0)
    box = page.locator("#sr-question-box textarea")
    box.fill("half of a ques")
    page.wait_for_timeout(900)
    company.house.sessions.end_all(company.house.people.named("kim").id)
    box.press_sequentially("tion")
    dialog = page.locator("#sr-dialog-session")
    expect(dialog).to_be_visible()  # its draft was refused
    dialog.locator("input[name=name]").fill("kim")
    dialog.locator("input[name=password]").fill("wrong")
    dialog.locator("input[name=password]").press("Enter")
    expect(dialog.locator("[data-wrong]")).to_be_visible()
    dialog.locator("input[name=password]").fill(GOOD)
    dialog.locator("input[name=password]").press("Enter")
    expect(dialog).to_be_hidden()
    expect(box).to_have_value("half of a question")
    box.press_sequentially("!")
    page.wait_for_timeout(900)
    page.reload()
    expect(page.locator("#sr-first")).to_have_count(0)
    expect(box).to_have_value("half of a question!")  # the new session's token is in use
    kim.watched[0].errors.clear()  # what is refused meanwhile, and Gradio's streams that end
