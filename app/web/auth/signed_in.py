"""Who a request to the web chat comes from: set by the sign-in, read by every route."""

from app.people.access import Person
from app.people.keys import Holder
from app.web.auth.security import Scope

_PERSON = "strongroom.person"
_SECRET = "strongroom.secret"
_SIGNS_OUT = "strongroom.signs_out"
_HOLDER = "strongroom.holder"


def person_of(scope: Scope) -> Person:
    """The person whose request this is; KeyError where no sign-in stands before the route."""
    person: Person = scope[_PERSON]
    return person


def person_or_none(scope: Scope) -> Person | None:
    """The person whose request this is, or None on a page that is there before the sign-in."""
    return scope.get(_PERSON)


def set_person(scope: Scope, person: Person, *, secret: bytes, can_sign_out: bool = False) -> None:
    """Say whose request this is; only a sign-in does.

    `secret` is known to this person's browser or to nobody: the tokens against forged requests
    are made of it.
    """
    scope[_PERSON] = person
    scope[_SIGNS_OUT] = can_sign_out
    set_secret(scope, secret)


def set_holder(scope: Scope, holder: Holder) -> None:
    """Say that the request comes with a key; only the door of keys does."""
    scope[_PERSON] = holder.person
    scope[_HOLDER] = holder


def holder_of(scope: Scope) -> Holder | None:
    """Whoever comes with a key; None for a request from a browser."""
    return scope.get(_HOLDER)


def set_secret(scope: Scope, secret: bytes) -> None:
    """Bind forms to this browser before anyone has signed in."""
    scope[_SECRET] = secret


def secret_of(scope: Scope) -> bytes | None:
    """The secret that this request's forms are bound to."""
    return scope.get(_SECRET)


def can_sign_out(scope: Scope) -> bool:
    """Whether this person signed in here, and not at a proxy before it."""
    return bool(scope.get(_SIGNS_OUT))
