"""Makes a question that stands alone out of one that leans on the conversation before it."""

import re
from collections.abc import Sequence

from app.answering.language import content_stems, words
from app.events import Answer

# "And for part-timers?", "What about Norway?", "How long does it take?"
_LEANS = re.compile(
    r"^\s*(and|also|but|or|so|then|what about|how about|what if|why not|"
    r"und|auch|aber|oder|wie ist)\b",
    re.IGNORECASE,
)
_POINTS_BACK = frozenset(
    """it its they them their theirs that those this these there then he him his she her hers same
    such one ones former latter previous above er sie ihr ihre ihm dies diese dieser dieses dort
    davon dazu dafür damals""".split()
)
FEW_WORDS = 2  # content words; fewer cannot name what they ask about
TURNS_BACK = 3


def standalone(question: str, history: Sequence[Answer]) -> str:
    """Return the question to search with.

    A question that leans on the one before is searched together with it; if that one leaned as
    well, also with the one before that. Any other question is returned as it is.
    """
    parts = [question]
    leaning = _leans(question)
    for turn in list(reversed(history))[:TURNS_BACK]:
        if not leaning:
            break
        parts.append(turn.question)
        leaning = _leans(turn.question)
    return " ".join(reversed(parts))


def _leans(question: str) -> bool:
    if _LEANS.search(question):
        return True
    if len(content_stems(question)) <= FEW_WORDS:
        return True
    return bool(_POINTS_BACK & set(words(question)))
