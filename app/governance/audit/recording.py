"""Records questions and answers while they happen: the question, its passages and the answer are on
record before they are shown; a draft while it is written, when it ends.
"""

import hashlib
import logging
import threading
import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, replace
from functools import cache
from importlib.resources import files
from typing import Any, TypeVar

from app.answering.ask import Ask
from app.answering.events import Answer, Citation, Finished, Reading, Usage, Writing
from app.answering.language_model import ChatModel, LanguageModel
from app.answering.plan import Plan
from app.answering.stream import EventStream, WrappedStream
from app.answering.summarising.summary import Summarised, Summary
from app.answering.window import tokens_sha256
from app.engine.client import Completion
from app.governance.audit.opening import local_person
from app.governance.audit.records import RecordKind, TrailFault
from app.governance.audit.texts import Keep
from app.governance.audit.trail import Trail
from vectorstore.index import Index
from vectorstore.records import DocumentRecord, Hit, SearchResult

log = logging.getLogger(__name__)

E = TypeVar("E")


class WatchedEngine:
    """A language model whose prompts are noted."""

    def __init__(self, engine: LanguageModel) -> None:
        self._engine = engine
        self._prompts: list[tuple[dict[str, Any], Completion]] = []

    def complete(
        self,
        prompt: Sequence[int],
        *,
        max_tokens: int,
        stop: Sequence[str] = (),
        person: str = "",
        **others: Any,
    ) -> Completion:
        noted = {"sha256": tokens_sha256(prompt), "tokens": len(prompt), "max_tokens": max_tokens}
        completion = self._engine.complete(
            prompt, max_tokens=max_tokens, stop=stop, person=person, **others
        )
        self._prompts.append(({**noted, **others}, completion))
        return completion

    def prompts(self) -> list[dict[str, Any]]:
        """What was asked of the model, and why it ended."""
        return [{**noted, "finish": made.finish_reason} for noted, made in self._prompts]


