"""Lets programs in that come with a key: to what is made for programs, and to nothing else."""

import asyncio
from functools import partial

from starlette.responses import JSONResponse

from app.people.keys import Holder, Keys
from app.web.auth.security import App, Receive, Scope, Send, error_body, for_programs
from app.web.auth.sign_in import WhileSignedIn
from app.web.auth.signed_in import set_holder

_BEARER = "bearer "
_LONGEST = 200  # characters of a secret; ours have about fifty


class KeyDoor:
    """Stands beside the sign-in. Its paths take a key alone: a cookie, or what a proxy says of
    somebody, opens none of them. All other paths go to `pages`, where a key opens nothing.
    """

    def __init__(self, app: App, *, pages: App, keys: Keys) -> None:
        """`app` is what both doors lead to; `pages` is the other door."""
        self._app = app
        self._pages = pages
        self._keys = keys

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not for_programs(scope["path"]):
            await self._pages(scope, receive, send)
            return
        secret = _secret(scope)
        holder = self._keys.find(secret) if secret else None
        if holder is None:
            words = (
                "a key is needed in the header `Authorization: Bearer …`"
                if not secret
                else "this key does not count: it is unknown, revoked or at its end"
            )
            answer = JSONResponse(error_body(words, 401, "invalid_api_key"), 401)
            answer.headers["www-authenticate"] = "Bearer"
            await answer(scope, receive, send)
            return
        await asyncio.to_thread(self._keys.touch, holder.person.key)
        set_holder(scope, holder)
        still: partial[Holder | None] = partial(self._keys.holder, holder.person.key)
        await self._app(scope, receive, WhileSignedIn(send, still))


def _secret(scope: Scope) -> str:
    """The secret of a request that names one once; else ""."""
    given = [value for name, value in scope["headers"] if name.lower() == b"authorization"]
    if len(given) != 1:
        return ""
    said: str = given[0].decode("latin-1").strip()
    if not said.lower().startswith(_BEARER):
        return ""
    secret = said[len(_BEARER) :].strip()
    return secret if len(secret) <= _LONGEST else ""
