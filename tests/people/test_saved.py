"""Saved questions and instructions: one's own, and those of spaces that one reads."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from people.people_fakes import GOOD, opened

from app.people.saved import MOST_QUESTIONS, Saved

Recorded = list[tuple[str, Mapping[str, Any]]]


@pytest.fixture
def saved(tmp_path: Path) -> Iterator[tuple[Saved, Recorded, str, Any]]:
    recorded: Recorded = []
    with opened(tmp_path / "people.sqlite3") as house:
        lee = house.people.add("lee", GOOD, must_change=False).id
        held = Saved(house.people._database, lambda by, about: recorded.append((by, about)))
        yield held, recorded, lee, house.people


def test_what_counts_is_of_the_person_and_of_the_spaces_that_were_chosen(saved: Any) -> None:
    held, recorded, lee, people = saved
    held.instruct(lee, "Short.\n  And plain. ")
    held.instruct_space("hr", "For new colleagues.", by=lee)
    assert held.style(lee, ()) == "Short. And plain."
    assert held.style(lee, ["hr", "works"]) == "For new colleagues. Short. And plain."
    assert held.style("somebody", ["hr"]) == "For new colleagues."
    assert recorded == [(lee, {"change": "spaces instruct", "name": "hr", "empty": False})]
    held.instruct(lee, " ")
    assert held.instruction(lee) == ""
    held.instruct(lee, "Short.")
    people.remove(lee)
    assert held.instruction(lee) == ""
    assert held.space_instruction("hr") == "For new colleagues."


def test_questions_are_ones_own_and_of_spaces_that_one_reads(saved: Any) -> None:
    held, recorded, lee, people = saved
    assert held.save("  How   many? ", person=lee)
    assert held.save("Who?", space="hr", by=lee)
    assert not held.save("   ", person=lee)
    assert [one.question for one in held.questions(lee, [])] == ["How many?"]
    assert [one.question for one in held.questions(lee, ["hr"])] == ["How many?", "Who?"]
    assert [one.question for one in held.questions("kim", ["works"])] == []
    (own, shared) = held.questions(lee, ["hr"])
    assert not held.remove(own.id, person="kim", spaces=["hr"])
    assert not held.remove(shared.id, person=lee, spaces=["works"])
    assert held.remove(shared.id, person="kim", spaces=["hr"])
    changes = [about["change"] for _, about in recorded]
    assert changes == ["spaces question", "spaces forget question"]
    for number in range(MOST_QUESTIONS - 1):
        assert held.save(f"{number}?", person=lee)
    assert not held.save("one more?", person=lee)
    people.remove(lee)
    assert held.questions(lee, []) == []
