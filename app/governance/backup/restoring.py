"""Restores a backup: verified, unpacked beside, and then put in its place in one step."""

import os
import shutil
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from app.data_folder.layout import DataFolder
from app.data_folder.ownership import find_owner, own
from app.governance.audit.head import FILE as HEAD_FILE
from app.governance.audit.head import load_head
from app.governance.audit.keys import SigningKey, VerifyKey
from app.governance.audit.opening import key_file
from app.governance.audit.reading import files as trail_files
from app.governance.audit.reading import records
from app.governance.audit.records import TrailFault
from app.governance.audit.verifying import verify as verify_trail
from app.governance.backup import archive
from app.governance.backup.contents import BackupFault, Manifest, TrailPoint, is_key
from app.governance.backup.deletions import Deleted, Known, deleted_since, from_file
from app.governance.backup.finishing import Unfinished, put_note
from app.governance.backup.formats import refuse_newer
from app.governance.backup.register import ASIDE, Kept, Register
from app.governance.backup.sealing import is_sealed, passphrase_in
from app.governance.backup.switching import put_in_place
from app.governance.keepers.keeper import RestoredData
from app.governance.keepers.registry import KEEPERS
from app.settings import Settings
from vectorstore.disk import damage_of, existing_database, sha256_of
from vectorstore.restored import documents_in

Models = Literal["none", "taken over", "left aside"]


@dataclass(frozen=True, slots=True)
class Order:
    """A backup to be restored into `home`."""

    file: Path
    home: Path
    replace: bool = False
    passphrase_file: Path | None = None
    key: Path | None = None  # public key that has to have signed it
    deletions: Path | None = None


@dataclass(frozen=True, slots=True)
class Restored:
    """A data folder that was put in its place."""

    home: str
    made: str  # when the backup was
    version: str
    key: str
    key_known: bool  # the key was at hand already; else only the backup itself names it
    files: int
    aside: str  # where the former data folder is; "" if there was none
    models: Models  # the former data folder's, which no backup holds
    trail: str  # "continued" from the former data folder, or "of the backup"
    again: Sequence[Known]  # documents that are deleted again when it is opened, but for held ones


def verified(file: Path, passphrase_file: Path | None, key: VerifyKey | None) -> Manifest:
    """The list of a backup that is whole; changes nothing. Raises BackupFault."""
    passphrase = passphrase_in(passphrase_file) if passphrase_file else None
    return archive.verify(file, passphrase, key)


def restore(settings: Settings, order: Order) -> Restored:
    """Put the backup in the place of `order.home`. Raises BackupFault and DataFolderInUse.

    Nothing there is touched before everything is verified and unpacked. What is still to be done
    when the data folder is opened, is noted in it: see `app.governance.backup.finishing`.
    """
    home = order.home.expanduser().resolve()
    settings = settings.model_copy(update={"home": home})
    _refuse_in_use(home)
    former = home if home.is_dir() and any(home.iterdir()) else None
    if former and not order.replace:
        raise BackupFault(
            f"{home} is not empty. With --replace it is moved aside, to {home.name}{ASIDE}…; "
            "--to restores to another folder"
        )
    if home.is_mount():
        raise BackupFault(
            f"{home} is a mount point, which cannot be exchanged in one step: restore to a folder "
            "below it with --to, and let `home` name that"
        )
    key = _key(settings, order, former)
    passphrase = passphrase_in(order.passphrase_file) if order.passphrase_file else None
    manifest = archive.verify(order.file, passphrase, key)
    refuse_newer(manifest.databases, manifest.version)
    home.parent.mkdir(parents=True, exist_ok=True)
    with (
        own(home, "strongroom restore") if former else nullcontext(),
        _staging(home) as staging,
    ):
        folder = DataFolder(staging)
        archive.unpack(order.file, passphrase, manifest, staging)
        for relative in manifest.databases:
            _check(staging / relative)
        verify_key = VerifyKey.from_pem(manifest.public_key.encode(), str(order.file))
        _refuse_damaged_trail(folder.audit, verify_key)
        _provide_key(settings, manifest, staging, former)
        continued = former is not None and _continue_trail(former, staging, manifest, verify_key)
        models: Models = "none"
        if former:
            _take_over(former, staging)
            models = _take_models(former, staging)
        _register(staging, order.file, manifest)
        deleted = [deleted_since(records(folder.audit), manifest.begun.seq)]
        if order.deletions:
            deleted.append(from_file(order.deletions, verify_key, manifest.begun))
        contents = frozenset().union(*(one.contents for one in deleted))
        data = RestoredData(folder, DataFolder(former) if former else None, contents)
        for keeper in KEEPERS:
            if keeper.after_restore:
                keeper.after_restore(data)
        again = _known(documents_in(folder.catalogue), deleted)
        put_note(
            staging,
            Unfinished(
                backup=manifest.id,
                made=manifest.made,
                end=manifest.end.seq,
                trail="continued" if continued else "of the backup",
                deletions=again,
            ),
        )
        folder.restoring.unlink()
        os.sync()  # all of it, before anything of it counts
        aside = put_in_place(staging, home, former is not None)
    return Restored(
        home=str(home),
        made=manifest.made,
        version=manifest.version,
        key=verify_key.id,
        key_known=key is not None,
        files=len(manifest.files),
        aside=str(aside or ""),
        models=models,
        trail="continued" if continued else "of the backup",
        again=again,
    )


