"""A running web chat over a fake backend, and a browser that can reach nothing else."""

import os
import threading
from collections.abc import Iterator

import pytest
from fakes import FakeBackend
from playwright.sync_api import Browser, Page, expect, sync_playwright
from web.chromium import CHROMIUM_FLAGS, find_chromium
from web.running import KIM, LEE, Site, TwoPeople, Watched

from app.people.conversations.store import Conversations
from app.people.conversations.turns import Selection
from app.web.server import create_app, run_web

expect.set_options(timeout=30_000)  # milliseconds: three processes share the tests and two cores


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give what drives a browser a second try; the report counts it ("rerun")."""
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.flaky(reruns=1))


@pytest.fixture(scope="session")
def running_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    backend = FakeBackend()
    conversations = Conversations(tmp_path_factory.mktemp("site") / "conversations.sqlite3")
    app = create_app(backend, conversations, sign_in=TwoPeople)
    address: list[str] = []
    up = threading.Event()

    def ready(url: str) -> None:
        address.append(url)
        up.set()

    stop = threading.Event()
    thread = threading.Thread(
        target=run_web,
        args=(app,),
        kwargs={"host": "127.0.0.1", "port": 0, "ready": ready, "stop": stop},
        daemon=True,
    )
    thread.start()
    assert up.wait(120)
    yield Site(address[0].rstrip("/"), backend, conversations)
    stop.set()
    thread.join(20)
    conversations.close()


@pytest.fixture
def site(running_site: Site) -> Iterator[Site]:
    running_site.backend.reset()
    for person in (KIM, LEE):
        running_site.conversations.delete_person(person.id)
        running_site.conversations.remember_choice(person.id, Selection())
    yield running_site
    running_site.backend.go.set()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = find_chromium()
    if path is None:
        words = "no Chromium on this machine: install it (Debian: apt-get install chromium)"
        if os.environ.get("CI"):
            pytest.fail(words)
        pytest.skip(words)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 860}, locale="en-GB")
    page = context.new_page()
    page.set_default_timeout(30_000)
    yield page
    context.close()


@pytest.fixture
def watched(page: Page) -> Watched:
    return Watched(page)
