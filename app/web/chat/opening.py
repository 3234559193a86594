"""A conversation as a page shows it when it is opened: drawn once, or on its way in an answer."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass

from app.people.access import Person
from app.people.conversations.store import Conversations
from app.people.conversations.turns import (
    SavedConversation,
    Selection,
    drawn_from,
    trait_of,
)
from app.web.chat import frame, markup, view
from app.web.chat.answers import Answers, Moment
from app.web.chat.backend import ChatBackend
from app.web.chat.markup import Around
from app.web.chat.suggestions import suggestions
from app.web.i18n.words import ConversationTexts, Texts
from vectorstore.records import DocumentRecord


@dataclass(frozen=True, slots=True)
class Opened:
    """What stands where on the page; `conversation` is "" for one that has not begun."""

    conversation: str
    selection: Selection
    past: str
    live: str
    draft: str
    scope: str


async def opened(
    backend: ChatBackend,
    store: Conversations,
    answers: Answers,
    person: Person,
    wanted: str,
    texts: Texts,
    words: ConversationTexts,
) -> Opened:
    """The `wanted` conversation of this person, or the welcome where there is none."""
    documents, held = await asyncio.gather(
        asyncio.to_thread(backend.documents, person),
        answers.read(person, wanted) if wanted else _nothing(),
    )
    conversation = held.id if held else ""
    draft = await answers.guarded(lambda: store.draft(person.id, conversation)) or ""
    if held is None:
        examples = await asyncio.to_thread(backend.examples, person)
        chosen = await answers.guarded(lambda: store.choice(person.id)) or Selection()
        note = words.not_there if wanted else ""
        adds = answers.take_files(person)
        past, live = "", markup.welcome_html(texts, len(documents), examples, note, adds=adds)
    else:
        chosen = held.selection
        line = answers.line(person, held.id)
        moment = line.moment() if line else None
        if moment is not None and await may_see(backend, person, moment):
            past, live = past_html(texts, moment), live_html(texts, moment)
        else:
            past, live = _drawn(texts, held)
    selection = _still_there(chosen, documents)
    scope = frame.scope_html(texts, words, selection, adds=answers.take_files(person))
    return Opened(conversation, selection, past, live, draft, scope)


async def may_see(backend: ChatBackend, person: Person, moment: Moment) -> bool:
    """Whether a person may still read all that an answer under way is drawn from."""
    spaces = spaces_seen(moment)
    readable = await asyncio.to_thread(backend.readable, person, sorted(spaces))
    return spaces <= set(readable)


def spaces_seen(moment: Moment) -> set[str]:
    """The spaces that an answer under way is drawn from; what was withheld is not in its prompt."""
    spaces = view.spaces_of(moment.turn, [one for one in moment.before if not one.withheld])
    return spaces.union(*(drawn_from(one.answer) for one in moment.turn.earlier))


def past_html(texts: Texts, moment: Moment) -> str:
    """The turns before the one that is being answered."""
    before = [view.from_saved(turn) for turn in moment.before]
    return markup.turns_html(texts, before, moment.conversation)


def live_html(texts: Texts, moment: Moment) -> str:
    """The turn that is being answered, and what waits behind it."""
    around = Around(moment.conversation, searched=moment.searched, saved=moment.saved)
    if not moment.turn.running:
        kept = [*moment.before, view.to_save(moment.turn, moment.before)]
        offered = () if moment.waiting else suggestions(kept)
        around = Around(
            moment.conversation,
            last=moment.over,
            searched=moment.searched,
            next_questions=offered,
            saved=moment.saved,
        )
    waiting = [(one.key, one.text) for one in moment.waiting]
    return markup.turn_html(texts, moment.turn, around) + markup.waiting_html(texts, waiting)


async def _nothing() -> SavedConversation | None:
    return None


def _drawn(texts: Texts, held: SavedConversation) -> tuple[str, str]:
    turns = [view.from_saved(turn) for turn in held.turns]
    if not turns:
        return "", ""
    around = Around(held.id, next_questions=suggestions(held.turns))
    return (
        markup.turns_html(texts, turns[:-1], held.id),
        markup.turn_html(texts, turns[-1], around),
    )


def _still_there(selection: Selection, documents: Iterable[DocumentRecord]) -> Selection:
    """The choice without what is gone, or can no longer be read."""
    held = list(documents)
    spaces = {document.space for document in held}
    names = {(document.space, document.name) for document in held}
    return Selection(
        tuple(space for space in selection.spaces if space in spaces),
        tuple(named for named in selection.documents if named in names),
        tuple(
            (trait, value)
            for trait, value in selection.traits
            if any(trait_of(document, trait) == value for document in held)
        ),
    )
