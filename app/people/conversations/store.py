"""The file of saved conversations: every access is by person, and deleting leaves nothing."""

import json
import re
import sqlite3
import threading
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import Any

from app.people.conversations.forgetting import erase_quotations, erase_turn
from app.people.conversations.moving import relabel_quotations
from app.people.conversations.turns import (
    TRAITS,
    Feedback,
    Judged,
    Listed,
    SavedConversation,
    SavedTurn,
    Selection,
    VotedAnswer,
    answer_from_json,
    answer_to_json,
    without_access,
)
from app.printing.markdown import as_text, read_markdown
from vectorstore.disk import fold_log, make_private, open_database
from vectorstore.versions import VersionFault, bring_up_to_date

# Those of `spaces` that the person may read now.
Readable = Callable[[Iterable[str]], Collection[str]]

# Puts on record what a person, by id, does with a conversation.
Record = Callable[[str, Mapping[str, Any]], None]

LONGEST_TITLE = 120
LONGEST_COMMENT = 2_000
LONGEST_DRAFT = 20_000
MOST_LISTED = 500
MOST_VERSIONS = 4  # of an answer, that are kept beside the one that counts
WAITS_S = 7 * 24 * 3600.0  # that a question waits for its person to come back
_HEAD = "c.id, c.title, c.created, c.changed, c.pinned, c.archived"
_NEWEST = "superseded > 0, superseded DESC"  # the answer that counts, then the last before it
_BEYOND = re.compile(r"[^\w\s]+")
STEPS = (
    """
    CREATE TABLE conversations (
      id TEXT PRIMARY KEY, person TEXT NOT NULL, title TEXT NOT NULL,
      created REAL NOT NULL, changed REAL NOT NULL) WITHOUT ROWID;
    CREATE INDEX conversations_of ON conversations (person, changed);
    CREATE TABLE turns (
      row INTEGER PRIMARY KEY,
      conversation TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
      number INTEGER NOT NULL, question TEXT NOT NULL, state TEXT NOT NULL,
      scope TEXT NOT NULL, answer TEXT, found INTEGER, draft TEXT NOT NULL, failure TEXT NOT NULL,
      spaces TEXT NOT NULL, asked REAL NOT NULL, verdict TEXT, comment TEXT,
      UNIQUE (conversation, number));
    CREATE INDEX turns_judged ON turns (verdict, asked) WHERE verdict IS NOT NULL;
    CREATE INDEX turns_not_found ON turns (asked) WHERE found = 0;
    CREATE VIRTUAL TABLE words USING fts5
      (question, answer, tokenize = "unicode61 remove_diacritics 2");
    CREATE TABLE choices (person TEXT PRIMARY KEY, scope TEXT NOT NULL) WITHOUT ROWID;
    """,
    # Where a conversation searches belongs to it; NULL: as its last question did. A draft is a
    # question that was not sent yet; that of a conversation which has not begun has the id "".
    """
    ALTER TABLE conversations ADD COLUMN scope TEXT;
    ALTER TABLE conversations ADD COLUMN pinned INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE conversations ADD COLUMN archived INTEGER NOT NULL DEFAULT 0;
    CREATE TABLE drafts (
      person TEXT NOT NULL, conversation TEXT NOT NULL, text TEXT NOT NULL,
      PRIMARY KEY (person, conversation)) WITHOUT ROWID;
    """,
    # Questions that were sent and wait for the answer before them.
    """
    CREATE TABLE waiting (
      number INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, person TEXT NOT NULL,
      conversation TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
      question TEXT NOT NULL, scope TEXT NOT NULL, asked REAL NOT NULL);
    CREATE INDEX waiting_in ON waiting (conversation);
    """,
    # An answer that was asked for again keeps those before it: `superseded` is 0 for the one that
    # counts, and else its place among them, the oldest first. `way`: how it was asked for again.
    """
    CREATE TABLE turns_in_versions (
      row INTEGER PRIMARY KEY,
      conversation TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
      number INTEGER NOT NULL, question TEXT NOT NULL, state TEXT NOT NULL,
      scope TEXT NOT NULL, answer TEXT, found INTEGER, draft TEXT NOT NULL, failure TEXT NOT NULL,
      spaces TEXT NOT NULL, asked REAL NOT NULL, verdict TEXT, comment TEXT,
      superseded INTEGER NOT NULL DEFAULT 0, way TEXT NOT NULL DEFAULT '',
      UNIQUE (conversation, number, superseded));
    INSERT INTO turns_in_versions
      SELECT row, conversation, number, question, state, scope, answer, found, draft, failure,
             spaces, asked, verdict, comment, 0, '' FROM turns;
    DROP TABLE turns;
    ALTER TABLE turns_in_versions RENAME TO turns;
    CREATE INDEX turns_judged ON turns (verdict, asked) WHERE verdict IS NOT NULL;
    CREATE INDEX turns_not_found ON turns (asked) WHERE found = 0;
    """,
)


