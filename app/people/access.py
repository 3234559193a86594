"""Who may see what: the one place that decides it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum

EVERYONE = "everyone"  # the group of all people who can sign in
_PRIVATE = "~"


class Right(Enum):
    """What one can do with the documents of a space."""

    READ = "read"
    CURATE = "curate"  # add, move, re-index, delete; includes reading


@dataclass(frozen=True, slots=True)
class Person:
    """Someone who has signed in. `id` stays when the name changes and is never given again.

    `key` is the id of the key that a program of theirs comes with, "" in a browser; `only` has the
    spaces that it is confined to, None where it is to none.
    """

    id: str
    name: str
    full_name: str = ""
    groups: frozenset[str] = frozenset()
    administrator: bool = False
    auditor: bool = False
    key: str = ""
    only: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class SpaceRule:
    """The groups that may read and that may curate one space."""

    readers: frozenset[str] = frozenset()
    curators: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of all shared spaces by name, as they are at one moment."""

    spaces: Mapping[str, SpaceRule]


def private_space(person: Person) -> str:
    """The space of a person's own uploads."""
    return private_space_of(person.id)


def private_space_of(person_id: str) -> str:
    """The same, also for somebody who is no longer there."""
    return _PRIVATE + person_id


def is_private(space: str) -> bool:
    """Whether a space is someone's own."""
    return space.startswith(_PRIVATE)


def only_audits(person: Person) -> bool:
    """Whether someone reads the audit trail and nothing else."""
    return person.auditor and not person.administrator


def allowed(person: Person, right: Right, space: str, rules: Rules) -> bool:
    """Whether `person` has `right` in `space`; every path to a document asks this.

    A private space is its owner's alone. A shared space is its groups'; until it has a rule it is
    the administrators'. An auditor who is nothing else reads no documents. A key that is confined
    to spaces opens no other one.
    """
    if person.only is not None and space not in person.only:
        return False
    if is_private(space):
        return space == private_space(person)
    if only_audits(person):
        return False
    rule = rules.spaces.get(space)
    if rule is None:
        return person.administrator
    groups = person.groups | {EVERYONE}
    may_curate = bool(groups & rule.curators)
    return may_curate or (right is Right.READ and bool(groups & rule.readers))


def spaces_of(person: Person, right: Right, spaces: Iterable[str], rules: Rules) -> list[str]:
    """Those of `spaces` in which `person` has `right`, in their order."""
    return [space for space in spaces if allowed(person, right, space, rules)]
