"""The folder that a bundle is installed to: its versions, and which of them is current.

Standard library only: this is part of the installer.

    DIR/versions/ID/    one version whole: venv, models, licences; `complete` is written last
    DIR/current         link to the version in use; switching it is one atomic step
    DIR/previous        link to the one before, for going back
    DIR/bin/            strongroom, strongroom-rollback: they follow `current`
    DIR/data/           everything that Strongroom writes; never touched by the installer
    DIR/trusted.pub     the key whose bundles are taken without being asked
"""

import fcntl
import os
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.governance.bundle.contents import BundleFault

_COMPLETE = "complete"
_RUN = """\
#!/bin/sh
# Runs the current version. PYTHONSAFEPATH: no code from the folder that one happens to be in.
root={root}
export STRONGROOM_HOME="${{STRONGROOM_HOME:-$root/data}}" PYTHONSAFEPATH=1
exec "$root/current/venv/bin/strongroom" "$@"
"""
_ROLLBACK = """\
#!/bin/sh
# Goes back to the version that was current before.
root={root}
exec sh "$root/current/install.sh" --rollback --to "$root" "$@"
"""


class Places:
    """The paths below one folder; a value, it holds nothing open."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.versions = root / "versions"
        self.current = root / "current"
        self.previous = root / "previous"
        self.program = root / "bin" / "strongroom"
        self.trusted = root / "trusted.pub"

    def version(self, version_id: str) -> Path:
        return self.versions / version_id

    def current_version(self) -> Path | None:
        return self._led_to(self.current)

    def previous_version(self) -> Path | None:
        return self._led_to(self.previous)

    def _led_to(self, link: Path) -> Path | None:
        return self.root / os.readlink(link) if link.is_symlink() and link.exists() else None

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Hold the folder for this installation; raises BundleFault while another one does."""
        self.versions.mkdir(parents=True, exist_ok=True)
        with (self.root / "install.lock").open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise BundleFault(f"another installation works in {self.root}; wait") from None
            yield

    def write_programs(self) -> None:
        """Write the programs in `bin`; they are the same for every version."""
        root = shlex.quote(str(self.root))
        self.program.parent.mkdir(exist_ok=True)
        write_whole(self.program, _RUN.format(root=root).encode(), 0o755)
        rollback = self.program.with_name("strongroom-rollback")
        write_whole(rollback, _ROLLBACK.format(root=root).encode(), 0o755)

    def switch(self, version: Path) -> None:
        """Make `version` the current one, and the current one the previous one."""
        before = self.current_version()
        if before == version:
            return
        _link(self.current, version.relative_to(self.root))
        if before is not None:
            _link(self.previous, before.relative_to(self.root))


def is_complete(version: Path) -> bool:
    """Whether an installation of it came to its end."""
    return (version / _COMPLETE).is_file()


def mark_complete(version: Path) -> None:
    """Say so, once everything before is on the disk."""
    os.sync()
    write_whole(version / _COMPLETE, b"")


def write_whole(path: Path, content: bytes, mode: int = 0o644) -> None:
    """Write a file that appears whole or not at all."""
    partial = path.with_name(f".{path.name}.partial")
    with partial.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    partial.chmod(mode)
    os.replace(partial, path)
    _sync_folder(path.parent)


def _link(link: Path, target: Path) -> None:
    partial = link.with_name(f".{link.name}.partial")
    partial.unlink(missing_ok=True)
    partial.symlink_to(target)
    os.replace(partial, link)
    _sync_folder(link.parent)


def _sync_folder(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