class ConversationsError(Exception):
    """The file of conversations cannot be used; the message says why and what to do."""


class Conversations:
    """The saved conversations of everybody; safe to use from many threads.

    One connection serves all, one at a time: an access takes about a millisecond, and a deletion
    can then empty the write-ahead log because nobody else reads from it.
    """

    def __init__(
        self,
        path: Path,
        *,
        clock: Callable[[], float] = time.time,
        record: Record = lambda person, about: None,
    ) -> None:
        """Open or create the file; raises ConversationsError.

        `record` puts on record what a person erases or takes away, before it is done: what cannot
        be recorded is not done.
        """
        self._path = path
        self._clock = clock
        self._record = record
        self._lock = threading.Lock()
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            make_private(path)
            self._db = open_database(path)
            self._prepare()
        except (OSError, sqlite3.Error) as error:
            raise ConversationsError(
                f"the conversations in {path} cannot be opened ({error}); restore the file from a "
                "backup, or move it away to start with none"
            ) from error

    def close(self) -> None:
        with self._lock:
            self._db.close()

    def keep(
        self, person: str, conversation: str, turn: SavedTurn, *, begins: bool = False
    ) -> bool:
        """Save `turn` in place of any with its number; False if the conversation is not there.

        The turn that `begins` a conversation makes it, with the question as its title. The spaces
        of all the turns before count as this one's too, since their words were in its prompt. An
        answer that was asked for again, in some `way`, leaves the one that was there beside it.
        """
        with self._changing(erasing=bool(turn.way)) as db:
            now = self._clock()
            if begins:
                title = _one_line(turn.question, LONGEST_TITLE)
                db.execute(
                    "INSERT OR IGNORE INTO conversations (id, person, title, created, changed, "
                    "scope) VALUES (?, ?, ?, ?, ?, ?)",
                    (conversation, person, title, now, now, _selection_to_json(turn.selection)),
                )
            if not self._owns(person, conversation):
                return False
            if turn.way:
                about = {"change": "ask again", "conversation": conversation, "turn": turn.number}
                self._record(person, {**about, "way": turn.way})
                self._supersede(conversation, turn.number)
            self._forget_turns(conversation, "number = ? AND superseded = 0", turn.number)
            answer = turn.answer
            row = db.execute(
                "INSERT INTO turns (conversation, number, question, state, scope, answer, found, "
                "draft, failure, spaces, asked, way) VALUES (?,?,?,?,?,?,?,?,?,?,?,?)",
                (
                    conversation,
                    turn.number,
                    turn.question,
                    turn.state,
                    _selection_to_json(turn.selection),
                    None if answer is None else answer_to_json(answer),
                    None if answer is None else answer.found,
                    turn.draft,
                    turn.failure,
                    json.dumps(turn.spaces),
                    now,
                    turn.way,
                ),
            ).lastrowid
            said = answer.answer if answer is not None and answer.found else turn.draft
            db.execute(
                "INSERT INTO words (rowid, question, answer) VALUES (?, ?, ?)",
                (row, turn.question, said),
            )
            db.execute("UPDATE conversations SET changed = ? WHERE id = ?", (now, conversation))
        return True

    def listed(self, person: str) -> list[Listed]:
        """The person's conversations: pinned ones, then the others, archived ones at the end.

        Among themselves the last used comes first; MOST_LISTED at most.
        """
        with self._reading() as db:
            rows = db.execute(
                f"SELECT {_HEAD} FROM conversations c WHERE c.person = ? "
                "ORDER BY c.archived, c.pinned DESC, c.changed DESC LIMIT ?",
                (person, MOST_LISTED),
            ).fetchall()
        return [_listed(row) for row in rows]

    def search(self, person: str, words: str, readable: Readable) -> list[Listed]:
        """The person's conversations with all of `words` in one turn or in the title.

        Each has an excerpt. What can no longer be read is not found by its answer's words.
        """
        wanted = _BEYOND.sub(" ", words).split()[:12]
        if not wanted:
            return self.listed(person)
        query = " ".join(f'"{word}"*' for word in wanted)
        with self._reading() as db:
            rows = db.execute(
                f"SELECT {_HEAD}, t.spaces, "
                "snippet(words, -1, '', '', '…', 12) FROM words "
                "JOIN turns t ON t.row = words.rowid JOIN conversations c ON c.id = t.conversation "
                "WHERE words MATCH ? AND c.person = ? ORDER BY c.changed DESC LIMIT 1000",
                (query, person),
            ).fetchall()
            asked = db.execute(
                f"SELECT {_HEAD}, t.spaces, t.question FROM words "
                "JOIN turns t ON t.row = words.rowid JOIN conversations c ON c.id = t.conversation "
                "WHERE words MATCH ? AND c.person = ? ORDER BY c.changed DESC LIMIT 1000",
                (f"question : ({query})", person),
            ).fetchall()
        may_read = set(readable({space for row in rows for space in json.loads(row[-2])}))
        found: dict[str, Listed] = {}
        for *listed, spaces, excerpt in rows:
            if all(space in may_read for space in json.loads(spaces)):
                found.setdefault(listed[0], _listed(listed, excerpt))
        for *listed, _, question in asked:
            found.setdefault(listed[0], _listed(listed, question))
        folded = [word.casefold() for word in wanted]
        for entry in self.listed(person):
            if all(word in entry.title.casefold() for word in folded):
                found.setdefault(entry.id, entry)
        return sorted(found.values(), key=lambda entry: -entry.changed)[:MOST_LISTED]

    def read(self, person: str, conversation: str, readable: Readable) -> SavedConversation | None:
        """The person's conversation, without what they may no longer read; None if not theirs."""
        with self._reading() as db:
            head = db.execute(
                "SELECT title, created, changed, scope FROM conversations "
                "WHERE id = ? AND person = ?",
                (conversation, person),
            ).fetchone()
            if head is None:
                return None
            rows = db.execute(
                "SELECT number, question, state, scope, answer, draft, failure, spaces, verdict, "
                f"comment, way FROM turns WHERE conversation = ? ORDER BY number, {_NEWEST}",
                (conversation,),
            ).fetchall()
        turns = _with_earlier([_turn(row) for row in rows])
        versions = [one for turn in turns for one in (turn, *turn.earlier)]
        may_read = set(readable({space for one in versions for space in one.spaces}))
        title, created, changed, scope = head
        shown = tuple(without_access(turn, may_read) for turn in turns)
        if scope is not None:
            selection = _selection_from_json(scope)
        else:
            selection = turns[-1].selection if turns else Selection()
        return SavedConversation(conversation, title, created, changed, shown, selection)

    def has(self, person: str, conversation: str) -> bool:
        """Whether the conversation is there and this person's."""
        with self._reading():
            return self._owns(person, conversation)

    def title(self, person: str, conversation: str, turn: int | None = None) -> str:
        """What the person's conversation is called, or the question of one turn; "" for others'."""
        with self._reading() as db:
            row = db.execute(
                "SELECT coalesce((SELECT question FROM turns WHERE conversation = c.id AND "
                "number = ? AND superseded = 0), title) FROM conversations c "
                "WHERE id = ? AND person = ?",
                (turn, conversation, person),
            ).fetchone()
        return row[0] if row else ""

    def shared(
        self,
        owner: str,
        conversation: str,
        *,
        turn: int | None,
        until: float,
        readable: Readable,
    ) -> SavedConversation | None:
        """A conversation as its `owner` shows it to somebody who may read what is `readable`.

        With `turn` it is that one alone. What was asked after `until`, in seconds since 1970, is
        not shown, nor what an answer was drawn from that its reader may not read, nor the owner's
        votes and where they searched. Of an answer's versions it is the last until then. None where
        nothing is left.
        """
        with self._reading() as db:
            head = db.execute(
                "SELECT title, created, changed FROM conversations WHERE id = ? AND person = ?",
                (conversation, owner),
            ).fetchone()
            rows = db.execute(
                "SELECT number, question, state, scope, answer, draft, failure, spaces, NULL, "
                "NULL, '' FROM turns WHERE conversation = ? AND asked <= ? "
                f"AND (? IS NULL OR number = ?) ORDER BY number, {_NEWEST}",
                (conversation, until, turn, turn),
            ).fetchall()
        if head is None or not rows:
            return None
        turns = [
            replace(one, selection=Selection(), earlier=())
            for one in _with_earlier([_turn(row) for row in rows])
        ]
        may_read = set(readable({space for one in turns for space in one.spaces}))
        title = head[0] if turn is None else _one_line(turns[0].question, LONGEST_TITLE)
        shown = tuple(without_access(one, may_read) for one in turns)
        return SavedConversation(conversation, title, head[1], head[2], shown)

    def rename(self, person: str, conversation: str, title: str) -> bool:
        """Give the person's conversation another title; False if it is not theirs."""
        title = _one_line(title, LONGEST_TITLE)
        with self._changing(erasing=True) as db:
            return bool(
                title
                and db.execute(
                    "UPDATE conversations SET title = ? WHERE id = ? AND person = ?",
                    (title, conversation, person),
                ).rowcount
            )

    def pin(self, person: str, conversation: str, *, pinned: bool) -> bool:
        """Keep the person's conversation at the top of the list, or no more; False if not theirs.

        One that is pinned is not archived.
        """
        with self._changing() as db:
            return bool(
                db.execute(
                    "UPDATE conversations SET pinned = ?, archived = archived AND NOT ? "
                    "WHERE id = ? AND person = ?",
                    (pinned, pinned, conversation, person),
                ).rowcount
            )

    def archive(self, person: str, conversation: str, *, archived: bool) -> bool:
        """Put the person's conversation away, or back into the list; False if not theirs.

        One that is archived is not pinned.
        """
        with self._changing() as db:
            return bool(
                db.execute(
                    "UPDATE conversations SET archived = ?, pinned = pinned AND NOT ? "
                    "WHERE id = ? AND person = ?",
                    (archived, archived, conversation, person),
                ).rowcount
            )

    def search_in(self, person: str, conversation: str, selection: Selection) -> bool:
        """Keep where the next questions of a conversation search; False if it is not theirs."""
        with self._changing() as db:
            return bool(
                db.execute(
                    "UPDATE conversations SET scope = ? WHERE id = ? AND person = ?",
                    (_selection_to_json(selection), conversation, person),
                ).rowcount
            )

    def draft(self, person: str, conversation: str) -> str:
        """The question that the person began to write there, or "". "": none has begun yet."""
        with self._reading() as db:
            row = db.execute(
                "SELECT text FROM drafts WHERE person = ? AND conversation = ?",
                (person, conversation),
            ).fetchone()
        return row[0] if row else ""

    def keep_draft(self, person: str, conversation: str, text: str) -> bool:
        """Keep a question that is not sent yet, "" for none; False if it is not theirs."""
        with self._changing() as db:
            if conversation and not self._owns(person, conversation):
                return False
            if text:
                db.execute(
                    "INSERT INTO drafts VALUES (?, ?, ?) "
                    "ON CONFLICT (person, conversation) DO UPDATE SET text = excluded.text",
                    (person, conversation, text[:LONGEST_DRAFT]),
                )
            else:
                db.execute(
                    "DELETE FROM drafts WHERE person = ? AND conversation = ?",
                    (person, conversation),
                )
        return True

    def keep_waiting(
        self, person: str, conversation: str, key: str, question: str, selection: Selection
    ) -> bool:
        """Keep a question that waits in its conversation; False if that is not theirs."""
        with self._changing() as db:
            if not self._owns(person, conversation):
                return False
            db.execute(
                "INSERT OR IGNORE INTO waiting (key, person, conversation, question, scope, asked) "
                "VALUES (?, ?, ?, ?, ?, ?)",
                (
                    *(key, person, conversation, question),
                    *(_selection_to_json(selection), self._clock()),
                ),
            )
        return True

    def no_more_waiting(self, key: str) -> None:
        """Erase a question that waited: it is being answered, or was taken back."""
        with self._changing() as db:
            db.execute("DELETE FROM waiting WHERE key = ?", (key,))

    def waiting(self, person: str, conversation: str) -> list[tuple[str, str, Selection]]:
        """The questions that wait there, in their order: key, words, and where to search.

        One that has waited for WAITS_S is none any more.
        """
        with self._reading() as db:
            rows = db.execute(
                "SELECT key, question, scope FROM waiting WHERE person = ? AND conversation = ? "
                "AND asked > ? ORDER BY number",
                (person, conversation, self._clock() - WAITS_S),
            ).fetchall()
        return [(key, question, _selection_from_json(scope)) for key, question, scope in rows]

    def delete(self, person: str, conversation: str) -> bool:
        """Erase the person's conversation from the disk; False if it is not theirs."""
        with self._changing(erasing=True) as db:
            if not self._owns(person, conversation):
                return False
            self._record(person, {"change": "delete", "conversation": conversation})
            self._forget_turns(conversation, "1")
            db.execute("DELETE FROM drafts WHERE conversation = ?", (conversation,))
            db.execute("DELETE FROM waiting WHERE conversation = ?", (conversation,))
            db.execute("DELETE FROM conversations WHERE id = ?", (conversation,))
        return True

    def delete_from(self, person: str, conversation: str, number: int) -> bool:
        """Erase the turns from `number` on; False if the conversation is not theirs."""
        with self._changing(erasing=True):
            if not self._owns(person, conversation):
                return False
            about = {"change": "delete turns", "conversation": conversation, "from": number}
            self._record(person, about)
            self._forget_turns(conversation, "number >= ?", number)
        return True

    def note_export(self, person: str, conversation: str, kind: str) -> None:
        """Put on record that the person takes a conversation of theirs away as a file."""
        about = {"change": "export", "conversation": conversation, "format": kind}
        self._record(person, about)

    def delete_person(self, person: str) -> None:
        """Erase everything of a person who has left."""
        with self._changing(erasing=True) as db:
            for (conversation,) in db.execute(
                "SELECT id FROM conversations WHERE person = ?", (person,)
            ).fetchall():
                self._forget_turns(conversation, "1")
            db.execute("DELETE FROM waiting WHERE person = ?", (person,))
            db.execute("DELETE FROM conversations WHERE person = ?", (person,))
            db.execute("DELETE FROM choices WHERE person = ?", (person,))
            db.execute("DELETE FROM drafts WHERE person = ?", (person,))

    def judge(self, person: str, conversation: str, number: int, feedback: Feedback | None) -> bool:
        """Keep what the person thinks of an answer, or forget it; False if it is not theirs."""
        with self._changing(erasing=True) as db:
            return bool(
                db.execute(
                    "UPDATE turns SET verdict = ?, comment = ? WHERE conversation = ? "
                    "AND number = ? AND superseded = 0 AND answer IS NOT NULL AND conversation IN "
                    "(SELECT id FROM conversations WHERE person = ?)",
                    (
                        feedback.verdict if feedback else None,
                        feedback.comment[:LONGEST_COMMENT] if feedback else None,
                        conversation,
                        number,
                        person,
                    ),
                ).rowcount
            )

    def forget_document(self, space: str, document: str, chunk_ids: Collection[str]) -> int:
        """Erase the answers that quote a deleted document, and those after them that build on it.

        Their questions stay, and say that the document is gone. Returns how many answers went.
        """
        with self._changing(erasing=True) as db:
            return erase_quotations(db, space, document, set(chunk_ids))

    def move_document(self, space: str, document: str, to_space: str) -> int:
        """Have answers that quote a document that was moved say where it is; how many turns."""
        with self._changing() as db:
            return relabel_quotations(db, space, document, to_space)

    def forget_turn(self, person: str, conversation: str, number: int) -> None:
        """Erase what was answered in one turn: a document that it quotes was deleted meanwhile."""
        with self._changing(erasing=True) as db:
            if self._owns(person, conversation):
                erase_turn(db, conversation, number)

    def choice(self, person: str) -> Selection:
        """Where the person chose to search in the conversation that they have not begun yet."""
        with self._reading() as db:
            row = db.execute("SELECT scope FROM choices WHERE person = ?", (person,)).fetchone()
        return _selection_from_json(row[0]) if row else Selection()

    def remember_choice(self, person: str, selection: Selection) -> None:
        """Keep where the person chose to search before the first question of a conversation."""
        with self._changing() as db:
            db.execute(
                "INSERT INTO choices VALUES (?, ?) "
                "ON CONFLICT (person) DO UPDATE SET scope = excluded.scope",
                (person, _selection_to_json(selection)),
            )

    def voted(self, spaces: Collection[str], *, verdict: str = "down") -> list[Judged]:
        """The answers with this verdict that were drawn from these spaces alone, newest first.

        Nobody's name is in them: who votes is told that the curators will read it.
        """
        return self._judged("verdict = ?", (verdict,), spaces)

    def voted_on(self) -> list[VotedAnswer]:
        """All answers to questions of which one was voted on, the oldest question first.

        Where a question was asked again, its earlier answers are there, too. Nobody's name is in
        them.
        """
        with self._reading() as db:
            rows = db.execute(
                "SELECT t.conversation, t.number, t.answer, t.spaces, t.asked, t.verdict "
                "FROM turns t WHERE t.answer IS NOT NULL AND EXISTS (SELECT 1 FROM turns v "
                "WHERE v.conversation = t.conversation AND v.number = t.number "
                "AND v.verdict IS NOT NULL) "
                f"ORDER BY t.conversation, t.number, {_NEWEST}"
            ).fetchall()
        return [
            VotedAnswer(
                (conversation, number),
                answer_from_json(written),
                tuple(json.loads(spaces)),
                asked,
                verdict,
            )
            for conversation, number, written, spaces, asked, verdict in rows
        ]

    def found_nothing(self, spaces: Collection[str]) -> list[Judged]:
        """The questions without an answer whose nearest passages are all in these spaces."""
        return self._judged("found = 0", (), spaces)

    def _judged(self, where: str, values: tuple[str, ...], spaces: Collection[str]) -> list[Judged]:
        with self._reading() as db:
            rows = db.execute(
                "SELECT question, answer, asked, spaces, verdict, comment FROM turns "
                f"WHERE {where} ORDER BY asked DESC LIMIT 500",
                values,
            ).fetchall()
        found: list[Judged] = []
        for question, written, asked, drawn, verdict, comment in rows:
            names = json.loads(drawn)
            if not names or not all(space in spaces for space in names):
                continue
            answer = answer_from_json(written)
            documents = dict.fromkeys(hit.document for hit in answer.passages)
            feedback = Feedback(verdict, comment or "") if verdict else None
            found.append(
                Judged(
                    question,
                    as_text(read_markdown(answer.answer)),
                    asked,
                    tuple(documents),
                    feedback,
                )
            )
        return found

    def _owns(self, person: str, conversation: str) -> bool:
        return (
            self._db.execute(
                "SELECT 1 FROM conversations WHERE id = ? AND person = ?", (conversation, person)
            ).fetchone()
            is not None
        )

    def _supersede(self, conversation: str, number: int) -> None:
        """Put the answer that counts among the earlier ones, where it is one.

        The oldest of more than MOST_VERSIONS is erased.
        """
        (last,) = self._db.execute(
            "SELECT max(superseded) FROM turns WHERE conversation = ? AND number = ?",
            (conversation, number),
        ).fetchone()
        self._db.execute(
            "UPDATE turns SET superseded = ? WHERE conversation = ? AND number = ? "
            "AND superseded = 0 AND answer IS NOT NULL",
            ((last or 0) + 1, conversation, number),
        )
        self._forget_turns(
            conversation,
            "number = ? AND superseded BETWEEN 1 AND ?",
            number,
            (last or 0) + 1 - MOST_VERSIONS,
        )

    def _forget_turns(self, conversation: str, where: str, *values: int) -> None:
        rows = self._db.execute(
            f"SELECT row FROM turns WHERE conversation = ? AND {where}", (conversation, *values)
        ).fetchall()
        self._db.executemany("DELETE FROM words WHERE rowid = ?", rows)
        self._db.executemany("DELETE FROM turns WHERE row = ?", rows)

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            yield self._db

    @contextmanager
    def _changing(self, *, erasing: bool = False) -> Iterator[sqlite3.Connection]:
        """One transaction; after `erasing`, nothing of the old is left in any of the files."""
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
                if erasing:
                    # FTS5 only marks words as deleted until their segments are merged.
                    self._db.execute("INSERT INTO words (words) VALUES ('optimize')")
                self._db.execute("COMMIT")
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            if erasing:
                fold_log(self._db)

    def _prepare(self) -> None:
        try:
            bring_up_to_date(self._db, STEPS, self._path, "the file of conversations")
        except VersionFault as fault:
            self._db.close()
            raise ConversationsError(str(fault)) from fault


