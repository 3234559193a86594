"""The token without which nothing is changed: a page elsewhere cannot know it."""

import hashlib
import hmac
from collections.abc import Callable
from urllib.parse import parse_qs

from app.web.auth.bodies import handing_on, read_body
from app.web.auth.security import App, Receive, Scope, Send, answer_refusal, refusal_texts
from app.web.auth.signed_in import holder_of, secret_of

FIELD = "csrf"
HEADER = b"x-csrf-token"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
# Longer forms than this send the token as a header, so that it can be checked before the body.
_FORM_BYTES = 256 * 1024


def csrf_token(scope: Scope) -> str:
    """The token for the forms and scripts of this request's page; the same for a whole session.

    It goes back as the form field `csrf` or the header `X-CSRF-Token`; a body that is no plain
    form (an upload, JSON) needs the header. Raises KeyError where no sign-in stands before.
    """
    secret = secret_of(scope)
    if secret is None:
        raise KeyError("no sign-in stands before this route")
    return hmac.new(secret, b"csrf", hashlib.sha256).hexdigest()


class Csrf:
    """Refuses a request that could change something and does not carry its session's token.

    `exempt` says of a path that it is protected otherwise: Gradio's own calls carry no token.
    They are JSON, which a page elsewhere cannot send without asking first, their origin is
    checked by the gate, and the session's cookie stays away from other sites' requests. A request
    that came with a key carries none either: no browser adds a key by itself.
    """

    def __init__(self, app: App, *, exempt: Callable[[str], bool]) -> None:
        self._app = app
        self._exempt = exempt

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if (
            scope["type"] != "http"
            or scope["method"] in _SAFE
            or self._exempt(scope["path"])
            or holder_of(scope) is not None
        ):
            await self._app(scope, receive, send)
            return
        secret = secret_of(scope)
        headers = dict(scope["headers"])
        given = headers.get(HEADER, b"").decode("latin-1")
        if not given and headers.get(b"content-type", b"").startswith(
            b"application/x-www-form-urlencoded"
        ):
            body = await read_body(receive, longest=_FORM_BYTES)
            if body is None:
                await answer_refusal(scope, send, 413, refusal_texts(scope).too_large)
                return
            given = parse_qs(body.decode("latin-1")).get(FIELD, [""])[0]
            receive = handing_on(body, receive)
        if secret is None or not hmac.compare_digest(given.encode(), csrf_token(scope).encode()):
            await answer_refusal(scope, send, 403, refusal_texts(scope).too_old)
            return
        await self._app(scope, receive, send)
