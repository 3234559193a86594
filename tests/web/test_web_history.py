"""Conversations in a real browser: found again, changed, deleted; usable by everybody."""

import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from fakes import (
    DOCUMENTS,
    LEAVE,
    POISON,
    answer,
    cite,
    compared_answer,
    document,
    greeting,
    leave_answer,
    list_answer,
    near_answer,
    nothing_found,
    steps_answer,
)
from playwright.sync_api import Browser, Page, expect
from web.running import KIM, Site, Watched
from web.test_web_chat import LIVE, ask, choose, eventually, stage, start

from app.answering.events import Answer, AnswerSentence
from app.people.conversations.turns import Feedback, SavedTurn, drawn_from

pytestmark = pytest.mark.browser

SERIOUS = ("serious", "critical")


def keep(site: Site, conversation: str, *answers: Answer) -> None:
    for number, given in enumerate(answers, start=1):
        turn = SavedTurn(number, given.question, "done", answer=given, spaces=drawn_from(given))
        site.conversations.keep(KIM.id, conversation, turn, begins=number == 1)


def entries(page: Page) -> list[str]:
    return page.locator("#sr-list a").all_inner_texts()


def test_a_conversation_is_found_again_and_goes_on(page: Page, site: Site) -> None:
    start(page, site)
    ask(page, "How much leave?")
    stage(page, "done")
    expect(page.locator("#sr-list a[aria-current]")).to_have_text("How much leave?")
    address = page.url
    page.locator(".sr-new").click()
    expect(page.locator(".sr-welcome")).to_be_visible()
    assert page.url == site.url + "/"
    ask(page, "meal?")
    stage(page, "done")
    expect(page.locator("#sr-list a")).to_have_text(["meal?", "How much leave?"])
    page.goto(address)  # a bookmark
    expect(page.locator(f"{LIVE} .sr-prose")).to_contain_text("28 working days")
    ask(page, "And for meals?")
    stage(page, "done")
    earlier = site.backend.asked[-1].history
    assert [given.question for given in earlier] == ["How much leave?"]
    page.locator("#sr-list a", has_text="meal?").last.click()
    expect(page.locator(".sr-turn")).to_have_count(1)
    page.go_back()
    expect(page.locator(".sr-turn")).to_have_count(2)
    page.goto(site.url + "/?c=someone-elses")
    expect(page.locator(".sr-welcome .sr-box")).to_have_text("There is no such conversation.")


def test_the_list_is_searched_renamed_and_deleted(page: Page, site: Site) -> None:
    keep(site, "one", leave_answer("How much leave?"))
    keep(site, "two", nothing_found("Who won at chess?"))
    page.goto(site.url + "/?c=one")
    expect(page.locator("#sr-list a")).to_have_count(2)
    page.locator("#sr-search").fill("unused days")
    expect(page.locator("#sr-list a")).to_have_count(1)
    expect(page.locator("#sr-list small")).to_contain_text("unused days")
    page.locator("#sr-search").fill("")
    expect(page.locator("#sr-list a")).to_have_count(2)
    page.locator("#sr-list li", has_text="chess").hover()
    page.get_by_role("button", name="Rename “Who won at chess?”").click()
    page.locator("#sr-title").fill("Chess club")
    page.keyboard.press("Enter")
    expect(page.locator("#sr-list a", has_text="Chess club")).to_be_visible()
    page.locator("#sr-list li", has_text="leave").hover()
    page.get_by_role("button", name="Delete “How much leave?”").click()
    expect(page.locator("#sr-dialog-delete")).to_contain_text("How much leave?")
    page.get_by_role("button", name="Cancel").locator("visible=true").click()
    expect(page.locator("#sr-list a")).to_have_count(2)
    page.locator("#sr-list li", has_text="leave").hover()
    page.get_by_role("button", name="Delete “How much leave?”").click()
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(page.locator("#sr-list a")).to_have_text(["Chess club"])
    expect(page.locator(".sr-welcome")).to_be_visible()  # it was the one on show
    assert site.conversations.read(KIM.id, "one", set) is None


def test_an_edited_question_replaces_what_came_after(page: Page, site: Site) -> None:
    keep(site, "one", leave_answer("leave?"), leave_answer("again?"))
    page.goto(site.url + "/?c=one")
    expect(page.locator(".sr-turn")).to_have_count(2)
    page.get_by_role("button", name="Edit the question").first.click()
    expect(page.locator("#sr-dialog-edit")).to_contain_text("everything after it will be replaced")
    page.locator("#sr-edited").fill("meal?")
    page.get_by_role("button", name="Ask this instead").click()
    stage(page, "done")
    expect(page.locator(".sr-turn")).to_have_count(1)
    expect(page.locator(f"{LIVE} .sr-question")).to_have_text("meal?")
    assert site.backend.asked[-1].history == ()

    def kept() -> list[str]:
        held = site.conversations.read(KIM.id, "one", set)
        return [turn.question for turn in held.turns] if held else []

    eventually(lambda: kept() == ["meal?"])  # it is saved after it is shown


