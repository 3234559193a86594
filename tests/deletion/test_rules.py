"""Holds forbid, retention forgets, interruptions are finished, quotations go by policy."""

import json
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fakes import answer, cite

from app.answering.ask import Ask
from app.answering.events import Answer, AnswerSentence
from app.batch.journal import Task, open_journal
from app.batch.records import Evidence, Question, RowResult, RunInfo
from app.cli import main
from app.governance.deletion.rules import RuleBook, RulesFault
from app.people.conversations.store import Conversations
from app.people.conversations.turns import SavedTurn
from app.settings import load_settings
from app.workspace.daily_retention import retention_daily
from app.workspace.wiring import open_workspace
from app.workspace.workspace import Workspace
from vectorstore.scope import Scope

SAMPLES = Path(__file__).parents[1] / "samples"
RUN = RunInfo(
    "run", "questions.csv", "0" * 64, "", "library", False, "0", "model", "0" * 64, (),
    "embedder", "0" * 64, "0" * 64, 2, {}, None,
)  # fmt: skip
QUESTION = "How long does a password have to be?"
SENTENCE = "A password has at least 14 characters."


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Workspace]:
    with open_workspace(load_settings({"home": tmp_path / "home"}), "test") as opened:
        opened.ingest([SAMPLES / "security.html", SAMPLES / "release-notes.md"], space="general")
        yield opened


def book(home: Workspace) -> RuleBook:
    return RuleBook(home.settings.home)


def names(home: Workspace) -> set[str]:
    return {record.name for record in home.documents()}


def answered(home: Workspace, question: str, document: str = "security.html") -> Answer:
    """An answer that quotes the best passage of a document."""
    hits = home.search(Ask(question, Scope(documents=(document,))), k=3).hits
    quote = SENTENCE if document == "security.html" else hits[0].text
    sentence = AnswerSentence(quote, (1,), True)
    return answer(question, [sentence], [cite(1, hits[0], quote)], passages=hits)


def test_a_held_document_stays_and_the_reason_is_said(home: Workspace):
    book(home).hold(home.trail, "kim", "general", "security.html", "litigation Nordwind")
    held, gone = home.remove(["security.html", "release-notes.md"], space="general")
    assert not held.removed
    assert "litigation Nordwind" in held.reason
    assert gone.removed
    assert names(home) == {"security.html"}
    kinds = [record.kind for record in home.trail.tail(4)]
    assert kinds == ["hold-changed", "deletion-refused", "deletion", "deletion-receipt"]
    book(home).release(home.trail, "kim", "general", "security.html", "settled")
    assert home.remove(["security.html"], space="general")[0].removed


def test_a_held_space_is_not_pruned(tmp_path: Path):
    folder = tmp_path / "documents"
    folder.mkdir()
    for name in ("a", "b"):
        (folder / f"{name}.txt").write_text(f"The rule {name} is about leave and travel.")
    with open_workspace(load_settings({"home": tmp_path / "home"}), "test") as home:
        home.ingest([folder], space="general")
        book(home).hold(home.trail, "kim", "general", "", "audit")
        (folder / "a.txt").unlink()
        assert home.ingest([folder], space="general", prune=True).removed == []
        assert names(home) == {"a.txt", "b.txt"}


def test_retention_forgets_what_is_due_and_keeps_what_is_held(home: Workspace):
    book(home).forget_after(home.trail, "kim", "general", 180)
    assert home.apply_retention() == []
    book(home).hold(home.trail, "kim", "general", "security.html", "audit")
    later = datetime.now(UTC) + timedelta(days=181)
    removals = home.deleter.due(person="system", now=later)
    assert [(one.document, one.removed) for one in removals] == [
        ("security.html", False),
        ("release-notes.md", True),
    ]
    assert removals[1].receipt is not None
    assert removals[1].receipt["reason"] == "retention: forget after 180 days"
    assert names(home) == {"security.html"}
    book(home).forget_after(home.trail, "kim", "general", None)
    assert home.deleter.due(person="system", now=later) == []


def test_retention_runs_while_the_chat_is_served(home: Workspace):
    book(home).forget_after(home.trail, "kim", "general", 0)
    with retention_daily(home):
        deadline = time.monotonic() + 60
        while names(home) and time.monotonic() < deadline:
            time.sleep(0.05)
    assert names(home) == set()
    assert home.trail.tail(1)[0].person == "system:retention"


def test_damaged_rules_delete_nothing(home: Workspace):
    (home.settings.home / "retention.json").write_text("{")
    with pytest.raises(RulesFault, match="Nothing is deleted"):
        home.remove(["security.html"], space="general")
    assert "security.html" in names(home)


