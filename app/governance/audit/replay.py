"""Makes a recorded answer again from the same passages, or says what is different now."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from app.answering.ask import Ask
from app.answering.events import Answer, Event, Finished
from app.answering.language_model import ChatModel
from app.answering.retold import retold
from app.answering.search_index import SearchIndex
from app.answering.stream import EventStream
from app.engine.client import Completion
from app.governance.audit.keys import AuditorPrivateKey
from app.governance.audit.reading import holding, records
from app.governance.audit.recording import WatchedEngine, prompt_words_sha256, text_sha256
from app.governance.audit.records import Record, RecordKind, TrailFault
from app.governance.audit.text_keys import TextKeys
from app.governance.audit.texts import is_erased, opened
from app.governance.audit.trail import Trail
from vectorstore.index import Index
from vectorstore.records import Hit, SearchResult
from vectorstore.scope import Scope

_ANSWERS = {RecordKind.ANSWER.value, RecordKind.REFUSAL.value}
# Settings that an answer depends on; others may change without a word here.
_MATTERS = ("answer.", "engine.", "filters.", "ingest.", "index.", "models_dir")
_APART = 1_000.0  # more than any edition's cost: keeps the recorded order of passages

# Answers a question as it was answered, and puts nothing on record.
Answering = Callable[[Ask, SearchIndex, ChatModel], EventStream[Event]]


class NoSuchAnswer(Exception):
    """The trail does not hold the answer or its question, or their texts cannot be read."""


@dataclass(frozen=True, slots=True)
class Recreation:
    """An answer as it was recorded, and what came of making it again."""

    answer_id: str
    seq: int
    time: str
    person: str
    question: str
    answer: str
    passages: list[dict[str, Any]]  # document, page, chunk_id and whether it is "unchanged"
    same_prompt: bool | None  # None where the prompt could not be made
    same_tokens: bool | None  # of the model's draft; None where the model was not asked
    same_answer: bool | None
    differences: list[str]


@dataclass(frozen=True, slots=True)
class _Turn:
    """A recorded exchange with its texts."""

    asked: Record
    answered: Record
    question: str
    answer: str
    draft: str
    instruction: str
    searched: str  # the question as it was searched for
    style: str
    asides: tuple[str, ...]  # what the model wrote before the draft
    retold: tuple[tuple[str, str], ...] = ()  # turns that the asker told, question and answer


def recreate(
    trail: Trail,
    answer_id: str,
    index: Index,
    model: ChatModel,
    answering: Answering,
    private: AuditorPrivateKey | None,
) -> Recreation:
    """Make the answer again.

    Raises NoSuchAnswer, TrailFault where a record that it takes is not the trail's own, and
    EngineError from the engine.
    """
    turn = _turn(trail, answer_id, private)
    about = turn.answered.data
    differences = _what_changed(trail, turn, index, model)
    passages = [
        {
            "document": said["document"],
            "page": said["page"],
            "chunk_id": said["chunk_id"],
            "unchanged": _as_it_was(index, said) is not None,
        }
        for said in about["passages"]
    ]
    again, watched = _again(trail, turn, index, model, answering, private, differences)
    same_prompt = same_tokens = same_answer = None
    if again is not None and watched is not None:
        made = watched.prompts()
        same_prompt = [p["sha256"] for p in made] == [p["sha256"] for p in about["prompts"]]
        if not same_prompt:
            differences.append("the prompt comes out differently")
        same_tokens = again.draft == turn.draft
        same_answer = again.answer.answer == turn.answer
        if same_prompt and not same_tokens:
            differences.append(
                "the model wrote other words for the same prompt: its arithmetic depends on what "
                "else it computed at that moment"
            )
        elif not same_answer:
            differences.append("the checked answer is another one")
    return Recreation(
        answer_id, turn.answered.seq, turn.answered.time, turn.answered.person,
        turn.question, turn.answer, passages, same_prompt, same_tokens, same_answer, differences,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Again:
    answer: Answer
    draft: str


def _again(
    trail: Trail,
    turn: _Turn,
    index: Index,
    model: ChatModel,
    answering: Answering,
    private: AuditorPrivateKey | None,
    differences: list[str],
) -> tuple[_Again | None, WatchedEngine | None]:
    """Run the conversation up to the answer; None where a part of it is gone."""
    history: list[Answer] = []
    for earlier in turn.asked.data["earlier"]:
        try:
            before = _turn(trail, earlier, private)
        except NoSuchAnswer as error:
            differences.append(f"the conversation before it cannot be made again: {error}")
            return None, None
        made = _run(before, index, replace(model, engine=_Retold(before)), answering, history)
        if made is None:
            differences.append("passages of the conversation before it are gone")
            return None, None
        if made.answer.answer != before.answer:
            differences.append("an earlier answer of the conversation comes out differently")
        history.append(replace(made.answer, answer=before.answer))
    history += retold(turn.retold)
    if model.name.sha256 != turn.answered.data["model"]["sha256"]:
        return None, None
    watched = WatchedEngine(model.engine)
    return _run(turn, index, replace(model, engine=watched), answering, history), watched


def _run(
    turn: _Turn, index: Index, model: ChatModel, answering: Answering, history: Sequence[Answer]
) -> _Again | None:
    hits = [_as_it_was(index, said) for said in turn.answered.data["passages"]]
    if any(hit is None for hit in hits):
        return None
    scope = Scope.of(turn.asked.data["spaces"], turn.asked.data["documents"])
    told = _Told(
        index,
        [hit for hit in hits if hit is not None],
        turn.answered.data.get("searches") or (),  # a trail of an earlier version has none
        scope,
    )
    ask = Ask(
        turn.question,
        scope,
        tuple(history),
        turn.instruction,
        style=turn.style,
        wide="wide" in turn.asked.data.get("asked_for", ()),
        longer="longer" in turn.asked.data.get("asked_for", ()),
        reproducible=any(one.get("reproducible") for one in turn.answered.data["prompts"]),
    )
    draft = ""
    for event in answering(ask, told, model):
        draft = _draft_of(event, draft)
        if isinstance(event, Finished):
            return _Again(event.answer, draft)
    return None


def _draft_of(event: Event, draft: str) -> str:
    return str(getattr(event, "text", draft))


class _Told:
    """An index whose searches give the passages that were recorded, in their order.

    `searches` has the chunk ids that each search of `scope` found, in the order in which they were
    made. What a search of a part of it found is among them.
    """

    def __init__(
        self, index: Index, hits: Sequence[Hit], searches: Sequence[Sequence[str]], scope: Scope
    ) -> None:
        self._index = index
        self._scope = scope
        self._hits = hits
        self._searches = iter(searches)
        self.section = index.section
        self.chunk = index.chunk
        self.spelling = index.spelling
        self.outline = index.outline
        self.embedder = index.embedder
        self.opening = index.opening
        self.rarity = index.rarity
        self.documents_of = index.documents_of
        self.chunks = index.chunks
        self.tables = index.tables
        self.table_rows = index.table_rows
        self.tables_of = index.tables_of

    def search(self, question: str, scope: Scope, k: int = 10) -> SearchResult:
        if scope.documents != self._scope.documents:
            return SearchResult([], {})
        # What the passages' scores are made of belongs to the confidence of the answer.
        now = self._index.search(question, scope, k).hits
        signals = {hit.chunk_id: hit.signals for hit in now}
        held = {hit.chunk_id: hit for hit in self._hits}
        found = [held[chunk] for chunk in next(self._searches, held) if chunk in held]
        # Found in the documents that the question means, which were searched alone as well.
        alone = {(hit.space, hit.document) for hit in found if hit.chunk_id not in signals}
        if alone:
            within = Scope(scope.spaces, tuple(sorted(alone)))
            more = self._index.search(question, within, k).hits
            signals = {hit.chunk_id: hit.signals for hit in more} | signals
        count = len(found)
        return SearchResult(
            [
                replace(hit, score=(count - n) * _APART, signals=signals.get(hit.chunk_id, {}))
                for n, hit in enumerate(found)
            ],
            {},
        )


class _Retold:
    """In the place of the model, what it wrote when a recorded question was asked."""

    def __init__(self, turn: _Turn) -> None:
        prompts = turn.answered.data["prompts"]
        # A record of an earlier version does not tell its asides: they were what a follow-up
        # question means. Nothing was asked at all, where code alone answered.
        asides = turn.asides or (turn.searched,) * (len(prompts) - 1)
        texts = [*asides, turn.draft][: len(prompts)]
        said = [_Said(text, one.get("finish")) for text, one in zip(texts, prompts, strict=True)]
        self._said = iter(said)

    def complete(self, prompt: Sequence[int], **options: Any) -> Completion:
        del prompt, options
        return next(self._said, _Said("", None))


class _Said(Completion):
    """A text that was written before."""

    def __init__(self, text: str, finish: str | None) -> None:
        self.usage = None
        self.finish_reason = finish
        self._text: Iterator[str] = iter([text])

    def __next__(self) -> str:
        return next(self._text)

    def close(self) -> None:
        self._text = iter(())

    def is_closed(self) -> bool:
        return False


def _turn(trail: Trail, answer_id: str, private: AuditorPrivateKey | None) -> _Turn:
    folder, key = trail.folder, trail.key.public
    answered = next(
        (
            record
            for record in holding(folder, answer_id, key)
            if record.kind in _ANSWERS and record.data.get("answer_id") == answer_id
        ),
        None,
    )
    if answered is None:
        raise NoSuchAnswer(f"the trail holds no answer {answer_id!r}")
    question_id = answered.data["question_id"]
    asked = next(
        (
            record
            for record in holding(folder, question_id, key)
            if record.kind == RecordKind.QUESTION.value
            and record.data.get("question_id") == question_id
        ),
        None,
    )
    if asked is None:
        raise NoSuchAnswer(
            f"the trail holds the answer {answer_id!r} (record {answered.seq}), but the record of "
            "its question is missing; run `strongroom audit verify`"
        )
    texts = [
        _text(answered.seq, kept, private, trail.texts.keys) if kept else ""
        for kept in (
            asked.data["question"],
            answered.data["answer"],
            answered.data["draft"],
            asked.data.get("instruction"),
            answered.data.get("searched"),
            asked.data.get("style"),
        )
    ]
    told = tuple(
        (
            _text(asked.seq, one["question"], private, trail.texts.keys),
            _text(asked.seq, one["answer"], private, trail.texts.keys),
        )
        for one in asked.data.get("retold", ())
    )
    asides = tuple(
        _text(answered.seq, kept, private, trail.texts.keys)
        for kept in answered.data.get("asides", ())
    )
    question, answer, draft, instruction, searched, style = texts
    return _Turn(
        asked, answered, question, answer, draft, instruction, searched, style, asides, told
    )


def _text(
    seq: int, kept: Mapping[str, str], private: AuditorPrivateKey | None, keys: TextKeys | None
) -> str:
    text = opened(kept, private, keys)
    if text is not None:
        return text
    if is_erased(kept, keys):
        why = "erased: their document or person was deleted, or they were too old"
    elif "sealed" in kept:
        why = "sealed: give the auditor's key with --private-key"
    else:
        why = "as hashes only, so the answer cannot be made again"
    raise NoSuchAnswer(f"record {seq} holds its texts {why}")


def _as_it_was(index: Index, said: Mapping[str, Any]) -> Hit | None:
    """A recorded passage, if it is there with the same words."""
    hit = index.chunk(said["chunk_id"])
    return hit if hit is not None and text_sha256(hit.text) == said["text_sha256"] else None


def _what_changed(trail: Trail, turn: _Turn, index: Index, model: ChatModel) -> list[str]:
    about = turn.answered.data
    found: list[str] = []
    documents = {(p["space"], p["document"]): p["document_sha256"] for p in about["passages"]}
    for (space, name), sha256 in documents.items():
        record = index.document(space, name)
        if record is None:
            found.append(f"{space}/{name} has been deleted")
        elif record.sha256 != sha256:
            found.append(f"{space}/{name} is another file now: {record.sha256}, was {sha256}")
    for said in about["passages"]:
        if index.document(said["space"], said["document"]) and _as_it_was(index, said) is None:
            found.append(f"passage {said['chunk_id']} of {said['document']} is cut differently")
    was = about["model"]
    if model.name.sha256 != was["sha256"]:
        found.append(f"the model is another one: {model.name.name}, was {was['name']}")
    if list(model.name.adapters) != was["adapters"]:
        found.append("the model's adapters are others")
    if model.context_window != was["context_window"]:
        found.append("the context window has another size")
    if about["prompt_words_sha256"] != prompt_words_sha256():
        found.append("the words of the prompt were changed")
    since, kind = turn.answered.time, RecordKind.SETTINGS.value
    try:
        for later in records(trail.folder, since=since, kind=kind, signed_by=trail.key.public):
            names = [name for name in later.data["changed"] if name.startswith(_MATTERS)]
            found += [f"the setting {name} was changed (record {later.seq})" for name in names]
    except TrailFault as error:
        found.append(str(error))
    return found
