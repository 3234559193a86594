"""A run over a library of our own: in parallel, every answer kept, failures told."""

import hashlib
import threading
import tracemalloc
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.answering.ask import Ask
from app.answering.events import Answer, AnswerSentence, Citation, Event, Finished, ModelName, Usage
from app.answering.stream import EventStream, GeneratedStream
from app.batch.execution.provenance import Order, index_sha256, references, run_info
from app.batch.execution.run import ATTEMPTS, RunChanged, answer_all, begin_or_continue, tasks_of
from app.batch.forgetting import erase_results
from app.batch.input.checking import BadRows, checked
from app.batch.input.questionnaire import read_questionnaire
from app.batch.journal import FILE, JournalError, open_journal
from app.batch.port import Identity
from app.batch.records import Question, RowProblem, RowResult, RunInfo
from app.engine.client import EngineBusy, EngineDown, EngineError
from app.governance.audit.records import TrailFull
from vectorstore.faults import UnknownName
from vectorstore.records import DocumentRecord
from vectorstore.scope import DocumentChoice

RECORDS = [
    DocumentRecord(space, name, name, name * 8, name, None, 2, "", "2026-01-01")
    for space, name in (("general", "a.md"), ("general", "b.md"), ("legal", "c.md"))
]
ORDER = Order("q.csv", "0" * 64, "library", reproducible=False)


class Library:
    """Answers every question with its own words; `fault` may raise instead."""

    def __init__(self, fault: Callable[[str], None] = lambda _: None) -> None:
        self.fault = fault
        self.asked: list[tuple[str, tuple[DocumentChoice, ...] | None]] = []
        self.records = list(RECORDS)
        self.quoted = "a.md"
        self.model = "model"
        self.recorded: list[Mapping[str, Any]] = []
        self.together = 0
        self.most_together = 0
        self._lock = threading.Lock()

    def identity(self) -> Identity:
        return Identity(self.model, "1" * 64, (), "embedder", "2" * 64, 4, {"answer.passages": "8"})

    def documents(self, spaces: Sequence[str] | None = None) -> list[DocumentRecord]:
        return [one for one in self.records if spaces is None or one.space in spaces]

    def record_batch(self, about: Mapping[str, Any]) -> None:
        self.recorded.append(about)

    def too_long(self, questions: Sequence[str]) -> list[str]:
        return ["is too long" if len(one) > 200 else "" for one in questions]

    def place(self, ask: Ask) -> str:
        return ask.question.rpartition(" ")[2]

    def ask(self, ask: Ask) -> EventStream[Event]:
        return GeneratedStream(self._events(ask.question, ask.scope.documents))

    def _events(
        self, question: str, documents: tuple[DocumentChoice, ...] | None
    ) -> Generator[Event, None, None]:
        with self._lock:
            self.asked.append((question, documents))
            self.together += 1
            self.most_together = max(self.most_together, self.together)
        try:
            quoted = self.quoted
            self.fault(question)
            for name in documents or ():
                if name not in {one.name for one in self.records}:
                    raise UnknownName(f"no document named {name!r}")
            text = f"It is {question} [1]."
            yield Finished(
                Answer(
                    id="x",
                    question=question,
                    answer=text,
                    found=True,
                    quoted=False,
                    confidence=0.9,
                    sentences=[AnswerSentence(text, (1,), True)],
                    citations=[Citation(1, quoted, None, "", question, "c1", "general")],
                    passages=[],
                    usage=Usage(4096, 10, 5),
                    timings={"search_s": 0.1, "first_token_s": 0.1, "total_s": 0.2},
                    model=ModelName("model", "1" * 64),
                    prompt_sha256=hashlib.sha256(question.encode()).hexdigest(),
                )
            )
        finally:
            with self._lock:
                self.together -= 1


def questions(count: int) -> list[Question]:
    return [
        Question(row, str(row), f"question {row} about {row % 3}") for row in range(2, 2 + count)
    ]


def play(
    folder: Path,
    library: Library,
    rows: Sequence[Question],
    order: Order = ORDER,
    *,
    force: bool = False,
) -> tuple[RunInfo, list[RowResult]]:
    with open_journal(folder) as journal:
        documents = references(library.records) if order.mode == "each_document" else None
        info = begin_or_continue(
            journal,
            run_info(library, order),
            lambda: tasks_of(checked(rows, library, library.records, order), documents),
            library,
            force=force,
        )
        answer_all(journal, info, library, parallel=3)
        return info, list(journal.results())


