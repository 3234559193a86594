"""The whole web application over a real data folder, served on loopback, with people at hand."""

import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from argon2 import PasswordHasher
from people.people_fakes import GOOD
from playwright.sync_api import Browser, BrowserContext, Page, Request
from playwright.sync_api import expect as hasty
from web.running import Watched
from web.signing_in import running, sign_in

from app.batch.queue.service import QuestionnaireQueue
from app.governance.audit.administration import people_changes
from app.people.access import EVERYONE, Right
from app.people.accounts import Accounts, open_people
from app.people.conversations.store import Conversations
from app.people.curating.uploads import Limits as UploadLimits
from app.people.curating.uploads import Uploads
from app.people.passwords import Passwords
from app.people.sources.links import source_link
from app.serving import web_app
from app.settings import load_settings
from app.workspace.personal_workspace import PersonalWorkspace
from app.workspace.wiring import open_workspace
from app.workspace.workspace import Workspace

SAMPLES = Path(__file__).parents[1] / "samples"
SPACE = "general"
PATIENCE = 60_000  # milliseconds: a real model, on a machine that may be busy
expect = type(hasty)()
expect.set_options(timeout=PATIENCE)


@dataclass
class Whole:
    """What is behind the running application, and its address."""

    home: Workspace
    house: Accounts
    url: str = ""

    @contextmanager
    def client(self, name: str) -> Iterator[httpx.Client]:
        """A client that has signed in."""
        with httpx.Client(base_url=self.url, trust_env=False, timeout=60) as client:
            assert sign_in(client, name, GOOD).status_code == 303
            yield client


@contextmanager
def whole(folder: Path, people: Mapping[str, str]) -> Iterator[Whole]:
    """Serve a new data folder to `people`, full names by names; `boss` is an administrator.

    Everyone reads the space "general" and the group "staff", which has kim, curates it. The engine
    is not started.
    """
    settings = load_settings({"home": folder})
    quick = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    with (
        open_workspace(settings, "test") as home,
        open_people(settings, people_changes(home.trail), quick) as house,
        closing(Conversations(folder / "conversations.sqlite3")) as talks,
        closing(Uploads(folder / "uploads", home, UploadLimits(2**22, 2**24))) as uploads,
        ExitStack() as stack,
    ):
        store = house.people
        store.add_group("staff")
        for name, full in people.items():
            person = store.add(
                name, GOOD, full_name=full, must_change=False, administrator=name == "boss"
            )
            if name == "kim":
                store.join(person.id, "staff")
        store.grant(SPACE, EVERYONE, Right.READ)
        store.grant(SPACE, "staff", Right.CURATE)

        def library_of(person: str) -> PersonalWorkspace:
            return PersonalWorkspace(home, lambda: store.by_id(person), store.rules)

        office = QuestionnaireQueue(folder / "batches", library_of, source_link)
        stack.callback(office.close)
        served = Whole(home, house)
        app = web_app(settings, home, house, talks, uploads, office)
        with running(app) as served.url:
            yield served


def ready(home: Workspace) -> None:
    """Start the engine and wait for its model."""
    home.chat.start()
    for _ in range(1200):
        if home.chat.readiness() == "ready":
            return
        time.sleep(0.05)
    pytest.fail("the engine did not start")


class Reader:
    """One person at a browser of their own; every page that they open is watched."""

    def __init__(self, browser: Browser, url: str, scheme: str = "light") -> None:
        self.url = url
        self.context: BrowserContext = browser.new_context(
            viewport={"width": 1280, "height": 860},
            color_scheme="dark" if scheme == "dark" else "light",
            reduced_motion="reduce",
            locale="en-GB",
        )
        self.context.set_default_timeout(PATIENCE)
        self.watched: list[Watched] = []
        self.asked: list[str] = []
        self.context.on("page", lambda page: self.watched.append(Watched(page)))
        self.context.on("request", self._request)
        self.page: Page = self.context.new_page()

    def _request(self, request: Request) -> None:
        self.asked.append(request.url)

    def sign_in(self, name: str, path: str = "/") -> Page:
        self.page.goto(self.url + path)
        self.page.locator("#name").fill(name)
        self.page.locator("#password").fill(GOOD)
        self.page.locator("#password").press("Enter")
        self.page.wait_for_url(self.url + path)
        if path == "/":  # what the server has drawn gives way to the page that is awake
            expect(self.page.locator("#sr-first")).to_have_count(0)
        return self.page

    def assert_clean(self) -> None:
        """Nothing was loaded from elsewhere, refused by the browser, or went wrong in a script."""
        assert [url for url in self.asked if not url.startswith((self.url, "data:", "blob:"))] == []
        for watched in self.watched:
            watched.assert_clean()


@contextmanager
def reader(browser: Browser, url: str, scheme: str = "light") -> Iterator[Reader]:
    """A person's browser until the block ends; fails if a page did what it should not."""
    found = Reader(browser, url, scheme)
    try:
        yield found
        found.assert_clean()
    finally:
        found.context.close()
