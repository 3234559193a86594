"""Places on other machines, against real servers on loopback, where this machine has them."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

import pytest
from watching import servers
from watching.servers import SECRET, USER, Server
from watching.test_following import contents

from app.data_folder.watched_hosts import read_watched_hosts
from app.governance.audit.reading import records
from app.privacy.allowed import Allowed, named_in
from app.watching.places.opening import open_place
from app.watching.places.webdav import WebDav
from app.watching.source import NewSource, SourceFault
from app.workspace.workspace import Workspace

KINDS = [
    pytest.param("webdav", id="webdav"),
    pytest.param("s3", id="s3", marks=pytest.mark.skipif(not servers.MOTO, reason="no moto")),
    pytest.param(
        "imap", id="imap", marks=pytest.mark.skipif(not servers.DOVECOT, reason="no Dovecot")
    ),
]


@pytest.fixture(params=KINDS)
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Server]:
    with getattr(servers, request.param)(tmp_path / "server") as running:
        yield running


def new(server: Server, **more: str) -> NewSource:
    told = {"name": "there", "kind": server.kind, "place": server.place, "space": "general"}
    return NewSource(**{**told, "user": USER, "secret": SECRET, **more})  # type: ignore[arg-type]


def names(home: Workspace) -> set[str]:
    """Names of the documents, without what a mailbox adds to a subject."""
    return {re.sub(r" \(\d+\)\.eml$", "", name) for name in contents(home)}


@contextmanager
def fetches() -> Iterator[list[str]]:
    """Paths that are fetched in the block."""
    seen: list[str] = []

    def opened(source: NewSource) -> object:
        place = open_place(source)
        fetch = place.fetch

        def counted(path: str, folder: Path) -> Path:
            seen.append(path)
            return fetch(path, folder)

        place.fetch = counted  # type: ignore[method-assign]
        return place

    with mock.patch("app.watching.watched.open_place", opened):
        yield seen


def test_a_space_follows_it(home: Workspace, server: Server) -> None:
    server.put("leave ü.txt", "Everybody has 28 days of leave.")
    server.put("travel/hotels.txt", "Hotels cost at most 120 euros.")
    server.put("travel/trains.txt", "Trains come before planes.")
    home.add_source(new(server))
    with fetches() as seen:
        state = home.follow_source("there")
    assert state.last is not None
    assert not state.last.error, state.last.error
    assert (state.documents, state.last.new, len(seen)) == (3, 3, 3)
    assert names(home) == {"leave ü.txt", "travel/hotels.txt", "travel/trains.txt"}
    assert any("120 euros" in text for text in contents(home).values())
    (record, *_) = home.index.documents(["general"])
    assert record.source.startswith(server.place)
    assert home.original(record) is not None  # a copy: the place may be away

    with fetches() as seen:
        state = home.follow_source("there")
    assert seen == []  # nothing has changed
    server.remove("travel/trains.txt")
    server.put("new.txt", "The canteen opens at noon.")
    with fetches() as seen:
        state = home.follow_source("there")
    assert state.last is not None
    assert (state.last.new, state.last.deleted, len(seen)) == (1, 1, 1)
    assert names(home) == {"leave ü.txt", "travel/hotels.txt", "new.txt"}
    if server.kind != "imap":
        server.put("new.txt", "The canteen opens at eleven.")
        server.move("travel/hotels.txt", "rules/hotels.txt")
        state = home.follow_source("there")
        assert state.last is not None
        assert (state.last.new, state.last.changed, state.last.moved) == (0, 1, 1)
        assert names(home) == {"leave ü.txt", "rules/hotels.txt", "new.txt"}
    assert not any(SECRET in str(one.data) for one in records(home.trail.folder))
    assert SECRET not in repr(home.sources())
    assert not list((home.settings.home / "watched-in-hand").rglob("*"))


def test_a_wrong_password_and_a_server_that_is_away_cost_nothing(
    home: Workspace, tmp_path: Path
) -> None:
    with servers.webdav(tmp_path / "server") as server:
        server.put("a.txt", "Some words.")
        home.add_source(new(server))
        home.follow_source("there")
        home.add_source(new(server, name="wrong", secret="guessed"))
        state = home.follow_source("wrong")
        assert state.last is not None
        assert "refuses the sign-in" in state.last.error
        home.add_source(new(server, name="moved", place=server.place + "/nowhere"))
        state = home.follow_source("moved")
        assert state.last is not None
        assert "is not there" in state.last.error
    state = home.follow_source("there")
    assert state.now == "failed"
    assert state.last is not None
    assert "does not answer" in state.last.error
    assert names(home) == {"a.txt"}


def test_the_guard_knows_the_hosts_that_sources_name_and_no_others(home: Workspace) -> None:
    def hosts() -> set[tuple[str, int, str]]:
        return {(one.name, one.port, one.because) for one in named_in(home.settings)}

    assert hosts() == set()
    for name, kind, place in (
        ("cloud", "webdav", "https://Cloud.example.com/dav"),
        ("store", "s3", "https://minio.example.com:9000/bucket/in"),
        ("mail", "imap", "imaps://mail.example.com/INBOX"),
    ):
        home.add_source(NewSource(name, kind, place, "general", user=USER, secret=SECRET))  # type: ignore[arg-type]
    assert hosts() == {
        ("cloud.example.com", 443, "the source cloud"),
        ("minio.example.com", 9000, "the source store"),
        ("mail.example.com", 993, "the source mail"),
    }
    allowed = Allowed(named_in(home.settings))
    assert allowed.may_look_up("cloud.example.com")
    assert not allowed.may_look_up("bucket.minio.example.com")
    assert not allowed.may_connect("cloud.example.com", 80)
    home.remove_source("cloud")
    home.remove_source("store")
    home.remove_source("mail")
    assert hosts() == set()
    assert read_watched_hosts(home.settings.home) == ()


@pytest.mark.parametrize(
    ("kind", "place"),
    [
        ("webdav", "ftp://cloud.example.com/"),
        ("webdav", "http://cloud.example.com/dav"),  # a password in plain words
        ("webdav", "https://anna:secret@cloud.example.com/"),
        ("webdav", "https://[::1/"),
        ("webdav", "/srv/folder"),
        ("s3", "https://minio.example.com"),  # no bucket
        ("imap", "imap://mail.example.com/INBOX"),
        ("imap", "https://mail.example.com/INBOX"),
    ],
)
def test_what_is_no_place_is_refused(home: Workspace, kind: str, place: str) -> None:
    with pytest.raises(SourceFault):
        home.add_source(NewSource("a", kind, place, "general", user=USER, secret=SECRET))  # type: ignore[arg-type]


def test_a_server_cannot_send_more_than_it_says(home: Workspace, tmp_path: Path) -> None:
    with servers.webdav(tmp_path / "server") as server:
        server.put("a.txt", "Some words.")
        home.add_source(new(server))
        server.put("b.txt", "x" * 500)
        real = WebDav._listed
        with mock.patch.object(
            WebDav,
            "_listed",
            lambda self, path, one: real(self, path, {**one, "content_length": 3}),
        ):
            state = home.follow_source("there")
        assert state.documents == 0
        assert all("more of it than it said" in one.reason for one in state.refused)
        assert home.follow_source("there").documents == 2
