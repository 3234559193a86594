"""From a source's words to its place, and to the host that it names."""

import os
import re
from urllib.parse import urlsplit

from app.watching.places.folder import Folder
from app.watching.places.port import Place
from app.watching.source import KINDS, NewSource, SourceFault
from ingest.discovery import path_as_text

_NAME = re.compile(r"[^\x00-\x1f\x7f]{1,80}")
_LONGEST_PLACE = 2000  # characters
_PORTS = {"https": 443, "http": 80, "imaps": 993, "imap": 143}


def checked(new: NewSource) -> NewSource:
    """The source as it is kept. Raises SourceFault with what is wrong with it."""
    if not _NAME.fullmatch(new.name.strip()):
        raise SourceFault("a source's name has 1 to 80 signs")
    if new.kind not in KINDS:
        raise SourceFault(f"{new.kind!r} is no kind of source; there are {', '.join(KINDS)}")
    if not new.space.strip():
        raise SourceFault("name the space that follows the source")
    if not 1 <= new.every_minutes <= 7 * 24 * 60:
        raise SourceFault("a source is looked at every 1 to 10,080 minutes")
    if not 0 <= new.guard_percent <= 100:
        raise SourceFault("the guard is a share of 0 to 100 percent")
    if not 1 <= new.largest_mib <= 1 << 20:
        raise SourceFault("the largest file has 1 MiB or more")
    if len(new.place) > _LONGEST_PLACE or "\x00" in new.place:
        raise SourceFault("that is no place")
    place = new.place.strip()
    if new.kind == "folder":
        place = os.path.expanduser(place)
        if not os.path.isabs(place):
            raise SourceFault(f"{new.place!r} is no whole path; one begins with /")
        place = path_as_text(os.path.abspath(place))
    else:
        raise SourceFault(f"sources of the kind {new.kind} are not known yet")
    return NewSource(
        new.name.strip(),
        new.kind,
        place,
        new.space.strip(),
        tuple(one for one in new.include if one.strip()),
        tuple(one for one in new.exclude if one.strip()),
        new.largest_mib,
        new.every_minutes,
        new.guard_percent,
        new.user,
        new.secret,
    )


def open_place(source: NewSource) -> Place:
    """The place to look at; nothing is connected yet."""
    return Folder(source.place)


def host_of(source: NewSource) -> tuple[str, int] | None:
    """The host and port that the source names; None for a folder of this machine."""
    if source.kind == "folder":
        return None
    parts = urlsplit(source.place)
    return (parts.hostname or "").rstrip(".").lower(), parts.port or _PORTS[parts.scheme]
