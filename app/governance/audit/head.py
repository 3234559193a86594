"""The trail's signed end: which record is the last, so that cutting some off is noticed."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from app.governance.audit.keys import SigningKey, VerifyKey
from app.governance.audit.records import TrailFault, canonical

FILE = "head"
SIZE = 512  # one sector: a power cut leaves the old one or the new one
LINE = "strongroom-head-1"


@dataclass(frozen=True, slots=True)
class Head:
    """The last record, and the length of its file up to it."""

    trail: str
    file: str
    seq: int
    sha256: str
    size: int
    time: str

    def written(self, key: SigningKey) -> bytes:
        """As it stands in its file, which always has the same length."""
        content = canonical(asdict(self))
        signature = key.sign("trail head", content).hex().encode("ascii")
        return (signature + b" " + content).ljust(SIZE - 1) + b"\n"

    def line(self, key: SigningKey) -> str:
        """One line for someone to keep elsewhere: what came before it cannot be cut off unseen."""
        said = f"{LINE} {self.trail} {self.seq} {self.sha256}"
        return f"{said} {key.sign('trail head line', said.encode()).hex()}"


def read_head(content: bytes, key: VerifyKey) -> Head:
    """The head in `content`. Raises TrailFault unless it is just what `key`'s owner wrote."""
    signature, _, body = content.rstrip().partition(b" ")
    try:
        if not key.signed("trail head", body, bytes.fromhex(signature.decode("ascii"))):
            raise ValueError("signature")
        head = Head(**json.loads(body))
        spelt = signature + b" " + canonical(asdict(head))
        if spelt.ljust(SIZE - 1) + b"\n" != content or signature != signature.lower():
            raise ValueError("spelling")
    except (ValueError, TypeError) as error:
        raise TrailFault("the trail's signed end has been changed or is damaged") from error
    return head


def load_head(folder: Path, key: VerifyKey) -> Head:
    """The head of the trail in `folder`; raises TrailFault."""
    fault: TrailFault | None = None
    for _ in range(3):  # it may be in the middle of being written
        try:
            content = (folder / FILE).read_bytes()
        except OSError as error:
            raise TrailFault(f"the trail's signed end {folder / FILE} is missing") from error
        try:
            return read_head(content, key)
        except TrailFault as error:
            fault = error
    raise fault or TrailFault("unreachable")


def kept_line(text: str, key: VerifyKey) -> tuple[int, str]:
    """Sequence number and hash of a line that `Head.line` made. Raises TrailFault."""
    said, _, signature = text.strip().rpartition(" ")
    parts = said.split()
    try:
        genuine = key.signed("trail head line", said.encode(), bytes.fromhex(signature))
        if not genuine or len(parts) != 4 or parts[0] != LINE:
            raise ValueError
        return int(parts[2]), parts[3]
    except ValueError as error:
        raise TrailFault("that line was not printed by `strongroom audit head` here") from error


def same_folder(descriptor: int, path: Path) -> bool:
    """Whether an open file or folder is still the one at `path`."""
    try:
        there = os.stat(path)
    except OSError:
        return False
    here = os.fstat(descriptor)
    return (here.st_dev, here.st_ino) == (there.st_dev, there.st_ino)
