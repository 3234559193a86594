"""Whether a question names a document: "in the 2021 handbook", "laut Reiserichtlinie"."""

import re
import unicodedata

from vectorstore.languages import any_of, words_of
from vectorstore.query import STOPWORDS

BY_NAME = 1.0  # the whole name stands in the question
BY_KIND = 0.5  # "in the handbook", of a document called employee-handbook.pdf
_TOKEN = re.compile(r"[^\W\d_]+|\d+")
_VERSION = re.compile(r"(?<![\W_])[\W_]++v\d+(?:\.\d+)*$", re.IGNORECASE)
_YEAR = re.compile(r"(?:19|20)\d\d")
_PLURAL = 4  # letters from which an s at the end counts as an ending
_LONE = 8  # letters; a name of one shorter word may be any word
_NEAR = 120  # characters before a name
_SLACK = 2  # words that may stand between those of a name
# Of a file's name, but not of what people call it.
_UNTOLD = frozenset(words_of(lambda language: language.retrieval.untold_in_names))
_ARTICLE = any_of(lambda language: language.retrieval.articles_before_names)
_LEADS = re.compile(
    rf"\b(?:{any_of(lambda language: language.retrieval.before_names)})\s+"
    rf"(?:(?:{_ARTICLE})\s+)?(?:\w+\s+){{0,2}}$",
    re.IGNORECASE,
)


class Naming:
    """One question, read once, beside the names of many documents."""

    def __init__(self, question: str) -> None:
        self._question = question
        self._asked = _tokens(question)
        self._words = [word for word, _ in self._asked]
        self._held = frozenset(self._words)
        self._years = frozenset(_YEAR.findall(question))

    def of(self, name: str, title: str = "") -> float:
        """How surely the question names the document: 0, BY_KIND or BY_NAME.

        A year in the question must be one of the document's, if that has any.
        """
        stem = _VERSION.sub("", name.rsplit("/", 1)[-1].rsplit(".", 1)[0])
        own_years = set(_YEAR.findall(f"{stem} {title}"))
        if self._years and own_years and not self._years & own_years:
            return 0.0
        found = 0.0
        for called in {stem, title, re.split(r"[:–|]| - ", title)[0]}:
            wanted = [word for word in _words(called) if word not in _UNTOLD]
            wanted = [word for word in wanted if not _YEAR.fullmatch(word)]
            if wanted:
                found = max(found, self._match(wanted))
        return found

    def _match(self, wanted: list[str]) -> float:
        joined = "".join(wanted)
        telling = len(joined) >= _LONE
        if self._held.isdisjoint(wanted) and not (telling and joined in self._held):
            return 0.0
        reach = len(wanted) + _SLACK
        for start, (word, at) in enumerate(self._asked):
            if word in wanted and set(wanted) <= set(self._words[start : start + reach]):
                if len(wanted) > 1 or telling or _leads(self._question, at):
                    return BY_NAME
            elif telling and word == joined:
                return BY_NAME
        # A name's last word says what kind of document it is.
        for word, at in self._asked:
            if word == wanted[-1] and word not in STOPWORDS and _leads(self._question, at):
                return BY_KIND
        return 0.0


def named(question: str, name: str, title: str = "") -> float:
    """`Naming.of` for a single document."""
    return Naming(question).of(name, title)


def _words(text: str) -> list[str]:
    """The words of `_tokens`."""
    plain = unicodedata.normalize("NFC", text)
    return [_singular(word.casefold()) for word in _TOKEN.findall(plain)]


def _tokens(text: str) -> list[tuple[str, int]]:
    """Words and runs of digits, folded and without a plural's s, with where they start."""
    plain = unicodedata.normalize("NFC", text)
    return [
        (_singular(found.group().casefold()), found.start()) for found in _TOKEN.finditer(plain)
    ]


def _singular(word: str) -> str:
    return word[:-1] if len(word) > _PLURAL and word.endswith("s") and word[-2] != "s" else word


def _leads(question: str, at: int) -> bool:
    """Whether a name at this place is led to, as by "in the"; only words close before it count."""
    return bool(_LEADS.search(question[max(0, at - _NEAR) : at]))
