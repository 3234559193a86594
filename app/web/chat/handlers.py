"""What the chat page's controls do: one method each, over the store and the backend."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from typing import Any, NamedTuple

import gradio as gr

from app.people.access import Person
from app.people.conversations.store import Conversations
from app.people.conversations.turns import TRAITS, SavedConversation, Selection, Way, trait_of
from app.web.auth.signed_in import person_of
from app.web.chat import frame
from app.web.chat.answers import Answers, Line, Moment, Question
from app.web.chat.asking import SILENCE_S
from app.web.chat.backend import ChatBackend
from app.web.chat.opening import live_html, may_see, opened, past_html, spaces_seen
from app.web.chat.suggestions import suggestions
from app.web.chat.tab_conversation import TabConversation
from app.web.i18n.languages import language_for
from app.web.i18n.words import ConversationTexts, Texts

Update = dict[Any, Any]
_WAYS: dict[str, Way] = {"passages": "passages", "longer": "longer"}


class Shown(NamedTuple):
    """The parts of the page that change."""

    talk: gr.State
    past: gr.HTML
    live: gr.HTML
    question: gr.Textbox
    scope: gr.HTML


class Handlers:
    """What happens when someone uses the page. The store is the truth about a conversation."""

    def __init__(
        self, backend: ChatBackend, conversations: Conversations, answers: Answers, shown: Shown
    ) -> None:
        self._backend = backend
        self._store = conversations
        self._answers = answers
        self._shown = shown

    async def ask(
        self, talk: TabConversation | None, request: gr.Request, event: gr.EventData
    ) -> AsyncIterator[Update]:
        """Answer what the script took out of the question box when it was sent."""
        question = getattr(event, "question", None)
        if isinstance(question, str) and question.strip():
            async for update in self._ask(question.strip(), talk, request):
                yield update

    async def _ask(
        self, text: str, talk: TabConversation | None, request: gr.Request
    ) -> AsyncIterator[Update]:
        talk = talk or TabConversation()
        question = Question(text, talk.selection)
        async for update in self._put(talk, question, request):
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
        offered = suggestions(held.turns) if held else []
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
            async for update in self._ask(offered[index], talk, request):
                yield update

    async def retry(
        self, talk: TabConversation | None, request: gr.Request, event: gr.EventData
    ) -> AsyncIterator[Update]:
        """Ask the last question once more, as before or in one of the ways that the page offers."""
        way = _WAYS.get(getattr(event, "way", ""), "same")
        async for update in self._again(talk, request, way=way):
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
        way: Way = "everywhere",
    ) -> AsyncIterator[Update]:
        held = await self._read(talk, person_behind(request))
        if talk is None or held is None or not held.turns:
            return
        last = held.turns[-1]
        where = last.selection if selection is None else selection
        kept: Way = way if last.answer is not None or last.earlier else ""
        again = Question(last.question, where, instead_of=last.number, way=kept)
        async for update in self._put(talk, again, request):
            yield update

    async def edit(
        self, talk: TabConversation | None, request: gr.Request, event: gr.EventData
    ) -> AsyncIterator[Update]:
        """Ask another question in place of one, and of all that came after it."""
        number, question = getattr(event, "number", None), getattr(event, "question", None)
        if not (isinstance(number, int) and isinstance(question, str) and question.strip()):
            return
        held = await self._read(talk, person_behind(request))
        if talk is None or held is None:
            return
        edited = next((turn for turn in held.turns if turn.number == number), None)
        if edited is not None:
            other = Question(question.strip(), edited.selection, instead_of=number)
            async for update in self._put(talk, other, request):
                yield update

    async def stop(self, talk: TabConversation | None, request: gr.Request) -> None:
        """End the answer that is written in this conversation, whichever tab asked for it."""
        if talk is not None:
            line = self._answers.line(person_behind(request), talk.conversation)
            if line is not None:
                line.stop()

    async def withdraw(
        self, talk: TabConversation | None, request: gr.Request, event: gr.EventData
    ) -> None:
        """Take a question that waits out of its line."""
        key = getattr(event, "key", None)
        if talk is not None and isinstance(key, str):
            line = self._answers.line(person_behind(request), talk.conversation)
            if line is not None:
                await self._answers.take_back(line, key)

    async def open(
        self, talk: TabConversation | None, request: gr.Request, event: gr.EventData
    ) -> AsyncIterator[Update]:
        """Show another conversation of this person, or the same once more, as it is now.

        `quiet`: the question box belongs to whoever is writing in it.
        """
        if talk is not None:
            talk.leave()
        wanted = getattr(event, "conversation", "")
        quiet = getattr(event, "quiet", False) is True
        async for update in self.open_first(wanted if isinstance(wanted, str) else "", request):
            if quiet:
                update.pop(self._shown.question, None)
            yield update

    async def fresh(
        self, talk: TabConversation | None, request: gr.Request
    ) -> AsyncIterator[Update]:
        """Begin another conversation, which searches everything until somebody chooses."""
        if talk is not None:
            talk.leave()
        person = person_behind(request)
        await self._answers.guarded(lambda: self._store.remember_choice(person.id, Selection()))
        async for update in self.open_first("", request):
            yield update

    async def open_first(self, wanted: str, request: gr.Request) -> AsyncIterator[Update]:
        """What a page shows that was just opened: the `wanted` conversation, or none."""
        person = person_behind(request)
        line = self._answers.line(person, wanted)
        drawn, talk = await self._open(wanted, request)
        yield drawn
        if line is None and wanted and talk.conversation == wanted:
            line = await self._answers.resume(person, wanted)
        if line is not None and talk.conversation == wanted:
            async for update in self._follow(talk, line, request):
                yield update

    async def choose(
        self, talk: TabConversation | None, request: gr.Request, event: gr.EventData
    ) -> Update:
        """Search only in some spaces and documents from now on, in this conversation."""
        person, talk = person_behind(request), talk or TabConversation()
        keys = _strings(getattr(event, "documents", None))
        spaces = _strings(getattr(event, "spaces", None))
        traits = {trait: _strings(getattr(event, f"{trait}s", None)) for trait in TRAITS}
        documents = await asyncio.to_thread(self._backend.documents, person)
        chosen = Selection(
            tuple(sorted({document.space for document in documents} & spaces)),
            tuple((d.space, d.name) for d in documents if f"{d.space}/{d.name}" in keys),
            tuple(
                (trait, value)
                for trait, values in traits.items()
                for value in sorted(values & {trait_of(document, trait) for document in documents})
            ),
        )
        talk.selection = chosen
        conversation = talk.conversation

        def remember() -> None:
            if not self._store.search_in(person.id, conversation, chosen):
                self._store.remember_choice(person.id, chosen)  # it has not begun yet

        await self._answers.guarded(remember)
        adds = self._answers.take_files(person)
        drawn = frame.scope_html(texts_of(request), words_of(request), chosen, adds=adds)
        return {self._shown.talk: talk, self._shown.scope: drawn}

    async def _open(self, wanted: str, request: gr.Request) -> tuple[Update, TabConversation]:
        shown = await opened(
            self._backend,
            self._store,
            self._answers,
            person_behind(request),
            wanted,
            texts_of(request),
            words_of(request),
        )
        talk = TabConversation(shown.conversation, saved=bool(shown.conversation))
        talk.selection = shown.selection
        return {
            self._shown.talk: talk,
            self._shown.past: shown.past,
            self._shown.live: shown.live,
            self._shown.question: shown.draft,
            self._shown.scope: shown.scope,
        }, talk

    async def _put(
        self, talk: TabConversation, question: Question, request: gr.Request
    ) -> AsyncIterator[Update]:
        """Have a question answered, and show how."""
        person = person_behind(request)
        busy = self._answers.line(person, talk.conversation) is not None
        if talk.saved and not busy and await self._read(talk, person) is None:
            # Deleted in another tab: this begins another one.
            talk.conversation, talk.saved = TabConversation().conversation, False
        line = self._answers.put(person, talk.conversation, question, saved=talk.saved)
        if line is None:
            if question.instead_of is None:  # too many wait: it goes back into its box
                yield {self._shown.talk: talk, self._shown.question: question.text}
            return
        begins, place = not talk.saved, talk.conversation if talk.saved else ""

        def sent() -> None:
            self._store.keep_draft(person.id, place, "")
            if begins:
                self._store.remember_choice(person.id, Selection())

        if question.instead_of is None:
            await self._answers.guarded(sent)
        async for update in self._follow(talk, line, request):
            yield update

    async def _follow(
        self, talk: TabConversation, line: Line, request: gr.Request
    ) -> AsyncIterator[Update]:
        """Show how a conversation's questions are answered, as long as this tab shows it."""
        texts, person, shown = texts_of(request), person_behind(request), self._shown
        mine = talk.look()
        past, lost = None, False
        sight = _Sight(self._backend, person)
        async with aclosing(line.moments()) as moments:
            async for moment in moments:
                if not talk.looks(mine):
                    return
                talk.saved = line.saved
                seen = not lost and await sight.may_see(moment)
                if not talk.looks(mine):
                    return
                if seen:
                    update = {shown.talk: talk, shown.live: live_html(texts, moment)}
                    if past != moment.turn.number:
                        past = moment.turn.number
                        update[shown.past] = past_html(texts, moment)
                    yield update
                elif (
                    not lost or moment.over
                ):  # a right was taken away: the store knows what is left
                    lost = True
                    drawn, _ = await self._open(talk.conversation, request)
                    if not talk.looks(mine):
                        return
                    del drawn[shown.question]
                    yield {**drawn, shown.talk: talk}

    async def _read(self, talk: TabConversation | None, person: Person) -> SavedConversation | None:
        if talk is None or not talk.saved:
            return None
        return await self._answers.read(person, talk.conversation)


class _Sight:
    """Whether a person may still see what is being written: asked for new spaces, and each second.

    An answer under way is not read from the store, which asks it each time.
    """

    def __init__(self, backend: ChatBackend, person: Person) -> None:
        self._backend = backend
        self._person = person
        self._spaces: set[str] = set()
        self._asked = float("-inf")

    async def may_see(self, moment: Moment) -> bool:
        spaces = spaces_seen(moment)
        now = time.monotonic()
        if spaces == self._spaces and now - self._asked < SILENCE_S:
            return True
        self._spaces, self._asked = spaces, now
        return await may_see(self._backend, self._person, moment)


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
