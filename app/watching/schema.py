"""The tables of watched sources; steps only go forward."""

STEPS = (
    """
    CREATE TABLE sources (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        name TEXT NOT NULL UNIQUE COLLATE NOCASE,
        kind TEXT NOT NULL,
        place TEXT NOT NULL,
        space TEXT NOT NULL,
        include TEXT NOT NULL,          -- JSON list
        exclude TEXT NOT NULL,
        largest_mib INTEGER NOT NULL,
        every_minutes REAL NOT NULL,
        guard_percent REAL NOT NULL,
        user TEXT NOT NULL,
        secret TEXT NOT NULL,
        paused INTEGER NOT NULL DEFAULT 0,
        anchor TEXT NOT NULL DEFAULT '',  -- what the place was found by
        agreed INTEGER NOT NULL DEFAULT 0,  -- so many vanished files may be followed
        outcome TEXT,                   -- JSON
        good_at REAL
    );
    -- What is known of each file of a place. One with a document is in the space.
    CREATE TABLE files (
        source INTEGER NOT NULL REFERENCES sources (id) ON DELETE CASCADE,
        path TEXT NOT NULL,
        stamp TEXT NOT NULL,
        sha256 TEXT NOT NULL,
        document TEXT NOT NULL,
        reason TEXT NOT NULL,           -- why it is not in the space as it is
        PRIMARY KEY (source, path)
    ) WITHOUT ROWID;
    """,
)