def test_that_a_run_begins_goes_on_and_starts_over_is_on_record(tmp_path: Path) -> None:
    library = Library()
    for force in (False, False, True):
        play(tmp_path, library, questions(2), force=force)
    assert [about["change"] for about in library.recorded] == ["begin", "go on", "start over"]
    assert all(about["questionnaire"] == "q.csv" for about in library.recorded)


def test_a_run_that_cannot_be_recorded_does_not_begin(tmp_path: Path) -> None:
    class Unrecorded(Library):
        def record_batch(self, about: Mapping[str, Any]) -> None:
            raise TrailFull("no room")

    library = Unrecorded()
    with pytest.raises(TrailFull):
        play(tmp_path, library, questions(2))
    assert not library.asked
    with open_journal(tmp_path) as journal:
        assert journal.info() is None


def test_every_row_is_answered_in_the_questionnaires_order(tmp_path: Path) -> None:
    library = Library()
    _, results = play(tmp_path, library, questions(30))
    assert [one.key for one in results] == [str(row) for row in range(2, 32)]
    assert all(one.outcome == "found" for one in results)
    assert all(one.question.text in one.answer for one in results)
    assert results[0].evidence[0].document_sha256 == RECORDS[0].sha256


def test_neighbours_are_asked_after_one_another(tmp_path: Path) -> None:
    library = Library()
    play(tmp_path, library, questions(30), replace(ORDER, reproducible=True))
    places = [question.rpartition(" ")[2] for question, _ in library.asked]
    assert places == sorted(places)
    assert library.most_together == 1


def test_what_is_journalled_is_never_asked_again(tmp_path: Path) -> None:
    def power_cut(question: str) -> None:
        if "question 9 " in question:
            raise SystemExit

    broken = Library(power_cut)
    with pytest.raises(SystemExit):
        play(tmp_path, broken, questions(12))
    with open_journal(tmp_path) as journal:
        kept = {one.key: one for one in journal.results()}
    assert kept
    library = Library()
    _, results = play(tmp_path, library, questions(12))
    assert len(results) == 12
    assert {one.key: one for one in results if one.key in kept} == kept
    again = {question for question, _ in library.asked}
    assert not again & {one.question.text for one in kept.values()}
    play(tmp_path, library, questions(12))
    assert len(library.asked) == len(again)


def test_an_engine_that_fails_now_and_then_is_asked_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.batch.execution.run._LONGEST_PAUSE", 0.01)
    failures = iter([EngineError("hiccup"), EngineBusy(1)])

    def fault(question: str) -> None:
        if "question 3 " in question and (error := next(failures, None)):
            raise error

    _, results = play(tmp_path, Library(fault), questions(4))
    assert [one.outcome for one in results] == ["found"] * 4
    assert [one.attempts for one in results] == [1, ATTEMPTS, 1, 1]


def test_a_row_that_always_fails_is_told_and_tried_again_by_the_next_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.batch.execution.run._LONGEST_PAUSE", 0.01)

    def fault(question: str) -> None:
        if "question 3 " in question:
            raise EngineError("the prompt broke it")

    library = Library(fault)
    _, results = play(tmp_path, library, questions(4))
    assert [one.outcome for one in results] == ["found", "failed", "found", "found"]
    assert results[1].reason == "the prompt broke it"
    assert results[1].attempts == ATTEMPTS
    healed = Library()
    _, results = play(tmp_path, healed, questions(4))
    assert [one.outcome for one in results] == ["found"] * 4
    assert len(healed.asked) == 1


def test_an_engine_that_stays_dead_ends_the_run_and_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.batch.execution.run._LONGEST_PAUSE", 0.01)

    def fault(question: str) -> None:
        if "about 2" in question:
            raise EngineDown("it is dead")

    with pytest.raises(EngineDown):
        play(tmp_path, Library(fault), questions(9))
    with open_journal(tmp_path) as journal:
        assert set(journal.counts()) == {"found"}
    _, results = play(tmp_path, Library(), questions(9))
    assert [one.outcome for one in results] == ["found"] * 9


