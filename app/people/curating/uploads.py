"""Uploads: files that arrive piece by piece, are kept on disk, and are then ingested in turn."""

import asyncio
import json
import logging
import os
import shutil
import threading
import time
import uuid
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import Literal, Protocol

from app.errors import without_words, words_for
from app.people.curating.turns import Closing, Turns
from app.people.curating.waiting_files import FILES, NOTE
from ingest.discovery import document_name, is_hidden
from ingest.pipeline import FileStatus, IngestReport, Progress
from vectorstore.disk import sync_file, write_whole

log = logging.getLogger(__name__)

_AT_ONCE = 2  # uploads that are ingested together; more would only take the chat's processor
_WITH_SCANS = 6  # more, which wait for their turn to have scans recognised, one at a time
_REMEMBERED = 200  # uploads whose outcome can still be asked for
_NAME_BYTES = 255  # of one part of a path: what file systems hold
_PIECE = 2**20  # bytes written at a time
_IDLE_S = 3600.0  # an upload into which nothing comes for so long is thrown away

State = Literal["receiving", "waiting", "reading", "done", "failed"]


class UploadRefused(Exception):
    """A file or an upload that is not taken; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Upload:
    """Files that one person puts into one space, and what has become of them."""

    id: str
    person: str  # id
    space: str
    state: State = "receiving"
    files: tuple[str, ...] = ()  # names of the documents-to-be
    size: int = 0  # bytes received
    progress: Progress | None = None
    statuses: tuple[FileStatus, ...] = ()
    reason: str = ""  # why it failed as a whole
    again: bool = False  # documents of the space, to be read anew


@dataclass(frozen=True, slots=True)
class Limits:
    """Of one upload."""

    file_bytes: int
    upload_bytes: int  # also of all uploads of one person that are not finished yet
    files: int = 2_000
    open_per_person: int = 4  # uploads that are not finished yet


class Ingesting(Protocol):
    """What uploads need of an open data folder."""

    def ingest(
        self,
        paths: Sequence[Path],
        *,
        space: str,
        prune: bool = False,
        uploaded: bool = False,
        person: str = "",
        progress: Callable[[Progress], None] | None = None,
    ) -> IngestReport: ...

    def read_again(self, space: str, name: str, file: Path, *, person: str = "") -> FileStatus: ...


@dataclass
class _Held:
    upload: Upload
    lock: threading.Lock = field(default_factory=threading.Lock)
    touched: float = field(default_factory=time.monotonic)
    arriving: int = 0  # files that come in just now
    names: set[str] = field(default_factory=set)  # of files that came or are coming


class Uploads:
    """Takes files into `folder`, and from there into the index; safe to use from many threads.

    An upload that was told "started" survives the process: `resume` goes on with what an earlier
    one left. One that was still receiving is thrown away, because nobody knows what it lacks.
    """

    def __init__(self, folder: Path, home: Ingesting, limits: Limits) -> None:
        self._folder = folder
        self._home = home
        self._limits = limits
        self._lock = threading.Lock()
        self._uploads: OrderedDict[str, _Held] = OrderedDict()
        self._pool = ThreadPoolExecutor(_AT_ONCE + _WITH_SCANS, thread_name_prefix="upload")
        self._turns = Turns(_AT_ONCE)

    def resume(self) -> list[Upload]:
        """Go on with the uploads that an earlier process had accepted; returns them."""
        found = []
        for place in sorted(self._folder.glob("*/")):
            try:
                note = json.loads((place / NOTE).read_text("utf-8"))
                upload = Upload(
                    place.name,
                    str(note["person"]),
                    str(note["space"]),
                    "waiting",
                    again=bool(note["again"]),
                )
            except (OSError, ValueError, KeyError, TypeError):
                shutil.rmtree(place)
                continue
            files = tuple(
                document_name(str(path.relative_to(place / FILES)))
                for path in sorted((place / FILES).rglob("*"))
                if path.is_file()
            )
            found.append(self._remember(replace(upload, files=files)).upload)
            self._enqueue(upload)
        return found

    def begin(self, person: str, space: str) -> Upload:
        """Open an upload. Raises UploadRefused when the person has too many open."""
        self._drop_idle()
        with self._lock:
            theirs = [held.upload for held in self._uploads.values()]
        busy = [one for one in theirs if one.person == person and one.state not in _ENDED]
        if len(busy) >= self._limits.open_per_person:
            raise UploadRefused(
                f"{len(busy)} of your uploads are not finished yet; wait for one of them"
            )
        upload = Upload(uuid.uuid4().hex, person, space)
        (self._folder / upload.id / FILES).mkdir(parents=True, mode=0o700)
        return self._remember(upload).upload

    async def receive(self, upload_id: str, name: str, pieces: AsyncIterator[bytes]) -> Upload:
        """Store one file, as it arrives. Raises UploadRefused; then nothing of it is kept."""
        held = self._held(upload_id)
        if held.upload.state != "receiving":
            raise UploadRefused("this upload is closed; begin another one")
        if len(held.upload.files) >= self._limits.files:
            raise UploadRefused(
                f"more than {self._limits.files:,} files at once; upload the rest later"
            )
        relative = safe_name(name)
        known = document_name(str(relative))
        with held.lock:
            if known in held.upload.files or known in held.names:
                raise UploadRefused(f"{known} is in this upload twice")
            held.names.add(known)
        target = self._folder / upload_id / FILES / relative
        partial = self._folder / upload_id / f"{uuid.uuid4().hex}.partial"
        size = 0
        held.arriving += 1
        try:
            target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with partial.open("xb") as file:
                os.chmod(partial, 0o600)
                async for piece in _large(pieces):
                    size += len(piece)
                    held.touched = time.monotonic()
                    self._check_size(known, size, self._size_of(held.upload.person) + size)
                    # A slow disk may not hold up the event loop, where answers stream.
                    await asyncio.to_thread(file.write, piece)
                await asyncio.to_thread(sync_file, file)
            os.replace(partial, target)
        except OSError as error:
            raise UploadRefused(
                f"{known} could not be stored ({error.strerror}); is the disk full?"
            ) from error
        finally:
            held.arriving -= 1
            if not target.exists():
                held.names.discard(known)  # it may be sent again
            partial.unlink(missing_ok=True)
        with held.lock:
            now = held.upload
            held.upload = replace(now, files=(*now.files, known), size=now.size + size)
            return held.upload

    def start(self, upload_id: str) -> Upload:
        """Close the upload and ingest it; from here on it will be done, whatever happens.

        Raises UploadRefused when it is closed already or holds no files.
        """
        held = self._held(upload_id)
        with held.lock:
            if held.upload.state != "receiving":
                raise UploadRefused("this upload has begun already")
            if not held.upload.files:
                raise UploadRefused("no file has arrived")
            held.upload = replace(held.upload, state="waiting")
        place = self._folder / upload_id
        upload = held.upload
        note = {"person": upload.person, "space": upload.space, "again": upload.again}
        write_whole(place / NOTE, json.dumps(note))
        self._enqueue(upload)
        return held.upload

    def read_again(self, person: str, space: str, originals: Mapping[str, Path]) -> Upload:
        """Read documents of a space anew, in turn with the uploads: their files by their names."""
        upload = replace(self.begin(person, space), again=True, files=tuple(originals))
        held = self._remember(upload)
        try:
            for name, original in originals.items():
                target = self._folder / upload.id / FILES / safe_name(name)
                target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                shutil.copyfile(original, target)
        except (OSError, UploadRefused) as error:
            self.abandon(upload.id)
            raise UploadRefused(f"{name} cannot be read again ({error})") from error
        return self.start(held.upload.id)

    def abandon(self, upload_id: str) -> None:
        """Throw away an upload that has not started."""
        held = self._held(upload_id)
        with held.lock:
            if held.upload.state != "receiving":
                raise UploadRefused("this upload has begun already")
            held.upload = replace(held.upload, state="failed", reason="given up")
        shutil.rmtree(self._folder / upload_id)

    def get(self, upload_id: str) -> Upload | None:
        """An upload as it is now; None when there is none of this id (any more)."""
        with self._lock:
            held = self._uploads.get(upload_id)
        return None if held is None else held.upload

    def open(self) -> int:
        """How many uploads are not read yet."""
        with self._lock:
            return sum(one.upload.state not in _ENDED for one in self._uploads.values())

    def of_space(self, space: str) -> list[Upload]:
        """The uploads into a space that are remembered, newest first."""
        with self._lock:
            known = [held.upload for held in self._uploads.values()]
        return [upload for upload in reversed(known) if upload.space == space]

    def close(self) -> None:
        """Wait for the file in hand, or its page; the rest is resumed by the next process."""
        self._turns.close()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _enqueue(self, upload: Upload) -> None:
        self._turns.wait(upload.id, upload.person)
        self._go_on()

    def _go_on(self) -> None:
        """Begin what there is room for now."""
        with suppress(RuntimeError):  # it is being closed; the next process goes on
            self._pool.submit(self._take_turn)

    def _take_turn(self) -> None:
        upload_id = self._turns.begin()
        if upload_id is None:
            return  # whoever makes room goes on
        try:
            self._ingest(upload_id)
        finally:
            self._turns.end(upload_id)
            self._go_on()

    def _size_of(self, person: str) -> int:
        """Bytes of a person's uploads that are not finished yet."""
        with self._lock:
            held = [one.upload for one in self._uploads.values()]
        return sum(one.size for one in held if one.person == person and one.state not in _ENDED)

    def _drop_idle(self) -> None:
        """Throw away uploads that were begun and left."""
        now = time.monotonic()
        with self._lock:
            idle = [
                one.upload.id
                for one in self._uploads.values()
                if one.upload.state == "receiving"
                and not one.arriving
                and now - one.touched > _IDLE_S
            ]
        for upload_id in idle:
            with suppress(UploadRefused, FileNotFoundError):  # begun or given up a moment ago
                self.abandon(upload_id)

    def _check_size(self, name: str, file: int, upload: int) -> None:
        if file > self._limits.file_bytes:
            raise UploadRefused(f"{name} is larger than {self._limits.file_bytes >> 20:,} MiB")
        if upload > self._limits.upload_bytes:
            raise UploadRefused(
                f"more than {self._limits.upload_bytes >> 20:,} MiB at once; upload the rest later"
            )

    def _remember(self, upload: Upload) -> _Held:
        held = _Held(upload)
        with self._lock:
            self._uploads[upload.id] = held
            ended = [key for key, one in self._uploads.items() if one.upload.state in _ENDED]
            for key in ended[: max(0, len(self._uploads) - _REMEMBERED)]:
                del self._uploads[key]
        return held

    def _held(self, upload_id: str) -> _Held:
        with self._lock:
            held = self._uploads.get(upload_id)
        if held is None:
            raise UploadRefused("there is no such upload")
        return held

    def _ingest(self, upload_id: str) -> None:
        held = self._held(upload_id)
        place = self._folder / upload_id

        def change(**values: object) -> None:
            with held.lock:
                held.upload = replace(held.upload, **values)  # type: ignore[arg-type]

        def show(progress: Progress) -> None:
            change(progress=progress)
            if progress.page is not None:
                if self._turns.to_scans(upload_id):
                    self._go_on()
                self._turns.wait_for_scan(upload_id)

        change(state="reading")
        try:
            statuses = self._statuses(held.upload, place / FILES, show)
            shutil.rmtree(place)
        except Closing:
            return  # the next process goes on
        except Exception as error:  # noqa: BLE001 -- the uploader is told, the files stay for resume
            change(state="failed", reason=_words(error))
            return
        missed = set(held.upload.files) - {status.document for status in statuses}
        skipped = tuple(
            FileStatus(name, held.upload.space, "rejected", "is a hidden or system file", None, 0)
            for name in sorted(missed)
        )
        change(state="done", statuses=(*statuses, *skipped), progress=None)

    def _statuses(
        self, upload: Upload, folder: Path, show: Callable[[Progress], None]
    ) -> Sequence[FileStatus]:
        if not upload.again:
            return self._home.ingest(
                [folder],
                space=upload.space,
                uploaded=True,
                person=upload.person,
                progress=show,
            ).documents
        statuses: list[FileStatus] = []
        for done, name in enumerate(upload.files):
            show(Progress(done, len(upload.files), 0, name))
            statuses.append(
                self._home.read_again(
                    upload.space, name, folder / safe_name(name), person=upload.person
                )
            )
        return statuses


