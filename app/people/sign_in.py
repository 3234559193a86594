"""The door: a name and a password become a session, slowly for those who guess."""

from collections.abc import Callable
from dataclasses import dataclass

from app.people.access import Person
from app.people.attempts import Attempt, Attempts
from app.people.passwords import WeakPassword
from app.people.sessions import Session, Sessions
from app.people.store import People, PeopleError, name_key

# What nobody types as a name or password; hashing much more would only cost time.
_MOST_CHARACTERS = 1024


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session has begun: the token for the cookie, and the mark for the browser to keep."""

    person: Person
    token: str
    mark: str


@dataclass(frozen=True, slots=True)
class Refused:
    """No session: a wrong pair, or an attempt too soon (then `wait_s` is above 0).

    `person_id` is for the record alone; whoever tried must not learn that the name exists.
    """

    wait_s: float = 0.0
    person_id: str = ""


@dataclass(frozen=True, slots=True)
class NeedsCode:
    """The password fits, and a code is asked for as well before a session begins."""

    person: Person


class PasswordSignIn:
    """Signs people in with the passwords kept here, and with those of the company's directory."""

    def __init__(
        self,
        people: People,
        sessions: Sessions,
        attempts: Attempts,
        *,
        here: bool = True,
        elsewhere: Callable[[str, str], Person | None] | None = None,
    ) -> None:
        """`here` says whether passwords kept here count; `elsewhere` is who else knows whose a name
        and a password are. It raises where it cannot say.
        """
        self._people = people
        self._sessions = sessions
        self._attempts = attempts
        self._here = here
        self._elsewhere = elsewhere

    def sign_in(
        self,
        name: str,
        password: str,
        *,
        address: str,
        mark: str = "",
        old_token: str | None = None,
        browser: str = "",
    ) -> SignedIn | Refused | NeedsCode:
        """Begin a session if name and password fit. Answers alike for names that do not exist.

        Raises DirectoryFault where the company's directory had to say it, and did not.
        """
        person_id, attempt = self._attempt(name[:_MOST_CHARACTERS], address, mark)
        wait_s = self._attempts.admit(attempt)
        if wait_s > 0:
            return Refused(wait_s, person_id)
        try:
            person = self._whose(name[:_MOST_CHARACTERS], password[:_MOST_CHARACTERS])
        except Exception:
            self._attempts.withdraw(attempt)  # nobody has looked at it
            raise
        if person is None:
            return Refused(person_id=person_id)
        if self._people.second_factor(person.id) is not None:
            return NeedsCode(person)  # until it is shown, this attempt counts
        return self._enter(person, attempt, old_token, browser)

    def _whose(self, name: str, password: str) -> Person | None:
        """Whose pair this is. A password of here is never shown to the directory: who has one is
        judged by it alone.
        """
        kept = self._here and self._people.keeps_password(name)
        if self._elsewhere is not None and not kept:
            return self._elsewhere(name, password)
        return self._people.check(name, password) if self._here else None

    def enter_code(
        self,
        person: Person,
        code: str,
        *,
        address: str,
        mark: str = "",
        old_token: str | None = None,
        browser: str = "",
    ) -> SignedIn | Refused:
        """Begin a session for somebody whose password fitted, if the code does, too."""
        _, attempt = self._attempt(person.name, address, mark)
        wait_s = self._attempts.admit(attempt)
        if wait_s > 0:
            return Refused(wait_s, person.id)
        if not self._people.check_code(person.id, code[:_MOST_CHARACTERS]):
            return Refused(person_id=person.id)
        return self._enter(person, attempt, old_token, browser)

    def _enter(
        self, person: Person, attempt: Attempt, old_token: str | None, browser: str
    ) -> SignedIn:
        self._attempts.succeeded(attempt)
        token = self._sessions.begin(person.id, old_token, browser)
        return SignedIn(person, token, self._attempts.mark_for(person.id))

    def prove(
        self, session: Session, password: str, *, address: str, mark: str = ""
    ) -> Refused | None:
        """Note that whoever sits there knows the password; None when they do."""
        person = session.person
        _, attempt = self._attempt(person.name, address, mark)
        wait_s = self._attempts.admit(attempt)
        if wait_s > 0:
            return Refused(wait_s, person.id)
        if self._people.check(person.name, password[:_MOST_CHARACTERS]) is None:
            return Refused(person_id=person.id)
        self._attempts.succeeded(attempt)
        self._sessions.prove(session)
        return None

    def change(
        self,
        person: Person,
        now: str,
        new: str,
        *,
        address: str,
        mark: str = "",
        browser: str = "",
    ) -> SignedIn | Refused | None:
        """Change a password: all sessions end, and a new one begins for this browser.

        Refused where `now` is wrong or comes too soon, None where `new` is the same password.
        Raises WeakPassword.
        """
        _, attempt = self._attempt(person.name, address, mark)
        wait_s = self._attempts.admit(attempt)
        if wait_s > 0:
            return Refused(wait_s, person.id)
        if self._people.check(person.name, now[:_MOST_CHARACTERS]) is None:
            return Refused(person_id=person.id)
        self._attempts.succeeded(attempt)
        if now == new:
            return None
        self._people.set_password(person.id, new, must_change=False, by=person.id)
        token = self._sessions.begin(person.id, browser=browser)
        return SignedIn(person, token, self._attempts.mark_for(person.id))

    def choose(self, person: Person, new: str, *, browser: str = "") -> SignedIn | None:
        """Set the own password of somebody who has just come in with one that was given to them.

        The caller knows that they showed it a moment ago. None where `new` is that very password.
        Raises WeakPassword.
        """
        if self._people.check(person.name, new[:_MOST_CHARACTERS]) is not None:
            return None
        self._people.set_password(person.id, new, must_change=False, by=person.id)
        token = self._sessions.begin(person.id, browser=browser)
        return SignedIn(person, token, self._attempts.mark_for(person.id))

    def _attempt(self, name: str, address: str, mark: str) -> tuple[str, Attempt]:
        try:
            person_id = self._people.named(name).id
        except PeopleError:
            return "", Attempt(name_key(name), address)
        known = self._attempts.is_marked(mark, person_id)
        return person_id, Attempt(name_key(name), address, mark if known else "")


__all__ = ["NeedsCode", "PasswordSignIn", "Refused", "SignedIn", "WeakPassword"]