def _refuse_in_use(home: Path) -> None:
    owner = find_owner(home) if home.is_dir() else None
    if owner is not None:
        who = f"`{owner.command}` (process {owner.pid})" if owner.pid else "another command"
        raise BackupFault(
            f"{home} is in use by {who}: end it, restore, and start it again. A backup can be "
            "restored to another folder meanwhile, with --to"
        )


def _key(settings: Settings, order: Order, former: Path | None) -> VerifyKey | None:
    """The key that has to have signed the backup, where one is known."""
    if order.key:
        return VerifyKey.read(order.key)
    file = key_file(settings)
    if (former or settings.audit.key) and file.is_file():
        return SigningKey.open(file).public
    return None


@contextmanager
def _staging(home: Path) -> Iterator[Path]:
    """A folder beside the data folder; what an ended process left in one like it goes first."""
    start = f".{home.name}.restoring-"
    for left in home.parent.glob(f"{start}*"):
        # Without the mark, it may be a data folder that was exchanged.
        if DataFolder(left).restoring.exists():
            shutil.rmtree(left)
    staging = home.parent / f"{start}{os.getpid()}"
    try:
        staging.mkdir(mode=0o700)
        DataFolder(staging).restoring.touch()
    except OSError as error:
        raise BackupFault(f"{home.parent} cannot be written ({error.strerror})") from error
    try:
        yield staging
    except BaseException:
        if DataFolder(staging).restoring.exists():
            shutil.rmtree(staging)
        raise


def _check(database: Path) -> None:
    try:
        with closing(existing_database(database)) as db:
            damage = damage_of(db)
    except sqlite3.Error as error:
        damage = str(error)
    if damage:
        raise BackupFault(
            f"{database.name} in the backup is damaged ({damage}); use another backup"
        )


def _refuse_damaged_trail(folder: Path, key: VerifyKey) -> None:
    found = verify_trail(folder, key)
    if not found.whole:
        raise BackupFault(
            f"the audit trail in the backup is damaged ({found.problems[0].in_words()}); use "
            "another backup"
        )


def _provide_key(
    settings: Settings, manifest: Manifest, staging: Path, former: Path | None
) -> None:
    """Have the private key that goes on with the trail. Raises BackupFault."""
    there = key_file(settings.model_copy(update={"home": staging}))
    if not there.exists() and former and key_file(settings).exists():
        there.parent.mkdir(mode=0o700, exist_ok=True)
        shutil.copy2(key_file(settings), there)
    try:
        found = SigningKey.open(there).public.id
    except TrailFault as error:
        raise BackupFault(
            "the backup holds no key for the audit trail, which cannot go on without it: put the "
            f"key of the data folder where audit.key names it ({error})"
        ) from error
    if found != manifest.trail:
        raise BackupFault(f"the key {there} is not the one of the trail in the backup")
    DataFolder(staging).keys.mkdir(mode=0o700, exist_ok=True)
    DataFolder(staging).trail_begun.touch(mode=0o600)


def _continue_trail(former: Path, staging: Path, manifest: Manifest, key: VerifyKey) -> bool:
    """Put the former data folder's trail in the place of the backup's, if it goes on from it.

    What was recorded after the backup stays on record: a restore is no way to lose it.
    """
    folder, target = DataFolder(former).audit, DataFolder(staging).audit
    if not folder.is_dir() or not verify_trail(folder, key, _kept(manifest.end)).whole:
        return False
    head = load_head(folder, key)
    shutil.rmtree(target)
    target.mkdir(mode=0o700)
    for path in [*trail_files(folder), folder / HEAD_FILE]:
        if path.name <= head.file or path.name == HEAD_FILE:
            shutil.copy2(path, target / path.name)
    return True


def _take_over(former: Path, staging: Path) -> None:
    """Keys, and what is known of backups; the keepers do the rest."""
    for path in [*former.glob("*.key"), *DataFolder(former).keys.glob("*.pem")]:
        there = staging / path.relative_to(former)
        if is_key(path.relative_to(former).as_posix()) and not there.exists():
            there.parent.mkdir(mode=0o700, exist_ok=True)
            shutil.copy2(path, there)
    with suppress(BackupFault):  # the former register may be what was damaged
        Register(staging).merge(Register(former).all())


def _take_models(former: Path, staging: Path) -> Models:
    """The administrator's models, as further names of the same files: no byte is copied."""
    source, target = DataFolder(former).models, DataFolder(staging).models
    if source.is_symlink():
        target.symlink_to(os.readlink(source))
    elif source.is_dir():
        try:
            shutil.copytree(source, target, symlinks=True, copy_function=os.link)
        except OSError:  # a disk of their own, or one that gives a file no second name: it is told
            shutil.rmtree(target, ignore_errors=True)
            return "left aside"
    else:
        return "none"
    return "taken over"


def _register(staging: Path, file: Path, manifest: Manifest) -> None:
    """The backup itself came into the register after it was made."""
    with file.open("rb") as opened:
        sealed = is_sealed(opened)
    kept = Kept(
        id=manifest.id,
        file=str(file.resolve()),
        made=manifest.made,
        expires=manifest.expires,
        size=file.stat().st_size,
        sha256=sha256_of(file),
        sealed=sealed,
    )
    Register(staging).merge([kept])


def _known(documents: Iterable[tuple[str, str, str]], deleted: Sequence[Deleted]) -> list[Known]:
    """Those of the backup's documents that one of `deleted` names."""
    known = (Known(*document) for document in documents)
    return sorted(
        (one for one in known if any(one in gone for gone in deleted)),
        key=lambda one: (one.space, one.document),
    )


def _kept(point: TrailPoint) -> tuple[int, str]:
    return point.seq, point.sha256
