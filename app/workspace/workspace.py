"""Everything one can do with a data folder, while this process has it open."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from app.answering.ask import Ask
from app.answering.assistant import Assistant
from app.answering.chat_model import ChatModelSource
from app.answering.events import Event, Notice
from app.answering.filters.screen import Action, Record, Screen, Screened, Shown
from app.answering.language_model import ChatModel
from app.answering.search_index import SearchIndex
from app.answering.stream import EventStream
from app.answering.summarising.summariser import Summariser
from app.answering.summarising.summary import SummaryEvent
from app.batch.port import Identity
from app.data_folder.layout import DataFolder
from app.governance.audit.deletion_receipt import Removal
from app.governance.audit.ingesting import RecordedIndex
from app.governance.audit.keys import AuditorPrivateKey
from app.governance.audit.opening import local_person
from app.governance.audit.recording import Recorded, Recorder
from app.governance.audit.records import RecordKind
from app.governance.audit.replay import Recreation, recreate
from app.governance.audit.trail import Trail
from app.governance.deletion.deleter import Deleter
from app.governance.keepers.keeper import Moved
from app.governance.keepers.registry import move_document
from app.privacy.process_guard import obey
from app.settings import Settings
from app.watching.source import NewSource, SourceState
from app.watching.watched import Watched
from app.workspace.watched_library import WatchedLibrary
from ingest.discovery import Candidate
from ingest.originals import Originals
from ingest.pipeline import (
    FileStatus,
    IngestReport,
    Progress,
    ingest_again,
    ingest_files,
    ingest_paths,
)
from ingest.sandbox.parsing import ParseLimits
from vectorstore.faults import DocumentHeld, UnknownName
from vectorstore.index import Index
from vectorstore.records import DocumentRecord, Hit, SearchResult
from vectorstore.scope import EVERYTHING, Scope

USUAL_PARALLEL = 4  # questions of a questionnaire at once, where the settings do not say


class Workspace:
    """A data folder, opened by this process; safe to use from many threads.

    Whatever shows a document's words to someone, or changes what is there, is on record before
    it is done; where it cannot be recorded, TrailFault is raised instead.
    """

    def __init__(
        self,
        settings: Settings,
        index: Index,
        chat: ChatModelSource,
        trail: Trail,
        deleter: Deleter,
        screen: Screen = Screen(),  # noqa: B008
    ) -> None:
        self.settings = settings
        self.screen = screen
        self.index = index
        self.chat = chat
        self.trail = trail
        self.deleter = deleter
        self.originals = Originals(DataFolder(settings.home).originals)
        keeps = settings.retention.quotations == "keep"
        self._recorder = Recorder(trail, index, keep_quotations=keeps)
        self.watched = Watched(
            settings.home, WatchedLibrary(self), self._record_sources, partial(obey, settings)
        )

    def _record_sources(self, by: str, about: Mapping[str, Any]) -> None:
        self.trail.record(RecordKind.SOURCES, person=by or local_person(), data=about)

    def apply(self, settings: Settings, screen: Screen) -> None:
        """Answer the next questions by these settings and filters."""
        self.settings, self.screen = settings, screen

    def ingest(
        self,
        paths: Sequence[Path],
        *,
        space: str,
        prune: bool = False,
        uploaded: bool = False,
        person: str = "",
        progress: Callable[[Progress], None] | None = None,
    ) -> IngestReport:
        with self._storing(person) as recorded:
            return ingest_paths(
                recorded,
                paths,
                space=space,
                prune=prune,
                uploaded=uploaded,
                limits=self._parse_limits(),
                progress=progress,
                originals=self.originals if self.settings.ingest.keep_originals else None,
                members=DataFolder(self.settings.home).members,
            )

    def read_again(self, space: str, name: str, file: Path, *, person: str = "") -> FileStatus:
        """Read a document anew from `file`; the old version stays if that fails.

        One that was deleted before or meanwhile stays deleted, and is reported as rejected.
        """
        record = self.index.document(space, name)
        if record is None:
            return FileStatus(
                name, space, "rejected", "was deleted before it was read again", None, 0
            )
        if record.container and self.index.document(space, record.container):
            reason = f"lies in {record.container}, and is read again with that"
            return FileStatus(name, space, "rejected", reason, None, 0)
        with self._storing(person) as recorded:
            return ingest_again(
                recorded,
                record,
                file,
                limits=self._parse_limits(),
                originals=self.originals if self.settings.ingest.keep_originals else None,
                members=DataFolder(self.settings.home).members,
            )

    def ingest_files(
        self,
        files: Sequence[Candidate],
        *,
        space: str,
        person: str,
        progress: Callable[[Progress], None] | None = None,
    ) -> IngestReport:
        """Index files under the names and origins that they are given with."""
        elsewhere = any(one.origin and not os.path.isabs(one.origin) for one in files)
        keep = self.settings.ingest.keep_originals or elsewhere  # those have no file here
        with self._storing(person) as recorded:
            return ingest_files(
                recorded,
                files,
                space=space,
                limits=self._parse_limits(),
                progress=progress,
                originals=self.originals if keep else None,
                members=DataFolder(self.settings.home).members,
            )

    def rename(self, space: str, name: str, to_name: str, *, source: str, person: str) -> bool:
        """Give a document another name and origin, without reading it again.

        False where it is not there, the name is taken, or other documents lie in it.
        """
        if self.index.document(space, name) is None or self.index.within(space, name):
            return False
        if self.index.document(space, to_name) is not None:
            return False
        about = {"space": space, "document": name, "to_space": space, "to_document": to_name}
        self._recorder.write(RecordKind.MOVE, person, about)
        return self.index.move(space, name, space, to_name, to_source=source) is not None

    def original(self, record: DocumentRecord) -> Path | None:
        """A file with the document's very bytes; None when there is none any more."""
        return self.originals.path_of(record)

    def move(
        self, name: str, *, space: str, to_space: str, person: str = ""
    ) -> DocumentRecord | None:
        """Put a document into another space; None when it is not there.

        What lies in it, such as attachments, goes with it. Raises FileExistsError when the other
        space holds one of this name, and DocumentHeld when a hold keeps the document where it is,
        since elsewhere nothing would hold it, or when it lies in another one.
        """
        who = person or local_person()
        record = self.index.document(space, name)
        if record is None:
            return None
        if self.index.document(to_space, name) is not None:
            raise FileExistsError(f"{to_space} holds a document named {name!r} already")
        if record.container and self.index.document(space, record.container):
            raise DocumentHeld(f"lies in {record.container}, and moves with that")
        if held := self.deleter.held(record, person=who, reason=f"to be moved to {to_space}"):
            raise DocumentHeld(held)
        going = [name, *self.index.within(space, name)]
        for one in going[1:]:
            if self.index.document(to_space, one) is not None:
                raise FileExistsError(f"{to_space} holds a document named {one!r} already")
        for one in going:
            about = {"space": space, "document": one, "to_space": to_space}
            self._recorder.write(RecordKind.MOVE, who, about)
        moved = self.index.move(space, name, to_space)
        # What quotes it was shown by the rights of the space that it was in.
        for one in going:
            move_document(DataFolder(self.settings.home), Moved(space, one, to_space))
        return moved

    @contextmanager
    def _storing(self, person: str) -> Iterator[RecordedIndex]:
        """The index as ingestion may use it; what it forgot is off the disk after the block."""
        who = person or local_person()
        with self.deleter.several(who, "gone from its folder") as deletions:
            yield RecordedIndex(self.index, self.trail, who, deletions)

    def _parse_limits(self) -> ParseLimits:
        limits = self.settings.ingest
        return ParseLimits(
            memory_mib=limits.memory_mib,
            seconds=limits.seconds,
            max_chunks=limits.max_chunks,
            chunk_tokens=limits.chunk_tokens,
        )

    def documents(self, spaces: Sequence[str] | None = None) -> list[DocumentRecord]:
        return self.index.documents(self._spaces(spaces))

    def remove(self, names: Sequence[str], *, space: str, person: str = "") -> list[Removal]:
        """Delete documents with every trace of them, as far as the rules allow."""
        return self.deleter.delete(names, space=space, person=person or local_person())

    def delete(
        self, names: Sequence[str], *, space: str, person: str = "", reason: str
    ) -> list[Removal]:
        """As `remove`, because of something that is on record as the `reason`."""
        who = person or local_person()
        return self.deleter.delete(names, space=space, person=who, reason=reason)

    # Watched sources; see `app.watching.watched`

    def sources(self) -> list[SourceState]:
        return self.watched.states()

    def source(self, name: str) -> SourceState:
        return self.watched.state(name)

    def add_source(self, new: NewSource) -> SourceState:
        return self.watched.add(new)

    def pause_source(self, name: str) -> SourceState:
        return self.watched.pause(name)

    def resume_source(self, name: str) -> SourceState:
        return self.watched.resume(name)

    def remove_source(self, name: str, *, documents: bool = False) -> int:
        return self.watched.remove(name, documents=documents)

    def follow_source(
        self,
        name: str,
        *,
        agreed: int = 0,
        progress: Callable[[Progress], None] | None = None,
    ) -> SourceState:
        return self.watched.now(name, agreed=agreed, progress=progress)

    def apply_retention(self, *, person: str = "") -> list[Removal]:
        """Delete what the rules of retention say, and erase the trail's texts that are too old."""
        who = person or local_person()
        removals = self.deleter.due(person=who)
        keys = self.trail.texts.keys
        if keys and (count := keys.count_due()):
            self.trail.record(RecordKind.TEXTS_ERASED, person=who, data={"records": count})
            keys.destroy_due()
        return removals

    def search(self, ask: Ask, *, k: int) -> SearchResult:
        """The `k` best passages for a question, as they may be shown."""
        ask = self._checked(ask)
        ask, _ = self.screen.asked(ask, self._filtered(ask.person))
        found = self.index.search(ask.question, ask.scope, k)
        self._recorder.searched(ask, found)
        return replace(found, hits=self.screen.hits(found.hits))

    def find(self, ask: Ask) -> SearchResult:
        """For each document that has all of the words in one passage, that passage, best first.

        It is filtered and on record as a search is. Raises QuestionRefused, TrailFault.
        """
        ask = self._checked(ask)
        ask, _ = self.screen.asked(ask, self._filtered(ask.person))
        spaces = ask.scope.spaces
        hits = self.index.holding(ask.question, self.index.spaces() if spaces is None else spaces)
        found = SearchResult(hits, {})
        self._recorder.searched(ask, found)
        return replace(found, hits=self.screen.hits(found.hits))

    def read(self, name: str, *, space: str, person: str = "") -> list[Hit]:
        """A document's passages in the order of its text, as they may be shown; on record.

        Raises UnknownName where there is no such document.
        """
        record = self.index.document(space, name)
        if record is None:
            raise UnknownName(f"no document named {name!r} in {space!r}")
        about = {"space": space, "document": name, "sha256": record.sha256, "what": "text"}
        self._recorder.write(RecordKind.SOURCE_OPENED, person or local_person(), about)
        return list(self.screen.hits(self.index.chunks(space, name)))

    def ask(self, ask: Ask) -> EventStream[Event]:
        """One answer's events, ending in `Finished`; see `Assistant.ask`.

        Raises UnknownName, QuestionRefused, TrailFault and, where no model comes up, EngineError.
        """
        ask = self._checked(ask)
        ask, notices = self.screen.asked(ask, self._filtered(ask.person))
        recording = self._recorder.asked(ask)
        model = recording.watched(self.chat.model)
        answered = self._screened(ask, self.index, model, self._filtered(ask.person), notices)
        return Shown(Recorded(answered, recording), self.screen)

    def _screened(
        self,
        ask: Ask,
        index: SearchIndex,
        model: ChatModel,
        record: Record,
        notices: tuple[Notice, ...] = (),
    ) -> EventStream[Event]:
        """An answer that went through the filters, not yet on record."""
        answered = self._assistant(index, model).ask(ask)
        return Screened(answered, self.screen, record, notices)

    def _assistant(self, index: SearchIndex, model: ChatModel) -> Assistant:
        return Assistant(index, model, self.settings.answer, self.chat.calibration())

    def _filtered(self, person: str) -> Record:
        """How the trail is told that something was found: kinds and counts, never what it was."""

        def record(where: str, action: Action, counts: Mapping[str, int]) -> None:
            about = {"where": where, "action": action, "found": dict(counts)}
            self._recorder.write(RecordKind.FILTERED, person or local_person(), about)

        return record

    def place(self, ask: Ask) -> str:
        """Where the best passage for a question lies; not recorded, because nobody sees a word."""
        hits = self.index.search(ask.question, self._known(ask.scope), 1).hits
        return f"{hits[0].space}/{hits[0].document}#{hits[0].position:08d}" if hits else ""

    def identity(self) -> Identity:
        """What answers here, and what finds; raises EngineError when no model comes up."""
        model, embedder = self.chat.model(), self.index.embedder
        return Identity(
            model=model.name.name,
            model_sha256=model.name.sha256,
            adapters=model.name.adapters,
            embedder=embedder.name,
            embedder_sha256=embedder.sha256,
            parallel=self.settings.engine.parallel or USUAL_PARALLEL,
            settings=self._deciding(model),
        )

    def _deciding(self, model: ChatModel) -> dict[str, str]:
        """The settings that decide answers, by name."""
        answer, calibration = self.settings.answer, self.chat.calibration()
        filters = self.settings.filters
        screened = {
            "filters.countries": ", ".join(filters.countries),
            "filters.questions": filters.questions,
            "filters.answers": filters.answers,
            "filters.personal_data": str(filters.personal_data),
            "filters.lists": ", ".join(map(str, filters.lists)),
        }
        kept = self.settings.engine.kv_type
        return {
            **(screened if self.screen.filters else {}),
            **({"engine.kv_type": kept} if kept != "f16" else {}),  # as in runs before it was set
            "engine.context": str(model.context_window),
            "index.reranker": str(self.settings.index.reranker or "none"),
            "answer.passages": str(answer.passages),
            "answer.max_tokens": str(answer.max_tokens),
            "answer.unsupported": answer.unsupported,
            "answer.refuse_below": str(answer.refuse_below or calibration.refuse_below),
            "calibration": calibration.source,
        }

    def rebuild(self, progress: Callable[[int, int], None]) -> None:
        """Compute all vectors anew; `progress` is told chunks that are done, and all.

        On record before, with the embedder, since it changes what is found. Raises TrailFault.
        """
        embedder = self.index.embedder
        about = {
            "embedder": embedder.name,
            "sha256": embedder.sha256,
            "file_sha256": embedder.file_sha256,
        }
        self.trail.record(RecordKind.REINDEX, person=local_person(), data=about)
        self.index.rebuild(progress)

    def record_batch(self, about: Mapping[str, Any], *, person: str = "") -> None:
        """Put on the trail what is about to be done with a questionnaire. Raises TrailFault."""
        self._recorder.write(RecordKind.BATCH, person or local_person(), about)

    def too_long(self, questions: Sequence[str]) -> list[str]:
        """For each question why the model's window cannot hold it, or ""."""
        assistant = self._assistant(self.index, self.chat.model())
        return [assistant.too_long(question) for question in questions]

    def summarise(
        self, document: str, *, scope: Scope = EVERYTHING, person: str = ""
    ) -> EventStream[SummaryEvent]:
        """Summarise the document of this name; of the scope, its spaces alone count.

        Raises UnknownName unless just one of these spaces has it.
        """
        record = self._only(document, scope)
        recording = self._recorder.to_summarise(record, person)
        model = recording.watched(self.chat.model)
        summarised = Summariser(self.index, model).summarise(record, person=person)
        screened = Screened(summarised, self.screen, self._filtered(person))
        return Recorded(screened, recording)

    def _only(self, document: str, scope: Scope) -> DocumentRecord:
        """The one document of this name in the scope. Raises UnknownName."""
        chosen = self._checked_scope(Scope(scope.spaces, (document,)))
        found = (self.index.document(space, document) for space in chosen.spaces or ())
        held = [record for record in found if record]
        if len(held) > 1:
            raise UnknownName(
                f"several spaces hold a document named {document!r}; name one of them: "
                + ", ".join(record.space for record in held)
            )
        return held[0]

    def recreate(self, answer_id: str, *, private_key: Path | None = None) -> Recreation:
        """Make a recorded answer again; `private_key` is the auditor's, for sealed texts."""
        return recreate(
            self.trail,
            answer_id,
            self.index,
            self.chat.model(),
            lambda ask, index, model: self._screened(ask, index, model, lambda *_: None),
            AuditorPrivateKey.read(private_key) if private_key else None,
        )

    def close(self) -> None:
        self.watched.close()
        self.chat.close()
        self.index.close()

    def _spaces(self, spaces: Sequence[str] | None) -> list[str]:
        known = self.index.spaces()
        unknown = [space for space in spaces or () if space not in known]
        if unknown:
            raise UnknownName(
                f"no space named {', '.join(map(repr, unknown))}; there are: "
                + (", ".join(known) or "none yet, ingest something first")
            )
        return known if spaces is None else list(spaces)

    def _known(self, scope: Scope) -> Scope:
        """The scope with its spaces by name. Raises UnknownName for one that is not there."""
        return replace(scope, spaces=tuple(self._spaces(scope.spaces)))

    def _checked(self, ask: Ask) -> Ask:
        """The question with its spaces by name. Raises UnknownName."""
        return replace(ask, scope=self._checked_scope(ask.scope))

    def _checked_scope(self, scope: Scope) -> Scope:
        """The scope with its spaces by name; what it names is there. Raises UnknownName."""
        known = self._known(scope)
        for choice in known.documents or ():
            only, name = choice if isinstance(choice, tuple) else (None, choice)
            held = [space for space in known.spaces or () if only in (None, space)]
            if not any(self.index.document(space, name) for space in held):
                raise UnknownName(
                    f"no document named {name!r}; `strongroom documents` lists the names"
                )
        return known
