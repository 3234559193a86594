"""What the tests of people share: quick hashing, a clock that one sets, and a house of people."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from argon2 import PasswordHasher

from app.people.attempts import Attempts
from app.people.database import Database
from app.people.keys import Keys
from app.people.passwords import Passwords
from app.people.sessions import Sessions
from app.people.sign_in import PasswordSignIn
from app.people.store import People

GOOD = "seven green bicycles"
BETTER = "nineteen blue kettles"


def unrecorded(by: str, about: Mapping[str, Any]) -> None:
    """For people without a trail."""


class CountedHasher(PasswordHasher):
    """argon2id with the least cost, that counts how often it verifies."""

    def __init__(self) -> None:
        super().__init__(time_cost=1, memory_cost=8, parallelism=1)
        self.verified = 0

    def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:
        self.verified += 1
        return super().verify(hash, password)


class Clock:
    """A clock that stands still."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@dataclass(frozen=True, slots=True)
class Accounts:
    people: People
    sessions: Sessions
    attempts: Attempts
    door: PasswordSignIn
    hasher: CountedHasher
    clock: Clock
    keys: Keys


@contextmanager
def opened(path: Path, clock: Clock | None = None) -> Iterator[Accounts]:
    database = Database(path)
    clock = clock or Clock()
    hasher = CountedHasher()
    people = People(database, Passwords(hasher), unrecorded, clock)
    sessions = Sessions(database, idle_s=1800, longest_s=43_200, record=unrecorded, clock=clock)
    attempts = Attempts(database, clock)
    try:
        door = PasswordSignIn(people, sessions, attempts)
        keys = Keys(database, unrecorded, clock)
        yield Accounts(people, sessions, attempts, door, hasher, clock, keys)
    finally:
        database.close()
