"""The chat in a real browser: what a person does and sees."""

import json
import re
import time
from collections.abc import Callable
from dataclasses import replace

import httpx
import pytest
from fakes import DOCUMENTS, EXAMPLES, FakeStream, document
from playwright.sync_api import Browser, Page, expect
from web.running import KIM, Site, Watched

from vectorstore.records import About
from vectorstore.scope import EVERYTHING, Scope

pytestmark = pytest.mark.browser

LIVE = "#sr-live .sr-turn"


def start(page: Page, site: Site) -> None:
    page.goto(site.url + "/")
    expect(page.locator(".sr-welcome h2")).to_be_visible()
    expect(page.locator("#sr-first")).to_have_count(0)  # the page is awake
    expect(page.locator(".sr-scope")).to_contain_text("All documents")


def ask(page: Page, question: str) -> None:
    box = page.locator("#sr-question-box textarea")
    box.fill(question)
    box.press("Enter")
    expect(page.locator(f"{LIVE} .sr-question")).to_have_text(question)


def stage(page: Page, name: str) -> None:
    expect(page.locator(LIVE)).to_have_attribute("data-stage", name)


def eventually(holds: Callable[[], object]) -> None:
    """Wait, far longer than it ever takes, for something outside the browser."""
    for _ in range(600):
        if holds():
            return
        time.sleep(0.05)
    pytest.fail("did not happen")


def test_ask_and_read_an_answer_with_its_sources(page: Page, site: Site, watched: Watched) -> None:
    start(page, site)
    expect(page.locator(".sr-notice")).to_have_count(0)  # a reader can do nothing about it
    ask(page, "How many days of leave do I get?")
    stage(page, "done")
    expect(page.locator(f"{LIVE} .sr-prose")).to_contain_text("28 working days")
    expect(page.locator(f"{LIVE} .sr-unsupported")).to_contain_text("Part-time employees")
    expect(page.locator(f"{LIVE} .sr-left-out")).to_contain_text("2 passages and 1 earlier")
    card = page.locator("#turn-1-source-1")
    expect(card).to_contain_text("Employee handbook 2026.pdf")
    expect(card).to_contain_text("page 4 · Working time › Annual leave")
    expect(page.locator("#sr-question-box textarea")).to_have_value("")
    mark = page.locator(f"{LIVE} a.sr-cite").first
    mark.hover()
    expect(card).to_have_class(re.compile("sr-shown"))
    for link in (mark, card.locator("a")):
        expect(link).to_have_attribute("href", re.compile("^/source[?]space=general&name=Employee"))
        expect(link).to_have_attribute("target", "_blank")
    assert page.url.startswith(site.url + "/?c=")
    watched.assert_clean()


def test_sources_stand_beside_the_answer_and_below_it_on_a_phone(page: Page, site: Site) -> None:
    start(page, site)
    ask(page, "leave?")
    stage(page, "done")

    def corner(selector: str) -> tuple[float, float]:
        box = page.locator(selector).bounding_box()
        assert box is not None
        return box["x"], box["y"]

    answer, beside = corner(f"{LIVE} .sr-answer"), corner(f"{LIVE} .sr-sources")
    assert beside[0] > answer[0] + 300
    page.set_viewport_size({"width": 390, "height": 844})
    answer, below = corner(f"{LIVE} .sr-answer"), corner(f"{LIVE} .sr-sources")
    assert below[0] == answer[0]
    assert below[1] > answer[1]
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= 390  # nothing to scroll sideways


def test_an_answer_is_shown_while_it_is_written(page: Page, site: Site) -> None:
    start(page, site)
    ask(page, "slow: leave?")
    stage(page, "writing")
    expect(page.locator(f"{LIVE} .sr-stage")).to_have_text("Writing…")
    expect(page.locator(f"{LIVE} .sr-draft")).to_have_text("Full-time employees")
    expect(page.locator("#sr-ask")).to_be_hidden()
    site.backend.go.set()
    stage(page, "done")
    expect(page.locator("#sr-ask")).to_be_visible()
    expect(page.locator("#sr-stop")).to_be_hidden()


