"""The keys under which the trail keeps texts, one for each record: what destroys one, erases them.

A record's line never changes, so the chain still verifies when nobody can read its words any more.
"""

import secrets
import sqlite3
import threading
import time
from base64 import b64decode, b64encode
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from app.governance.audit.records import TrailFault, TrailFull
from vectorstore.disk import fold_log, make_private, open_database
from vectorstore.versions import VersionFault, bring_up_to_date

_DAY_S = 24 * 3600.0
_NONCE = 12
# One script per version, only ever appended to.
STEPS = (
    """
    -- For how many days texts stay, as the settings said when the trail was last opened.
    CREATE TABLE ages (least INTEGER NOT NULL, most INTEGER NOT NULL);
    INSERT INTO ages VALUES (0, 0);

    CREATE TABLE keys (
        id TEXT PRIMARY KEY,
        key BLOB NOT NULL,
        person TEXT NOT NULL,           -- whose question it was
        made_at REAL NOT NULL,
        due INTEGER NOT NULL DEFAULT 0  -- to be destroyed as soon as it is old enough
    ) WITHOUT ROWID;
    CREATE INDEX keys_person ON keys (person);
    CREATE INDEX keys_made ON keys (made_at);

    -- The documents whose words a record may hold.
    CREATE TABLE sources (
        key_id TEXT NOT NULL REFERENCES keys (id) ON DELETE CASCADE,
        space TEXT NOT NULL,
        document TEXT NOT NULL,
        PRIMARY KEY (key_id, space, document)
    ) WITHOUT ROWID;
    CREATE INDEX sources_document ON sources (space, document);

    -- A backup that is restored may not bring them back.
    CREATE TABLE destroyed (id TEXT PRIMARY KEY) WITHOUT ROWID;
    """,
)


@dataclass(frozen=True, slots=True)
class TextKey:
    """The key of one record's texts."""

    id: str
    _secret: bytes

    def box(self, text: str) -> str:
        """The text, readable with this key alone."""
        nonce = secrets.token_bytes(_NONCE)
        sealed = AESGCM(self._secret).encrypt(nonce, text.encode("utf-8", "surrogatepass"), b"text")
        return b64encode(nonce + sealed).decode("ascii")

    def open(self, boxed: str) -> str:
        """What `box` was given. Raises TrailFault for anything else."""
        try:
            sealed = b64decode(boxed, validate=True)
            text = AESGCM(self._secret).decrypt(sealed[:_NONCE], sealed[_NONCE:], b"text")
        except (InvalidTag, ValueError) as error:
            raise TrailFault(f"a text of the audit trail does not fit its key {self.id}") from error
        return text.decode("utf-8", "surrogatepass")


