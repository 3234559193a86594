"""The index: documents and chunks go in, passages come out; the façade over its parts."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from vectorstore.catalogue import Catalogue, Row
from vectorstore.embedder import Embedder
from vectorstore.faults import EmbedderMismatch, IndexFault
from vectorstore.former_places import former_places, moved_to
from vectorstore.late_interaction import encode_tokens
from vectorstore.page_rows import read_readings
from vectorstore.presence import Presence
from vectorstore.query import terms
from vectorstore.rarity import rarity
from vectorstore.rebuild import prefix, rebuild_vectors
from vectorstore.recognised import RecognisedPages
from vectorstore.records import (
    Chunk,
    DocumentRecord,
    FormerPlace,
    Hit,
    NewDocument,
    PageReading,
    SearchResult,
)
from vectorstore.rerank import Reranker
from vectorstore.schema import FILE, name_of_embedder
from vectorstore.scope import Scope
from vectorstore.search import holding, search, to_hit
from vectorstore.spelling import Spelling, spelling
from vectorstore.tables.records import NewTable, Table, TableRow
from vectorstore.tables.rows import (
    rows_of_table,
    tables_of_chunks,
    tables_of_document,
    tables_of_words,
)
from vectorstore.vector_index import Server, VectorIndex
from vectorstore.vectors import to_bytes

__all__ = ["EmbedderMismatch", "Index", "IndexFault"]

SECTION = 12  # chunks of a section on each side of one, at most
OUTLINED = 400  # chunks of a document that its outline is made of, at most
_NAMED_TABLES = 24  # tables that a question finds by its words, besides those of passages
_EMBED = 64  # texts read at a time: their token vectors are large, and kept only as bits

Progress = Callable[[int, int], None]


class Index:
    """Everything indexed in one folder; safe to use from many threads of one process.

    SQLite holds the truth. The vector index follows it: a change is noted in a journal in the
    same transaction as the document, and crossed out after the vector index has taken it over,
    so that a process that died in between is caught up with when the folder is opened again.
    """

    def __init__(
        self,
        folder: Path,
        embedder: Embedder,
        catalogue: Catalogue,
        vectors: VectorIndex,
        reranker: Reranker | None = None,
    ) -> None:
        """Use `Index.open`."""
        self.embedder = embedder
        self._reranker = reranker
        self._folder = folder
        self._catalogue = catalogue
        self._vectors = vectors
        self._closed = False
        self.presence = Presence(catalogue)
        self.recognised = RecognisedPages(catalogue)
        self._mismatch: EmbedderMismatch | None = None
        self._deleted = False

    @classmethod
    def open(
        cls,
        folder: Path,
        embedder: Embedder,
        *,
        rebuild: bool = False,
        reranker: Reranker | None = None,
        server: str | None = None,
    ) -> "Index":
        """Open the index in `folder`, or make one, and bring its parts into agreement.

        With `rebuild`, another embedder than the index was made with is let in; then `rebuild`
        has to be called before anything can be searched or stored. With `server`, the address
        of a Chroma server, vectors for searching are there, and `folder` has everything else.
        Raises EmbedderMismatch, and IndexFault for data that cannot be used.
        """
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise IndexFault(f"The index folder {folder} cannot be made ({error}).") from error
        catalogue = Catalogue(folder / FILE)
        vectors = VectorIndex(folder, catalogue, server)
        index = cls(folder, embedder, catalogue, vectors, reranker)
        try:
            index._check_embedder(rebuild)
            if index._mismatch is None:
                vectors.open()
            index.recognised.drop_old(datetime.now(UTC))
        except BaseException:
            index.close()
            raise
        return index

    @staticmethod
    def made_with(folder: Path) -> str:
        """The name of the embedder that the index in `folder` was made with; "" for none.

        Reads one line of the catalogue and changes nothing.
        """
        return name_of_embedder(folder / FILE)

    def close(self) -> None:
        """Finish and let go of all files."""
        self._closed = True
        self._vectors.close()
        if self._deleted:
            self._deleted = False
            self._catalogue.scrub(wait=True)
        self._catalogue.close()

    @property
    def server(self) -> Server | None:
        """The Chroma server that has the vectors; None when `folder` has them."""
        return self._vectors.server

    # Reading

    def spaces(self) -> list[str]:
        """Names of the spaces that hold documents, sorted."""
        with self._catalogue.reading() as connection:
            return [space.name for space in self._catalogue.spaces(connection)]

    def documents(self, spaces: Sequence[str] | None = None) -> list[DocumentRecord]:
        """All documents of the spaces (None: of all spaces), by space and name."""
        with self._catalogue.reading() as connection:
            return self._catalogue.documents(connection, spaces)

    def documents_of(self, scope: Scope) -> list[DocumentRecord]:
        """The documents of the scope, by space and name; what it names and is not there is not."""
        if scope.is_empty:
            return []
        scope = self._with_members(scope)
        return [
            record
            for record in self.documents(scope.spaces)
            if scope.documents is None
            or record.name in scope.documents
            or (record.space, record.name) in scope.documents
        ]

    def document(self, space: str, name: str) -> DocumentRecord | None:
        """One document, or None."""
        with self._catalogue.reading() as connection:
            found = self._catalogue.documents(connection, [space], name)
        return found[0] if found else None

    def within(self, space: str, name: str) -> list[str]:
        """Names of the documents that lie in this one, and in those, outer ones first."""
        with self._catalogue.reading() as connection:
            return self._catalogue.within(connection, space, name)

    def readings(self, space: str, name: str) -> list[PageReading]:
        """How each page of a document was read; none where it has no pages, or was read before
        this was kept.
        """
        with self._catalogue.reading() as connection:
            return read_readings(connection, space, name)

    def reading(self, space: str, name: str, page: int) -> PageReading | None:
        """How one page of a document was read, or None where nothing is known of it."""
        with self._catalogue.reading() as connection:
            found = read_readings(connection, space, name, page)
        return found[0] if found else None

    def former_places(self, space: str, name: str) -> list[FormerPlace]:
        """Where the document was before it was moved; what quoted it there names it so still."""
        with self._catalogue.reading() as connection:
            return former_places(connection, space, name)

    def was_deleted(self, space: str, name: str) -> bool:
        """Whether a document that was here is neither here any more nor was moved from here."""
        if self.document(space, name) is not None:
            return False
        with self._catalogue.reading() as connection:
            place = moved_to(connection, space, name)
        return place is None or self.document(*place) is None

    def chunk(self, chunk_id: str) -> Hit | None:
        """The chunk with this id, which a search has given; None when it is gone."""
        with self._catalogue.reading() as connection:
            row = self._catalogue.row(connection, chunk_id)
        return None if row is None else to_hit(row)

    def chunks(self, space: str, name: str, most: int | None = None) -> list[Hit]:
        """The chunks of a document in the order of its text; none when it is not there.

        All of them, or the first `most`.
        """
        with self._catalogue.reading() as connection:
            held = [known for known in self._catalogue.spaces(connection) if known.name == space]
            ids = (
                self._catalogue.chunk_ids(connection, held[0], [name], -1 if most is None else most)
                if held
                else []
            )
            rows = self._catalogue.rows(connection, ids)
        return [to_hit(rows[chunk_id]) for chunk_id in ids]

    def rarity(self, words: Iterable[str], spaces: Sequence[str] | None) -> dict[str, float]:
        """How rare each word is among the chunks of these spaces: 0 in all of them, 1 in none.

        None stands for all spaces.
        """
        with self._catalogue.reading() as connection:
            known = self._catalogue.spaces(connection)
            chosen = known if spaces is None else [s for s in known if s.name in set(spaces)]
            return rarity(connection, chosen, words, self._catalogue.stems)

    def spelling(self, question: str, spaces: Sequence[str] | None) -> Spelling:
        """Which words of the question these spaces do not have, and which are meant by them.

        None stands for all spaces.
        """
        with self._catalogue.reading() as connection:
            known = self._catalogue.spaces(connection)
            chosen = known if spaces is None else [s for s in known if s.name in set(spaces)]
            return spelling(connection, chosen, terms(question))

    def opening(self, hit: Hit) -> str:
        """The first lines of the hit's document: its first two chunks; "" when it is gone."""
        with self._catalogue.reading() as connection:
            row = self._catalogue.row(connection, hit.chunk_id)
            rows = self._catalogue.around(connection, row.document_id, 0, 1) if row else []
        return "\n".join(first.text for first in rows)

    def section(self, hit: Hit) -> tuple[Hit, ...]:
        """The hit's chunk and its neighbours under the same heading, in the document's order.

        At most SECTION chunks on each side; () when the document is gone.
        """
        with self._catalogue.reading() as connection:
            row = self._catalogue.row(connection, hit.chunk_id)
            if row is None:
                return ()
            first, last = max(0, row.position - SECTION), row.position + SECTION
            rows = self._catalogue.around(connection, row.document_id, first, last)
        at = next(number for number, one in enumerate(rows) if one.position == row.position)
        start = end = at
        while start and rows[start - 1].heading == row.heading:
            start -= 1
        while end + 1 < len(rows) and rows[end + 1].heading == row.heading:
            end += 1
        return tuple(to_hit(one) for one in rows[start : end + 1])

    def outline(self, hit: Hit) -> tuple[Hit, ...]:
        """The first chunk below each heading of the hit's document, in order.

        Only the document's first OUTLINED chunks are looked at; () when it is gone.
        """
        with self._catalogue.reading() as connection:
            row = self._catalogue.row(connection, hit.chunk_id)
            if row is None:
                return ()
            rows = self._catalogue.around(connection, row.document_id, 0, OUTLINED - 1)
        return tuple(
            to_hit(one)
            for number, one in enumerate(rows)
            if not number or one.heading != rows[number - 1].heading
        )

    def search(self, question: str, scope: Scope, k: int = 10) -> SearchResult:
        """The `k` best passages of the scope.

        Names that do not exist find nothing. Nothing outside the scope's spaces is opened.
        Who names a document asks what lies in it as well.
        """
        self._ready()
        scope = self._with_members(scope)
        return search(
            question, scope, k, self._catalogue, self._vectors, self.embedder, self._reranker
        )

    def holding(self, words: str, spaces: Sequence[str], k: int = 200) -> list[Hit]:
        """The best passage of each document of these spaces that has all of the words in one.

        No vectors, no likeness: what is found has the words. Of `k` passages, best first.
        """
        with self._catalogue.reading() as connection:
            wanted = set(spaces)
            chosen = [one for one in self._catalogue.spaces(connection) if one.name in wanted]
            return holding(connection, self._catalogue, words, chosen, k)

    def tables(self, stems: Sequence[str], hits: Sequence[Hit], scope: Scope) -> list[Table]:
        """Tables of the scope that may answer a question: those of the hits' chunks first.

        Then those whose names, headings or columns share the most of `stems`, which are spelt
        by `vectorstore.tables.words.stems`. Never all tables of an index.
        """
        if scope.is_empty:
            return []
        scope = self._with_members(scope)
        with self._catalogue.reading() as connection:
            near = tables_of_chunks(connection, [hit.chunk_id for hit in hits], scope)
            named = tables_of_words(connection, stems, scope, _NAMED_TABLES)
        return list({table.id: table for table in (*near, *named)}.values())

    def table_rows(self, table: Table) -> list[TableRow]:
        """The rows of a table that `tables` or `tables_of` gave; none when it is gone."""
        with self._catalogue.reading() as connection:
            return rows_of_table(connection, table.id)

    def tables_of(self, space: str, name: str) -> list[Table]:
        """All tables of a document in the order of its text."""
        with self._catalogue.reading() as connection:
            return tables_of_document(connection, space, name)

    # Writing

    def put(
        self,
        document: NewDocument,
        chunks: Sequence[Chunk],
        *,
        tables: Sequence[NewTable] = (),
        only_if_there: bool = False,
    ) -> DocumentRecord:
        """Store a document, its chunks and tables in the place of its old version.

        Durable on return. Embeds before it writes; until then, and if anything fails, the old
        version stays. With `only_if_there` raises DocumentGone where there is none: deleted stays
        deleted.
        """
        self._ready()
        stored = self._embed([prefix(document.title, c.heading) for c in chunks], chunks)
        record, space = self._catalogue.replace(
            document, chunks, stored, tables=tables, only_if_there=only_if_there
        )
        self._vectors.follow(space)
        return record

    def remove(self, space: str, name: str) -> bool:
        """Forget a document: text, words and vectors. False when it was not there.

        What lies in it goes before it. The text is overwritten at once. Words are purged at once
        in a space of up to 20,000 chunks and else on `close`; vectors stop being found at once,
        and their bytes go with `purge`.
        """
        self._ready()
        gone = None
        for one in (*reversed(self.within(space, name)), name):
            gone = self._catalogue.remove(space, one)
            if gone is not None:
                self._vectors.follow(gone)
        if gone is None:
            return False
        self._catalogue.scrub(wait=False)
        self._deleted = True
        return True

    def complete(self, space: str, name: str, *, warning: str) -> None:
        """Note that all that lies in a document was read, as far as it can be.

        `warning` is what the document is told with from here on.
        """
        self._ready()
        self._catalogue.complete(space, name, warning)

    def purge(self, spaces: Iterable[str]) -> bool:
        """Take the bytes of what was removed from these spaces off the disk, now.

        Rewrites their collections from the catalogue and the word indexes: seconds for each ten
        thousand chunks that stay; searches wait for a part of that. A server's own files are not
        ours to rewrite: see `server`. False when a server could not be told to forget them.
        """
        self._ready()
        told = self._vectors.purge(set(spaces))
        self._catalogue.scrub(wait=True)
        return told

    def move(
        self, space: str, name: str, to_space: str, to_name: str = "", *, to_source: str = ""
    ) -> DocumentRecord | None:
        """Put a document into another space, or under another name, without reading it again.

        With `to_source` it comes from there now.

        It is never in both places. None when it is not there; FileExistsError when the new place
        is taken. Passages get new ids: a link to an old one no longer leads anywhere. Its vectors'
        bytes stay in the collection of the space that it left until `purge` is told that space.
        """
        self._ready()
        moved = self._catalogue.relocate(space, name, to_space, to_name or name, to_source)
        if moved is None:
            return None
        record, left, entered = moved
        self._vectors.follow(left)
        self._vectors.follow(entered)
        self._catalogue.scrub(wait=False)
        self._deleted = True
        return record

    def rebuild(self, progress: Progress | None = None) -> None:
        """Make words and vectors of all chunks again, with the embedder of this index.

        Nothing can be stored meanwhile. If it is interrupted, the old vectors are still in
        use, and the next call goes on where this one ended. Raises IndexFault when a server
        does not answer at the end: it is given the vectors as soon as it does.
        """
        with self._vectors.renewing():
            rebuild_vectors(self._catalogue, self.embedder, self._embed, progress)
            self._mismatch = None
        self._catalogue.scrub(wait=True)

    def verify(self) -> list[str]:
        """Compare the parts of the index row by row; one sentence per disagreement.

        Reads all ids: seconds for a large index. `open` does as much only where it has to.
        """
        self._ready()
        found: list[str] = []
        with self._vectors.still(), self._catalogue.reading() as connection:
            for space in self._catalogue.spaces(connection):
                ids = set(self._catalogue.chunk_ids(connection, space))
                parts = {
                    "vector index": self._vectors.ids(space),
                    "word index": self._catalogue.word_ids(connection, space),
                    "stored vectors": set(self._catalogue.vectors(connection, ids)),
                }
                found += [
                    f"Space {space.name}: the {part} lacks {len(ids - held)} chunks and has "
                    f"{len(held - ids)} too many. Run `strongroom reindex`."
                    for part, held in parts.items()
                    if held != ids
                ]
        return found

    # Between the parts

    def _with_members(self, scope: Scope) -> Scope:
        """The scope with what lies in the documents that it names."""
        if not scope.documents:
            return scope
        with self._catalogue.reading() as connection:
            inner = self._catalogue.members(connection)
        chosen = dict.fromkeys(scope.documents)
        todo = [place for place in inner if place[1] in chosen or place in chosen]
        while todo:
            space, name = todo.pop()
            for member in inner.pop((space, name), ()):
                chosen[space, member] = None
                todo.append((space, member))
        return replace(scope, documents=tuple(chosen))

    def _ready(self) -> None:
        if self._mismatch is not None:
            raise self._mismatch
        if self._closed:
            raise IndexFault("The index has been closed.")

    def _check_embedder(self, rebuild: bool) -> None:
        ours = self.embedder
        with self._catalogue.writing() as writer:
            sha256 = self._catalogue.meta(writer, "embedder_sha256")
            name = self._catalogue.meta(writer, "embedder_name")
            if sha256 is None or sha256 == ours.sha256:
                self._catalogue.set_meta(writer, "embedder_sha256", ours.sha256)
                self._catalogue.set_meta(writer, "embedder_name", ours.name)
                self._catalogue.set_meta(writer, "embedder_dimension", str(ours.dimension))
                return
        self._mismatch = EmbedderMismatch(
            f"The index in {self._folder} was made with the embedder {name} "
            f"({sha256[:12]}…), and the one now set is {ours.name} ({ours.sha256[:12]}…); their "
            "vectors cannot be compared. Run `strongroom reindex` to make the index anew with "
            f"{ours.name}, or set {name} again."
        )
        if not rebuild:
            raise self._mismatch

    def _embed(
        self, prefixes: Sequence[str], chunks: Sequence[Chunk | Row]
    ) -> list[tuple[bytes, bytes]]:
        """Vector and token codes of each chunk, as stored; equal texts are read once."""
        texts = [(above, chunk.text) for above, chunk in zip(prefixes, chunks, strict=True)]
        known: dict[tuple[str, str], tuple[bytes, bytes]] = {}
        distinct = list(dict.fromkeys(texts))
        for start in range(0, len(distinct), _EMBED):
            part = distinct[start : start + _EMBED]
            readings = self.embedder.read([above + text for above, text in part])
            for (above, text), reading in zip(part, readings, strict=True):
                codes = encode_tokens(reading, above + text, len(above))
                known[above, text] = to_bytes(reading.vector), codes
        return [known[pair] for pair in texts]