@pytest.mark.parametrize(
    ("question", "before"), [("slow: leave?", "writing"), ("long search: leave?", "searching")]
)
def test_stop_ends_the_work_and_the_next_question_works(
    page: Page, site: Site, question: str, before: str
) -> None:
    start(page, site)
    ask(page, question)
    stage(page, before)
    page.locator("#sr-stop").click()
    stage(page, "stopped")
    expect(page.locator(f"{LIVE} .sr-stage")).to_contain_text("You stopped this answer.")
    assert site.backend.streams[0].closed.wait(30)
    ask(page, "meal allowance?")
    stage(page, "done")
    assert [asked.history for asked in site.backend.asked] == [(), ()]


def test_closing_the_tab_ends_nothing(browser: Browser, site: Site) -> None:
    context = browser.new_context(locale="en-GB")
    page = context.new_page()
    start(page, site)
    ask(page, "long search: leave?")
    stage(page, "searching")
    context.close()
    assert not site.backend.streams[0].closed.wait(3)
    site.backend.go.set()
    eventually(site.backend.streams[0].ended.is_set)
    listed = site.conversations.listed(KIM.id)[0]

    def kept() -> bool:
        held = site.conversations.read(KIM.id, listed.id, set)
        return held is not None and held.turns[0].state == "done"

    eventually(kept)


def test_ask_again_replaces_the_answer(page: Page, site: Site) -> None:
    start(page, site)
    ask(page, "leave?")
    stage(page, "done")
    page.locator("[data-action=retry]").click()
    eventually(lambda: len(site.backend.asked) == 2)
    stage(page, "done")
    expect(page.locator(".sr-turn")).to_have_count(1)
    assert site.backend.asked[0] == site.backend.asked[1]


def test_asked_again_another_way_the_first_answer_stays_beside_it(page: Page, site: Site) -> None:
    start(page, site)
    ask(page, "leave?")
    stage(page, "done")
    expect(page.locator(".sr-version")).to_have_count(0)
    for asked, way in ((2, "passages"), (3, "longer")):
        page.locator(".sr-again summary").click()
        page.locator(f"[data-way={way}]").click()
        eventually(lambda: len(site.backend.asked) == asked)  # noqa: B023
        expect(page.locator(".sr-version")).to_have_count(asked - 1)
        stage(page, "done")
    assert [(one.wide, one.longer) for one in site.backend.asked] == [
        (False, False),
        (True, False),
        (False, True),
    ]
    expect(page.locator("#sr-live .sr-turn > .sr-only-in")).to_have_text(
        "Asked again, for a longer answer"
    )
    page.reload()  # they are kept
    expect(page.locator("#sr-first")).to_have_count(0)  # the page is awake
    expect(page.locator(".sr-version")).to_have_count(2)
    first = page.locator(".sr-version").last
    expect(first.locator(".sr-prose")).to_be_hidden()
    first.locator("> summary").click()
    expect(first.locator(".sr-prose")).to_contain_text("28 working days")
    first.locator(".sr-prose a.sr-cite").first.click()
    expect(page.locator("#sr-pane")).to_be_visible()
    assert "s=1v1." in page.url


def test_a_conversation_hands_on_earlier_answers(page: Page, site: Site) -> None:
    start(page, site)
    ask(page, "leave?")
    stage(page, "done")
    ask(page, "And the meal allowance?")
    stage(page, "done")
    expect(page.locator("#sr-past .sr-question")).to_have_text("leave?")
    earlier = site.backend.asked[1].history
    assert [answer.question for answer in earlier] == ["leave?"]
    page.locator("[data-action=fresh]").click()
    expect(page.locator(".sr-welcome")).to_be_visible()
    expect(page.locator(".sr-turn")).to_have_count(0)
    ask(page, "leave?")
    stage(page, "done")
    assert site.backend.asked[2].history == ()


