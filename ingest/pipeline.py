"""Brings files into the index: find, read, cut, hand over; and says what became of each."""

import os
import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any, Literal, Protocol

from ingest.about import about_of
from ingest.chunking import Tokens, chunk_sections, shortened
from ingest.discovery import Candidate, discover, held_open, path_as_text, text_as_path
from ingest.members import Container, MemberFile, Taking, Waiting
from ingest.originals import ContentChanged, Originals
from ingest.sandbox.parsing import HasScans, ParseLimits, Reading, Sandbox, Share
from ingest.sections import LoaderError, below_title
from ingest.tables import tables_of
from vectorstore.disk import sha256_of
from vectorstore.faults import DocumentGone, DocumentHeld
from vectorstore.records import Chunk, DocumentRecord, How, NewDocument, PageReading
from vectorstore.tables.records import NewTable

UPLOAD = "upload"  # the source of a document that came without a place of its own

Status = Literal["indexed", "unchanged", "warning", "rejected"]


@dataclass(frozen=True, slots=True)
class PageQuality:
    """How one page, from 1, was read; `confidence` is the mean of its recognised words, 0 to 1."""

    page: int
    how: How
    confidence: float | None


@dataclass(frozen=True, slots=True)
class FileStatus:
    """What became of one file; `reason` holds the warning, or cause and remedy of a rejection.

    `readings` has the pages that were not read from text of their own, where the file was read.
    `notes` are worth knowing, and are no warnings: nothing that people could see is missing.
    """

    document: str
    space: str
    status: Status
    reason: str
    pages: int | None
    chunks: int
    readings: Sequence[PageQuality] = ()
    notes: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class IngestReport:
    """One status per file in the order of reading, names forgotten by pruning, seconds by stage."""

    documents: list[FileStatus]
    removed: list[str]
    timings: dict[str, float]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an ingestion is; bytes of files are the best measure of the time left."""

    files_done: int
    files_total: int
    chunks: int
    current: str
    bytes_done: int = 0
    bytes_total: int = 0
    page: int | None = None  # of the current file, from 1, whose words are being recognised


class UnfinishedScans(Protocol):
    """Keeps recognised pages, by the hash of their file, until its document is stored."""

    def known(self, sha256: str) -> list[PageReading]: ...

    def keep(self, sha256: str, reading: PageReading) -> None: ...

    def drop(self, sha256: str) -> None: ...


class DocumentIndex(Protocol):
    """What ingestion needs of the index."""

    @property
    def embedder(self) -> Tokens: ...

    @property
    def recognised(self) -> UnfinishedScans: ...

    def documents(self, spaces: Sequence[str] | None = None) -> list[DocumentRecord]: ...

    def put(
        self,
        document: NewDocument,
        chunks: Sequence[Chunk],
        *,
        tables: Sequence[NewTable] = (),
        only_if_there: bool = False,
    ) -> DocumentRecord: ...

    def remove(self, space: str, name: str) -> bool: ...

    def complete(self, space: str, name: str, *, warning: str) -> None:
        """All that lies in a document was read; `warning` is what it is told with now."""
        ...


def ingest_paths(
    index: DocumentIndex,
    paths: Sequence[Path],
    *,
    space: str = "general",
    prune: bool = False,
    uploaded: bool = False,
    limits: ParseLimits | None = None,
    progress: Callable[[Progress], None] | None = None,
    originals: Originals | None = None,
    members: Path | None = None,
) -> IngestReport:
    """Index the files at `paths` and below; unchanged ones are recognised by their content.

    Files with pages to recognise come after all others, and a reading that was cut goes on at the
    page where it stopped. A document's status is settled only after the index holds it durably.
    `prune` forgets documents that came from one of the given folders and are gone from it. What
    was `uploaded` has no place of its own: its file may go as soon as it is indexed. With
    `originals`, a copy of each file is kept before its document is stored. A file that cannot
    be read is reported and costs the others nothing; what the index raises goes on to the caller.

    Files within a file, such as attachments, are documents of their own, named "container/path".
    Until their turn comes they wait below the folder `members`, by default a temporary one. Those
    that cannot be read are named in the container's warning.
    """
    run = _Run(index, space, limits or ParseLimits(), progress or (lambda _: None))
    run.source, run.originals, run.members = UPLOAD if uploaded else "", originals, members
    return run.ingest(lambda: discover(paths), paths if prune else ())


def ingest_files(
    index: DocumentIndex,
    files: Sequence[Candidate],
    *,
    space: str,
    limits: ParseLimits | None = None,
    progress: Callable[[Progress], None] | None = None,
    originals: Originals | None = None,
    members: Path | None = None,
) -> IngestReport:
    """Index these files, each under its own name and origin; see `ingest_paths`."""
    run = _Run(index, space, limits or ParseLimits(), progress or (lambda _: None))
    run.originals, run.members = originals, members
    return run.ingest(lambda: list(files))


def ingest_again(
    index: DocumentIndex,
    record: DocumentRecord,
    file: Path,
    *,
    limits: ParseLimits | None = None,
    originals: Originals | None = None,
    members: Path | None = None,
) -> FileStatus:
    """Read a document anew from `file`, which holds its bytes, though nothing in it has changed.

    For settings or a program that read differently now. The old version stays if it fails. What
    lies in it is read anew as well.
    """
    run = _Run(index, record.space, limits or ParseLimits(), lambda _: None)
    run.source, run.again, run.originals = record.source, True, originals
    run.members = members
    report = run.ingest(lambda: [Candidate(file, record.name, file.stat().st_size)])
    return report.documents[0]


@dataclass(frozen=True, slots=True)
class _Read:
    """A file after its parsing: read, refused, put off, or, with none of these, unchanged."""

    sha256: str = ""
    reading: Reading | None = None
    refusal: str = ""
    seconds: float = 0.0
    put_off: bool = False  # it has pages to recognise
    taken: Taking | None = None  # what lies in it


@dataclass(frozen=True, slots=True)
class _Scanned:
    """Implements `ingest.sandbox.parsing.ScannedPages` for one file."""

    kept: UnfinishedScans
    sha256: str
    tell: Callable[[int], None]

    def known(self) -> list[PageReading]:
        return self.kept.known(self.sha256)

    def keep(self, reading: PageReading) -> None:
        self.kept.keep(self.sha256, reading)

    def begun(self, page: int) -> None:
        self.tell(page)


@dataclass
class _Run:
    index: DocumentIndex
    space: str
    limits: ParseLimits
    progress: Callable[[Progress], None]
    source: str = ""  # of every document; by default the path of its file
    again: bool = False  # read also what has not changed
    originals: Originals | None = None  # where copies of the files go
    members: Path | None = None  # below it files within files wait
    known: dict[str, DocumentRecord] = field(default_factory=dict)  # by name
    statuses: list[FileStatus] = field(default_factory=list)
    timings: dict[str, float] = field(default_factory=dict)
    now: Progress = Progress(0, 0, 0, "")  # as it was told last
    telling: threading.Lock = field(default_factory=threading.Lock)
    waiting: Waiting = field(default_factory=lambda: Waiting(None))
    containers: dict[str, Container] = field(default_factory=dict)  # by name, till all is read
    had_members: set[str] = field(default_factory=set)  # names of documents, at the beginning
    removed: list[str] = field(default_factory=list)

    def ingest(
        self, find: Callable[[], list[Candidate]], pruned: Sequence[Path] = ()
    ) -> IngestReport:
        with Waiting(self.members) as self.waiting:
            return self._ingest(find, pruned)

    def _ingest(self, find: Callable[[], list[Candidate]], pruned: Sequence[Path]) -> IngestReport:
        started = time.perf_counter()
        candidates = find()
        self.timings = dict.fromkeys(("find_s", "parse_s", "chunk_s", "index_s"), 0.0)
        self.known = {record.name: record for record in self.index.documents([self.space])}
        self.had_members = {one.container for one in self.known.values() if one.container}
        self.timings["find_s"] = time.perf_counter() - started
        total, size = len(candidates), sum(c.size for c in candidates)
        self.now = Progress(0, total, 0, "", 0, size)
        # Recognition takes a second or more a page: nobody's other files wait for it.
        put_off = self._ingest_all(candidates, put_off=True)
        self._ingest_all(put_off, put_off=False)
        removed = [*self.removed, *self._prune(pruned, candidates)]
        total = self.now.files_total
        self._tell(files_done=total, current="", bytes_done=size, page=None)
        self.timings["total_s"] = time.perf_counter() - started
        timings = {name: round(seconds, 3) for name, seconds in self.timings.items()}
        return IngestReport(self.statuses, removed, timings)

    def _ingest_all(self, candidates: Sequence[Candidate], *, put_off: bool) -> list[Candidate]:
        """Read and store files, and those within them.

        With `put_off` not those with pages to recognise, which are returned.
        """
        waiting = []
        todo = deque(candidates)
        with self._parsing(todo, put_off) as parsed:
            for candidate, read in parsed:
                self._tell(current=candidate.name, page=None)
                if read.put_off:
                    self.timings["parse_s"] += read.seconds
                    waiting.append(candidate)
                    continue
                status = self._settle(candidate, read)
                # A file within another one that was not read is told of by that.
                if status.status != "rejected" or not isinstance(candidate, MemberFile):
                    self.statuses.append(status)
                within = self._within(candidate, status, read)
                todo.extendleft(reversed(within))
                chunks = status.chunks if status.status in {"indexed", "warning"} else 0
                size = 0 if isinstance(candidate, MemberFile) else candidate.size
                self._tell(
                    files_done=self.now.files_done + 1,
                    files_total=self.now.files_total + len(within),
                    chunks=self.now.chunks + chunks,
                    bytes_done=self.now.bytes_done + size,
                    page=None,
                )
        return waiting

    # Files within files

    def _within(self, candidate: Candidate, status: FileStatus, read: _Read) -> list[MemberFile]:
        """The files within one that is settled now; what becomes of those it waits for."""
        found: list[MemberFile] = []
        if status.status in {"rejected", "unchanged"} or read.taken is None:
            if read.taken is not None:
                read.taken.drop()
        elif (record := self.known[candidate.name]).unread or candidate.name in self.had_members:
            found = read.taken.files
            self.containers[candidate.name] = Container(
                candidate,
                record.warning,
                list(read.taken.refused),
                read.taken.more,
                len(found),
                {one.name for one in found},
            )
        if isinstance(candidate, MemberFile) and status.status == "rejected" and candidate.needed:
            inner = candidate.name[len(candidate.container) + 1 :]
            self.containers[candidate.container].refused.append(f"{inner} {status.reason}")
        if not found:
            self._close(candidate)
        return found

    def _close(self, candidate: Candidate) -> None:
        """A file and all within it is settled; perhaps its container is, too."""
        if (container := self.containers.pop(candidate.name, None)) is not None:
            self._complete(container)
        if not isinstance(candidate, MemberFile):
            return
        candidate.path.unlink(missing_ok=True)
        outer = self.containers[candidate.container]
        outer.left -= 1
        if not outer.left:
            self._close(outer.candidate)

    def _complete(self, container: Container) -> None:
        name = container.candidate.name
        for other in [one for one in self.known.values() if one.container == name]:
            if other.name not in container.names and self.index.remove(self.space, other.name):
                self.removed += self._forgotten(other.name)
        warning = container.told()
        self.index.complete(self.space, name, warning=warning)
        self.known[name] = replace(self.known[name], unread=0, warning=warning)
        if warning:
            for at, status in enumerate(self.statuses):
                if status.document == name:
                    self.statuses[at] = replace(status, status="warning", reason=warning)

    def _forgotten(self, name: str) -> list[str]:
        """Note that a document is gone, and with it what lay in it; their names."""
        gone = [name]
        for one in gone:
            self.known.pop(one, None)
            gone += [other.name for other in self.known.values() if other.container == one]
        return gone

    def _tell(self, **changed: Any) -> None:
        """Tell how far it is; from any thread."""
        with self.telling:
            self.now = replace(self.now, **changed)
            self.progress(self.now)

    @contextmanager
    def _parsing(
        self, todo: deque[Candidate], put_off: bool
    ) -> Iterator[Iterator[tuple[Candidate, _Read]]]:
        """Results in the order of `todo`, which may grow, a few files ahead of their reader."""
        workers = max(1, self.limits.workers)
        stopped = threading.Event()
        # The one that was used last first: each begins its process when it is first used.
        sandboxes: queue.LifoQueue[Sandbox] = queue.LifoQueue()
        all_sandboxes = [Sandbox(self.limits) for _ in range(workers)]
        for sandbox in all_sandboxes:
            sandboxes.put(sandbox)

        # Fewer files than processes: those without a file recognise pages of the others'.
        helpers = workers // max(1, len(todo)) - 1

        def parse(candidate: Candidate) -> _Read:
            taken = [sandboxes.get()]
            try:
                with suppress(queue.Empty):
                    for _ in range(helpers):
                        taken.append(sandboxes.get_nowait())
                return self._parse(candidate, taken, stopped, put_off)
            finally:
                for sandbox in taken:
                    sandboxes.put(sandbox)

        def results(pool: ThreadPoolExecutor) -> Iterator[tuple[Candidate, _Read]]:
            ahead: deque[tuple[Candidate, Future[_Read]]] = deque()
            while ahead or todo:
                while todo and len(ahead) <= workers:
                    candidate = todo.popleft()
                    ahead.append((candidate, pool.submit(parse, candidate)))
                candidate, result = ahead.popleft()
                yield candidate, result.result()

        pool = ThreadPoolExecutor(workers, thread_name_prefix="ingest")
        try:
            yield results(pool)
        finally:
            stopped.set()
            pool.shutdown(wait=True, cancel_futures=True)
            for sandbox in all_sandboxes:
                sandbox.close()

    def _parse(
        self,
        candidate: Candidate,
        sandboxes: Sequence[Sandbox],
        stopped: threading.Event,
        put_off: bool,
    ) -> _Read:
        """Hash and parse one file; runs beside the embedding of earlier ones.

        The first of `sandboxes` reads it, and the others help where it has pages to recognise.
        """
        if candidate.refusal:
            return _Read(refusal=candidate.refusal)
        try:
            with held_open(candidate) as held:
                return self._parse_held(candidate, held, sandboxes, stopped, put_off)
        except OSError as error:
            return _Read(refusal=f"cannot be opened: {error.strerror or error}")

    def _parse_held(  # a return an outcome
        self,
        candidate: Candidate,
        held: Path,
        sandboxes: Sequence[Sandbox],
        stopped: threading.Event,
        put_off: bool,
    ) -> _Read:
        """The same, of the file that is `held` open."""
        started = time.perf_counter()
        sha256 = ""
        # Where nothing else waits, nothing has to be put off.
        put_off = put_off and self.now.files_total > 1
        taking = Taking(self.waiting, candidate, self._source(candidate))
        try:
            before = held.stat()
            if before.st_size > self.limits.file_mib << 20:
                raise LoaderError(f"is larger than {self.limits.file_mib:,} MiB; split it")
            sha256 = sha256_of(held)
            record = self.known.get(candidate.name)
            if refusal := self._conflict(candidate, record, sha256):
                return _Read(refusal=refusal)
            if self._is_unchanged(record, sha256):
                return _Read(sha256)
            scanned = _Scanned(
                self.index.recognised,
                sha256,
                lambda page: self._tell(current=candidate.name, page=page),
            )
            try:
                reading = self._read(
                    candidate, held, sandboxes[0], scanned, taking, stopped,
                    later=put_off or len(sandboxes) > 1,
                )  # fmt: skip
            except HasScans:
                if put_off:
                    raise
                self._recognise(candidate, held, sandboxes, scanned, stopped)
                reading = self._read(candidate, held, sandboxes[0], scanned, taking, stopped)
            after = candidate.path.stat()
            if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
                self.index.recognised.drop(sha256)  # perhaps of other bytes
                raise LoaderError("changed while it was being read; ingest it again")
        except HasScans:
            taking.drop()
            return _Read(sha256, seconds=time.perf_counter() - started, put_off=True)
        except LoaderError as error:
            taking.drop()
            return _Read(sha256, refusal=str(error), seconds=time.perf_counter() - started)
        except OSError as error:
            taking.drop()
            return _Read(refusal=f"cannot be opened: {error.strerror or error}")
        return _Read(sha256, reading, seconds=time.perf_counter() - started, taken=taking)

    def _read(
        self,
        candidate: Candidate,
        held: Path,
        sandbox: Sandbox,
        scanned: _Scanned,
        taking: Taking,
        stopped: threading.Event,
        *,
        later: bool = False,
        share: Share | None = None,
    ) -> Reading:
        return sandbox.read(
            held,
            candidate.name,
            stopped.is_set,
            scanned=scanned,
            later=later,
            members=taking,
            folder=self.members,
            share=share,
        )

    def _recognise(
        self,
        candidate: Candidate,
        held: Path,
        sandboxes: Sequence[Sandbox],
        scanned: _Scanned,
        stopped: threading.Event,
    ) -> None:
        """Have a file's pages recognised by several processes, each its share, and kept."""

        def recognise(rest: int) -> None:
            taking = Taking(self.waiting, candidate, "")
            share = Share(rest, len(sandboxes))
            try:
                with suppress(LoaderError):  # whoever reads the file as a whole says so
                    self._read(
                        candidate, held, sandboxes[rest], scanned, taking, stopped, share=share
                    )
            finally:
                taking.drop()

        with ThreadPoolExecutor(len(sandboxes), thread_name_prefix="recognise") as pool:
            for done in [pool.submit(recognise, rest) for rest in range(len(sandboxes))]:
                done.result()

    def _is_unchanged(self, record: DocumentRecord | None, sha256: str) -> bool:
        return (
            record is not None
            and not self.again
            and record.sha256 == sha256
            and not record.unread
            and not _is_gone(record.source)
        )

    def _conflict(self, candidate: Candidate, record: DocumentRecord | None, sha256: str) -> str:
        """Why a document may not take its name, or ""."""
        container = candidate.container if isinstance(candidate, MemberFile) else ""
        if record is not None and container and record.container != container:
            return f"has the name of another document, {record.name}; rename one of them"
        if record is None or record.source == self._source(candidate) or record.sha256 == sha256:
            return ""
        if record.source != UPLOAD and _is_gone(record.source):
            return ""  # moved here, or replaced
        origin = "an upload" if record.source == UPLOAD else record.source
        return (
            f"has the name of a document that came from {origin}; ingest the folder above both, "
            f"use another --space, or forget the other: strongroom remove '{record.name}'"
        )

    def _settle(self, candidate: Candidate, read: _Read) -> FileStatus:
        """Put one document into the index, or say why not."""
        self.timings["parse_s"] += read.seconds
        name = candidate.name
        if read.refusal:
            return self._rejected(name, read.refusal)
        # A file of this run may have taken the name after this one was parsed.
        record = self.known.get(name)
        if refusal := self._conflict(candidate, record, read.sha256):
            return self._rejected(name, refusal)
        if record and self._is_unchanged(record, read.sha256):
            if self.originals is not None:  # ingested when copies were not kept
                with suppress(ContentChanged):  # the next run sees it
                    self.originals.keep(candidate.path, read.sha256)
            reason = record.warning
            if record.source != self._source(candidate):
                reason = "; ".join(filter(None, (f"same content as {record.source}", reason)))
            same = self._status(name, "unchanged", reason, record.pages, record.chunks)
            return replace(same, notes=(record.note,) if record.note else ())
        assert read.reading is not None  # neither refused nor unchanged
        assert read.taken is not None
        try:
            return self._index(candidate, read.sha256, read.reading, read.taken)
        except ContentChanged:
            return self._rejected(name, "changed while it was being read; ingest it again")

    def _index(
        self, candidate: Candidate, sha256: str, reading: Reading, taken: Taking
    ) -> FileStatus:
        name, warning = candidate.name, "; ".join(reading.warnings)
        embedder = self.index.embedder
        title = shortened(reading.title, embedder, embedder.window // 4)
        about = about_of(reading.sections, reading.title, name, reading.type, reading.stated)
        chunks, tables = self._chunks(reading, title)
        if len(chunks) > self.limits.max_chunks:
            return self._rejected(
                name,
                f"falls into more than {self.limits.max_chunks:,} chunks; split it, or raise "
                "ingest.max_chunks",
            )
        started = time.perf_counter()
        document = NewDocument(
            space=self.space,
            name=name,
            title=title,
            sha256=sha256,
            source=self._source(candidate),
            pages=reading.pages,
            warning=warning,
            readings=reading.readings,
            about=about,
            container=candidate.container if isinstance(candidate, MemberFile) else "",
            unread=len(taken.files) + len(taken.refused) + taken.more,
            note="; ".join(reading.notes),
        )
        replaced = self.known.get(name)
        if self.originals is not None:
            self.originals.keep(candidate.path, sha256)
        try:
            record = self.index.put(
                document,
                chunks,
                tables=tables,
                only_if_there=self.again and not document.container,
            )
        except (DocumentGone, DocumentHeld) as why:
            if self.originals is not None:
                self._drop_original(self.originals, sha256)
            return self._status(name, "rejected", str(why), None, 0)
        if self.originals is not None:
            # Again: the last document of this content may have been deleted in between.
            self.originals.keep(candidate.path, sha256)
            if replaced is not None and replaced.sha256 != sha256:
                self._drop_original(self.originals, replaced.sha256)
        self.timings["index_s"] += time.perf_counter() - started
        twin = next((d.name for d in self.known.values() if d.sha256 == sha256), name)
        note = f"same content as {twin}" if twin != name else ""
        if not document.container and (former := self._forget_former_name(record)):
            note = f"was {former} before"
        self.known[name] = record
        status: Status = "warning" if warning else "indexed"
        settled = self._status(name, status, warning or note, record.pages, record.chunks)
        return replace(
            settled, readings=_not_from_text(reading.readings), notes=tuple(reading.notes)
        )

    def _chunks(self, reading: Reading, title: str) -> tuple[list[Chunk], list[NewTable]]:
        """The document's chunks, one more than allowed at most, and its tables."""
        started = time.perf_counter()
        source = chunk_sections(
            below_title(reading.sections, reading.title),
            self.index.embedder,
            title=title,
            target=self.limits.chunk_tokens,
        )
        chunks = list(islice(source, self.limits.max_chunks + 1))
        tables = []
        if len(chunks) <= self.limits.max_chunks:
            tables = tables_of(reading.sections, chunks)
        reading.sections.clear()  # before the embedding, which needs the memory
        self.timings["chunk_s"] += time.perf_counter() - started
        return chunks, tables

    def _drop_original(self, originals: Originals, sha256: str) -> None:
        """Delete the copy of a version that is no longer there, unless another document has it."""
        if all(other.sha256 != sha256 for other in self.index.documents()):
            originals.drop(sha256)

    def _forget_former_name(self, record: DocumentRecord) -> str:
        """A file has one name: the one of the folder that was ingested last."""
        if record.source == UPLOAD:  # which many documents have
            return ""
        for name, other in list(self.known.items()):
            same = other.source == record.source and name != record.name and not other.container
            if same and self.index.remove(self.space, name):  # a held one stays
                self._forgotten(name)
                return name
        return ""

    def _source(self, candidate: Candidate) -> str:
        if isinstance(candidate, MemberFile):
            return candidate.source
        return candidate.origin or self.source or path_as_text(candidate.path)

    def _rejected(self, name: str, reason: str) -> FileStatus:
        if old := self.known.get(name):
            reason += f"; its version of {old.indexed_at[:10]} stays searchable"
        return self._status(name, "rejected", reason, None, 0)

    def _status(
        self, name: str, status: Status, reason: str, pages: int | None, chunks: int
    ) -> FileStatus:
        return FileStatus(name, self.space, status, reason, pages, chunks)

    def _prune(self, paths: Sequence[Path], candidates: Sequence[Candidate]) -> list[str]:
        """Forget what came from the given folders and is gone; never on the word of an empty one.

        A share that is not mounted looks like an empty folder, and would cost the whole index.
        """
        present = {path_as_text(candidate.path) for candidate in candidates}
        removed = []
        for given in paths:
            place = os.path.abspath(given.expanduser())
            if not os.path.isdir(place):
                continue
            folder = path_as_text(place)
            gone = [
                record
                for record in self.known.values()
                if not record.container  # it goes with that
                and record.source.startswith(folder.rstrip(os.sep) + os.sep)
                and record.source not in present
                and _is_gone(record.source)
            ]
            if gone and not any(path.startswith(folder) for path in present):
                self.statuses.append(
                    self._rejected(
                        folder,
                        f"is empty, so its {len(gone)} documents were kept: is it mounted? "
                        "Forget them with strongroom remove",
                    )
                )
                continue
            for record in gone:
                gone_with_it = self._forgotten(record.name)
                if self.index.remove(self.space, record.name):
                    removed += gone_with_it
        return removed


def _not_from_text(readings: Sequence[PageReading]) -> tuple[PageQuality, ...]:
    return tuple(
        PageQuality(one.page, one.how, one.confidence) for one in readings if one.how != "text"
    )


def _is_gone(source: str) -> bool:
    """Whether a document's file is surely not there any more; in doubt it is."""
    if not os.path.isabs(source):  # an upload, or a place elsewhere
        return False
    try:
        os.lstat(text_as_path(source))
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False
    return False
