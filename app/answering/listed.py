"""What "the second one" stands for: an item of a list that an answer before has told."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from app.answering.language import content_stems
from app.answering.needed_words import words_naming
from app.answering.phrases import Token, tidy, tokens_of
from vectorstore.languages.base import Language

FEWEST = 2  # items of a list
LONGEST = 8  # words by which an item is called
_ITEM = re.compile(r"(?:[-*•]|\d{1,2}\.) +(\S.*)")
_LABEL_END = re.compile(r": | – | \(| — ")
_CELL = re.compile(r"([^:;]{1,40}): ([^:;]{1,40}); ")  # "Code: 0; Meaning: Normal exit"
_QUOTES = '“”"„ '


@dataclass(frozen=True, slots=True)
class Placed:
    """A question with an item in the place of its number, and the words its evidence needs."""

    question: str
    needed: frozenset[str]


def items_of(answer: str) -> list[str]:
    """The items of the first level of the list that an answer is; [] where it is none."""
    found = [match[1] for line in answer.splitlines() if (match := _ITEM.match(line))]
    quoted = any(one[0] in _QUOTES for one in found)  # sentences among which the answer is
    return found if len(found) >= FEWEST and not quoted else []


def placed(question: str, items: Sequence[str], before: str, language: Language) -> Placed | None:
    """Put the item in the place of "the second one"; None where nothing points at one.

    `before` is the question that the list answers: "the second mode" of "Which modes are there?".
    """
    tokens = tokens_of(question)
    for at, token in enumerate(tokens[:-1]):
        number = _number(tokens[at + 1], language)
        if token.word not in language.conversation.articles or number is None:
            continue
        end = _end(tokens, at + 2, before, language)
        if end is None or not -len(items) <= number <= len(items):
            continue
        label = _label(items[number - 1 if number > 0 else number])
        if not label:
            continue
        text = f"{question[: token.start]}{label}{question[tokens[end - 1].end :]}"
        return Placed(tidy(text), frozenset(words_naming(label)))
    return None


def _number(token: Token, language: Language) -> int | None:
    ordinals = language.conversation.ordinals
    return next((place for place, words in ordinals.items() if token.word in words), None)


def _end(tokens: Sequence[Token], at: int, before: str, language: Language) -> int | None:
    """Where the words for the item end (an index behind the last); None for "the first day"."""
    conversation = language.conversation
    following = tokens[at] if at < len(tokens) else None
    if following is None or not following.text[0].isalnum():
        return at
    if following.word in conversation.ones:
        return at + 1
    if following.word in {*conversation.copulas, *conversation.holders, *conversation.verbs}:
        return at
    of_list = set(content_stems(following.text)) & set(content_stems(before))
    return at + 1 if of_list else None


def _label(item: str) -> str:
    """What an item is called: the words before its explanation; "" for a sentence."""
    cell = _CELL.match(item)
    if cell is not None:
        return f"{cell[1]} {cell[2]}"
    named = _LABEL_END.split(item.strip(_QUOTES))[0].strip(_QUOTES)
    return named if len(named.split()) <= LONGEST and not named.endswith((".", "!", "?")) else ""