class Recorder:
    """Writes what is asked, shown and answered into the trail."""

    def __init__(self, trail: Trail, index: Index, *, keep_quotations: bool = False) -> None:
        """With `keep_quotations` a record stays readable when a document of it is deleted."""
        self._trail = trail
        self._index = index
        self._keep_quotations = keep_quotations

    def asked(self, ask: Ask) -> "Recording":
        """Put a question on record. Raises TrailFault, before anything is done."""
        scope, person = ask.scope, ask.person or local_person()
        keep = self._trail.texts.keeping(person)
        about: dict[str, Any] = {
            "question": keep(ask.question),
            "spaces": list(scope.spaces or ()),
            "documents": None if scope.documents is None else list(scope.documents),
            "instruction": keep(ask.instruction) if ask.instruction else None,
            "earlier": [turn.id for turn in ask.history if not turn.retold],
            **({"style": keep(ask.style)} if ask.style else {}),
        }
        if again := [way for way in ("wide", "longer") if getattr(ask, way)]:
            about["asked_for"] = again
        if ask.key:
            about["key"] = ask.key
        if told := [turn for turn in ask.history if turn.retold]:
            about["retold"] = [
                {"question": keep(turn.question), "answer": keep(turn.answer)} for turn in told
            ]
        # What comes later in a conversation repeats what came before.
        drawn = {place for turn in ask.history for place in _drawn_from(turn)}
        return Recording(self, about, person, drawn)

    def to_summarise(self, document: DocumentRecord, person: str) -> "Recording":
        """Put on record that a document is to be summarised."""
        about = {"summarise": {"space": document.space, "document": document.name}}
        drawn = {(document.space, document.name)}
        return Recording(self, about, person or local_person(), drawn)

    def searched(self, ask: Ask, result: SearchResult) -> None:
        """Put on record what a search found, before it is shown."""
        person = ask.person or local_person()
        keep = self._trail.texts.keeping(person)
        said: dict[str, Any] = {
            "question": keep(ask.question),
            "passages": self.passages(result.hits),
        }
        if ask.key:
            said["key"] = ask.key
        self.write(RecordKind.SEARCH, person, said)

    def keeping(self, person: str, documents: Collection[tuple[str, str]]) -> Keep:
        """What puts texts into a record; see `app.governance.audit.texts.Texts.keeping`."""
        return self._trail.texts.keeping(person, documents)

    def write(self, kind: RecordKind, person: str, data: Mapping[str, Any]) -> None:
        self._trail.record(kind, person=person, data=data)

    def erase_deleted(self, documents: Collection[tuple[str, str]]) -> None:
        """Erase what records quote of those of the documents that were deleted meanwhile.

        Their deletion has searched before the last record was written, or comes after it and finds
        it. So this is asked only when that is written.
        """
        keys = self._trail.texts.keys
        if keys is None or self._keep_quotations:
            return
        if gone := [place for place in documents if self._index.was_deleted(*place)]:
            keys.forget_documents(gone)

    def passages(self, hits: Sequence[Hit]) -> list[dict[str, Any]]:
        """Which passages were shown: no text of theirs, but its hash."""
        documents = {(hit.space, hit.document) for hit in hits}
        known = {place: self._index.document(*place) for place in documents}
        return [
            {
                "chunk_id": hit.chunk_id,
                "space": hit.space,
                "document": hit.document,
                "document_sha256": found.sha256
                if (found := known[hit.space, hit.document])
                else None,
                "page": hit.page,
                "text_sha256": text_sha256(hit.text),
            }
            for hit in hits
        ]

    def answered(self, answer: Answer, draft: str, keep: Keep) -> dict[str, Any]:
        """What a record says of a finished answer."""
        return {
            "answer_id": answer.id,
            "answer": keep(answer.answer),
            "draft": keep(draft),
            "found": answer.found,
            "quoted": answer.quoted,
            "confidence": round(answer.confidence, 6),
            "searched": keep(answer.searched) if answer.searched else None,
            "outcome": answer.outcome,
            "form": answer.form,
            "plan": _plan(answer.plan, keep) if answer.plan else None,
            "missing": len(answer.missing),
            "searches": [list(chunks) for chunks in answer.searches],
            "steps": [keep(search) for search in answer.steps],
            "asides": [keep(aside) for aside in answer.asides],
            "passages": self.passages(answer.passages),
            "numbers": dict(answer.numbers),
            "citations": [_citation(citation, keep) for citation in answer.citations],
            "notices": [asdict(notice) for notice in answer.notices],
            "unsupported": sum(not sentence.supported for sentence in answer.sentences),
            "embedder": self._embedder(),
            **_cost(answer.usage, answer.timings),
        }

    def _embedder(self) -> dict[str, str]:
        """What found the passages; the last is the hash of the file that runs."""
        one = self._index.embedder
        return {"name": one.name, "sha256": one.sha256, "file_sha256": one.file_sha256}

    def summarised(self, summary: Summary, keep: Keep) -> dict[str, Any]:
        """What a record says of a finished summary."""
        said = "\n".join(point.text for point in summary.points)
        return {
            "summary": keep(said),
            "notices": [asdict(notice) for notice in summary.notices],
            "citations": [_citation(citation, keep) for citation in summary.citations],
            **_cost(summary.usage, summary.timings),
        }


