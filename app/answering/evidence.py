"""Ranks the sentences of passages by how well they answer a question."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from app.answering.candidates import Candidate, candidates, is_question
from app.answering.clauses import asked_clauses, is_of_other_clause
from app.answering.labels import is_of_another, labels
from app.answering.language import (
    STOP_WORDS,
    codes,
    content_stems,
    names,
    numbers,
    stem_of,
    telling_words,
)
from app.answering.wanted import holds_wanted, wanted
from vectorstore.dates import in_one_spelling
from vectorstore.embedder import Embedder, Reading, Vector
from vectorstore.languages import any_of, language_of
from vectorstore.records import Hit

MOST_SENTENCES = 60  # a query's cost is bounded; later passages give up their sentences first
LEAST_WEIGHT = 0.1
UNTELLING_WEIGHT = 0.6  # of "how", "the" and the question mark, which say what kind is asked for
# What a sentence is ranked by, in units of log odds. Eight were fitted with the starter embedder so
# that the sentence that holds the answer comes first (a conditional logit over the sentences of a
# question) and rounded; docs/measure has each set with weights fitted on the others. Set by hand:
# the last three, which those questions hardly test.
WEIGHTS = {
    "similarity": 6.5,
    "vector": 5.5,
    "direct": 4.2,
    "nearby": 4.2,
    "number": 0.9,  # the sentence holds what is asked for: a sum of money, or just a new number
    "likeness": 7.5,  # of its passage to the question
    "rank": -0.33,  # of its passage, from 0
    "far": -1.1,  # for each sentence between a document's question and its answer
    # A row about another part number, a sentence about another error looks right otherwise.
    "other_code": -1.5,
    "other_label": -2.7,
    "edition_cost": -11.0,
}
MOST_LIKELY = 3  # sentences that are told where none stands out
LIKELY = 0.7  # the chance that the answer is among them
# Beside a sentence with the question's very words, in documents that someone had tampered with,
# the next best that answers no other question had at least this share of its score.
AS_GOOD = 0.85
_LONG_ENOUGH = 5  # words, to be no chance
_WORD = re.compile(r"\w+")
_ASKS_NUMBER = re.compile(
    rf"\b({any_of(lambda language: language.questions.for_numbers)})\b", re.IGNORECASE
)
_ABOUT_QUESTIONS = re.compile(
    rf"\b({any_of(lambda language: language.questions.about_questions)})\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Evidence:
    """One sentence of a passage, with the question that it answers in its document, if any.

    `similarity` is the mean, over the question's tokens, of the best match among the sentence's
    token vectors (MaxSim: Khattab and Zaharia, ColBERT, 2020). `coverage` is the share, weighted
    by rarity, of the question's words that the sentence holds; words that only its heading or
    the sentence before it hold count less. `weakest` is the best match of that word of the
    question which is matched worst: an answer to a near miss lacks just one thing. `score` is
    what it is ranked by, in log odds: its `signals`, each times its weight in `WEIGHTS`. What the
    document itself asks counts as the sentence's own in all of them.
    """

    candidate: Candidate
    similarity: float
    coverage: float
    weakest: float
    score: float
    signals: Mapping[str, float]

    @property
    def passage(self) -> int:
        """An index into the passages given."""
        return self.candidate.passage

    @property
    def sentence(self) -> str:
        """The sentence, without the question that it answers."""
        return self.candidate.sentence

    @property
    def told(self) -> str:
        """The sentence after the question that it answers."""
        return self.candidate.told


def rank_evidence(
    question: str,
    passages: Sequence[Hit],
    embedder: Embedder,
    rarity: Mapping[str, float] | None = None,
    opening: Callable[[Hit], str] = lambda hit: "",
    *,
    most: int = MOST_SENTENCES,
) -> list[Evidence]:
    """Return the passages' sentences, best first; `passages` come in rank order.

    `most` of them are compared, so that a query's cost is bounded.

    `rarity` tells how rare the question's words are in the documents (`Index.rarity`); a word
    without one counts as rare. Names of a document's `opening`, such as the parties of a contract,
    stand near all that it says. Sentences of a replaced edition lose its `edition_cost`.
    """
    found = list(candidates(passages))[:most]
    ranked = _scored(question, passages, found, embedder, rarity or {}, opening)
    return sorted(ranked, key=lambda evidence: -evidence.score)


def rank_titles(
    question: str,
    passages: Sequence[Hit],
    titles: Sequence[tuple[int, str]],
    embedder: Embedder,
    rarity: Mapping[str, float] | None = None,
    opening: Callable[[Hit], str] = lambda hit: "",
) -> list[Evidence]:
    """What stands above lists, scored as sentences are, in the given order.

    Each of `titles` comes with the place in `passages` of the passage that it is of.
    """
    found = [Candidate(place, title, title) for place, title in titles]
    return _scored(question, passages, found, embedder, rarity or {}, opening, in_row=False)


def _scored(
    question: str,
    passages: Sequence[Hit],
    found: Sequence[Candidate],
    embedder: Embedder,
    rarity: Mapping[str, float],
    opening: Callable[[Hit], str],
    *,
    in_row: bool = True,
) -> list[Evidence]:
    """The candidates with their scores; `in_row`: each stands behind the one before."""
    if not found:
        return []
    asked_reading = embedder.read_question(question)
    readings = embedder.read([one.told for one in found])
    spoken = language_of(question)
    asked = set(content_stems(in_one_spelling(question, spoken)))
    held = [set(content_stems(in_one_spelling(one.told, spoken))) for one in found]
    asked_codes, asked_labels = codes(question), labels(question)
    clauses = asked_clauses(question)
    asks_number, asked_numbers = bool(_ASKS_NUMBER.search(question)), numbers(question)
    value = wanted(question)
    opened = _names_of_openings(passages, opening)
    telling = _weights(question, rarity)
    weight = sum(telling.values()) or 1.0
    token_weights = _token_weights(question, asked_reading, telling)
    ranked: list[Evidence] = []
    for number, one in enumerate(found):
        passage = passages[one.passage]
        around = set(content_stems(f"{passage.document} {passage.heading}")) | opened[one.passage]
        if in_row and number and found[number - 1].passage == one.passage:
            around |= held[number - 1]  # pronouns: "It was founded in …" follows the name
        direct = sum(telling[stem] for stem in asked & held[number]) / weight
        nearby = sum(telling[stem] for stem in (asked & around) - held[number]) / weight
        similarity = _max_similarity(asked_reading, token_weights, readings[number])
        signals = {
            "similarity": similarity,
            "vector": float(asked_reading.vector @ readings[number].vector),
            "direct": direct,
            "nearby": nearby,
            "number": float(
                holds_wanted(value, one.told, passage.heading, passage.text)
                if value
                else asks_number and bool(numbers(one.sentence) - asked_numbers)
            ),
            "likeness": passage.signals.get("likeness", 0.0),
            "rank": one.passage,
            "far": one.far,
            "other_code": 1 - _share(asked_codes, codes(one.told)),
            "other_label": float(
                is_of_another(asked_labels, one.told) or is_of_other_clause(clauses, one.sentence)
            ),
            "edition_cost": passage.signals.get("edition_cost", 0.0),
        }
        score = sum(WEIGHTS[name] * value for name, value in signals.items())
        weakest = _weakest_match(question, asked_reading, readings[number])
        coverage = direct + 0.3 * nearby
        ranked.append(Evidence(one, similarity, coverage, weakest, score, signals))
    return ranked


def _names_of_openings(
    passages: Sequence[Hit], opening: Callable[[Hit], str]
) -> list[frozenset[str]]:
    """The stems of the names that each passage's document opens with."""
    known: dict[tuple[str, str], frozenset[str]] = {}
    for hit in passages:
        place = (hit.space, hit.document)
        if place not in known:
            known[place] = frozenset(map(stem_of, names(opening(hit))))
    return [known[hit.space, hit.document] for hit in passages]


