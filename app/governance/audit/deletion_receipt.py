"""The receipt of a deletion: what was taken away, where was looked for more, what was found."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from app.governance.audit.keys import SigningKey, VerifyKey
from app.governance.audit.records import canonical


@dataclass(frozen=True, slots=True)
class Leftover:
    """A file in which words of the document were found, and why they are there."""

    file: str
    pieces: int  # of its sentences or vectors
    why: str
    expected: bool  # by a rule, or because another document says the same


@dataclass(frozen=True, slots=True)
class Receipt:
    """Signed; `gone` is true when nothing was found that no rule explains."""

    id: str
    time: str
    person: str
    reason: str
    space: str
    document: str
    sha256: str
    pages: int | None
    removed: Mapping[str, int]  # chunks, vectors, and by place what was taken away there
    searched: Mapping[str, Any]  # files, bytes, sentences, vectors, forms; unreadable, not_searched
    found: Sequence[Leftover]
    gone: bool
    backups: str = ""  # which may still hold it, and until when
    key: str = ""
    signature: str = ""

    def signed(self, key: SigningKey) -> "Receipt":
        """The same with the trail's signature."""
        said = {**asdict(self), "key": key.public.id, "signature": ""}
        said["signature"] = key.sign("deletion receipt", canonical(said)).hex()
        return Receipt(**said)


def verify_receipt(said: Mapping[str, Any], key: VerifyKey) -> bool:
    """Whether a receipt, read from its JSON, is as it was issued."""
    try:
        signature = bytes.fromhex(said["signature"])
    except (KeyError, TypeError, ValueError):
        return False
    return key.signed("deletion receipt", canonical({**said, "signature": ""}), signature)


@dataclass(frozen=True, slots=True)
class Removal:
    """What became of one name given to `remove`; a receipt is there where it was removed."""

    document: str
    space: str
    removed: bool
    reason: str
    receipt: dict[str, Any] | None = field(default=None, compare=False)
