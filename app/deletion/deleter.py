"""Deletes documents everywhere, then looks for what is left of them, and says so in a receipt."""

import json
import os
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from app.audit.opening import FOLDER as TRAIL_FOLDER
from app.audit.records import RecordKind
from app.audit.trail import Trail
from app.backup.contents import IN_HAND
from app.backup.register import who_still_hold
from app.deletion.places import Place
from app.deletion.receipt import Leftover, Receipt, Removal
from app.deletion.remains import FEWEST, FORMS, MOST, Remains, Traces, search, spread, traces_of
from app.deletion.rules import RuleBook
from vectorstore.index import Index
from vectorstore.records import Chunk, DocumentRecord, NewDocument

_UNFINISHED = "deleting.json"
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
    traces: Traces
    removed: dict[str, int]
    reason: str
    replaced: bool = False  # by a new version, so that quotations are of what was so then


@dataclass(frozen=True, slots=True)
class Several:
    """Documents that go one by one, and whose bytes go together, when the block ends."""

    forget: Callable[[str, str], bool]
    """Take (space, name) out of everything; False when it is not there or may not go."""
    replacing: Callable[[NewDocument, Sequence[Chunk]], AbstractContextManager[str]]
    """A block that stores this version; enters with the hash of the one that it replaces, or ""."""


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

    def look_also_in(self, place: Place) -> None:
        """Take documents out of this place, too, from now on."""
        self._places.append(place)

    def delete(
        self, names: Sequence[str], *, space: str, person: str, reason: str = ASKED
    ) -> list[Removal]:
        """Delete documents of a space; a held one stays, with the hold's reason.

        Raises TrailFault, RulesFault and IndexFault.
        """
        gone: list[_Gone] = []
        outcome: dict[str, Removal] = {}
        for name in dict.fromkeys(names):
            found = self.forget(space, name, person=person, reason=reason)
            if isinstance(found, _Gone):
                gone.append(found)
            else:
                outcome[name] = found
        for receipt in self.finish(gone, person=person):
            outcome[receipt.document] = Removal(receipt.document, space, True, "", asdict(receipt))
        return [outcome[name] for name in dict.fromkeys(names)]

    @contextmanager
    def several(self, person: str, reason: str) -> Iterator[Several]:
        """What is forgotten or replaced in the block is off the disk after it, with receipts."""
        gone: list[_Gone] = []

        def forget(space: str, name: str) -> bool:
            found = self.forget(space, name, person=person, reason=reason)
            if isinstance(found, _Gone):
                gone.append(found)
            return isinstance(found, _Gone)

        @contextmanager
        def replacing(document: NewDocument, chunks: Sequence[Chunk]) -> Iterator[str]:
            old = self._index.document(document.space, document.name)
            if old is None or old.sha256 == document.sha256:
                yield ""
                return
            found = self._replaced(old, document, chunks)
            yield old.sha256
            gone.append(found)

        try:
            yield Several(forget, replacing)
        finally:
            self.finish(gone, person=person)

    def forget(self, space: str, name: str, *, person: str, reason: str) -> "_Gone | Removal":
        """Take one document out of everything; its bytes go with `finish`, which has to follow."""
        record = self._index.document(space, name)
        if record is None:
            return Removal(name, space, False, "no such document in this space")
        about = {"space": space, "document": name, "sha256": record.sha256, "reason": reason}
        hold = self._rules.read().hold_on(space, name)
        if hold is not None:
            data = {**about, "hold": asdict(hold)}
            self._trail.record(RecordKind.DELETION_REFUSED, person=person, data=data)
            since = hold.since[:10]
            return Removal(name, space, False, f"is held since {since}: {hold.reason}")
        chunks = self._index.chunks(space, name)
        vectors = self._index.presence.vectors_of(space, name)
        traces = traces_of([chunk.text for chunk in chunks], vectors)
        self._trail.record(RecordKind.DELETION, person=person, data=about)
        self._note_unfinished(about)
        removed = {"chunks": len(chunks), "vectors": len(vectors)}
        self._index.remove(space, name)
        for place in self._places:
            if place.quotes and self._keep_quotations:
                continue
            removed[place.name] = place.forget(record, [chunk.chunk_id for chunk in chunks])
        return _Gone(record, traces, removed, reason)

    def _replaced(
        self, old: DocumentRecord, document: NewDocument, chunks: Sequence[Chunk]
    ) -> _Gone:
        """What the old version would be known again by, which the new one does not say."""
        before = self._index.chunks(old.space, old.name)
        vectors = self._index.presence.vectors_of(old.space, old.name)
        traces = traces_of([chunk.text for chunk in before], vectors)
        new = "\n".join(chunk.text for chunk in chunks)
        own = [sentence for sentence in traces.sentences if sentence not in new]
        reason = f"replaced by the version {document.sha256}"
        about = {"space": old.space, "document": old.name, "sha256": old.sha256, "reason": reason}
        self._note_unfinished({**about, "replaced": True})
        return _Gone(
            old,
            Traces(spread(own, MOST), spread(vectors, MOST)),
            {"chunks": len(before), "vectors": len(vectors)},
            reason,
            replaced=True,
        )

    def finish(self, gone: Sequence[_Gone], *, person: str, every: bool = False) -> list[Receipt]:
        """Take the bytes off the disk, search for what is left, and issue the receipts."""
        if not gone:
            return []
        self._index.purge({one.record.space for one in gone})
        receipts = []
        for one in gone:
            if one.replaced:  # the places forget it only now that no document has its content
                for place in self._places:
                    if not place.quotes:
                        one.removed[place.name] = place.forget(one.record, ())
            most = FEWEST if one.replaced else MOST  # there may be hundreds, every night
            remains = search(self._home, self._own(one.traces), every=every, most=most)
            receipt = self._receipt(one, remains, person)
            self._trail.record(
                RecordKind.DELETION_RECEIPT, person=person, data={"receipt": asdict(receipt)}
            )
            receipts.append(receipt)
        (self._home / _UNFINISHED).unlink(missing_ok=True)
        return receipts

    def finish_interrupted(self, person: str) -> None:
        """Finish what a process began that was killed; its sentences are no longer known."""
        note = self._home / _UNFINISHED
        if not note.exists():
            return
        begun: list[dict[str, Any]] = []
        with suppress(ValueError):  # half a line, which was never acknowledged
            for line in note.read_text("utf-8").splitlines():
                begun.append(json.loads(line))
        for about in list(begun):
            record = self._index.document(about["space"], about["document"])
            if record is not None and record.sha256 == about["sha256"]:
                if about.get("replaced"):  # it never was: the old version is there
                    begun.remove(about)
                else:
                    self._index.remove(record.space, record.name)
        self._index.purge({about["space"] for about in begun})
        for about in begun:
            data = {**about, "finished_after": "the process was ended in the middle", "gone": None}
            self._trail.record(RecordKind.DELETION_RECEIPT, person=person, data=data)
        note.unlink()

    def due(self, *, person: str, now: datetime | None = None) -> list[Removal]:
        """Delete what the rules of retention say; held documents stay."""
        rules = self._rules.read()
        found: list[Removal] = []
        documents = rules.due(self._index.documents(), now or datetime.now(UTC))
        for space in sorted({record.space for record in documents}):
            names = [record.name for record in documents if record.space == space]
            held = [name for name in names if rules.hold_on(space, name)]
            found += [
                Removal(name, space, False, f"is held: {hold.reason}")
                for name in held
                if (hold := rules.hold_on(space, name))
            ]
            reason = f"retention: forget after {rules.days[space]} days"
            free = [name for name in names if name not in held]
            found += self.delete(free, space=space, person=person, reason=reason)
        return found

    def _own(self, traces: Traces) -> Traces:
        """Without vectors that the same words in another document have as well."""
        chosen = spread(traces.vectors, MOST)
        own = [vector for vector in chosen if not self._index.presence.has_vector(vector)]
        return Traces(traces.sentences, own)

    def _note_unfinished(self, about: dict[str, Any]) -> None:
        with (self._home / _UNFINISHED).open("a", encoding="utf-8") as opened:
            opened.write(json.dumps(about) + "\n")
            opened.flush()
            os.fsync(opened.fileno())

    def _receipt(self, one: _Gone, remains: Remains, person: str) -> Receipt:
        found = [
            self._leftover(one, file, pieces) for file, pieces in sorted(remains.found.items())
        ]
        record, server = one.record, self._index.server
        if server is not None and server.out_of_reach:
            found.append(Leftover(server.url, one.removed["vectors"], _NOT_TOLD, expected=False))
        return Receipt(
            id=uuid.uuid4().hex,
            time=datetime.now(UTC).isoformat(timespec="seconds"),
            person=person,
            reason=one.reason,
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

    def _leftover(self, one: _Gone, file: str, pieces: Sequence[str]) -> Leftover:
        why, expected = self._explained(one, file, pieces)
        return Leftover(file, len(pieces), why, expected)

    def _explained(self, one: _Gone, file: str, pieces: Sequence[str]) -> tuple[str, bool]:
        top = Path(file).parts[0]
        if top.startswith(TRAIL_FOLDER):
            return "the audit trail keeps questions and answers (audit.texts)", True
        if top == IN_HAND:
            return "a backup is being made; restoring it deletes the document again", True
        others = [self._index.presence.containing(piece) if piece else None for piece in pieces]
        if all(others):
            names = sorted({"/".join(other) for other in others if other})
            return "also in " + ", ".join(names[:5]), True
        if one.replaced and any(place.quotes and top in place.files for place in self._places):
            return "quotes the version that was there then", True
        kept = next((place.name for place in self._places if top in place.files), "")
        if kept and self._keep_quotations and kept != "originals":
            return f"{kept} keep quotations (retention.quotations)", True
        return f"left behind in {kept}" if kept else "not explained by any rule", False
