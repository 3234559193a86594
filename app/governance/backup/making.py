"""Makes a backup of a data folder while it is in use."""

import errno
import fcntl
import importlib.metadata
import json
import os
import shutil
import sqlite3
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from app.data_folder.layout import LAYOUT, DataFolder
from app.governance.audit.head import FILE as HEAD_FILE
from app.governance.audit.reading import files as trail_files
from app.governance.audit.records import RecordKind
from app.governance.audit.trail import Trail
from app.governance.backup.archive import Writer, writing
from app.governance.backup.contents import (
    DATA,
    FORMAT,
    LEFT_OUT,
    SETTINGS,
    BackupFault,
    Manifest,
    TrailPoint,
    files_of,
    is_database,
    is_key,
    purpose,
)
from app.governance.backup.register import Kept, Register
from app.governance.backup.sealing import passphrase_in
from app.settings import MOST_DAYS
from vectorstore.disk import (
    damage_of,
    existing_database,
    fold_log,
    sync_folder,
    table_version,
    write_whole,
)
from vectorstore.versions import copy_database

_NOTE = "note.json"
_SPARE = 64 << 20  # bytes that stay free on a disk


@dataclass(frozen=True, slots=True)
class Order:
    """A backup to be made; `out` is a new file, or a folder for one with a name of ours."""

    out: Path
    keep_days: int  # 0: until someone deletes it
    passphrase_file: Path | None = None
    with_keys: bool = True
    settings_file: Path | None = None


@dataclass(frozen=True, slots=True)
class Made:
    """A backup that was made."""

    kept: Kept
    key: str  # id of the key that signed it
    with_keys: bool
    keys: Sequence[str]  # private keys that it holds, by their paths in the data folder
    files: int
    databases: int
    seconds: float


def back_up(home: Path, trail: Trail, order: Order, *, person: str) -> Made:
    """Write a backup of `home`, whose trail is open; it appears whole or not at all.

    Beside any process that has the data folder open: databases are copied each in one state of
    theirs, and nothing waits. Raises BackupFault, TrailFault.
    """
    began = time.monotonic()
    moment = datetime.now(UTC)
    passphrase = passphrase_in(order.passphrase_file) if order.passphrase_file else None
    out = _checked(home, order.out, moment, sealed=passphrase is not None)
    sweep(home)
    backup_id = uuid.uuid4().hex
    expires = _end(moment, order.keep_days)
    partial = out.with_name(f"{out.name}.part")
    about = {
        "id": backup_id,
        "file": str(out),
        "expires": expires,
        "sealed": passphrase is not None,
        "with_keys": order.with_keys,
    }
    try:
        with _in_hand(home, backup_id, out, partial) as staging:
            _refuse_full_disks(home, out)
            begun = {"what": "begun", **about}
            trail.record(RecordKind.BACKUP, person=person, data=begun)
            start = _point(trail)
            databases: dict[str, int] = {}
            with writing(partial, passphrase) as writer:
                _add_files(home, staging, writer, databases, with_keys=order.with_keys)
                if order.settings_file and order.settings_file.is_file():
                    writer.add_bytes(SETTINGS, order.settings_file.read_bytes())
                end = _add_trail(trail, writer)
                manifest = Manifest(
                    format=FORMAT,
                    id=backup_id,
                    version=importlib.metadata.version("strongroom"),
                    made=moment.isoformat(timespec="seconds"),
                    expires=expires,
                    trail=trail.key.public.id,
                    public_key=trail.key.public.pem(),
                    begun=start,
                    end=end,
                    with_keys=order.with_keys,
                    databases=databases,
                    left_out=LEFT_OUT,
                    files=writer.files,
                ).written()
                signature = trail.key.sign(purpose(), manifest).hex().encode("ascii")
                writer.finish(manifest, signature)
            kept = Kept(
                id=backup_id,
                file=str(out),
                made=moment.isoformat(timespec="seconds"),
                expires=expires,
                size=partial.stat().st_size,
                sha256=writer.sha256,
                sealed=passphrase is not None,
            )
            told = {"what": "made", **asdict(kept), "files": len(writer.files)}
            trail.record(RecordKind.BACKUP, person=person, data=told)
            Register(home).add(kept)
            os.replace(partial, out)
            sync_folder(out.parent)
    except (OSError, sqlite3.Error) as error:
        raise BackupFault(_words(error, home, out)) from error
    return Made(
        kept,
        trail.key.public.id,
        order.with_keys,
        [path for held in writer.files if is_key(path := held.path.removeprefix(DATA))],
        len(writer.files),
        len(databases),
        round(time.monotonic() - began, 1),
    )


def sweep(home: Path) -> None:
    """Clear away after processes that were ended while they made a backup.

    One that was whole and registered already gets its name; of any other nothing stays.
    """
    Register(home).sweep()
    for staging in sorted(DataFolder(home).backup_in_hand.glob("*/")):
        lock = os.open(staging, os.O_RDONLY)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            continue  # it is being made now
        else:
            _clear(home, staging)
        finally:
            os.close(lock)


