"""The cookies of the sign-in: names and flags that keep them where they belong."""

from collections.abc import Mapping

from starlette.responses import Response

from app.web.auth.security import Scope

SESSION = "strongroom"
VISIT = "strongroom-visit"  # binds the forms before the sign-in to this browser
MARK = "strongroom-mark"  # this browser has signed in before
HALF = "strongroom-half"  # the password fitted; a code is still to come
AWAY = "strongroom-away"  # what a browser has to come back with from the company's sign-in


def read_cookies(scope: Scope) -> Mapping[str, str]:
    """The cookies of a request by our names for them.

    Over https only names with the prefix `__Host-` count: a neighbouring host cannot set those.
    """
    prefix = _prefix(scope)
    found: dict[str, str] = {}
    for name, value in scope["headers"]:
        if name != b"cookie":
            continue
        for pair in value.decode("latin-1").split(";"):
            key, _, given = pair.strip().partition("=")
            if key.startswith(prefix):
                found.setdefault(key[len(prefix) :], given)
    return found


def set_cookie(
    response: Response, scope: Scope, name: str, value: str, seconds: int | None = None
) -> None:
    """Give the browser a cookie that no script reads and no other site's request carries.

    Lax and not strict: a link to a source, sent by mail, should find its reader signed in. Other
    sites' forms and scripts carry no lax cookie, and links change nothing here. Without `seconds`
    it is gone when the browser closes.
    """
    response.set_cookie(
        _prefix(scope) + name,
        value,
        max_age=seconds,
        path="/",
        secure=scope["scheme"] == "https",
        httponly=True,
        samesite="lax",
    )


def drop_cookie(response: Response, scope: Scope, name: str) -> None:
    """Take a cookie back."""
    set_cookie(response, scope, name, "", 0)


def _prefix(scope: Scope) -> str:
    return "__Host-" if scope["scheme"] == "https" else ""
