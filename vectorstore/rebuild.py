"""Makes the words and vectors of a whole catalogue again, with another embedder if need be."""

from collections.abc import Callable, Sequence

from vectorstore.catalogue import Catalogue, Row
from vectorstore.embedder import Embedder
from vectorstore.schema import create_next_vectors

_AT_ONCE = 256  # chunks between two commits

Embed = Callable[[Sequence[str], Sequence[Row]], list[tuple[bytes, bytes]]]


def rebuild_vectors(
    catalogue: Catalogue,
    embedder: Embedder,
    embed: Embed,
    progress: Callable[[int, int], None] | None,
) -> None:
    """Fill a second table of vectors, then put it in the place of the first in one step.

    The second table is kept over an interruption, if it was begun with the same embedder.
    """
    with catalogue.exclusive():
        with catalogue.writing() as writer:
            if catalogue.meta(writer, "rebuilding") != embedder.sha256:
                writer.execute("DROP TABLE IF EXISTS next_vectors")
                catalogue.set_meta(writer, "rebuilding", embedder.sha256)
            create_next_vectors(writer)
            ids = [i for (i,) in writer.execute("SELECT id FROM chunks ORDER BY id")]
            done = {i for (i,) in writer.execute("SELECT chunk_id FROM next_vectors")}
        left = [i for i in ids if i not in done]
        if progress:
            progress(len(done), len(ids))
        for start in range(0, len(left), _AT_ONCE):
            part = left[start : start + _AT_ONCE]
            with catalogue.reading() as connection:
                rows = list(catalogue.rows(connection, part).values())
            stored = embed([prefix(row.title, row.heading) for row in rows], rows)
            with catalogue.writing() as writer:
                writer.executemany(
                    "INSERT INTO next_vectors VALUES (?, ?, ?)",
                    [(row.id, *pair) for row, pair in zip(rows, stored, strict=True)],
                )
            if progress:
                progress(len(done) + start + len(part), len(ids))
        catalogue.rebuild_words()
        with catalogue.writing() as writer:
            writer.execute("DELETE FROM vectors")
            writer.execute("INSERT INTO vectors SELECT * FROM next_vectors")
            writer.execute("DROP TABLE next_vectors")
            writer.execute("DELETE FROM journal")
            # A fresh folder, so that nothing of the old vectors is taken for new.
            number = int(catalogue.meta(writer, "vectors_folder") or "1") + 1
            for key, value in (
                ("vectors_folder", str(number)),
                ("rebuilding", None),
                ("embedder_sha256", embedder.sha256),
                ("embedder_name", embedder.name),
                ("embedder_dimension", str(embedder.dimension)),
            ):
                catalogue.set_meta(writer, key, value)
            writer.execute("UPDATE spaces SET dead = 0")
            writer.execute("UPDATE space_sizes SET changes = changes + 1")


def prefix(title: str, heading: str) -> str:
    """What the embedder reads before a chunk's text, so that it knows what the text is about."""
    above = ". ".join(part for part in (title, heading.replace(" > ", ". ")) if part)
    return f"{above}\n" if above else ""
