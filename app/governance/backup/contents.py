"""What belongs into a backup of a data folder, and the signed list of what one holds."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from typing import Any

from app.data_folder.layout import LAYOUT, DataFolder
from app.governance.audit.keys import VerifyKey
from app.governance.audit.records import canonical
from app.governance.keepers.registry import KEEPERS
from vectorstore.versions import BEFORE

FORMAT = 1
MANIFEST = "manifest.json"  # with its signature, the last in the file
SIGNATURE = "manifest.sig"
DATA = "data/"  # the data folder's files stand below this
SETTINGS = "settings/strongroom.toml"
_PURPOSE = "backup manifest"

# Made anew from the rest, large and to be had elsewhere, or of the process that runs.
LEFT_OUT = tuple(pattern for keeper in KEEPERS for pattern in keeper.left_out)
# The trail is written for itself; settings of a former restore have no effect.
_APART = (LAYOUT.audit.name, LAYOUT.restored_settings.name)
_LEFT_OUT_ENDS = (".lock", ".part", ".partial", ".sock", "-wal", "-shm", "-journal")


class BackupFault(Exception):
    """A backup cannot be made, verified or restored; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class HeldFile:
    """A file in a backup; `path` is that in the archive."""

    path: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class TrailPoint:
    """A record of the audit trail."""

    seq: int
    sha256: str
    time: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds, of which moment, until when it may be kept."""

    format: int
    id: str
    version: str  # of the program
    made: str  # UTC, ISO 8601: nothing acknowledged before is missing
    expires: str | None
    trail: str  # id of its key
    public_key: str
    begun: TrailPoint  # deletions recorded after this one are not in the databases for sure
    end: TrailPoint  # of the trail in the backup
    with_keys: bool
    databases: dict[str, int]  # version of the tables, by path
    left_out: Sequence[str]
    files: Sequence[HeldFile]

    def written(self) -> bytes:
        return canonical(asdict(self)) + b"\n"

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(file.size for file in self.files)


def read_manifest(content: bytes, signature: bytes, key: VerifyKey | None) -> Manifest:
    """The manifest, when `key`, or without one the key that it names itself, signed it.

    Raises BackupFault.
    """
    try:
        said = json.loads(content)
        if not isinstance(said, dict) or said.get("format") != FORMAT:
            raise BackupFault(
                f"the backup has format {said.get('format') if isinstance(said, dict) else '?'}, "
                f"and this program reads {FORMAT}: restore it with the Strongroom that made it, or "
                "a newer one"
            )
        manifest = manifest_of(said)
        named = VerifyKey.from_pem(manifest.public_key.encode(), "the backup")
        signed = bytes.fromhex(signature.decode("ascii"))
        # Spelt in our one way, so that no byte of the file can be another.
        genuine = named.signed(_PURPOSE, content, signed) and signed.hex().encode() == signature
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise BackupFault(f"the backup's list of contents cannot be read ({error})") from error
    if not genuine:
        raise BackupFault("the backup's list of contents is not what was signed: it was changed")
    if key is not None and key.id != named.id:
        raise BackupFault(
            f"the backup was signed with the key {named.id}, and this data folder has {key.id}: it "
            "is of another data folder. If that is meant, restore it to a new folder with --to"
        )
    return manifest


def manifest_of(said: Mapping[str, Any]) -> Manifest:
    """A manifest from its fields as JSON has them. Raises TypeError and KeyError for others."""
    files = [HeldFile(**one) for one in said["files"]]
    begun, end = TrailPoint(**said["begun"]), TrailPoint(**said["end"])
    return Manifest(**{**said, "files": files, "begun": begun, "end": end})


def purpose() -> str:
    """What the signature is for, as the key signs it."""
    return _PURPOSE


def belongs(path: PurePosixPath, *, with_keys: bool) -> bool:
    """Whether a file of the data folder, by its path there, goes into a backup as it is.

    The audit trail does not: a part of it that fits the rest is written for itself.
    """
    if path.parts[0] in _APART or any(
        fnmatchcase(str(above), pattern) for above in (path, *path.parents) for pattern in LEFT_OUT
    ):
        return False
    if not with_keys and is_key(str(path)):
        return False
    if BEFORE in path.name or path.name == "lock":
        return False
    return not path.name.endswith(_LEFT_OUT_ENDS)


def is_key(path: str) -> bool:
    """Whether a file of the data folder, by its path there, is a private key."""
    return path == str(LAYOUT.bundle_key) or (
        path.startswith(f"{LAYOUT.keys}/") and path.endswith(".pem")
    )


def files_of(home: Path, *, with_keys: bool) -> Iterator[tuple[str, Path]]:
    """What belongs into a backup, by its path in the data folder, databases among them.

    They come in the turns of their keepers. Each is looked for when it is its turn: an upload that
    is taken over into the index meanwhile is in one of them or in both, and every document of the
    index has its original.
    """
    folder = DataFolder(home)
    turns = {path: one.backup_turn for one in KEEPERS for path in one.paths(folder)}
    for turn in sorted({0, *turns.values()}):
        tops = [path for path, its in turns.items() if its == turn]
        if turn == 0:  # with what belongs to no keeper
            tops = [path for path in home.iterdir() if turns.get(path, 0) == 0]
        for path in sorted(one for top in tops for one in _below(top)):
            relative = path.relative_to(home).as_posix()
            if belongs(PurePosixPath(relative), with_keys=with_keys):
                yield relative, path


def is_database(path: str) -> bool:
    return path.endswith(".sqlite3")


def is_safe(name: str) -> bool:
    """Whether a path of an archive stays below the folder that it is unpacked into."""
    parts = name.split("/")
    return (
        bool(name)
        and "\0" not in name
        and "\\" not in name
        and all(part not in ("", ".", "..") for part in parts)
        and len(name.encode("utf-8", "surrogatepass")) < 1024
    )


def _below(top: Path) -> Iterator[Path]:
    """Plain files: `top` itself, or all below it."""
    for path in [top, *(top.rglob("*") if top.is_dir() else ())]:
        if path.is_file() and not path.is_symlink():
            yield path
