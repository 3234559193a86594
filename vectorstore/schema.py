"""The tables of the catalogue and the steps from one version of them to the next."""

import sqlite3
from contextlib import closing
from pathlib import Path

from vectorstore.disk import read_database
from vectorstore.faults import IndexFault
from vectorstore.versions import VersionFault, bring_up_to_date

FILE = "catalogue.sqlite3"
TOKENIZER = "porter unicode61 remove_diacritics 2"  # of the full-text indexes
# One script per version, only ever appended to: a data folder of any earlier version is
# brought forward step by step, and one of a later version is left alone.
STEPS = (
    """
    CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

    -- A space has a word index (table words_<id>) and a collection of vectors of its own.
    CREATE TABLE spaces (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        name TEXT NOT NULL UNIQUE,
        generation INTEGER NOT NULL DEFAULT 1,  -- of its collection; raised to make a fresh one
        dead INTEGER NOT NULL DEFAULT 0         -- vectors deleted from the collection so far
    );

    CREATE TABLE documents (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        space_id INTEGER NOT NULL REFERENCES spaces (id),
        name TEXT NOT NULL,
        title TEXT NOT NULL,
        sha256 TEXT NOT NULL,
        source TEXT NOT NULL,
        pages INTEGER,
        warning TEXT NOT NULL,
        chunks INTEGER NOT NULL,
        indexed_at TEXT NOT NULL,
        UNIQUE (space_id, name)
    );

    -- Ids are never used twice, so a vector left over from an old version names no new chunk.
    CREATE TABLE chunks (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        document_id INTEGER NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
        position INTEGER NOT NULL,
        key TEXT NOT NULL,
        page INTEGER,
        heading TEXT NOT NULL,
        text TEXT NOT NULL,
        UNIQUE (document_id, position)
    );
    CREATE INDEX chunks_key ON chunks (key);

    CREATE TABLE vectors (
        chunk_id INTEGER PRIMARY KEY REFERENCES chunks (id) ON DELETE CASCADE,
        vector BLOB NOT NULL,  -- float32, little endian, length 1
        tokens BLOB NOT NULL   -- see late_interaction.py
    );

    -- What the vector index still has to take over: written with the document, cleared after.
    CREATE TABLE journal (
        space_id INTEGER NOT NULL,
        chunk_id INTEGER NOT NULL,
        added INTEGER NOT NULL,
        PRIMARY KEY (space_id, chunk_id, added)
    ) WITHOUT ROWID;
    """,
    """
    -- Where a document was before it was moved, with the version that it had there.
    CREATE TABLE former_places (
        space TEXT NOT NULL,
        name TEXT NOT NULL,
        was_space TEXT NOT NULL,
        was_name TEXT NOT NULL,
        sha256 TEXT NOT NULL,
        chunks INTEGER NOT NULL
    );
    CREATE INDEX former_places_of ON former_places (space, name);
    """,
    """
    -- Tables of documents as data. The text of a row stands in the chunk of its position too.
    CREATE TABLE tables (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        document_id INTEGER NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
        number INTEGER NOT NULL,       -- within the document, from 0
        name TEXT NOT NULL,            -- its title, caption or sheet, or ''
        heading TEXT NOT NULL,
        columns TEXT NOT NULL,         -- JSON: [[name, kind, unit, decimal mark], ...]
        rows INTEGER NOT NULL,
        first_position INTEGER NOT NULL,  -- of the chunks that say its rows
        last_position INTEGER NOT NULL,
        UNIQUE (document_id, number)
    );

    CREATE TABLE table_rows (
        table_id INTEGER NOT NULL REFERENCES tables (id) ON DELETE CASCADE,
        number INTEGER NOT NULL,       -- from 1
        position INTEGER NOT NULL,     -- of the chunk that says it
        page INTEGER,
        address TEXT NOT NULL,         -- 'A5:F5' where the format has such, or ''
        cells TEXT NOT NULL,           -- JSON: [text, ...]
        PRIMARY KEY (table_id, number)
    ) WITHOUT ROWID;

    -- Stems of the names of tables and columns, by which a question finds them.
    CREATE TABLE table_words (
        word TEXT NOT NULL,
        table_id INTEGER NOT NULL REFERENCES tables (id) ON DELETE CASCADE,
        PRIMARY KEY (word, table_id)
    ) WITHOUT ROWID;
    CREATE INDEX table_words_of ON table_words (table_id);
    """,
    """
    -- How each page of a document was read, with the words that were recognised on it.
    CREATE TABLE pages (
        document_id INTEGER NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
        page INTEGER NOT NULL,
        how TEXT NOT NULL,  -- see records.How
        confidence REAL,
        words TEXT NOT NULL,
        layout BLOB NOT NULL,
        PRIMARY KEY (document_id, page)
    ) WITHOUT ROWID;

    -- Recognised pages of files whose reading has not ended: a cut goes on after them.
    CREATE TABLE recognised (
        sha256 TEXT NOT NULL,
        page INTEGER NOT NULL,
        how TEXT NOT NULL,
        confidence REAL,
        words TEXT NOT NULL,
        layout BLOB NOT NULL,
        at TEXT NOT NULL,
        PRIMARY KEY (sha256, page)
    ) WITHOUT ROWID;
    """,
    """
    -- What a document is, as far as it says so: see records.About.
    CREATE TABLE about (
        document_id INTEGER PRIMARY KEY REFERENCES documents (id) ON DELETE CASCADE,
        author TEXT NOT NULL,
        type TEXT NOT NULL,
        language TEXT NOT NULL,
        made TEXT NOT NULL,
        changed TEXT NOT NULL,
        valid_from TEXT NOT NULL,
        valid_until TEXT NOT NULL
    );
    """,
    """
    -- How large a space is, how large it was when its words were last counted (0: they are not),
    -- and how often its chunks or vectors have changed.
    CREATE TABLE space_sizes (
        space_id INTEGER PRIMARY KEY REFERENCES spaces (id) ON DELETE CASCADE,
        chunks INTEGER NOT NULL DEFAULT 0,
        counted INTEGER NOT NULL DEFAULT 0,
        changes INTEGER NOT NULL DEFAULT 0
    );
    INSERT INTO space_sizes (space_id, chunks)
        SELECT s.id, coalesce(sum(d.chunks), 0)
        FROM spaces s LEFT JOIN documents d ON d.space_id = s.id GROUP BY s.id;

    -- Words that many chunks of a large space hold, as its full-text index spells them.
    CREATE TABLE common_words (
        space_id INTEGER NOT NULL REFERENCES spaces (id) ON DELETE CASCADE,
        word TEXT NOT NULL,
        chunks INTEGER NOT NULL,
        PRIMARY KEY (space_id, word)
    ) WITHOUT ROWID;
    """,
    """
    -- A document that lies in another one of its space, such as an attachment, names that.
    ALTER TABLE documents ADD COLUMN container TEXT NOT NULL DEFAULT '';
    -- Documents within it that are still to be read. Until they are, it is not read completely.
    ALTER TABLE documents ADD COLUMN unread INTEGER NOT NULL DEFAULT 0;
    CREATE INDEX documents_within ON documents (space_id, container) WHERE container != '';
    -- Read before what lies in them had rows of its own: the next ingestion reads them again.
    UPDATE documents SET unread = 1
        WHERE lower(name) GLOB '*.eml' OR lower(name) GLOB '*.msg' OR lower(name) GLOB '*.mbox'
            OR lower(name) GLOB '*.mbx' OR lower(name) GLOB '*.zip'
            OR warning GLOB '*attached files were not read*';
    """,
    """
    -- What is worth knowing of a document's reading, though nothing that is seen is missing.
    ALTER TABLE documents ADD COLUMN note TEXT NOT NULL DEFAULT '';
    """,
)


