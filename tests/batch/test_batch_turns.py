"""Many questionnaires at once: how large they may be, and whose turn it is."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from batch.office_runs import Held, finished, opened, record, until
from batch.test_run import Library
from hypothesis import given
from hypothesis import strategies as st

from app.batch.queue.submission import QuestionnaireRefused
from app.batch.queue.turns import Turns


def asked_of(library: Library) -> list[str]:
    return [question for question, _ in library.asked]


def test_more_questions_than_allowed_are_refused_before_they_fill_the_disk(tmp_path: Path) -> None:
    library = Library()
    library.records = [record(f"contract {number}.pdf") for number in range(100)]
    with opened(tmp_path, library, most=1_000) as office:
        with pytest.raises(QuestionnaireRefused, match=r"more questions than the 1,000") as refused:
            office.take("kim", "q.txt", b"a?\n" * 11, each_document=True)
        assert "fewer rows" in str(refused.value)
        assert list(tmp_path.iterdir()) == []
        run = office.take("kim", "q.txt", b"a?\n" * 10, each_document=True)
        assert run.counts.total == 1_000
        office.stop("kim", run.id)


def test_all_questionnaires_of_a_person_count_together(tmp_path: Path) -> None:
    with opened(tmp_path, Library(), most=5) as office:
        first = office.take("kim", "q.txt", b"a?\nb?\nc?\n")
        with pytest.raises(QuestionnaireRefused, match="than the 2 that you may still hand in"):
            office.take("kim", "q.txt", b"a?\nb?\nc?\n")
        office.take("anna", "q.txt", b"a?\nb?\nc?\n")
        finished(office, first)
        office.start_over("kim", first.id)  # its own do not count against it
        finished(office, first)
        office.delete("kim", first.id)
        assert office.take("kim", "q.txt", b"a?\nb?\nc?\n").counts.total == 3


def test_many_uploads_at_once_do_not_get_past_the_limit(tmp_path: Path) -> None:
    held = Held()
    with opened(tmp_path, Library(held), most=5) as office:
        refused: list[str] = []

        def upload() -> None:
            try:
                office.take("kim", "q.txt", b"a?\nb?\n")
            except QuestionnaireRefused as error:
                refused.append(str(error))

        threads = [threading.Thread(target=upload) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sum(run.counts.total for run in office.runs("kim")) == 4
        assert len(refused) == 6
        held.go()


def test_a_long_questionnaire_lets_another_person_have_a_turn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.batch.queue.service._TURN", 5)
    held = Held()
    library = Library(held)
    with opened(tmp_path, library) as office:
        long = office.take("anna", "a.txt", b"".join(b"long %d?\n" % n for n in range(40)))
        held.reached()
        own = office.take("anna", "b.txt", b"later?\n")
        short = office.take("kim", "k.txt", b"short?\n")
        held.go()
        done = finished(office, long, own, short)
        assert [run.state for run in done] == ["done"] * 3
        assert done[0].counts.found == 40
    asked = asked_of(library)
    assert asked.index("short?") < 12
    assert asked[-1] == "later?"  # one's own are answered one after the other
    assert len(asked) == 42  # giving way cost no answer


def test_one_that_gave_way_can_be_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.batch.queue.service._TURN", 1)
    kims = Held()
    library = Library(lambda question: kims(question) if "short" in question else None)
    gate: Callable[[str], None] = library.fault
    first = Held()
    library.fault = first
    with opened(tmp_path, library) as office:
        long = office.take("anna", "a.txt", b"".join(b"long %d?\n" % n for n in range(40)))
        first.reached()
        short = office.take("kim", "k.txt", b"short?\n")
        library.fault = gate
        first.go()
        until(lambda: office.run("anna", long.id).state == "waiting")
        office.stop("anna", long.id)
        kims.go()
        finished(office, long, short)
        assert office.run("anna", long.id).state == "stopped"
        assert 0 < office.run("anna", long.id).counts.done < 40
        office.go_on("anna", long.id)
        assert finished(office, long)[0].counts.found == 40


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 99)), unique=True))
def test_people_alternate_and_each_ones_runs_stay_in_order(runs: list[tuple[str, int]]) -> None:
    turns = Turns()
    for person, number in runs:
        turns.add(person, f"{person}{number}")
    order = []
    for _ in runs:
        assert turns.others_wait("nobody")
        order.append(turns.next())
    for person in "abc":
        mine = [one for one in order if one and one.startswith(person)]
        assert mine == [f"{who}{number}" for who, number in runs if who == person]
    people = len({person for person, _ in runs})
    assert len({one[0] for one in order[:people] if one}) == people
    assert not turns.others_wait("nobody")
    turns.close()
    assert turns.next() is None
