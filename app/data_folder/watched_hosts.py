"""The hosts that watched sources name: what every process of ours needs to know of sources.

A list of its own, because the guard reads it before anything of a data folder is opened.
"""

import json
from collections.abc import Iterable
from pathlib import Path

from app.data_folder.layout import DataFolder
from vectorstore.disk import write_whole


def read_watched_hosts(home: Path) -> tuple[tuple[str, int, str], ...]:
    """(host, port, name of the source) of each; none where the list is not there or no list."""
    try:
        said = json.loads(DataFolder(home).watched_hosts.read_text("utf-8"))
        return tuple((str(host), int(port), str(name)) for host, port, name in said)
    except (OSError, ValueError, TypeError, RecursionError):
        return ()  # nothing may be reached then


def write_watched_hosts(home: Path, hosts: Iterable[tuple[str, int, str]]) -> bool:
    """Keep the list; whether it has changed. Raises OSError."""
    said = json.dumps([list(one) for one in hosts])
    path = DataFolder(home).watched_hosts
    was = path.read_text("utf-8") if path.is_file() else "[]"
    if said == was:
        return False
    if said == "[]":
        path.unlink()
    else:
        write_whole(path, said)
    return True