def migrate(connection: sqlite3.Connection, path: Path) -> None:
    """Bring the database at `path` to the current version. Raises IndexFault."""
    try:
        bring_up_to_date(connection, STEPS, path, "the index")
    except VersionFault as fault:
        raise IndexFault(str(fault)) from fault


def name_of_embedder(path: Path) -> str:
    """The embedder's name in the catalogue at `path`; "" where there is none, or no catalogue.

    What is wrong with a catalogue that cannot be read is told where it is opened.
    """
    if not path.is_file():
        return ""
    try:
        with closing(read_database(path)) as connection:
            found = connection.execute(
                "SELECT value FROM meta WHERE key = 'embedder_name'"
            ).fetchone()
    except sqlite3.Error:
        return ""
    return str(found[0]) if found else ""


def create_words(connection: sqlite3.Connection, space_id: int) -> None:
    """The full-text index of one space.

    Columns hold text as `query.searchable` spells it. A table per space keeps one space's
    words, and their frequencies, out of the searches in another.
    """
    connection.execute(
        f"CREATE VIRTUAL TABLE words_{space_id:d} USING fts5("
        f"body, heading, title, tokenize = '{TOKENIZER}')"
    )


def create_next_vectors(connection: sqlite3.Connection) -> None:
    """The table that a rebuild fills while the old vectors are still in use."""
    connection.execute(
        "CREATE TABLE IF NOT EXISTS next_vectors ("
        "chunk_id INTEGER PRIMARY KEY REFERENCES chunks (id) ON DELETE CASCADE, "
        "vector BLOB NOT NULL, tokens BLOB NOT NULL)"
    )
