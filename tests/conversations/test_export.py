"""Conversations as files: complete, with their sources, and harmless whatever is in them."""

import io

import pytest
from fakes import (
    LEAVE,
    POISON,
    answer,
    cite,
    compared_answer,
    leave_answer,
    list_answer,
    near_answer,
    nothing_found,
    poisoned_answer,
    steps_answer,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from pypdf import PdfReader

from app.answering.events import AnswerSentence
from app.people.conversations.export import ExportWords, Line, lines_of, markdown, pdf
from app.people.conversations.turns import SavedConversation, SavedTurn

WORDS = ExportWords(
    sources="Sources",
    page="page {page}",
    not_found="The documents do not hold this.",
    unconfirmed="Only nearby.",
    stopped="This answer was stopped.",
    failed="There was no answer.",
    withheld="You can no longer read this.",
    unsupported="not confirmed",
    exported="Exported on {date}",
)


def conversation(*turns: SavedTurn) -> SavedConversation:
    return SavedConversation("c", "Leave & meals", 0.0, 0.0, turns)


def done(number: int, question: str, **made: object) -> SavedTurn:
    return SavedTurn(number, question, "done", **made)  # type: ignore[arg-type]


EVERYTHING = conversation(
    done(1, "How much leave?", answer=leave_answer("How much leave?")),
    done(2, "Chess?", answer=nothing_found("Chess?")),
    SavedTurn(3, "And?", "stopped", draft="Half of it"),
    SavedTurn(4, "Busy?", "failed", failure="busy"),
    done(5, "Salaries?", withheld=True),
)


def text_of(document: bytes) -> str:
    return " ".join(
        word
        for page in PdfReader(io.BytesIO(document)).pages
        for word in page.extract_text().split()
    )


FORMS = conversation(
    done(1, "Which?", answer=list_answer("Which?")),
    done(2, "How?", answer=steps_answer("How?")),
    done(3, "Compare", answer=compared_answer("Compare")),
    done(4, "Canteen?", answer=near_answer("Canteen?")),
)


def lines(shown: SavedConversation) -> list[Line]:
    return list(lines_of(shown, WORDS, "2026-11-22"))


def test_both_files_say_everything() -> None:
    written = lines(EVERYTHING)
    shown = MarkdownIt().render(markdown(written))
    printed = text_of(pdf(written, title="Leave & meals", language="en"))
    for words in (
        "Exported on 2026-11-22",
        "How much leave?",
        "28 working days",
        "Part-time employees usually receive the same amount. (not confirmed)",
        "[1] Employee handbook 2026.pdf, page 4, Working time",
        "Every full-time employee is entitled",
        "The documents do not hold this.",
        "Half of it",
        "This answer was stopped.",
        "There was no answer.",
        "You can no longer read this.",
    ):
        assert words in shown, words
        assert words in printed, words
    assert "Leave &amp; meals" in shown
    assert "Leave & meals" in printed


def test_lists_steps_tables_and_what_is_only_near_keep_their_form() -> None:
    written = lines(FORMS)
    text = markdown(written)
    shown = MarkdownIt("commonmark").enable("table").render(text)
    assert "<ul>\n<li>Up to five days may be carried over. [1]</li>" in shown
    assert "<li>Choose <strong>New entry</strong>. [1]</li>" in shown
    assert "<li>Call the help desk. (not confirmed)</li>" in shown
    assert "<th>Handbook 2026</th>" in shown
    assert "<td>“Annual leave is 25 working days” [2]</td>" in shown
    assert "<em>Only nearby.</em>" in shown
    assert "<blockquote>\n<p>“The meal allowance abroad" in shown
    assert "[1] Travel policy.docx" in shown
    printed = text_of(pdf(written, title="x", language="en"))
    for words in (
        "• Up to five days may be carried over. [1]",
        "3. Call the help desk. (not confirmed)",
        "Handbook 2026 Handbook 2021",
        "Only nearby.",
    ):
        assert words in printed, words


@pytest.mark.parametrize("poison", [POISON, "<a href='javascript:x'>", "[a](javascript:x)", "`#"])
def test_foreign_markup_is_shown_and_does_nothing(poison: str) -> None:
    sentence = AnswerSentence(poison, (1,), True)
    evil = answer(poison, [sentence], [cite(1, LEAVE, poison)])
    shown = MarkdownIt("commonmark", {"html": True, "linkify": False}).render(
        markdown(lines(conversation(done(1, poison, answer=evil))))
    )
    for tag in ("<img", "<script", "<a ", "<svg", "<iframe", "<style", "<link", "<code", "<h4"):
        assert tag not in shown
    poisoned = done(1, poison, answer=poisoned_answer(poison))
    printed = pdf(lines(conversation(poisoned)), title=poison, language="en")
    reader = PdfReader(io.BytesIO(printed))
    assert all("/Annots" not in page for page in reader.pages)
    assert text_of(printed)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=200))
def test_any_text_can_be_printed(text: str) -> None:
    evil = answer(text, [AnswerSentence(text, (1,), False)], [cite(1, LEAVE, text)])
    written = lines(
        conversation(done(1, text, answer=evil), SavedTurn(2, text, "stopped", draft=text))
    )
    assert pdf(written, title=text, language="de").startswith(b"%PDF")
    assert markdown(written)


def test_letters_are_printed_and_what_no_font_has_is_replaced() -> None:
    shown = "Größe: 5 € für Žofie, Ωμέγα и Привет – 你好 \U00012000"
    printed = text_of(pdf([Line("answer", shown)], title="x", language="de"))
    assert "Größe: 5 € für Žofie, Ωμέγα и Привет – 你好" in printed
    assert "\U00012000" not in printed


def test_a_huge_word_and_a_huge_answer_fit_the_page() -> None:
    written = [
        Line("answer", "x" * 3_000),
        Line("answer", "word " * 20_000),
        Line("quote", "y" * 9_000),
    ]
    assert len(PdfReader(io.BytesIO(pdf(written, title="x", language="en"))).pages) > 5