def _max_similarity(question: Reading, weights: Vector, sentence: Reading) -> float:
    if not len(question.tokens) or not len(sentence.tokens):
        return 0.0
    return float(np.average((question.tokens @ sentence.tokens.T).max(axis=1), weights=weights))


def _token_weights(text: str, question: Reading, telling: Mapping[str, float]) -> Vector:
    """A token counts as much as its word tells: the company's own name tells next to nothing."""
    weights = np.full(len(question.spans), UNTELLING_WEIGHT, np.float32)
    for word in _WORD.finditer(text):
        weight = max((telling.get(stem, 0.0) for stem in content_stems(word.group())), default=0.0)
        for number, (start, end) in enumerate(question.spans):
            if word.start() <= start and end <= word.end():
                weights[number] = max(weight, UNTELLING_WEIGHT)
    return weights


def _weakest_match(text: str, question: Reading, sentence: Reading) -> float:
    telling = [
        number
        for number, (start, end) in enumerate(question.spans)
        if text[start:end].isalnum() and text[start:end].casefold() not in STOP_WORDS
    ]
    if not telling or not len(sentence.tokens):
        return 0.0
    return float((question.tokens[telling] @ sentence.tokens.T).max(axis=1).min())


def _weights(question: str, rarity: Mapping[str, float]) -> dict[str, float]:
    """How much each stem of the question tells; even a common word tells a little."""
    return {stem_of(word): LEAST_WEIGHT + rarity.get(word, 1.0) for word in telling_words(question)}


