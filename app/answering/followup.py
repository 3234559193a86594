"""What a question means in its conversation: read alone first, with the conversation where it must.

An elliptic question ("And interns?") changes one thing of the question before. A pronoun stands
for something in the last question or answer. Whatever else is a whole question is left alone.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from app.answering.antecedents import referred
from app.answering.ellipsis import (
    changed,
    holds_phrase,
    is_fragment,
    opens_with_place,
    taken_back,
)
from app.answering.language import codes, content_stems, names, numbers, words
from app.answering.listed import items_of, placed
from app.answering.needed_words import holds
from app.answering.phrases import tokens_of
from vectorstore.languages import any_of, language_of, languages
from vectorstore.languages.base import Language
from vectorstore.records import Hit

FEW_WORDS = 2  # content words; a question of fewer may lean on the one before
TURNS_BACK = 3
MOST_TURNS = 8  # whose meaning is made out anew
LONGEST_REWRITE = 400  # characters; more is an essay, not a question
LONGEST_LEANING = 300  # characters of a question that leans
ANSWER_SHOWN = 300  # characters of an earlier answer that a rewriting model is shown
ANSWER_READ = 2_000  # characters of an earlier answer in which a pronoun's person is looked for
# Good evidence for the first reading ends the choice: a longer reading is alike to more. Both
# figures keep the right passage first in all of the twelve conversations of the samples but one.
GOOD = 0.7
CLEARLY = 0.08  # by which the evidence for another reading must be better
_COSINE = 0.15  # the same weight that finding gives it
_SAME = 0.8  # of the stems of two texts, that say the same if they share them
_INTRODUCTION = re.compile(
    rf"^\s*(?:{any_of(lambda language: language.questions.rewrite_labels)})\s*:\s*", re.IGNORECASE
)
# "And for part-timers?", "What about Norway?"; the longest first
_OPENED = {
    language.code: re.compile(
        rf"\s*(?:{'|'.join(sorted(language.conversation.fragments, key=len, reverse=True))})\b"
        r"[\s,:]*",
        re.IGNORECASE,
    )
    for language in languages()
}
_CORRECTED = {
    language.code: re.compile(
        rf"\s*(?:{'|'.join(language.conversation.corrections)})[\s,:]*", re.IGNORECASE
    )
    for language in languages()
}
# "--force", "gravity.db", "max_days", "maxDays", a word in quotation marks: a thing by its name
_TECHNICAL = re.compile(r"(?:^|\s)(?:--?[A-Za-z]|[\"'`“„‘]\w|\w{1,40}[_/.]\w|[a-z]{1,40}[A-Z])")
_PIECES = re.compile(r"\s[-–—]\s|[,:;]\s")
# "Does that also apply to Spain?"
_SAME_FOR = re.compile(
    rf"\s*(?:{any_of(lambda language: language.conversation.same_for)})\s+(\S.*)", re.IGNORECASE
)
_MARKS = re.compile(r"(?<!\s)\s*\[\d{1,3}(?:\s*,\s*\d{1,3})*\]")
_QUOTES = '“”"„ '


@dataclass(frozen=True, slots=True)
class Exchange:
    """One earlier question of a conversation with its answer, "" where that is not known."""

    question: str
    answer: str = ""


@dataclass(frozen=True, slots=True)
class Interpretation:
    """One way to read a question: a question that stands alone.

    `needed` are words, as `words` gives them, that its evidence must hold: what the conversation
    does not say of it, such as "interns" in "And interns?". `alone` tells that the conversation
    was not used.
    """

    question: str
    needed: frozenset[str] = frozenset()
    alone: bool = True


def readings(question: str, history: Sequence[Exchange]) -> tuple[Interpretation, ...]:
    """The ways to read `question` after `history` (oldest first), the likeliest first.

    A whole question is read alone, and that is all. One that may lean on the conversation is read
    alone first, then with it. One that must lean on it is read with it.
    """
    alone = Interpretation(question)
    if not history or len(question) > LONGEST_LEANING:
        return (alone,)
    before = _meanings(history[-MOST_TURNS:])
    found = _read(question, before) or [alone]
    return tuple(dict.fromkeys(one for one in found if one.question.strip()))


def standalone(question: str, history: Sequence[Exchange]) -> str:
    """The likeliest reading of `question` after `history`: the question to search with."""
    return readings(question, history)[0].question


def choose(found: Sequence[Interpretation], hits: Sequence[Sequence[Hit]]) -> int:
    """Which of the readings to answer: the first, unless another has clearly better evidence.

    `hits` are the passages found for each of them, best first.
    """
    worth = [_worth(passages) for passages in hits]
    best = 0
    if worth[0] >= GOOD:
        return best
    for place in range(1, len(found)):
        if worth[place] > worth[best] + CLEARLY:
            best = place
    return best


def repeats(reading: Interpretation, answer: str, history: Sequence[Exchange]) -> bool:
    """Whether `answer` only says again what was answered before, to a question that is another.

    A question that is asked again gets its answer again. One that was read with the conversation
    and gets the same words as an answer before, though these lack what it asks for, gets none.
    """
    if reading.alone:
        return False
    own = set(content_stems(reading.question))
    said = set(content_stems(_bare(answer)))
    for turn in history[-TURNS_BACK:]:
        told = set(content_stems(_bare(turn.answer)))
        if not told or not said or not _says_again(answer, said, told):
            continue
        if own == set(content_stems(turn.question)):
            continue
        fresh = own - set(content_stems(turn.question))
        if not holds(reading.needed, answer, question=reading.question) or not fresh <= said:
            return True
    return False


def stands(reading: Interpretation, answer: str, around: str, history: Sequence[Exchange]) -> bool:
    """Whether `answer` answers a question that was read so, as far as the conversation tells.

    Its evidence holds what the question needs, `around` being what the answer rests on (quotation,
    heading, document), and it is no answer before said again.
    """
    told = holds(reading.needed, answer, around, reading.question)
    return told and not repeats(reading, answer, history)


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


def _says_again(answer: str, said: set[str], told: set[str]) -> bool:
    """Whether an answer (its stems `said`) is one before, or a list all of which was told in it."""
    if len(told & said) >= _SAME * len(told | said):
        return True
    return bool(items_of(answer)) and said <= told


def _shortened(answer: str) -> str:
    return answer if len(answer) <= ANSWER_SHOWN else f"{answer[:ANSWER_SHOWN]}…"


def _bare(answer: str) -> str:
    return _MARKS.sub("", answer).strip(_QUOTES)


def _worth(hits: Sequence[Hit]) -> float:
    """How good the best passage is, in a measure that different questions share."""
    return max(
        (
            one.signals.get("likeness", 0.0) + _COSINE * one.signals.get("cosine", 0.0)
            for one in hits
        ),
        default=0.0,
    )


def _meanings(history: Sequence[Exchange]) -> list[Exchange]:
    """The exchanges with their questions as they were meant, and their answers bare."""
    meant: list[Exchange] = []
    for turn in history:
        leaning = bool(meant) and len(turn.question) <= LONGEST_LEANING
        read = _read(turn.question, meant) if leaning else []
        asked = read[0].question if read else turn.question
        meant.append(Exchange(asked[:LONGEST_REWRITE], _bare(turn.answer[:ANSWER_READ])))
    return meant


def _read(question: str, before: Sequence[Exchange]) -> list[Interpretation]:
    """The readings of a question after others that stand alone; [] for none but itself."""
    language = language_of(question)
    if not any(token.word in language.stop_words for token in tokens_of(question)):
        language = language_of(before[-1].question)
    items, listing = _last_list(before)
    if named := placed(question, items, listing, language):
        read = _read(named.question, before) or [Interpretation(named.question)]
        return [
            replace(one, needed=one.needed | named.needed, alone=False)
            for one in read
            if named.needed & {*words(one.question)}
        ]
    return _elliptic(question, before, language) or _whole(question, before[-1], language)


def _elliptic(
    question: str, before: Sequence[Exchange], language: Language
) -> list[Interpretation]:
    """The readings of a question that changes one thing of one before; [] of a whole question."""
    last = before[-1]
    same = _SAME_FOR.fullmatch(question)
    if same and is_fragment(same[1], language, opened=True) and opens_with_place(same[1], language):
        return _changed(same[1], question, last, opened=True)
    opened = _OPENED[language.code].match(question)
    rest = question[opened.end() :] if opened else question
    if opened and _CORRECTED[language.code].fullmatch(opened.group()):
        rest, denied = taken_back(rest, language)
        if denied:
            last = _asked_about(denied, before)
            return _changed(rest, question, last, opened=True, old=denied)
        rest = _last_piece(rest, language)
    if is_fragment(rest, language, opened=bool(opened)):
        return _changed(rest, question, last, opened=bool(opened))
    return []


def _whole(question: str, last: Exchange, language: Language) -> list[Interpretation]:
    """The readings of a question that is one by itself; [] for none but itself."""
    opened = _OPENED[language.code].match(question)
    rest = question[opened.end() :] if opened else question
    if opened and _CORRECTED[language.code].fullmatch(opened.group()):
        rest = _last_piece(rest, language)
    asked = rest[:1].upper() + rest[1:] if opened else question
    alone = Interpretation(asked)
    joined = Interpretation(f"{last.question} {asked}", alone=False)
    meant = referred(asked, last.question, last.answer, language)
    if meant.resolved:
        return [Interpretation(meant.question, meant.needed, alone=False), joined]
    if meant.points:
        return [joined, alone]
    if _TECHNICAL.search(asked):
        return [alone]
    if opened or meant.inside or len(content_stems(asked)) <= FEW_WORDS:
        return [alone, joined]
    return [alone]


def _last_piece(text: str, language: Language) -> str:
    """The question behind what it is about: "the vacation: is unused vacation paid out?"."""
    piece = _PIECES.split(text)[-1].strip()
    whole = len(content_stems(piece)) > 1 and not is_fragment(piece, language, opened=False)
    return piece if whole else text


def _last_list(before: Sequence[Exchange]) -> tuple[list[str], str]:
    """The items of the last answer that was a list, and the question that it answered."""
    for turn in reversed(before[-TURNS_BACK:]):
        if items := items_of(turn.answer):
            return items, turn.question
    return [], ""


def _asked_about(called: str, before: Sequence[Exchange]) -> Exchange:
    """The last exchange whose question names what is called so; the last where none does."""
    for turn in reversed(before[-TURNS_BACK:]):
        if holds_phrase(called, turn.question, language_of(turn.question)):
            return turn
    return before[-1]


def _changed(
    text: str, question: str, last: Exchange, *, opened: bool, old: str = ""
) -> list[Interpretation]:
    """The readings of an elliptic question, `text` being what it brings in place of `old`."""
    alone = Interpretation(question)
    joined = Interpretation(f"{last.question} {question}", alone=False)
    made = changed(text, last.question, language_of(last.question), old)
    if not made:
        return [joined, alone]
    read = [Interpretation(one.question, one.needed, alone=False) for one in made]
    read.append(Interpretation(joined.question, made[0].needed, alone=False))
    # "Opening hours canteen" is a question of its own; "In Norway?" is none.
    return read if opened or made[0].sure else [alone, *read]
