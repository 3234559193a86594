"""What answering needs of an index: the port that `vectorstore.index.Index` implements."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from vectorstore.embedder import Embedder
from vectorstore.records import DocumentRecord, Hit, SearchResult
from vectorstore.scope import Scope
from vectorstore.spelling import Spelling
from vectorstore.tables.records import Table, TableRow


class TableIndex(Protocol):
    """Gives the tables of documents, and how a document begins. Safe to use from many threads."""

    def opening(self, hit: Hit) -> str:
        """The first lines of the hit's document; "" when it is gone."""
        ...

    def tables(self, stems: Sequence[str], hits: Sequence[Hit], scope: Scope) -> list[Table]:
        """Tables of the scope that have a row in the hits' chunks, or names with these stems."""
        ...

    def table_rows(self, table: Table) -> list[TableRow]:
        """The rows of a table; none when it is gone."""
        ...


class SearchIndex(TableIndex, Protocol):
    """Finds passages. Safe to use from many threads."""

    @property
    def embedder(self) -> Embedder: ...

    def search(self, question: str, scope: Scope, k: int = 10) -> SearchResult:
        """The `k` best passages of the scope, the best first."""
        ...

    def chunk(self, chunk_id: str) -> Hit | None:
        """The chunk with this id; None when it is gone."""
        ...

    def spelling(self, question: str, spaces: Sequence[str] | None) -> Spelling:
        """Which words of the question these spaces (None: all) lack, and what is meant by them."""
        ...

    def section(self, hit: Hit) -> tuple[Hit, ...]:
        """The hit and its neighbours under the same heading, in order; () when it is gone."""
        ...

    def outline(self, hit: Hit) -> tuple[Hit, ...]:
        """The first passage below each heading of the hit's document, in order."""
        ...

    def rarity(self, words: Iterable[str], spaces: Sequence[str] | None) -> dict[str, float]:
        """How rare each word is in these spaces (None: in all): 0 everywhere, 1 nowhere."""
        ...

    def documents_of(self, scope: Scope) -> list[DocumentRecord]:
        """The documents of the scope, by space and name."""
        ...

    def chunks(self, space: str, name: str) -> list[Hit]:
        """All chunks of a document in the order of its text; none when it is not there."""
        ...

    def tables_of(self, space: str, name: str) -> list[Table]:
        """All tables of a document in the order of its text."""
        ...
