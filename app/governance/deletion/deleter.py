"""Deletes documents everywhere, then looks for what is left of them, and says so in a receipt."""

import os
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from app.data_folder.layout import LAYOUT, DataFolder
from app.governance.audit.deletion_receipt import Leftover, Receipt, Removal
from app.governance.audit.records import RecordKind
from app.governance.audit.trail import Trail
from app.governance.backup.register import who_still_hold
from app.governance.deletion.explaining import Explainer
from app.governance.deletion.places import Place
from app.governance.deletion.remains import (
    FEWEST,
    FORMS,
    MOST,
    File,
    Remains,
    Traces,
    search,
    spread,
    traces_of,
)
from app.governance.deletion.rules import Hold, RuleBook
from app.governance.deletion.unfinished import Begun, Deletion
from ingest.originals import Originals
from vectorstore.faults import DocumentHeld
from vectorstore.index import Index
from vectorstore.records import Chunk, DocumentRecord, NewDocument

ASKED = "asked for"
# Of a Chroma server, which has vectors and numbers, and no words.
_NOT_TOLD = (
    "the Chroma server does not answer, and has the document's vectors until it does: they are "
    "deleted there as soon as Strongroom has reached it"
)
_THEIRS = (
    "the Chroma server's own files, which Strongroom does not see. Its collection was made anew "
    "without the document's vectors; to be rid of the old one's bytes, stop the server, empty its "
    "folder and start it: all vectors that are left are stored there again"
)


@dataclass(frozen=True, slots=True)
class _Gone:
    """A document that the index has forgotten, and what it would be known again by."""

    record: DocumentRecord
    deletion: Deletion
    traces: Traces
    removed: dict[str, int]


@dataclass(frozen=True, slots=True)
class Several:
    """Documents that go one by one, and whose bytes go together, when the block ends."""

    forget: Callable[[str, str], bool]
    """Take (space, name) out of everything; False when it is not there or may not go."""
    replacing: Callable[[NewDocument, Sequence[Chunk]], AbstractContextManager[str]]
    """A block that stores this version; enters with the hash of the one that it replaces, or "".

    Raises DocumentHeld instead of entering where that one may not go.
    """


