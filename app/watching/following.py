"""One look at a place: what is new, changed, moved or gone there, and the space follows it."""

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path, PurePosixPath
from typing import Protocol

from app.watching.places.port import FileAway, Listed, Listing, Place, PlaceAway
from app.watching.source import FREELY_GONE, Outcome
from app.watching.store import Kept, KnownFile, Store
from ingest.discovery import Candidate, document_name, held_open, text_as_path
from ingest.pipeline import IngestReport, Progress
from vectorstore.disk import sha256_of
from vectorstore.records import DocumentRecord

_BATCH_BYTES = 256 << 20  # fetched files that wait together


class Stopped(Exception):
    """The look is to end before it is done; the next one goes on."""


class Library(Protocol):
    """What following a place needs of the open data folder. `person` is who it is on record as."""

    def documents(self, space: str) -> Mapping[str, DocumentRecord]: ...

    def ingest(
        self,
        files: Sequence[Candidate],
        *,
        space: str,
        person: str,
        progress: Callable[[Progress], None],
    ) -> IngestReport: ...

    def rename(self, space: str, name: str, to_name: str, *, source: str, person: str) -> bool:
        """Give a document another name and origin; False where it has to be read anew instead."""
        ...

    def delete(
        self, names: Sequence[str], *, space: str, person: str, reason: str
    ) -> Mapping[str, str]:
        """Delete documents; of those that stay, why."""
        ...

    def held(self, space: str, name: str) -> str:
        """Why a document may not be deleted, or ""."""
        ...


@dataclass(frozen=True, slots=True)
class _Fetched:
    listed: Listed
    file: Path
    sha256: str