def test_a_question_sent_in_the_moment_of_an_answer_is_asked(page: Page, site: Site) -> None:
    start(page, site)
    # Sent by the page itself, as soon as it shows that the answer is there.
    page.evaluate(
        """() => {
            const live = document.querySelector('#sr-live');
            new MutationObserver((_, seen) => {
                if (!live.querySelector('.sr-turn[data-stage=done]')) return;
                seen.disconnect();
                const box = document.querySelector('#sr-question-box textarea');
                box.value = 'And the meal allowance?';
                box.dispatchEvent(new Event('input', {bubbles: true}));
                setTimeout(() => box.dispatchEvent(
                    new KeyboardEvent('keydown', {key: 'Enter', bubbles: true, cancelable: true})
                ), 0);
            }).observe(live, {childList: true, subtree: true});
        }"""
    )
    ask(page, "leave?")
    expect(page.locator(f"{LIVE} .sr-question")).to_have_text("And the meal allowance?")
    stage(page, "done")
    assert [one.question for one in site.backend.asked] == ["leave?", "And the meal allowance?"]
    expect(page.locator("#sr-ask")).to_be_visible()
    expect(page.locator("#sr-stop")).to_be_hidden()


def test_what_is_written_while_a_question_is_sent_stays_in_the_box(page: Page, site: Site) -> None:
    start(page, site)
    box = page.locator("#sr-question-box textarea")
    box.fill("slow: leave?")
    box.press("Enter")
    box.fill("And the next one")
    stage(page, "writing")
    expect(page.locator(f"{LIVE} .sr-question")).to_have_text("slow: leave?")
    expect(box).to_have_value("And the next one")
    box.press("Enter")  # an answer is on its way: the question waits in line
    expect(box).to_have_value("")
    expect(page.locator(".sr-waiting li")).to_have_text(["And the next one"])
    box.fill("A third one")
    site.backend.go.set()
    expect(page.locator(f"{LIVE} .sr-question")).to_have_text("And the next one")
    stage(page, "done")
    expect(page.locator(".sr-waiting")).to_have_count(0)
    expect(box).to_have_value("A third one")
    page.locator("[data-action=retry]").click()  # which empties no box
    eventually(lambda: len(site.backend.asked) == 3)
    stage(page, "done")
    expect(box).to_have_value("A third one")
    box.press("Enter")
    expect(page.locator(f"{LIVE} .sr-question")).to_have_text("A third one")
    expect(box).to_have_value("")


def test_evidence_comes_first_and_stays_where_it_is(page: Page, site: Site) -> None:
    start(page, site)
    ask(page, "slow meal?")
    stage(page, "writing")
    figure = page.locator(f"{LIVE} figure")
    expect(figure).to_contain_text("42 euros")
    expect(figure.locator(".sr-from a")).to_have_attribute("href", re.compile("^/source[?]"))
    before, words = figure.bounding_box(), figure.locator("blockquote").inner_text()
    site.backend.go.set()
    stage(page, "done")
    expect(page.locator(f"{LIVE} figure")).to_have_count(1)
    assert figure.bounding_box() == before
    assert figure.locator("blockquote").inner_text().strip("“” \n1") == words.strip("“” \n1")


def test_what_a_model_drafts_is_never_on_screen(page: Page, site: Site) -> None:
    start(page, site)
    page.evaluate(
        """() => {
            window.seen = [];
            new MutationObserver(() => seen.push(document.body.textContent))
                .observe(document.body, {childList: true, subtree: true, characterData: true});
        }"""
    )
    for question in ("slow: leave?", "slow meal?", "chess?"):
        ask(page, question)
        if "slow" in question:
            stage(page, "writing")
            expect(page.locator(f"{LIVE} figure")).to_be_visible()
        site.backend.go.set()
        stage(page, "done")
        site.backend.go.clear()
    seen = page.evaluate("window.seen")
    assert any("28 working days" in one for one in seen)
    assert not any("9,999" in one for one in seen)


