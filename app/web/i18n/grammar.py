"""What differs between languages beside the words: plural forms, and how a number is written."""

import gettext
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

# The form for all numbers that no rule of the language names.
OTHER = "other"


@dataclass(frozen=True, slots=True)
class PluralRule:
    """A plural form's name (CLDR's: zero, one, two, few, many) and the numbers that it is for."""

    name: str
    applies: Callable[[int], int]

    @classmethod
    def parse(cls, name: str, condition: str) -> "PluralRule":
        """Read a condition on `n` with C's operators, such as "n % 10 == 1 && n != 11".

        Raises ValueError for anything else.
        """
        # gettext compiles conditions only: names other than n, calls and Python are refused.
        return cls(name, gettext.c2py(condition))


@dataclass(frozen=True, slots=True)
class Grammar:
    """One language's rules; the first plural rule that applies to a number names its form."""

    thousands: str
    plural: tuple[PluralRule, ...]

    @property
    def forms(self) -> tuple[str, ...]:
        """Names of all plural forms that words of this language have."""
        return (*(rule.name for rule in self.plural), OTHER)

    def form(self, n: int) -> str:
        """Return the name of the plural form for `n`."""
        return next((rule.name for rule in self.plural if rule.applies(n)), OTHER)

    def number(self, n: int) -> str:
        """Return `n` in digits."""
        return f"{n:,}".replace(",", self.thousands)


@dataclass(frozen=True, slots=True)
class Plural:
    """Words that depend on a number: a text for each plural form, with {n} for the number."""

    texts: Mapping[str, str]
    grammar: Grammar = field(repr=False, compare=False)

    def form(self, n: int) -> str:
        """Return the text for `n`, its placeholders not filled in."""
        return self.texts[self.grammar.form(n)]

    def count(self, n: int, **values: str) -> str:
        """Return the text for `n`, with the number and `values` filled in."""
        return self.form(n).format(n=self.grammar.number(n), **values)
