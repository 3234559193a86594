"""The port of `app.answering.tables` over tables in memory, and how a test asks it."""

from collections.abc import Iterable, Sequence

from word_embedder import WordEmbedder

from app.answering.tables.answer import TableAnswer
from app.answering.tables.answering import answer_from_tables
from ingest.sections import Section
from ingest.tables import tables_of
from vectorstore.index import Index
from vectorstore.records import Chunk, Hit, SearchResult
from vectorstore.scope import EVERYTHING, Scope
from vectorstore.tables.records import NewTable, Table, TableRow


class TablesInMemory:
    """The tables of one document."""

    def __init__(self, tables: Sequence[NewTable], document: str = "a.pdf") -> None:
        self.embedder = WordEmbedder()
        self._stored = [
            (
                Table(
                    n, "general", document, "", n, t.name, t.heading, tuple(t.columns), len(t.rows)
                ),
                [
                    TableRow(at, tuple(r.cells), r.page, r.address, r.position, f"c{r.position}")
                    for at, r in enumerate(t.rows, 1)
                ],
            )
            for n, t in enumerate(tables)
        ]

    def tables(self, stems: Sequence[str], hits: Sequence[Hit], scope: Scope) -> list[Table]:
        return [table for table, _ in self._stored]

    def table_rows(self, table: Table) -> list[TableRow]:
        return self._stored[table.id][1]

    def search(self, question: str, scope: Scope, k: int = 10) -> SearchResult:
        return SearchResult([], {})

    def opening(self, hit: Hit) -> str:
        return ""

    def rarity(self, words: Iterable[str], spaces: Sequence[str] | None) -> dict[str, float]:
        return {}


def of_sections(*sections: Section) -> TablesInMemory:
    """The tables and lists of a document's sections, one chunk each."""
    return TablesInMemory(tables_of(sections, [Chunk(s.text, s.page, s.heading) for s in sections]))


def asked_of(index: Index | TablesInMemory, question: str) -> TableAnswer | None:
    """What the tables answer to a question; an index is searched first."""
    hits = index.search(question, EVERYTHING, 8).hits
    return answer_from_tables(question, EVERYTHING, index, hits)
