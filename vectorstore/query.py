"""How text is spelt for the full-text index, and how a question asks it."""

import re
import unicodedata
from collections.abc import Iterable

from vectorstore.dates import clock_spellings, days_of, spellings
from vectorstore.languages import words_of

# Words that questions are made of and that tell no passage from another. FTS5 would weigh
# them low; left out, a common word does not bring every row of a large index into the ranking.
STOPWORDS = frozenset(words_of(lambda language: language.retrieval.stop_words))
_MOST_TERMS = 48  # of a question; what follows in a pasted page adds time and no precision
_LONGEST_TERM = 64
_MOST_DATES = 3  # of a question; each is some fifty phrases
_MOST_TIMED = 400  # characters of a question in which times of day are looked for
# Parts of one token to a reader: AB-12/3, 2026-03-01, 1,234.50, e-mail, v2.1, a@b.example
# From the beginning of a word only, and without going back: a pasted key of 60,000 letters has
# no such part, and must not be searched for one from each of its letters.
_COMPOUND = re.compile(r"(?<![^\W_])[^\W_]++(?:(?:[-‐‑–/.,:@+'’]|_++)[^\W_]++)+")
_QUOTED = re.compile(r'["“„«]([^"“”„«»]{2,200})["”“»]')
# Scripts without spaces: the tokenizer would take a whole clause for one word.
_UNSPACED = re.compile(
    "([\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uf900-\ufaff\U00020000-\U0003ffff])"
)
_WORD = re.compile(r"\w+")


def searchable(text: str) -> str:
    """Text as the index and the question both spell it.

    Compatibility forms are folded (ﬁ, full-width, superscripts), characters of scripts without
    spaces stand apart, and after a compound such as AB-12/3 or 1,234 follows its joined form
    (AB123, 1234), so that either spelling finds the other.
    """
    text = unicodedata.normalize("NFKC", text.encode("utf-8", "replace").decode())
    text = _UNSPACED.sub(r" \1 ", text.replace("\0", " "))
    return _COMPOUND.sub(_with_joined, text)


def _with_joined(match: re.Match[str]) -> str:
    compound = match.group()
    joined = "".join(_WORD.findall(compound)).replace("_", "")
    worth = len(joined) <= 32 and ("-" in compound or any(c.isdigit() for c in compound))
    return f"{compound} {joined}" if worth else compound


def terms(question: str) -> list[str]:
    """The distinct words of a question that are worth looking up, in its order.

    Stopwords count only in a question that is made of nothing else; of 1,500 the 1 and the 500
    do not count, as they stand for nothing.
    """
    spelt = _COMPOUND.sub(_without_crumbs, searchable(question).lower())
    found = [word[:_LONGEST_TERM] for word in _WORD.findall(spelt)]
    return (_distinct(w for w in found if w not in STOPWORDS) or _distinct(found))[:_MOST_TERMS]


def _without_crumbs(match: re.Match[str]) -> str:
    parts = _WORD.findall(match.group())
    if not any(part.isdigit() for part in parts):
        return match.group()
    return " ".join(part for part in parts if len(part) > 3 or (part.isalpha() and len(part) > 1))


def folded(word: str) -> str:
    """A word as the index compares it: in lower case, without accents."""
    plain = unicodedata.normalize("NFKD", word.lower())
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def phrases_of(question: str, also: Iterable[str] = ()) -> list[str]:
    """What is looked up for a question: its terms, and its quoted parts as phrases.

    So are its dates and times, in every form in which a document may write them. `also` are words
    that stand for some of the question's.

    Each holds word characters and spaces alone.
    """
    wanted = [*terms(question), *also]
    for compound in _COMPOUND.findall(question):
        wanted.append(" ".join(_WORD.findall(searchable(compound).split(" ")[0].lower())))
    dated = [phrase for day in days_of(question)[:_MOST_DATES] for phrase in spellings(day)]
    for phrase in [*dated, *clock_spellings(question[:_MOST_TIMED])]:
        wanted.append(" ".join(_WORD.findall(phrase)))
    for quoted in _QUOTED.findall(question):
        wanted.append(" ".join(_WORD.findall(searchable(quoted).lower())))
    return _distinct(phrase for phrase in wanted if phrase.strip("_ "))


def match_expression(question: str, also: Iterable[str] = ()) -> str:
    """The whole question in FTS5's language: any of its phrases. "" for nothing to look up."""
    return expression_of(phrases_of(question, also))


def expression_of(phrases: Iterable[str], *, every: bool = False) -> str:
    """What `phrases_of` gives in FTS5's language: any of the phrases, or `every` one.

    They stand in quotes, so nothing that a person types is read as syntax. "" for none.
    """
    return (" AND " if every else " OR ").join(f'"{phrase}"' for phrase in phrases)


def _distinct(values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(values))