def _clear(home: Path, staging: Path) -> None:
    try:
        note = json.loads((staging / _NOTE).read_text("utf-8"))
        out, partial = Path(note["out"]), Path(note["partial"])
    except (OSError, ValueError, KeyError, TypeError):
        pass  # it was ended before it wrote anything else
    else:
        whole = any(one.id == staging.name for one in Register(home).all())
        if whole and partial.is_file() and not out.exists():
            os.replace(partial, out)
        elif not whole:
            partial.unlink(missing_ok=True)
    shutil.rmtree(staging)


@contextmanager
def _in_hand(home: Path, backup_id: str, out: Path, partial: Path) -> Iterator[Path]:
    """A folder for copies; with a note, should this process be ended, of what to clear away."""
    staging = DataFolder(home).backup_in_hand / backup_id
    staging.mkdir(parents=True, mode=0o700)
    lock = os.open(staging, os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if partial.exists():
            raise BackupFault(
                f"{partial} is there already, of a backup that is being made or of something else; "
                "choose another name"
            )
        write_whole(staging / _NOTE, json.dumps({"out": str(out), "partial": str(partial)}))
        try:
            yield staging
        except BaseException:
            partial.unlink(missing_ok=True)
            raise
    finally:
        shutil.rmtree(staging)
        os.close(lock)


def _add_files(
    home: Path, staging: Path, writer: Writer, databases: dict[str, int], *, with_keys: bool
) -> None:
    for relative, path in files_of(home, with_keys=with_keys):
        name = DATA + relative
        try:
            if is_database(relative):
                copy = staging / "copy"
                version = _snapshot(path, copy)
                databases[relative] = version
                with copy.open("rb") as opened:
                    writer.add(name, opened, copy.stat().st_size)
                copy.unlink()
            else:
                with path.open("rb") as opened:
                    writer.add(name, opened, os.fstat(opened.fileno()).st_size)
        except (FileNotFoundError, sqlite3.OperationalError):
            if path.exists():
                raise
            # It was deleted since the folder was listed.


def _snapshot(path: Path, copy: Path) -> int:
    """Copy a database, and check the copy; returns the version of its tables."""
    copy_database(path, copy)
    with closing(existing_database(copy)) as db:
        damage, version = damage_of(db), table_version(db)
    if damage:
        raise BackupFault(
            f"{path} is damaged ({damage}), so no backup was made of it: put it back from an "
            "earlier backup, or see `strongroom check`"
        )
    with closing(existing_database(path)) as db:
        # While it was read, whoever deletes from it could not take the bytes out of its log.
        fold_log(db)
    return version


def _add_trail(trail: Trail, writer: Writer) -> TrailPoint:
    """The trail up to its end now, which is behind everything that was copied before."""
    head = trail.head()
    for path in trail_files(trail.folder):
        if path.name > head.file:
            break
        with path.open("rb") as opened:
            size = head.size if path.name == head.file else os.fstat(opened.fileno()).st_size
            writer.add(f"{DATA}{LAYOUT.audit}/{path.name}", opened, size)
    writer.add_bytes(f"{DATA}{LAYOUT.audit}/{HEAD_FILE}", head.written(trail.key))
    return TrailPoint(head.seq, head.sha256, head.time)


def _point(trail: Trail) -> TrailPoint:
    head = trail.head()
    return TrailPoint(head.seq, head.sha256, head.time)


def _end(moment: datetime, days: int) -> str | None:
    if not 0 <= days <= MOST_DAYS:
        raise BackupFault(f"a backup is kept for 0 (no end) to {MOST_DAYS:,} days, not {days:,}")
    return (moment + timedelta(days=days)).isoformat(timespec="seconds") if days else None


def _checked(home: Path, out: Path, moment: datetime, *, sealed: bool) -> Path:
    """The file to be written. Raises BackupFault where it should not be there."""
    out = out.expanduser().resolve()
    if out.is_dir():
        out /= f"strongroom-{moment:%Y%m%dT%H%M%SZ}.tar" + (".sealed" if sealed else "")
    if not out.parent.is_dir():
        raise BackupFault(f"there is no folder {out.parent}")
    if out.is_relative_to(home.resolve()):
        raise BackupFault(
            f"{out} lies in the data folder itself, and would be lost with it: name another place"
        )
    if out.exists():
        raise BackupFault(f"{out} is there already; name a new file, or a folder")
    return out


def _refuse_full_disks(home: Path, out: Path) -> None:
    """Say at once what would come out in the end."""
    sizes = [(name, path.stat().st_size) for name, path in files_of(home, with_keys=True)]
    total = sum(size for _, size in sizes) + _below(DataFolder(home).audit)
    largest = max([size for name, size in sizes if is_database(name)], default=0)
    for folder, needed in ((out.parent, total), (home, largest)):
        free = shutil.disk_usage(folder).free
        if free < needed + _SPARE:
            raise BackupFault(
                f"{folder} has {free / 1e6:,.0f} MB free, and the backup needs "
                f"{(needed + _SPARE) / 1e6:,.0f} MB there: make room, or name another place"
            )


def _below(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.iterdir())


def _words(error: OSError | sqlite3.Error, home: Path, out: Path) -> str:
    full = isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)
    if full or "disk is full" in str(error):
        return f"the disk of {out.parent} or {home} became full; no backup was made. Make room"
    return f"no backup was made: {error}"