_ENDED = ("done", "failed")


async def _large(pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The same bytes in pieces worth a call."""
    held = bytearray()
    async for piece in pieces:
        held += piece
        if len(held) >= _PIECE:
            yield bytes(held)
            held.clear()
    if held:
        yield bytes(held)


def safe_name(name: str) -> PurePosixPath:
    """The path below the upload's folder that a browser's file name stands for.

    Raises UploadRefused for one that leads out of it, is empty, hidden or too long.
    """
    parts = PurePosixPath(document_name(name.replace("\\", "/"))).parts
    if not parts or parts[0].startswith("/") or ".." in parts:
        raise UploadRefused(f"{name[:80]!r} is no usable file name")
    if any(is_hidden(part) for part in parts):
        raise UploadRefused(f"{name[:80]!r} is a hidden or system file")
    if any(len(part.encode("utf-8", "surrogatepass")) > _NAME_BYTES for part in parts):
        raise UploadRefused(f"{name[:80]!r}… is too long for a file name; rename it")
    return PurePosixPath(*parts)


def as_json(upload: Upload) -> dict[str, object]:
    """What the page is told of an upload."""
    plain = asdict(upload)
    del plain["person"]
    return plain


def _words(error: Exception) -> str:
    words = words_for(error)
    if words is None:
        log.error("an upload was not read: %s", without_words(error))
    return words or "an unexpected error; the server's log names it"