def test_a_stopped_answer_keeps_what_was_found_and_said(page: Page, site: Site) -> None:
    start(page, site)
    ask(page, "slow: leave?")
    stage(page, "writing")
    page.locator("#sr-stop").click()
    stage(page, "stopped")
    for _ in range(2):
        expect(page.locator(f"{LIVE} .sr-answer")).to_contain_text("entitled to 28 working days")
        expect(page.locator(f"{LIVE} .sr-draft")).to_contain_text("Full-time employees")
        expect(page.locator(f"{LIVE} .sr-stage")).to_contain_text("It is not complete.")
        page.reload()


@pytest.mark.parametrize(
    ("question", "inside", "words"),
    [
        ("Compare them", ".sr-missing", "What will it be in 2030?"),
        ("Is the canteen open?", ".sr-near h3", "Nearby, but not confirmed"),
        ("chess?", ".sr-not-found h3", "Not in the documents"),
        ("Hello", ".sr-alone .sr-prose", "Ask me about the documents."),
    ],
)
def test_each_outcome_has_its_own_look(
    page: Page, site: Site, question: str, inside: str, words: str
) -> None:
    start(page, site)
    ask(page, question)
    stage(page, "done")
    expect(page.locator(f"{LIVE} {inside}")).to_contain_text(words)
    expect(page.locator(f"{LIVE} .sr-sources")).to_have_count(0 if question == "Hello" else 1)


def test_a_wide_table_scrolls_within_itself(page: Page, site: Site) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    start(page, site)
    ask(page, "Compare them")
    stage(page, "done")
    expect(page.locator(f"{LIVE} .sr-prose td")).to_have_count(2)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_limited_search_can_be_asked_of_everything(page: Page, site: Site) -> None:
    start(page, site)
    choose(page, DOCUMENTS[5].name)
    ask(page, "chess?")
    stage(page, "done")
    expect(page.locator(f"{LIVE} .sr-limited")).to_contain_text("Only a part of the documents")
    page.locator("[data-action=everywhere]").click()
    eventually(lambda: len(site.backend.asked) == 2)
    stage(page, "done")
    assert site.backend.asked[1].scope == EVERYTHING
    expect(page.locator(".sr-turn")).to_have_count(1)
    expect(page.locator(f"{LIVE} .sr-turn > .sr-grid .sr-limited")).to_have_count(0)
    expect(page.locator(".sr-chip")).to_have_text(DOCUMENTS[5].name)  # the choice itself stays


def test_a_new_conversation_leaves_the_running_answer_to_itself(page: Page, site: Site) -> None:
    start(page, site)
    ask(page, "slow: leave?")
    stage(page, "writing")
    page.locator("[data-action=fresh]").click()
    expect(page.locator(".sr-welcome")).to_be_visible()
    ask(page, "meal?")
    stage(page, "done")
    expect(page.locator(".sr-turn")).to_have_count(1)
    assert not site.backend.streams[0].closed.is_set()
    page.locator("#sr-list a", has_text="slow: leave?").click()
    stage(page, "writing")
    expect(page.locator(f"{LIVE} .sr-draft")).to_have_text("Full-time employees")
    site.backend.go.set()
    stage(page, "done")
    expect(page.locator(f"{LIVE} .sr-prose")).to_contain_text("28 working days")


def test_examples_ask_themselves(page: Page, site: Site) -> None:
    start(page, site)
    page.locator(".sr-example").nth(1).click()
    stage(page, "done")
    assert site.backend.asked[0].question == EXAMPLES[1]
    expect(page.locator(f"{LIVE} figcaption")).to_have_text("Found in the documents")


