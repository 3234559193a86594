"""What the tests of the web chat hold on to: the running site, and a watch over a page."""

from fakes import FakeBackend
from playwright.sync_api import Page


class Site:
    """The address of the running chat, and the backend behind it."""

    def __init__(self, url: str, backend: FakeBackend) -> None:
        self.url = url
        self.backend = backend


class Watched:
    """What a page did that it should not."""

    def __init__(self, page: Page) -> None:
        self.foreign: list[str] = []
        self.errors: list[str] = []
        self.dialogs: list[str] = []
        page.on("request", lambda request: self._request(request.url))
        page.on("console", lambda message: self._console(message.type, message.text))
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("dialog", lambda dialog: (self.dialogs.append(dialog.message), dialog.dismiss()))

    def _request(self, url: str) -> None:
        if not url.startswith(("http://127.0.0.1:", "data:", "blob:")):
            self.foreign.append(url)

    def _console(self, kind: str, text: str) -> None:
        if kind in ("error", "warning"):
            self.errors.append(text)

    def assert_clean(self) -> None:
        assert (self.foreign, self.errors, self.dialogs) == ([], [], [])
