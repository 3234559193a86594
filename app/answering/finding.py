"""Searches for every part of a question, and judges for each whether the documents answer it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from app.answering.blocks import Block, Item, gather
from app.answering.confidence import Calibration, Decision, decide, decision_signals
from app.answering.definitions import defining_passages, rather_defining
from app.answering.distrust import Told, as_data
from app.answering.editions import prefer_editions
from app.answering.evidence import (
    MOST_SENTENCES,
    Evidence,
    likeliest,
    only_asks,
    rank_evidence,
    rank_titles,
    rather_told,
)
from app.answering.language import content_stems, sentences, telling_words, words
from app.answering.meant_documents import Meant, meant_by, prefer_meant, wish_of
from app.answering.plan import Kind, asks_of_event, asks_openly, plan
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
MOST_BLOCKS = 24  # lists that are compared with a question
MOST_AROUND = 12  # sentences of a section about a message
_LEAST_MESSAGE = 5  # words, to be no chance
FEW_ITEMS = 10  # of a list that is told behind a sentence of its section
# In log odds: how much better than what stands above a list a single sentence has to be to be told
# in its place; what stands there is short and scores less. Who asks openly ("What can I …?") is
# told the list behind the sentence. The first figure is for a list of the sentence's own section.
BLOCK_MARGIN = {Kind.LIST: (4.0, 2.5), Kind.PROCEDURE: (4.0, 3.0), Kind.FACT: (3.2, 1.2)}


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
    block: Block | None = None  # the list that answers as a whole, if one does

    @property
    def found(self) -> bool:
        return self.decision.found and bool(self.evidence)

    def passage(self, evidence: Evidence) -> Hit:
        """The passage of one of the part's sentences, as data."""
        return self.told[evidence.passage]


@dataclass(frozen=True, slots=True)
class Around:
    """What stands around a passage in its document, as data.

    `section` gives the passages under the same heading, `outline` the first one under each
    heading of the document; both in the document's order.
    """

    section: Callable[[Hit], Sequence[Hit]]
    outline: Callable[[Hit], Sequence[Hit]]


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
    searched = [
        _with_defining(question, found, index)
        for question, found in zip(questions, searched, strict=True)
    ]
    parts = [
        _judged(question, found, scope, index, calibration, one, times)
        for question, found, one in zip(questions, searched, meant, strict=True)
    ]
    unmet = dict.fromkeys(one.wish.phrase for one in meant if one is not None and one.is_told)
    return _joined(parts, tuple(unmet))


def _with_defining(question: str, hits: Sequence[Hit], index: SearchIndex) -> list[Hit]:
    """The hits, and behind the best of them what opens the section about what is to be defined."""
    more = defining_passages(question, hits, index.outline)
    new = {hit.chunk_id for hit in more}
    others = [hit for hit in hits[1:] if hit.chunk_id not in new]
    return [*hits[:1], *more, *others] if more else list(hits)


def find_more(
    finding: Finding,
    number: int,
    hits: Sequence[Hit],
    scope: Scope,
    index: SearchIndex,
    calibration: Calibration,
) -> Finding:
    """The finding with `hits`, found by another search, for its part with this number (from 0)."""
    part = finding.parts[number]
    found = _in_turns([part.hits, hits])[:MOST_HITS]
    meant = documents_meant(part.question, scope, index)
    again = _judged(part.question, found, scope, index, calibration, meant)
    parts = [again if n == number else one for n, one in enumerate(finding.parts)]
    return _joined(parts, finding.unmet)


def _judged(
    question: str,
    hits: Sequence[Hit],
    scope: Scope,
    index: SearchIndex,
    calibration: Calibration,
    meant: Meant | None,
    times: int = 1,
) -> Part:
    return judge(
        question,
        hits,
        [as_data(hit).hit for hit in hits],
        index.embedder,
        calibration,
        index.rarity(telling_words(question), scope.spaces),
        index.opening,
        meant,
        Around(
            lambda hit: [as_data(near).hit for near in index.section(hit)],
            lambda hit: [as_data(near).hit for near in index.outline(hit)],
        ),
        times,
    )


def _joined(parts: Sequence[Part], unmet: Sequence[str]) -> Finding:
    """What was found for all parts; beside `hits`, the data has every passage of a part."""
    hits = _in_turns([part.hits for part in parts])[:MOST_HITS]
    data = {hit.chunk_id: as_data(hit) for part in parts for hit in part.hits}
    return Finding(parts, hits, data, unmet)


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
    around: Around | None = None,
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
    evidence = rather_defining(question, rather_told(question, evidence), told)
    kind = plan(question).kind
    block, title = None, None
    if around is not None and evidence and _may_be_list(question, kind):
        block, title = _block(question, kind, evidence[0], told, embedder, rarity, opening, around)
    if around is not None and evidence and kind is Kind.FACT:
        block = _around_message(question, evidence, told, around) or block
    if kind in (Kind.YES_NO, Kind.PROCEDURE):
        calibration = with_limit(calibration, RULE_LIMIT * calibration.refuse_below)
    judged = _Judged(question, kind, hits, told, embedder, calibration, rarity, opening, meant)
    decision, unheld, opened = judged.by(evidence)
    if block is not None and title is not None:
        # What stands above a list, and its items, say together what a sentence says alone.
        whole, lacking, _ = judged.by([title, *evidence], " ".join(i.text for i in block.items))
        if whole.confidence > decision.confidence:
            decision, unheld = whole, lacking
    return Part(question, hits, told, evidence, rarity, unheld, decision, opened, block)