def choose(page: Page, *names: str, find: str = "") -> None:
    page.locator(".sr-scope-button").click()
    expect(page.locator("#sr-choices .sr-choice").first).to_be_visible()
    if find:
        page.locator("#sr-find").fill(find)
        expect(page.locator("#sr-choices .sr-choice")).to_have_count(1)
    for name in names:
        page.get_by_role("checkbox", name=name).check()
    page.get_by_role("button", name="Use this choice").click()
    expect(page.locator("#sr-dialog-scope")).to_be_hidden()


def test_only_chosen_documents_are_searched(page: Page, site: Site) -> None:
    start(page, site)
    choose(page, DOCUMENTS[5].name, find="2021")
    expect(page.locator(".sr-chip")).to_have_text(DOCUMENTS[5].name)
    ask(page, "leave?")
    stage(page, "done")
    expect(page.locator(f"{LIVE} .sr-only-in")).to_have_text(f"Only in {DOCUMENTS[5].name}")
    assert site.backend.asked[0].scope.documents == (("general", DOCUMENTS[5].name),)
    page.reload()  # the choice is remembered
    expect(page.locator("#sr-first")).to_have_count(0)
    expect(page.locator(".sr-chip")).to_have_text(DOCUMENTS[5].name)
    page.get_by_role("button", name=f"Remove {DOCUMENTS[5].name}").click()
    expect(page.locator(".sr-scope")).to_contain_text("All documents")
    ask(page, "meal?")
    stage(page, "done")
    assert site.backend.asked[1].scope == EVERYTHING


def test_kinds_years_and_languages_can_be_chosen(page: Page, site: Site) -> None:
    about = {
        "lease.pdf": About(type="contract", language="de", made="2021-03-01"),
        "cleaning.pdf": About(type="contract", language="en", valid_from="2023-01-01"),
        "leave.pdf": About(type="policy", language="en", changed="2023-06"),
        "notes.txt": About(),
    }
    site.backend.known = tuple(replace(document(name), about=told) for name, told in about.items())
    start(page, site)
    choose(page, "Contract 2", "2023 2")
    expect(page.locator(".sr-chip")).to_have_text(["Contract", "2023"])
    ask(page, "leave?")
    stage(page, "done")
    expect(page.locator(f"{LIVE} .sr-only-in")).to_have_text("Only in Contract, 2023")
    assert site.backend.asked[0].scope.documents == (("general", "cleaning.pdf"),)
    page.reload()  # the choice is remembered
    expect(page.locator("#sr-first")).to_have_count(0)
    page.get_by_role("button", name="Remove 2023").click()
    expect(page.locator(".sr-chip")).to_have_text(["Contract"])
    ask(page, "meal?")
    stage(page, "done")
    names = {choice[1] for choice in site.backend.asked[1].scope.documents or ()}
    assert names == {"lease.pdf", "cleaning.pdf"}


def test_whole_spaces_can_be_chosen(page: Page, site: Site) -> None:
    private = document("My notes.md", space=f"~{KIM.id}")
    site.backend.known = (*DOCUMENTS, document("Salaries.xlsx", space="hr"), private)
    start(page, site)
    page.locator(".sr-scope-button").click()
    page.locator("#sr-choices [value='~1']").check()
    page.locator("#sr-choices [value=hr]").check()
    page.get_by_role("button", name="Use this choice").click()
    expect(page.locator(".sr-chip")).to_have_text(["hr", "My documents"])
    ask(page, "leave?")
    stage(page, "done")
    assert site.backend.asked[0].scope == Scope(("hr", private.space))
    choose(page, DOCUMENTS[0].name)
    expect(page.locator(".sr-chip")).to_have_count(3)
    ask(page, "meal?")
    stage(page, "done")
    scope = site.backend.asked[1].scope
    assert set(scope.spaces or ()) == {"general", "hr", private.space}
    assert {choice[1] for choice in scope.documents or ()} == {
        DOCUMENTS[0].name,
        "Salaries.xlsx",
        "My notes.md",
    }


