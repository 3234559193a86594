"""Passwords: which are good enough, how they are kept, and the ones we make up."""

import itertools
import secrets
import threading
import unicodedata
from base64 import b64encode
from enum import Enum

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST = 12
LONGEST = 256
# No confusable letters or digits: a one-time password is read off a screen.
_ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"
# What is tried first of those that are long enough, and what such words are made of.
_COMMON = frozenset(
    "password passwort kennwort welcome willkommen qwertyuiop qwertzuiop asdfghjkl "
    "administrator letmein iloveyou ichliebedich sunshine princess football baseball "
    "dragon monkey superman geheim hallo schatz strongroom changeme changeit secret "
    "correcthorsebatterystaple sommer winter summer default".split()
)


class Weakness(Enum):
    """Why a password is refused; pages and commands have words for each."""

    SHORT = "short"
    LONG = "long"
    LIKE_NAME = "like_name"
    COMMON = "common"


class WeakPassword(Exception):
    """A password that is not good enough; the message says why."""

    def __init__(self, weakness: Weakness) -> None:
        super().__init__(
            {
                Weakness.SHORT: f"a password has at least {SHORTEST} characters",
                Weakness.LONG: f"a password has at most {LONGEST} characters",
                Weakness.LIKE_NAME: "the password must not contain the name",
                Weakness.COMMON: "this password is among the first that anyone would try",
            }[weakness]
        )
        self.weakness = weakness


def check_password(password: str, name: str) -> None:
    """Raise WeakPassword unless `password` will do for the person of this name."""
    plain = _normal(password)
    if len(plain) < SHORTEST:
        raise WeakPassword(Weakness.SHORT)
    if len(plain) > LONGEST:
        raise WeakPassword(Weakness.LONG)
    lower = plain.casefold()
    if name and _normal(name).casefold() in lower:
        raise WeakPassword(Weakness.LIKE_NAME)
    letters = "".join(c for c in lower if c.isalpha())
    if len(set(lower)) < 5 or letters in _COMMON or _is_run(lower):
        raise WeakPassword(Weakness.COMMON)


def make_password() -> str:
    """A random password that is easy to read off: four groups of five, 100 bits."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(5)) for _ in range(4))


class Passwords:
    """Hashes and checks passwords with argon2id.

    Each takes a tenth of a second and 64 MiB by default; no more than `at_once` are computed
    together, so that a crowd at the door cannot take the machine's memory.
    """

    def __init__(self, hasher: PasswordHasher | None = None, *, at_once: int = 2) -> None:
        self._hasher = hasher or PasswordHasher()
        self._room = threading.BoundedSemaphore(at_once)
        self._nobodys = _nobodys_hash(self._hasher)

    def hash(self, password: str) -> str:
        """The password as it is kept."""
        with self._room:
            return self._hasher.hash(_normal(password))

    def fits(self, password: str, kept: str | None) -> bool:
        """Whether `password` is the kept one; takes as long where none is kept."""
        with self._room:
            try:
                found = self._hasher.verify(kept or self._nobodys, _normal(password))
            except (VerificationError, InvalidHashError):
                return False
        return found and kept is not None

    def is_old(self, kept: str) -> bool:
        """Whether a kept password was hashed with weaker parameters than today's."""
        return self._hasher.check_needs_rehash(kept)


def _nobodys_hash(hasher: PasswordHasher) -> str:
    """What no password hashes to, as it is kept: comparing with it takes as long as with any."""
    salt, digest = (
        b64encode(secrets.token_bytes(length)).decode().rstrip("=")
        for length in (hasher.salt_len, hasher.hash_len)
    )
    costs = f"m={hasher.memory_cost},t={hasher.time_cost},p={hasher.parallelism}"
    return f"$argon2id$v=19${costs}${salt}${digest}"


def _normal(text: str) -> str:
    """One spelling for what looks the same: keyboards compose accents differently."""
    return unicodedata.normalize("NFKC", text)


def _is_run(text: str) -> bool:
    """Whether each character follows the one before: 123456789012, abcdefghijkl."""
    steps = {ord(b) - ord(a) for a, b in itertools.pairwise(text)}
    return len(steps - {-9}) <= 1
