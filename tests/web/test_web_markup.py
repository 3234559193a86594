"""The page's HTML: what is said when, and that foreign text never becomes markup."""

import time
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser

import pytest
from fakes import (
    LEAVE,
    POISON,
    answer,
    cite,
    compared_answer,
    document,
    greeting,
    leave_answer,
    list_answer,
    meals_answer,
    near_answer,
    nothing_found,
    poisoned_answer,
    script,
    steps_answer,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from app.answering.events import (
    Answer,
    AnswerSentence,
    Dropped,
    EvidenceFound,
    Finished,
    Progress,
    Reading,
    Said,
    Searching,
    Writing,
)
from app.people.conversations.turns import Feedback, Listed, Selection
from app.web.chat import frame, markup
from app.web.chat.backend import AnswerFailed, FailureKind, ModelNotice, Readiness
from app.web.chat.view import Turn, advance, fail, stop
from app.web.i18n.languages import LANGUAGES
from app.web.i18n.words import Language, Texts

ENGLISH, GERMAN = LANGUAGES["en"].chat, LANGUAGES["de"].chat
OUR_TAGS = {
    *("a", "aside", "b", "bdi", "blockquote", "button", "circle", "code", "details", "div"),
    *("figcaption", "figure", "h1", "h2", "h3", "li", "ol", "p", "path", "pre", "rect"),
    *("section", "span", "strong", "summary", "svg", "ul", "dialog", "fieldset", "form", "header"),
    *("input", "label", "legend", "nav", "small", "textarea"),
    *("br", "em", "table", "tbody", "td", "th", "thead", "tr"),
    *("dl", "dt", "dd", "kbd"),
}
OUR_ATTRIBUTES = {
    *("aria-hidden", "aria-label", "class", "hidden", "href", "id", "role", "tabindex", "title"),
    *("type", "viewbox", "d", "x", "y", "width", "height", "rx", "cx", "cy", "r"),
    *("target", "rel", "download", "for", "name", "value", "method", "action", "placeholder"),
    *("autocomplete", "maxlength", "required", "rows", "aria-labelledby", "aria-controls"),
    *("aria-pressed", "aria-haspopup", "scope", "start", "autocapitalize", "spellcheck"),
    *("aria-current", "aria-live", "multiple", "lang"),
}


class Reader(HTMLParser):
    """Reads HTML as a browser would and refuses what is not ours."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text = ""
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in OUR_TAGS, tag
        for name, value in attrs:
            assert name in OUR_ATTRIBUTES or name.startswith("data-"), name
            if name == "href":
                assert value
                assert value.startswith(
                    ("#", "/source?", "/?c=", "/conversation/c/share?turn=")
                ) or value in (
                    "/",
                    "/account",
                    "/administration",
                    "/documents",
                    "/administration/models",
                    "/sign-in",
                )
            if name == "target":
                assert dict(attrs).get("rel") == "noopener"
        if tag not in ("rect", "circle", "path", "input", "br"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)

    def handle_data(self, data: str) -> None:
        self.text += data


def read(html: str) -> str:
    """The text that a browser shows; fails on any tag or attribute that is not ours."""
    reader = Reader()
    reader.feed(html)
    reader.close()
    assert reader.open == []
    html.encode()  # a lone surrogate would break the connection
    return reader.text


def finished(made: Answer, **fields: object) -> Turn:
    turn = Turn(1, made.question, **fields)  # type: ignore[arg-type]
    for event in script(made):
        turn = advance(turn, event)
    return turn


def finished_at_once(made: Answer) -> Turn:
    return advance(Turn(1, made.question), Finished(made))


def shown(turn: Turn, texts: Texts = ENGLISH) -> str:
    return read(markup.turn_html(texts, turn, markup.Around("c", searched=6)))


hostile = st.one_of(
    st.text(max_size=80),
    st.sampled_from([POISON, "<", "&lt;", "]]>", "<!--", "\u202egpj.exe", "\ud800", "a\x00b", "`"]),
)


@settings(max_examples=40, deadline=None)
@given(hostile, hostile, hostile)
def test_foreign_text_is_never_markup(one: str, two: str, three: str) -> None:
    evil = replace(LEAVE, document=one, heading=two, text=three, page=None)
    made = answer(
        one,
        [AnswerSentence(two, (1,), True), AnswerSentence(three, (), False)],
        [cite(1, evil, three)],
        passages=(evil, replace(evil, chunk_id="9" * 16)),
    )
    turn = finished(made, selection=Selection((one,), ((three, two),)))
    for language in LANGUAGES.values():
        texts, words = language.chat, language.conversations
        shown(turn, texts)
        shown(finished(replace(made, quoted=True)), texts)
        shown(finished(replace(made, found=False)), texts)
        shown(stop(advance(advance(Turn(1, one), Reading([evil], Dropped())), Said(two))), texts)
        found = EvidenceFound([cite(1, evil, two)])
        shown(advance(advance(Turn(1, one), found), Said(three)), texts)
        shown(finished(replace(made, answer=one, found=False, outcome="unconfirmed")), texts)
        shown(finished(replace(made, outcome="partly", missing=(two, three))), texts)
        read(markup.turn_html(texts, turn, markup.Around("c", next_questions=[one, two])))
        read(markup.turn_html(texts, replace(turn, feedback=Feedback("down", three))))
        read(markup.welcome_html(texts, 3, [one, two, three], one))
        model = ModelNotice(one, weak=True)
        account = frame.Account(two, one, signs_out=True, has_account=True, administrator=True)
        read(frame.header_html(texts, words, Readiness("ready"), model, account))
        read(frame.frame_html(texts, words, account))
        read(frame.list_html(words, [Listed(one, two, 0, 0, three)], date(2026, 11, 22)))
        read(frame.scope_html(texts, words, Selection((one,), ((two, three),))))
        records = [document(one), document(two, space=three)]
        read(frame.choices_html(texts, words, records))


def test_a_poisoned_answer_shows_its_words_and_nothing_else() -> None:
    text = shown(finished(poisoned_answer("poison")))
    assert "![x](http://evil.example/leak.png)" in text
    assert "<img src=http://evil.example/i.png" in text


def test_text_cannot_be_turned_around() -> None:
    assert "reportfdp.exe" in shown(Turn(1, "report\u202efdp.exe"))


def test_an_answer_links_each_mark_to_its_source() -> None:
    html = markup.turn_html(ENGLISH, finished_at_once(leave_answer("Leave?")))
    assert html.count('data-card="turn-1-source-1"') == 2
    assert html.count("page=4&amp;chunk=" + LEAVE.chunk_id) == 3
    assert html.count('id="turn-1-source-1"') == 1
    text = read(html)
    assert "page 4 · Working time › Annual leave" in text
    assert "Every full-time employee is entitled to 28 working days" in text
    assert "2 more passages were found" in text


def test_sentences_without_support_are_marked_in_words_too() -> None:
    text = shown(finished(leave_answer("Leave?")))
    unsupported = (
        "Part-time employees usually receive the same amount. (not confirmed by the sources)"
    )
    assert unsupported in text
    assert "No passage confirms the underlined sentence." in text


def test_what_was_left_out_is_said_plainly() -> None:
    text = shown(finished(leave_answer("Leave?")))
    assert "2 passages and 1 earlier question had to be left out" in text
    assert "left out" not in shown(finished(meals_answer("Meals?")))


def test_lists_steps_and_tables_are_drawn_as_such() -> None:
    listed = markup.turn_html(ENGLISH, finished(list_answer("?")))
    assert listed.count('<li>Up to five days may be carried over.<a class="sr-cite"') == 1
    steps = markup.turn_html(ENGLISH, finished(steps_answer("?")))
    assert "<ol><li>Open the password manager." in steps
    assert "<strong>New entry</strong>" in steps
    assert '<li><span class="sr-unsupported"' in steps
    table = markup.turn_html(ENGLISH, finished(compared_answer("?")))
    assert '<th scope="col">Handbook 2026</th>' in table
    assert table.count("<td>") == 2
    assert table.count('class="sr-cite"') == 2
    for html in (listed, steps, table):
        read(html)


def test_the_missing_part_is_named_once() -> None:
    html = markup.turn_html(ENGLISH, finished(compared_answer("?")))
    assert "Answered in part" in read(html)
    assert html.count("What will it be in 2030?") == 2  # beside the answer, and to be copied
    assert "The documents do not answer this part: What" in markup.copy_text(
        ENGLISH, finished(compared_answer("?"))
    )


def test_a_computed_answer_is_no_quotation() -> None:
    said = "18.3 + 6.6 = **24.9** [1]"
    made = replace(meals_answer("Sum?"), answer=said, form="value", sentences=[])
    html = markup.turn_html(ENGLISH, finished_at_once(made))
    assert "<strong>24.9</strong>" in html
    assert "Found in the documents" not in html


def test_what_is_only_near_is_shown_as_that_and_in_doubt_of_nothing() -> None:
    html = markup.turn_html(ENGLISH, finished(near_answer("?")))
    assert "Nearby, but not confirmed" in read(html)
    assert "<blockquote><p>“The meal allowance abroad" in html
    assert 'id="turn-1-source-1"' in html
    assert "sr-unsupported" not in html
    assert "Not in the documents" not in html


def test_a_limited_search_says_so_and_offers_everything() -> None:
    only = Selection((), (("general", "a.pdf"),))
    for made in (near_answer("?"), nothing_found("?"), compared_answer("?")):
        limited = finished(made, selection=only)
        assert 'data-action="everywhere"' in markup.turn_html(ENGLISH, limited)
        assert 'data-action="everywhere"' not in markup.turns_html(ENGLISH, [limited])
        assert "Only a part of the documents was searched" in shown(limited)
        assert "everywhere" not in markup.turn_html(ENGLISH, finished(made))
    assert "everywhere" not in markup.turn_html(
        ENGLISH, finished(leave_answer("?"), selection=only)
    )


def test_small_talk_shows_no_search_and_no_sources() -> None:
    html = markup.turn_html(ENGLISH, finished(greeting("Hello")))
    assert "<aside" not in html
    assert "sr-not-found" not in html
    assert "Searching" not in markup.turn_html(ENGLISH, Turn(1, "Hello"))


def test_the_same_words_stand_in_the_same_place_when_quotations_are_the_answer() -> None:
    made = meals_answer("Meals?")
    turn = advance(Turn(1, "Meals?"), EvidenceFound(made.citations))
    quote = made.citations[0].quote
    before = markup.turn_html(ENGLISH, turn)
    after = markup.turn_html(
        ENGLISH, advance(turn, Finished(replace(made, answer=f"“{quote}” [1]")))
    )

    def figure(html: str) -> str:
        drawn = html.partition('<figure class="sr-quoted">')[2].partition("</figure>")[0]
        return drawn.replace("sr-words", "sr-prose")

    assert quote in figure(before)
    assert figure(before) == figure(after)


@pytest.mark.parametrize(
    "text",
    [
        POISON,
        "[a](javascript:alert(1)) <a href=javascript:x> ![x](data:text/html,x) <http://e.example>",
        "> " * 3_000 + "x",
        "- " * 3_000 + "x",
        "*a **b " * 3_000,
        "|" * 5_000,
        "`" * 9_000,
        "[1" * 9_000,
        "[1](x) " + "\n\n[1]: http://evil.example/ref",
        "&lt;script&gt; &#106;avascript:x",
        "word <b>x</b>\n" * 70_000,
    ],
    ids=lambda text: text[:12],
)
def test_hostile_markdown_is_text_and_is_drawn_quickly(text: str) -> None:
    sentences = [AnswerSentence(text[:60], (), False), AnswerSentence("gone", (), False)]
    made = replace(answer("?", sentences, [cite(1, LEAVE, "q")]), answer=text)
    began = time.perf_counter()
    html = markup.turn_html(ENGLISH, finished_at_once(made))
    assert time.perf_counter() - began < 10
    read(html)
    if "evil.example/ref" in text:
        assert 'href="http' not in html


def test_a_quotation_says_that_it_is_one() -> None:
    assert "Found in the documents" in shown(finished(meals_answer("Meals?")))


def test_nothing_found_shows_the_nearest_passages() -> None:
    text = shown(finished(nothing_found("Chess?")))
    assert "Not in the documents" in text
    assert "Nearest passages" in text
    assert "Annual leave is 25 working days" in text
    assert "No passage came close" in shown(finished(replace(nothing_found("?"), passages=())))


def test_the_stages_are_named() -> None:
    turn = advance(Turn(1, "?"), Searching("?"))
    assert "Searching 6 documents…" in shown(turn)
    step = advance(turn, Searching("<b>depot</b> Larkfield", step=True))
    assert "Searching further: <b>depot</b> Larkfield…" in shown(step)  # as text
    chosen = advance(Turn(1, "?", Selection((), (("general", "a.pdf"),))), Searching("?"))
    assert "Searching 1 document…" in shown(chosen)
    assert "Only in a.pdf" in shown(chosen)
    turn = advance(turn, Reading([LEAVE], Dropped()))
    assert "Reading 1 passage…" in shown(turn)
    turn = advance(turn, Writing("9,999 days"))
    assert "Writing…" in shown(turn)
    assert "9,999" not in shown(turn)
    turn = advance(turn, Said("Well [1]"))
    assert "Well" in shown(turn)
    assert "You stopped this answer. It is not complete." in shown(stop(turn))
    assert "Reading… 3 / 12" in shown(advance(Turn(1, "?"), Progress("3 / 12")))


@pytest.mark.parametrize("language", LANGUAGES.values(), ids=LANGUAGES)
@pytest.mark.parametrize("kind", FailureKind)
def test_every_failure_has_words(language: Language, kind: FailureKind) -> None:
    texts = language.chat
    text = shown(fail(Turn(1, "?"), AnswerFailed(kind)), texts)
    assert texts.failed_title in text
    assert texts.retry in text


def test_a_busy_engine_says_how_long() -> None:
    busy = AnswerFailed(FailureKind.BUSY, 12.3)
    assert "in about 12 seconds" in markup.failure_words(ENGLISH, busy)
    hasty = AnswerFailed(FailureKind.TOO_MANY_OWN, 7)
    assert "ask again in about 7 seconds" in markup.failure_words(ENGLISH, hasty)
    assert "etwa einer Sekunde" in markup.failure_words(GERMAN, AnswerFailed(FailureKind.BUSY, 0.2))


def test_only_the_last_question_can_be_asked_again() -> None:
    turn = finished(leave_answer("Leave?"))
    assert "Ask again" in read(markup.turn_html(ENGLISH, turn))
    assert "Ask again" not in read(markup.turns_html(ENGLISH, [turn]))


def header(status: str, model: ModelNotice | None, *, administrator: bool = False) -> str:
    words = LANGUAGES["en"].conversations
    readiness = Readiness(status)  # type: ignore[arg-type]
    account = frame.Account("Kim", administrator=administrator, administers=administrator)
    return frame.header_html(ENGLISH, words, readiness, model, account)


def test_that_a_stronger_model_is_missing_is_told_to_administrators_alone() -> None:
    weak, strong = ModelNotice("Tiny", weak=True), ModelNotice("Big", weak=False)
    told = read(header("ready", weak, administrator=True))
    assert "A stronger model is missing." in told
    assert "strongroom models add" not in told
    assert 'href="/administration/models"' in header("ready", weak, administrator=True)
    assert "Tiny" not in read(header("ready", weak))
    assert "Big" not in read(header("ready", strong, administrator=True))
    assert "No chat model." in read(header("failed", None))


def test_without_documents_the_page_says_how_to_add_some() -> None:
    reader = read(markup.welcome_html(ENGLISH, 0, []))
    assert "ask your administrator" in reader
    assert "Add documents" not in reader
    curator = markup.welcome_html(ENGLISH, 0, [], adds=True)
    assert 'href="/documents"' in curator
    assert "Drop files" in read(curator)


def test_a_copied_answer_carries_its_sources() -> None:
    text = markup.copy_text(ENGLISH, finished(leave_answer("Leave?")))
    assert text.startswith("Full-time employees")
    assert "[1] Employee handbook 2026.pdf, page 4, Working time > Annual leave: “Every" in text