def _listed(row: Sequence[Any], excerpt: str = "") -> Listed:
    conversation, title, created, changed, pinned, archived = row
    return Listed(
        conversation,
        title,
        created,
        changed,
        _one_line(excerpt, 160),
        pinned=bool(pinned),
        archived=bool(archived),
    )


def _turn(row: Sequence[Any]) -> SavedTurn:
    number, question, state, scope, answer, draft, failure, spaces, verdict, comment, way = row
    return SavedTurn(
        number=number,
        question=question,
        state=state,
        selection=_selection_from_json(scope),
        answer=None if answer is None else answer_from_json(answer),
        draft=draft,
        failure=failure,
        spaces=tuple(json.loads(spaces)),
        feedback=Feedback(verdict, comment or "") if verdict else None,
        way=way,
    )


def _with_earlier(versions: Sequence[SavedTurn]) -> list[SavedTurn]:
    """Each turn with its earlier answers; of one number the first counts."""
    turns: list[SavedTurn] = []
    for _, same in groupby(versions, key=lambda one: one.number):
        first, *earlier = same
        turns.append(replace(first, earlier=tuple(earlier)))
    return turns


def _selection_to_json(selection: Selection) -> str:
    return json.dumps(
        {
            "spaces": selection.spaces,
            "documents": selection.documents,
            "traits": selection.traits,
        }
    )


def _selection_from_json(written: str) -> Selection:
    held = json.loads(written)
    return Selection(
        tuple(held["spaces"]),
        tuple((space, name) for space, name in held["documents"]),
        # There were none in earlier versions.
        tuple((trait, value) for trait, value in held.get("traits", ()) if trait in TRAITS),
    )


def _one_line(text: str, limit: int) -> str:
    """`text` on one line, `limit` characters at most."""
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"
