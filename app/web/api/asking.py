"""One question of a program on its way: its place in the line that it shares with the chat."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Protocol

from fastapi import Request
from fastapi.responses import StreamingResponse

from app.answering.ask import Ask
from app.answering.events import Answer, Event, Finished, Said
from app.answering.stream import EventStream
from app.people.access import Person
from app.web.api.errors import ApiError, as_told
from app.web.chat.asking import Asking
from app.web.chat.backend import AnswerFailed, FailureKind
from app.web.chat.places import Places
from app.web.fair_share import ClientGone

# Answers a question as a person may: their rights, their limits, on record.
Asked = Callable[[Ask, Person], EventStream[Event]]

_WAITING = b": waiting\n\n"  # a comment; clients pass over it


@dataclass(frozen=True, slots=True)
class Words:
    """More of the answer: checked sentences, in the order in which they are read."""

    text: str


@dataclass(frozen=True, slots=True)
class Ended:
    """The answer; `start` is where it begins in all the words before, and `sent` are these."""

    answer: Answer
    sent: str
    start: int


async def told(
    ask: Ask, person: Person, asked: Asked, places: Places
) -> AsyncGenerator[Words | Ended | None, None]:
    """What is to be said of an answer, None in a silence. Raises AnswerFailed.

    Sentences are told when they have been checked. Where the whole answer turns out to be another
    one than they began, it is told whole after them.
    """
    place = places.enter(person.id)
    if place is None:
        full = places.full_of(person.id)
        raise AnswerFailed(FailureKind.TOO_MANY_OWN if full else FailureKind.BUSY)
    asking: Asking | None = None
    try:
        while not await place.wait(asyncio.Event()):
            yield None
        asking = Asking(lambda: asked(ask, person))
        sent = ""
        async for events in asking.batches():
            yield None
            for event in events:
                if isinstance(event, Said) and event.text.startswith(sent):
                    more, sent = event.text[len(sent) :], event.text
                    if more:
                        yield Words(more)
                if isinstance(event, Finished):
                    text = event.answer.answer
                    kept = text.startswith(sent)
                    more = text[len(sent) :] if kept else f"\n\n{text}"
                    yield Words(more)
                    yield Ended(event.answer, sent + more, 0 if kept else len(sent) + 2)
                    return
    finally:
        if asking is not None:
            asking.stop()
        place.leave()
    raise AnswerFailed(FailureKind.UNKNOWN)


async def answered(ask: Ask, person: Person, asked: Asked, places: Places) -> Answer:
    """The answer. Raises AnswerFailed; a caller that is cancelled ends the work, too."""
    async with aclosing(told(ask, person, asked, places)) as pieces:
        async for piece in pieces:
            if isinstance(piece, Ended):
                return piece.answer
    raise AnswerFailed(FailureKind.UNKNOWN)


async def whole(request: Request, ask: Ask, person: Person, asked: Asked, places: Places) -> Answer:
    """The answer. Raises AnswerFailed, and ClientGone once nobody waits for it."""
    answering = asyncio.ensure_future(answered(ask, person, asked, places))
    gone = asyncio.ensure_future(_hung_up(request))
    try:
        await asyncio.wait({answering, gone}, return_when=asyncio.FIRST_COMPLETED)
        if not answering.done():
            raise ClientGone
        return await answering
    finally:
        gone.cancel()
        if not answering.done():
            answering.cancel()


class Writer(Protocol):
    """How a protocol writes what is told."""

    def opening(self) -> bytes:
        """Before the first words."""
        ...

    def words(self, text: str) -> bytes:
        """More words."""
        ...

    def ending(self, ended: Ended) -> bytes:
        """After the last ones."""
        ...

    def failed(self, error: ApiError) -> bytes:
        """Where nothing more can come."""
        ...


async def streamed(
    ask: Ask, person: Person, asked: Asked, places: Places, writer: Writer
) -> StreamingResponse:
    """The answer as server-sent events.

    What is refused at once is raised, as AnswerFailed, while an answer can still have a status.
    """
    pieces = told(ask, person, asked, places)
    try:
        first = await anext(pieces)
        if first is None:  # it waits for its place, or the question was taken
            first = await anext(pieces)
    except BaseException:
        await pieces.aclose()
        raise

    async def written() -> AsyncIterator[bytes]:
        async with aclosing(pieces):
            yield writer.opening()
            yield _line(writer, first)
            try:
                async for piece in pieces:
                    yield _line(writer, piece)
            except Exception as error:
                failed = as_told(error)  # such as of a key that was revoked meanwhile
                if failed is None:
                    raise
                yield writer.failed(failed)

    return StreamingResponse(written(), media_type="text/event-stream")


def _line(writer: Writer, piece: Words | Ended | None) -> bytes:
    match piece:
        case None:
            return _WAITING
        case Words(text):
            return writer.words(text)
        case Ended():
            return writer.ending(piece)


async def _hung_up(request: Request) -> None:
    """Returns when the client has closed the connection; the body must have been read."""
    while (await request.receive())["type"] != "http.disconnect":
        pass