@dataclass
class Look:
    """One look at one source's place. Call `follow` once.

    `progress` is told files that are done, of how many, and the current one; it raises Stopped to
    end the look. What was done until then is kept.
    """

    source: Kept
    place: Place
    store: Store
    library: Library
    folder: Path  # for files that are fetched
    progress: Callable[[int, int, str], None]
    again: bool = False  # also files that were refused before
    unsettled: bool = False  # some file may have changed since; look again soon
    _known: dict[str, KnownFile] = field(default_factory=dict)
    _documents: dict[str, DocumentRecord] = field(default_factory=dict)  # of the space
    _counts: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    _done: int = 0
    _total: int = 0

    def follow(self) -> Outcome:
        """Bring the space into step. Raises PlaceAway, where nothing was changed, and Stopped."""
        began = time.time()
        self._check_anchor()
        listing = self.place.list()
        self.unsettled = listing.unsettled
        self._known = self.store.files(self.source.id)
        self._documents = dict(self.library.documents(self.source.asked_for.space))
        self._let_go()
        listed = {one.path: one for one in self._taken(listing)}
        gone = self._gone(listed, listing.unlisted)
        remarks = [f"{folder}: {reason}" for folder, reason in listing.unlisted]
        asked = self._empty(listed)
        if not asked:
            self.store.found(self.source.id, self.place.anchor)
            self._take_in(listed, gone)
            asked = self._follow_gone(gone)
        return Outcome(
            began,
            time.time(),
            len(listed),
            new=self._counts["new"],
            changed=self._counts["changed"],
            moved=self._counts["moved"],
            deleted=self._counts["deleted"],
            refused=self.store.counts(self.source.id)[1],
            remarks=tuple(remarks),
            asked=asked,
        )

    def _check_anchor(self) -> None:
        was, now = self.source.anchor, self.place.anchor
        if was and was != now:
            raise PlaceAway(
                f"it was found in {was}, and is in {now} now: is the share mounted? If it has "
                "moved for good, pause the source and resume it"
            )

    def _taken(self, listing: Listing) -> Iterator[Listed]:
        rules = self.source.asked_for.rules
        for one in listing.files:
            if not rules.take(one.path):
                continue
            if one.size > rules.largest_mib << 20:
                reason = f"is larger than {rules.largest_mib:,} MiB, the source's rule"
                yield replace(one, refusal=reason)
            else:
                yield one

    def _let_go(self) -> None:
        """Documents that somebody deleted or moved here do not come back until their file changes.

        Neither are they the source's any more, which deletes its own alone.
        """
        left = [
            replace(one, document="")
            for one in self._known.values()
            if one.document and not self._is_ours(one)
        ]
        self._note(left)

    def _is_ours(self, known: KnownFile) -> bool:
        record = self._documents.get(known.document)
        return record is not None and record.source == self.place.origin(known.path)

    def _empty(self, listed: Mapping[str, Listed]) -> int:
        """How many documents would go because the place is suddenly empty; 0 if it is not."""
        count = sum(bool(one.document) for one in self._known.values())
        return count if not listed and count > self.source.agreed else 0

    def _gone(
        self, listed: Mapping[str, Listed], unlisted: Sequence[tuple[str, str]]
    ) -> dict[str, KnownFile]:
        below = tuple(f"{folder}/" for folder, _ in unlisted)
        return {
            path: known
            for path, known in self._known.items()
            if path not in listed and not path.startswith(below)
        }

    # What is there

    def _take_in(self, listed: Mapping[str, Listed], gone: dict[str, KnownFile]) -> None:
        todo = [one for one in listed.values() if self._has_changed(one)]
        self._total = len(todo)
        by_content = {one.sha256: one for one in gone.values() if one.document}
        fetched = self._fetched(todo)
        while batch := list(self._batch(fetched)):
            try:
                self._settle(batch, by_content, gone)
            finally:
                for one in batch:
                    if one.file.parent == self.folder:
                        one.file.unlink(missing_ok=True)

    def _has_changed(self, listed: Listed) -> bool:
        known = self._known.get(listed.path)
        if known is None or listed.refusal:
            return known is None or known.reason != listed.refusal
        return known.stamp != listed.stamp or bool(known.reason and self.again)

    def _fetched(self, todo: Iterable[Listed]) -> Iterator[_Fetched]:
        for one in todo:
            self.progress(self._done, self._total, one.path)
            reason = one.refusal
            if not reason:
                try:
                    file = self.place.fetch(one.path, self.folder)
                    with held_open(Candidate(file, one.path, within=self.place.root)) as held:
                        sha256 = sha256_of(held)
                    yield _Fetched(one, file, sha256)
                    continue
                except FileAway as error:
                    reason = str(error)
                except OSError as error:
                    reason = f"cannot be read: {error.strerror}"
            self._refuse(one.path, reason)
            self._done += 1

    def _batch(self, fetched: Iterator[_Fetched]) -> Iterator[_Fetched]:
        size = 0
        for one in islice(fetched, self.place.batch):
            yield one
            size += one.listed.size
            if one.file.parent == self.folder and size > _BATCH_BYTES:
                return

    def _settle(
        self,
        batch: Sequence[_Fetched],
        by_content: Mapping[str, KnownFile],
        gone: dict[str, KnownFile],
    ) -> None:
        """Have files in the space: as they are already, under another name, or read."""
        reading: dict[str, _Fetched] = {}
        for one in batch:
            name, known = self._name(one), self._known.get(one.listed.path)
            former = by_content.get(one.sha256)
            if known and self._is_as_it_was(known, one):
                self._note([replace(known, stamp=one.listed.stamp)])
                self._done += 1
            elif (
                known is None and former and former.path in gone and self._follow_move(one, former)
            ):
                del gone[former.path]
                self._counts["moved"] += 1
                self._done += 1
            elif name in reading:
                self._refuse(one.listed.path, "has the name of another file, but for its spelling")
                self._done += 1
            elif conflict := self._conflict(name, one):
                self._refuse(one.listed.path, conflict)
                self._done += 1
            else:
                reading[name] = one
        if reading:
            self._read(reading)

    def _is_as_it_was(self, known: KnownFile, one: _Fetched) -> bool:
        """In the space with this content, or deleted here by somebody, who meant this content."""
        if known.reason or known.sha256 != one.sha256:
            return False
        stored = self._documents.get(known.document)
        return not known.document or (stored is not None and stored.sha256 == one.sha256)

    def _name(self, one: _Fetched) -> str:
        return document_name(text_as_path(one.listed.path))

    def _conflict(self, name: str, one: _Fetched) -> str:
        """Why a document cannot have its name, or ""; it may be free at the next look."""
        record = self._documents.get(name)
        if record is None or record.source == self.place.origin(one.listed.path):
            return ""
        if record.sha256 == one.sha256:
            return ""
        return (
            f"has the name of a document that came from {record.source}; rename one of them, or "
            "have the source follow into another space"
        )

    def _follow_move(self, one: _Fetched, former: KnownFile) -> bool:
        """Name the document as its file is named now, if it would not be read otherwise."""
        new, old = PurePosixPath(one.listed.path), PurePosixPath(former.path)
        if new.name != old.name:  # a name says what a document is
            return False
        asked_for, name = self.source.asked_for, self._name(one)
        if name in self._documents or self.library.held(asked_for.space, former.document):
            return False
        origin = self.place.origin(one.listed.path)
        person = self._person()
        self._note([KnownFile(one.listed.path, "", "", name)])  # as in `_read`
        if not self.library.rename(
            asked_for.space, former.document, name, source=origin, person=person
        ):
            self._note((), [one.listed.path])
            return False
        self._documents[name] = replace(
            self._documents.pop(former.document), name=name, source=origin
        )
        self._note(
            [KnownFile(one.listed.path, one.listed.stamp, one.sha256, name, former.reason)],
            [former.path],
        )
        return True

    def _read(self, reading: Mapping[str, _Fetched]) -> None:
        asked_for, before = self.source.asked_for, self._done

        def tell(now: Progress) -> None:
            self.progress(min(before + now.files_done, self._total), self._total, now.current)

        files = [
            Candidate(
                one.file,
                name,
                one.listed.size,
                origin=self.place.origin(one.listed.path),
                within=self.place.root,
            )
            for name, one in reading.items()
        ]
        before_it = {one.listed.path: self._known.get(one.listed.path) for one in reading.values()}
        # First, so that what is stored is known to be ours also if the process ends amid this.
        self._note([KnownFile(one.listed.path, "", "", name) for name, one in reading.items()])
        report = self.library.ingest(
            files, space=asked_for.space, person=self._person(), progress=tell
        )
        self._documents = dict(self.library.documents(asked_for.space))
        noted = []
        for status in report.documents:
            one = reading.get(status.document)
            if one is None:
                continue  # it lies in one of these
            known = before_it[one.listed.path]
            ours = KnownFile(one.listed.path, "", document=status.document)
            if status.status == "rejected":
                # One that changed while it was read is not what was listed.
                stamp = one.listed.stamp if _is_still(one) else ""
                kept = status.document if self._is_ours(ours) else ""
                noted.append(replace(ours, stamp=stamp, document=kept, reason=status.reason))
                continue
            if known is None:
                self._counts["new"] += 1
            elif known.sha256 != one.sha256:
                self._counts["changed"] += 1
            document = status.document if self._is_ours(ours) else ""
            # What was stored, which may have been written since it was fetched.
            stored = self._documents.get(status.document)
            sha256 = stored.sha256 if stored is not None else one.sha256
            stamp = one.listed.stamp if sha256 == one.sha256 else ""
            reason = "" if document else status.reason
            noted.append(
                replace(ours, stamp=stamp, sha256=sha256, document=document, reason=reason)
            )
        self._note(noted)
        self._done = before + len(reading)

    def _refuse(self, path: str, reason: str) -> None:
        """Keep why a file is not taken; it is tried again at the next look."""
        known = self._known.get(path, KnownFile(path, ""))
        self._note([replace(known, stamp="", reason=reason)])

    # What is gone

    def _follow_gone(self, gone: dict[str, KnownFile]) -> int:
        """Delete what has no file any more; how many stay until somebody agrees."""
        asked_for = self.source.asked_for
        self._note((), [path for path, one in gone.items() if not one.document])
        going = {one.document: one for one in gone.values() if one.document}
        kept = {one.document for path, one in self._known.items() if path not in gone}
        going = {name: one for name, one in going.items() if name not in kept}
        for name, one in list(going.items()):
            if reason := self.library.held(asked_for.space, name):
                del going[name]
                self._note([replace(one, reason=f"its file is gone, but it {reason}")])
        all_of_it = sum(bool(one.document) for one in self._known.values())
        freely = max(FREELY_GONE, all_of_it * asked_for.guard_percent / 100, self.source.agreed)
        if len(going) > freely:
            return len(going)
        if going:
            self.progress(self._done, self._total, "")
            why = f"gone from the source {asked_for.name}"
            stay = self.library.delete(
                list(going), space=asked_for.space, person=self._person(), reason=why
            )
            stay = {name: reason for name, reason in stay.items() if name in going}
            self._note(
                [replace(going[name], reason=reason) for name, reason in stay.items()],
                [one.path for name, one in going.items() if name not in stay],
            )
            self._counts["deleted"] += len(going) - len(stay)
        return 0

    def _note(self, files: Sequence[KnownFile], gone: Sequence[str] = ()) -> None:
        if files or gone:
            self.store.note(self.source.id, files, gone)
        for path in gone:
            self._known.pop(path, None)
        self._known.update({one.path: one for one in files})

    def _person(self) -> str:
        return person_of(self.source.asked_for.name)


def person_of(name: str) -> str:
    """Who does on record what following a source does."""
    return f"system:source {name}"


def _is_still(one: _Fetched) -> bool:
    with suppress(OSError), held_open(Candidate(one.file, "")) as held:
        return sha256_of(held) == one.sha256
    return False