class TextKeys:
    """The keys of one data folder; safe to use from many threads, beside other processes."""

    def __init__(self, path: Path, clock: Callable[[], float] = time.time) -> None:
        """Raises TrailFault."""
        self._path = path
        self._clock = clock
        self._lock = threading.Lock()
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            make_private(path)
            self._db = open_database(path)
            bring_up_to_date(self._db, STEPS, path, "the file of the audit trail's text keys")
        except (OSError, sqlite3.Error, VersionFault) as error:
            raise TrailFault(
                f"the keys of the audit trail's texts in {path} cannot be used ({error}); put the "
                "file back from a backup"
            ) from error

    def close(self) -> None:
        with self._lock:
            self._db.close()

    def set_ages(self, least: int, most: int) -> None:
        """How many days texts stay at least and at most; 0 for no such limit."""
        with self._changing() as db:
            if db.execute("SELECT least, most FROM ages").fetchone() != (least, most):
                db.execute("UPDATE ages SET least = ?, most = ?", (least, most))

    def make(self, person: str, documents: Collection[tuple[str, str]] = ()) -> TextKey:
        """A new key, on disk, for a text of this person's that may quote these documents."""
        made = TextKey(secrets.token_hex(8), AESGCM.generate_key(256))
        with self._changing() as db:
            db.execute(
                "INSERT INTO keys VALUES (?, ?, ?, ?, 0)",
                (made.id, made._secret, person, self._clock()),
            )
            db.executemany(
                "INSERT OR IGNORE INTO sources VALUES (?, ?, ?)",
                [(made.id, *place) for place in documents],
            )
        return made

    def find(self, key_id: str) -> TextKey | None:
        """The key, or None when it was destroyed."""
        with self._lock:
            row = self._db.execute("SELECT key FROM keys WHERE id = ?", (key_id,)).fetchone()
        return TextKey(key_id, row[0]) if row else None

    def forget_documents(self, places: Iterable[tuple[str, str]]) -> int:
        """Destroy the keys of what may quote one of these (space, name); returns how many.

        One that is not old enough goes with `destroy_due` when it is.
        """
        with self._changing() as db:
            for place in places:
                db.execute(
                    "UPDATE keys SET due = 1 WHERE id IN "
                    "(SELECT key_id FROM sources WHERE space = ? AND document = ?)",
                    place,
                )
        return self.destroy_due()

    def forget_person(self, person: str) -> int:
        """Destroy the keys of what a person asked and was answered; as `forget_documents`."""
        with self._changing() as db:
            db.execute("UPDATE keys SET due = 1 WHERE person = ?", (person,))
        return self.destroy_due()

    def move_document(self, space: str, document: str, to_space: str) -> int:
        """Know a document that has another space now; returns how many keys were of it."""
        with self._changing() as db:
            db.execute(
                "INSERT OR IGNORE INTO sources SELECT key_id, ?, document FROM sources "
                "WHERE space = ? AND document = ?",
                (to_space, space, document),
            )
            return db.execute(
                "DELETE FROM sources WHERE space = ? AND document = ?", (space, document)
            ).rowcount

    def left(self, places: Iterable[tuple[str, str]]) -> tuple[int, float]:
        """How many records may still quote these documents, and when the last of them is old
        enough to be erased (seconds since 1970).
        """
        found: dict[str, float] = {}
        with self._lock:
            (least,) = self._db.execute("SELECT least FROM ages").fetchone()
            for place in places:
                found.update(
                    self._db.execute(
                        "SELECT id, made_at FROM keys JOIN sources ON key_id = id "
                        "WHERE space = ? AND document = ?",
                        place,
                    ).fetchall()
                )
        return len(found), max(found.values(), default=0.0) + least * _DAY_S

    def count_due(self) -> int:
        """How many `destroy_due` would destroy."""
        with self._lock:
            return len(self._due(self._db))

    def _due(self, db: sqlite3.Connection) -> list[tuple[str]]:
        now, (least, most) = self._clock(), db.execute("SELECT least, most FROM ages").fetchone()
        return db.execute(
            "SELECT id FROM keys WHERE (due AND made_at <= ?) OR (? > 0 AND made_at <= ?)",
            (now - least * _DAY_S, most, now - max(least, most) * _DAY_S),
        ).fetchall()

    def destroy_due(self) -> int:
        """Destroy the keys whose time has come; returns how many. Their bytes go with them."""
        with self._changing() as db:
            due, gone = self._due(db), 0
            db.executemany("INSERT OR IGNORE INTO destroyed VALUES (?)", due)
            for one in due:
                gone += db.execute("DELETE FROM keys WHERE id = ?", one).rowcount
        if gone:
            with self._lock:
                fold_log(self._db)
        return gone

    def take_over(self, former: Path) -> None:
        """After a restore: have what the former data folder has, and lose what it destroyed."""
        with self._lock:
            self._db.execute("ATTACH DATABASE ? AS former", (f"{former}",))
            try:
                self._db.execute("BEGIN IMMEDIATE")
                for statement in (
                    "INSERT OR IGNORE INTO destroyed SELECT id FROM former.destroyed",
                    "INSERT OR IGNORE INTO keys SELECT * FROM former.keys",
                    "INSERT OR IGNORE INTO sources SELECT * FROM former.sources",
                    "DELETE FROM keys WHERE id IN (SELECT id FROM destroyed)",
                ):
                    self._db.execute(statement)
                self._db.execute("COMMIT")
            finally:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                self._db.execute("DETACH DATABASE former")
            fold_log(self._db)

    @contextmanager
    def _changing(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            try:
                self._db.execute("BEGIN IMMEDIATE")
                try:
                    yield self._db
                    self._db.execute("COMMIT")
                except BaseException:
                    if self._db.in_transaction:  # a full disk ends it
                        self._db.execute("ROLLBACK")
                    raise
            except sqlite3.Error as error:
                raise TrailFull(
                    f"the keys of the audit trail's texts in {self._path} cannot be written "
                    f"({error}). Without them nothing is answered: make room on its disk, then try "
                    "again."
                ) from error


@contextmanager
def text_keys(path: Path) -> Iterator[TextKeys | None]:
    """The keys at `path` until the block ends; None where there are none yet."""
    if not path.exists():
        yield None
        return
    with closing(TextKeys(path)) as keys:
        yield keys
