"""Places for questions, what to ask next, and the words around conversations."""

import asyncio
from dataclasses import replace
from datetime import date, datetime

from fakes import LEAVE, MEALS, OLD_LEAVE, cite, document, leave_answer, nothing_found
from web.running import apart

from app.people.conversations.turns import Listed, SavedTurn
from app.web.chat import frame
from app.web.chat.places import Places
from app.web.chat.suggestions import MOST, examples, suggestions
from app.web.i18n.languages import LANGUAGES
from vectorstore.records import About

ENGLISH = LANGUAGES["en"].chat


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


def test_suggestions_ask_for_what_the_answer_did_not_use() -> None:
    journeys = replace(LEAVE, text="Journeys must be approved beforehand.", chunk_id="9" * 16)
    length = replace(LEAVE, text="A password has at least 14 characters.")
    carried = replace(LEAVE, text="Up to five days may be carried over.")
    other = replace(MEALS, text="A locker costs 35 euros a month.")
    given = replace(leave_answer("leave?"), passages=(other, carried, journeys, length))
    given = replace(given, citations=(cite(1, OLD_LEAVE, "25"), cite(2, LEAVE, "28 days")))
    offered = suggestions([kept(given)])
    assert offered == [  # of the cited documents alone, each of another kind or place
        "How many days may be carried over?",
        "Must journeys be approved beforehand?",
        "How many characters does a password have?",
    ]
    asked = SavedTurn(1, offered[2], "done")
    assert "characters" not in "".join(suggestions([asked, kept(given)]))
    told = kept(replace(given, citations=(cite(1, LEAVE, length.text),)))
    assert "characters" not in "".join(suggestions([told, kept(given)]))


def test_suggestions_are_in_the_language_of_the_documents() -> None:
    german = replace(MEALS, text="Die Probezeit beträgt sechs Monate.")
    given = replace(leave_answer("leave?"), passages=(german,), citations=())
    assert suggestions([kept(given)]) == ["Wie lang ist die Probezeit?"]


def test_a_heading_that_asks_is_suggested_as_it_stands() -> None:
    asking = replace(MEALS, heading="Travel > Can I keep my air miles?")
    given = replace(leave_answer("leave?"), passages=(asking,), citations=())
    assert suggestions([kept(given)])[0] == "Can I keep my air miles?"


def test_where_nothing_can_be_asked_for_a_document_offers_its_main_points() -> None:
    odd = replace(MEALS, text="Whatever it was, they did.", document="hr/travel_policy-2026.docx")
    given = replace(leave_answer("?"), passages=(odd,), citations=(cite(1, odd, "they did"),))
    assert suggestions([kept(given)]) == ["What are the main points of “travel policy 2026”?"]
    assert suggestions([kept(replace(given, citations=()))]) == []


def test_suggestions_are_few_and_need_an_answer_that_one_may_read() -> None:
    many = [
        replace(MEALS, text=f"A {name} badge must be worn.", chunk_id=name) for name in "abcdefgh"
    ]
    given = replace(leave_answer("?"), passages=many, citations=(cite(1, MEALS, "42 euros"),))
    assert len(suggestions([kept(given)])) == MOST
    assert suggestions([replace(kept(given), withheld=True)]) == []
    assert suggestions([kept(nothing_found("?"))]) == []
    assert suggestions([kept(None)]) == []


def test_examples_are_of_several_documents_and_kinds() -> None:
    plain = "Journeys must be approved beforehand. The notice period is six weeks."
    table = "Country: Portugal; Daily rate (EUR): 50; Hotel (EUR): 120"
    rows = [replace(MEALS, text=table), replace(MEALS, text=table.replace("Portugal", "Kenya"))]
    read = [
        (document("handbook.pdf"), [LEAVE, replace(LEAVE, text=plain)]),
        (document("travel.docx"), rows),
        (replace(document("notes.md"), title="Release notes"), [replace(MEALS, text="And so on.")]),
    ]
    assert examples(read, 4) == [
        "Must journeys be approved beforehand?",
        "What is the daily rate in Portugal?",
        "How long is the notice period?",
        "What are the main points of “Release notes”?",
    ]
    assert examples([], 4) == []
    flights = replace(document("flights.csv"), about=About(type="table"))
    assert examples([(flights, [replace(MEALS, text="And so on.")])], 4) == []


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
