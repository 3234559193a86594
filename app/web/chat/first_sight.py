"""What stands in the chat's document before any script runs: the page as it will be, to read and to
write in. Gradio takes its place, and what was typed, when it is awake."""

import asyncio
from datetime import date
from urllib.parse import parse_qs

from markupsafe import Markup

from app.people.access import Person
from app.people.conversations.store import Conversations
from app.web.auth.security import Scope
from app.web.auth.signed_in import person_or_none
from app.web.chat import frame
from app.web.chat.answers import Answers
from app.web.chat.backend import ChatBackend
from app.web.chat.frame import Account
from app.web.chat.opening import opened
from app.web.i18n.languages import language_for
from app.web.templating import render_html


class FirstSight:
    """Draws the page of whoever asks for it."""

    def __init__(self, backend: ChatBackend, store: Conversations, answers: Answers) -> None:
        self._backend = backend
        self._store = store
        self._answers = answers

    async def html(self, scope: Scope, account: Account) -> str:
        """The page, or "" before the sign-in."""
        person: Person | None = person_or_none(scope)
        if person is None:
            return ""
        headers = dict(scope["headers"])
        language = language_for(headers.get(b"accept-language", b"").decode("latin-1"))
        texts, words = language.chat, language.conversations
        asked = parse_qs(scope["query_string"].decode("latin-1")).get("c", [""])[0]
        whole, listed = await asyncio.gather(
            opened(self._backend, self._store, self._answers, person, asked, texts, words),
            self._answers.guarded(lambda: self._store.listed(person.id)),
        )
        model = await asyncio.to_thread(self._backend.model)
        return render_html(
            "first.html",
            texts=texts,
            words=words,
            header=_safe(
                frame.header_html(texts, words, self._backend.readiness(), model, account)
            ),
            listed=_safe(
                frame.list_html(
                    words,
                    listed or (),
                    date.today(),
                    under_way=self._answers.under_way(person),
                    current=whole.conversation,
                )
            ),
            past=_safe(whole.past),
            live=_safe(whole.live),
            scope=_safe(whole.scope),
            draft=whole.draft,
        )


def _safe(html: str) -> Markup:
    """HTML that our own templates have made."""
    return Markup(html)
