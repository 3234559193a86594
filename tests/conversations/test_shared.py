"""What is shared is read by whom it is for, with their own rights, and by nobody else."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fakes import LEAVE, answer, cite
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from people.people_fakes import GOOD, Clock, opened

from app.answering.events import AnswerSentence
from app.people.access import Person
from app.people.conversations.store import Conversations
from app.people.conversations.turns import Feedback, SavedTurn, Selection
from app.people.sharing import MOST, Shares, SharingRefused

SPACES = ("finance", "hr", "~lee", "works")
MARKS = {space: f"mark{number}" for number, space in enumerate(SPACES)}


def turn(number: int, spaces: tuple[str, ...]) -> SavedTurn:
    """One whose answer, passages, citations and choice name its spaces' marks."""
    hits = tuple(
        replace(LEAVE, space=one, document=MARKS[one], text=MARKS[one], heading=MARKS[one])
        for one in spaces
    )
    said = [AnswerSentence(MARKS[one], (n,), True) for n, one in enumerate(spaces, 1)]
    cited = [cite(n, hit, hit.text) for n, hit in enumerate(hits, 1)]
    made = answer(f"question {number}", said, cited, passages=hits)
    chosen = Selection((), tuple((one, MARKS[one]) for one in SPACES))
    draft = " ".join(MARKS[one] for one in spaces)
    vote = Feedback("down", "my own opinion")
    return SavedTurn(
        number, f"question {number}", "done", chosen, made, draft, "", spaces, feedback=vote
    )


@given(
    st.lists(st.sets(st.sampled_from(SPACES)).map(lambda one: tuple(sorted(one))), max_size=5),
    st.sets(st.sampled_from(SPACES)),
    st.one_of(st.none(), st.integers(1, 5)),
    st.integers(0, 6),
)
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_nothing_is_shown_of_what_the_reader_may_not_read(
    tmp_path_factory: pytest.TempPathFactory,
    turns: list[tuple[str, ...]],
    rights: set[str],
    one: int | None,
    until: int,
) -> None:
    clock = Clock()
    talks = Conversations(tmp_path_factory.mktemp("c") / "conversations.sqlite3", clock=clock)
    for number, spaces in enumerate(turns, 1):
        clock.now = float(number)
        assert talks.keep("lee", "c", turn(number, spaces), begins=number == 1)
        talks.judge("lee", "c", number, Feedback("down", "my own opinion"))
    shown = talks.shared(
        "lee", "c", turn=one, until=until, readable=lambda spaces: rights & set(spaces)
    )
    talks.close()
    wanted = [
        number for number in range(1, len(turns) + 1) if number <= until and one in (None, number)
    ]
    assert (shown is None) == (not wanted)
    if shown is None:
        return
    assert [one.number for one in shown.turns] == wanted
    for told in shown.turns:
        drawn = set(turns[told.number - 1])
        assert told.withheld == (not drawn <= rights)
        assert (told.answer is None) == told.withheld
        text = repr(told)
        assert "my own opinion" not in text
        for space, mark in MARKS.items():
            assert (mark in text) == (not told.withheld and space in drawn)


class House:
    """People and what they share, with what was put on record."""

    def __init__(self, accounts: Any, recorded: list[tuple[str, Mapping[str, Any]]]) -> None:
        self.people = accounts.people
        self.clock = accounts.clock
        self.recorded = recorded
        self.shares = Shares(
            self.people._database, lambda by, about: recorded.append((by, about)), self.clock
        )
        for name in ("lee", "kim", "sam"):
            self.people.add(name, GOOD, must_change=False)
        self.people.add_group("board")
        for name in ("lee", "sam"):
            self.people.join(self.people.named(name).id, "board")

    def one(self, name: str) -> Person:
        person: Person = self.people.named(name)
        return person


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with opened(tmp_path / "people.sqlite3") as accounts:
        yield House(accounts, [])


def test_it_is_for_whom_it_is_for_and_goes_with_its_owner(house: House) -> None:
    shares = house.shares
    lee, kim, sam = (house.one(name) for name in ("lee", "kim", "sam"))
    to_kim = shares.share(lee, "c", None, name="KIM")
    to_board = shares.share(lee, "c", 2, group="board")
    assert [one.id for one in shares.shown_to(kim)] == [to_kim.id]
    assert [one.id for one in shares.shown_to(sam)] == [to_board.id]
    assert shares.one(kim, to_board.id) is None
    assert shares.one(sam, to_kim.id) is None
    assert shares.one(lee, to_kim.id) == to_kim
    assert not shares.revoke(kim, to_kim.id)
    assert shares.revoke(lee, to_kim.id)
    assert shares.one(kim, to_kim.id) is None
    shares.note_reading(sam, to_board)
    assert [about["change"] for _, about in house.recorded] == [
        "share", "share", "revoke share", "read share",
    ]  # fmt: skip
    house.people.leave(sam.id, "board")
    assert shares.one(house.one("sam"), to_board.id) is None
    again = shares.share(lee, "c", None, name="kim")
    house.people.remove(lee.id)
    assert shares.one(kim, again.id) is None
    assert list(shares.shown_to(kim)) == []


def test_a_new_group_of_an_old_name_reads_nothing(house: House) -> None:
    lee, sam = house.one("lee"), house.one("sam")
    share = house.shares.share(lee, "c", None, group="board")
    house.people.remove_group("board")
    house.people.add_group("board")
    house.people.join(sam.id, "board")
    assert house.shares.one(house.one("sam"), share.id) is None


def test_sharing_again_shows_what_is_there_now(house: House) -> None:
    lee, kim = house.one("lee"), house.one("kim")
    first = house.shares.share(lee, "c", None, name="kim")
    house.clock.now += 60
    second = house.shares.share(lee, "c", None, name="kim")
    assert (second.id, second.shared_at) == (first.id, first.shared_at + 60)
    assert len(house.shares.shown_to(kim)) == 1


@pytest.mark.parametrize(
    ("to", "why"),
    [({"name": "nobody"}, "nobody"), ({"name": "lee"}, "yourself"), ({"group": "x"}, "group")],
)
def test_what_is_not_shared_is_said(house: House, to: dict[str, str], why: str) -> None:
    with pytest.raises(SharingRefused) as refused:
        house.shares.share(house.one("lee"), "c", None, **to)
    assert refused.value.why == why
    assert house.recorded == []


def test_there_is_an_end_to_it(house: House) -> None:
    lee = house.one("lee")
    for number in range(MOST):
        house.shares.share(lee, "c", number, name="kim")
    with pytest.raises(SharingRefused) as refused:
        house.shares.share(lee, "c", MOST, name="kim")
    assert refused.value.why == "most"
