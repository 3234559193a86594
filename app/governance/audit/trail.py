"""The trail's writer: appends signed records, each on disk before what it records is done."""

import fcntl
import os
import shutil
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from app.governance.audit.head import FILE as HEAD_FILE
from app.governance.audit.head import SIZE as HEAD_SIZE
from app.governance.audit.head import Head, read_head, same_folder
from app.governance.audit.keys import SigningKey
from app.governance.audit.reading import file_name, last_records
from app.governance.audit.records import (
    FIRST_PREVIOUS,
    Record,
    RecordId,
    RecordKind,
    TrailFault,
    TrailFull,
    body_of,
    line_of,
    read_line,
    sha256_of,
    split_line,
)
from app.governance.audit.texts import Texts
from vectorstore.disk import sync_folder, write_whole

ROTATE_BYTES = 64 << 20

Clock = Callable[[], datetime]


def _now() -> datetime:
    return datetime.now(UTC)


class Trail:
    """One trail, open for appending; safe to use from many threads, beside other processes.

    Every record is signed, and names the hash of the line before it. A signed head says which is
    the last. There is no way to record nothing: what cannot be written is refused.
    """

    def __init__(
        self, folder: Path, key: SigningKey, texts: Texts, rotate_bytes: int, clock: Clock
    ) -> None:
        """Use `Trail.begin` and `Trail.open`."""
        self.folder = folder
        self.key = key
        self.texts = texts
        self._rotate = rotate_bytes
        self._clock = clock
        # Told of each record that this process has written; they may not fail.
        self.watchers: list[Callable[[RecordKind, Mapping[str, Any]], None]] = []
        self._lock = threading.Lock()
        self._closed = False
        self._last_time = ""
        self._file: int | None = None
        try:
            self._folder = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
            self._gate = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
            self._head_file = os.open(folder / HEAD_FILE, os.O_RDWR)
        except OSError as error:
            raise TrailFault(
                f"The audit trail {folder} cannot be opened ({error.strerror}: "
                f"{error.filename}). Put it back from a backup, or begin another with "
                "`strongroom audit renew`, which says so in the new one."
            ) from error

    @classmethod
    def begin(cls, folder: Path, key: SigningKey, data: Mapping[str, Any]) -> None:
        """Make a trail in `folder`, which must not be there or be empty.

        It is there whole or not at all. Raises TrailFault.
        """
        made = folder.with_name(f"{folder.name}.new")
        try:
            if folder.exists() and any(folder.iterdir()):
                raise TrailFault(f"{folder} holds files already; a trail begins in an empty folder")
            if made.exists():  # of a process that died here; nothing was ever recorded in it
                shutil.rmtree(made)
            made.mkdir(parents=True, mode=0o700)
            head = Head(key.public.id, file_name(1), 0, FIRST_PREVIOUS, 0, "")
            for name, content in ((file_name(1), b""), (HEAD_FILE, head.written(key))):
                write_whole(made / name, content)
            trail = cls.open(made, key)
            try:
                begun = {"format": 1, "public_key": key.public.pem(), **data}
                trail.record(RecordKind.TRAIL_BEGUN, person="", data=begun)
            finally:
                trail.close()
            os.rename(made, folder)
            sync_folder(folder.parent)
        except OSError as error:
            raise TrailFull(
                f"The audit trail {folder} cannot be made ({error.strerror})."
            ) from error

    @classmethod
    def open(
        cls,
        folder: Path,
        key: SigningKey,
        *,
        texts: Texts | None = None,
        rotate_bytes: int = ROTATE_BYTES,
        clock: Clock = _now,
    ) -> "Trail":
        """Open the trail in `folder` and check its end. Raises TrailFault."""
        trail = cls(folder, key, texts or Texts("full", key), rotate_bytes, clock)
        try:
            with trail._alone():
                trail._catch_up()
        except BaseException:
            trail._release()
            raise
        return trail

    def record(self, kind: RecordKind, *, person: str, data: Mapping[str, Any]) -> RecordId:
        """Append a record; it is on disk on return.

        `data` is plain JSON. Raises TrailFull if it cannot be written (then nothing was) and
        TrailFault if the trail is not what it was: what should be recorded must not be done.
        """
        with self._alone():
            head = self._catch_up()
            now = self._clock().astimezone(UTC)
            told = now.isoformat(timespec="microseconds")
            if told < self._last_time:
                back = (datetime.fromisoformat(self._last_time) - now).total_seconds()
                head = self._append(
                    head, RecordKind.CLOCK_SET_BACK, "", {"seconds": round(back, 6)}, told
                )
            head = self._append(head, kind, person, data, told)
        for noted in self.watchers:
            noted(kind, data)
        return RecordId(head.seq, head.sha256)

    def tail(self, count: int) -> list[Record]:
        """The last `count` records, the newest last."""
        return last_records(self.folder, count)

    def head(self) -> Head:
        """The trail's end now."""
        with self._alone():
            return self._catch_up()

    def close(self) -> None:
        """Let go of the files."""
        with self._lock:
            if not self._closed:
                self._release()

    # All below happens with the lock.

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Keep other threads and processes from writing."""
        with self._lock:
            if self._closed:
                raise TrailFault("The audit trail has been closed.")
            if not same_folder(self._folder, self.folder):
                raise TrailFault(
                    f"The audit trail {self.folder} has been moved, replaced or deleted while it "
                    "was in use. Nothing is answered until it is back and this process restarted."
                )
            fcntl.flock(self._gate, fcntl.LOCK_EX)
            try:
                yield
            finally:
                fcntl.flock(self._gate, fcntl.LOCK_UN)

    def _catch_up(self) -> Head:
        """The head, after what another process wrote, or left half written."""
        if not same_folder(self._head_file, self.folder / HEAD_FILE):
            raise TrailFault(f"The signed end of the audit trail {self.folder} was replaced.")
        head = read_head(os.pread(self._head_file, HEAD_SIZE + 1, 0), self.key.public)
        path = self.folder / head.file
        if self._file is None or not same_folder(self._file, path):
            if self._file is not None:
                os.close(self._file)
            try:
                self._file = os.open(path, os.O_RDWR | os.O_APPEND)
            except OSError as error:
                self._file = None
                raise TrailFault(
                    f"The audit trail's file {path} is missing ({error.strerror})."
                ) from error
        self._last_time = head.time
        size = os.fstat(self._file).st_size
        if size < head.size:
            raise TrailFault(
                f"The audit trail's file {path} is shorter than its signed end says: records are "
                "missing. `strongroom audit verify` names them."
            )
        if size > head.size:
            head = self._adopt(head, size)
        following = self.folder / file_name(head.seq + 1)
        if following.exists() and following.stat().st_size:
            # Its first record was written, and the process died before the head was.
            head = self._next_file(head)
            head = self._adopt(head, os.fstat(self._file).st_size)
        return head

    def _adopt(self, head: Head, size: int) -> Head:
        """Take over what a process wrote whose end came before it could sign the new head."""
        assert self._file is not None
        beyond = os.pread(self._file, size - head.size, head.size)
        whole, _, torn = beyond.rpartition(b"\n")
        for line in (whole + b"\n").splitlines(keepends=True) if whole else ():
            try:
                record, (body, signature) = read_line(line), split_line(line)
            except ValueError as error:
                raise TrailFault(_foreign(self.folder / head.file)) from error
            follows = (record.seq, record.previous) == (head.seq + 1, head.sha256)
            if not follows or not self.key.public.signed("trail record", body, signature):
                raise TrailFault(_foreign(self.folder / head.file))
            head = Head(
                head.trail,
                head.file,
                record.seq,
                sha256_of(line),
                head.size + len(line),
                record.time,
            )
            self._last_time = head.time
            os.pwrite(self._head_file, head.written(self.key), 0)
        if torn:
            os.ftruncate(self._file, head.size)
            now = max(self._clock().astimezone(UTC).isoformat(timespec="microseconds"), head.time)
            head = self._append(
                head,
                RecordKind.TRAIL_REPAIRED,
                "",
                {"bytes": len(torn), "sha256": sha256_of(torn)},
                now,
            )
        return head

    def _append(
        self, head: Head, kind: RecordKind, person: str, data: Mapping[str, Any], time: str
    ) -> Head:
        assert self._file is not None
        record = Record(head.seq + 1, time, kind.value, person, data, head.sha256)
        body = body_of(record)
        line = line_of(body, self.key.sign("trail record", body))
        full = head.size and head.size + len(line) > self._rotate
        start = self._next_file(head) if full else head
        following = Head(
            head.trail, start.file, record.seq, sha256_of(line), start.size + len(line), time
        )
        try:
            written = os.write(self._file, line)
            if written < len(line):
                os.write(self._file, line[written:])
            os.fsync(self._file)
            if os.fstat(self._file).st_size != following.size:
                raise OSError("only a part could be written")
            os.pwrite(self._head_file, following.written(self.key), 0)
        except OSError as error:
            # Back to what the head says, so that nothing half written is taken for a record.
            os.ftruncate(self._file, start.size)
            raise TrailFull(
                f"The audit trail {self.folder} cannot be written ({error.strerror or error}). "
                "Without it nothing is answered or changed: make room on its disk, then try again."
            ) from error
        self._last_time = time
        return following

    def _next_file(self, head: Head) -> Head:
        """Go on in a new file; its first record is the next one."""
        path = self.folder / file_name(head.seq + 1)
        try:
            # One that is there already is of a process that died before it wrote into it.
            opened = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
        except OSError as error:
            raise TrailFull(
                f"The audit trail cannot go on in {path} ({error.strerror})."
            ) from error
        sync_folder(self.folder)
        if self._file is not None:
            os.close(self._file)
        self._file = opened
        return Head(head.trail, path.name, head.seq, head.sha256, 0, head.time)

    def _release(self) -> None:
        self._closed = True
        if self._file is not None:
            os.close(self._file)
        for descriptor in (self._head_file, self._gate, self._folder):
            os.close(descriptor)


def _foreign(path: Path) -> str:
    return (
        f"The audit trail's file {path} has been changed by another program. Nothing is recorded "
        "or answered until that is understood: `strongroom audit verify` names the place."
    )
