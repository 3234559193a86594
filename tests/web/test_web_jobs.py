"""Answers as jobs of the server: they outlive pages; questions wait; what was typed stays."""

import asyncio

import pytest
from fakes import DOCUMENTS, leave_answer, meals_answer, near_answer
from playwright.sync_api import Browser, Page, expect
from web.running import KIM, LEE, Site, Watched, apart
from web.test_web_chat import LIVE, ask, choose, eventually, stage, start
from web.test_web_history import keep

from app.people.access import Person
from app.people.conversations.turns import Selection
from app.web.chat.answers import MOST_WAITING, Answers, Question
from app.web.chat.places import Places

pytestmark = pytest.mark.browser


def test_a_reload_in_mid_answer_loses_nothing(page: Page, site: Site, watched: Watched) -> None:
    start(page, site)
    ask(page, "slow: leave?")
    stage(page, "writing")
    page.reload()
    stage(page, "writing")
    expect(page.locator(f"{LIVE} .sr-draft")).to_have_text("Full-time employees")
    expect(page.locator("body")).not_to_contain_text("You stopped")
    site.backend.go.set()
    stage(page, "done")
    expect(page.locator(f"{LIVE} .sr-prose")).to_contain_text("28 working days")
    assert len(site.backend.asked) == 1
    assert (watched.foreign, watched.dialogs) == ([], [])  # Gradio logs that its stream broke


def test_two_tabs_see_the_same_answer_and_either_can_stop_it(page: Page, site: Site) -> None:
    start(page, site)
    ask(page, "slow: leave?")
    stage(page, "writing")
    other = page.context.new_page()
    other.goto(page.url)
    stage(other, "writing")
    other.locator("#sr-stop").click()
    for one in (page, other):
        stage(one, "stopped")
        expect(one.locator("#sr-stop")).to_be_hidden()
    other.close()


def test_an_idle_tab_learns_of_the_others_turn_when_it_is_looked_at(page: Page, site: Site) -> None:
    start(page, site)
    ask(page, "leave?")
    stage(page, "done")
    other = page.context.new_page()
    other.goto(page.url)
    stage(other, "done")
    ask(other, "And the meal allowance?")
    stage(other, "done")
    page.bring_to_front()
    page.evaluate("window.dispatchEvent(new Event('focus'))")
    expect(page.locator(f"{LIVE} .sr-question")).to_have_text("And the meal allowance?")
    other.close()


def test_escape_stops_the_answer(page: Page, site: Site) -> None:
    start(page, site)
    ask(page, "slow: leave?")
    stage(page, "writing")
    page.keyboard.press("Escape")
    stage(page, "stopped")
    assert site.backend.streams[0].closed.wait(30)


def test_questions_wait_in_line_and_can_be_taken_back(page: Page, site: Site) -> None:
    start(page, site)
    ask(page, "slow: leave?")
    stage(page, "writing")
    box = page.locator("#sr-question-box textarea")
    for question in ("meal?", "chess?"):
        box.fill(question)
        box.press("Enter")
    expect(page.locator(".sr-waiting li")).to_have_text(["meal?", "chess?"])
    page.reload()  # the line is the server's, too
    expect(page.locator(".sr-waiting li")).to_have_text(["meal?", "chess?"])
    page.locator(".sr-waiting [data-action=withdraw]").last.click()
    expect(page.locator(".sr-waiting li")).to_have_text(["meal?"])
    page.locator("#sr-stop").click()  # what waits goes on
    expect(page.locator(f"{LIVE} .sr-question")).to_have_text("meal?")
    stage(page, "done")
    expect(page.locator(".sr-turn")).to_have_count(2)
    assert [one.question for one in site.backend.asked] == ["slow: leave?", "meal?"]
    expect(page.locator(".sr-waiting li")).to_have_count(0)


def test_the_list_says_where_an_answer_is_written(page: Page, site: Site) -> None:
    start(page, site)
    ask(page, "slow: leave?")
    stage(page, "writing")
    expect(page.locator("#sr-list .sr-list-busy")).to_have_text("being answered…")
    site.backend.go.set()
    stage(page, "done")
    expect(page.locator("#sr-list .sr-list-busy")).to_have_count(0)


