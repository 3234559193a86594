"""What a restore reads and changes in a catalogue before it is opened."""

from contextlib import closing
from pathlib import Path

from vectorstore.disk import existing_database, open_database


def documents_in(catalogue: Path) -> list[tuple[str, str, str]]:
    """Space, name and SHA-256 of every document; none where there is no catalogue.

    Raises sqlite3.Error.
    """
    if not catalogue.is_file():
        return []
    with closing(existing_database(catalogue)) as db:
        return db.execute(
            "SELECT s.name, d.name, d.sha256 FROM documents d JOIN spaces s ON s.id = d.space_id"
        ).fetchall()


def forget_data_folder(catalogue: Path) -> None:
    """Let the catalogue be of another data folder than it was, with collections of its own.

    On a Chroma server the collections are named by data folder. Raises sqlite3.Error.
    """
    if catalogue.is_file():
        with closing(open_database(catalogue)) as db:
            db.execute("DELETE FROM meta WHERE key = 'home'")
