"""What the tests of the web chat hold on to: the running site, and a watch over a page."""

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from fakes import FakeBackend
from playwright.sync_api import Dialog, Page

from app.people.access import Person
from app.people.conversations.store import Conversations
from app.web.auth.security import App, Receive, Scope, Send
from app.web.auth.signed_in import set_person

KIM, LEE = Person("1", "kim", "Kim Example"), Person("2", "lee")


T = TypeVar("T")


def apart(work: Coroutine[object, object, T]) -> T:
    """Run it in a thread of its own: the browser's library has a loop running in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


class Site:
    """The address of the running chat, and the backend behind it."""

    def __init__(self, url: str, backend: FakeBackend, conversations: Conversations) -> None:
        self.url = url
        self.backend = backend
        self.conversations = conversations


class TwoPeople:
    """A sign-in for tests: Kim, unless the request has Lee's cookie."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            lee = b"who=lee" in dict(scope["headers"]).get(b"cookie", b"")
            person, secret = (LEE, b"l" * 32) if lee else (KIM, b"k" * 32)
            set_person(scope, person, secret=secret, can_sign_out=True)
        await self._app(scope, receive, send)


class Watched:
    """What a page did that it should not."""

    def __init__(self, page: Page) -> None:
        self.foreign: list[str] = []
        self.errors: list[str] = []
        self.dialogs: list[str] = []
        page.on("request", lambda request: self._request(request.url))
        page.on("console", lambda message: self._console(message.type, message.text))
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("dialog", self._dismiss)

    def _dismiss(self, dialog: Dialog) -> None:
        self.dialogs.append(dialog.message)
        dialog.dismiss()

    def _request(self, url: str) -> None:
        if not url.startswith(("http://127.0.0.1:", "data:", "blob:")):
            self.foreign.append(url)

    def _console(self, kind: str, text: str) -> None:
        if kind in ("error", "warning"):
            self.errors.append(text)

    def assert_clean(self) -> None:
        found = (self.foreign, self.errors, self.dialogs)
        assert found == ([], [], []), found
