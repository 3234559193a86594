"""The index as ingestion sees it: what comes in and what is forgotten is on record first."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from app.governance.audit.opening import local_person
from app.governance.audit.records import RecordKind
from app.governance.audit.trail import Trail
from vectorstore.embedder import Embedder
from vectorstore.index import Index
from vectorstore.recognised import RecognisedPages
from vectorstore.records import Chunk, DocumentRecord, NewDocument
from vectorstore.tables.records import NewTable


class Deletions(Protocol):
    """How documents and versions of them go for good."""

    @property
    def forget(self) -> Callable[[str, str], bool]:
        """Deletes a document of (space, name); False when it is not there."""
        ...

    @property
    def replacing(self) -> Callable[[NewDocument, Sequence[Chunk]], AbstractContextManager[str]]:
        """A block that stores a version; enters with the hash of the one it replaces, or ""."""
        ...


class RecordedIndex:
    """Implements `ingest.pipeline.DocumentIndex` over an index."""

    def __init__(self, index: Index, trail: Trail, person: str, deletions: Deletions) -> None:
        self._index = index
        self._trail = trail
        self._person = person or local_person()
        self._deletions = deletions

    @property
    def embedder(self) -> Embedder:
        return self._index.embedder

    @property
    def recognised(self) -> RecognisedPages:
        return self._index.recognised

    def documents(self, spaces: Sequence[str] | None = None) -> list[DocumentRecord]:
        return self._index.documents(spaces)

    def put(
        self,
        document: NewDocument,
        chunks: Sequence[Chunk],
        *,
        tables: Sequence[NewTable] = (),
        only_if_there: bool = False,
    ) -> DocumentRecord:
        about: dict[str, str | int | None] = {
            "space": document.space,
            "document": document.name,
            "sha256": document.sha256,
            "source": document.source,
            "pages": document.pages,
            "chunks": len(chunks),
        }
        if document.container:
            about["container"] = document.container
        with self._deletions.replacing(document, chunks) as replaced:
            if replaced:
                about["replaces"] = replaced
            self._trail.record(RecordKind.INGEST, person=self._person, data=about)
            try:
                return self._index.put(document, chunks, tables=tables, only_if_there=only_if_there)
            except BaseException as error:
                failed = {**about, "error": type(error).__name__}
                self._trail.record(RecordKind.INGEST_FAILED, person=self._person, data=failed)
                raise

    def complete(self, space: str, name: str, *, warning: str) -> None:
        self._index.complete(space, name, warning=warning)

    def remove(self, space: str, name: str) -> bool:
        return self._deletions.forget(space, name)
