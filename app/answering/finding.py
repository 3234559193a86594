"""Searches for every part of a question, and judges for each whether the documents answer it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from app.answering.confidence import Calibration, Decision, decide, decision_signals
from app.answering.distrust import Told, as_data
from app.answering.editions import prefer_editions
from app.answering.evidence import (
    MOST_SENTENCES,
    Evidence,
    likeliest,
    only_asks,
    rank_evidence,
    rather_told,
)
from app.answering.language import telling_words
from app.answering.meant_documents import Meant, meant_by, prefer_meant, wish_of
from app.answering.plan import Kind, asks_of_event, plan
from app.answering.premise import unheld_shares, unheld_subject
from app.answering.search_index import SearchIndex
from app.answering.wanted import holds_wanted, wanted
from vectorstore.embedder import Embedder
from vectorstore.languages import language_of
from vectorstore.records import Hit
from vectorstore.scope import Scope

READ = 8  # passages of a part whose sentences are compared with it
MOST_HITS = 40  # of all parts together
# Who asks whether something holds, or how something is done, is shown the rule or the section: one
# that is only near claims nothing of what was asked.
RULE_LIMIT = 0.6  # of the limit below which other questions are not answered


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a question with what was found for it.

    `hits` come best first; `told` are the same as data, without orders and links. The evidence's
    `passage` is an index into both. `decision` is made before any model has written.
    """

    question: str
    hits: Sequence[Hit]
    told: Sequence[Hit]
    evidence: Sequence[Evidence]
    rarity: Mapping[str, float]
    unheld: tuple[float, float]  # see `premise.unheld_shares`
    decision: Decision
    opening: str = ""  # of the document that the best sentence is of

    @property
    def found(self) -> bool:
        return self.decision.found and bool(self.evidence)

    def passage(self, evidence: Evidence) -> Hit:
        """The passage of one of the part's sentences, as data."""
        return self.told[evidence.passage]


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found for all parts; `hits` has each passage once, with a fair share for each."""

    parts: Sequence[Part]
    hits: Sequence[Hit]
    data: Mapping[str, Told]  # by chunk id
    unmet: Sequence[str] = ()  # documents that the question means, and of which none is there

    @property
    def found(self) -> Sequence[Part]:
        """The parts that the documents answer."""
        return [part for part in self.parts if part.found]


def find(
    questions: Sequence[str],
    scope: Scope,
    index: SearchIndex,
    calibration: Calibration,
    *,
    each: int,
    times: int = 1,
) -> Finding:
    """Search for each of `questions`; at most `each` passages are found for one.

    `times` as many passages and sentences are compared with the question as usual.
    """
    meant = [documents_meant(question, scope, index) for question in questions]
    searched = [
        searched_for(question, scope, index, each, one)
        for question, one in zip(questions, meant, strict=True)
    ]
    hits = _in_turns(searched)[:MOST_HITS]
    data = {hit.chunk_id: as_data(hit) for hit in (*hits, *(h for one in searched for h in one))}
    parts = [
        judge(
            question,
            found,
            [data[hit.chunk_id].hit for hit in found],
            index.embedder,
            calibration,
            index.rarity(telling_words(question), scope.spaces),
            index.opening,
            one,
            times,
        )
        for question, found, one in zip(questions, searched, meant, strict=True)
    ]
    unmet = dict.fromkeys(one.wish.phrase for one in meant if one is not None and one.is_told)
    return Finding(parts, hits, data, tuple(unmet))


def searched_for(
    question: str, scope: Scope, index: SearchIndex, most: int, meant: Meant | None = None
) -> Sequence[Hit]:
    """The passages that are found for one part of a question, those of replaced editions last.

    Those of the documents that are `meant` come before others; none is left out for it.
    """
    hits = index.search(question, scope, k=most).hits
    if meant is None or not meant.places:
        return prefer_editions(question, hits, index.opening)
    within = Scope(scope.spaces, tuple(sorted(meant.places)))
    known = {hit.chunk_id for hit in hits}
    more = [hit for hit in index.search(question, within, k=most).hits if hit.chunk_id not in known]
    hits = prefer_editions(question, [*hits, *more], index.opening)
    return prefer_meant(hits, meant)[:most]


def documents_meant(question: str, scope: Scope, index: SearchIndex) -> Meant | None:
    """The documents of the scope that the question means; None where it says nothing of them."""
    wish = wish_of(question)
    return None if wish is None else meant_by(wish, index.documents_of(scope))


def judge(
    question: str,
    hits: Sequence[Hit],
    told: Sequence[Hit],
    embedder: Embedder,
    calibration: Calibration,
    rarity: Mapping[str, float],
    opening: Callable[[Hit], str] = lambda hit: "",
    meant: Meant | None = None,
    times: int = 1,
) -> Part:
    """Rank the sentences of `hits` (`told`: the same as data) and decide whether they answer.

    What the `opening` of a document names, such as the parties of a contract, holds for all of it.
    So does what the question says of the document, where it is one that is `meant`.
    """
    evidence = rank_evidence(
        question, told[: READ * times], embedder, rarity, opening, most=MOST_SENTENCES * times
    )
    evidence = [one for one in evidence if not only_asks(question, one.sentence)]
    evidence = rather_told(question, evidence)
    kind = plan(question).kind
    if kind in (Kind.YES_NO, Kind.PROCEDURE):
        calibration = with_limit(calibration, RULE_LIMIT * calibration.refuse_below)
    unheld = (0.0, 0.0)
    opened = opening(told[evidence[0].passage]) if evidence else ""
    if evidence:
        hit = told[evidence[0].passage]
        above = [hit.document, hit.heading]
        if meant is not None and meant.holds(hit):
            above.append(meant.wish.phrase)
        values, _ = unheld_shares(
            question,
            evidence[0].told,
            [*above, hit.text, opened],
            measured=kind is Kind.YES_NO,
        )
        _, others = unheld_shares(question, evidence[0].told, above, embedder)
        unheld = (values, others)
    signals = decision_signals(
        question,
        told,
        evidence,
        rarity=rarity,
        supported=0.0,
        model_refused=False,
        unheld=unheld,
        opening=opened,
    )
    decision = decide(signals, calibration)
    if decision.found and (
        lacks_value(question, kind, evidence, told)
        or _is_of_another(question, evidence[0], told, opened, embedder)
    ):
        decision = replace(decision, found=False)
    if asks_of_event(question) and unheld[1] and not signals["other_language"]:
        # What did not happen by the documents has no date, no place and no reason.
        decision = replace(decision, found=False)
    return Part(question, hits, told, evidence, rarity, unheld, decision, opened)


def _is_of_another(
    question: str, best: Evidence, told: Sequence[Hit], opened: str, embedder: Embedder
) -> bool:
    """Whether the best sentence, in the question's language, is not of what is asked about."""
    hit = told[best.passage]
    if language_of(question) != language_of(f"{hit.heading} {hit.text}"):
        return False
    above = [hit.document, hit.heading, opened]
    return bool(unheld_subject(question, best.told, above, hit.text, embedder))


def lacks_value(
    question: str, kind: Kind, evidence: Sequence[Evidence], told: Sequence[Hit]
) -> bool:
    """Whether what would be told holds no value of the kind that is asked for: no sum of money
    where something costs, nothing in kilograms where something weighs."""
    value = None if kind in (Kind.YES_NO, Kind.PROCEDURE, Kind.WRITING) else wanted(question)
    if value is None:
        return False
    return not any(
        holds_wanted(value, one.told, told[one.passage].heading, told[one.passage].text)
        for one in likeliest(evidence)
    )


def _in_turns(lists: Sequence[Sequence[Hit]]) -> list[Hit]:
    """The best of each list, then the second of each; every chunk once."""
    found: dict[str, Hit] = {}
    for rank in range(max(map(len, lists), default=0)):
        for hits in lists:
            if rank < len(hits):
                found.setdefault(hits[rank].chunk_id, hits[rank])
    return list(found.values())


def with_limit(calibration: Calibration, refuse_below: float | None) -> Calibration:
    """The calibration with the administrator's limit in place of its own, where there is one."""
    return calibration if refuse_below is None else replace(calibration, refuse_below=refuse_below)