class Deleter:
    """Deletes from one data folder; safe to use from several threads."""

    def __init__(
        self,
        home: Path,
        index: Index,
        trail: Trail,
        rules: RuleBook,
        places: Sequence[Place],
        *,
        keep_quotations: bool,
    ) -> None:
        """`places` are in their order of deletion; with `keep_quotations` only copies go."""
        self._home = home
        self._index = index
        self._trail = trail
        self._rules = rules
        self._places = list(places)
        self._keep_quotations = keep_quotations
        self._begun = Begun(home)
        self._explainer = Explainer(index, self._places, keep_quotations=keep_quotations)

    def look_also_in(self, place: Place) -> None:
        """Take documents out of this place, too, from now on."""
        self._places.append(place)

    def delete(
        self, names: Sequence[str], *, space: str, person: str, reason: str = ASKED
    ) -> list[Removal]:
        """Delete documents of a space; a held one stays, with the hold's reason.

        What lies in a document, such as attachments, goes with it, and its outcomes follow. It
        does not go alone: the document that it lies in would still hold it.
        Raises TrailFault, RulesFault and IndexFault.
        """
        gone: list[_Gone] = []
        outcome: dict[str, Removal] = {}
        asked = dict.fromkeys(names)
        try:
            for name in asked:
                around = self._around(space, name)
                if any(one in asked for one in around):
                    continue  # it goes with that
                if around and reason == ASKED:
                    why = f"lies in {around[-1]}, which holds it; remove that"
                    outcome[name] = Removal(name, space, False, why)
                    continue
                found = self.forget(space, name, person=person, reason=reason)
                if isinstance(found, Removal):
                    outcome[name] = found
                else:
                    gone += found
        finally:  # also of those before one that could not be forgotten
            receipts = self.finish(gone, person=person)
        for receipt in receipts:
            outcome[receipt.document] = Removal(receipt.document, space, True, "", asdict(receipt))
        for name in asked:  # what lies in a document that stays
            if name not in outcome:
                holder = next(one for one in self._around(space, name) if one in outcome)
                outcome[name] = replace(outcome[holder], document=name)
        with_them = [name for name in outcome if name not in asked]
        return [outcome[name] for name in (*asked, *with_them)]

    @contextmanager
    def several(self, person: str, reason: str) -> Iterator[Several]:
        """What is forgotten or replaced in the block is off the disk after it, with receipts."""
        gone: list[_Gone] = []

        def forget(space: str, name: str) -> bool:
            found = self.forget(space, name, person=person, reason=reason)
            if isinstance(found, Removal):
                return False
            gone.extend(found)
            return True

        @contextmanager
        def replacing(document: NewDocument, chunks: Sequence[Chunk]) -> Iterator[str]:
            old = self._index.document(document.space, document.name)
            if old is None or old.sha256 == document.sha256:
                yield ""
                return
            reason = f"replaced by the version {document.sha256}"
            if held := self.held(old, person=person, reason=reason):
                raise DocumentHeld(
                    f"the version of {old.indexed_at[:10]} {held}; it stays, and is what is found. "
                    "Ingest the new one under another name, or end the hold"
                )
            found = self._replaced(old, chunks, reason)
            yield old.sha256
            gone.append(found)

        try:
            yield Several(forget, replacing)
        finally:
            self.finish(gone, person=person)

    def forget(
        self, space: str, name: str, *, person: str, reason: str
    ) -> "Sequence[_Gone] | Removal":
        """Take one document out of everything, and before it what lies in it.

        The bytes go with `finish`, which has to follow.
        """
        record = self._index.document(space, name)
        if record is None:
            return Removal(name, space, False, "no such document in this space")
        if held := self.held(record, person=person, reason=reason):
            return Removal(name, space, False, held)
        within = (self._index.document(space, one) for one in self._index.within(space, name))
        inner_first = [*reversed([one for one in within if one is not None]), record]
        gone = [self._going(one, reason) for one in inner_first]
        for one in gone:
            about = {
                "space": space,
                "document": one.record.name,
                "sha256": one.record.sha256,
                "reason": reason,
            }
            self._trail.record(RecordKind.DELETION, person=person, data=about)
            self._begun.note(one.deletion)
        for one in gone:
            self._index.remove(space, one.record.name)
            one.removed.update(self._forget_in_places(one.deletion))
        return gone

    def held(self, record: DocumentRecord, *, person: str, reason: str) -> str:
        """Why the document may not be taken from where it is, which goes on record; else ""."""
        hold = self._hold(record.space, record.name)
        if hold is None:
            return ""
        about = {"space": record.space, "document": record.name, "sha256": record.sha256}
        data = {**about, "reason": reason, "hold": asdict(hold)}
        self._trail.record(RecordKind.DELETION_REFUSED, person=person, data=data)
        return f"is held since {hold.since[:10]}: {hold.reason}"

    def hold_on(self, space: str, name: str) -> str:
        """Why a document may not be taken from where it is, or ""; nothing goes on record."""
        hold = self._hold(space, name)
        return "" if hold is None else f"is held since {hold.since[:10]}: {hold.reason}"

    def _hold(self, space: str, name: str) -> Hold | None:
        """A hold on the document, on what it lies in, or on what lies in it."""
        rules = self._rules.read()
        if not rules.holds:
            return None
        together = (name, *self._around(space, name), *self._index.within(space, name))
        return next((h for one in together if (h := rules.hold_on(space, one))), None)

    def _around(self, space: str, name: str) -> list[str]:
        """The documents that this one lies in, the innermost first."""
        found: list[str] = []
        record = self._index.document(space, name)
        while record is not None and record.container and record.container not in found:
            record = self._index.document(space, record.container)
            if record is not None:
                found.append(record.name)
        return found

    def _going(self, record: DocumentRecord, reason: str, *, replaced: bool = False) -> _Gone:
        """What is known of a document, or a version, that is still there."""
        space, name = record.space, record.name
        chunks = self._index.chunks(space, name)
        vectors = self._index.presence.vectors_of(space, name)
        before = self._index.former_places(space, name)
        free = [was for was in before if self._index.document(was.space, was.name) is None]
        deletion = Deletion(
            space=space,
            document=name,
            sha256=record.sha256,
            reason=reason,
            indexed_at=record.indexed_at,
            names=tuple(dict.fromkeys([(space, name), *((was.space, was.name) for was in free)])),
            spaces=tuple(dict.fromkeys([space, *(was.space for was in before)])),
            chunk_ids=tuple(
                dict.fromkeys(
                    [
                        *(chunk.chunk_id for chunk in chunks),
                        *(chunk_id for was in before for chunk_id in was.chunk_ids),
                    ]
                )
            ),
            replaced=replaced,
        )
        traces = traces_of([chunk.text for chunk in chunks], vectors, self._file(record))
        return _Gone(record, deletion, traces, {"chunks": len(chunks), "vectors": len(vectors)})

    def _file(self, record: DocumentRecord) -> File:
        copy = Originals(DataFolder(self._home).originals).open(record)
        if copy is None:
            return File(record.sha256)
        with copy:
            return File(record.sha256, os.fstat(copy.fileno()).st_size)

    def _replaced(self, old: DocumentRecord, chunks: Sequence[Chunk], reason: str) -> _Gone:
        """What the old version would be known again by, which the new one does not say."""
        gone = self._going(old, reason, replaced=True)
        new = "\n".join(chunk.text for chunk in chunks)
        own = [sentence for sentence in gone.traces.sentences if sentence not in new]
        self._begun.note(gone.deletion)
        few = Traces(spread(own, MOST), spread(gone.traces.vectors, MOST), gone.traces.file)
        return replace(gone, traces=few)

    def _forget_in_places(self, deletion: Deletion) -> dict[str, int]:
        """What was taken away beside the index, by place; nothing may have the content any more."""
        spared = deletion.replaced or self._keep_quotations
        return {
            place.name: place.forget(deletion)
            for place in self._places
            if not (place.quotes and spared)
        }

    def finish(self, gone: Sequence[_Gone], *, person: str, every: bool = False) -> list[Receipt]:
        """Take the bytes off the disk, search for what is left, and issue the receipts."""
        if not gone:
            return []
        told = self._index.purge({space for one in gone for space in one.deletion.spaces})
        receipts = []
        for one in gone:
            replaced = one.deletion.replaced
            if replaced:  # the places forget it only now that no document has its content
                one.removed.update(self._forget_in_places(one.deletion))
            most = FEWEST if replaced else MOST  # there may be hundreds, every night
            remains = search(self._home, self._own(one.traces), every=every, most=most)
            receipt = self._receipt(one, remains, person, told=told)
            self._trail.record(
                RecordKind.DELETION_RECEIPT, person=person, data={"receipt": asdict(receipt)}
            )
            receipts.append(receipt)
            self._begun.finished([one.deletion])
        return receipts

    def finish_interrupted(self, person: str) -> None:
        """Finish what a process began that was killed; its sentences are no longer known.

        For the start, before anything else is done. Raises UnreadableNote.
        """
        begun = []
        for deletion in self._begun.left():
            record = self._index.document(deletion.space, deletion.document)
            if record is None or record.sha256 != deletion.sha256:
                begun.append(deletion)
            elif self._is_to_go(record, deletion):
                self._index.remove(record.space, record.name)
                begun.append(deletion)
            else:
                self._begun.finished([deletion])
        if begun:
            self._index.purge({space for deletion in begun for space in deletion.spaces})
        for deletion in begun:
            data = {
                "space": deletion.space,
                "document": deletion.document,
                "sha256": deletion.sha256,
                "reason": deletion.reason,
                "replaced": deletion.replaced,
                "removed": self._forget_in_places(deletion),
                "finished_after": "the process was ended in the middle",
                "gone": None,
            }
            self._trail.record(RecordKind.DELETION_RECEIPT, person=person, data=data)
            self._begun.finished([deletion])

    def _is_to_go(self, record: DocumentRecord, deletion: Deletion) -> bool:
        """Not a version that was never replaced, was taken in again since, or is held now."""
        return (
            not deletion.replaced
            and record.indexed_at == deletion.indexed_at
            and self._hold(record.space, record.name) is None
        )

    def due(self, *, person: str, now: datetime | None = None) -> list[Removal]:
        """Delete what the rules of retention say; held documents stay."""
        rules = self._rules.read()
        found: list[Removal] = []
        documents = rules.due(self._index.documents(), now or datetime.now(UTC))
        for space in sorted({record.space for record in documents}):
            names = [
                record.name
                for record in documents
                if record.space == space and not self._around(space, record.name)
            ]
            held = [name for name in names if self._hold(space, name)]
            found += [
                Removal(name, space, False, f"is held: {hold.reason}")
                for name in held
                if (hold := self._hold(space, name))
            ]
            reason = f"retention: forget after {rules.days[space]} days"
            free = [name for name in names if name not in held]
            found += self.delete(free, space=space, person=person, reason=reason)
        return found

    def _own(self, traces: Traces) -> Traces:
        """Without vectors that the same words in another document have as well."""
        chosen = spread(traces.vectors, MOST)
        own = [vector for vector in chosen if not self._index.presence.has_vector(vector)]
        return replace(traces, vectors=own)

    def _recorded(self, deletion: Deletion) -> Leftover | None:
        """Records of the trail whose texts can still be read, which no search for words finds."""
        keys = self._trail.texts.keys
        count, until = keys.left(deletion.names) if keys else (0, 0.0)
        if not count:
            return None
        if deletion.replaced:
            why = "records of the trail quote the version that was there then"
        elif self._keep_quotations:
            why = "records of the trail keep quotations (retention.quotations)"
        else:
            day = datetime.fromtimestamp(until, UTC).date().isoformat()
            why = f"records of the trail stay readable until {day} (audit.texts_least_days)"
        return Leftover(LAYOUT.audit.name, count, why, expected=True)

    def _receipt(self, one: _Gone, remains: Remains, person: str, *, told: bool) -> Receipt:
        found = [
            self._explainer.explain(one.deletion, file, pieces)
            for file, pieces in sorted(remains.found.items())
        ]
        record, server = one.record, self._index.server
        if server is not None and not told:
            found.append(Leftover(server.url, one.removed["vectors"], _NOT_TOLD, expected=False))
        if recorded := self._recorded(one.deletion):
            found.append(recorded)
        return Receipt(
            id=uuid.uuid4().hex,
            time=datetime.now(UTC).isoformat(timespec="seconds"),
            person=person,
            reason=one.deletion.reason,
            space=record.space,
            document=record.name,
            sha256=record.sha256,
            pages=record.pages,
            removed=one.removed,
            searched={
                "files": remains.files,
                "bytes": remains.size,
                "sentences": remains.sentences,
                "vectors": remains.vectors,
                "forms": list(FORMS),
                "unreadable": list(remains.unreadable),
                "not_searched": [
                    "models",
                    *([f"{server.url}: {_THEIRS}"] if server else []),
                    *remains.unreadable,
                ],
            },
            found=found,
            gone=all(leftover.expected for leftover in found) and not remains.unreadable,
            backups=who_still_hold(self._home),
        ).signed(self._trail.key)
