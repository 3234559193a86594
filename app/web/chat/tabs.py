"""Gradio's sessions, one name space per person: nobody reaches another's tab by its name."""

import hashlib
import json
from urllib.parse import parse_qsl, urlencode

from app.web.auth.bodies import handing_on, read_body
from app.web.auth.security import App, Receive, Scope, Send, answer_refusal, refusal_texts
from app.web.auth.signed_in import person_of

_HEARTBEAT = "/gradio_api/heartbeat/"
_POSTS = frozenset({"/gradio_api/queue/join", "/gradio_api/cancel", "/gradio_api/reset"})
_DATA = "/gradio_api/queue/data"
_NAME = "session_hash"
_LONGEST = 200


class Tabs:
    """Replaces the name that a browser made up for its tab by one of this person's own.

    Gradio gives everything in a session to whoever knows its name: the state behind the page, the
    running answer, the right to stop it. A name sent by another person leads somewhere else here.
    """

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith("/gradio_api/"):
            await self._app(scope, receive, send)
            return
        path = scope["path"]
        person = person_of(scope).id
        if path.startswith(_HEARTBEAT):
            own = _HEARTBEAT + _own(person, path.removeprefix(_HEARTBEAT))
            scope = {**scope, "path": own, "raw_path": own.encode()}
        elif path == _DATA:
            pairs = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
            named = [(key, _own(person, value) if key == _NAME else value) for key, value in pairs]
            scope = {**scope, "query_string": urlencode(named).encode()}
        elif path in _POSTS and scope["method"] == "POST":
            body = await read_body(receive)
            if body is None:
                return  # hung up
            renamed = _renamed(person, body)
            if renamed is None:
                await answer_refusal(scope, send, 400, refusal_texts(scope).not_understood)
                return
            headers = [pair for pair in scope["headers"] if pair[0].lower() != b"content-length"]
            length = (b"content-length", str(len(renamed)).encode())
            scope = {**scope, "headers": [*headers, length]}
            receive = handing_on(renamed, receive)
        await self._app(scope, receive, send)


def _own(person: str, name: str) -> str:
    digest = hashlib.sha256(f"{len(person)}:{person}:{name}".encode("utf-8", "replace"))
    return digest.hexdigest()[:32]


def _renamed(person: str, body: bytes) -> bytes | None:
    """The same JSON with the person's own name for the tab; None if it is not what we expect."""
    try:
        call = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(call, dict):
        return None
    if _NAME in call:
        name = call[_NAME]
        if not isinstance(name, str) or len(name) > _LONGEST:
            return None
        call[_NAME] = _own(person, name)
    return json.dumps(call).encode()
