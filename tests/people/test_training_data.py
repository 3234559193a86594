"""What people corrected, as training data: what is in it, and what never is."""

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from deletion.folders import RUN, TEXTS, opened, written
from fakes import answer, cite

from app.answering.events import AnswerSentence, Notice
from app.answering.filters.screen import is_withheld
from app.batch.journal import Task, open_journal
from app.batch.records import Evidence, Provenance, Question, RowResult, RowReview
from app.data_folder.layout import DataFolder
from app.governance.audit.reading import records
from app.people.access import EVERYONE, Rules, SpaceRule
from app.people.conversations.store import Conversations
from app.people.conversations.turns import Feedback, SavedTurn, Verdict
from app.workspace import training_data as module
from app.workspace.training_data import TrainingData, TrainingRefused, training_data
from app.workspace.workspace import Workspace
from vectorstore.records import Hit

BOARD, OPEN = "board", "general"
RULES = Rules(
    {OPEN: SpaceRule(readers=frozenset({EVERYONE})), BOARD: SpaceRule(readers=frozenset({"board"}))}
)


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Workspace]:
    files = written(tmp_path / "files")
    with opened(tmp_path / "home") as made:
        made.ingest([files / "leave.txt", files / "travel.txt"], space=OPEN)
        made.ingest([files / "merger.txt"], space=BOARD)
        made.ingest([files / "merger.txt"], space="~kim")
        yield made


def said(
    home: Workspace, name: str, text: str, space: str = OPEN, **more: Any
) -> tuple[Hit, SavedTurn]:
    (hit,) = home.index.chunks(space, name)
    told = answer(
        f"What of {name}?", [AnswerSentence(text, (1,), True)], [cite(1, hit, hit.text)],
        passages=[hit],
    )  # fmt: skip
    told = replace(told, numbers={hit.chunk_id: 1}, **more)
    return hit, SavedTurn(1, f"What of {name}?", "done", answer=told, spaces=(space,))


def keep(home: Workspace, turns: list[tuple[SavedTurn, Verdict | None]], name: str) -> None:
    """Save a question with its answers, each after the one before it, and the votes on them."""
    with closing(Conversations(DataFolder(home.settings.home).conversations)) as saved:
        for at, (turn, verdict) in enumerate(turns):
            again = replace(turn, way="same") if at else turn
            assert saved.keep("kim", name, again, begins=not at)
            if verdict:
                assert saved.judge("kim", name, 1, Feedback(verdict, "a comment of Kim's"))


def row(home: Workspace, name: str, review: RowReview, space: str = OPEN) -> None:
    (hit,) = home.index.chunks(space, name)
    with open_journal(home.settings.home / "batches" / f"{name}-{review.verdict}") as journal:
        question = Question(2, "2", f"Question about {name}?")
        journal.begin(RUN, [Task("2", question, None)])
        evidence = Evidence(1, space, name, "0" * 64, None, "", hit.text, hit.chunk_id)
        result = RowResult(
            "2", question, None, "found", f"The program's words on {name} [1].", None, "", False,
            0.9, evidence=(evidence,),
            provenance=Provenance("0" * 64, (hit.chunk_id,), 0, "answer-7"),
        )  # fmt: skip
        journal.keep(result, journal.erasures())
        journal.review("2", review)


def lines(data: bytes) -> list[Any]:
    return [json.loads(line) for line in data.decode().splitlines()]


def gathered(home: Workspace, spaces: list[str] | None = None) -> TrainingData:
    return training_data(home, RULES, spaces, by="os:ada")


def test_an_answer_that_was_liked_stands_before_the_one_that_it_took_the_place_of(
    home: Workspace,
) -> None:
    _, worse = said(home, "leave.txt", "Some days [1].")
    hit, better = said(home, "leave.txt", "Twenty-eight days [1].")
    keep(home, [(worse, "down"), (better, "up")], "asked twice")
    made = gathered(home)
    (example,) = lines(made.chat)
    system, user, assistant = example["messages"]
    assert [one["role"] for one in (system, user, assistant)] == ["system", "user", "assistant"]
    assert hit.text in user["content"]
    assert "What of leave.txt?" in user["content"]
    assert assistant["content"] == better.answer.answer if better.answer else None
    (pair,) = lines(made.preferences)
    assert pair["prompt"] == [system, user]
    assert worse.answer
    assert pair["chosen"] == [assistant]
    assert pair["rejected"] == [{"role": "assistant", "content": worse.answer.answer}]
    (document,) = example["provenance"]["documents"]
    record = home.index.document(OPEN, "leave.txt")
    assert record
    assert document == {"space": OPEN, "name": "leave.txt", "sha256": record.sha256}
    assert example["provenance"]["readers"] == {OPEN: [EVERYONE]}
    assert b"kim" not in made.packed().lower()
    assert b"kim" not in made.chat.lower() + made.preferences.lower()


