"""What `strongroom ask` prints of each outcome."""

import pytest
from fakes import compared_answer, leave_answer, list_answer, near_answer, nothing_found

from app.answering.events import Answer
from app.commands.asking import print_answer


@pytest.mark.parametrize(
    ("answer", "told", "not_told"),
    [
        (list_answer("?"), ["- Receipts are not needed. [2]", "[2] Travel policy.docx"], "nearby"),
        (leave_answer("?"), ["(no passage supports: Part-time", "[1] Employee"], "missing"),
        (compared_answer("?"), ["| --- | --- |", "missing: What will it be in 2030?"], "nearby"),
        (near_answer("?"), ["> “The meal", "(nearby, but not confirmed", "[3] Travel"], "supports"),
        (nothing_found("?"), ["The nearest passages:", "- Travel policy.docx"], "nearby"),
    ],
)
def test_markdown_then_doubts_then_sources(
    answer: Answer, told: list[str], not_told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    print_answer(answer)
    printed = capsys.readouterr().out
    at = [printed.index(words) for words in told]
    assert at == sorted(at)
    assert not_told not in printed
