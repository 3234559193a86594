"""What our HTTP servers bear of whoever reaches their ports, tried with real connections."""

import ast
import resource
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import httpx
import pytest
import uvicorn
from fastapi import FastAPI, Request

from app import http_server
from app.http_server import BoundedProtocol, most_connections, raise_open_files, server_of

ROOT = Path(__file__).resolve().parents[1]


class Running:
    """A server on loopback."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.http = httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=60)

    def call(self, *parts: bytes) -> socket.socket:
        made = socket.create_connection(("127.0.0.1", self.port), timeout=30)
        for part in parts:
            made.sendall(part)
        return made

    def seconds(self) -> float:
        """How long somebody else waits for an answer."""
        since = time.monotonic()
        fresh = httpx.get(f"{self.http.base_url}", trust_env=False, timeout=60)
        assert fresh.json() == {"ok": True}
        return time.monotonic() - since


@pytest.fixture
def running() -> Iterator[Running]:
    with serving() as found:
        yield found


@contextmanager
def serving() -> Iterator[Running]:
    app = FastAPI()

    @app.get("/")
    def root() -> dict[str, bool]:
        return {"ok": True}

    @app.post("/")
    async def take(request: Request) -> dict[str, int]:
        return {"bytes": len(await request.body())}

    @app.get("/large")
    def large() -> str:
        return "x" * (8 << 20)

    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        server = uvicorn.Server(server_of(app, lifespan="off"))
        server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
        thread.start()
        until = time.monotonic() + 60
        while not server.started:
            assert time.monotonic() < until
            time.sleep(0.01)
        found = Running(listener.getsockname()[1])
        try:
            yield found
        finally:
            found.http.close()
            server.should_exit = True
            thread.join(20)


def closed(made: socket.socket, seconds: float) -> bool:
    """Whether the other end hangs up within so many seconds, with or without an answer."""
    made.settimeout(seconds)
    try:
        while made.recv(1 << 16):
            pass
    except TimeoutError:
        return False
    except OSError:
        return True
    return True


def test_a_header_that_never_ends_is_not_listened_to(running: Running) -> None:
    """It was copied anew with each piece, on the event loop, for everybody to wait."""
    made = running.call(b"GET / HTTP/1.1\r\nHost: x\r\nX-Long: ")
    sent = 0
    with suppress(OSError):
        for _ in range(1000):
            made.sendall(b"a" * (1 << 16))
            sent += 1 << 16
            time.sleep(0.001)
    assert sent < 16 << 20  # what the sockets themselves hold
    assert closed(made, 10)
    assert running.seconds() < 3


@pytest.mark.parametrize("field", [b"a:\r\n", b"X-%d: 1\r\n"])
def test_very_many_header_fields_are_refused(running: Running, field: bytes) -> None:
    fields = b"".join(field % at if b"%" in field else field for at in range(1_000_000))
    made = running.call(b"GET / HTTP/1.1\r\nHost: x\r\n")
    with suppress(OSError):
        made.sendall(fields + b"\r\n")
    assert closed(made, 10)
    few = running.http.get("/", headers={f"x-{at}": "1" for at in range(150)})
    assert few.status_code == 200
    assert running.http.get("/", headers={f"x-{at}": "1" for at in range(250)}).status_code == 431
    assert running.seconds() < 3


def test_headers_as_companies_send_them_are_taken(running: Running) -> None:
    answer = running.http.get("/", headers={"authorization": "Negotiate " + "A" * 48_000})
    assert answer.status_code == 200


def test_a_header_has_its_time(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_server, "HEAD_SECONDS", 1.0)
    silent = running.call()
    half = running.call(b"GET / HTTP/1.1\r\nHo")
    again = running.call(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    assert again.recv(100).startswith(b"HTTP/1.1 200")
    again.sendall(b"GET /")  # the second request of a connection has no more
    dripping = running.call(b"GET / HTTP/1.1\r\n")
    with suppress(OSError):
        for _ in range(40):
            dripping.sendall(b"a:")
            time.sleep(0.1)
    for made in (silent, half, again, dripping):
        assert closed(made, 3)


def test_a_body_has_its_time(running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_server, "BODY_GRACE_S", 1.0)
    monkeypatch.setattr(http_server, "_LOOK_S", 0.5)
    head = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n"
    slow = running.call(head)
    assert closed(slow, 10)
    steady = running.call(head)
    for _ in range(25):
        steady.sendall(b"x" * 4_000)
        time.sleep(0.1)
    assert b'{"bytes":100000}' in steady.recv(1000)


def test_an_answer_that_nobody_takes_is_dropped(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http_server, "WRITE_SECONDS", 1.0)
    made = socket.socket()
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    made.connect(("127.0.0.1", running.port))
    made.sendall(b"GET /large HTTP/1.1\r\nHost: x\r\n\r\n")
    time.sleep(3)
    got = 0
    with suppress(OSError):
        made.settimeout(5)
        while data := made.recv(1 << 16):
            got += len(data)
    assert 0 < got < 8 << 20


def test_slow_connections_make_room_for_others(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http_server, "MOST_CONNECTIONS", 50)
    kept = running.call(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    assert kept.recv(1000)
    slow = [running.call(b"GET / HTTP/1.1\r\nX: ") for _ in range(120)]
    for _ in range(5):
        assert running.seconds() < 3
    gone = 0
    for made in slow:
        made.setblocking(False)
        try:
            gone += not made.recv(1)
        except BlockingIOError:
            pass
        except OSError:
            gone += 1
    assert 70 <= gone < 120
    for made in (kept, *slow):
        made.close()


def test_a_thousand_slow_connections_keep_nobody_out() -> None:
    """As an attacker made them, where the limit of open files is the usual one."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < 4096:
        pytest.skip("this machine allows too few open files")
    resource.setrlimit(resource.RLIMIT_NOFILE, (1024, hard))
    try:
        raise_open_files()
        assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] >= 4096
        assert most_connections() > 1100
        with serving() as running, ExitStack() as stack:
            before = sorted(running.seconds() for _ in range(5))[2]
            for _ in range(1100):
                stack.enter_context(running.call(b"GET / HTTP/1.1\r\nX: "))
            during = sorted(running.seconds() for _ in range(5))[2]
            assert during < max(3 * before, 0.5)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_every_server_of_ours_has_the_limits() -> None:
    """A server that is set up anywhere else has none."""
    made = {
        path.relative_to(ROOT).as_posix()
        for top in ("app", "ingest", "vectorstore")
        for path in sorted((ROOT / top).rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) in ("uvicorn.Config", "uvicorn.run")
    }
    # The other is the page of `check --privacy` that its own browser opens, and nobody else.
    assert made == {"app/http_server.py", "app/privacy/check/browser_page.py"}
    assert issubclass(server_of(FastAPI()).http, BoundedProtocol)  # type: ignore[arg-type]