def test_a_full_disk_ends_the_run_in_words_and_loses_nothing(tmp_path: Path) -> None:
    with open_journal(tmp_path) as journal:
        info = begin_or_continue(
            journal,
            run_info(Library(), ORDER),
            lambda: tasks_of([(one, "") for one in questions(40)], None),
            Library(),
        )
        pages = journal._db.execute("PRAGMA page_count").fetchone()[0]
        journal._db.execute(f"PRAGMA max_page_count = {pages + 3}")
        with pytest.raises(JournalError, match=r"is full.*make room on the disk.*same command"):
            answer_all(journal, info, Library(), parallel=2)
    with open_journal(tmp_path) as journal:
        kept = list(journal.results())
    assert 0 < len(kept) < 40
    library = Library()
    _, results = play(tmp_path, library, questions(40))
    assert {one.key: one for one in results}.items() >= {one.key: one for one in kept}.items()
    assert len(library.asked) == 40 - len(kept)


def test_answers_of_two_kinds_are_never_mixed(tmp_path: Path) -> None:
    library = Library()
    play(tmp_path, library, questions(3))
    library.model = "another"
    with pytest.raises(RunChanged, match=r"model then, another now.*--force"):
        play(tmp_path, library, questions(3))
    info, _ = play(tmp_path, library, questions(3), force=True)
    assert info.model == "another"
    assert len(library.asked) == 6
    library.records.pop()
    with pytest.raises(RunChanged, match="other documents"):
        play(tmp_path, library, questions(3))


def test_each_document_is_asked_each_question(tmp_path: Path) -> None:
    library = Library()
    rows = [*questions(2), Question(9, "9", "only b", documents=("b.md",))]
    _, results = play(tmp_path, library, rows, replace(ORDER, mode="each_document"))
    held = [(one.question.row, one.document.name if one.document else "") for one in results]
    names = ["a.md", "b.md", "c.md"]
    assert held == [(row, name) for row in (2, 3) for name in names] + [(9, "b.md")]
    about = [documents for _, documents in library.asked]
    assert all(documents is not None and len(documents) == 1 for documents in about)
    assert len({one.key for one in results}) == 7


def test_bad_rows_are_all_told_before_anything_is_asked(tmp_path: Path) -> None:
    library = Library()
    bad: list[Question | RowProblem] = [
        RowProblem(2, "has no question"),
        Question(3, "3", "x" * 300),
        Question(4, "4", "fine"),
        Question(5, "5", "which", documents=("z.md",)),
        Question(6, "6", "which", spaces=("moon",)),
    ]
    rows: Sequence[Question] = bad  # type: ignore[assignment]
    with pytest.raises(BadRows) as raised:
        play(tmp_path, library, rows)
    words = str(raised.value)
    assert [one.row for one in raised.value.rows] == [2, 3, 5, 6]
    assert "row 2 has no question" in words
    assert "z.md" in words
    assert "'moon'" in words
    assert not library.asked
    _, results = play(tmp_path, library, rows, replace(ORDER, skip_bad=True))
    assert [one.outcome for one in results] == ["failed", "failed", "found", "failed", "failed"]
    assert "z.md" in results[3].reason
    assert len(library.asked) == 1


def test_a_changed_journal_is_refused(tmp_path: Path) -> None:
    play(tmp_path, Library(), questions(3))
    path = tmp_path / FILE
    data = path.read_bytes()
    at = data.index(b"It is question 3")
    path.write_bytes(data[:at] + b"It is QUESTION 3" + data[at + 16 :])
    with pytest.raises(JournalError, match="row 3"):
        play(tmp_path, Library(), questions(3))


def test_a_torn_end_of_the_journal_costs_one_answer_at_most(tmp_path: Path) -> None:
    torn = tmp_path / "torn"
    torn.mkdir()
    with open_journal(tmp_path / "run") as journal:
        info = begin_or_continue(
            journal,
            run_info(Library(), ORDER),
            lambda: tasks_of([(one, "") for one in questions(6)], None),
            Library(),
        )
        answer_all(journal, info, Library(), parallel=1)
        before = list(journal.results())
        for name in (FILE, f"{FILE}-wal"):
            (torn / name).write_bytes((tmp_path / "run" / name).read_bytes())
    log = torn / f"{FILE}-wal"
    log.write_bytes(log.read_bytes()[:-700])
    with open_journal(torn) as journal:
        left = list(journal.results())
    assert len(left) == 5
    assert all(one in before for one in left)


