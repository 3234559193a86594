"""The file of a bundle: writes a tar that is the same for the same contents, and verifies one."""

import hashlib
import io
import os
import tarfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from app.governance.bundle.contents import (
    UNLISTED,
    BundleFault,
    Manifest,
    digest_of,
    find_faults,
    refuse,
    trusted_manifest,
)
from vectorstore.disk import replacing

_MADE = 315532800  # 1980-01-01: the same for every bundle
_LARGEST_HEAD = 1 << 26  # of the manifest and what signs it, bytes


def write_tar(out: Path, folder: str, contents: Mapping[str, Path | bytes]) -> None:
    """Write `contents`, by path, below `folder`; what vouches for the rest comes first.

    The file appears whole or not at all. Raises BundleFault.
    """
    order = [name for name in UNLISTED if name in contents]
    order += sorted(name for name in contents if name not in UNLISTED)
    try:
        with (
            replacing(out, mode=None) as partial,
            tarfile.open(partial, "w", format=tarfile.PAX_FORMAT) as archive,
        ):
            for name in order:
                _add(archive, f"{folder}/{name}", contents[name])
    except OSError as error:
        raise BundleFault(f"{out} cannot be written ({error.strerror or error})") from error


def verify_tar(file: Path, expected: str | None) -> tuple[Manifest, str]:
    """The manifest of a bundle and the fingerprint of its key, once all of it is right.

    Nothing is unpacked. Raises BundleFault.
    """
    try:
        with tarfile.open(file, "r:") as archive:
            return _verify(archive, expected)
    except (tarfile.TarError, EOFError) as error:
        raise BundleFault(
            f"{file} is cut off, or no bundle ({error}); copy it once more"
        ) from error
    except OSError as error:
        raise BundleFault(f"{file} cannot be read ({error.strerror or error})") from error


def _verify(archive: tarfile.TarFile, expected: str | None) -> tuple[Manifest, str]:
    head: dict[str, bytes] = {}
    found: list[tuple[str, str, int]] = []
    seen: set[str] = set()
    for path, member in _members(archive):
        if path in seen:
            refuse([f"{path} is there twice"])
        seen.add(path)
        opened = archive.extractfile(member) if member.isreg() else None
        if opened is None:
            found.append((path, "", 0))
        elif path in UNLISTED and member.size <= _LARGEST_HEAD:
            head[path] = opened.read()
        else:
            found.append((path, *digest_of(opened)))

    def read(name: str) -> bytes:
        if name not in head:
            raise BundleFault(f"{name} is missing: this is no bundle, or the start of it is lost")
        return head[name]

    manifest, signed_by = trusted_manifest(read, expected)
    refuse(find_faults(manifest, found))
    return manifest, signed_by


def _members(archive: tarfile.TarFile) -> Iterator[tuple[str, tarfile.TarInfo]]:
    """Each member with its path below the one folder that all lie in."""
    top = ""
    for member in archive:
        folder, _, path = member.name.partition("/")
        top = top or folder
        if member.isdir():
            continue
        if folder != top or not path:
            refuse([f"{member.name} lies outside the bundle's folder {top}"])
        yield path, member


def _add(archive: tarfile.TarFile, name: str, content: Path | bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.mtime = _MADE
    entry.mode = 0o755 if name.endswith(".sh") else 0o644
    if isinstance(content, bytes):
        entry.size = len(content)
        archive.addfile(entry, io.BytesIO(content))
        return
    with content.open("rb") as file:
        entry.size = os.fstat(file.fileno()).st_size
        archive.addfile(entry, file)


def hashed(content: Path | bytes) -> tuple[str, int]:
    """SHA-256 and size."""
    if isinstance(content, bytes):
        return hashlib.sha256(content).hexdigest(), len(content)
    with content.open("rb") as file:
        return digest_of(file)
