"""The open data folder as watched sources need it."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from ingest.discovery import Candidate
from ingest.pipeline import IngestReport, Progress
from vectorstore.records import DocumentRecord

if TYPE_CHECKING:
    from app.workspace.workspace import Workspace


class WatchedLibrary:
    """Implements `app.watching.following.Library` over `Workspace`."""

    def __init__(self, home: "Workspace") -> None:
        self._home = home

    def documents(self, space: str) -> Mapping[str, DocumentRecord]:
        return {one.name: one for one in self._home.index.documents([space])}

    def ingest(
        self,
        files: Sequence[Candidate],
        *,
        space: str,
        person: str,
        progress: Callable[[Progress], None],
    ) -> IngestReport:
        return self._home.ingest_files(files, space=space, person=person, progress=progress)

    def rename(self, space: str, name: str, to_name: str, *, source: str, person: str) -> bool:
        return self._home.rename(space, name, to_name, source=source, person=person)

    def delete(
        self, names: Sequence[str], *, space: str, person: str, reason: str
    ) -> Mapping[str, str]:
        removals = self._home.delete(names, space=space, person=person, reason=reason)
        stay = {one.document: one.reason for one in removals if not one.removed}
        return {
            name: why
            for name, why in stay.items()
            if self._home.index.document(space, name) is not None
        }

    def held(self, space: str, name: str) -> str:
        return self._home.deleter.hold_on(space, name)
