"""The curators' desk: what someone may do with the documents of the spaces they curate."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from app.people.access import Person, Right, Rules, allowed, is_private, private_space
from app.people.curating.uploads import Upload, UploadRefused, Uploads
from vectorstore.faults import DocumentHeld
from vectorstore.records import DocumentRecord, Hit, PageReading


class NotThere(Exception):
    """A space or document that is not there, or not this person's: they are told the same."""


class CurationRefused(Exception):
    """Something that cannot be done as asked; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class CuratedSpace:
    """A space that the person curates, or only reads."""

    name: str
    own: bool  # the person's private space
    documents: int
    warnings: int  # documents that were not read completely
    curators_only: bool = False  # nobody but administrators may read it


@dataclass(frozen=True, slots=True)
class Complaint:
    """A question that found nothing, or an answer that was voted on; nobody's name is in it."""

    question: str
    answer: str
    asked: float  # seconds since 1970
    documents: Sequence[str]
    comment: str


class Library(Protocol):
    """What the desk needs of the open data folder."""

    def documents(self, spaces: Sequence[str] | None = None) -> list[DocumentRecord]: ...

    def document(self, space: str, name: str) -> DocumentRecord | None: ...

    def spaces(self) -> list[str]: ...

    def chunks(self, space: str, name: str) -> list[Hit]: ...

    def readings(self, space: str, name: str) -> list[PageReading]: ...

    def original(self, record: DocumentRecord) -> Path | None: ...

    def note_opened(self, record: DocumentRecord, *, person: str) -> None:
        """Put on record that a document's text is shown to a person."""

    def forget(self, names: Sequence[str], *, space: str, person: str) -> Mapping[str, str]:
        """Remove documents; for each that stays, why."""
        ...

    def move(self, name: str, *, space: str, to_space: str, person: str) -> DocumentRecord | None:
        """Raises FileExistsError when the new place is taken, DocumentHeld when it may not go."""
        ...


class Complaints(Protocol):
    """What people did not find, in answers drawn from these spaces alone."""

    def found_nothing(self, spaces: Sequence[str]) -> Sequence[Complaint]: ...

    def voted_down(self, spaces: Sequence[str]) -> Sequence[Complaint]: ...

    def voted_up(self, spaces: Sequence[str]) -> Sequence[Complaint]: ...