def test_a_deletion_that_was_interrupted_is_finished_at_the_next_start(tmp_path: Path):
    settings = load_settings({"home": tmp_path / "home"})
    with open_workspace(settings, "test") as home:
        home.ingest([SAMPLES / "security.html", SAMPLES / "release-notes.md"], space="general")
        (vector, *_) = home.index.presence.vectors_of("general", "security.html")
        # As far as a process came that was killed before it took the bytes off the disk.
        home.deleter.forget("general", "security.html", person="kim", reason="asked for")
    assert list((settings.home / "deleting").iterdir())
    with open_workspace(settings, "test") as home:
        assert not list((settings.home / "deleting").iterdir())
        (record,) = home.trail.tail(1)
        assert record.kind == "deletion-receipt"
        assert record.data["document"] == "security.html"
        everything = [p.read_bytes() for p in settings.home.rglob("*") if p.is_file()]
        assert not any(SENTENCE.encode() in content for content in everything)
        assert not any(vector[200:264] in content for content in everything)


@pytest.mark.parametrize("policy", ["remove", "keep"])
def test_quotations_in_conversations_go_or_stay_by_policy(tmp_path: Path, policy: str):
    audit = {"texts": "hashed"}
    settings = load_settings(
        {"home": tmp_path / "home", "audit": audit, "retention": {"quotations": policy}}
    )
    place = settings.home / "conversations.sqlite3"
    with open_workspace(settings, "test") as home, closing(Conversations(place)) as saved:
        home.ingest([SAMPLES / "security.html", SAMPLES / "release-notes.md"], space="general")
        for number, question in enumerate((QUESTION, "And what else about it?"), 1):
            turn = SavedTurn(number, question, "done", answer=answered(home, question))
            assert saved.keep("kim", "about security", turn, begins=number == 1)
        other = answered(home, "What changed in the latest release?", "release-notes.md")
        turn = SavedTurn(1, "What changed?", "done", answer=other)
        assert saved.keep("kim", "another", turn, begins=True)
        (removal,) = home.remove(["security.html"], space="general")
        assert removal.receipt is not None
        assert removal.receipt["gone"], removal.receipt["found"]
        about, another = saved.read("kim", "about security", set), saved.read("kim", "another", set)
        assert about is not None
        assert another is not None
        turns = about.turns
        (untouched,) = another.turns
        assert untouched.answer == other
        assert [turn.question for turn in turns] == [QUESTION, "And what else about it?"]
        if policy == "remove":
            assert [(turn.answer, turn.failure) for turn in turns] == [(None, "gone")] * 2
            assert removal.receipt["removed"]["conversations"] == 2
            content = [p.read_bytes() for p in settings.home.rglob("*") if p.is_file()]
            assert not any(SENTENCE.encode() in one for one in content)
        else:
            assert all(turn.answer for turn in turns)
            assert any("quotations" in found["why"] for found in removal.receipt["found"])


def test_results_of_questionnaires_that_quote_it_go(home: Workspace):
    place = home.settings.home / "batches" / "run"
    (hit, *_) = home.search(Ask(QUESTION, Scope(documents=("security.html",))), k=1).hits
    with open_journal(place) as journal:
        questions = [Question(n, str(n), text) for n, text in ((2, QUESTION), (3, "What is new?"))]
        journal.begin(RUN, [Task(question.id, question, None) for question in questions])
        quoted = Evidence(
            1, "general", "security.html", "0" * 64, None, hit.heading, SENTENCE, hit.chunk_id
        )
        for question, evidence in zip(questions, ((quoted,), ()), strict=True):
            journal.keep(
                RowResult(
                    question.id, question, None, "found", SENTENCE if evidence else "Nothing.",
                    None, "", True, 0.9, evidence=evidence,
                ),
                journal.erasures(),
            )  # fmt: skip
        assert {result.key for result in journal.results()} == {"2", "3"}
        (removal,) = home.remove(["security.html"], space="general")
        assert [result.key for result in journal.results()] == ["3"]
    assert removal.receipt is not None
    assert removal.receipt["removed"]["questionnaires"] == 1
    assert removal.receipt["gone"], removal.receipt["found"]


def test_rules_and_receipts_on_the_command_line(
    home: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    home.close()
    del home
    where = ["--home", str(tmp_path / "elsewhere")]
    note = tmp_path / "rule.txt"
    note.write_text("Everybody has 28 days of annual leave in a calendar year.")
    other = tmp_path / "other.txt"
    other.write_text("Trains come before planes on journeys below six hours.")
    assert main(["ingest", str(note), str(other), *where]) == 0
    assert main(["holds", "add", "rule.txt", "--reason", "litigation", *where]) == 0
    assert main(["remove", "rule.txt", *where]) == 1
    assert "litigation" in capsys.readouterr().err
    receipts = tmp_path / "receipts.json"
    assert main(["remove", "other.txt", "--receipt", str(receipts), *where]) == 0
    assert json.loads(receipts.read_text())[0]["gone"]
    assert main(["audit", "verify", "--receipt", str(receipts), *where]) == 0
    receipts.write_text(receipts.read_text().replace("other.txt", "rule.txt"))
    assert main(["audit", "verify", "--receipt", str(receipts), *where]) == 1
    assert main(["retention", "set", "general", "30", *where]) == 0
    assert main(["retention", "run", *where]) == 0
    capsys.readouterr()
    assert main(["retention", "list", "--json", *where]) == 0
    rules = json.loads(capsys.readouterr().out)
    assert rules["days"] == {"general": 30}
    assert rules["holds"][0]["document"] == "rule.txt"