def test_a_conversation_deleted_in_mid_answer_ends_it_and_stays_deleted(
    page: Page, site: Site
) -> None:
    start(page, site)
    ask(page, "slow: leave?")
    stage(page, "writing")
    page.locator("#sr-list li").hover()
    page.get_by_role("button", name="Delete “slow: leave?”").click()
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(page.locator(".sr-welcome")).to_be_visible()
    assert site.backend.streams[0].closed.wait(30)
    site.backend.go.set()
    page.wait_for_timeout(500)
    assert site.conversations.listed(KIM.id) == []


def test_a_right_that_is_taken_away_ends_what_is_seen(page: Page, site: Site) -> None:
    start(page, site)
    ask(page, "slow: leave?")
    stage(page, "writing")
    expect(page.locator(LIVE)).to_contain_text("28 working days")
    site.backend.closed = ("general",)
    expect(page.locator("body")).not_to_contain_text("28 working days")
    page.reload()
    expect(page.locator(f"{LIVE} .sr-question")).to_have_text("slow: leave?")
    expect(page.locator("body")).not_to_contain_text("28 working days")


def test_another_person_sees_nothing_of_an_answer_under_way(
    browser: Browser, page: Page, site: Site
) -> None:
    start(page, site)
    ask(page, "slow: leave?")
    stage(page, "writing")
    context = browser.new_context(locale="en-GB")
    context.add_cookies([{"name": "who", "value": "lee", "url": site.url}])
    other = context.new_page()
    other.goto(page.url)
    expect(other.locator(".sr-welcome .sr-box")).to_have_text("There is no such conversation.")
    expect(other.locator("#sr-list a")).to_have_count(0)
    expect(other.locator("body")).not_to_contain_text("leave?")
    context.close()


def test_too_many_that_wait_come_back_and_nothing_replaces_what_is_written(site: Site) -> None:
    async def run() -> None:
        answers = Answers(site.backend, site.conversations, Places(1, 9, each=9))
        first = answers.put(LEE, "full", Question("long search"), saved=False)
        assert first is not None
        await asyncio.sleep(0)  # it is on its way
        for number in range(MOST_WAITING + 1):
            line = answers.put(LEE, "full", Question(f"{number}"), saved=False)
            assert (line is None) == (number == MOST_WAITING)
        assert answers.put(LEE, "full", Question("x", instead_of=1), saved=False) is None
        assert answers.line(Person("9", "eve"), "full") is None
        assert answers.under_way(LEE) == {"full"}
        first.drop()
        async for moment in first.moments():
            last = moment
        assert last.over
        assert answers.line(LEE, "full") is None

    apart(run())


def test_what_was_begun_and_never_ended_says_so(page: Page, site: Site) -> None:
    """As after a power cut: the store has the question alone."""

    async def run() -> None:
        from app.web.chat.answers import Line

        answers = Answers(site.backend, site.conversations, Places(1, 9, each=9))
        await answers._begun(Line(KIM, "cut", saved=False), Question("leave?"))

    apart(run())
    page.goto(site.url + "/?c=cut")
    expect(page.locator(f"{LIVE} .sr-failed")).to_contain_text("was broken off")
    page.locator(f"{LIVE} [data-action=retry]").click()
    stage(page, "done")
    expect(page.locator(f"{LIVE} .sr-prose")).to_contain_text("28 working days")


# What was typed, where one searches, where one reads


def test_a_half_written_question_is_kept(page: Page, site: Site) -> None:
    keep(site, "one", leave_answer("leave?"))
    start(page, site)
    box = page.locator("#sr-question-box textarea")
    box.fill("What about the part-time")
    page.locator("#sr-list a").click()
    stage(page, "done")
    expect(box).to_have_value("")
    box.fill("and in the")
    page.locator(".sr-new").click()
    expect(page.locator(".sr-welcome")).to_be_visible()
    expect(box).to_have_value("What about the part-time")
    page.reload()
    expect(box).to_have_value("What about the part-time")
    page.goto(site.url + "/?c=one")
    expect(box).to_have_value("and in the")
    box.press("Enter")
    stage(page, "done")
    eventually(lambda: not site.conversations.draft(KIM.id, "one"))
    assert site.conversations.draft(LEE.id, "") == ""


