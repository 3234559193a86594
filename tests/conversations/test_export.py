"""Conversations as files: complete, with their sources, and harmless whatever is in them."""

import io

import pytest
from fakes import LEAVE, POISON, answer, cite, leave_answer, nothing_found, poisoned_answer
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
