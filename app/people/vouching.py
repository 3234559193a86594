"""What another sign-in says of somebody, and how its groups become groups here."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.people.access import Person
from app.people.store import People


@dataclass(frozen=True, slots=True)
class Vouched:
    """Whom another sign-in vouches for; `groups` is None where it tells none."""

    subject: str
    name: str
    full_name: str
    groups: frozenset[str] | None


@dataclass(frozen=True, slots=True)
class Groups:
    """How groups of the company's sign-in become ours."""

    names: Mapping[str, str]  # theirs -> ours; empty: all of theirs, under their own names
    administrators: str | None = None  # whoever is in this one of theirs administers

    def ours(self, theirs: frozenset[str]) -> frozenset[str]:
        """Our groups for someone in `theirs`."""
        if not self.names:
            return theirs
        return frozenset(self.names[name] for name in theirs if name in self.names)

    def administers(self, theirs: frozenset[str] | None) -> bool | None:
        """Whether they make an administrator; None where the sign-in does not decide it."""
        if self.administrators is None:
            return None
        return theirs is not None and self.administrators in theirs


def let_in(
    people: People,
    vouched: Vouched,
    groups: Groups,
    origin: str,
    *,
    returns: bool = False,
    by: str = "",
) -> Person:
    """The person whom another sign-in vouches for, with the groups it tells.

    `returns` says that it vouches for their being there again, too, if they were suspended.
    Raises PeopleError.
    """
    return people.company_person(
        vouched.subject,
        vouched.name,
        origin=origin,
        full_name=vouched.full_name,
        groups=None if vouched.groups is None else groups.ours(vouched.groups),
        administrator=groups.administers(vouched.groups),
        named_by_us=bool(groups.names),
        returns=returns,
        by=by,
    )
