"""The index and its embedder as LangChain's, for chains and agents that others build on them.

Only this module of the package imports LangChain: it takes half a second of every command.
"""

from collections.abc import Sequence

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict

from vectorstore.embedder import Embedder
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


class IndexEmbeddings(Embeddings):
    """An embedder's unit vectors, for what takes LangChain's `Embeddings`."""

    def __init__(self, embedder: Embedder) -> None:
        self.embedder = embedder

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """One unit vector per text."""
        return [reading.vector.tolist() for reading in self.embedder.read(texts)]

    def embed_query(self, text: str) -> list[float]:
        """The question's unit vector."""
        vector: list[float] = self.embedder.read_question(text).vector.tolist()
        return vector


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
