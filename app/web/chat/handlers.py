"""What the chat page's controls do: one method each, over the store and the backend."""

import asyncio
import logging
import sqlite3
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, TypeVar

import gradio as gr

from app.answering.ask import Ask
from app.answering.events import Event
from app.answering.stream import EventStream
from app.people.access import Person
from app.people.conversations.store import Conversations
from app.people.conversations.turns import SavedConversation, SavedTurn, Selection
from app.web.auth.signed_in import person_of
from app.web.chat import frame, markup, view
from app.web.chat.asking import Asking
from app.web.chat.backend import AnswerFailed, ChatBackend, FailureKind
from app.web.chat.markup import Around
from app.web.chat.suggestions import suggestions
from app.web.chat.tab_conversation import Places, TabConversation
from app.web.chat.view import Stage, Turn
from app.web.i18n.languages import language_for
from app.web.i18n.words import ConversationTexts, Texts
from vectorstore.records import DocumentRecord

log = logging.getLogger(__name__)

# Longer questions are refused before anything counts their tokens; no window holds so much.
QUESTION_CHARACTERS = 20_000
Update = dict[Any, Any]
T = TypeVar("T")


class Shown(NamedTuple):
    """The parts of the page that change."""

    talk: gr.State
    past: gr.HTML
    live: gr.HTML
    question: gr.Textbox
    ask: gr.Button
    stop: gr.Button
    scope: gr.HTML


@dataclass(slots=True)
class _Asked:
    """A question on its way: its turn so far, the turns before it, what its reader may search."""

    turn: Turn
    before: list[SavedTurn]
    documents: Sequence[DocumentRecord]


