"""Puts a folder in the place of another in one step, as far as the system can."""

import ctypes
import os
import sys
from datetime import UTC, datetime
from pathlib import Path

from app.governance.backup.contents import BackupFault
from app.governance.backup.register import ASIDE
from vectorstore.disk import sync_folder

_AT_FDCWD = -100
_RENAME_EXCHANGE = 2


def put_in_place(staging: Path, home: Path, occupied: bool) -> Path | None:
    """Let `staging` become `home`; returns where the former one is now.

    On Linux there is no moment at which `home` is neither. Raises BackupFault.
    """
    try:
        if not occupied:
            if home.is_dir():
                home.rmdir()
            os.rename(staging, home)
            sync_folder(home.parent)
            return None
        aside = home.with_name(f"{home.name}{ASIDE}{datetime.now(UTC):%Y%m%dT%H%M%S%fZ}")
        if _exchange(staging, home):
            os.rename(staging, aside)
        else:
            os.rename(home, aside)
            os.rename(staging, home)
        sync_folder(home.parent)
    except OSError as error:
        raise BackupFault(
            f"{home} cannot be exchanged ({error.strerror}); the restored folder is {staging}, "
            "whole: move it there yourself"
        ) from error
    return aside


def _exchange(one: Path, other: Path) -> bool:
    """Let two folders change their names in one step; False where the system cannot."""
    if sys.platform != "linux":
        return False
    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if rename is None:
        return False
    names = os.fsencode(one), os.fsencode(other)
    done: int = rename(_AT_FDCWD, names[0], _AT_FDCWD, names[1], _RENAME_EXCHANGE)
    return done == 0
