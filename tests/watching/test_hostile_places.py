"""Servers and folders that mean harm: what they send is bounded, and leads nowhere else."""

import gzip
import os
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from unittest import mock

import pytest
from watching.test_following import contents, watch

from app.watching.places.folder import Folder
from app.watching.places.opening import open_place
from app.watching.places.port import FileAway, PlaceAway
from app.watching.source import Kind, NewSource
from app.workspace.workspace import Workspace
from ingest import pipeline
from ingest.discovery import discover
from vectorstore.disk import sha256_of

SECRET = "The salary of the director is 912,000 a year."
Answering = Callable[[BaseHTTPRequestHandler], None]
DAV_FILE = (
    '<d:multistatus xmlns:d="DAV:"><d:response><d:href>/papers/a.txt</d:href><d:propstat>'
    "<d:status>HTTP/1.1 200 OK</d:status><d:prop><d:getcontentlength>5</d:getcontentlength>"
    "<d:resourcetype/></d:prop></d:propstat></d:response></d:multistatus>"
)


@contextmanager
def http(answering: Answering) -> Iterator[tuple[str, list[str]]]:
    """A server on loopback whose every answer is `answering`'s; its address, and what was asked."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            asked.append(f"{self.command} {self.path}")
            try:
                answering(self)
            except OSError:
                self.close_connection = True  # it hung up, which is what is wanted

        do_GET = do_PROPFIND = do_HEAD = answer  # noqa: N815  # as the library calls them

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        server.server_close()


def sends(status: int, body: bytes, **headers: str) -> Answering:
    def answering(request: BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        for name, value in headers.items():
            request.send_header(name.replace("_", "-"), value)
        request.send_header("content-length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)

    return answering


def without_end(piece: bytes) -> Answering:
    def answering(request: BaseHTTPRequestHandler) -> None:
        request.send_response(207 if request.command == "PROPFIND" else 200)
        request.end_headers()
        while True:
            request.wfile.write(piece)

    return answering


def listed(kind: Kind, address: str) -> list[str]:
    source = NewSource(
        "there", kind, f"{address}/papers", "general", user="anna", secret="a secret"
    )
    place = open_place(source)
    try:
        return [one.path for one in place.list().files]
    finally:
        place.close()


MARKUP = b"<x>" + b"<a/>" * 7_000_000 + b"</x>"
ENTITIES = (
    b'<!DOCTYPE x [<!ENTITY a "'
    + b"a" * 1000
    + b'"><!ENTITY b "'
    + b"&a;" * 1000
    + b'">]><x>&b;</x>'
)


@pytest.mark.parametrize("kind", ["webdav", "s3"])
@pytest.mark.parametrize(
    ("answering", "said"),
    [
        pytest.param(without_end(b"<a>words</a>" * 10_000), "list of more than", id="without end"),
        pytest.param(sends(207, MARKUP), "nothing but markup", id="markup"),
        pytest.param(sends(207, ENTITIES), "declares a type", id="entities"),
        pytest.param(
            sends(207, ENTITIES.decode().encode("utf-16")), "declares a type", id="entities in 16"
        ),
        pytest.param(
            sends(207, gzip.compress(bytes(1 << 20)), content_encoding="gzip"), "packs", id="gzip"
        ),
        pytest.param(sends(207, b"\x1b\xff\xff\x0f", content_encoding="br"), "packs", id="brotli"),
    ],
)
def test_a_list_that_costs_more_than_it_says_is_refused(
    kind: Kind, answering: Answering, said: str
) -> None:
    with http(answering) as (address, _), pytest.raises(PlaceAway, match=said):
        listed(kind, address)


@pytest.mark.parametrize("kind", ["webdav", "s3"])
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_nobody_sends_us_on_to_another_server(kind: Kind, status: int) -> None:
    """It may be one that only this machine reaches, such as the engine or a Chroma server."""
    with http(sends(207, DAV_FILE.encode())) as (inside, asked):
        on = sends(status, b"", location=f"{inside}/papers/")
        with http(on) as (address, _), pytest.raises(PlaceAway):
            listed(kind, address)
        assert asked == []


def test_an_honest_redirect_stays_possible() -> None:
    def answering(request: BaseHTTPRequestHandler) -> None:
        if request.path == "/papers":
            sends(301, b"", location="/moved/")(request)
        else:
            sends(207, DAV_FILE.encode())(request)

    with http(answering) as (address, asked):
        assert listed("webdav", address) == ["a.txt"]
        assert asked == ["PROPFIND /papers", "PROPFIND /moved/"]


@pytest.mark.parametrize("kind", ["webdav", "s3"])
def test_a_server_that_is_to_be_asked_in_a_year_is_not_waited_for(kind: Kind) -> None:
    busy = sends(503, b"<Error/>", retry_after="31536000")
    with http(busy) as (address, _), pytest.raises(PlaceAway):
        listed(kind, address)


def test_a_file_that_is_longer_than_was_said_is_not_taken(tmp_path: Path) -> None:
    def answering(request: BaseHTTPRequestHandler) -> None:
        if request.command == "PROPFIND":
            sends(207, DAV_FILE.encode())(request)
        else:
            without_end(b"more and more " * 1000)(request)

    with http(answering) as (address, _):
        place = open_place(NewSource("there", "webdav", f"{address}/papers", "general"))
        place.list()
        with pytest.raises(FileAway, match="more of it than it said"):
            place.fetch("a.txt", tmp_path)
        place.close()


@pytest.mark.parametrize(
    "answer",
    [
        b"* LIST () {99999999999}\r\n",
        b'* LIST () "/" {5000000}\r\n' + b"x" * 5_000_000 + b"\r\n",
    ],
    ids=["one that never comes", "one after the other"],
)
def test_a_mailbox_does_not_fill_the_memory(answer: bytes) -> None:
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        connection, _ = listener.accept()
        with connection, connection.makefile("rb") as lines:
            connection.sendall(b"* OK [CAPABILITY IMAP4rev1] ready\r\n")
            try:
                for line in lines:
                    tag, command = line.split()[:2]
                    if command == b"LIST":
                        while True:
                            connection.sendall(answer)
                    connection.sendall(tag + b" OK done\r\n")
            except OSError:
                return  # it hung up, which is what is wanted

    threading.Thread(target=serve, daemon=True).start()
    port = listener.getsockname()[1]
    source = NewSource(
        "there", "imap", f"imap://127.0.0.1:{port}/INBOX", "general", user="anna", secret="s"
    )
    with listener, pytest.raises(PlaceAway, match="sends a list of more than 64 MiB"):
        open_place(source).list()


# ---- folders that somebody else writes into ---------------------------------------------------


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """A file that the service may read, and whoever writes into the share may not."""
    file = tmp_path / "private" / "salaries.txt"
    file.parent.mkdir()
    file.write_text(SECRET, "utf-8")
    return file


def exchange(path: Path, target: Path) -> None:
    """In one step, as an attacker would."""
    link = path.with_name("link")
    link.symlink_to(target)
    os.replace(link, path)


def test_a_file_exchanged_for_a_link_is_not_read(
    home: Workspace, share: Path, outside: Path
) -> None:
    (share / "walnuts.txt").write_text("Walnuts are counted.", "utf-8")
    listing = Folder.list

    def and_then(self: Folder) -> object:
        found = listing(self)
        exchange(share / "walnuts.txt", outside)
        return found

    with mock.patch.object(Folder, "list", and_then):
        state = watch(home, share)
    assert "912,000" not in str(contents(home))
    assert "link leads out of the folder" in str(state.refused)


def test_a_file_exchanged_while_it_is_read_is_read_as_it_was(
    home: Workspace, share: Path, outside: Path
) -> None:
    """Between its hash and its reading: the index had the words of one and the hash of another."""
    (share / "walnuts.txt").write_text("Walnuts are counted.".ljust(len(SECRET)), "utf-8")
    hashing = sha256_of

    def and_then(path: Path) -> str:
        found = hashing(path)
        exchange(share / "walnuts.txt", outside)
        return found

    with mock.patch.object(pipeline, "sha256_of", and_then):
        watch(home, share)
    assert "912,000" not in str(contents(home))


def test_a_folder_of_ones_own_is_not_left_either(
    home: Workspace, share: Path, outside: Path
) -> None:
    """The command line's way: found, then exchanged."""
    (share / "walnuts.txt").write_text("Walnuts are counted.", "utf-8")
    finding = discover

    def and_then(paths: Sequence[Path]) -> object:
        found = finding(paths)
        exchange(share / "walnuts.txt", outside)
        return found

    with mock.patch.object(pipeline, "discover", and_then):
        report = home.ingest([share], space="general")
    (status,) = report.documents
    assert (status.status, "leads out of the folder" in status.reason) == ("rejected", True)
    assert "912,000" not in str(contents(home))


def test_a_pipe_in_a_files_place_holds_nobody_up(home: Workspace, share: Path) -> None:
    (share / "walnuts.txt").write_text("Walnuts are counted.", "utf-8")
    (share / "almonds.txt").write_text("Almonds are weighed.", "utf-8")
    listing = Folder.list

    def and_then(self: Folder) -> object:
        found = listing(self)
        (share / "walnuts.txt").unlink()
        os.mkfifo(share / "walnuts.txt")
        return found

    with mock.patch.object(Folder, "list", and_then):
        state = watch(home, share)
    assert list(contents(home)) == ["almonds.txt"]
    assert "no plain file" in str(state.refused)


def test_a_share_exchanged_for_the_data_folder_is_not_followed(
    home: Workspace, share: Path
) -> None:
    (share / "walnuts.txt").write_text("Walnuts are counted.", "utf-8")
    watch(home, share)
    share.rename(share.with_name("away"))
    share.symlink_to(home.settings.home)
    state = home.follow_source("share")
    assert state.last is not None
    assert "Strongroom's own data" in state.last.error
    assert list(contents(home)) == ["walnuts.txt"]
