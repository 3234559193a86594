"""What people save to ask again, and how they want answers written: for themselves or a space.

Instructions reach the model that writes, and nothing else: no search and no check knows them.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from app.people.database import Database, Record

LONGEST = 600  # characters of an instruction
LONGEST_QUESTION = 500
MOST_QUESTIONS = 30  # of one person, or of one space


@dataclass(frozen=True, slots=True)
class SavedQuestion:
    """A question to ask again; `space` is "" for one of the person's own."""

    id: int
    question: str
    space: str


class Saved:
    """Saved questions and instructions; safe from many threads.

    Whoever calls has seen that a space is theirs to curate, or to read. What is changed of a
    space is handed to `record` first, without its words.
    """

    def __init__(self, database: Database, record: Record) -> None:
        self._database = database
        self._record = record

    def instruction(self, person: str) -> str:
        """How the person wants answers written, or ""."""
        return self._text("person", person)

    def space_instruction(self, space: str) -> str:
        """How answers from a space are to be written, or ""."""
        return self._text("space", space)

    def style(self, person: str, spaces: Collection[str]) -> str:
        """What counts for a person who chose these spaces: the spaces' own, then the person's."""
        told = [self.space_instruction(space) for space in sorted(spaces)]
        return " ".join(filter(None, (*told, self.instruction(person))))

    def instruct(self, person: str, text: str) -> None:
        """Keep how a person wants answers written; "" for no more."""
        self._keep("person", person, text)

    def instruct_space(self, space: str, text: str, *, by: str) -> None:
        """Keep how answers from a space are to be written; "" for no more. On record."""
        self._record(by, {"change": "spaces instruct", "name": space, "empty": not text.strip()})
        self._keep("space", space, text)

    def questions(self, person: str, spaces: Collection[str]) -> list[SavedQuestion]:
        """The person's own, then those of these spaces, each in the order of saving."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT id, question, coalesce(space, ''), person FROM saved_questions ORDER BY id"
            ).fetchall()
        own = [SavedQuestion(*row[:3]) for row in rows if row[3] == person]
        return own + [SavedQuestion(*row[:3]) for row in rows if row[2] and row[2] in spaces]

    def save(self, question: str, *, person: str = "", space: str = "", by: str = "") -> bool:
        """Keep a question for a person or for a space; False where there are enough of them."""
        column, owner = ("space", space) if space else ("person", person)
        text = " ".join(question.split())[:LONGEST_QUESTION]
        if not text:
            return False
        if space:
            self._record(by, {"change": "spaces question", "name": space})
        with self._database.writing() as connection:
            (held,) = connection.execute(
                f"SELECT count(*) FROM saved_questions WHERE {column} = ?", (owner,)
            ).fetchone()
            if held >= MOST_QUESTIONS:
                return False
            connection.execute(
                f"INSERT INTO saved_questions ({column}, question) VALUES (?, ?)", (owner, text)
            )
        return True

    def remove(self, number: int, *, person: str, spaces: Collection[str]) -> bool:
        """Forget a question of the person's own or of one of these spaces; False for others."""
        with self._database.writing() as connection:
            row = connection.execute(
                "SELECT person, space FROM saved_questions WHERE id = ?", (number,)
            ).fetchone()
            if row is None or not (row[0] == person or (row[1] and row[1] in spaces)):
                return False
            connection.execute("DELETE FROM saved_questions WHERE id = ?", (number,))
            return True

    def _text(self, column: str, owner: str) -> str:
        with self._database.reading() as connection:
            row = connection.execute(
                f"SELECT text FROM instructions WHERE {column} = ?", (owner,)
            ).fetchone()
        return row[0] if row else ""

    def _keep(self, column: str, owner: str, text: str) -> None:
        text = " ".join(text.split())[:LONGEST]
        with self._database.writing() as connection:
            connection.execute(f"DELETE FROM instructions WHERE {column} = ?", (owner,))
            if text:
                connection.execute(
                    f"INSERT INTO instructions ({column}, text) VALUES (?, ?)", (owner, text)
                )


def of_spaces(questions: Sequence[SavedQuestion], space: str) -> list[SavedQuestion]:
    """Those of one space; "" for the person's own."""
    return [one for one in questions if one.space == space]
