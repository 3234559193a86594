"""Places for questions, what to ask next, and the words around conversations."""

import asyncio
from dataclasses import replace
from datetime import date, datetime

import pytest
from fakes import LEAVE, MEALS, OLD_LEAVE, SECURITY, cite, document, leave_answer, nothing_found
from web.running import apart

from app.people.conversations.turns import Listed, SavedTurn
from app.web.chat import frame
from app.web.chat.places import Places
from app.web.chat.suggestions import MOST, suggestions
from app.web.i18n.languages import LANGUAGES

ENGLISH, GERMAN = LANGUAGES["en"].chat, LANGUAGES["de"].chat


def test_places_are_given_in_order_and_come_back() -> None:
    async def run() -> None:
        places = Places(1, 2, each=2)
        first, second = places.enter("kim"), places.enter("kim")
        assert first is not None
        assert second is not None
        assert places.enter("kim") is None
        assert places.full_of("kim")
        third = places.enter("lee")
        assert third is not None
        assert not places.full_of("lee")
        assert places.enter("max") is None  # full for everybody
        goes_on = asyncio.Event()
        assert await first.wait(goes_on)
        waiting = asyncio.ensure_future(second.wait(asyncio.Event()))
        await asyncio.sleep(0)
        assert not waiting.done()
        first.leave()
        assert await waiting
        stopped = asyncio.Event()
        stopped.set()
        assert not await third.wait(stopped)
        third.leave()
        second.leave()
        again = places.enter("max")
        assert again is not None
        assert await again.wait(goes_on)
        again.leave()

    apart(run())


def test_a_question_that_gives_up_waiting_loses_no_place() -> None:
    async def run() -> None:
        places = Places(1, 9, each=9)
        first, gives_up, patient = (places.enter("kim") for _ in range(3))
        assert first
        assert gives_up
        assert patient
        assert await first.wait(asyncio.Event())
        task = asyncio.ensure_future(gives_up.wait(asyncio.Event()))
        await asyncio.sleep(0)
        task.cancel()
        gives_up.leave()
        first.leave()
        assert await patient.wait(asyncio.Event())
        patient.leave()
        assert not places.full_of("kim")

    apart(run())


def kept(answer: object) -> SavedTurn:
    return SavedTurn(1, "leave?", "done", answer=answer)  # type: ignore[arg-type]


def test_suggestions_are_about_what_the_answer_did_not_use() -> None:
    carried = replace(LEAVE, heading="2.4 Working time > 2.4.1 Overtime", chunk_id="9" * 16)
    given = replace(leave_answer("leave?"), passages=(MEALS, carried, LEAVE, OLD_LEAVE, SECURITY))
    offered = suggestions(ENGLISH, [kept(given)])
    assert offered == [  # the cited documents come first
        "What does Employee handbook 2026 say about “Overtime”?",
        "What does Travel policy say about “Allowances”?",
        "What does Information security say about “Passwords”?",
    ]
    assert suggestions(GERMAN, [kept(given)])[1] == ("Was steht in Travel policy zu „Allowances“?")
    asked = SavedTurn(1, offered[1], "done")
    assert "Allowances" not in "".join(suggestions(ENGLISH, [asked, kept(given)]))
    cited = kept(replace(given, citations=(cite(1, SECURITY, "q"),)))
    assert "Passwords" not in "".join(suggestions(ENGLISH, [cited, kept(given)]))
    dashes = replace(given, passages=(replace(MEALS, document="hr/travel_policy-2026.docx"),))
    assert "does travel policy 2026 say" in suggestions(ENGLISH, [kept(dashes)])[0]


def test_a_heading_that_asks_is_suggested_as_it_stands() -> None:
    asking = replace(MEALS, heading="Travel > Can I keep my air miles?")
    given = replace(leave_answer("leave?"), passages=(asking,))
    assert suggestions(ENGLISH, [kept(given)]) == ["Can I keep my air miles?"]


@pytest.mark.parametrize("heading", ["", "7.", "x" * 200, "A > ", "12 > 3.1 "])
def test_a_heading_that_says_nothing_suggests_nothing(heading: str) -> None:
    odd = replace(MEALS, heading=heading)
    given = replace(leave_answer("?"), passages=(odd,), citations=(cite(1, LEAVE, "q"),))
    assert suggestions(ENGLISH, [kept(given)]) == []


def test_suggestions_are_few_and_need_an_answer_that_one_may_read() -> None:
    many = [replace(MEALS, heading=f"Topic {name}", chunk_id=name) for name in "abcdefgh"]
    given = replace(nothing_found("?"), passages=many)
    assert len(suggestions(ENGLISH, [kept(given)])) == MOST
    assert suggestions(ENGLISH, [replace(kept(given), withheld=True)]) == []
    assert suggestions(ENGLISH, [kept(None)]) == []


def test_the_list_goes_by_days() -> None:
    def on(day: int, month: int = 11) -> Listed:
        at = datetime(2026, month, day, 12).timestamp()
        return Listed(f"c{month}{day}", f"On {month}/{day}", at, at)

    html = frame.list_html(
        LANGUAGES["en"].conversations,
        [on(22), on(21), on(17), on(1), on(3, 2)],
        date(2026, 11, 22),
    )
    days = [part.partition("<")[0] for part in html.split("<h2>")[1:]]
    assert days == ["Today", "Yesterday", "Last 7 days", "Last 30 days", "Older"]
    assert "No conversation holds" in frame.list_html(
        LANGUAGES["en"].conversations, [], date(2026, 11, 22), searched=True
    )


def test_many_documents_are_found_by_typing() -> None:
    many = [document(f"Report {number}.pdf") for number in range(250)]
    words = LANGUAGES["en"].conversations
    html = frame.choices_html(ENGLISH, words, many)
    assert html.count("<input") == frame.MOST_CHOICES
    assert "150 more documents" in html
    assert frame.choices_html(ENGLISH, words, many, "PORT 17 ").count("<input") == 13
    assert "No document has such a name" in frame.choices_html(ENGLISH, words, many, "zebra")
