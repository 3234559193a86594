"""Whether words or vectors of a document are in the index, looked for among all chunks."""

import json

from vectorstore.catalogue import Catalogue


class Presence:
    """Answers by reading all chunks of an index: for deletions, not for searches."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    def containing(self, text: str) -> tuple[str, str] | None:
        """Space and name of a document that says `text` word by word, or has it as a heading.

        Cells and names of its tables count as well.
        """
        with self._catalogue.reading() as connection:
            found = connection.execute(
                "SELECT s.name, d.name FROM chunks c JOIN documents d ON d.id = c.document_id "
                "JOIN spaces s ON s.id = d.space_id "
                "LEFT JOIN about a ON a.document_id = d.id WHERE instr(c.text, ?1) "
                "OR instr(c.heading, ?1) OR instr(d.title, ?1) OR instr(a.author, ?1) LIMIT 1",
                (text,),
            ).fetchone()
            if found is None:  # a cell says the same as its row's chunk, in another form
                found = connection.execute(
                    "SELECT s.name, d.name FROM tables t JOIN documents d ON d.id = t.document_id "
                    "JOIN spaces s ON s.id = d.space_id "
                    "WHERE instr(t.name, ?1) OR instr(t.columns, ?2) OR EXISTS (SELECT 1 "
                    "FROM table_rows r WHERE r.table_id = t.id AND instr(r.cells, ?2)) LIMIT 1",
                    (text, json.dumps(text, ensure_ascii=False)[1:-1]),
                ).fetchone()
        return None if found is None else (str(found[0]), str(found[1]))

    def has_vector(self, vector: bytes) -> bool:
        """Whether some chunk has this very vector."""
        with self._catalogue.reading() as connection:
            found = connection.execute("SELECT 1 FROM vectors WHERE vector = ? LIMIT 1", (vector,))
            return found.fetchone() is not None

    def vectors_of(self, space: str, name: str) -> list[bytes]:
        """The stored bytes of a document's vectors: float32, little endian."""
        with self._catalogue.reading() as connection:
            held = [known for known in self._catalogue.spaces(connection) if known.name == space]
            ids = self._catalogue.chunk_ids(connection, held[0], [name]) if held else []
            return list(self._catalogue.vectors(connection, ids).values())
