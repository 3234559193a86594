"""Keeps a data folder, and what else of ours lies on the disk, from this machine's other users."""

import errno
import logging
import os
import stat
from pathlib import Path

from app.data_folder.layout import LAYOUT

_log = logging.getLogger(__name__)
OTHERS = 0o077  # the rights of everybody but the owner
# A folder that holds one of these is a data folder; the first is in each since there are any.
_MARKS = (LAYOUT.owner_lock, LAYOUT.catalogue, LAYOUT.trail_key, LAYOUT.trail_begun)
_OF_THE_DISK = {"lost+found"}  # what a fresh file system holds
# What the guard of a process of ours may have written before the folder was opened.
_OF_A_GUARD = {LAYOUT.egress_attempts.name, LAYOUT.egress_attempts.with_suffix(".pouring").name}
_LEAST_BYTES = 1 << 20  # with less room not even a record of the trail is sure to be written
_SHOWN = 3  # names in a message


class FolderOpenToOthers(Exception):
    """Other users of this machine could read or change the folder; the message says what to do."""


class NotAFolder(Exception):
    """What was named as the data folder is something else; the message says what to do."""


def protect(home: Path) -> None:
    """Have a data folder that its owner alone can enter; makes it where there is none.

    One that others can enter is closed, when it is empty or a data folder already: a folder that
    was named by mistake keeps its mode. Raises FolderOpenToOthers where it cannot be closed, or
    belongs to another user; only root may work in another user's. Raises NotAFolder for a file,
    and OSError where it cannot be made.
    """
    refuse_other_things(home)
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    if theirs := of_another_user(home):
        raise FolderOpenToOthers(
            f"{theirs}: name a folder of your own, or one below it, with --home"
        )
    state = home.stat()
    if not state.st_mode & OTHERS:
        return
    mode = f"mode {stat.S_IMODE(state.st_mode):03o}"
    if other := _other_things(home, state.st_mode):
        raise FolderOpenToOthers(
            f"{home} can be entered by other users of this machine ({mode}) and holds other things "
            f"({other}): name a folder of its own with --home, such as {home / 'strongroom'}, or "
            f"close this one: chmod 700 {home}"
        )
    try:
        home.chmod(0o700)
    except OSError as error:
        raise FolderOpenToOthers(
            f"{home} can be entered by other users of this machine ({mode}) and cannot be closed "
            f"({error.strerror}): name another folder with --home"
        ) from error
    if home.stat().st_mode & OTHERS:  # some file systems know no modes
        raise FolderOpenToOthers(
            f"{home} is on a file system that cannot keep other users of this machine out ({mode} "
            "after chmod 700): name a folder on another one with --home"
        )
    _log.warning("%s could be entered by other users of this machine (%s): closed.", home, mode)


def of_another_user(home: Path) -> str:
    """Whose a folder is, in words, where it is another user's and we are not root; else ""."""
    owner = home.stat().st_uid
    if os.geteuid() in (0, owner):
        return ""
    return (
        f"{home} belongs to another user of this machine (uid {owner}), who could read and change "
        "everything in it"
    )


def refuse_other_things(home: Path) -> None:
    """Raise NotAFolder where `home`, or what it would lie in, is a file or something else, or its
    name is one that the vector index cannot open.
    """
    if any("\ud800" <= letter <= "\udfff" for letter in str(home)):
        shown = os.fsencode(home).decode("utf-8", "replace")
        raise NotAFolder(
            f"the name of {shown} holds bytes that are not UTF-8: name another place with --home"
        )
    for place in (home, *home.parents):
        if os.path.isdir(place):
            return
        if os.path.lexists(place):
            raise NotAFolder(
                f"{place} is no folder, and everything that Strongroom writes needs one: name "
                "another place with --home, or move that away"
            )


def unwritable(home: Path) -> str:
    """Why nothing can be written to `home`, in the system's words; "" where something can."""
    there = next(place for place in (home, *home.parents) if os.path.isdir(place))
    disk = os.statvfs(there)
    if disk.f_flag & os.ST_RDONLY:
        return os.strerror(errno.EROFS)
    if not os.access(there, os.W_OK | os.X_OK):
        return os.strerror(errno.EACCES)
    return os.strerror(errno.ENOSPC) if disk.f_bavail * disk.f_frsize < _LEAST_BYTES else ""


def refuse_foreign(folder: Path) -> None:
    """Raise FolderOpenToOthers unless `folder` is a real folder that its owner alone can enter.

    Its owner has to be who we are, or root.
    """
    state = folder.lstat()
    if (
        not stat.S_ISDIR(state.st_mode)
        or state.st_mode & OTHERS
        or (os.geteuid() != 0 and state.st_uid not in (os.geteuid(), 0))
    ):
        raise FolderOpenToOthers(
            f"{folder} is not a folder that its owner alone can enter, so what listens there is "
            "not trusted"
        )


def _other_things(home: Path, mode: int) -> str:
    """What a folder holds that is no data folder, shortly; "" where it may be closed."""
    names = sorted({entry.name for entry in home.iterdir()} - _OF_THE_DISK - _OF_A_GUARD)
    if mode & stat.S_ISVTX:
        return ", ".join(names[:_SHOWN]) or "it is everybody's"
    if any((home / mark).exists() for mark in _MARKS):
        return ""
    return ", ".join(names[:_SHOWN]) + (" …" if len(names) > _SHOWN else "")
