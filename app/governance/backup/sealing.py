"""A backup under a passphrase: scrypt, then AES-256-GCM in pieces, each in its place.

The pieces are numbered and the last one is marked (the construction STREAM), so that none can be
changed, moved, left out or cut off without notice.
"""

import os
import struct
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from app.governance.backup.contents import BackupFault

MAGIC = b"strongroom-sealed-backup-1\n"
SHORTEST = 12  # characters of a passphrase
PIECE = 1 << 20
_COST, _LARGEST_COST = 17, 20  # powers of two: 128 MiB of memory and about half a second
_HEADER = struct.Struct(">B16s7s")  # cost, salt, start of every nonce
_TAG = 16


class Sealing:
    """A file to write to, whose content comes out sealed; `finish` has to be called."""

    def __init__(self, out: BinaryIO, passphrase: str) -> None:
        salt, self._prefix = os.urandom(16), os.urandom(7)
        header = _HEADER.pack(_COST, salt, self._prefix)
        self._cipher = AESGCM(_key(passphrase, salt, _COST))
        self._about = MAGIC + header
        self._out = out
        self._held = bytearray()
        self._number = 0
        out.write(self._about)

    def write(self, data: bytes) -> int:
        self._held += data
        while len(self._held) > PIECE:  # at least one byte stays for the last piece
            self._piece(bytes(self._held[:PIECE]), last=False)
            del self._held[:PIECE]
        return len(data)

    def finish(self) -> None:
        """Write the last piece."""
        self._piece(bytes(self._held), last=True)

    def _piece(self, data: bytes, *, last: bool) -> None:
        nonce = _nonce(self._prefix, self._number, last)
        self._out.write(self._cipher.encrypt(nonce, data, self._about))
        self._number += 1


class Opening:
    """A file to read from what `Sealing` wrote. Raises BackupFault where it is not that."""

    def __init__(self, sealed: BinaryIO, passphrase: str) -> None:
        """`sealed` stands at its start."""
        header = sealed.read(len(MAGIC) + _HEADER.size)
        if len(header) < len(MAGIC) + _HEADER.size:
            raise BackupFault("the backup is cut off in its first line")
        cost, salt, self._prefix = _HEADER.unpack(header[len(MAGIC) :])
        if not 10 <= cost <= _LARGEST_COST:
            raise BackupFault("the backup's first line was changed")
        self._cipher = AESGCM(_key(passphrase, salt, cost))
        self._about = header
        self._sealed = sealed
        self._next = sealed.read(PIECE + _TAG)
        self._number = 0
        self._held = b""
        self._place = 0
        self._ended = False

    def read(self, size: int = -1) -> bytes:
        found = bytearray()
        while size < 0 or len(found) < size:
            if self._place == len(self._held):
                if self._ended:
                    break
                self._open_next()
                continue
            end = len(self._held) if size < 0 else self._place + size - len(found)
            found += self._held[self._place : end]
            self._place = min(len(self._held), end)
        return bytes(found)

    def _open_next(self) -> None:
        piece, self._next = self._next, self._sealed.read(PIECE + _TAG)
        last = not self._next
        try:
            nonce = _nonce(self._prefix, self._number, last)
            self._held = self._cipher.decrypt(nonce, piece, self._about)
        except (InvalidTag, ValueError) as error:
            raise BackupFault(
                "the passphrase is not the one of this backup, or the backup was changed"
                if self._number == 0
                else "the backup was changed or is cut off"
            ) from error
        self._number += 1
        self._place = 0
        self._ended = last


def passphrase_in(file: Path) -> str:
    """The first line of a file. Raises BackupFault for one that is too short to protect."""
    try:
        line = file.read_text("utf-8").split("\n", 1)[0].rstrip("\r")
    except (OSError, UnicodeError) as error:
        raise BackupFault(f"the passphrase cannot be read from {file} ({error})") from error
    if len(line) < SHORTEST:
        raise BackupFault(
            f"the first line of {file} is no passphrase: it needs {SHORTEST} characters or more"
        )
    return line


def is_sealed(file: BinaryIO) -> bool:
    """Whether a file, which stands at its start afterwards, is under a passphrase."""
    start = file.read(len(MAGIC))
    file.seek(0)
    return start == MAGIC


def _nonce(prefix: bytes, number: int, last: bool) -> bytes:
    return prefix + struct.pack(">IB", number, last)


def _key(passphrase: str, salt: bytes, cost: int) -> bytes:
    derive: Callable[[bytes], bytes] = Scrypt(salt=salt, length=32, n=1 << cost, r=8, p=1).derive
    return derive(passphrase.encode("utf-8"))
