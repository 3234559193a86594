"""Answers under way: jobs of the server, one line of questions for each conversation.

An answer belongs to its conversation and not to the page that asked for it. Pages only look: who
closes the tab ends nothing, and who comes back sees it go on.
"""

import asyncio
import contextlib
import logging
import secrets
import sqlite3
from collections import deque
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from typing import TypeVar

from app.answering.ask import Ask
from app.answering.events import Event
from app.answering.stream import EventStream
from app.errors import without_words
from app.people.access import Person
from app.people.conversations.store import Conversations
from app.people.conversations.turns import SavedConversation, SavedTurn, Selection, Way
from app.web.chat import view
from app.web.chat.asking import SILENCE_S, Asking
from app.web.chat.backend import AnswerFailed, ChatBackend, FailureKind
from app.web.chat.places import Places
from app.web.chat.view import Stage, Turn
from vectorstore.records import DocumentRecord

log = logging.getLogger(__name__)

# Longer questions are refused before anything counts their tokens; no window holds so much.
QUESTION_CHARACTERS = 20_000
MOST_WAITING = 8  # questions that wait for an answer in one conversation
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Question:
    """What is to be answered: as the next turn, or `instead_of` one and all after it.

    Asked again in some `way`, the answer that is there stays beside the new one.
    """

    text: str
    selection: Selection = field(default_factory=Selection)
    instead_of: int | None = None
    way: Way = ""
    key: str = field(default_factory=lambda: secrets.token_hex(8))  # names it while it waits


@dataclass(frozen=True, slots=True)
class Moment:
    """A conversation as it is while its questions are answered.

    `searched` is the number of documents in reach; `saved` whether the turn was kept, once it has
    ended; `over` says that this is the last of it.
    """

    conversation: str
    turn: Turn
    before: Sequence[SavedTurn]
    searched: int
    waiting: tuple[Question, ...]
    saved: bool
    over: bool


@dataclass(slots=True)
class _Asked:
    """A question on its way: its turn so far, the turns before it, what its reader may search."""

    turn: Turn
    before: list[SavedTurn]
    documents: Sequence[DocumentRecord]


class Line:
    """The questions of one conversation, answered one after the other. For one event loop."""

    def __init__(self, person: Person, conversation: str, *, saved: bool) -> None:
        self.person = person
        self.conversation = conversation
        self.saved = saved  # the store has the conversation
        self.kept = True  # and what was answered last
        self.waiting: deque[Question] = deque()
        self.asked: _Asked | None = None
        self.over = False
        self.stopped = asyncio.Event()
        self._asking: Asking | None = None
        self._version = 0
        self._stages: list[Moment] = []  # each stage that a question came to
        self._changed = asyncio.Event()

    def stop(self) -> None:
        """End the answer that is written now; what waits goes on."""
        self.stopped.set()
        if self._asking is not None:
            self._asking.stop()
        self.tell()

    def take_back(self, key: str) -> Question | None:
        """Take a question that waits out of the line; None if it does not wait any more."""
        taken = next((one for one in self.waiting if one.key == key), None)
        if taken is not None:
            self.waiting.remove(taken)
            self.tell()
        return taken

    def drop(self) -> None:
        """End all of it: the conversation is erased."""
        self.waiting.clear()
        self.stop()

    def run(self, asking: Asking) -> None:
        """The question has its place and is on its way."""
        self._asking = asking
        if self.stopped.is_set():
            asking.stop()

    def tell(self) -> None:
        """Something has changed: whoever looks sees it."""
        self._version += 1
        moment = self.moment()
        if moment is not None and not (self._stages and _same_stage(self._stages[-1], moment)):
            self._stages.append(moment)
        self._changed.set()
        self._changed = asyncio.Event()

    def moment(self) -> Moment | None:
        """What there is to see now; None before the first question has begun."""
        if self.asked is None:
            return None
        return Moment(
            self.conversation,
            self.asked.turn,
            self.asked.before,
            len(self.asked.turn.selection.of(self.asked.documents)),
            tuple(self.waiting),
            self.kept,
            self.over,
        )

    async def moments(self) -> AsyncGenerator[Moment, None]:
        """What there is to see, after each change and in each silence, up to the end.

        Of changes that come faster than they are shown, each new stage is shown, and the last.
        """
        seen, stages = -1, len(self._stages)
        while True:
            changed = self._changed
            if self._version == seen:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(changed.wait(), SILENCE_S)
            seen, over = self._version, self.over  # as they are shown: looking takes time
            if (moment := self.moment()) is not None:
                passed, stages = self._stages[stages:], len(self._stages)
                for stage in passed:
                    if not _same_stage(stage, moment):
                        yield stage
                yield replace(moment, over=over)
            if over:
                return


