"""What a stopped answer had come to goes with the documents that it may quote."""

import os
from dataclasses import replace
from pathlib import Path

from fakes import leave_answer

from app.people.conversations.store import Conversations
from app.people.conversations.turns import SavedTurn, drawn_from

DRAFT = "Full-time employees have twenty-eight working"


def _kept(folder: Path, spaces: tuple[str, ...]) -> tuple[Conversations, str]:
    store = Conversations(folder / "home" / "conversations.sqlite3")
    talk = os.urandom(8).hex()
    answer = leave_answer("How much annual leave do I have?")
    first = SavedTurn(1, "About leave?", "stopped", draft=DRAFT, spaces=spaces)
    later = SavedTurn(2, answer.question, "done", answer=answer, spaces=drawn_from(answer))
    assert store.keep("1", talk, first, begins=True)
    assert store.keep("1", talk, later)
    return store, talk


def _bytes(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in (folder / "home").iterdir())


def test_a_draft_goes_when_a_document_of_its_spaces_is_deleted(tmp_path: Path) -> None:
    store, talk = _kept(tmp_path, ("contracts",))
    assert store.forget_document("contracts", "lease.pdf", []) == 1
    kept = store.read("1", talk, set)
    assert kept is not None
    first, later = kept.turns
    assert (first.question, first.state, first.failure, first.draft) == (
        "About leave?", "failed", "gone", "",
    )  # fmt: skip
    assert later.answer is not None  # no draft was ever in its prompt
    store.close()
    assert DRAFT.encode() not in _bytes(tmp_path)


def test_a_draft_from_other_spaces_stays(tmp_path: Path) -> None:
    store, talk = _kept(tmp_path, ("contracts",))
    assert store.forget_document("prices", "list.pdf", []) == 0
    kept = store.read("1", talk, set)
    assert kept is not None
    assert kept.turns[0].draft == DRAFT
    store.close()


def test_a_list_goes_when_a_document_of_it_is_deleted(tmp_path: Path) -> None:
    store = Conversations(tmp_path / "home" / "conversations.sqlite3")
    talk = os.urandom(8).hex()
    listed = replace(
        leave_answer("Which documents are there?"),
        answer="There is one document:\n\n- lease-of-1999.pdf",
        sentences=[],
        citations=[],
        passages=[],
        named=(("contracts", ""), ("contracts", "lease-of-1999.pdf")),
    )
    turn = SavedTurn(1, listed.question, "done", answer=listed, spaces=drawn_from(listed))
    assert turn.spaces == ("contracts",)
    assert store.keep("1", talk, turn, begins=True)
    assert store.forget_document("contracts", "another.pdf", []) == 0
    assert store.forget_document("contracts", "lease-of-1999.pdf", []) == 1
    store.close()
    assert b"lease-of-1999" not in _bytes(tmp_path)
