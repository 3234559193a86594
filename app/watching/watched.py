"""All watched sources of an open data folder: changed by people, looked at by people or in time."""

import logging
import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from app.data_folder.layout import DataFolder
from app.data_folder.watched_hosts import write_watched_hosts
from app.errors import local_words_for
from app.privacy.network_isolation import own
from app.watching.following import Library, Look, Stopped
from app.watching.live import LiveChanges
from app.watching.places.opening import checked, host_of, open_place
from app.watching.places.port import PlaceAway
from app.watching.source import NewSource, Now, Outcome, SourceFault, SourceState
from app.watching.store import Changes, Kept, Store
from ingest.discovery import text_as_path
from ingest.pipeline import Progress

log = logging.getLogger(__name__)

_SOON_S = 3.0  # until a file that was too new to be sure of is looked at again
_LETS_GO_S = 30.0  # for a look that is to end, before somebody who waits for that is told
_AWAY_S = 60.0  # until a place that was away is looked at again, at most

# Puts a change on record: who makes it ("" for the command line's user), and what.
Record = Callable[[str, Mapping[str, Any]], None]


@dataclass
class _Running:
    """What goes on with one source now."""

    busy: threading.Lock
    stop: threading.Event
    looking: bool = False
    done: int = 0
    total: int = 0
    current: str = ""
    soon: bool = False
    next_at: float | None = None