def test_a_chosen_document_that_is_gone_is_not_replaced_by_all(page: Page, site: Site) -> None:
    start(page, site)
    choose(page, DOCUMENTS[0].name)
    expect(page.locator(".sr-chip")).to_have_count(1)
    site.backend.known = DOCUMENTS[1:]
    ask(page, "leave?")
    stage(page, "failed")
    expect(page.locator(f"{LIVE} .sr-failed")).to_contain_text("no longer there")
    assert site.backend.asked == []


def test_nothing_found_says_so_and_shows_the_nearest_passages(page: Page, site: Site) -> None:
    start(page, site)
    ask(page, "Who won the chess tournament?")
    stage(page, "done")
    expect(page.locator(f"{LIVE} .sr-not-found h3")).to_have_text("Not in the documents")
    expect(page.locator(f"{LIVE} .sr-card")).to_have_count(3)


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("busy", "in about 12 seconds"),
        ("x " * 15_000, "This question is too long for the model."),
        ("crash", "Something went wrong while answering."),
    ],
    ids=["busy", "30,000 characters", "defect"],
)
def test_failures_are_words(
    page: Page, site: Site, watched: Watched, question: str, words: str
) -> None:
    start(page, site)
    page.locator("#sr-question-box textarea").fill(question)
    page.locator("#sr-ask").click()
    stage(page, "failed")
    expect(page.locator(f"{LIVE} .sr-failed")).to_contain_text(words)
    expect(page.locator("body")).not_to_contain_text("Traceback")
    ask(page, "meal?")
    stage(page, "done")
    watched.assert_clean()


def test_one_persons_slow_question_holds_up_nobody(
    browser: Browser, page: Page, site: Site
) -> None:
    start(page, site)
    ask(page, "long search: leave?")
    stage(page, "searching")
    other = browser.new_context(locale="en-GB").new_page()
    start(other, site)
    ask(other, "meal?")
    stage(other, "done")
    other.context.close()
    stage(page, "searching")


def test_a_poisoned_document_reaches_no_other_host(
    page: Page, site: Site, watched: Watched
) -> None:
    violations: list[str] = []
    page.expose_function("violated", lambda uri: violations.append(uri))  # noqa: PLW0108
    page.add_init_script(
        "document.addEventListener('securitypolicyviolation', e => violated(e.blockedURI))"
    )
    start(page, site)
    ask(page, "very slow poison")
    stage(page, "writing")
    site.backend.go.set()
    stage(page, "done")
    page.locator(f"{LIVE} .sr-more summary").click()
    text = page.locator(LIVE).inner_text()
    assert "![x](http://evil.example/leak.png)" in text
    assert "{{7*7}} ${fetch(" in text
    hostile = "img, script, iframe, style, link, object, embed, form, [onerror], [onload]"
    assert page.locator(f":is(#sr-live, #sr-past) :is({hostile})").count() == 0
    links = page.locator(LIVE).evaluate("e => [...e.querySelectorAll('a')].map(a => a.href)")
    assert all(link.startswith(site.url) for link in links)
    ask(page, "meal?")  # the poisoned turn is now drawn again as a past one
    stage(page, "done")
    assert violations == []
    watched.assert_clean()


def test_markup_that_slips_in_cannot_run_or_load_anything(page: Page, site: Site) -> None:
    start(page, site)
    page.evaluate(
        """() => {
            window.ran = [];
            const spot = document.createElement('div');
            spot.innerHTML = '<img src=x onerror="ran.push(1)"><svg onload="ran.push(2)">';
            document.body.append(spot);
            const inline = document.createElement('script');
            inline.textContent = 'ran.push(3)';
            document.body.append(inline);
        }"""
    )
    blocked = page.evaluate(
        """() => new Promise(done => {
            document.addEventListener('securitypolicyviolation', e => done(e.blockedURI));
            new Image().src = 'http://evil.example/leak.png';
        })"""
    )
    assert "evil.example" in blocked
    assert page.evaluate("window.ran") == []