class Recording:
    """The records of one question or summary, from when it was asked until it ended."""

    def __init__(
        self,
        recorder: Recorder,
        asked: Mapping[str, Any],
        person: str,
        drawn: Collection[tuple[str, str]],
    ) -> None:
        """`drawn` are the documents, by space and name, whose words may come into the answer.

        Raises TrailFault where the question cannot be recorded.
        """
        self._recorder = recorder
        self._drawn = set(drawn)
        self._person = person
        self._id = uuid.uuid4().hex
        self._draft = ""
        self._engine: WatchedEngine | None = None
        self._about: dict[str, Any] = {}
        self._ended = False
        self._ending = threading.Lock()
        recorder.write(RecordKind.QUESTION, person, {"question_id": self._id, **asked})

    def watched(self, model: Callable[[], ChatModel]) -> ChatModel:
        """The model that will answer, with its prompts noted for the last record.

        What it raises when there is none is raised after it was recorded.
        """
        try:
            found = model()
        except Exception as error:
            failed = {"reason": type(error).__name__, **self._draft_kept(), "prompts": []}
            self.write(RecordKind.STOPPED, failed)
            raise
        self._engine = WatchedEngine(found.engine)
        self._about = {
            "model": {
                "name": found.name.name,
                "sha256": found.name.sha256,
                "adapters": list(found.name.adapters),
                "context_window": found.context_window,
            },
            "prompt_words_sha256": prompt_words_sha256(),
        }
        return replace(found, engine=self._engine)

    def event(self, event: object) -> None:
        """Put on record what an event shows; a draft when it ends."""
        match event:
            case Reading(passages, dropped):
                self._drawn |= {(hit.space, hit.document) for hit in passages}
                shown = {"passages": self._recorder.passages(passages)}
                left_out = {"passages": dropped.passages, "history_turns": dropped.history_turns}
                self.write(RecordKind.PASSAGES, {**shown, "dropped": left_out})
            case Writing(text):
                self._draft = text
            case Finished(answer):
                kind = RecordKind.ANSWER if answer.found else RecordKind.REFUSAL
                self._drawn |= _drawn_from(answer)
                self._end(
                    kind, lambda: self._recorder.answered(answer, self._draft, self._keeping())
                )
            case Summarised(summary):
                self._end(
                    RecordKind.SUMMARY,
                    lambda: self._recorder.summarised(summary, self._keeping()),
                )

    def stopped(self, reason: str) -> None:
        """Put on record that it ended without an answer, unless it has ended already."""
        self._end(
            RecordKind.STOPPED,
            lambda: {"reason": reason, **self._draft_kept()},
        )

    def _keeping(self) -> Keep:
        """What puts the texts of the last record into it."""
        return self._recorder.keeping(self._person, self._drawn)

    def _draft_kept(self) -> dict[str, Any]:
        return {"draft": self._keeping()(self._draft)}

    def abandon(self) -> None:
        """Record no more: to record what happened is what failed."""
        self._ended = True

    def write(self, kind: RecordKind, data: Mapping[str, Any]) -> None:
        self._recorder.write(kind, self._person, {"question_id": self._id, **data})

    def _end(self, kind: RecordKind, data: Callable[[], Mapping[str, Any]]) -> None:
        with self._ending:
            if self._ended:
                return
            self._ended = True
            prompts = self._engine.prompts() if self._engine else []
            self.write(kind, {**data(), "prompts": prompts, **self._about})
            self._recorder.erase_deleted(self._drawn)


class Recorded(WrappedStream[E]):
    """A stream of events. Passages and answers are told only after they are on record; what is told
    of a draft goes on record when it ends, unless this process is killed before.
    """

    def __init__(self, events: EventStream[E], recording: Recording) -> None:
        super().__init__(events)
        self._recording = recording

    def __next__(self) -> E:
        try:
            event: E = next(self._events)
            self._recording.event(event)
        except StopIteration:
            self._recording.stopped("nobody listened any more")
            raise
        except TrailFault:
            # What is not on record is not shown.
            self._recording.abandon()
            super().close()
            raise
        except Exception as error:
            self._recording.stopped(type(error).__name__)
            raise
        return event

    def close(self) -> None:
        """Stop; what was shown of the draft until now goes on record."""
        super().close()
        try:
            self._recording.stopped("stopped")
        except TrailFault as error:
            # Nobody listens any more, and the next question will be refused in these words.
            log.error("the end of a stopped answer could not be recorded: %s", error)


def _drawn_from(answer: Answer) -> set[tuple[str, str]]:
    """The documents, by space and name, whose words an answer may hold."""
    found = {(hit.space, hit.document) for hit in answer.passages}
    found |= {(one.space, one.document) for one in (*answer.citations, *answer.evidence)}
    return found | set(answer.named)


def _plan(plan: Plan, keep: Keep) -> dict[str, Any]:
    return {
        "kind": plan.kind.value,
        "parts": [keep(part) for part in plan.parts],
        "operation": plan.operation,
        "language": plan.language,
    }


def _citation(citation: Citation, keep: Keep) -> dict[str, Any]:
    return {
        "n": citation.n,
        "chunk_id": citation.chunk_id,
        "space": citation.space,
        "document": citation.document,
        "page": citation.page,
        "quote": keep(citation.quote),
    }


def text_sha256(text: str) -> str:
    """The hash by which a passage's words are known again."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


@cache
def prompt_words_sha256() -> str:
    """The hash of the words that we say to the model for answers and summaries."""
    every = sorted(path.name for path in files("prompts").iterdir())
    words = [name for name in every if name.startswith(("answer_", "passage", "summarise_"))]
    together = hashlib.sha256()
    for name in words:
        content = files("prompts").joinpath(name).read_bytes()
        together.update(f"{name} {len(content)}\n".encode() + content)
    return together.hexdigest()


def _cost(usage: Usage, timings: Mapping[str, float]) -> dict[str, Any]:
    return {
        "usage": {
            "prompt_tokens": usage.prompt_tokens,
            "completion_tokens": usage.completion_tokens,
            "cached_tokens": usage.cached_tokens,
        },
        "timings": {name: round(seconds, 6) for name, seconds in timings.items()},
    }