def says_something_new(question: str, sentence: str) -> bool:
    """Whether a sentence can be an answer at all: not the question's words alone, and with a
    number where a number is asked for."""
    if _ASKS_NUMBER.search(question):
        return bool(numbers(sentence) - numbers(question))
    return bool(set(content_stems(sentence)) - set(content_stems(question)))


def only_asks(question: str, sentence: str) -> bool:
    """Whether a sentence asks, and so answers nothing but what is asked or checked somewhere."""
    return is_question(sentence) and not _ABOUT_QUESTIONS.search(question)


def rather_told(question: str, evidence: Sequence[Evidence]) -> list[Evidence]:
    """`evidence` without sentences that hold the question word for word, if another is as good.

    Who answers in passing does not repeat the question, who wants to be quoted for it does. What
    answers another question of the document is no such sentence: in a list of questions and
    answers the very question stays, and its own answer alone, however alike its neighbours are.
    """
    asked = _WORD.findall(question.casefold())
    others = [
        found for found in evidence if not found.candidate.asked and not _holds(found.told, asked)
    ]
    if len(asked) < _LONG_ENOUGH or not others or others[0].score < AS_GOOD * evidence[0].score:
        own = evidence[0].candidate.asked if evidence else ""
        if own and _WORD.findall(own.casefold()) == asked:
            return [found for found in evidence if found.candidate.asked == own]
        return list(evidence)
    return others


def _holds(sentence: str, asked: Sequence[str]) -> bool:
    said = _WORD.findall(sentence.casefold())
    return any(
        said[at : at + len(asked)] == list(asked) for at in range(len(said) - len(asked) + 1)
    )


def likeliest(evidence: Sequence[Evidence]) -> list[Evidence]:
    """The best sentences that together hold the answer with a chance of `LIKELY`; one at least.

    The chance is the share of a sentence among all of them (softmax of their scores). What a
    replaced edition says is not told beside what replaced it.
    """
    if not evidence:
        return []
    cost = evidence[0].signals["edition_cost"]
    evidence = [one for one in evidence if one.signals["edition_cost"] <= cost]
    odds = np.exp(np.array([one.score for one in evidence]) - evidence[0].score)
    chances = odds / odds.sum()
    needed = int(np.searchsorted(np.cumsum(chances), LIKELY)) + 1
    return list(evidence[: min(needed, MOST_LIKELY)])


def _share(wanted: frozenset[str] | set[str], held: frozenset[str] | set[str]) -> float:
    return len(wanted & held) / len(wanted) if wanted else 1.0
