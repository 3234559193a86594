"""The index: documents and chunks go in, passages come out; the façade over its parts."""

import logging
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from vectorstore.catalogue import Catalogue, Row, Space
from vectorstore.embedder import Embedder
from vectorstore.faults import EmbedderMismatch, IndexFault
from vectorstore.late_interaction import encode_tokens
from vectorstore.presence import Presence
from vectorstore.rarity import rarity
from vectorstore.rebuild import prefix, rebuild_vectors
from vectorstore.records import Chunk, DocumentRecord, Hit, NewDocument, SearchResult
from vectorstore.rerank import Reranker
from vectorstore.search import DocumentChoice, Scope, collection_name, search, to_hit
from vectorstore.vectors import VectorFault, Vectors, delete_folder, from_bytes, to_bytes

__all__ = ["EmbedderMismatch", "Index", "IndexFault"]

_log = logging.getLogger(__name__)
_FILL = 5_000  # vectors handed over at a time
_EMBED = 64  # texts read at a time: their token vectors are large, and kept only as bits
_WORTH_RENEWING = 1_000  # deleted vectors that a collection may carry, whatever its size

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
        reranker: Reranker | None = None,
    ) -> None:
        """Use `Index.open`."""
        self.embedder = embedder
        self._reranker = reranker
        self._folder = folder
        self._catalogue = catalogue
        self._vectors: Vectors | None = None
        self._syncing = threading.RLock()
        self.presence = Presence(catalogue)
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
    ) -> "Index":
        """Open the index in `folder`, or make one, and bring its parts into agreement.

        With `rebuild`, another embedder than the index was made with is let in; then `rebuild`
        has to be called before anything can be searched or stored. Raises EmbedderMismatch,
        and IndexFault for data that cannot be used.
        """
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise IndexFault(f"The index folder {folder} cannot be made ({error}).") from error
        index = cls(folder, embedder, Catalogue(folder / "catalogue.sqlite3"), reranker)
        try:
            index._check_embedder(rebuild)
            index._open_vectors()
        except BaseException:
            index.close()
            raise
        return index

    def close(self) -> None:
        """Finish and let go of all files."""
        with self._syncing:
            if self._vectors is not None:
                self._vectors.close()
                self._vectors = None
        if self._deleted:
            self._deleted = False
            self._catalogue.scrub(wait=True)
        self._catalogue.close()

    # Reading

    def spaces(self) -> list[str]:
        """Names of the spaces that hold documents, sorted."""
        with self._catalogue.reading() as connection:
            return [space.name for space in self._catalogue.spaces(connection)]

    def documents(self, spaces: Sequence[str] | None = None) -> list[DocumentRecord]:
        """All documents of the spaces (None: of all spaces), by space and name."""
        with self._catalogue.reading() as connection:
            return self._catalogue.documents(connection, spaces)

    def document(self, space: str, name: str) -> DocumentRecord | None:
        """One document, or None."""
        with self._catalogue.reading() as connection:
            found = self._catalogue.documents(connection, [space], name)
        return found[0] if found else None

    def a_heading(self, space: str, name: str) -> str:
        """A heading of the document that has text below it, or ""."""
        with self._catalogue.reading() as connection:
            return self._catalogue.a_heading(connection, space, name)

    def chunk(self, chunk_id: str) -> Hit | None:
        """The chunk with this id, which a search has given; None when it is gone."""
        with self._catalogue.reading() as connection:
            row = self._catalogue.row(connection, chunk_id)
        return None if row is None else to_hit(row)

    def chunks(self, space: str, name: str) -> list[Hit]:
        """All chunks of a document in the order of its text; none when it is not there."""
        with self._catalogue.reading() as connection:
            held = [known for known in self._catalogue.spaces(connection) if known.name == space]
            ids = self._catalogue.chunk_ids(connection, held[0], [name]) if held else []
            rows = self._catalogue.rows(connection, ids)
        return [to_hit(rows[chunk_id]) for chunk_id in ids]

    def surroundings(self, hit: Hit, before: int, after: int) -> list[Hit]:
        """The chunks of the document around `hit`, itself among them, in the text's order.

        A hit whose document has been replaced since stands alone.
        """
        with self._catalogue.reading() as connection:
            row = self._catalogue.row(connection, hit.chunk_id)
            if row is None:
                return [hit]
            rows = self._catalogue.around(
                connection, row.document_id, row.position - before, row.position + after
            )
        return [hit if near.id == row.id else to_hit(near) for near in rows]

    def rarity(self, words: Iterable[str], spaces: Sequence[str]) -> dict[str, float]:
        """How rare each word is among the chunks of these spaces: 0 in all of them, 1 in none."""
        with self._catalogue.reading() as connection:
            known = self._catalogue.spaces(connection)
            return rarity(connection, [s for s in known if s.name in set(spaces)], words)

    def opening(self, hit: Hit) -> str:
        """The first lines of the hit's document: its first two chunks; "" when it is gone."""
        with self._catalogue.reading() as connection:
            row = self._catalogue.row(connection, hit.chunk_id)
            rows = self._catalogue.around(connection, row.document_id, 0, 1) if row else []
        return "\n".join(first.text for first in rows)

    def search(
        self,
        question: str,
        spaces: Sequence[str],
        k: int = 10,
        documents: Sequence[DocumentChoice] | None = None,
    ) -> SearchResult:
        """The `k` best passages of the given spaces, of all documents or of those chosen.

        Names that do not exist find nothing. Nothing outside the given spaces is opened.
        """
        vectors = self._ready()
        scope = Scope(spaces, documents)
        return search(question, scope, k, self._catalogue, vectors, self.embedder, self._reranker)

    # Writing

    def put(
        self, document: NewDocument, chunks: Sequence[Chunk], *, only_if_there: bool = False
    ) -> DocumentRecord:
        """Store a document and its chunks in the place of its old version; durable on return.

        Embeds before it writes; until then, and if anything fails, the old version stays. With
        `only_if_there` raises DocumentGone where there is none: deleted stays deleted.
        """
        self._ready()
        stored = self._embed([prefix(document.title, c.heading) for c in chunks], chunks)
        record, space = self._catalogue.replace(
            document, chunks, stored, only_if_there=only_if_there
        )
        self._hand_over(space)
        return record

    def remove(self, space: str, name: str) -> bool:
        """Forget a document: text, words and vectors. False when it was not there.

        The text is overwritten at once. Words are purged at once in a space of up to 20,000
        chunks and else on `close`; vectors stop being found at once, and their bytes go with
        `purge`.
        """
        self._ready()
        gone = self._catalogue.remove(space, name)
        if gone is None:
            return False
        self._hand_over(gone)
        self._catalogue.scrub(wait=False)
        self._deleted = True
        return True

    def purge(self, spaces: Iterable[str]) -> None:
        """Take the bytes of what was removed from these spaces off the disk, now.

        Rewrites their collections from the catalogue and the word indexes: seconds for each ten
        thousand chunks that stay; searches wait for a part of that.
        """
        chosen = set(spaces)
        with self._syncing, self._catalogue.exclusive():
            vectors = self._ready()
            with self._catalogue.reading() as connection:
                known = [s for s in self._catalogue.spaces(connection) if s.name in chosen]
            for space in known:
                self._take_over(space, vectors)
                with self._catalogue.reading() as connection:
                    ids = self._catalogue.chunk_ids(connection, space)
                # Filled before it takes the old one's place, in which searches go on till then.
                self._fill(replace(space, generation=space.generation + 1), ids, vectors)
                self._catalogue.renew_collection(space)
                vectors.delete(collection_name(space))
            vectors.compact()
        self._catalogue.scrub(wait=True)

    def move(
        self, space: str, name: str, to_space: str, to_name: str = ""
    ) -> DocumentRecord | None:
        """Put a document into another space, or under another name, without reading it again.

        It is never in both places. None when it is not there; FileExistsError when the new place
        is taken. Passages get new ids: a link to an old one no longer leads anywhere.
        """
        self._ready()
        moved = self._catalogue.relocate(space, name, to_space, to_name or name)
        if moved is None:
            return None
        record, left, entered = moved
        self._hand_over(left)
        self._hand_over(entered)
        self._catalogue.scrub(wait=False)
        self._deleted = True
        return record

    def rebuild(self, progress: Progress | None = None) -> None:
        """Make words and vectors of all chunks again, with the embedder of this index.

        Nothing can be stored meanwhile. If it is interrupted, the old vectors are still in
        use, and the next call goes on where this one ended.
        """
        with self._syncing:
            rebuild_vectors(self._catalogue, self.embedder, self._embed, progress)
            self._mismatch = None
            if self._vectors is not None:
                self._vectors.close()
                self._vectors = None
            self._open_vectors()
        self._catalogue.scrub(wait=True)

    def verify(self) -> list[str]:
        """Compare the parts of the index row by row; one sentence per disagreement.

        Reads all ids: seconds for a large index. `open` does as much only where it has to.
        """
        vectors = self._ready()
        found: list[str] = []
        with self._syncing, self._catalogue.reading() as connection:
            for space in self._catalogue.spaces(connection):
                ids = set(self._catalogue.chunk_ids(connection, space))
                parts = {
                    "vector index": set(vectors.ids(collection_name(space))),
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

    def _ready(self) -> Vectors:
        if self._mismatch is not None:
            raise self._mismatch
        if self._vectors is None:
            raise IndexFault("The index has been closed.")
        return self._vectors

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

    def _vectors_folder(self) -> Path:
        with self._catalogue.reading() as connection:
            number = self._catalogue.meta(connection, "vectors_folder") or "1"
        return self._folder / f"chroma-{number}"

    def _open_vectors(self) -> None:
        """Open the vector index and reconcile it; one that is beyond use is made anew."""
        current = self._vectors_folder()
        for folder in self._folder.glob("chroma-*"):
            if folder != current:
                delete_folder(folder)
        try:
            self._vectors = Vectors(current)
            self._reconcile(self._vectors)
        except VectorFault as fault:
            _log.warning("%s Making it anew from the catalogue.", fault)
            if self._vectors is not None:
                self._vectors.close()
            with self._catalogue.writing() as writer:
                number = int(self._catalogue.meta(writer, "vectors_folder") or "1") + 1
                self._catalogue.set_meta(writer, "vectors_folder", str(number))
            self._vectors = Vectors(self._vectors_folder())
            self._reconcile(self._vectors)

    def _reconcile(self, vectors: Vectors) -> None:
        """Bring every collection to the catalogue's state.

        Costs a count per space unless something is pending or differs.
        """
        if self._mismatch is not None:
            return
        with self._catalogue.reading() as connection:
            spaces = self._catalogue.spaces(connection)
        for space in spaces:
            with self._catalogue.reading() as connection:
                ids = self._catalogue.chunk_ids(connection, space)
            if space.dead > max(_WORTH_RENEWING, len(ids) // 2):
                space = self._catalogue.renew_collection(space)  # noqa: PLW2901
            self._take_over(space, vectors)
            name = collection_name(space)
            if vectors.count(name) != len(ids):
                held = set(vectors.ids(name))
                vectors.drop(name, sorted(held.difference(ids)))
                self._fill(space, [i for i in ids if i not in held], vectors)
        with self._catalogue.reading() as connection:
            spaces = self._catalogue.spaces(connection)
        vectors.keep_only({collection_name(space) for space in spaces})

    def _hand_over(self, space: Space) -> None:
        with self._syncing:
            vectors = self._ready()
            with self._catalogue.reading() as connection:
                exists = any(s.id == space.id for s in self._catalogue.spaces(connection))
            if exists:
                self._take_over(space, vectors)
            else:
                vectors.delete(collection_name(space))

    def _take_over(self, space: Space, vectors: Vectors) -> None:
        """Let the vector index do what the journal says for one space, and cross it out."""
        with self._catalogue.reading() as connection:
            added, dropped = self._catalogue.pending(connection, space)
        if dropped:
            vectors.drop(collection_name(space), dropped)
        self._fill(space, added, vectors)
        if added or dropped:
            self._catalogue.settle(space, added, dropped)

    def _fill(self, space: Space, ids: Sequence[int], vectors: Vectors) -> None:
        for start in range(0, len(ids), _FILL):
            with self._catalogue.reading() as connection:
                stored = self._catalogue.vectors(connection, ids[start : start + _FILL])
            if stored:
                vectors.add(collection_name(space), list(stored), from_bytes(list(stored.values())))

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
