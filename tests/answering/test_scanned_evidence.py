"""An answer that rests on words recognised with little certainty says so."""

from dataclasses import replace

import pytest
from fakes import LEAVE, MEALS, answer, cite

from app.answering.distrust import as_data, notices_of
from app.answering.events import AnswerSentence, Citation, Notice
from app.answering.noticing import told
from app.web.chat.markup import turn_html
from app.web.chat.view import Stage, Turn
from app.web.i18n.languages import LANGUAGES


def cited(recognised: float | None, page: int = 4) -> Citation:
    return replace(cite(1, LEAVE, LEAVE.text), recognised=recognised, page=page)


@pytest.mark.parametrize(
    ("citations", "pages"),
    [
        ([cited(None)], 0),
        ([cited(0.96)], 0),
        ([cited(0.8)], 0),
        ([cited(0.61)], 1),
        ([cited(0.61), cited(0.61)], 1),
        ([cited(0.61), cited(0.55, page=5), cited(0.9, page=6), cited(None, page=7)], 2),
    ],
)
def test_pages_that_were_not_read_surely_are_counted(citations: list[Citation], pages: int):
    wanted = (Notice("scans", pages),) if pages else ()
    assert notices_of([as_data(LEAVE), as_data(MEALS)], "Leave is 28 days.", 0, citations) == wanted


def test_the_reader_is_told_in_the_chat_and_on_the_command_line():
    notices = notices_of([as_data(LEAVE)], LEAVE.text, 0, [cited(0.61)])
    found = replace(
        answer("How many?", [AnswerSentence(LEAVE.text, (1,), supported=True)], [cited(0.61)]),
        notices=notices,
    )
    turn = Turn(1, "How many?", stage=Stage.DONE, answer=found)
    english = turn_html(LANGUAGES["en"].chat, turn)
    assert "1 cited page was read from a scan, and not surely." in english
    assert "61 %" in english
    assert "1 zitierte Seite wurde aus einem Scan gelesen" in turn_html(LANGUAGES["de"].chat, turn)
    assert told(notices) == ["cited pages read from a scan with little certainty, compare them: 1"]