def test_an_answer_in_a_persons_own_words_stands_before_the_programs(home: Workspace) -> None:
    decided = {"reason": "", "by": "Kim Kingfisher", "at": "2026-11-30T10:00:00+00:00"}
    row(home, "leave.txt", RowReview("edited", "Twenty-eight, says Leave [1].", **decided))
    row(home, "travel.txt", RowReview("approved", "", **decided))
    row(home, "travel.txt", RowReview("rejected", "", **decided))
    made = gathered(home)
    told = {one["messages"][2]["content"] for one in lines(made.chat)}
    assert told == {"Twenty-eight, says Leave [1].", "The program's words on travel.txt [1]."}
    (pair,) = lines(made.preferences)
    assert pair["rejected"][0]["content"] == "The program's words on leave.txt [1]."
    assert pair["provenance"]["answer"] == "answer-7"
    assert made.left_out == {module.UNDECIDED: 1}
    assert b"Kingfisher" not in made.chat + made.preferences


def test_what_is_deleted_is_not_in_it(home: Workspace) -> None:
    for name in ("leave.txt", "travel.txt"):
        keep(home, [(said(home, name, f"{TEXTS[name]} [1]")[1], "up")], name)
        row(home, name, RowReview("approved", "", "", "Kim", "2026-11-30"))
    assert gathered(home).examples == 4
    home.remove(["leave.txt"], space=OPEN)
    made = gathered(home)
    assert {one["provenance"]["documents"][0]["name"] for one in lines(made.chat)} == {"travel.txt"}
    assert made.examples == 2
    for data in made.files().values():
        assert b"twenty-eight" not in data
        assert b"leave.txt" not in data


def test_a_passage_that_was_written_anew_is_left_out(home: Workspace, tmp_path: Path) -> None:
    keep(home, [(said(home, "leave.txt", "Twenty-eight days [1].")[1], "up")], "a")
    row(home, "leave.txt", RowReview("approved", "", "", "Kim", "2026-11-30"))
    files = tmp_path / "files"
    (files / "leave.txt").write_text("Everybody has thirty days of annual leave.", "utf-8")
    home.ingest([files / "leave.txt"], space=OPEN)
    assert gathered(home).examples == 0


def test_only_spaces_that_everyone_reads_are_taken_unless_others_are_named(
    home: Workspace,
) -> None:
    keep(home, [(said(home, "merger.txt", "In March [1].", BOARD)[1], "up")], "board's")
    keep(home, [(said(home, "merger.txt", "In March [1].", "~kim")[1], "up")], "kim's own")
    mixed = replace(said(home, "leave.txt", "Days [1].")[1], spaces=(BOARD, OPEN))
    keep(home, [(mixed, "up")], "follows an answer of the board's")
    made = gathered(home)
    assert (made.examples, made.spaces) == (0, (OPEN,))
    assert made.left_out == {module.OWN_SPACE: 3}
    assert b"walnut" not in b"".join(made.files().values())
    named = gathered(home, [BOARD])
    assert named.examples == 1
    assert lines(named.chat)[0]["provenance"]["readers"] == {BOARD: ["board"]}
    for wrong in ("~kim", "nowhere"):
        with pytest.raises(TrainingRefused, match=wrong):
            gathered(home, [wrong])


def test_what_a_filter_withheld_is_left_out(home: Workspace) -> None:
    notice = Notice("answer", 1, "IBAN", "refuse")
    turn = said(home, "leave.txt", "withheld", notices=(notice,))[1]
    assert turn.answer
    assert is_withheld(turn.answer)
    keep(home, [(turn, "up")], "a")
    made = gathered(home)
    assert (made.examples, made.left_out) == (0, {module.WITHHELD: 1})


def test_it_is_on_record_with_the_documents_and_the_files_hashes(home: Workspace) -> None:
    keep(home, [(said(home, "leave.txt", "Twenty-eight days [1].")[1], "up")], "a")
    made = gathered(home)
    *_, last = records(DataFolder(home.settings.home).audit)
    assert (last.kind, last.person) == ("export", "os:ada")
    assert last.data["what"] == "training data"
    assert last.data["examples"] == 1
    assert [one["name"] for one in last.data["documents"]] == ["leave.txt"]
    assert last.data["sha256"] == made.about()["sha256"]
