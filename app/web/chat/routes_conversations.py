"""The routes beside the chat page: the list of conversations, its changes, and exported files."""

import asyncio
import logging
import re
import sqlite3
from collections.abc import Callable
from datetime import date
from typing import Annotated, Literal, TypeVar
from urllib.parse import quote

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, PlainTextResponse, Response

from app.people.access import Person
from app.people.conversations.export import ExportWords, lines_of, markdown, pdf
from app.people.conversations.store import (
    LONGEST_COMMENT,
    LONGEST_DRAFT,
    LONGEST_TITLE,
    Conversations,
    ConversationsError,
)
from app.people.conversations.turns import Feedback
from app.web.auth.csrf import csrf_token
from app.web.auth.signed_in import person_of
from app.web.chat import frame
from app.web.chat.answers import Answers
from app.web.chat.backend import ChatBackend
from app.web.i18n.languages import language_for
from app.web.i18n.words import ConversationTexts, Language

log = logging.getLogger(__name__)

T = TypeVar("T")
_NOT_A_NAME = re.compile(r"[^\w\s().,-]+")
_TYPES = {"md": "text/markdown; charset=utf-8", "pdf": "application/pdf"}


def conversation_routes(
    backend: ChatBackend, conversations: Conversations, answers: Answers
) -> APIRouter:
    """Return the routes. Everything is by the person who asks: what is not theirs is not there."""
    router = APIRouter()

    @router.get("/conversations")
    async def list_conversations(request: Request, find: str = "") -> Response:
        person = person_of(request.scope)
        words, wanted = _words(request), find[:200].strip()
        if wanted:
            listed = await asyncio.to_thread(
                conversations.search, person.id, wanted, lambda s: backend.readable(person, s)
            )
        else:
            listed = await asyncio.to_thread(conversations.listed, person.id)
        shown = frame.list_html(
            words,
            listed,
            date.today(),
            searched=bool(wanted),
            under_way=answers.under_way(person),
        )
        # A page that was signed out and in again goes on with the token of the new session.
        headers = {"X-CSRF-Token": csrf_token(request.scope), "X-Strongroom-Person": person.id}
        return HTMLResponse(shown, headers=headers)

    @router.get("/conversation-scope")
    async def choices(request: Request, find: str = "") -> Response:
        person = person_of(request.scope)
        documents = await asyncio.to_thread(backend.documents, person)
        return HTMLResponse(
            frame.choices_html(_language(request).chat, _words(request), documents, find[:200])
        )

    @router.post("/conversation/{conversation}/rename")
    async def rename(
        request: Request,
        conversation: str,
        title: Annotated[str, Form(max_length=LONGEST_TITLE * 4)],
    ) -> Response:
        return await _changed(
            request, lambda person: conversations.rename(person.id, conversation, title)
        )

    @router.post("/conversation/{conversation}/delete")
    async def delete(request: Request, conversation: str) -> Response:
        line = answers.line(person_of(request.scope), conversation)
        if line is not None:
            line.drop()
        return await _changed(request, lambda person: conversations.delete(person.id, conversation))

    @router.post("/conversation/{conversation}/pin")
    async def pin(
        request: Request, conversation: str, pinned: Annotated[bool, Form()] = True
    ) -> Response:
        return await _changed(
            request, lambda person: conversations.pin(person.id, conversation, pinned=pinned)
        )

    @router.post("/conversation/{conversation}/archive")
    async def archive(
        request: Request, conversation: str, archived: Annotated[bool, Form()] = True
    ) -> Response:
        return await _changed(
            request,
            lambda person: conversations.archive(person.id, conversation, archived=archived),
        )

    @router.post("/conversation-draft")
    async def draft(
        request: Request,
        conversation: Annotated[str, Form(max_length=200)] = "",
        text: Annotated[str, Form(max_length=LONGEST_DRAFT)] = "",
    ) -> Response:
        def keep(person: Person) -> bool:
            # What a filter masks in a question is not kept before it is asked, either.
            kept = text if backend.may_keep(text, person) == text else ""
            return conversations.keep_draft(person.id, conversation, kept)

        return await _changed(request, keep)

    @router.post("/conversation/{conversation}/turn/{number}/vote")
    async def vote(
        request: Request,
        conversation: str,
        number: int,
        verdict: Annotated[Literal["up", "down", ""], Form()] = "",
        comment: Annotated[str, Form(max_length=LONGEST_COMMENT)] = "",
    ) -> Response:
        feedback = Feedback(verdict, comment.strip()) if verdict else None
        # SQLite's integers have 64 bits; a greater number is no turn's.
        known = 0 < number < 2**31
        return await _changed(
            request,
            lambda person: known and conversations.judge(person.id, conversation, number, feedback),
        )

    @router.get("/conversation/{conversation}.{kind}")
    async def export(request: Request, conversation: str, kind: str) -> Response:
        person, words = person_of(request.scope), _words(request)
        if kind not in _TYPES:
            return _not_there(words)
        made = await _guarded(
            lambda: _file(backend, conversations, person, conversation, kind, _language(request))
        )
        if made is None:
            return _not_there(words)
        title, content = made
        name = _NOT_A_NAME.sub("_", title).strip(" .")[:80] or "conversation"
        plain = name.encode("ascii", "replace").decode().replace("?", "_")
        disposition = (
            f"attachment; filename=\"{plain}.{kind}\"; filename*=UTF-8''{quote(name)}.{kind}"
        )
        return Response(
            content, media_type=_TYPES[kind], headers={"Content-Disposition": disposition}
        )

    return router


def _file(
    backend: ChatBackend,
    conversations: Conversations,
    person: Person,
    conversation: str,
    kind: str,
    language: Language,
) -> tuple[str, bytes] | None:
    """The title and the exported file of a person's conversation; None if it is not theirs."""
    held = conversations.read(
        person.id, conversation, lambda spaces: backend.readable(person, spaces)
    )
    if held is None:
        return None
    conversations.note_export(person.id, conversation, kind)
    texts, words = language.chat, language.conversations
    said = ExportWords(
        sources=texts.sources,
        page=texts.page,
        not_found=words.export_not_found,
        unconfirmed=words.export_unconfirmed,
        stopped=words.export_stopped,
        failed=words.export_failed,
        withheld=texts.withheld,
        unsupported=texts.unsupported_mark,
        exported=words.exported,
    )
    lines = list(lines_of(held, said, date.today().isoformat()))
    if kind == "pdf":
        return held.title, pdf(lines, title=held.title, language=language.code)
    return held.title, markdown(lines).encode()


async def _changed(request: Request, change: Callable[[Person], bool]) -> Response:
    person = person_of(request.scope)
    done = await _guarded(lambda: change(person))
    return Response(status_code=204) if done else _not_there(_words(request))


async def _guarded(work: Callable[[], T]) -> T | None:
    """Do the work in a thread. A failing disk is told without what was to be written."""
    try:
        return await asyncio.to_thread(work)
    except sqlite3.Error as error:
        log.error("a conversation could not be read or changed: %s", type(error).__name__)
        raise ConversationsError("the conversations cannot be used now") from None


def _not_there(words: ConversationTexts) -> Response:
    return PlainTextResponse(words.not_there, status_code=404)


def _language(request: Request) -> Language:
    return language_for(request.headers.get("accept-language", ""))


def _words(request: Request) -> ConversationTexts:
    return _language(request).conversations