def test_where_one_searches_belongs_to_the_conversation(page: Page, site: Site) -> None:
    start(page, site)
    choose(page, DOCUMENTS[5].name)
    page.reload()  # it has not begun yet
    expect(page.locator("#sr-first")).to_have_count(0)
    expect(page.locator(".sr-chip")).to_have_text(DOCUMENTS[5].name)
    ask(page, "leave?")
    stage(page, "done")
    address = page.url
    page.locator(".sr-new").click()
    expect(page.locator(".sr-welcome")).to_be_visible()
    expect(page.locator(".sr-chip")).to_have_count(0)
    page.goto(site.url + "/")
    expect(page.locator(".sr-welcome")).to_be_visible()
    expect(page.locator(".sr-chip")).to_have_count(0)
    page.goto(address)
    expect(page.locator(".sr-chip")).to_have_text(DOCUMENTS[5].name)
    page.get_by_role("button", name=f"Remove {DOCUMENTS[5].name}").click()
    expect(page.locator(".sr-chip")).to_have_count(0)
    page.reload()
    stage(page, "done")
    expect(page.locator(".sr-chip")).to_have_count(0)
    conversation = address.rpartition("=")[2]
    held = site.conversations.read(KIM.id, conversation, set)
    assert held is not None
    assert held.selection == Selection()


def test_a_conversation_opens_at_its_newest_turn_under_the_header(page: Page, site: Site) -> None:
    keep(site, "one", *(leave_answer(f"leave {n}?") for n in range(6)))
    page.goto(site.url + "/?c=one")
    stage(page, "done")
    expect(page.locator(f"{LIVE} .sr-question")).to_be_in_viewport()
    expect(page.locator(".sr-account summary")).to_be_in_viewport()
    top = page.locator(f"{LIVE} .sr-question").bounding_box()
    bar = page.locator("#sr-header").bounding_box()
    assert top is not None
    assert bar is not None
    assert top["y"] >= bar["y"] + bar["height"]


def test_keys(page: Page, site: Site) -> None:
    start(page, site)
    ask(page, "leave?")
    stage(page, "done")
    box = page.locator("#sr-question-box textarea")
    box.press("ArrowUp")
    expect(page.locator("#sr-edited")).to_have_value("leave?")
    page.keyboard.press("Escape")
    expect(page.locator("#sr-dialog-edit")).to_be_hidden()
    page.keyboard.press("Control+k")
    expect(page.locator("#sr-search")).to_be_focused()
    page.locator("body").press("/")
    page.locator(".sr-scope-button").focus()
    page.keyboard.press("?")
    expect(page.locator("#sr-dialog-keys")).to_contain_text("stop the answer")
    page.keyboard.press("Escape")
    page.locator(".sr-scope-button").focus()
    page.keyboard.press("/")
    expect(box).to_be_focused()
    box.fill("?")  # a character like any other in the box
    expect(page.locator("#sr-dialog-keys")).to_be_hidden()
    box.fill("")
    page.keyboard.press("Control+Shift+O")
    expect(page.locator(".sr-welcome")).to_be_visible()


def test_citations_are_numbered_from_1(page: Page, site: Site) -> None:
    keep(site, "one", leave_answer("leave?"), near_answer("open?"))
    page.goto(site.url + "/?c=one")
    expect(page.locator(f"{LIVE} a.sr-cite")).to_have_text(["1"])
    expect(page.locator(f"{LIVE} .sr-number")).to_have_text(["1"])
    expect(page.locator("#sr-past a.sr-cite").last).to_have_text("2")


def test_the_finished_answer_is_heard(page: Page, site: Site) -> None:
    start(page, site)
    ask(page, "leave?")
    stage(page, "done")
    expect(page.locator("#sr-heard")).to_contain_text("28 working days")
    assert page.locator("#sr-heard").get_attribute("role") == "status"


def test_pinned_and_archived_conversations(page: Page, site: Site) -> None:
    keep(site, "old", leave_answer("leave?"))
    keep(site, "new", meals_answer("meal?"))
    start(page, site)
    expect(page.locator("#sr-list a")).to_have_text(["meal?", "leave?"])
    page.locator("#sr-list li", has_text="leave?").hover()
    page.get_by_role("button", name="Pin “leave?”").click()
    expect(page.locator("#sr-list a")).to_have_text(["leave?", "meal?"])
    expect(page.locator("#sr-list h2").first).to_have_text("Pinned")
    page.locator("#sr-list li", has_text="meal?").hover()
    page.get_by_role("button", name="Archive “meal?”").click()
    expect(page.locator(".sr-archived summary")).to_have_text("1 archived")
    expect(page.locator("#sr-list > ul a")).to_have_text(["leave?"])
    page.locator("#sr-search").fill("meal")
    expect(page.locator("#sr-list > ul a")).to_have_count(1)  # it is still found
    assert not site.conversations.pin(LEE.id, "old", pinned=True)
    assert not site.conversations.archive(LEE.id, "old", archived=True)


