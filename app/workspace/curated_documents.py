"""The open data folder as the curators' desk needs it."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from app.governance.audit.records import RecordKind
from app.people.conversations.store import Conversations
from app.people.conversations.turns import Judged
from app.people.curating.curation import Complaint
from app.workspace.workspace import Workspace
from vectorstore.records import DocumentRecord, Hit, PageReading


class CuratedDocuments:
    """Implements `app.people.curating.curation.Library` over `Workspace`."""

    def __init__(self, home: Workspace) -> None:
        self._home = home

    def documents(self, spaces: Sequence[str] | None = None) -> list[DocumentRecord]:
        return self._home.index.documents(spaces)

    def document(self, space: str, name: str) -> DocumentRecord | None:
        return self._home.index.document(space, name)

    def spaces(self) -> list[str]:
        return self._home.index.spaces()

    def chunks(self, space: str, name: str) -> list[Hit]:
        return self._home.index.chunks(space, name)

    def readings(self, space: str, name: str) -> list[PageReading]:
        return self._home.index.readings(space, name)

    def original(self, record: DocumentRecord) -> Path | None:
        return self._home.original(record)

    def note_opened(self, record: DocumentRecord, *, person: str) -> None:
        about = {
            "space": record.space,
            "document": record.name,
            "sha256": record.sha256,
            "what": "text",
        }
        self._home.trail.record(RecordKind.SOURCE_OPENED, person=person, data=about)

    def forget(self, names: Sequence[str], *, space: str, person: str) -> Mapping[str, str]:
        removals = self._home.remove(names, space=space, person=person)
        return {one.document: one.reason for one in removals if not one.removed}

    def move(self, name: str, *, space: str, to_space: str, person: str) -> DocumentRecord | None:
        return self._home.move(name, space=space, to_space=to_space, person=person)


class SavedComplaints:
    """Implements `app.people.curating.curation.Complaints` over the saved conversations."""

    def __init__(self, conversations: Conversations) -> None:
        self._conversations = conversations

    def found_nothing(self, spaces: Sequence[str]) -> Sequence[Complaint]:
        return [_complaint(one) for one in self._conversations.found_nothing(spaces)]

    def voted_down(self, spaces: Sequence[str]) -> Sequence[Complaint]:
        return [_complaint(one) for one in self._conversations.voted(spaces)]

    def voted_up(self, spaces: Sequence[str]) -> Sequence[Complaint]:
        return [_complaint(one) for one in self._conversations.voted(spaces, verdict="up")]


def _complaint(one: Judged) -> Complaint:
    comment = one.feedback.comment if one.feedback else ""
    return Complaint(one.question, one.answer, one.asked, one.documents, comment)
