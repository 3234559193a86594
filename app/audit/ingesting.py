"""The index as ingestion sees it: what comes in and what is forgotten is on record first."""

from collections.abc import Callable, Sequence

from app.audit.opening import local_person
from app.audit.records import RecordKind
from app.audit.trail import Trail
from vectorstore.embedder import Embedder
from vectorstore.index import Index
from vectorstore.records import Chunk, DocumentRecord, NewDocument

# Deletes a document of (space, name) for good; False when it is not there.
Delete = Callable[[str, str], bool]


class RecordedIndex:
    """Implements `ingest.pipeline.DocumentIndex` over an index."""

    def __init__(self, index: Index, trail: Trail, person: str, delete: Delete) -> None:
        self._index = index
        self._trail = trail
        self._person = person or local_person()
        self._delete = delete

    @property
    def embedder(self) -> Embedder:
        return self._index.embedder

    def documents(self, spaces: Sequence[str] | None = None) -> list[DocumentRecord]:
        return self._index.documents(spaces)

    def put(
        self, document: NewDocument, chunks: Sequence[Chunk], *, only_if_there: bool = False
    ) -> DocumentRecord:
        about = {
            "space": document.space,
            "document": document.name,
            "sha256": document.sha256,
            "source": document.source,
            "pages": document.pages,
            "chunks": len(chunks),
        }
        self._trail.record(RecordKind.INGEST, person=self._person, data=about)
        try:
            return self._index.put(document, chunks, only_if_there=only_if_there)
        except BaseException as error:
            failed = {**about, "error": type(error).__name__}
            self._trail.record(RecordKind.INGEST_FAILED, person=self._person, data=failed)
            raise

    def remove(self, space: str, name: str) -> bool:
        return self._delete(space, name)