def test_titles_that_are_the_same_are_told_apart(page: Page, site: Site) -> None:
    keep(site, "one", leave_answer("leave?"))
    keep(site, "two", leave_answer("Leave?"))
    keep(site, "three", meals_answer("meal?"))
    start(page, site)
    expect(page.locator("#sr-list a small")).to_have_count(2)


def test_a_list_of_conversations_has_one_stop_each(page: Page, site: Site) -> None:
    for name in ("one", "two", "three"):
        keep(site, name, leave_answer(f"{name}?"))
    start(page, site)
    expect(page.locator("#sr-list a")).to_have_count(3)
    page.locator("#sr-search").focus()
    for name in ("three?", "two?", "one?"):
        page.keyboard.press("Tab")
        expect(page.locator("#sr-list a", has_text=name)).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(page.locator("#sr-list a", has_text="two?")).to_be_focused()
    with page.expect_response("**/conversations?*"):
        page.evaluate("window.dispatchEvent(new Event('focus'))")  # the list is drawn again
    expect(page.locator("#sr-list a", has_text="two?")).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("button", name="Pin “two?”")).to_be_focused()


def test_the_first_stop_leads_to_the_question_box(page: Page, site: Site) -> None:
    keep(site, "one", leave_answer("leave?"))
    start(page, site)
    first = "[...document.querySelectorAll('a[href], button, input, textarea')][0].className"
    assert page.evaluate(first) == "sr-skip"
    page.locator("#sr-frame .sr-skip").press("Enter")
    expect(page.locator("#sr-question-box textarea")).to_be_focused()


# The session and the connection


def test_a_lost_connection_is_said_and_the_answer_comes_when_it_is_back(
    page: Page, site: Site
) -> None:
    start(page, site)
    ask(page, "slow: leave?")
    stage(page, "writing")
    page.locator("#sr-question-box textarea").fill("what I am typing")
    page.context.set_offline(True)
    expect(page.locator("#sr-lost")).to_be_visible()
    expect(page.locator(".toast-body")).not_to_be_visible()
    site.backend.go.set()
    page.wait_for_timeout(1500)
    page.context.set_offline(False)
    expect(page.locator("#sr-lost")).to_be_hidden(timeout=20_000)
    expect(page.locator(LIVE)).to_have_attribute("data-stage", "done", timeout=20_000)
    expect(page.locator("#sr-question-box textarea")).to_have_value("what I am typing")


def test_what_waits_survives_the_server_and_is_asked_when_its_person_comes_back(
    site: Site,
) -> None:
    """Without a browser: the first server ends with one question under way and three that wait."""
    keep(site, "waits", leave_answer("leave?"))
    (listed,) = site.conversations.listed(KIM.id)

    async def first() -> None:
        answers = Answers(site.backend, site.conversations, Places(2, 8, 8))
        line = None
        for words in ("slow: leave?", "one?", "taken back?", "two?"):
            line = answers.put(KIM, listed.id, Question(words), saved=True)
        assert line is not None
        while not line.moment():
            await asyncio.sleep(0.01)
        await answers.take_back(line, line.waiting[1].key)
        while len(site.conversations.waiting(KIM.id, listed.id)) < 2:
            await asyncio.sleep(0.01)

    apart(first())
    assert [words for _, words, _ in site.conversations.waiting(KIM.id, listed.id)] == [
        "one?", "two?",
    ]  # fmt: skip
    assert site.conversations.waiting(LEE.id, listed.id) == []
    site.backend.go.set()

    async def second() -> None:
        answers = Answers(site.backend, site.conversations, Places(2, 8, 8))
        assert await answers.resume(LEE, listed.id) is None
        line, again = await asyncio.gather(
            answers.resume(KIM, listed.id), answers.resume(KIM, listed.id)
        )
        assert line is not None
        assert line is again
        while not line.over:
            await asyncio.sleep(0.01)

    apart(second())
    assert site.conversations.waiting(KIM.id, listed.id) == []
    assert [ask.question for ask in site.backend.asked][-2:] == ["one?", "two?"]
    held = site.conversations.read(KIM.id, listed.id, list)
    assert held is not None
    assert [turn.question for turn in held.turns][-2:] == ["one?", "two?"]
    assert site.conversations.delete(KIM.id, listed.id)
