"""What a bundle says it holds, who signed that, and whether the files are those.

Standard library only: this is part of the installer, which verifies before it installs.
"""

import base64
import binascii
import hashlib
import json
import os
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from app.governance.bundle.ed25519 import ed25519_verifies

MANIFEST = "manifest.json"
SIGNATURE = "manifest.json.sig"
PUBLIC_KEY = "key.pub"
UNLISTED = (MANIFEST, SIGNATURE, PUBLIC_KEY)  # what vouches for the rest cannot list itself
FORMAT = 1
_DER_OF_ED25519 = bytes.fromhex("302a300506032b6570032100")  # RFC 8410: then the 32 bytes


class BundleFault(Exception):
    """A bundle cannot be made, trusted or installed; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class BundleFile:
    """A file of the bundle: its path there, SHA-256 and size in bytes."""

    path: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """The signed list. `fields` is all of it, as read."""

    files: tuple[BundleFile, ...]
    fields: dict[str, Any]
    sha256: str

    @classmethod
    def parse(cls, raw: bytes) -> "Manifest":
        """Raises BundleFault."""
        try:
            fields = json.loads(raw)
            files = tuple(
                BundleFile(str(path), str(known["sha256"]), int(known["size"]))
                for path, known in fields["files"].items()
            )
            made_for = fields["format"], fields["version"], fields["python"]["version"]
        except (
            *(ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError),
        ) as error:
            raise BundleFault(f"{MANIFEST} is no bundle's manifest ({error!r})") from error
        if made_for[0] != FORMAT:
            raise BundleFault(
                f"{MANIFEST} is of format {made_for[0]}, this installer reads {FORMAT}: use the "
                "install.sh that came with the bundle"
            )
        for file in files:
            if not safe_path(file.path):
                raise BundleFault(f"{MANIFEST} lists {file.path!r}, which is no path in a bundle")
        return cls(files, fields, hashlib.sha256(raw).hexdigest())

    @property
    def version_id(self) -> str:
        """Names this very content: the version, and the start of the manifest's SHA-256."""
        return f"{self.fields['version']}-{self.sha256[:12]}"

    def below(self, folder: str) -> list[BundleFile]:
        """The files in one folder of the bundle."""
        return [file for file in self.files if file.path.startswith(folder + "/")]


def safe_path(path: str) -> bool:
    """Whether a path is relative, plain and stays inside."""
    parts = path.split("/")
    return all(part not in ("", ".", "..") for part in parts) and not re.search(r"[\0\n\\]", path)


def fingerprint(public_key: bytes) -> str:
    """SHA-256 of the raw public key, in hexadecimal: what two people compare."""
    return hashlib.sha256(public_key).hexdigest()


def public_key_of(pem: bytes, where: str) -> bytes:
    """The 32 bytes of an Ed25519 key in a PEM file. Raises BundleFault."""
    lines = pem.decode("ascii", "replace").strip().splitlines()
    try:
        if lines[0] != "-----BEGIN PUBLIC KEY-----" or lines[-1] != "-----END PUBLIC KEY-----":
            raise ValueError("no PEM public key")
        der = base64.b64decode("".join(lines[1:-1]), validate=True)
        if len(der) != len(_DER_OF_ED25519) + 32 or not der.startswith(_DER_OF_ED25519):
            raise ValueError("not of the kind Ed25519")
    except (IndexError, ValueError, binascii.Error) as error:
        raise BundleFault(f"{where} holds no Ed25519 public key ({error})") from error
    return der[len(_DER_OF_ED25519) :]


def expected_fingerprint(given: str) -> str:
    """What `--key` means: a fingerprint, or the file of a public key. Raises BundleFault."""
    plain = re.sub(r"[\s:]", "", given).lower().removeprefix("sha256")
    if re.fullmatch(r"[0-9a-f]{64}", plain):
        return plain
    try:
        pem = Path(given).read_bytes()
    except OSError as error:
        raise BundleFault(
            f"--key {given}: neither a fingerprint of 64 hexadecimal digits nor a file that can "
            f"be read ({error.strerror})"
        ) from error
    return fingerprint(public_key_of(pem, given))


def trusted_manifest(read: Callable[[str], bytes], expected: str | None) -> tuple[Manifest, str]:
    """The manifest and the fingerprint of the key that signed it; `read` gives a file's bytes.

    `expected` is the fingerprint it has to be; without one, any key that made a valid signature.
    Raises BundleFault.
    """
    raw, signature = read(MANIFEST), read(SIGNATURE)
    key = public_key_of(read(PUBLIC_KEY), PUBLIC_KEY)
    signed_by = fingerprint(key)
    if expected is not None and signed_by != expected:
        raise BundleFault(
            f"the bundle is signed with another key: its fingerprint is {signed_by}, expected is "
            f"{expected}. Do not install it; ask whoever made it"
        )
    if not ed25519_verifies(key, raw, signature):
        raise BundleFault(
            f"the signature {SIGNATURE} does not fit {MANIFEST}: one of them was altered. Do not "
            "install it; copy the bundle again"
        )
    return Manifest.parse(raw), signed_by


def find_faults(manifest: Manifest, found: Iterable[tuple[str, str, int]]) -> Iterator[str]:
    """What is wrong with files given as (path, SHA-256, size); "" as hash for what is no file."""
    wanted = {file.path: file for file in manifest.files}
    for path, sha256, size in found:
        if path in UNLISTED:
            continue
        known = wanted.pop(path, None)
        if known is None:
            yield f"{path} is not listed in {MANIFEST}"
        elif not sha256:
            yield f"{path} is no regular file"
        elif size != known.size:
            yield f"{path} was altered: {size:,} bytes, {known.size:,} are listed"
        elif sha256 != known.sha256:
            yield f"{path} was altered: its SHA-256 is {sha256}, listed is {known.sha256}"
    for path in wanted:
        yield f"{path} is missing"


def files_in(folder: Path) -> Iterator[tuple[str, str, int]]:
    """Every file below `folder` as `find_faults` wants it; links are not followed."""
    for parent, folders, names in os.walk(folder):
        links = [name for name in folders if os.path.islink(os.path.join(parent, name))]
        for name in sorted((*names, *links)):
            path = Path(parent, name)
            inside = path.relative_to(folder).as_posix()
            if path.is_symlink() or not path.is_file():
                yield inside, "", 0
            else:
                with path.open("rb") as file:
                    yield inside, *digest_of(file)


def digest_of(file: IO[bytes]) -> tuple[str, int]:
    """SHA-256 and number of the bytes that are left to read."""
    digest, size = hashlib.sha256(), 0
    while block := file.read(1 << 20):
        digest.update(block)
        size += len(block)
    return digest.hexdigest(), size


def refuse(faults: Iterable[str]) -> None:
    """Raise BundleFault that names all faults, if there are any."""
    found = list(faults)
    if found:
        raise BundleFault(
            "this is not the bundle that was signed; nothing was installed:\n  "
            + "\n  ".join(found)
            + "\nCopy the bundle again; if that does not help, ask whoever made it."
        )
