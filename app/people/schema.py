"""The tables of people, groups, spaces' rules, sessions, keys, and the steps between versions."""

import sqlite3
from pathlib import Path

from vectorstore.versions import VersionFault, bring_up_to_date


class PeopleFault(Exception):
    """The file of people cannot be used; the message says what to do."""


# One script per version, only ever appended to.
STEPS = (
    """
    CREATE TABLE meta (key TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;

    CREATE TABLE people (
        id TEXT PRIMARY KEY,
        name TEXT NOT NULL,
        name_key TEXT NOT NULL UNIQUE,  -- the name as names are compared
        full_name TEXT NOT NULL DEFAULT '',
        password TEXT,                  -- argon2id; NULL where another sign-in keeps it
        must_change INTEGER NOT NULL DEFAULT 0,
        subject TEXT UNIQUE,            -- who this is to the company's sign-in
        administrator INTEGER NOT NULL DEFAULT 0,
        auditor INTEGER NOT NULL DEFAULT 0,
        created_at REAL NOT NULL,
        seen_at REAL
    ) WITHOUT ROWID;

    -- Ids of people who are gone: private documents may still bear them.
    CREATE TABLE gone (id TEXT PRIMARY KEY) WITHOUT ROWID;

    CREATE TABLE groups (name TEXT PRIMARY KEY) WITHOUT ROWID;

    CREATE TABLE memberships (
        person_id TEXT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
        group_name TEXT NOT NULL REFERENCES groups (name) ON DELETE CASCADE,
        company INTEGER NOT NULL DEFAULT 0,  -- told by the company's sign-in, and renewed with it
        PRIMARY KEY (person_id, group_name, company)
    ) WITHOUT ROWID;

    CREATE TABLE rules (
        space TEXT NOT NULL,
        group_name TEXT NOT NULL,
        curate INTEGER NOT NULL,
        PRIMARY KEY (space, group_name)
    ) WITHOUT ROWID;

    -- The token itself is in the browser's cookie alone.
    CREATE TABLE sessions (
        token_hash BLOB PRIMARY KEY,
        person_id TEXT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
        created_at REAL NOT NULL,
        seen_at REAL NOT NULL
    ) WITHOUT ROWID;
    CREATE INDEX sessions_person ON sessions (person_id);

    -- Keys are hashes: people type passwords into the field for the name.
    CREATE TABLE failures (
        key BLOB PRIMARY KEY,
        count INTEGER NOT NULL,
        last_at REAL NOT NULL,
        until REAL NOT NULL
    ) WITHOUT ROWID;
    """,
    """
    -- When a one-time password is worth nothing any more; NULL for one of one's own.
    ALTER TABLE people ADD COLUMN password_ends REAL;
    ALTER TABLE people ADD COLUMN password_at REAL;  -- when it was changed last, and by whom
    ALTER TABLE people ADD COLUMN password_by TEXT NOT NULL DEFAULT '';
    ALTER TABLE people ADD COLUMN second_factor TEXT;  -- the secret of an authenticator app
    ALTER TABLE people ADD COLUMN second_factor_at INTEGER NOT NULL DEFAULT 0;  -- last step used

    -- When whoever sits there showed their password last, and what browser it is.
    ALTER TABLE sessions ADD COLUMN proved_at REAL NOT NULL DEFAULT 0;
    ALTER TABLE sessions ADD COLUMN browser TEXT NOT NULL DEFAULT '';

    -- Made because the company's sign-in told it. One that was made here gives rights that its
    -- name alone must not give.
    ALTER TABLE groups ADD COLUMN company INTEGER NOT NULL DEFAULT 0;
    UPDATE groups SET company = 1
        WHERE name IN (SELECT group_name FROM memberships WHERE company);
    """,
    """
    -- Nobody behind it: a program that comes with keys alone.
    ALTER TABLE people ADD COLUMN service INTEGER NOT NULL DEFAULT 0;

    -- The secret itself is with whoever made the key.
    CREATE TABLE keys (
        id TEXT PRIMARY KEY,
        secret_hash BLOB NOT NULL UNIQUE,
        person_id TEXT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
        name TEXT NOT NULL,
        may TEXT NOT NULL,              -- words with spaces between them
        spaces TEXT,                    -- JSON list; NULL for all that the person may use
        created_at REAL NOT NULL,
        ends_at REAL NOT NULL,
        used_at REAL
    ) WITHOUT ROWID;
    CREATE INDEX keys_person ON keys (person_id);
    """,
    """
    -- Whom a conversation, or one answer of it, is shown to. It goes with either of them; without
    -- its conversation it shows nothing.
    CREATE TABLE shares (
        id TEXT PRIMARY KEY,
        owner TEXT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
        conversation TEXT NOT NULL,
        turn INTEGER,                   -- the one answer; NULL: all that were there then
        reader TEXT REFERENCES people (id) ON DELETE CASCADE,
        group_name TEXT REFERENCES groups (name) ON DELETE CASCADE,
        shared_at REAL NOT NULL,
        CHECK ((reader IS NULL) != (group_name IS NULL))
    ) WITHOUT ROWID;
    CREATE INDEX shares_of ON shares (owner, conversation);
    CREATE INDEX shares_with ON shares (reader);

    -- How answers are to be written: for a person, or for all who ask one space.
    CREATE TABLE instructions (
        person TEXT UNIQUE REFERENCES people (id) ON DELETE CASCADE,
        space TEXT UNIQUE,
        text TEXT NOT NULL,
        CHECK ((person IS NULL) != (space IS NULL))
    );
    CREATE TABLE saved_questions (
        id INTEGER PRIMARY KEY,
        person TEXT REFERENCES people (id) ON DELETE CASCADE,
        space TEXT,
        question TEXT NOT NULL,
        CHECK ((person IS NULL) != (space IS NULL))
    );
    """,
    """
    -- When the company's directory said that somebody is gone or switched off.
    ALTER TABLE people ADD COLUMN suspended_at REAL;
    """,
)


def migrate(connection: sqlite3.Connection, path: Path) -> None:
    """Bring the database at `path` to the current version. Raises PeopleFault."""
    try:
        bring_up_to_date(connection, STEPS, path, "the file of people")
    except VersionFault as fault:
        raise PeopleFault(str(fault)) from fault
