"""Sends the trail's records to a syslog server that the settings name: at least once, counted.

Each record is one message of RFC 5424, over TLS (RFC 5425) or TCP, with the number of its bytes
before it. TCP tells nobody whether the last bytes arrived, so what was sent within the last
seconds before a connection broke is sent again.
"""

import json
import logging
import os
import socket
import ssl
import threading
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from app.governance.audit.reading import files
from app.governance.audit.records import Record, read_line, sha256_of
from vectorstore.disk import write_whole

log = logging.getLogger(__name__)

_PATIENCE_S = 10.0  # to connect, and for the server to take a message
_LOOK_S = 0.5  # between looks for new records
_SURE = 6  # looks after which what was sent is taken to have arrived, while the connection holds
_LONGEST_WAIT_S = 60.0  # between attempts to connect
_AUDIT = 13 * 8  # the facility "log audit"
_NOTICE, _WARNING = 5, 4
_WARNS = ("refused", "failed", "egress", "filtered", "repaired", "set-back")
_KEPT = ("text", "box", "sealed")  # what holds the words of a question or an answer
_KIND_LETTERS = 32


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the trail: its next line to send."""

    file: str
    offset: int


@dataclass(frozen=True, slots=True)
class Sent:
    """How far it is. `waiting` are bytes of the trail that are not sent yet."""

    messages: int
    waiting: int
    connected: bool


class Forwarder:
    """One thread that follows the trail in `folder` and sends what is new."""

    def __init__(
        self,
        folder: Path,
        note: Path,
        server: str,
        *,
        texts: bool = False,
        authorities: Path | None = None,
    ) -> None:
        """`note` keeps how far it is; without one it begins at the trail's present end.

        `server` is such as "tls://siem.example.com:6514"; `authorities` are certificates that it
        is trusted by.
        """
        parts = urlsplit(server)
        self._folder = folder
        self._note = note
        self._host, self._port = parts.hostname or "", parts.port or 0
        self._tls = parts.scheme == "tls"
        self._authorities = authorities
        self._texts = texts
        self._ended = threading.Event()
        self.failures = 0  # connections that failed or broke
        self._messages = 0
        self._connected = False
        self._place = self._known()
        self._sure = self._place
        self._thread = threading.Thread(target=self._work, name="syslog", daemon=True)

    def start(self) -> None:
        """Begin; returns at once."""
        self._keep(self._place)
        self._thread.start()

    def close(self) -> None:
        """End; what was not sent is sent by the next process."""
        self._ended.set()
        self._thread.join(timeout=2 * _PATIENCE_S)

    def sent(self) -> Sent:
        """How far it is."""
        place, waiting = self._place, 0
        for path in files(self._folder):
            if path.name >= place.file:
                waiting += path.stat().st_size
        return Sent(self._messages, max(0, waiting - place.offset), self._connected)

    def _work(self) -> None:
        wait = 1.0
        while not self._ended.is_set():
            try:
                with self._connection() as connection:
                    self._connected, wait = True, 1.0
                    self._follow(connection)
            except (OSError, ValueError) as error:
                self.failures += 1
                log.warning("syslog: %s:%d: %s", self._host, self._port, error)
            self._connected = False
            self._place = self._sure  # what may not have arrived is sent again
            if self._ended.wait(wait):
                return
            wait = min(2 * wait, _LONGEST_WAIT_S)

    def _follow(self, connection: socket.socket) -> None:
        """Send what is there and what comes, until the connection breaks or this ends."""
        behind: deque[Place] = deque([self._place], maxlen=_SURE)
        while True:
            for record, following in self._new():
                connection.sendall(_framed(_message(record, texts=self._texts)))
                self._messages += 1
                self._place = following
            behind.append(self._place)
            if _hung_up(connection):
                raise ConnectionError("the server has closed the connection")
            if len(behind) == _SURE and behind[0] != self._sure:
                self._keep(behind[0])
            if self._ended.wait(_LOOK_S):
                return

    def _new(self) -> Iterator[tuple[Record, Place]]:
        """The records after the place, each with the place after it."""
        place = self._place
        for path in files(self._folder):
            if path.name < place.file:
                continue
            offset = place.offset if path.name == place.file else 0
            with path.open("rb") as opened:
                opened.seek(offset)
                for line in opened:
                    if not line.endswith(b"\n"):
                        break  # it is being written
                    offset += len(line)
                    yield read_line(line), Place(path.name, offset)

    @contextmanager
    def _connection(self) -> Iterator[socket.socket]:
        plain = socket.create_connection((self._host, self._port), timeout=_PATIENCE_S)
        with closing(plain):
            if not self._tls:
                yield plain
                return
            context = ssl.create_default_context(
                cafile=str(self._authorities) if self._authorities else None
            )
            with closing(context.wrap_socket(plain, server_hostname=self._host)) as sealed:
                yield sealed

    def _known(self) -> Place:
        """The place that an earlier process noted, if it is of this trail; else its end."""
        trail = _beginning(self._folder)
        with suppress(OSError, ValueError, KeyError, TypeError):
            told = json.loads(self._note.read_text("utf-8"))
            place = Place(str(told["file"]), int(told["offset"]))
            path = self._folder / place.file
            within = path.is_file() and 0 <= place.offset <= path.stat().st_size
            if told["trail"] == trail and within:
                return place
        last = files(self._folder)[-1]
        return Place(last.name, last.stat().st_size)

    def _keep(self, place: Place) -> None:
        self._sure = place
        told = {
            "trail": _beginning(self._folder),
            "file": place.file,
            "offset": place.offset,
        }
        write_whole(self._note, json.dumps(told))


def _beginning(folder: Path) -> str:
    """The hash of the trail's first record, which no other trail has."""
    with files(folder)[0].open("rb") as opened:
        return sha256_of(opened.readline())


def _message(record: Record, *, texts: bool) -> bytes:
    """A record as RFC 5424 has it: facility, severity, time, host, program, process, kind, JSON."""
    severity = _WARNING if any(word in record.kind for word in _WARNS) else _NOTICE
    data = record.data if texts else _without_words(record.data)
    told = {"seq": record.seq, "person": record.person, "previous": record.previous, "data": data}
    head = (
        f"<{_AUDIT + severity}>1 {record.time.replace('+00:00', 'Z')} {_host()} strongroom "
        f"{os.getpid()} {record.kind[:_KIND_LETTERS]} - "
    )
    body = json.dumps(told, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return (head + body).encode("ascii", "replace")


def _framed(message: bytes) -> bytes:
    return str(len(message)).encode() + b" " + message


def _without_words(value: Any) -> Any:
    """Data without the words of questions and answers."""
    if isinstance(value, Mapping):
        if any(name in value for name in _KEPT):
            return {"left_out": True}
        return {name: _without_words(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_without_words(inner) for inner in value]
    return value


def _host() -> str:
    name = "".join(letter for letter in socket.gethostname() if "!" <= letter <= "~")
    return name[:255] or "-"


def _hung_up(connection: socket.socket) -> bool:
    """Whether the other end has closed; a syslog server says nothing."""
    connection.setblocking(False)
    try:
        return connection.recv(1024) == b""
    except (BlockingIOError, ssl.SSLWantReadError):
        return False
    finally:
        connection.settimeout(_PATIENCE_S)
