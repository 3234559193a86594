"""The HTTP servers of ours, and what each of them bears: limits before an application is asked.

uvicorn itself takes headers of any length from anyone, waits for them for ever, and keeps as many
connections as there are open files.
"""

import asyncio
import resource
import time
from contextlib import suppress
from typing import Any

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

HEADER_BYTES = 64 << 10  # of all header fields of a request together, about
_PORTION = 8 << 10  # bytes that the parser gets at a time: it looks at its limit in between
HEADER_FIELDS = 200  # browsers and proxies send some dozens
HEAD_SECONDS = 15.0  # for the header of a request to come
BODY_GRACE_S = 30.0  # seconds before a body's speed is looked at
BODY_BYTES_A_SECOND = 1024  # a body that comes slower than this is not waited for
_LOOK_S = 5.0  # between looks at it
WRITE_SECONDS = 120.0  # for a client to take what was written for it
MOST_CONNECTIONS = 4096
_OTHER_FILES = 256  # open files that are no connections: databases, models, pipes
_MOST_FILES = 65_536


def server_of(
    app: Any, protocol: "type[BoundedProtocol] | None" = None, **more: Any
) -> uvicorn.Config:
    """The settings of a uvicorn server for `app`, with the limits of this module.

    `more` are further ones of `uvicorn.Config`'s.
    """
    return uvicorn.Config(
        app,
        http=protocol or BoundedProtocol,
        h11_max_incomplete_event_size=HEADER_BYTES,
        ws="none",
        log_level="warning",
        access_log=False,
        server_header=False,
        **more,
    )


def raise_open_files() -> None:
    """Let this process have as many files open as it may allow itself; 1,024 is the usual limit."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, _MOST_FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with suppress(OSError, ValueError):  # macOS names a hard limit that it does not grant
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def most_connections() -> int:
    """How many connections this process may have, by its limit of open files."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY:
        return MOST_CONNECTIONS
    return max(16, min(MOST_CONNECTIONS, soft - _OTHER_FILES))


class BoundedProtocol(H11Protocol):
    """HTTP/1.1 with limits on a header's bytes, fields and time, on a body's time, on answers that
    nobody takes, and on connections. When those are used up, the one that has kept us waiting
    longest makes room.
    """

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self.app = _FewFields(self.app)
        self._waits_since = 0.0  # for a header, in the loop's time; 0 while it does not
        self._head_timer: asyncio.TimerHandle | None = None
        self._body_timer: asyncio.TimerHandle | None = None
        self._write_timer: asyncio.TimerHandle | None = None
        self._body_seconds = 0.0
        self._body_bytes = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if len(self.connections) > most_connections() and not self._make_room():
            transport.abort()
            return
        self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        for timer in (self._head_timer, self._body_timer, self._write_timer):
            if timer is not None:
                timer.cancel()

    def data_received(self, data: bytes) -> None:
        if self._in_body():
            self._body_bytes += len(data)
            super().data_received(data)
        else:
            for start in range(0, len(data), _PORTION):
                if self.transport.is_closing():
                    return
                super().data_received(data[start : start + _PORTION])
        self._watch()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if not self.transport.is_closing():
            self._watch()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._write_timer = self.loop.call_later(WRITE_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._write_timer is not None:
            self._write_timer.cancel()
            self._write_timer = None

    def _should_upgrade(self) -> bool:
        return False  # nothing of ours speaks anything else

    def _in_body(self) -> bool:
        return self.conn.their_state is h11.SEND_BODY

    def _answers(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _watch(self) -> None:
        """Have the clocks run that belong to where the request is."""
        if self._answers() or self._in_body():
            self._head_is_here()
        elif self.timeout_keep_alive_task is None:  # else it waits for no header yet
            self._await_head()
        if self._in_body() and self._body_timer is None:
            self._body_seconds, self._body_bytes = 0.0, 0
            self._body_timer = self.loop.call_later(_LOOK_S, self._look_at_body)

    def _await_head(self) -> None:
        if self._head_timer is None:
            self._waits_since = time.monotonic()
            self._head_timer = self.loop.call_later(HEAD_SECONDS, self.transport.abort)

    def _head_is_here(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer, self._waits_since = None, 0.0

    def _look_at_body(self) -> None:
        self._body_timer = None
        if self.transport.is_closing() or not self._in_body():
            return
        if not self.flow.read_paused:  # else it is we who are slow
            self._body_seconds += _LOOK_S
        slow = self._body_bytes < (self._body_seconds - BODY_GRACE_S) * BODY_BYTES_A_SECOND
        unwanted = self._body_seconds > BODY_GRACE_S and not self._answers()
        if slow or unwanted:
            self.transport.abort()
            return
        self._body_timer = self.loop.call_later(_LOOK_S, self._look_at_body)

    def _make_room(self) -> bool:
        """Hang up on whoever has kept us waiting for a header longest; False if nobody has."""
        waiting = [
            one
            for one in self.connections
            if isinstance(one, BoundedProtocol) and one._waits_since and one is not self
        ]
        if not waiting:
            return False
        longest = min(waiting, key=lambda one: one._waits_since)
        self.connections.discard(longest)
        longest._head_is_here()
        longest.transport.abort()
        return True


class _FewFields:
    """Refuses a request of very many header fields, which cost more than their bytes."""

    def __init__(self, app: Any) -> None:
        self._app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and len(scope["headers"]) > HEADER_FIELDS:
            headers = [(b"content-length", b"0"), (b"connection", b"close")]
            await send({"type": "http.response.start", "status": 431, "headers": headers})
            await send({"type": "http.response.body", "body": b""})
            return
        await self._app(scope, receive, send)
