"""The one file of a backup: written in one go, and read from its start to its end."""

import errno
import hashlib
import io
import shutil
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any, BinaryIO, cast

from app.data_folder.layout import LAYOUT, DataFolder
from app.governance.audit.keys import VerifyKey
from app.governance.backup.contents import (
    DATA,
    MANIFEST,
    SETTINGS,
    SIGNATURE,
    BackupFault,
    HeldFile,
    Manifest,
    is_safe,
    manifest_of,
    read_manifest,
)
from app.governance.backup.sealing import Opening, Sealing, is_sealed
from ingest.sandbox.calling import CallRefused, call_confined
from vectorstore.disk import open_new, sync_file

_LARGEST_LIST = 1 << 28  # bytes of the list of contents
_PIECE = 1 << 20
_SPARE = 64 << 20  # bytes of a disk that a restore leaves free
_LARGEST_HEADER = 1 << 20  # bytes of what stands before a file: we write a long name, or a size
_BEFORE_A_FILE = (
    *(tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE),
    *(tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK),
)
_VERIFY_MIB = 4096  # scrypt takes up to 1 GiB, and the list of what a backup holds as much
_VERIFY_SECONDS, _SLOWEST = 120.0, 2e6  # and one more second for so many bytes


class Writer:
    """Adds files to a backup and lists them."""

    def __init__(self, archive: tarfile.TarFile, out: "_HashingOut") -> None:
        self._archive = archive
        self._out = out
        self.files: list[HeldFile] = []

    def add(self, path: str, opened: BinaryIO, size: int) -> None:
        """The first `size` bytes of an open file. Raises BackupFault if it has fewer."""
        hashing = _Hashing(opened)
        try:
            self._archive.addfile(_entry(path, size), cast("io.BufferedReader", hashing))
        except OSError as error:
            if error.errno is None:  # tarfile's own: the file became shorter
                raise BackupFault(
                    f"{path} became shorter while it was copied; begin again"
                ) from error
            raise
        self.files.append(HeldFile(path, hashing.digest.hexdigest(), size))

    def add_bytes(self, path: str, content: bytes) -> None:
        self.add(path, io.BytesIO(content), len(content))

    @property
    def sha256(self) -> str:
        """Of the whole file, after the block of `writing`."""
        return self._out.digest.hexdigest()

    def finish(self, manifest: bytes, signature: bytes) -> None:
        for name, content in ((MANIFEST, manifest), (SIGNATURE, signature)):
            self._archive.addfile(_entry(name, len(content)), io.BytesIO(content))


@contextmanager
def writing(partial: Path, passphrase: str | None) -> Iterator[Writer]:
    """A new file at `partial`, on disk when the block ends; raises BackupFault."""
    with open_new(partial) as file:
        out = _HashingOut(file)
        sealing = Sealing(cast("BinaryIO", out), passphrase) if passphrase else None
        with tarfile.open(
            fileobj=cast("BinaryIO", sealing or out), mode="w|", format=tarfile.PAX_FORMAT
        ) as archive:
            writer = Writer(archive, out)
            yield writer
        if sealing:
            sealing.finish()
        sync_file(file)


def verify(file: Path, passphrase: str | None, key: VerifyKey | None) -> Manifest:
    """Read the whole backup, and compare all of it with its signed list. Raises BackupFault.

    A process of its own reads it, with limits: until its signature is known, anybody may have
    written it.
    """
    try:
        size = file.stat().st_size
    except OSError as error:
        raise BackupFault(f"{file} cannot be read ({error.strerror or error})") from error
    try:
        said = call_confined(
            verify_here,
            readable=[file],
            memory_mib=_VERIFY_MIB,
            seconds=_VERIFY_SECONDS + size / _SLOWEST,
            file=str(file.absolute()),
            passphrase=passphrase,
            key=key.pem() if key else None,
        )
    except CallRefused as refused:
        if refused.kind == BackupFault.__name__:
            raise BackupFault(str(refused)) from None
        raise BackupFault(
            f"{file} {refused}: it is damaged or hostile; copy it once more"
        ) from None
    return manifest_of(said)


def verify_here(file: str, passphrase: str | None, key: str | None) -> dict[str, Any]:
    """What `verify` asks its process; the manifest's fields."""
    known = VerifyKey.from_pem(key.encode(), "the key") if key else None
    return asdict(_verified(Path(file), passphrase, known))


def _verified(file: Path, passphrase: str | None, key: VerifyKey | None) -> Manifest:
    found: list[HeldFile] = []
    ends: dict[str, bytes] = {}
    with _reading(file, passphrase) as archive:
        for member, opened in _members(archive):
            if member.name in (MANIFEST, SIGNATURE):
                if member.size > _LARGEST_LIST or member.name in ends:
                    raise BackupFault(f"{file} is no backup: {member.name} is not as we write it")
                ends[member.name] = opened.read()
                continue
            if ends:
                raise BackupFault(f"{file} was changed: {member.name} stands after its list")
            hashing = _Hashing(opened)
            while hashing.read(_PIECE):
                pass
            found.append(HeldFile(member.name, hashing.digest.hexdigest(), member.size))
    if set(ends) != {MANIFEST, SIGNATURE}:
        raise BackupFault(f"{file} is cut off: the list of what it holds is missing at its end")
    manifest = read_manifest(ends[MANIFEST], ends[SIGNATURE], key)
    wanted = {held.path: held for held in manifest.files}
    there = {held.path: held for held in found}
    wrong = sorted(path for path in {*wanted, *there} if wanted.get(path) != there.get(path))
    if wrong or len(there) != len(found):
        raise BackupFault(
            f"{file} was changed: {', '.join(wrong[:5]) or 'a file is there twice'} is not as the "
            "signed list says"
        )
    return manifest


