"""The index as LangChain's retriever, for chains and agents that others build on it."""

from collections.abc import Sequence

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict

from vectorstore.index import Index
from vectorstore.records import Hit
from vectorstore.scope import Scope


class IndexRetriever(BaseRetriever):
    """Finds the `k` best passages of `spaces`, of all their documents or of those named.

    A found document's `metadata` holds document, page, heading, space, score and chunk_id, and
    its `id` is the chunk_id.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    index: Index
    spaces: Sequence[str]
    k: int = 10
    documents: Sequence[str] | None = None

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun
    ) -> list[Document]:
        found = self.index.search(query, Scope.of(self.spaces, self.documents), self.k)
        return [_document(hit) for hit in found.hits]


def _document(hit: Hit) -> Document:
    return Document(
        id=hit.chunk_id,
        page_content=hit.text,
        metadata={
            "document": hit.document,
            "page": hit.page,
            "heading": hit.heading,
            "space": hit.space,
            "score": hit.score,
            "chunk_id": hit.chunk_id,
        },
    )