def test_votes_are_kept_with_a_comment_and_can_be_taken_back(page: Page, site: Site) -> None:
    start(page, site)
    ask(page, "leave?")
    stage(page, "done")
    down = page.get_by_role("button", name="Not a good answer")
    down.click()
    expect(page.locator("#sr-dialog-comment")).to_contain_text("without your name")
    page.locator("#sr-comment").fill("Part-timers differ")
    page.get_by_role("button", name="Send").click()
    expect(page.locator("#sr-said")).to_contain_text("Thank you")
    [judged] = site.conversations.voted({"general"})
    assert judged.feedback == Feedback("down", "Part-timers differ")
    ask(page, "meal?")
    stage(page, "done")
    old = page.locator("#sr-past").get_by_role("button", name="Not a good answer")
    expect(old).to_have_attribute("aria-pressed", "true")
    old.click()
    expect(old).to_have_attribute("aria-pressed", "false")
    assert site.conversations.voted({"general"}) == []
    page.locator("#sr-live").get_by_role("button", name="Good answer", exact=True).click()
    page.locator("#sr-comment").fill("Just what I needed")
    page.get_by_role("button", name="Send").click()
    praise = Feedback("up", "Just what I needed")  # the thanks on show may be for the first one
    eventually(
        lambda: (
            [one.feedback for one in site.conversations.voted({"general"}, verdict="up")]
            == [praise]
        )
    )


def test_what_to_ask_next_comes_from_the_passages(page: Page, site: Site) -> None:
    start(page, site)
    ask(page, "leave?")
    stage(page, "done")
    offered = page.locator(f"{LIVE} .sr-next")
    expect(offered).to_have_text("What are the main points of “Employee handbook 2026”?")
    offered.click()
    eventually(lambda: len(site.backend.asked) == 2)
    assert site.backend.asked[1].question == (
        "What are the main points of “Employee handbook 2026”?"
    )


def test_an_answer_left_in_another_tab_is_kept(browser: Browser, page: Page, site: Site) -> None:
    context = browser.new_context(locale="en-GB")
    other = context.new_page()
    start(other, site)
    ask(other, "slow: leave?")
    stage(other, "writing")
    address = other.url
    context.close()
    page.goto(address)
    stage(page, "writing")
    site.backend.go.set()
    stage(page, "done")
    page.reload()
    stage(page, "done")
    expect(page.locator(f"{LIVE} .sr-prose")).to_contain_text("28 working days")


def test_a_full_disk_costs_no_answer_and_is_said(page: Page, site: Site) -> None:
    start(page, site)
    database = site.conversations._db
    database.execute("PRAGMA query_only = ON")  # as a disk that takes nothing more
    try:
        ask(page, "leave?")
        stage(page, "done")
        expect(page.locator(f"{LIVE} .sr-prose")).to_contain_text("28 working days")
        expect(page.locator(LIVE)).to_contain_text("This answer could not be saved.")
    finally:
        database.execute("PRAGMA query_only = OFF")
    ask(page, "meal?")
    stage(page, "done")
    expect(page.locator("#sr-list a")).to_have_text(["meal?"])


def test_lost_access_is_said_and_nothing_is_shown(page: Page, site: Site) -> None:
    keep(site, "one", leave_answer("leave?"))
    site.backend.closed = ("general",)
    page.goto(site.url + "/?c=one")
    expect(page.locator(f"{LIVE} .sr-withheld")).to_contain_text("can no longer read")
    expect(page.locator("body")).not_to_contain_text("28 working days")
    ask(page, "meal?")
    stage(page, "done")
    assert site.backend.asked[-1].history == ()


def test_files_of_a_conversation_can_be_saved(page: Page, site: Site) -> None:
    start(page, site)
    expect(page.locator("[data-export]")).to_be_hidden()
    ask(page, "leave?")
    stage(page, "done")
    for kind, name in (("As Markdown", "leave.md"), ("As PDF", "leave.pdf")):
        page.locator("[data-export] summary").click()
        with page.expect_download() as download:
            page.get_by_role("link", name=kind).click()
        assert download.value.suggested_filename.replace("_", "") == name
        assert download.value.path().stat().st_size > 300


