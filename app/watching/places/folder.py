"""A folder of this machine, or a share that is mounted there."""

import os
import time
from pathlib import Path

from app.watching.places.port import FileAway, Listed, Listing, PlaceAway
from ingest.discovery import Candidate, discover, held_open, path_as_text, text_as_path

_FRESH_S = 2.0  # a file that is younger may change once more and keep its times
_FRESH = ".fresh"  # ends its stamp: it is looked into again when it is older


class Folder:
    """Implements `Place`; files are read where they lie."""

    batch = 200

    def __init__(self, place: str) -> None:
        self._root = text_as_path(place)

    @property
    def anchor(self) -> str:
        """The mount point that the folder lies in."""
        place = os.path.realpath(self._root)
        while not os.path.ismount(place):
            place = os.path.dirname(place)
        return path_as_text(place)

    @property
    def root(self) -> str:
        """The folder itself, whatever links lead to it."""
        return os.path.realpath(self._root)

    def list(self) -> Listing:
        try:
            with os.scandir(self._root):
                pass
        except OSError as error:
            raise PlaceAway(
                f"the folder {self._root} cannot be opened ({error.strerror}); is its share "
                "mounted, and may this user read it?"
            ) from error
        now, found, unlisted = time.time(), [], []
        for one in discover([Path(self._root)]):
            path = path_as_text(os.path.relpath(one.path, self._root))
            if not one.refusal:
                found.append(self._listed(path, one.path, now))
            elif path == os.curdir:  # it went away meanwhile
                raise PlaceAway(f"the folder {self._root} {one.refusal}")
            elif os.path.isdir(one.path):
                unlisted.append((path, one.refusal))
            else:
                found.append(Listed(path, refusal=one.refusal))
        unsettled = any(one.stamp.endswith(_FRESH) for one in found)
        return Listing(found, unlisted, unsettled)

    def fetch(self, path: str, folder: Path) -> Path:
        del folder
        found = Path(self._root, text_as_path(path))
        try:
            with held_open(Candidate(found, path, within=self.root)):
                return found
        except OSError as error:
            raise FileAway(f"cannot be opened: {error.strerror}") from error

    def origin(self, path: str) -> str:
        return path_as_text(os.path.abspath(os.path.join(self._root, text_as_path(path))))

    def close(self) -> None:
        """Nothing is held open."""

    @staticmethod
    def _listed(path: str, file: Path, now: float) -> Listed:
        try:
            status = file.stat()
        except OSError as error:
            return Listed(path, refusal=f"cannot be opened: {error.strerror}")
        stamp = f"{status.st_size}.{status.st_mtime_ns}.{status.st_ctime_ns}"
        if max(status.st_mtime, status.st_ctime) > now - _FRESH_S:
            stamp += _FRESH
        return Listed(path, stamp, status.st_size)
