"""Makes a question that stands alone out of one that leans on the conversation before it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from app.answering.language import codes, content_stems, names, numbers, words
from vectorstore.languages import any_of, words_of

# "And for part-timers?", "What about Norway?", "How long does it take?"
_LEANS = re.compile(
    rf"^\s*({any_of(lambda language: language.questions.leaning_starts)})\b", re.IGNORECASE
)
_CAPITAL = f"[A-Z{''.join(words_of(lambda language: language.capitals))}]"
_ARTICLE = any_of(lambda language: language.optional_articles)
_NAMED = rf"(?:(?:{_ARTICLE})\s+)?{_CAPITAL}[\w'’-]*(?:\s+{_CAPITAL}[\w'’-]*)*"
# "in Norway", "for Part-timers", "at the Graz Office"
_PLACED = re.compile(rf"\b([a-z]{{2,7}})\s+{_NAMED}")
_POINTS_BACK = frozenset(words_of(lambda language: language.questions.pointing_back))
FEW_WORDS = 2  # content words; fewer cannot name what they ask about
TURNS_BACK = 3
LONGEST_REWRITE = 400  # characters; more is an essay, not a question
ANSWER_SHOWN = 300  # characters of an earlier answer that a rewriting model is shown
_INTRODUCTION = re.compile(
    rf"^\s*(?:{any_of(lambda language: language.questions.rewrite_labels)})\s*:\s*", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Exchange:
    """One earlier question of a conversation with its answer, "" where that is not known."""

    question: str
    answer: str = ""


def standalone(question: str, history: Sequence[Exchange]) -> str:
    """Return the question to search with.

    A question that leans on the one before is searched together with it; if that one leaned as
    well, also with the one before that. What the new question replaces (the place, the part
    number) is taken out of the old one. Any other question is returned as it is.
    """
    asked = question
    leaning = _leans(question)
    for turn in list(reversed(history))[:TURNS_BACK]:
        if not leaning:
            break
        asked = f"{_without_replaced(turn.question, asked)} {asked}"
        leaning = _leans(turn.question)
    return asked


def conversation(history: Sequence[Exchange]) -> str:
    """The last exchanges as a model is shown them to rewrite a question."""
    return "\n".join(
        f"Question: {turn.question}\nAnswer: {_shortened(turn.answer)}"
        for turn in history[-TURNS_BACK:]
    )


def read_rewrite(written: str, question: str, history: Sequence[Exchange]) -> str | None:
    """The question that a model wrote, or None if it cannot be trusted.

    It must be a question if `question` is one, hold all numbers, part numbers and names of
    `question`, add none that is not in the conversation, and share a word with `question` that
    carries meaning. Only its first line is read.
    """
    line = next((line for line in written.strip().splitlines() if line.strip()), "")
    rewritten = _INTRODUCTION.sub("", line).strip().strip("\"“”'*`").strip()
    if not rewritten or len(rewritten) > LONGEST_REWRITE:
        return None
    if question.rstrip().endswith("?") and not rewritten.endswith("?"):
        return None  # a weak model answers instead
    known = " ".join(f"{turn.question} {turn.answer}" for turn in history) + f" {question}"
    told = set(words(known))
    kept = numbers(question) | codes(question)
    held = numbers(rewritten) | codes(rewritten)
    if not kept <= held or not held <= numbers(known) | codes(known):
        return None
    if not names(question) <= set(words(rewritten)) or not names(rewritten) <= told:
        return None
    own = set(content_stems(question))
    if own and not own & set(content_stems(rewritten)):
        return None
    return rewritten


def _shortened(answer: str) -> str:
    return answer if len(answer) <= ANSWER_SHOWN else f"{answer[:ANSWER_SHOWN]}…"


def _leans(question: str) -> bool:
    if _LEANS.search(question):
        return True
    if len(content_stems(question)) <= FEW_WORDS:
        return True
    return bool(_POINTS_BACK & set(words(question)))


def _without_replaced(before: str, question: str) -> str:
    """`before` without the codes and places for which `question` brings others.

    "How much is it in Switzerland?", then "And in Norway?": "in Switzerland" is out. A name
    that follows another preposition, or none, stays: it may be what both are about.
    """
    if codes(question):
        before = " ".join(word for word in before.split() if not codes(word))
    for match in _PLACED.finditer(question):
        other = re.compile(rf"\b{match.group(1)}\s+{_NAMED}")
        before = other.sub("", before)
    return re.sub(r"\s+", " ", before).strip()