def test_on_a_phone_the_list_is_a_drawer(page: Page, site: Site) -> None:
    keep(site, "one", leave_answer("leave?"))
    page.set_viewport_size({"width": 390, "height": 844})
    start(page, site)
    drawer = page.locator("#sr-side")
    expect(drawer).to_be_hidden()
    page.get_by_role("button", name="Show conversations").click()
    expect(drawer).to_be_visible()
    page.keyboard.press("Escape")
    expect(drawer).to_be_hidden()
    page.get_by_role("button", name="Show conversations").click()
    page.locator("#sr-list a").click()
    expect(drawer).to_be_hidden()
    expect(page.locator(f"{LIVE} .sr-prose")).to_contain_text("28 working days")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_menu_leads_where_one_may_go(page: Page, site: Site) -> None:
    start(page, site)
    page.get_by_text("Kim Example").click()
    menu = page.locator(".sr-account .sr-menu-list")
    expect(menu.get_by_role("button", name="Sign out")).to_be_visible()
    expect(menu.locator("form").first).to_have_attribute("action", "/sign-out")
    expect(menu.locator("form input[name=csrf]").first).to_have_value(re.compile("^[0-9a-f]{64}$"))
    expect(menu.get_by_role("link", name="Administration")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(menu).to_be_hidden()


@pytest.fixture(params=["light", "dark", "phone"])
def look(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    phone = request.param == "phone"
    context = browser.new_context(
        viewport={"width": 390, "height": 844} if phone else {"width": 1280, "height": 860},
        color_scheme="dark" if request.param == "dark" else "light",
        reduced_motion="reduce",
        locale="en-GB",
    )
    yield context.new_page()
    context.close()


def violations(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [
        f"{rule['id']}: {node['html'][:160]}"
        for rule in found
        if rule["impact"] in SERIOUS
        for node in rule["nodes"]
    ]


def test_axe_finds_no_barrier(look: Page, site: Site) -> None:
    made = (list_answer, steps_answer, compared_answer, near_answer, greeting, nothing_found)
    keep(site, "one", leave_answer("leave?"), *(make(make.__name__) for make in made))
    start(look, site)
    assert violations(look) == []
    look.goto(site.url + "/?c=one")
    stage(look, "done")
    ask(look, "leave again?")
    stage(look, "done")
    choose(look, DOCUMENTS[0].name)
    expect(look.locator(".sr-chip")).to_have_count(1)
    if look.locator("#sr-side").is_hidden():
        look.get_by_role("button", name="Show conversations").click()
    expect(look.locator("#sr-list a").first).to_be_visible()
    assert violations(look) == []
    look.keyboard.press("Escape")
    look.locator(".sr-scope-button").click()
    expect(look.locator("#sr-choices .sr-choice").first).to_be_visible()
    assert violations(look) == []


def test_poison_in_names_headings_and_titles_reaches_no_other_host(
    page: Page, site: Site, watched: Watched
) -> None:
    huge = "w" * 4_000
    tricks = (
        POISON,
        "[a](javascript:alert(1))",
        "<a href='javascript:alert(1)'>x</a>",
        "\u202efdp.exe",
        huge,
    )
    evil = [
        LEAVE.__class__(
            f"{trick}/{trick}.pdf",
            1,
            f"{trick} > Heading {n}",
            trick,
            0.5,
            str(n) * 16,
            "general",
            n,
        )
        for n, trick in enumerate(tricks)
    ]
    given = answer(
        POISON,
        [AnswerSentence(trick, (n + 1,), n % 2 == 0) for n, trick in enumerate(tricks)],
        [cite(n + 1, hit, hit.text) for n, hit in enumerate(evil[:3])],
        passages=evil,
    )
    site.backend.known = tuple(document(hit.document) for hit in evil)
    for number, trick in enumerate(tricks):
        keep(site, f"c{number}", given)
        site.conversations.rename(KIM.id, f"c{number}", trick)
    violated: list[str] = []
    page.expose_function("violated", lambda uri: violated.append(uri))  # noqa: PLW0108
    page.add_init_script(
        "document.addEventListener('securitypolicyviolation', e => violated(e.blockedURI))"
    )
    page.goto(site.url + "/?c=c0")
    stage(page, "done")
    expect(page.locator("#sr-list a")).to_have_count(len(tricks))
    page.locator(f"{LIVE} .sr-more summary").click()
    page.locator("#sr-search").fill("javascript")
    expect(page.locator("#sr-list small").first).to_be_visible()
    page.locator(".sr-scope-button").click()
    expect(page.locator(".sr-choice")).to_have_count(len(tricks))
    page.locator(".sr-choice input").first.check()
    page.get_by_role("button", name="Use this choice").click()
    expect(page.locator(".sr-chip")).to_have_count(1)
    hostile = "img, script, iframe, style, link, object, embed, [onerror], [onload]"
    parts = ":is(#sr-live, #sr-past, #sr-frame, #sr-scope, #sr-header)"
    assert page.locator(f"{parts} :is({hostile})").count() == 0
    links = page.locator(parts).evaluate_all(
        "all => all.flatMap(e => [...e.querySelectorAll('a[href]')].map(a => a.href))"
    )
    assert len(links) > 10
    assert all(link.startswith(site.url + "/") for link in links)
    assert "\u202e" not in page.locator("body").inner_text()
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 844})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert violated == []
    watched.assert_clean()