class Curation:
    """Every method is for one person, and asks `allowed` before anything else.

    What is not theirs raises NotThere, as what is not there does.
    """

    def __init__(
        self,
        library: Library,
        uploads: Uploads,
        complaints: Complaints,
        rules: Callable[[], Rules],
    ) -> None:
        self._library = library
        self._uploads = uploads
        self._complaints = complaints
        self._rules = rules

    def spaces(self, person: Person) -> list[CuratedSpace]:
        """The person's own space first, then the shared ones that they curate, by name."""
        rules = self._rules()
        own = private_space(person)
        known = {*self._library.spaces(), *rules.spaces} - {own}
        shared = sorted(space for space in known if allowed(person, Right.CURATE, space, rules))
        mine = [own, *shared]
        records = self._library.documents(mine)
        return [
            CuratedSpace(
                name=space,
                own=space == own,
                documents=sum(record.space == space for record in records),
                warnings=sum(record.space == space and bool(record.warning) for record in records),
                curators_only=not is_private(space) and space not in rules.spaces,
            )
            for space in mine
        ]

    def to_read(self, person: Person) -> list[CuratedSpace]:
        """The shared spaces with documents that the person may read and does not curate."""
        rules = self._rules()
        held = [
            space
            for space in sorted(self._library.spaces())
            if not is_private(space)
            and allowed(person, Right.READ, space, rules)
            and not allowed(person, Right.CURATE, space, rules)
        ]
        counts = Counter(record.space for record in self._library.documents(held))
        return [CuratedSpace(space, False, counts[space], 0) for space in held]

    def documents(self, person: Person, space: str) -> list[DocumentRecord]:
        """The documents of a space, by name."""
        self._check(person, space)
        return self._library.documents([space])

    def document(self, person: Person, space: str, name: str) -> tuple[DocumentRecord, list[Hit]]:
        """One document and its chunks in the order of its text. It is on record as opened."""
        record = self._record(person, space, name)
        self._library.note_opened(record, person=person.id)
        return record, self._library.chunks(space, name)

    def readings(self, person: Person, space: str, name: str) -> list[PageReading]:
        """How each page of a document was read; none where it has no pages."""
        record = self._record(person, space, name)
        return self._library.readings(record.space, record.name)

    def remove(self, person: Person, space: str, names: Sequence[str]) -> Mapping[str, str]:
        """Forget documents; returns those that stay, with the reason."""
        self._check(person, space)
        return self._library.forget(names, space=space, person=person.id)

    def move(
        self, person: Person, space: str, names: Sequence[str], to_space: str
    ) -> Mapping[str, str]:
        """Move documents to another space that the person curates; returns those that stay."""
        self._check(person, space)
        self._check(person, to_space)
        if to_space == space:
            raise CurationRefused("the documents are in this space already")
        stay = {}
        for name in names:
            try:
                moved = self._library.move(name, space=space, to_space=to_space, person=person.id)
                if moved is None:
                    stay[name] = "is not there any more"
            except FileExistsError:
                stay[name] = f"{to_space} holds a document of this name already"
            except DocumentHeld as held:
                stay[name] = str(held)
        return stay

    def read_again(self, person: Person, space: str, names: Sequence[str]) -> Upload:
        """Begin to read documents anew; raises CurationRefused when a file is not at hand."""
        originals = {}
        for name in names:
            record = self._outermost(self._record(person, space, name))
            original = self._library.original(record)
            if original is None:
                raise CurationRefused(
                    f"the file of {record.name} is not at hand any more; upload it again instead"
                )
            originals[record.name] = original
        if not originals:
            raise CurationRefused("no document was chosen")
        try:
            return self._uploads.read_again(person.id, space, originals)
        except UploadRefused as refused:
            raise CurationRefused(str(refused)) from refused

    def uploads(self, person: Person, space: str) -> list[Upload]:
        """What was uploaded into a space lately, newest first."""
        self._check(person, space)
        return self._uploads.of_space(space)

    def begin_upload(self, person: Person, space: str) -> Upload:
        """Raises UploadRefused when the person has too many open."""
        self._check(person, space)
        return self._uploads.begin(person.id, space)

    def upload(self, person: Person, upload_id: str) -> Upload:
        """One of the person's own uploads into a space that they still curate."""
        upload = self._uploads.get(upload_id)
        if upload is None or upload.person != person.id:
            raise NotThere
        self._check(person, upload.space)
        return upload

    def found_nothing(self, person: Person, space: str) -> Sequence[Complaint]:
        """The questions over this space that had no answer, newest first."""
        self._check(person, space)
        return self._complaints.found_nothing([space])

    def voted_down(self, person: Person, space: str) -> Sequence[Complaint]:
        """The answers from this space that their readers found wrong, newest first."""
        self._check(person, space)
        return self._complaints.voted_down([space])

    def voted_up(self, person: Person, space: str) -> Sequence[Complaint]:
        """The answers from this space that their readers found right, newest first."""
        self._check(person, space)
        return self._complaints.voted_up([space])

    def _record(self, person: Person, space: str, name: str) -> DocumentRecord:
        self._check(person, space)
        record = self._library.document(space, name)
        if record is None:
            raise NotThere
        return record

    def _outermost(self, record: DocumentRecord) -> DocumentRecord:
        """The document in whose file this one lies: it is read with that."""
        seen = {record.name}
        while record.container and record.container not in seen:
            outer = self._library.document(record.space, record.container)
            if outer is None:
                break
            seen.add(outer.name)
            record = outer
        return record

    def _check(self, person: Person, space: str) -> None:
        if not allowed(person, Right.CURATE, space, self._rules()):
            raise NotThere
