"""Tells hidden words that people see elsewhere in a PDF from those that nobody sees anywhere.

Slides that are shown step by step, tool tips and pictures over text hide words that another page
shows. Nothing is missing then. Words that stand nowhere else are worth a warning: somebody wrote
them for a reader who is no person, or the rules against hidden text are wrong about this file.
"""

import re
from collections.abc import Iterable, Sequence

SENTENCE = 5  # words; programs leave fewer of their own in honest files
_ROW = 3  # words in a row: single ones stand in any long document
_MOST = 16 << 20  # characters of shown text that are kept; more are not compared with
_EASTERN = "\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3"  # written without spaces: a letter is a word
_WORD = re.compile(
    rf"[{_EASTERN}]|[^\W\d_{_EASTERN}]{{2,}}"
)  # no numbers, formulas, margins' lines


class ShownText:
    """What the pages of a document show, as far as it is compared with what they hide."""

    def __init__(self) -> None:
        self._pages: list[str] = []
        self._left = _MOST

    def add(self, texts: Iterable[str]) -> None:
        """What one page shows, in the order in which it is drawn."""
        if self._left <= 0:
            return
        page = " ".join(texts)
        self._left -= len(page)
        self._pages.append(page)

    def lacks(self, hidden: Iterable[str]) -> set[str]:
        """The different words of some pages' hidden text that stand in no row of words shown."""
        pages = [_words(text) for text in hidden]
        wanted = {row for words in pages for row in _rows(words, min(_ROW, len(words)))}
        sizes = {len(row) for row in wanted}
        seen: set[tuple[str, ...]] = set()
        for text in self._pages if wanted else ():
            words = _words(text)
            for size in sizes:
                seen.update(row for row in _rows(words, size) if row in wanted)
        return {word for words in pages for word in _outside(words, seen)}


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())


def _rows(words: Sequence[str], size: int) -> Iterable[tuple[str, ...]]:
    return zip(*(words[at:] for at in range(size)), strict=False) if size else ()


def _outside(words: Sequence[str], seen: set[tuple[str, ...]]) -> list[str]:
    """The words that no row of `seen` covers."""
    size = min(_ROW, len(words))
    covered = [False] * len(words)
    for at, row in enumerate(_rows(words, size)):
        if row in seen:
            covered[at : at + size] = [True] * size
    return [word for word, is_covered in zip(words, covered, strict=True) if not is_covered]