class Watched:
    """Safe to use from many threads.

    Every change that somebody makes is handed to `record` inside its transaction: what cannot be
    recorded is not done. `hosts_changed` is told when other hosts are named than before.
    """

    def __init__(
        self,
        home: Path,
        library: Library,
        record: Record,
        hosts_changed: Callable[[], None] = lambda: None,
    ) -> None:
        """Raises SourcesFault."""
        self._home = home
        self._library = library
        self._record = record
        self._hosts_changed = hosts_changed
        self._store = Store(DataFolder(home).watched)
        self._running: dict[int, _Running] = {}
        self._lock = threading.Lock()
        self._reading = threading.Lock()  # one source reads files at a time
        self._watchers: dict[int, _Watcher] = {}
        self._watching = False
        self._closing = threading.Event()
        shutil.rmtree(DataFolder(home).watched_files, ignore_errors=True)
        self._keep_hosts()

    def close(self) -> None:
        """Let go of the file."""
        self._store.close()

    # What people do. `by` is the id of a person, or "" for the command line's user.

    def states(self) -> list[SourceState]:
        """All sources by name."""
        return [self._state(kept) for kept in self._store.all()]

    def state(self, name: str) -> SourceState:
        """Raises SourceFault where there is no source of this name."""
        return self._state(self._store.find(name))

    def add(self, new: NewSource, by: str = "") -> SourceState:
        """Watch a place from now on. Raises SourceFault, TrailFault."""
        new = checked(new)
        if new.kind == "folder":
            self._refuse_own_folder(new.place)
        about = {key: value for key, value in asdict(new).items() if key not in ("secret", "name")}
        with self._changing("add", new.name, by, **about) as changes:
            changes.add(new)
        self._keep_hosts()
        kept = self._store.find(new.name)
        self._begin(kept)
        return self._state(kept)

    def pause(self, name: str, by: str = "") -> SourceState:
        """Look at a source no more until it is resumed; a look that goes on ends soon."""
        kept = self._store.find(name)
        with self._changing("pause", kept.asked_for.name, by) as changes:
            changes.pause(kept.id, True)
        self._of(kept).stop.set()
        return self.state(name)

    def resume(self, name: str, by: str = "") -> SourceState:
        """Look at a source again, wherever its place is found now."""
        kept = self._store.find(name)
        with self._changing("resume", kept.asked_for.name, by) as changes:
            changes.pause(kept.id, False)
        self._of(kept).stop.clear()
        self._poke(kept.id)
        return self.state(name)

    def remove(self, name: str, *, documents: bool = False, by: str = "") -> int:
        """Watch a source no more; with `documents` its documents go. How many stay as held."""
        kept = self._store.find(name)
        running = self._of(kept)
        running.stop.set()
        with _idle(running, kept.asked_for.name):
            mine = [one.document for one in self._store.files(kept.id).values() if one.document]
            place = open_place(kept.asked_for)
            origins = {
                one.document: place.origin(one.path)
                for one in self._store.files(kept.id).values()
            }  # fmt: skip
            with self._changing("remove", kept.asked_for.name, by, documents=documents) as changes:
                changes.remove(kept.id)
        self._end(kept.id)
        self._keep_hosts()
        if not documents:
            return 0
        space = kept.asked_for.space
        there = self._library.documents(space)
        mine = [one for one in mine if one in there and there[one].source == origins[one]]
        reason = f"the source {kept.asked_for.name} was removed"
        return len(self._library.delete(mine, space=space, person=by, reason=reason))

    def now(
        self,
        name: str,
        *,
        agreed: int = 0,
        by: str = "",
        progress: Callable[[Progress], None] | None = None,
    ) -> SourceState:
        """Look at a source at once, and return when that has ended; also files that were refused.

        `agreed`: so many vanished files may be followed. Raises SourceFault for a paused one.
        """
        kept = self._agree(name, agreed, by)
        self._look(kept, again=True, progress=progress)
        return self.state(name)

    def look_soon(self, name: str, *, agreed: int = 0, by: str = "") -> None:
        """As `now`, by a thread; returns at once."""
        kept = self._agree(name, agreed, by)
        with self._lock:
            watcher = self._watchers.get(kept.id)
        if watcher is not None:
            watcher.look(again=True)
            return
        thread = threading.Thread(
            target=self._look, args=[kept], kwargs={"again": True}, name="source", daemon=True
        )
        thread.start()

    def _agree(self, name: str, agreed: int, by: str) -> Kept:
        kept = self._store.find(name)
        if kept.paused:
            raise SourceFault(f"{kept.asked_for.name} is paused; resume it first")
        with self._changing("now", kept.asked_for.name, by, agreed=agreed) as changes:
            if agreed > 0:
                changes.agree(kept.id, agreed)
        return self._store.find(name)

    # What goes on in time

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Look at all sources in time, each from a thread of its own, until the block ends."""
        with self._lock:
            self._watching = True
        for kept in self._store.all():
            self._begin(kept)
        try:
            yield
        finally:
            with self._lock:
                self._watching = False
                watchers, self._watchers = list(self._watchers.values()), {}
            self._closing.set()
            for watcher in watchers:
                watcher.end()
            self._closing.clear()

    def _begin(self, kept: Kept) -> None:
        with self._lock:
            if self._watching and kept.id not in self._watchers:
                self._watchers[kept.id] = _Watcher(self, kept)
                self._watchers[kept.id].start()

    def _end(self, source: int) -> None:
        with self._lock:
            watcher = self._watchers.pop(source, None)
        if watcher is not None:
            watcher.end()

    def _poke(self, source: int) -> None:
        with self._lock:
            watcher = self._watchers.get(source)
        if watcher is not None:
            watcher.look()

    def look_in_time(self, source: int, *, again: bool) -> float | None:
        """One look; in how many seconds the next is due. None: when it is resumed, or never."""
        kept = next((one for one in self._store.all() if one.id == source), None)
        if kept is None or kept.paused:
            return None
        self._look(kept, again=again)
        kept = next((one for one in self._store.all() if one.id == source), None)
        if kept is None or kept.paused:
            return None
        every = 60 * kept.asked_for.every_minutes
        if kept.last is not None and kept.last.error:
            wait = min(every, _AWAY_S)
        else:
            wait = min(every, _SOON_S) if self._of(kept).soon else every
        self._of(kept).next_at = time.time() + wait
        return wait

    def _look(
        self, kept: Kept, *, again: bool, progress: Callable[[Progress], None] | None = None
    ) -> None:
        """Look, and keep what came of it; what goes wrong is kept with it."""
        running = self._of(kept)
        with running.busy:
            running.looking, running.next_at = True, None
            running.done, running.total, running.current = 0, 0, ""

            def tell(done: int, total: int, current: str) -> None:
                if running.stop.is_set() or self._closing.is_set():
                    raise Stopped
                running.done, running.total, running.current = done, total, current
                if progress is not None:
                    progress(Progress(done, total, 0, current))

            began = time.time()
            try:
                outcome = self._followed(kept, running, tell, again=again)
            except Stopped:
                return  # it goes on from here
            except PlaceAway as error:
                outcome = Outcome(began, time.time(), error=str(error))
            except Exception as error:  # told to whoever looks at the source
                words = local_words_for(error)
                if words is None:
                    log.exception("the source %s could not be followed", kept.asked_for.name)
                told = words or f"it could not be followed ({error!r}); see the log"
                outcome = Outcome(began, time.time(), error=told)
            finally:
                running.looking = False
            if outcome.error:
                log.warning("source %s: %s", kept.asked_for.name, outcome.error)
            self._store.ended(kept.id, outcome)

    def _followed(
        self, kept: Kept, running: _Running, tell: Callable[[int, int, str], None], *, again: bool
    ) -> Outcome:
        kept = self._store.find(kept.asked_for.name)  # as it is now that it is our turn
        _check_way(kept)
        if kept.asked_for.kind == "folder":  # a link may have been put in its place
            try:
                self._refuse_own_folder(kept.asked_for.place)
            except SourceFault as fault:
                raise PlaceAway(str(fault)) from fault
        with self._in_hand(kept) as folder, closing(open_place(kept.asked_for)) as place:
            look = Look(
                kept, place, self._store, _InTurn(self._library, self._reading), folder, tell,
                again=again,
            )  # fmt: skip
            outcome = look.follow()
            running.soon = look.unsettled
            return outcome

    @contextmanager
    def _in_hand(self, kept: Kept) -> Iterator[Path]:
        """A folder for files that are fetched; nothing of it stays."""
        folder = DataFolder(self._home).watched_files / str(kept.id)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True, mode=0o700)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    # Keeping

    @contextmanager
    def _changing(self, change: str, name: str, by: str, **about: Any) -> Iterator[Changes]:
        with self._store.changing() as changes:
            yield changes
            self._record(by, {"change": f"sources {change}", "source": name, **about})

    def _keep_hosts(self) -> None:
        found = []
        for kept in self._store.all():
            if host := host_of(kept.asked_for.kind, kept.asked_for.place):
                found.append((*host, kept.asked_for.name))
        if write_watched_hosts(self._home, found):
            self._hosts_changed()

    def _refuse_own_folder(self, place: str) -> None:
        """Nothing of a data folder is to be read as a document, nor a folder around it."""
        there, ours = os.path.realpath(text_as_path(place)), os.path.realpath(self._home)
        if os.path.commonpath((there, ours)) in (there, ours):
            raise SourceFault(f"{place} holds Strongroom's own data, or lies in it")

    def _of(self, kept: Kept) -> _Running:
        with self._lock:
            return self._running.setdefault(kept.id, _Running(threading.Lock(), threading.Event()))

    def _state(self, kept: Kept) -> SourceState:
        running = self._of(kept)
        documents, refused, first = self._store.counts(kept.id)
        with self._lock:
            watcher = self._watchers.get(kept.id)
        new = kept.asked_for
        return SourceState(
            **{
                name: getattr(new, name)
                for name in ("name", "kind", "place", "space", "include", "exclude",
                             "largest_mib", "every_minutes", "guard_percent", "user")
            },
            has_secret=bool(new.secret),
            now=_now(kept, running),
            documents=documents,
            refused=first,
            refused_count=refused,
            last=kept.last,
            good_at=kept.good_at,
            next_at=None if kept.paused or watcher is None else running.next_at,
            files_done=running.done if running.looking else 0,
            files_total=running.total if running.looking else 0,
            current=running.current if running.looking else "",
            live="" if watcher is None else watcher.live(),
        )  # fmt: skip


@contextmanager
def _idle(running: _Running, name: str) -> Iterator[None]:
    """A block while nobody looks at a source. Raises SourceFault where a look does not end."""
    if not running.busy.acquire(timeout=_LETS_GO_S):
        raise SourceFault(f"the server of {name} keeps us waiting; try again in some minutes")
    try:
        yield
    finally:
        running.busy.release()


def _now(kept: Kept, running: _Running) -> Now:
    if running.looking:
        return "looking"
    if kept.paused:
        return "paused"
    if kept.last is not None and kept.last.error:
        return "failed"
    return "asking" if kept.last is not None and kept.last.asked else "waiting"


def _check_way(kept: Kept) -> None:
    """Raises PlaceAway where this process was started before the host was named."""
    host, apart = host_of(kept.asked_for.kind, kept.asked_for.place), own()
    if host is None or apart is None or apart.reason:
        return
    if apart.relay is None or not apart.relay.leads_to(*host):
        raise PlaceAway(
            f"this process reaches {host[0]} after its next start: what it may reach is settled "
            "when it starts. Restart strongroom serve"
        )


class _InTurn:
    """A library of which one source at a time asks for what takes long."""

    def __init__(self, library: Library, turn: threading.Lock) -> None:
        self._library = library
        self._turn = turn

    def ingest(self, *args: Any, **kwargs: Any) -> Any:
        with self._turn:
            return self._library.ingest(*args, **kwargs)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._library, name)


class _Watcher:
    """One source's thread, and what sees changes of its folder at once."""

    def __init__(self, watched: Watched, kept: Kept) -> None:
        self._watched = watched
        self._id = kept.id
        self._due = threading.Event()
        self._ended = False
        self._again = False
        self._live: LiveChanges | None = None
        if kept.asked_for.kind == "folder":
            self._live = LiveChanges(kept.asked_for.place, self.look)
        self._thread = threading.Thread(
            target=self._work, name=f"source {kept.asked_for.name}", daemon=True
        )

    def start(self) -> None:
        if self._live is not None:
            self._live.start()
        self._thread.start()

    def look(self, *, again: bool = False) -> None:
        """Have the place looked at as soon as its turn comes."""
        self._again = self._again or again
        self._due.set()

    def live(self) -> str:
        """ "" where changes are seen at once, else why only looks see them."""
        return "" if self._live is None else self._live.fault

    def end(self) -> None:
        """End; a look that goes on ends at its next file."""
        self._ended = True
        self._due.set()
        if self._live is not None:
            self._live.end()
        if threading.current_thread() is not self._thread:
            self._thread.join(timeout=60)

    def _work(self) -> None:
        while not self._ended:
            self._due.clear()
            again, self._again = self._again, False
            wait: float | None = _AWAY_S
            try:
                wait = self._watched.look_in_time(self._id, again=again)
            except Exception as error:  # noqa: BLE001 -- the file of sources: it is tried again
                log.error("sources: %s", local_words_for(error) or repr(error))
            self._due.wait(wait)
