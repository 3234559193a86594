"""What the program says in English below the pages, in the reader's language.

Errors and findings are made where things happen, with an English sentence for logs and commands.
Pages look that sentence up here, with what stands in it: `said/CODE.toml` has one table of
sentences, the English ones with {} in the places of what changes, the others with {0}, {1}.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).parent / "said"
_DEEPEST = 3  # a sentence can stand in a sentence, as the reason of it
_LONGEST = 4_000  # characters of what is looked up


@dataclass(frozen=True, slots=True)
class _Sentence:
    """The English parts between what changes, and the whole in another language."""

    parts: Sequence[str]
    other: str

    def held(self, text: str) -> list[str] | None:
        """What stands in the places of `text`; None where it is another sentence."""
        first, *between = self.parts
        if not text.startswith(first):
            return None
        if not between:
            return [] if text == first else None
        found, at = [], len(first)
        for part in between[:-1]:
            to = text.find(part, at)
            if to < 0:
                return None
            found.append(text[at:to])
            at = to + len(part)
        last = between[-1]
        if not text.endswith(last) or len(text) - len(last) < at:
            return None
        return [*found, text[at : len(text) - len(last)]]


def say(code: str, text: str) -> str:
    """`text` in the language of this code; as it is where the language has no words for it."""
    return _said(code, text, _DEEPEST)


def _said(code: str, text: str, deep: int) -> str:
    if deep == 0 or not text or len(text) > _LONGEST:
        return text
    plain, open_ones = _sentences(code)
    if text in plain:
        return plain[text]
    for sentence in open_ones.get(text[:1], ()):
        if (held := sentence.held(text)) is not None:
            return sentence.other.format(*(_said(code, one, deep - 1) for one in held))
    for sentence in open_ones.get("", ()):
        if (held := sentence.held(text)) is not None:
            return sentence.other.format(*(_said(code, one, deep - 1) for one in held))
    return text


@cache
def _sentences(code: str) -> tuple[Mapping[str, str], Mapping[str, Sequence[_Sentence]]]:
    """Those without places by their words, the others by their first letter, the longest first."""
    table = sentences(code)
    plain = {english: other for english, other in table.items() if "{}" not in english}
    by_first: dict[str, list[_Sentence]] = {}
    for english in sorted(table.keys() - plain.keys(), key=lambda one: (-len(one), one)):
        sentence = _Sentence(english.split("{}"), table[english])
        by_first.setdefault(sentence.parts[0][:1], []).append(sentence)
    return plain, by_first


@cache
def sentences(code: str) -> Mapping[str, str]:
    """The table of a language, by its English sentences; empty for English. Raises OSError."""
    file = _FOLDER / f"{code}.toml"
    return tomllib.loads(file.read_text("utf-8"))["said"] if file.is_file() else {}