def unpack(file: Path, passphrase: str | None, manifest: Manifest, into: Path) -> None:
    """Write the data folder's files of a verified backup below `into`. Raises BackupFault.

    What is unpacked is compared with the list once more: the file may have been exchanged.
    """
    free = shutil.disk_usage(into).free
    if free < manifest.size + _SPARE:
        raise BackupFault(
            f"{into.parent} has {free / 1e6:,.0f} MB free, and the backup needs "
            f"{(manifest.size + _SPARE) / 1e6:,.0f} MB: make room, or restore elsewhere with --to"
        )
    wanted = {held.path: held for held in manifest.files}
    with _reading(file, passphrase) as archive:
        for member, opened in _members(archive):
            if member.name in (MANIFEST, SIGNATURE):
                continue
            held = wanted.pop(member.name, None)
            if held is None:
                raise BackupFault(f"{file} was changed while it was restored; begin again")
            # Of an earlier restore: older backups have it.
            if member.name == f"{DATA}{LAYOUT.restored_settings}":
                continue
            if _write(_target(member.name, into), opened) != held.sha256:
                raise BackupFault(f"{file} was changed while it was restored; begin again")
    if wanted:
        raise BackupFault(f"{file} was cut off while it was restored; begin again")


def _target(name: str, into: Path) -> Path:
    if name == SETTINGS:  # which settings count is not for a backup to say
        return DataFolder(into).restored_settings
    return into / name.removeprefix(DATA)


def _write(target: Path, opened: BinaryIO) -> str:
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    digest = hashlib.sha256()
    with open_new(target) as out:
        while data := opened.read(_PIECE):
            digest.update(data)
            out.write(data)
        sync_file(out)
    return digest.hexdigest()


@contextmanager
def _reading(file: Path, passphrase: str | None) -> Iterator[tarfile.TarFile]:
    try:
        with file.open("rb") as opened:
            sealed = is_sealed(opened)
            if sealed and not passphrase:
                raise BackupFault(f"{file} is under a passphrase: give --passphrase-file")
            source: object = Opening(opened, passphrase) if sealed and passphrase else opened
            with tarfile.open(
                fileobj=cast("BinaryIO", source), mode="r|", tarinfo=_Entry
            ) as archive:
                yield archive
            if isinstance(source, Opening):
                while source.read(_PIECE):  # to its marked end
                    pass
    except (tarfile.TarError, RecursionError) as error:
        raise BackupFault(
            f"{file} is cut off, damaged or no backup of ours ({error}); copy it once more"
        ) from error
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise BackupFault(
                "the disk is full; nothing was restored. Make room and begin again"
            ) from error
        raise BackupFault(f"{file} cannot be read ({error.strerror or error})") from error


def _members(archive: tarfile.TarFile) -> Iterator[tuple[tarfile.TarInfo, BinaryIO]]:
    """Plain files with plain names; anything else is no backup of ours."""
    seen: set[str] = set()
    for member in archive:
        name = member.name
        ours = name in (MANIFEST, SIGNATURE, SETTINGS) or name.startswith(DATA)
        if not ours or not is_safe(name) or name in seen:
            raise BackupFault(f"the file is no backup of ours: it holds {name!r}")
        if member.type not in (tarfile.REGTYPE, tarfile.AREGTYPE) or member.sparse is not None:
            raise BackupFault(f"the file is no backup of ours: {name!r} is not a plain file")
        seen.add(name)
        opened = archive.extractfile(member)
        assert opened is not None  # of a plain file
        yield member, cast("BinaryIO", opened)


def _entry(path: str, size: int) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(path)
    entry.size, entry.mode, entry.mtime = size, 0o600, 0
    return entry


class _Entry(tarfile.TarInfo):
    """An entry of an archive; what stands before it is not read where it is large.

    tarfile reads all of it into memory, and says that subclasses may decide what becomes of it.
    """

    def _proc_member(self, archive: tarfile.TarFile) -> tarfile.TarInfo:
        if self.type in _BEFORE_A_FILE and self.size > _LARGEST_HEADER:
            raise tarfile.ReadError(f"{self.size:,} bytes before a file")
        processed: tarfile.TarInfo = super()._proc_member(archive)  # type: ignore[misc]
        return processed


class _Hashing:
    """A file whose bytes are hashed as they are read."""

    def __init__(self, opened: BinaryIO) -> None:
        self._opened = opened
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        data = self._opened.read(size)
        self.digest.update(data)
        return data


class _HashingOut:
    """A file whose bytes are hashed as they are written."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.digest = hashlib.sha256()

    def write(self, data: bytes) -> int:
        self.digest.update(data)
        return self._file.write(data)
