"""What kills and removed people leave behind, and a damaged questionnaire among whole ones."""

import os
import shutil
import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest
from batch.batch_runs import here, lines
from batch.office_runs import Held, finished, opened, until
from batch.test_run import Library
from people.people_fakes import unrecorded

from app.batch.forgetting import erase_results
from app.batch.journal import FILE, open_journal
from app.batch.queue.folders import PIPED, delete_of_person
from app.batch.queue.service import QuestionnaireQueue
from app.batch.queue.submission import QuestionnaireRefused
from app.people.accounts import open_people
from app.settings import load_settings

SECRET = b"the sentence of the contract"


def killed_in_a_download(office: QuestionnaireQueue, run: str) -> None:
    child = os.fork()
    if not child:
        with office.results("kim", run, ".xlsx"):
            os._exit(0)
    os.waitpid(child, 0)


def files(folder: Path) -> set[str]:
    return {path.name for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("by", ["a deletion", "the next start"])
def test_what_a_killed_download_left_goes(tmp_path: Path, by: str) -> None:
    with opened(tmp_path, Library()) as office:
        run = office.take("kim", "q.txt", SECRET + b"?\n")
        finished(office, run)
        killed_in_a_download(office, run.id)
        (tmp_path / run.id / ".out-1.pdf.partial").write_bytes(SECRET)
        assert any(name.startswith("out-") for name in files(tmp_path))
        if by == "a deletion":
            erase_results(tmp_path, "general", "a.md", {"c1"})
    if by == "the next start":
        with opened(tmp_path, Library()):
            pass
    assert not [name for name in files(tmp_path) if "out-" in name]


def test_a_download_that_goes_on_is_left_alone(tmp_path: Path) -> None:
    with opened(tmp_path, Library()) as office:
        run = office.take("kim", "q.txt", b"q?\n")
        finished(office, run)
        with office.results("kim", run.id, ".jsonl") as file:
            erase_results(tmp_path, "legal", "c.md", {"c9"})
            assert lines(file)


def test_what_was_never_accepted_goes_at_the_next_start(tmp_path: Path) -> None:
    (tmp_path / "web-kim-1").mkdir(parents=True)
    (tmp_path / "web-kim-1" / "questionnaire").write_bytes(SECRET)
    (tmp_path / f"{PIPED}gone").write_bytes(SECRET)
    with opened(tmp_path, Library()):
        assert files(tmp_path) == set()


def test_a_pipe_in_use_stays(tmp_path: Path) -> None:
    import fcntl

    with (tmp_path / f"{PIPED}used").open("wb") as pipe:
        fcntl.flock(pipe, fcntl.LOCK_EX)
        with opened(tmp_path, Library()):
            assert files(tmp_path) == {f"{PIPED}used"}


def test_nothing_stays_of_a_removed_person(tmp_path: Path) -> None:
    held = Held()
    library = Library()
    with opened(tmp_path, library) as office:
        done = office.take("kim", "q.txt", b"done?\n")
        other = office.take("kims", "q.txt", b"other?\n")
        finished(office, done, other)
        with office.results("kim", done.id, ".xlsx"):
            pass
        office.start_over("kim", done.id)
        finished(office, done)
        library.fault = held
        office.take("kim", "q.txt", b"running?\nmore?\n")
        held.reached()
        office.take("kim", "q.txt", b"waiting?\n")
        assert len(list(tmp_path.glob("web-kim-*"))) == 4
        threading.Timer(0.3, held.go).start()
        office.delete_person("kim")
        assert office.runs("kim") == []
        assert [one.name for one in tmp_path.iterdir()] == [other.id]
        assert office.run("kims", other.id).state == "done"
    assert [one.name for one in tmp_path.iterdir()] == [other.id]


def test_a_person_whom_another_process_removes_stops_nothing_else(tmp_path: Path) -> None:
    held = Held()
    library = Library(held)
    with opened(tmp_path, library) as office:
        office.take("kim", "q.txt", b"running?\n")
        held.reached()
        delete_of_person(tmp_path, "kim")
        held.go()
        until(lambda: not office.runs("kim"))
        other = office.take("anna", "q.txt", b"other?\n")
        assert finished(office, other)[0].state == "done"
    assert [one.name for one in tmp_path.iterdir()] == [other.id]


def test_users_remove_takes_their_questionnaires(tmp_path: Path) -> None:
    assert here(tmp_path, "users", "add", "kim").returncode == 0
    with open_people(load_settings({"home": tmp_path}), unrecorded) as house:
        kim = house.people.named("kim").id
    with opened(tmp_path / "batches", Library()) as office:
        runs = [office.take(who, "q.txt", b"q?\n") for who in (kim, "another")]
        finished(office, *runs)
    done = here(tmp_path, "users", "remove", "kim")
    assert "their questionnaires" in done.stdout
    assert [one.name for one in (tmp_path / "batches").iterdir()] == [runs[1].id]


def test_one_damaged_journal_holds_up_nobody_else(tmp_path: Path) -> None:
    with opened(tmp_path, Library()) as office:
        bad, good, torn = (office.take("kim", f"{n}.txt", b"q?\n") for n in "abc")
        finished(office, bad, good, torn)
    (tmp_path / bad.id / FILE).write_bytes(b"x" * 4096)
    (tmp_path / torn.id / "order.json").write_bytes(b'{"person": "ki')
    with opened(tmp_path, Library()) as office:
        assert {run.name: run.state for run in office.runs("kim")} == {
            "a.txt": "failed", "b.txt": "done",
        }  # fmt: skip
        stuck = office.run("kim", bad.id)
        assert "cannot be read any more" in stuck.reason
        with pytest.raises(QuestionnaireRefused, match="the answers cannot be read"):
            office.results("kim", bad.id, ".csv").__enter__()
        office.start_over("kim", bad.id)
        assert finished(office, bad)[0].counts.found == 1


def test_starting_over_waits_for_whoever_reads_the_answers(tmp_path: Path) -> None:
    with opened(tmp_path, Library()) as office:
        run = office.take("kim", "q.txt", b"q?\n")
        finished(office, run)
        with (
            open_journal(tmp_path / run.id),
            pytest.raises(QuestionnaireRefused, match="being answered already"),
        ):
            office.start_over("kim", run.id)
        with closing(sqlite3.connect(tmp_path / run.id / FILE)) as db:
            assert db.execute("SELECT count(*) FROM results").fetchone() == (1,)


def test_stopping_right_after_the_start_always_stops(tmp_path: Path) -> None:
    for number in range(30):
        folder = tmp_path / str(number)
        with opened(folder, Library()) as office:
            run = office.take("kim", "q.txt", b"q?\n")
            office.stop("kim", run.id)
            (stopped,) = finished(office, run)
            assert stopped.state in ("stopped", "done")  # an answer that was quicker stays
            assert stopped.state == "done" or not stopped.counts.done
        shutil.rmtree(folder)