def _same_stage(one: Moment, other: Moment) -> bool:
    return (one.turn.number, one.turn.stage) == (other.turn.number, other.turn.stage)


def _versions(held: SavedTurn | None) -> tuple[Turn, ...]:
    """The answers that there are before another one is asked for."""
    if held is None:
        return ()
    mine = () if held.answer is None else (replace(held, earlier=()),)
    return view.earlier_of((*mine, *held.earlier))


class Answers:
    """Answers the questions of all conversations and keeps them. For one event loop."""

    def __init__(
        self,
        backend: ChatBackend,
        store: Conversations,
        places: Places,
        take_files: Callable[[Person], bool] = lambda person: False,
    ) -> None:
        """`take_files` says who can add files to what is asked."""
        self.take_files = take_files
        self._backend = backend
        self._store = store
        self._places = places
        self._lines: dict[tuple[str, str], Line] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._keeping: dict[str, asyncio.Task[None]] = {}  # of waiting questions, by key

    def line(self, person: Person, conversation: str) -> Line | None:
        """The line of a conversation of this person; None where nothing is answered in it."""
        return self._lines.get((person.id, conversation))

    def under_way(self, person: Person) -> frozenset[str]:
        """The conversations of this person in which an answer is written."""
        return frozenset(held for whose, held in self._lines if whose == person.id)

    def put(
        self, person: Person, conversation: str, question: Question, *, saved: bool
    ) -> Line | None:
        """Have a question answered, after those that wait in its conversation.

        `saved` says that the store has the conversation; else its first turn makes it. None where
        too many wait, or where a question would replace an answer that is being written.
        """
        line = self.line(person, conversation)
        if line is None:
            line = self._lines[person.id, conversation] = Line(person, conversation, saved=saved)
            line.waiting.append(question)
            task = asyncio.get_running_loop().create_task(self._work(line))
            self._tasks.add(task)  # the loop itself keeps none alive
            task.add_done_callback(self._tasks.discard)
            return line
        if question.instead_of is not None or len(line.waiting) >= MOST_WAITING:
            return None
        line.waiting.append(question)
        self._keep(line, question)
        line.tell()
        return line

    def _keep(self, line: Line, question: Question) -> None:
        """Begin to keep a question that waits."""
        if question.key not in self._keeping:
            self._keeping[question.key] = asyncio.get_running_loop().create_task(
                self._keep_waiting(line, question)
            )

    async def resume(self, person: Person, conversation: str) -> Line | None:
        """Go on with questions that waited when an earlier process ended; None where none did."""
        held = await self.guarded(lambda: self._store.waiting(person.id, conversation))
        # Another tab may have come first, while this one read.
        if not held or self.line(person, conversation) is not None:
            return self.line(person, conversation)
        for key, text, selection in held:
            line = self.put(person, conversation, Question(text, selection, key=key), saved=True)
            if line is not None:
                self._keep(line, Question(text, selection, key=key))
        return self.line(person, conversation)

    async def take_back(self, line: Line, key: str) -> None:
        """Take a question that waits out of its line."""
        if line.take_back(key) is not None:
            await self._no_more_waiting(key)

    async def _keep_waiting(self, line: Line, question: Question) -> None:
        """So that it survives this process. What a filter masks is not kept before it is asked."""
        person = line.person

        def keep() -> None:
            if self._backend.may_keep(question.text, person) == question.text:
                self._store.keep_waiting(
                    person.id, line.conversation, question.key, question.text, question.selection
                )

        await self.guarded(keep)

    async def _no_more_waiting(self, key: str) -> None:
        if (keeping := self._keeping.pop(key, None)) is not None:
            await keeping  # else it might be kept after it was erased
            await self.guarded(lambda: self._store.no_more_waiting(key))

    async def read(self, person: Person, conversation: str) -> SavedConversation | None:
        """The person's conversation, without what they may no longer read; None if not theirs."""

        def read() -> SavedConversation | None:
            return self._store.read(
                person.id, conversation, lambda spaces: self._backend.readable(person, spaces)
            )

        return await self.guarded(read)

    async def guarded(self, work: Callable[[], T]) -> T | None:
        """Do the store's work in a thread; None where the disk fails, which stops no answer."""
        try:
            return await asyncio.to_thread(work)
        except sqlite3.Error as error:
            log.error("a conversation could not be read or kept: %s", type(error).__name__)
            return None

    async def _work(self, line: Line) -> None:
        try:
            while line.waiting:
                question = line.waiting.popleft()
                await self._no_more_waiting(question.key)
                await self._answer(line, question)
        finally:
            del self._lines[line.person.id, line.conversation]
            line.over = True
            line.tell()

    async def _answer(self, line: Line, question: Question) -> None:
        line.stopped = asyncio.Event()
        asked: _Asked | None = None
        try:
            asked = line.asked = await self._begun(line, question)
            line.tell()
            async with aclosing(self._answering(line, asked, question.text)) as turns:
                async for turn in turns:
                    asked.turn = turn
                    if turn.running:  # its end is shown when it is kept
                        line.tell()
        except AnswerFailed as failure:
            if asked is not None:
                asked.turn = view.fail(asked.turn, failure)
        except Exception as error:  # noqa: BLE001 -- whatever it was, the reader gets words
            log.error("a question was not answered: %s", without_words(error))
            if asked is None:
                number = line.asked.turn.number + 1 if line.asked else 1
                turn = Turn(number, question.text[:QUESTION_CHARACTERS], question.selection)
                asked = line.asked = _Asked(turn, [], ())
            asked.turn = view.fail(asked.turn, AnswerFailed(FailureKind.UNKNOWN))
        assert asked is not None
        asked.turn = view.stop(asked.turn)
        await self._save(line, asked.turn, asked.before, anew=question.instead_of is not None)
        if line.waiting:
            line.tell()

    async def _begun(self, line: Line, question: Question) -> _Asked:
        held = await self.read(line.person, line.conversation) if line.saved else None
        turns = held.turns if held else ()
        instead_of = question.instead_of
        before = [turn for turn in turns if instead_of is None or turn.number < instead_of]
        number = instead_of or (before[-1].number + 1 if before else 1)
        documents = await asyncio.to_thread(self._backend.documents, line.person)
        turn = Turn(number, question.text[:QUESTION_CHARACTERS], question.selection)
        if question.way:
            held_before = next((one for one in turns if one.number == number), None)
            turn = replace(turn, way=question.way, earlier=_versions(held_before))
        if instead_of is None:  # the question is kept, whatever becomes of its answer
            may_keep = await asyncio.to_thread(self._backend.may_keep, turn.question, line.person)
            # Until it has ended. Where the program ends first, that is what is known of it.
            begun = view.fail(turn, AnswerFailed(FailureKind.INTERRUPTED))
            await self._save(line, replace(begun, question=may_keep), before)
        return _Asked(turn, before, documents)

    async def _answering(
        self, line: Line, asked: _Asked, question: str
    ) -> AsyncGenerator[Turn, None]:
        """Yield the turn as it grows; raises AnswerFailed."""
        place, turn = self._places.enter(line.person.id), asked.turn
        if place is None:
            full_of_own = self._places.full_of(line.person.id)
            raise AnswerFailed(FailureKind.TOO_MANY_OWN if full_of_own else FailureKind.BUSY)
        try:
            while not await place.wait(line.stopped) and not line.stopped.is_set():
                turn = replace(turn, stage=Stage.QUEUED)
                yield turn
            if line.stopped.is_set():
                return
            asking = Asking(lambda: self._start(question, asked, line.person))
            line.run(asking)
            try:
                async for events in asking.batches():
                    for event in events:
                        turn = view.advance(turn, event)
                    yield turn
            finally:
                asking.stop()
        finally:
            place.leave()

    def _start(self, question: str, asked: _Asked, person: Person) -> EventStream[Event]:
        if len(question) > QUESTION_CHARACTERS:
            raise AnswerFailed(FailureKind.TOO_LONG)
        scope = asked.turn.selection.scope(asked.documents)
        if scope.is_empty:
            raise AnswerFailed(FailureKind.GONE)
        history = tuple(view.earlier_answers(asked.before))
        way = asked.turn.way
        return self._backend.ask(
            Ask(
                question,
                scope,
                history,
                person=person.id,
                wide=way == "passages",
                longer=way == "longer",
            ),
            person,
        )

    async def _save(
        self, line: Line, turn: Turn, before: Sequence[SavedTurn], *, anew: bool = False
    ) -> None:
        """Keep `turn`; `anew` in place of the one with its number and all after it."""
        kept = view.to_save(turn, before)
        person, conversation, begins = line.person, line.conversation, not line.saved

        def save() -> bool:
            if anew and not kept.way:
                self._store.delete_from(person.id, conversation, kept.number)
            held = self._store.keep(person.id, conversation, kept, begins=begins)
            # A deletion that came while it was answered has searched before this was kept, or
            # will. So it is looked for only now.
            quoted = view.quoted(turn)
            if held and quoted and self._backend.were_deleted(quoted, person):
                self._store.forget_turn(person.id, conversation, kept.number)
            return held

        line.kept = bool(await self.guarded(save))
        line.saved = line.kept or line.saved