@dataclass(frozen=True, slots=True)
class _Judged:
    """The decision about one part of a question, by its evidence."""

    question: str
    kind: Kind
    hits: Sequence[Hit]
    told: Sequence[Hit]
    embedder: Embedder
    calibration: Calibration
    rarity: Mapping[str, float]
    opening: Callable[[Hit], str]
    meant: Meant | None

    def by(
        self, evidence: Sequence[Evidence], listed: str = ""
    ) -> tuple[Decision, tuple[float, float], str]:
        """The decision, what is not held of the question, and how the document opens.

        `listed` are the items of the list that the best of `evidence` stands above.
        """
        unheld, opened = self._unheld(evidence, listed)
        signals = decision_signals(
            self.question,
            self.told,
            evidence,
            rarity=self.rarity,
            supported=0.0,
            model_refused=False,
            unheld=unheld,
            opening=opened,
        )
        decision = decide(signals, self.calibration)
        if decision.found and (
            lacks_value(self.question, self.kind, evidence, self.told)
            or _is_of_another(self.question, evidence[0], self.told, opened, self.embedder)
        ):
            decision = replace(decision, found=False)
        if asks_of_event(self.question) and unheld[1] and not signals["other_language"]:
            # What did not happen by the documents has no date, no place and no reason.
            decision = replace(decision, found=False)
        return decision, unheld, opened

    def _unheld(self, evidence: Sequence[Evidence], listed: str) -> tuple[tuple[float, float], str]:
        if not evidence:
            return (0.0, 0.0), ""
        hit = self.told[evidence[0].passage]
        opened = self.opening(hit)
        above = [hit.document, hit.heading]
        if self.meant is not None and self.meant.holds(hit):
            above.append(self.meant.wish.phrase)
        said = f"{evidence[0].told} {listed}".strip()
        values, _ = unheld_shares(
            self.question,
            said,
            [*above, hit.text, opened],
            measured=self.kind is Kind.YES_NO,
        )
        _, others = unheld_shares(self.question, said, above, self.embedder)
        return (values, others), opened


def _around_message(
    question: str, evidence: Sequence[Evidence], told: Sequence[Hit], around: Around
) -> Block | None:
    """What a document says around a message that was pasted; None where none was.

    The message is the best sentence, and says nothing that the question does not: what is asked
    for is its cause and what helps, which stand in its section.
    """
    best = evidence[0]
    said = words(best.sentence)
    asked = words(question)
    if len(said) < _LEAST_MESSAGE or not any(
        asked[at : at + len(said)] == said for at in range(len(asked) - len(said) + 1)
    ):
        return None
    hit = told[best.passage]
    items = [
        Item(one, near)
        for near in around.section(hit) or (hit,)
        for one in sentences(near.text)
        if telling_words(one) and one != best.sentence
    ]
    if not items or len(items) > MOST_AROUND:
        return None
    return Block(hit.heading, best.sentence, tuple(items), hit, hit)


def _may_be_list(question: str, kind: Kind) -> bool:
    """Whether a list can be the answer: it is asked for, or how something is done; or openly."""
    if kind is Kind.FACT:
        return asks_openly(question) and wanted(question) is None
    return kind in BLOCK_MARGIN


def _block(
    question: str,
    kind: Kind,
    best: Evidence,
    told: Sequence[Hit],
    embedder: Embedder,
    rarity: Mapping[str, float],
    opening: Callable[[Hit], str],
    around: Around,
) -> tuple[Block | None, Evidence | None]:
    """The list that answers as a whole, with what stands above it as evidence; else None twice."""
    found = gather(told[:READ], around.section, around.outline)
    if kind is Kind.PROCEDURE:
        found = [(place, one) for place, one in found if one.outermost and not one.parts]
    if kind is Kind.FACT:
        found = [(place, one) for place, one in found if _may_follow(best, one)]
    asked = set(content_stems(question))
    found = [
        (place, one)
        for place, one in found
        if not (one.holds(best.sentence) and one.is_of_others(asked))
    ]
    titled = [(place, title, one) for place, one in found[:MOST_BLOCKS] for title in one.titles]
    titles = [(place, title) for place, title, _ in titled]
    ranked = rank_titles(question, told[:READ], titles, embedder, rarity, opening)
    own, other = BLOCK_MARGIN[kind]
    near = [
        (title, one)
        for title, (_, _, one) in zip(ranked, titled, strict=True)
        if title.score >= best.score - (own if one.is_of(told[best.passage]) else other)
    ]
    if not near:
        return None, None
    title, block = max(near, key=lambda pair: pair[0].score)
    return block, title


def _may_follow(best: Evidence, block: Block) -> bool:
    """Whether a list may be told behind the best sentence: a short one that does not hold it."""
    short = block.length <= FEW_ITEMS and not block.parts
    return short and not block.holds(best.sentence)


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