def test_what_quotes_a_deleted_document_is_asked_again_while_the_run_goes_on(
    tmp_path: Path,
) -> None:
    """The deletion falls between the finding of passages and the keeping of the answer."""
    runs = tmp_path / "batches"
    gone: list[Any] = []
    library = Library()

    def deletion(question: str) -> None:
        if "question 6 " in question and not gone:
            library.quoted = "b.md"
            gone.append(erase_results(runs, "general", "a.md", {"c1"}))

    library.fault = deletion
    _, results = play(runs / "run", library, questions(8), replace(ORDER, reproducible=True))
    assert [one.outcome for one in results] == ["found"] * 8
    assert {one.document for result in results for one in result.evidence} == {"b.md"}
    asked = [question for question, _ in library.asked]
    assert len(asked) == 8 + gone[0] + 1
    assert asked.count("question 6 about 0") == 2
    for file in (runs / "run").iterdir():
        assert b"a.md" not in file.read_bytes()


def test_a_deletion_does_not_disturb_runs_that_do_not_quote_the_document(tmp_path: Path) -> None:
    library = Library()
    _, results = play(tmp_path / "run", library, questions(4))
    assert erase_results(tmp_path, "legal", "c.md", {"c9"}) == 0
    assert play(tmp_path / "run", library, questions(4))[1] == results
    assert len(library.asked) == 4
    assert erase_results(tmp_path, "general", "a.md", {"c1"}) == 4
    play(tmp_path / "run", library, questions(4))
    assert len(library.asked) == 8


def test_a_deleted_documents_title_stays_nowhere(tmp_path: Path) -> None:
    library = Library()
    library.records = [replace(one, title=f"The secret of {one.name}") for one in RECORDS]
    order = replace(ORDER, mode="each_document")
    _, results = play(tmp_path / "run", library, [Question(2, "2", "What is it?")], order)
    assert {one.asked for one in results} == {
        f"What is The secret of {one.name}?" for one in RECORDS
    }
    assert erase_results(tmp_path, "general", "a.md", {"c1"}) == 3  # all of them quote it
    for file in (tmp_path / "run").iterdir():
        assert b"The secret of a.md" not in file.read_bytes()
        if file.name == FILE:
            assert b"The secret of b.md" in file.read_bytes()


def test_a_document_that_is_deleted_meanwhile_fails_its_own_rows_only(tmp_path: Path) -> None:
    library = Library()

    def deletion(question: str) -> None:
        library.records = [one for one in library.records if one.name != "c.md"]

    library.fault = deletion
    _, results = play(tmp_path, library, questions(2), replace(ORDER, mode="each_document"))
    failed = [(one.key, one.reason) for one in results if one.outcome == "failed"]
    assert failed == [(key, "no document named 'c.md'") for key in ("2.3", "3.3")]


def test_a_large_questionnaire_is_never_in_memory_at_once(tmp_path: Path) -> None:
    library, peaks = Library(), []
    for count in (2_000, 12_000):
        file = tmp_path / f"{count}.csv"
        with file.open("w", encoding="utf-8") as written:
            written.write("id,question,owner\n")
            written.writelines(f"{n},How is thing {n}?,Ann\n" for n in range(count))
        with open_journal(tmp_path / str(count)) as journal:
            info = run_info(library, ORDER)
            tracemalloc.start()
            asked = checked(read_questionnaire(file), library, library.records, ORDER)
            assert journal.begin(info, tasks_of(asked, None)) == count
            peaks.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.stop()
            first = next(journal.open_tasks(), None)
            assert first is None  # none has its place yet
            assert len(journal.unplaced(5)) == 5
    assert peaks[1] < peaks[0] + 2**19


def test_two_at_once_on_one_run(tmp_path: Path) -> None:
    with (
        open_journal(tmp_path),
        pytest.raises(JournalError, match="process"),
        open_journal(tmp_path),
    ):
        pass


@given(st.permutations(RECORDS))
def test_the_hash_of_the_documents_knows_no_order(records: list[DocumentRecord]) -> None:
    assert index_sha256(records) == index_sha256(RECORDS)
    changed = [replace(records[0], sha256="f" * 64), *records[1:]]
    assert index_sha256(changed) != index_sha256(RECORDS)
