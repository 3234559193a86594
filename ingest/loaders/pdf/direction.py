"""Puts text that is written from right to left into the order in which it is read.

A page stores letters at places, so that a line is known as it is seen, from left to right.
"""

import re
import unicodedata

_RIGHT_TO_LEFT = "\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff"
_LETTER = re.compile(f"[{_RIGHT_TO_LEFT}]")
_OTHER_WORDS = re.compile(  # words and numbers within it, which are read from left to right
    "[0-9A-Za-z\u00c0-\u024f](?:[0-9A-Za-z\u00c0-\u024f .,:/%-]*[0-9A-Za-z\u00c0-\u024f])?"
)
_PART = re.compile(f"[{_RIGHT_TO_LEFT}](?:[^A-Za-z\u00c0-\u024f]*[{_RIGHT_TO_LEFT}])?")
_FORMS = re.compile(
    "[\ufb1d-\ufdff\ufe70-\ufefc]+"
)  # letters as they look at their place in a word


def reads_right_to_left(text: str) -> bool:
    """Whether some of a text is written from right to left."""
    return not text.isascii() and bool(_LETTER.search(text))


def in_reading_order(text: str) -> str:
    """A line as it is read, of letters from left to right; its letters without their forms.

    Where most letters are of other scripts, only the parts from right to left are turned round.
    """
    own = len(_LETTER.findall(text))
    others = sum(letter.isalpha() for letter in text) - own
    turned = _turned(text) if own >= others else _PART.sub(lambda part: _turned(part[0]), text)
    return _FORMS.sub(lambda found: unicodedata.normalize("NFKC", found[0]), turned)


def as_seen(letters: str) -> str:
    """The letters of one sign, such as of a ligature, as `in_reading_order` expects them."""
    return letters[::-1] if len(letters) > 1 and _LETTER.search(letters) else letters


def _turned(text: str) -> str:
    return _OTHER_WORDS.sub(lambda found: found[0][::-1], text)[::-1]