class Handlers:
    """What happens when someone uses the page. The store is the truth about a conversation."""

    def __init__(
        self, backend: ChatBackend, conversations: Conversations, places: Places, shown: Shown
    ) -> None:
        self._backend = backend
        self._store = conversations
        self._places = places
        self._shown = shown

    async def ask(
        self, question: str, talk: TabConversation | None, request: gr.Request
    ) -> AsyncIterator[Update]:
        talk, question = talk or TabConversation(), (question or "").strip()
        if not question or talk.busy:
            yield {self._shown.talk: talk}
            return
        async for update in self._answer(talk, question, talk.selection, request):
            yield update

    async def example(
        self, talk: TabConversation | None, request: gr.Request, event: gr.EventData
    ) -> AsyncIterator[Update]:
        examples = await asyncio.to_thread(self._backend.examples, person_behind(request))
        async for update in self._ask_one_of(examples, talk, request, event):
            yield update

    async def suggestion(
        self, talk: TabConversation | None, request: gr.Request, event: gr.EventData
    ) -> AsyncIterator[Update]:
        held = await self._read(talk, person_behind(request))
        offered = suggestions(texts_of(request), held.turns) if held else []
        async for update in self._ask_one_of(offered, talk, request, event):
            yield update

    async def _ask_one_of(
        self,
        offered: Sequence[str],
        talk: TabConversation | None,
        request: gr.Request,
        event: gr.EventData,
    ) -> AsyncIterator[Update]:
        index = getattr(event, "index", None)
        if isinstance(index, int) and 0 <= index < len(offered):
            async for update in self.ask(offered[index], talk, request):
                yield update

    async def retry(
        self, talk: TabConversation | None, request: gr.Request
    ) -> AsyncIterator[Update]:
        async for update in self._again(talk, request):
            yield update

    async def everywhere(
        self, talk: TabConversation | None, request: gr.Request
    ) -> AsyncIterator[Update]:
        """Ask the last question once more, of all documents; the choice itself stays."""
        async for update in self._again(talk, request, Selection()):
            yield update

    async def _again(
        self,
        talk: TabConversation | None,
        request: gr.Request,
        selection: Selection | None = None,
    ) -> AsyncIterator[Update]:
        held = await self._read(talk, person_behind(request))
        if talk is None or talk.busy or held is None or not held.turns:
            return
        last = held.turns[-1]
        where = last.selection if selection is None else selection
        async for update in self._answer(
            talk, last.question, where, request, instead_of=last.number
        ):
            yield update

    async def edit(
        self, talk: TabConversation | None, request: gr.Request, event: gr.EventData
    ) -> AsyncIterator[Update]:
        """Ask another question in place of one, and of all that came after it."""
        number, question = getattr(event, "number", None), getattr(event, "question", None)
        if not (isinstance(number, int) and isinstance(question, str) and question.strip()):
            return
        held = await self._read(talk, person_behind(request))
        if talk is None or talk.busy or held is None:
            return
        edited = next((turn for turn in held.turns if turn.number == number), None)
        if edited is not None:
            async for update in self._answer(
                talk, question.strip(), edited.selection, request, instead_of=number
            ):
                yield update

    async def stop(self, talk: TabConversation | None) -> None:
        if talk is not None:
            talk.stop()

    async def open(
        self, talk: TabConversation | None, request: gr.Request, event: gr.EventData
    ) -> Update:
        """Show another conversation of this person."""
        if talk is not None:
            await talk.leave()
        wanted = getattr(event, "conversation", "")
        return await self._open(wanted if isinstance(wanted, str) else "", request)

    async def fresh(self, talk: TabConversation | None, request: gr.Request) -> Update:
        """Begin another conversation."""
        if talk is not None:
            await talk.leave()
        return await self._open("", request)

    async def open_first(self, wanted: str, request: gr.Request) -> Update:
        """What a page shows that was just opened: the `wanted` conversation, or none."""
        return await self._open(wanted, request)

    async def choose(
        self, talk: TabConversation | None, request: gr.Request, event: gr.EventData
    ) -> Update:
        """Search only in some spaces and documents from now on, also after the next sign-in."""
        person, talk = person_behind(request), talk or TabConversation()
        keys = _strings(getattr(event, "documents", None))
        spaces = _strings(getattr(event, "spaces", None))
        documents = await asyncio.to_thread(self._backend.documents, person)
        chosen = Selection(
            tuple(sorted({document.space for document in documents} & spaces)),
            tuple((d.space, d.name) for d in documents if f"{d.space}/{d.name}" in keys),
        )
        talk.selection = chosen
        await self._guarded(lambda: self._store.remember_choice(person.id, chosen))
        drawn = frame.scope_html(texts_of(request), words_of(request), chosen)
        return {self._shown.talk: talk, self._shown.scope: drawn}

    async def _open(self, wanted: str, request: gr.Request) -> Update:
        person, texts, words = person_behind(request), texts_of(request), words_of(request)
        documents, examples, choice = await asyncio.gather(
            asyncio.to_thread(self._backend.documents, person),
            asyncio.to_thread(self._backend.examples, person),
            self._guarded(lambda: self._store.choice(person.id)),
        )
        talk = TabConversation(wanted, saved=True)
        held = await self._read(talk, person) if wanted else None
        if held is None:
            note = words.not_there if wanted else ""
            talk = TabConversation()
            past, live = "", markup.welcome_html(texts, len(documents), examples, note)
        else:
            past, live = self._drawn(texts, held)
        talk.selection = _still_there(choice or Selection(), documents)
        return {
            self._shown.talk: talk,
            self._shown.past: past,
            self._shown.live: live,
            self._shown.question: "",
            self._shown.ask: gr.update(visible=True),
            self._shown.stop: gr.update(visible=False),
            self._shown.scope: frame.scope_html(texts, words, talk.selection),
        }

    def _drawn(self, texts: Texts, held: SavedConversation) -> tuple[str, str]:
        turns = [view.from_saved(turn) for turn in held.turns]
        if not turns:
            return "", ""
        around = Around(held.id, next_questions=suggestions(texts, held.turns))
        return (
            markup.turns_html(texts, turns[:-1], held.id),
            markup.turn_html(texts, turns[-1], around),
        )

    async def _answer(
        self,
        talk: TabConversation,
        question: str,
        selection: Selection,
        request: gr.Request,
        *,
        instead_of: int | None = None,
    ) -> AsyncIterator[Update]:
        """Answer `question`: as the next turn, or `instead_of` one and all after it."""
        talk.begin()
        texts, person, shown = texts_of(request), person_behind(request), self._shown
        asked: _Asked | None = None
        saved = False
        try:
            asked = await self._begun(talk, question, selection, person, instead_of)
            around = Around(talk.conversation, searched=len(selection.of(asked.documents)))
            before = [view.from_saved(turn) for turn in asked.before]
            # The script empties the question box, unless its reader has gone on writing in it.
            yield {
                shown.talk: talk,
                shown.past: markup.turns_html(texts, before, talk.conversation),
                shown.live: markup.turn_html(texts, asked.turn, around),
                shown.ask: gr.update(visible=False),
                shown.stop: gr.update(visible=True),
            }
            async with aclosing(self._answering(talk, asked, question, person)) as turns:
                async for turn in turns:
                    asked.turn = turn
                    if not talk.left:
                        yield {shown.live: markup.turn_html(texts, turn, around)}
        except AnswerFailed as failure:
            if asked is not None:
                asked.turn = view.fail(asked.turn, failure)
        finally:
            # Also when the tab was closed, which cancels this generator.
            if asked is not None:
                asked.turn = view.stop(asked.turn)
                anew = instead_of is not None
                saved = await self._save(person, talk, asked.turn, asked.before, anew=anew)
            talk.end()
        if talk.left or asked is None:
            return
        kept = [*asked.before, view.to_save(asked.turn, asked.before)]
        around = replace(around, next_questions=suggestions(texts, kept), saved=saved)
        yield {
            shown.live: markup.turn_html(texts, asked.turn, around),
            shown.ask: gr.update(visible=True),
            shown.stop: gr.update(visible=False),
        }

    async def _begun(
        self,
        talk: TabConversation,
        question: str,
        selection: Selection,
        person: Person,
        instead_of: int | None,
    ) -> "_Asked":
        held = await self._read(talk, person)
        if held is None and talk.saved:  # deleted in another tab
            talk.conversation, talk.saved = TabConversation().conversation, False
        turns = held.turns if held else ()
        before = [turn for turn in turns if instead_of is None or turn.number < instead_of]
        number = instead_of or (before[-1].number + 1 if before else 1)
        documents = await asyncio.to_thread(self._backend.documents, person)
        turn = Turn(number, question[:QUESTION_CHARACTERS], selection)
        if instead_of is None:  # the question is kept, whatever becomes of its answer
            may_keep = await asyncio.to_thread(self._backend.may_keep, turn.question, person)
            begun = replace(view.stop(turn), question=may_keep)
            await self._save(person, talk, begun, before)
        return _Asked(turn, before, documents)

    async def _answering(
        self, talk: TabConversation, asked: "_Asked", question: str, person: Person
    ) -> AsyncGenerator[Turn, None]:
        """Yield the turn as it grows; raises AnswerFailed."""
        place, turn = self._places.enter(person.id), asked.turn
        if place is None:
            full_of_own = self._places.full_of(person.id)
            raise AnswerFailed(FailureKind.TOO_MANY_OWN if full_of_own else FailureKind.BUSY)
        try:
            while not await place.wait(talk) and not talk.is_stopped:
                turn = replace(turn, stage=Stage.QUEUED)
                yield turn
            if talk.is_stopped:
                return
            asking = Asking(lambda: self._start(question, asked, person))
            talk.run(asking)
            try:
                async for events in asking.batches():
                    for event in events:
                        turn = view.advance(turn, event)
                    yield turn
            finally:
                asking.stop()
        finally:
            place.leave()

    def _start(self, question: str, asked: "_Asked", person: Person) -> EventStream[Event]:
        if len(question) > QUESTION_CHARACTERS:
            raise AnswerFailed(FailureKind.TOO_LONG)
        scope = asked.turn.selection.scope(asked.documents)
        if scope.is_empty:
            raise AnswerFailed(FailureKind.GONE)
        history = tuple(view.earlier_answers(asked.before))
        return self._backend.ask(Ask(question, scope, history, person=person.id), person)

    async def _read(self, talk: TabConversation | None, person: Person) -> SavedConversation | None:
        if talk is None or not talk.saved:
            return None
        conversation = talk.conversation

        def read() -> SavedConversation | None:
            return self._store.read(
                person.id, conversation, lambda spaces: self._backend.readable(person, spaces)
            )

        return await self._guarded(read)

    async def _save(
        self,
        person: Person,
        talk: TabConversation,
        turn: Turn,
        before: Sequence[SavedTurn],
        *,
        anew: bool = False,
    ) -> bool:
        """Keep `turn`; `anew` in place of the one with its number and all after it."""
        kept = view.to_save(turn, before)
        conversation, begins = talk.conversation, not talk.saved

        def save() -> bool:
            if anew:
                self._store.delete_from(person.id, conversation, kept.number)
            held = self._store.keep(person.id, conversation, kept, begins=begins)
            # A deletion that came while it was answered has searched before this was kept, or
            # will. So it is looked for only now.
            quoted = view.quoted(turn)
            if held and quoted and self._backend.were_deleted(quoted, person):
                self._store.forget_turn(person.id, conversation, kept.number)
            return held

        talk.saved = bool(await self._guarded(save)) or talk.saved
        return talk.saved

    async def _guarded(self, work: Callable[[], T]) -> T | None:
        """Do the store's work in a thread; None where the disk fails, which stops no answer."""
        try:
            return await asyncio.to_thread(work)
        except sqlite3.Error as error:
            log.error("a conversation could not be read or kept: %s", type(error).__name__)
            return None


def _still_there(selection: Selection, documents: Iterable[DocumentRecord]) -> Selection:
    """The remembered choice without what is gone, or can no longer be read."""
    held = list(documents)
    spaces = {document.space for document in held}
    names = {(document.space, document.name) for document in held}
    return Selection(
        tuple(space for space in selection.spaces if space in spaces),
        tuple(named for named in selection.documents if named in names),
    )


def _strings(given: object) -> set[str]:
    """What a page sent as a list of names; anything else in it is left out."""
    return {item for item in given if isinstance(item, str)} if isinstance(given, list) else set()


def person_behind(request: gr.Request) -> Person:
    """Whose page this is."""
    return person_of(request.request.scope)


def texts_of(request: gr.Request) -> Texts:
    """The words in the reader's language."""
    return language_for(request.headers.get("accept-language", "")).chat


def words_of(request: gr.Request) -> ConversationTexts:
    """The words around conversations in the reader's language."""
    return language_for(request.headers.get("accept-language", "")).conversations
