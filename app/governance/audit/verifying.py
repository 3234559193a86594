"""Finds every record of a trail that was changed, removed, moved or cut off, and names it."""

from dataclasses import dataclass, field
from pathlib import Path

from app.governance.audit.head import FILE as HEAD_FILE
from app.governance.audit.head import Head, load_head
from app.governance.audit.keys import VerifyKey
from app.governance.audit.reading import file_name, files
from app.governance.audit.records import (
    FIRST_PREVIOUS,
    RecordKind,
    TrailFault,
    read_line,
    sha256_of,
    split_line,
)

_OURS = {HEAD_FILE, "lock"}
_MOST = 200  # problems that are named; after so many the file is another one


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that is not as it was written; `line` counts from 1, `seq` where it is known."""

    file: str
    line: int | None
    seq: int | None
    what: str

    def in_words(self) -> str:
        place = f", line {self.line}" if self.line else ""
        record = f" (record {self.seq})" if self.seq else ""
        return f"{self.file}{place}{record}: {self.what}"


@dataclass(frozen=True, slots=True)
class Verification:
    """What was found; the trail is whole where there are no problems."""

    records: int
    first: str  # times of the first and of the last record
    last: str
    key: str  # the id of the public key that it was verified with
    problems: list[Problem]
    notes: list[str] = field(default_factory=list)

    @property
    def whole(self) -> bool:
        return not self.problems


def verify(folder: Path, key: VerifyKey, kept: tuple[int, str] | None = None) -> Verification:
    """Verify the trail in `folder`, also while it is written.

    `kept` is a record's sequence number and hash that someone kept elsewhere. Without it, one
    change cannot be found here: all files put back together to an earlier state of theirs.
    """
    head: Head | None = None
    problems: list[Problem] = []
    try:
        head = load_head(folder, key)  # before the files, which may grow meanwhile
    except TrailFault as error:
        problems.append(Problem(HEAD_FILE, None, None, str(error)))
    # Each line holds the hash of the line before, so the signed head vouches for all up to the
    # one that it names; every record after that is looked at by its own signature. So are the
    # others where that does not come out.
    scan = _Scan(folder, key, head, kept, every_signature=False)
    scan.run()
    if scan.problems:
        thorough = _Scan(folder, key, head, kept, every_signature=True)
        thorough.run()
        scan = thorough if thorough.problems else scan
    problems += scan.problems[:_MOST]
    if len(scan.problems) > _MOST:
        problems.append(Problem("…", None, None, f"and {len(scan.problems) - _MOST} more"))
    return Verification(scan.count, scan.first, scan.last, key.id, problems, scan.notes)


class _Scan:
    """One way through all files."""

    def __init__(
        self,
        folder: Path,
        key: VerifyKey,
        head: Head | None,
        kept: tuple[int, str] | None,
        *,
        every_signature: bool,
    ) -> None:
        self._folder = folder
        self._key = key
        self._head = head
        self._kept = kept
        self._every = every_signature
        self.problems: list[Problem] = []
        self.notes: list[str] = []
        self.count = 0
        self.first = self.last = ""
        self._expected = 1
        self._previous = FIRST_PREVIOUS
        self._sure = True  # the line before was as it was written
        self._hashes: dict[int, str] = {}  # of the records that something outside names

    def run(self) -> None:
        wanted = {self._kept[0]} if self._kept else set()
        wanted |= {self._head.seq} if self._head else set()
        try:
            found = sorted(self._folder.iterdir())
        except OSError as error:
            self._problem(str(self._folder), None, None, f"cannot be read ({error.strerror})")
            return
        ours = files(self._folder)
        for path in found:
            if path.name not in _OURS and path not in ours:
                self._problem(path.name, None, None, "is no file of the trail")
        if not ours:
            self._problem(str(self._folder), None, None, "holds no trail")
        for path in ours:
            self._file(path, wanted, last=path == ours[-1])
        self._ends()

    def _file(self, path: Path, wanted: set[int], *, last: bool) -> None:
        if path.name != file_name(self._expected):
            self._problem(path.name, None, None, f"should be {file_name(self._expected)}")
        try:
            with path.open("rb") as opened:
                for number, line in enumerate(opened, 1):
                    if last and not line.endswith(b"\n") and self._may_be_half():
                        self.notes.append(
                            f"{path.name}, line {number}: half a record at the end, which is "
                            "being written or was cut off by a power cut"
                        )
                        break  # the rest of it may have come meanwhile
                    self._line(path.name, number, line, wanted)
        except OSError as error:
            self._problem(path.name, None, None, f"cannot be read ({error.strerror})")

    def _line(self, name: str, number: int, line: bytes, wanted: set[int]) -> None:
        self.count += 1
        try:
            if not line.endswith(b"\n"):
                raise ValueError("is cut off: half a record")
            record = read_line(line)
            body, signature = split_line(line)
        except ValueError as error:
            self._problem(name, number, self._expected, str(error))
            self._next(line, sure=False)
            return
        alone = self._every or self._beyond_the_head(record.seq)
        if alone and not self._key.signed("trail record", body, signature):
            self._problem(name, number, record.seq, "was changed, or not written by this trail")
            self._next(line, sure=False)
            return
        if record.seq > self._expected and (self._sure or record.seq > self._expected):
            gone = f"record {self._expected}"
            if record.seq - 1 > self._expected:
                gone = f"records {self._expected} to {record.seq - 1}"
            self._problem(name, number, record.seq, f"before it, {gone} is missing or elsewhere")
        elif record.seq < self._expected:
            self._problem(name, number, record.seq, "stands a second time, or in the wrong place")
        elif record.previous != self._previous and self._sure:
            self._problem(name, number, record.seq, "does not follow the line before it")
        if record.time < self.last and record.kind != RecordKind.CLOCK_SET_BACK.value:
            self._problem(name, number, record.seq, "is older than the record before it")
        if record.kind in {RecordKind.CLOCK_SET_BACK.value, RecordKind.TRAIL_REPAIRED.value}:
            self.notes.append(f"record {record.seq}, {record.time}: {record.kind} {record.data}")
        if record.seq in wanted:
            self._hashes[record.seq] = sha256_of(line)
        self.first = self.first or record.time
        self.last = record.time
        self._expected = record.seq
        self._next(line, sure=True)

    def _next(self, line: bytes, *, sure: bool) -> None:
        self._expected += 1
        self._previous = sha256_of(line)
        self._sure = sure

    def _may_be_half(self) -> bool:
        return self._head is not None and self._beyond_the_head(self._expected)

    def _beyond_the_head(self, seq: int) -> bool:
        """Whether the signed head says nothing of this record: written since, or by another."""
        return self._head is None or seq > self._head.seq

    def _ends(self) -> None:
        last = self._expected - 1
        for source, known in (
            ("the trail's signed end", self._head_pair()),
            ("the line kept", self._kept),
        ):
            if known is None:
                continue
            seq, sha256 = known
            if seq > last:
                gone = f"record {seq} is"
                if seq > last + 1:
                    gone = f"records {last + 1} to {seq} are"
                what = f"{gone} missing at the end: {source} names record {seq}"
                self._problem(_name(files(self._folder)), None, last + 1, what)
            elif seq and self._hashes.get(seq) != sha256:
                self._problem(_name(files(self._folder)), None, seq, f"is not what {source} says")

    def _head_pair(self) -> tuple[int, str] | None:
        return (self._head.seq, self._head.sha256) if self._head else None

    def _problem(self, file: str, line: int | None, seq: int | None, what: str) -> None:
        self.problems.append(Problem(file, line, seq, what))


def _name(paths: list[Path]) -> str:
    return paths[-1].name if paths else "the trail"
