"""A web chat with people before it, over HTTP, and clients that sign in as a browser does."""

import re
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path

import httpx
from fakes import FakeBackend
from fastapi import FastAPI
from people.people_fakes import GOOD, Accounts, opened

from app.governance.audit.records import RecordKind
from app.people.company import CompanySignIn
from app.people.conversations.store import Conversations
from app.people.vouching import Groups
from app.web.auth.routes_account import account_routes
from app.web.auth.routes_sign_in import Doors, sign_in_routes
from app.web.auth.sign_in import SignIn, TrustedHeader
from app.web.chat.backend import ChatBackend
from app.web.server import Outside, PageGroup, create_app, run_web

TOKEN = re.compile(r'name="csrf" value="([0-9a-f]{64})"')


class Served:
    """A running web chat: its address, its people, and what went on record."""

    def __init__(self, house: Accounts) -> None:
        self.house = house
        self.url = ""
        self.records: list[tuple[RecordKind, str, dict[str, object]]] = []

    def record(self, kind: RecordKind, person: str, about: dict[str, object]) -> None:
        self.records.append((kind, person, about))

    def client(self, **headers: str) -> httpx.Client:
        return httpx.Client(base_url=self.url, headers=headers, trust_env=False)

    def signed_in(self, name: str, password: str = GOOD) -> httpx.Client:
        client = self.client()
        answer = sign_in(client, name, password)
        assert answer.status_code == 303, answer.text
        return client


def _spaces() -> list[str]:
    return ["general"]


@contextmanager
def serving(
    folder: Path,
    *,
    backend: ChatBackend | None = None,
    pages: Callable[[Accounts], Sequence[PageGroup]] = lambda house: (),
    company: CompanySignIn | None = None,
    groups: Groups | None = None,
    header: TrustedHeader | None = None,
    passwords: bool = True,
    outside: Outside | None = None,
) -> Iterator[Served]:
    """Serve on loopback, with `kim` and the administrator `boss` among the people."""
    with (
        opened(folder / "people.sqlite3") as house,
        closing(Conversations(folder / "conversations.sqlite3")) as conversations,
    ):
        house.people.add("boss", GOOD, administrator=True, must_change=False)
        house.people.add("kim", GOOD, full_name="Kim Li", must_change=False)
        served = Served(house)
        doors = Doors(house.door if passwords else None, company, "Calloway", groups or Groups({}))
        app = create_app(
            backend or FakeBackend(),
            conversations,
            sign_in=partial(
                SignIn,
                people=house.people,
                sessions=house.sessions,
                header=header,
                groups=groups,
            ),
            pages=[
                PageGroup(
                    sign_in_routes(
                        doors,
                        house.people,
                        house.sessions,
                        lambda *what: served.records.append(what),
                    )
                ),
                PageGroup(
                    account_routes(
                        doors.password, house.people, house.sessions, lambda: ["general"]
                    )
                ),
                *pages(house),
            ],
            outside=outside or Outside(),
        )
        with running(app) as served.url:
            yield served


@contextmanager
def running(app: FastAPI) -> Iterator[str]:
    """Serve `app` on a free port of loopback until the block ends; its address."""
    address: list[str] = []
    up, stop = threading.Event(), threading.Event()

    def ready(url: str) -> None:
        address.append(url.rstrip("/"))
        up.set()

    thread = threading.Thread(
        target=run_web,
        args=(app,),
        kwargs={"host": "127.0.0.1", "port": 0, "ready": ready, "stop": stop},
        daemon=True,
    )
    thread.start()
    assert up.wait(120)
    try:
        yield address[0]
    finally:
        stop.set()
        thread.join(20)


def token_of(client: httpx.Client, path: str) -> str:
    """The token against forged requests that a page's forms carry."""
    found = TOKEN.search(client.get(path).text)
    assert found is not None
    return found[1]


def sign_in(client: httpx.Client, name: str, password: str, **more: str) -> httpx.Response:
    form = {"name": name, "password": password, "csrf": token_of(client, "/sign-in"), **more}
    return client.post("/sign-in", data=form)
