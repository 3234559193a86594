"""Who a request to the web chat comes from: set by the sign-in, read by every route."""

from app.people.access import Person
from app.web.security import App, Receive, Scope, Send

_KEY = "strongroom.person"


def person_of(scope: Scope) -> Person:
    """The person whose request this is; KeyError where no sign-in stands before the route."""
    person: Person = scope[_KEY]
    return person


def set_person(scope: Scope, person: Person) -> None:
    """Say whose request this is; only a sign-in does."""
    scope[_KEY] = person


class OnePerson:
    """A sign-in for a machine with a single person at it: every request is theirs."""

    def __init__(self, app: App, person: Person) -> None:
        self._app = app
        self._person = person

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            set_person(scope, self._person)
        await self._app(scope, receive, send)
