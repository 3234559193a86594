"""What a record of the trail is: its kinds, its one way of being written, and the chain."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

FIRST_PREVIOUS = "0" * 64  # what the first record names as the line before it
_SIGNATURE = b',"signature":"'
_SIGNATURE_HEX = 128
_TAIL = len(_SIGNATURE) + _SIGNATURE_HEX + len(b'"}\n')


class TrailFault(Exception):
    """The trail is damaged, missing or cannot be read; nothing is answered until it is repaired."""


class TrailFull(TrailFault):
    """A record could not be written, so what it would have recorded was not done."""


class RecordKind(Enum):
    """What happened."""

    TRAIL_BEGUN = "trail-begun"
    TRAIL_OPENED = "trail-opened"  # a process began to write; with its settings
    TRAIL_CLOSED = "trail-closed"
    TRAIL_REPAIRED = "trail-repaired"  # a half-written line of a power cut was taken away
    CLOCK_SET_BACK = "clock-set-back"
    SETTINGS = "settings-changed"
    SIGNED_IN = "signed-in"
    SIGN_IN_FAILED = "sign-in-failed"
    SIGNED_OUT = "signed-out"
    PEOPLE = "people-changed"
    QUESTION = "question"
    PASSAGES = "passages"  # what the model was given, and the asker shown
    ANSWER = "answer"
    REFUSAL = "refusal"  # the documents do not hold the answer
    STOPPED = "answer-stopped"  # by the asker, or by a failure
    SEARCH = "search"
    SUMMARY = "summary"
    SOURCE_OPENED = "source-opened"
    INGEST = "ingest"  # written before the document is stored
    INGEST_FAILED = "ingest-failed"
    REINDEX = "reindex"  # all vectors are made anew
    MOVE = "move"  # of a document to another space
    DELETION = "deletion"
    DELETION_REFUSED = "deletion-refused"  # a hold
    DELETION_RECEIPT = "deletion-receipt"
    RETENTION = "retention-changed"
    TEXTS_ERASED = "texts-erased"  # of the trail, at the age that the settings name
    HOLD = "hold-changed"
    EXPORT = "export"
    CONVERSATION = "conversation-changed"  # erased by its person
    ACCESS_REFUSED = "access-refused"  # a signed-in person's request
    EGRESS = "egress-attempt"
    FILTERED = "filtered"  # by an input or output filter
    BATCH = "batch"
    BACKUP = "backup"
    SOURCES = "sources-changed"  # what is watched, and what somebody agreed to
    RESTORED = "restored"  # from a backup; with the documents that are deleted again


@dataclass(frozen=True, slots=True)
class RecordId:
    """A record's place, and the SHA-256 of its line."""

    seq: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Record:
    """One thing that happened; `time` is UTC, ISO 8601 with microseconds."""

    seq: int
    time: str
    kind: str  # a RecordKind's value; a later version may know more of them
    person: str
    data: Mapping[str, Any]
    previous: str  # SHA-256 of the line before


def canonical(value: Any) -> bytes:
    """The one way in which we write a JSON value; ASCII, keys sorted, no spaces."""
    return json.dumps(
        value, ensure_ascii=True, allow_nan=False, sort_keys=True, separators=(",", ":")
    ).encode("ascii")


def body_of(record: Record) -> bytes:
    """The part of a record's line that is signed."""
    return canonical(
        {
            "seq": record.seq,
            "time": record.time,
            "kind": record.kind,
            "person": record.person,
            "data": dict(record.data),
            "previous": record.previous,
        }
    )


def line_of(body: bytes, signature: bytes) -> bytes:
    """A record as it stands in the file: the signed body with its signature at the end."""
    return body[:-1] + _SIGNATURE + signature.hex().encode("ascii") + b'"}\n'


def split_line(line: bytes) -> tuple[bytes, bytes]:
    """The signed body and the signature of a line. Raises ValueError for anything else."""
    mark = len(line) - _TAIL
    if mark < 1 or line[mark : mark + len(_SIGNATURE)] != _SIGNATURE or line[-3:] != b'"}\n':
        raise ValueError("is no line of the trail")
    written = line[mark + len(_SIGNATURE) : -3]
    signature = bytes.fromhex(written.decode("ascii"))
    if signature.hex().encode("ascii") != written:
        raise ValueError("has a signature in another spelling")
    return line[:mark] + b"}", signature


def read_line(line: bytes) -> Record:
    """The record of a line, without judging its signature. Raises ValueError."""
    body, _ = split_line(line)
    try:
        value = json.loads(body)
        record = Record(**value)
        well_formed = (
            isinstance(record.seq, int)
            and isinstance(record.data, dict)
            and all(isinstance(getattr(record, n), str) for n in ("time", "kind", "person"))
            and body_of(record) == body
        )
    except (TypeError, RecursionError, AttributeError) as error:
        raise ValueError("is no record") from error
    if not well_formed:
        raise ValueError("is not written as the trail writes")
    return record


def sha256_of(line: bytes) -> str:
    """The hash by which the next record names this line."""
    return hashlib.sha256(line).hexdigest()
