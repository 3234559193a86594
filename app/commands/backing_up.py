"""backup and restore: a copy of the whole data folder, and putting one back."""

from argparse import Namespace
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from app.commands.output import fail, print_json, settings_of
from app.errors import words_for
from app.governance.audit.keys import SigningKey, VerifyKey
from app.governance.audit.opening import key_file, local_person, open_trail, trail_folder
from app.governance.audit.verifying import verify as verify_trail
from app.governance.backup import making, restoring
from app.governance.backup.contents import BackupFault
from app.governance.backup.deletions import Known
from app.governance.backup.register import Kept, Register
from app.settings import MOST_DAYS, SETTINGS_FILE, Settings
from app.workspace.wiring import open_workspace


def backup(arguments: Namespace) -> int:
    """Make, list, end or verify backups."""
    settings = settings_of(arguments)
    for asked, run in (("verify", _verify), ("list", _list), ("prune", _prune)):
        if getattr(arguments, asked):
            return run(settings, arguments)
    return _make(settings, arguments)


def _make(settings: Settings, arguments: Namespace) -> int:
    if not arguments.out:
        fail("name the file or folder to write to: strongroom backup OUT")
        return 2
    if not trail_folder(settings).is_dir():
        raise BackupFault(f"{settings.home} is no data folder yet: there is nothing to back up")
    days = settings.backup.keep_days if arguments.keep_days is None else arguments.keep_days
    if not 0 <= days <= MOST_DAYS:
        fail(f"--keep-days has to be 0 to {MOST_DAYS}")
        return 2
    order = making.Order(
        out=Path(arguments.out),
        keep_days=days,
        passphrase_file=_path(arguments.passphrase_file),
        with_keys=not arguments.without_keys,
        settings_file=SETTINGS_FILE,
    )
    with open_trail(settings, "strongroom backup") as trail:
        made = making.back_up(settings.home, trail, order, person=local_person())
    if arguments.json:
        print_json(asdict(made))
        return 0
    kept = made.kept
    print(
        f"{kept.file}: {made.files:,} files, {kept.size / 1e6:,.1f} MB, signed with the key "
        f"{made.key}; {_until(kept)}"
    )
    if not kept.sealed:
        print(
            "it holds every document and conversation"
            + (f", and private keys: {', '.join(made.keys)}" if made.keys else "")
            + ", readable by whoever has the file: keep it accordingly, or use --passphrase-file"
        )
    return 0


def restore(arguments: Namespace) -> int:
    """Put a backup in the place of the data folder."""
    settings = settings_of(arguments)
    order = restoring.Order(
        file=Path(arguments.file),
        home=Path(arguments.to) if arguments.to else settings.home,
        replace=arguments.replace,
        passphrase_file=_path(arguments.passphrase_file),
        key=_path(arguments.key),
        deletions=_path(arguments.deletions),
    )
    done = restoring.restore(settings, order)
    here = settings.model_copy(update={"home": Path(done.home)})
    opened, held, problem = _open_once(here, done.again)
    deleted = 0 if problem else len(done.again) - len(held)
    if arguments.json:
        said = {**asdict(done), **opened, "deleted": deleted, "problem": problem}
        print_json({**said, "held": [asdict(one) for one in held]})
    else:
        _tell(done, opened, deleted, held)
    if problem:
        fail(f"the data folder is restored, and cannot be opened yet: {problem}")
    return 1 if problem else 0


def _tell(
    done: restoring.Restored, opened: dict[str, int], deleted: int, held: Sequence[Known]
) -> None:
    print(f"{done.home} is as it was on {done.made} (made by Strongroom {done.version})")
    if opened:
        print(f"{opened['documents']:,} documents in {opened['chunks']:,} chunks can be searched")
    if done.models == "taken over":
        print("the models of the former data folder came along")
    elif done.models == "left aside":
        print(
            f"the models stay in {done.aside}/models, for they lie on another disk or cannot be "
            f"linked: move them to {done.home}/models"
        )
    if done.aside:
        print(
            f"the former data folder is {done.aside}; delete it when it is not needed any more, "
            "for it holds what was deleted since"
        )
    if done.trail == "continued":
        print("the audit trail goes on from the former data folder's: nothing recorded is lost")
    else:
        print(f"the audit trail goes on from {done.made}: what was recorded later is not in it")
    if deleted:
        print(f"{deleted} documents that were deleted since are deleted again")
    for one in held:
        print(
            f"{one.space}/{one.document} was deleted since and is back, for a hold forbids to "
            "delete it: remove it when the hold has ended"
        )
    if not done.key_known:
        print(
            f"signed with the key {done.key}: the files are known to be whole, not whose they are, "
            "until you compare it with what `backup` printed (--key does it for you)"
        )
    print("everybody has to sign in again; changes to people and groups since are undone")


def _open_once(
    settings: Settings, again: Sequence[Known]
) -> tuple[dict[str, int], list[Known], str]:
    """Open what was restored: vectors are made from the catalogue, deletions are done again.

    Returns counts, those of `again` that are still there, and what is wrong, in words.
    """
    try:
        with open_workspace(settings, "strongroom restore") as home:
            records = home.documents()
        found = verify_trail(trail_folder(settings), SigningKey.open(key_file(settings)).public)
    except Exception as error:
        words = words_for(error)
        if words is None:
            raise
        return {}, [], words
    counts = {"documents": len(records), "chunks": sum(record.chunks for record in records)}
    there = {(record.space, record.name) for record in records}
    held = [one for one in again if one.place in there]
    return counts, held, "" if found.whole else found.problems[0].in_words()


def _verify(settings: Settings, arguments: Namespace) -> int:
    file, key = Path(arguments.verify), None
    if key_file(settings).is_file():
        key = SigningKey.open(key_file(settings)).public
    manifest = restoring.verified(file, _path(arguments.passphrase_file), key)
    named = VerifyKey.from_pem(manifest.public_key.encode(), str(file))
    if arguments.json:
        print_json({"whole": True, **asdict(manifest)})
    else:
        print(
            f"{file} is whole: {len(manifest.files):,} files of {manifest.made}, signed with the "
            f"key {named.id}" + (" of this data folder" if key else "")
        )
    return 0


def _list(settings: Settings, arguments: Namespace) -> int:
    known = Register(settings.home).all()
    if arguments.json:
        print_json({"backups": [{**asdict(one), "state": one.state} for one in known]})
        return 0
    for one in known:
        print(f"{one.made}  {one.state:7}  {one.size / 1e6:10,.1f} MB  {one.file}  {_until(one)}")
    if not known:
        print("no backup was made yet: strongroom backup OUT")
    return 0


def _prune(settings: Settings, arguments: Namespace) -> int:
    with open_trail(settings, "strongroom backup --prune") as trail:
        pruned = Register(settings.home).prune(trail, local_person())
    if arguments.json:
        print_json({"backups": [{**asdict(one), "state": one.state} for one in pruned]})
    for one in pruned:
        if not one.deleted:
            fail(
                f"{one.file} is not where it was written, or another file by now: its end has come"
            )
        elif not arguments.json:
            print(f"deleted {one.file}, made {one.made}")
    if not pruned and not arguments.json:
        print("no backup's end has come")
    return 0


def _until(one: Kept) -> str:
    if one.deleted:
        return f"deleted {one.deleted[:10]}"
    return f"until {one.expires[:10]}" if one.expires else "until someone deletes it"


def _path(given: str | None) -> Path | None:
    return Path(given).expanduser().absolute() if given else None
