"""Names of people, groups and spaces: what one may be, and when two are the same."""

import unicodedata

LONGEST_NAME = 64


class PeopleError(Exception):
    """Something cannot be done to people, groups or spaces; the message says what and why."""


def name_key(name: str) -> str:
    """A name as names are compared: one spelling for what looks the same."""
    return unicodedata.normalize("NFKC", name.strip()).casefold()


def checked_name(name: str, what: str) -> str:
    """`name` as it is kept. Raises PeopleError for one that cannot be a name."""
    name = name.strip()
    if not 0 < len(name) <= LONGEST_NAME or not name.isprintable():
        raise PeopleError(f"{what} has 1 to {LONGEST_NAME} printable characters")
    return name


def checked_full_name(name: str) -> str:
    """A full name as it is kept. Raises PeopleError."""
    name = name.strip()
    if len(name) > 2 * LONGEST_NAME or not name.isprintable():
        raise PeopleError(f"a full name has at most {2 * LONGEST_NAME} printable characters")
    return name


def shortened(text: str) -> str:
    """What another sign-in tells, cut down to what we would take."""
    kept = "".join(letter for letter in text if letter.isprintable()).strip()
    return kept[: 2 * LONGEST_NAME]


def candidates(name: str, origin: str) -> list[str]:
    """The name, the name with its origin, then with a number."""
    known = f"{name[: LONGEST_NAME // 2]}@{origin}"[: LONGEST_NAME - 4]
    return [name, known, *(f"{known}-{number}" for number in range(2, 1000))]
