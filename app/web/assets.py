"""Files that browsers keep: not sent again where they have them, and compressed where they do not.

Pages of people pass as they are, but for the chat's own document, which is compressed, too.
"""

import gzip
from collections import OrderedDict

from app.web.auth.security import App, Message, Receive, Scope, Send

_FOLDERS = ("/assets/", "/static/", "/strongroom/")
_FILES = ("/theme.css",)
_DOCUMENTS = ("/",)
_WORDS = ("text/", "application/javascript", "application/json", "image/svg+xml")
_SHORTEST = 1024  # bytes that are worth compressing
_KEPT = 32 << 20  # bytes of compressed files that are held


class Assets:
    """Answers 304 to whoever has a file already, and compresses words with gzip."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._packed: OrderedDict[tuple[str, bytes], bytes] = OrderedDict()
        self._size = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        file = path.startswith(_FOLDERS) or path in _FILES
        if scope["type"] != "http" or scope["method"] != "GET" or not (file or path in _DOCUMENTS):
            await self._app(scope, receive, send)
            return
        asked = {name.lower(): value for name, value in scope["headers"]}
        packs = b"gzip" in asked.get(b"accept-encoding", b"").lower()
        # What is inside answers whole and plain, so that it can be kept.
        plain = (b"accept-encoding", b"if-none-match", b"if-modified-since", b"range")
        inner = [pair for pair in scope["headers"] if pair[0].lower() not in plain]
        start: Message = {}
        body = bytearray()

        async def collect(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
                return
            if message["type"] != "http.response.body":
                return  # a file's path, from servers that can send one themselves
            body.extend(message.get("body", b""))
            if not message.get("more_body"):
                await self._answer(
                    send, path, start, bytes(body), asked.get(b"if-none-match", b""), packs, file
                )

        await self._app({**scope, "headers": inner, "extensions": {}}, receive, collect)

    async def _answer(
        self,
        send: Send,
        path: str,
        start: Message,
        body: bytes,
        has: bytes,
        packs: bool,
        file: bool,
    ) -> None:
        headers = {name.lower(): value for name, value in start["headers"]}
        sent = [
            pair for pair in start["headers"] if pair[0].lower() not in (b"content-length", b"vary")
        ]
        sent.append((b"vary", b"accept-encoding, accept-language, cookie"))
        tag = headers.get(b"etag", b"")
        status = start["status"]
        if file and status == 200 and tag and _has(has, tag):
            kept = [pair for pair in sent if pair[0].lower() != b"content-type"]
            await send({**start, "status": 304, "headers": kept})
            await send({"type": "http.response.body", "body": b""})
            return
        worth = headers.get(b"content-type", b"").decode("latin-1").startswith(_WORDS)
        if packs and status == 200 and worth and len(body) >= _SHORTEST:
            body = self._pack(path, tag, body) if file and tag else gzip.compress(body, 6, mtime=0)
            sent.append((b"content-encoding", b"gzip"))
        sent.append((b"content-length", str(len(body)).encode()))
        await send({**start, "headers": sent})
        await send({"type": "http.response.body", "body": body})

    def _pack(self, path: str, tag: bytes, body: bytes) -> bytes:
        key = (path, tag)
        packed = self._packed.get(key)
        if packed is None:
            packed = self._packed[key] = gzip.compress(body, 6, mtime=0)
            self._size += len(packed)
            while self._size > _KEPT:
                self._size -= len(self._packed.popitem(last=False)[1])
        else:
            self._packed.move_to_end(key)
        return packed


def _has(told: bytes, tag: bytes) -> bool:
    """Whether the browser names this version among those that it has."""
    bare = tag.removeprefix(b"W/")
    return any(one.strip().removeprefix(b"W/") in (bare, b"*") for one in told.split(b","))