def test_the_browser_keeps_nothing_of_a_conversation(page: Page, site: Site) -> None:
    start(page, site)
    ask(page, "meal allowance for the secret project?")
    stage(page, "done")
    kept = page.evaluate(
        """async () => JSON.stringify([
            {...localStorage}, {...sessionStorage}, document.cookie,
            (await indexedDB.databases()).map(d => d.name), await caches.keys(),
        ])"""
    )
    assert "secret project" not in kept
    assert json.loads(kept)[2:] == ["", [], []]


def test_no_question_is_written_to_a_log(
    page: Page, site: Site, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    start(page, site)
    for question in ("secret meal", "secret crash", "secret down"):
        ask(page, question)
        expect(page.locator("#sr-ask")).to_be_visible()
    # A document that is not there, as only a changed page would send it.
    config = httpx.get(site.url + "/config", trust_env=False).json()
    for call in config["dependencies"]:
        body = {
            "data": ["secret", ["nowhere.pdf"], None][3 - len(call["inputs"]) :],
            "event_data": {"question": "secret", "documents": ["secret.pdf"], "index": 0},
            "fn_index": call["id"],
            "session_hash": "made-up",
        }
        httpx.post(site.url + "/gradio_api/queue/join", json=body, trust_env=False)
    with httpx.stream(
        "GET",
        site.url + "/gradio_api/queue/data",
        params={"session_hash": "made-up"},
        timeout=60,
        trust_env=False,
    ) as stream:
        for line in stream.iter_lines():
            if "close_stream" in line:
                break
    out, err = capfd.readouterr()
    assert "secret" not in (out + err + caplog.text).lower()


def test_an_answer_can_be_copied_with_its_sources(browser: Browser, site: Site) -> None:
    context = browser.new_context(locale="en-GB")
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=site.url)
    page = context.new_page()
    start(page, site)
    ask(page, "leave?")
    stage(page, "done")
    button = page.locator("[data-action=copy]")
    button.click()
    expect(button).to_have_text("Copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert "[1] Employee handbook 2026.pdf, page 4" in copied
    expect(button).to_have_text("Copy")
    context.close()


def test_the_page_speaks_german(browser: Browser, site: Site) -> None:
    context = browser.new_context(locale="de-DE")
    page = context.new_page()
    page.goto(site.url + "/")
    expect(page.locator(".sr-welcome h2")).to_have_text("Was möchten Sie wissen?")
    expect(page.locator("#sr-ask")).to_have_text("Fragen")
    expect(page.locator("html")).to_have_attribute("lang", "de")
    context.close()


def test_a_page_opened_while_the_model_loads_notices_when_it_is_ready(
    page: Page, site: Site
) -> None:
    site.backend.status = "starting"
    start(page, site)
    expect(page.locator(".sr-state")).to_have_text("Loading the model…")
    site.backend.status = "ready"
    expect(page.locator(".sr-state")).to_have_text("Ready")


def test_without_documents_the_page_says_what_to_do(page: Page, site: Site) -> None:
    site.backend.known = ()
    page.goto(site.url + "/")
    expect(page.locator(".sr-welcome h2")).to_have_text("There are no documents yet")


def test_everything_can_be_done_with_the_keyboard(page: Page, site: Site) -> None:
    start(page, site)
    page.locator(".sr-example").first.focus()
    page.keyboard.press("Enter")
    stage(page, "done")
    shown = re.compile("sr-shown")
    for _ in range(40):
        # What is drawn once more when the answer has ended takes the focus along.
        page.locator(f"{LIVE} a.sr-cite").last.focus()
        page.wait_for_timeout(100)
        if shown.search(page.locator("#turn-1-source-2").get_attribute("class") or ""):
            break
    expect(page.locator("#turn-1-source-2")).to_have_class(shown)
    stream: FakeStream = site.backend.streams[0]
    assert stream.ended.is_set()
