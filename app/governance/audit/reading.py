"""Reads a trail, also while another process writes it; judges signatures where asked to."""

from collections.abc import Iterator
from pathlib import Path

from app.governance.audit.keys import VerifyKey
from app.governance.audit.records import Record, TrailFault, read_line, split_line

_PREFIX, _SUFFIX = "trail-", ".jsonl"
_BLOCK = 1 << 16


def file_name(first: int) -> str:
    """The file that begins with the record of this sequence number."""
    return f"{_PREFIX}{first:012d}{_SUFFIX}"


def files(folder: Path) -> list[Path]:
    """The trail's files in order."""
    return sorted(folder.glob(f"{_PREFIX}*{_SUFFIX}"))


def records(
    folder: Path,
    *,
    since: str = "",
    until: str = "",
    kind: str = "",
    signed_by: VerifyKey | None = None,
) -> Iterator[Record]:
    """All records in order, or those with `since` <= time < `until`, both ISO 8601 in UTC, and of
    a kind.

    Raises TrailFault at a line that is no record, and at one of those that the key `signed_by` did
    not sign; a last one that is still being written is none.
    """
    for path in files(folder):
        with path.open("rb") as opened:
            for number, line in enumerate(opened, 1):
                if not line.endswith(b"\n"):
                    return
                place = f"{path.name}, line {number}"
                record = _read(place, line)
                within = record.time >= since and (not until or record.time < until)
                if within and kind in ("", record.kind):
                    _judge(place, line, signed_by)
                    yield record


def last_records(folder: Path, count: int) -> list[Record]:
    """The last `count` records, the newest last; reads no more of the files than it takes."""
    found: list[Record] = []
    for path in reversed(files(folder)):
        for line in _lines_backwards(path):
            if len(found) >= count:
                break
            found.append(_read(f"{path.name}: a line", line))
    return found[::-1]


def newest(folder: Path, kind: str) -> Record | None:
    """The last record of a kind, looked for from the end. Raises TrailFault."""
    mark = f'"kind":"{kind}"'.encode("ascii")
    for path in reversed(files(folder)):
        for line in _lines_backwards(path):
            if mark in line:
                record = _read(f"{path.name}: a line", line)
                if record.kind == kind:
                    return record
    return None


def holding(folder: Path, text: str, signed_by: VerifyKey) -> Iterator[Record]:
    """The records whose line holds this ASCII text, such as an id.

    Raises TrailFault at one that the key `signed_by` did not sign.
    """
    mark = text.encode("ascii", "replace")
    for path in files(folder):
        with path.open("rb") as opened:
            for number, line in enumerate(opened, 1):
                if mark in line and line.endswith(b"\n"):
                    place = f"{path.name}, line {number}"
                    record = _read(place, line)
                    _judge(place, line, signed_by)
                    yield record


def _read(place: str, line: bytes) -> Record:
    try:
        return read_line(line)
    except ValueError as error:
        raise TrailFault(f"{place} {error}; run `strongroom audit verify`") from error


def _judge(place: str, line: bytes, key: VerifyKey | None) -> None:
    if key is not None and not key.signed("trail record", *split_line(line)):
        raise TrailFault(
            f"{place} was changed, or not written by this trail; run `strongroom audit verify`"
        )


def _lines_backwards(path: Path) -> Iterator[bytes]:
    """Whole lines of a file, the last first."""
    with path.open("rb") as opened:
        place = opened.seek(0, 2)
        rest = b""
        first = True
        while place:
            size = min(_BLOCK, place)
            place -= size
            opened.seek(place)
            parts = (opened.read(size) + rest).split(b"\n")
            rest = parts[0]
            for part in reversed(parts[1:]):
                if first:  # what follows the last line end: nothing, or half a line
                    first = False
                    continue
                yield part + b"\n"
        if rest and not first:
            yield rest + b"\n"
