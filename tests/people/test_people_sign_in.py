"""The door: sessions that end, guessing that does not pay, and nobody locked out for ever."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from people.people_fakes import BETTER, GOOD, Accounts, Clock, opened

from app.people.allowance import Allowance, Limits, TooMuch
from app.people.attempts import LONGEST_WAIT_S, Attempt
from app.people.sign_in import Refused, SignedIn

HERE, THERE = "192.0.2.1", "198.51.100.9"


def enter(house: Accounts, password: str = GOOD, *, name: str = "kim", **more: str) -> object:
    return house.door.sign_in(name, password, **{"address": HERE, **more})


def entered(house: Accounts, **more: str) -> SignedIn:
    result = enter(house, **more)
    assert isinstance(result, SignedIn)
    return result


@pytest.fixture
def kim(house: Accounts) -> str:
    return house.people.add("kim", GOOD, must_change=False).id


@pytest.mark.usefixtures("kim")
def test_ten_thousand_wrong_passwords_are_refused_almost_unread(house: Accounts) -> None:
    waits = []
    for attempt in range(10_000):
        result = enter(house, f"guess {attempt}")
        assert isinstance(result, Refused)
        waits.append(result.wait_s)
    # Nobody waits in this test: only the free attempts were hashed at all.
    assert house.hasher.verified <= 6
    assert all(wait > 0 for wait in waits[6:])
    assert max(waits) <= LONGEST_WAIT_S
    # Even whoever waits each time gets no more than a hundred a day.
    before = house.hasher.verified
    end = house.clock.now + 24 * 3600
    while house.clock.now < end:
        result = enter(house, "guess")
        assert isinstance(result, Refused)
        house.clock.now += max(result.wait_s, 0.001)
    assert house.hasher.verified - before < 120


@pytest.mark.usefixtures("kim")
def test_guessing_from_many_addresses_at_one_name_is_slowed_as_well(house: Accounts) -> None:
    for number in range(1000):
        enter(house, "guess", address=f"10.0.{number // 250}.{number % 250}")
    assert house.hasher.verified <= 6


def test_guessing_at_many_names_from_one_address_is_slowed(house: Accounts) -> None:
    for number in range(1000):
        enter(house, "guess", name=f"person {number}")
    assert house.hasher.verified <= 21


@pytest.mark.usefixtures("kim")
def test_two_at_the_door_in_one_moment_both_come_in(house: Accounts) -> None:
    """Whoever read the clock first may be counted second."""
    assert house.attempts.admit(Attempt("lee", HERE)) == 0
    house.clock.now -= 0.01
    assert house.attempts.admit(Attempt("kim", HERE)) == 0


def test_names_that_do_not_exist_are_answered_alike(house: Accounts) -> None:
    for _ in range(40):
        known = house.door.sign_in("kim", "guess", address="a")
        unknown = house.door.sign_in("nobody", "guess", address="b")
        assert isinstance(known, Refused)
        assert isinstance(unknown, Refused)
        assert known.wait_s == unknown.wait_s
        house.clock.now += 3
    # The same work: each attempt that was looked at was hashed, whether or not the name exists.
    assert house.hasher.verified % 2 == 0


@pytest.mark.usefixtures("kim")
def test_one_gets_in_at_the_latest_when_the_longest_wait_is_over(house: Accounts) -> None:
    for _ in range(200):
        result = enter(house, "guess", address=THERE)
        assert isinstance(result, Refused)
        house.clock.now += result.wait_s + 0.001
    house.clock.now += LONGEST_WAIT_S
    entered(house)
    assert isinstance(enter(house, "guess", address=HERE), Refused)
    entered(house)


@pytest.mark.usefixtures("kim")
def test_an_attacker_elsewhere_does_not_lock_out_a_known_browser(house: Accounts) -> None:
    mark = entered(house).mark
    for _ in range(100):
        enter(house, "guess", address=THERE)
    waiting = enter(house)
    assert isinstance(waiting, Refused)
    assert waiting.wait_s > 0
    entered(house, mark=mark)
    # The mark is this person's, and no pass for guessing.
    house.people.add("lee", GOOD)
    for _ in range(50):
        enter(house, "guess", name="lee", address=THERE)
    other = enter(house, name="lee", mark=mark, address=THERE)
    assert isinstance(other, Refused)
    before = house.hasher.verified
    for _ in range(50):
        enter(house, "guess", mark=mark)
    assert house.hasher.verified - before <= 6


@pytest.mark.usefixtures("kim")
def test_a_forged_mark_counts_for_nothing(house: Accounts) -> None:
    genuine = entered(house).mark
    assert house.attempts.is_marked(genuine, house.people.named("kim").id)
    for mark in ("", ".", genuine[:-1], genuine + "x", "x." + genuine, "é.ü.ß"):
        assert not house.attempts.is_marked(mark, house.people.named("kim").id)


def test_a_restart_does_not_forget_failures(tmp_path: Path) -> None:
    clock = Clock()
    with opened(tmp_path / "people.sqlite3", clock) as house:
        house.people.add("kim", GOOD)
        for _ in range(10):
            enter(house, "guess")
    with opened(tmp_path / "people.sqlite3", clock) as house:
        result = enter(house)
        assert isinstance(result, Refused)
        assert result.wait_s > 0
        house.attempts.forgive("kim")
        house.clock.now += LONGEST_WAIT_S
        entered(house)


@settings(max_examples=60, deadline=None)
@given(steps=st.lists(st.tuples(st.booleans(), st.floats(0, 2000)), max_size=40))
def test_no_history_of_attempts_makes_anyone_wait_longer_than_a_quarter_of_an_hour(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[bool, float]]
) -> None:
    with opened(tmp_path_factory.mktemp("people") / "people.sqlite3") as house:
        attempt = Attempt("kim", HERE)
        for back, seconds in steps:
            wait = house.attempts.admit(attempt)
            assert 0 <= wait <= LONGEST_WAIT_S
            house.clock.now += -seconds if back else seconds


def test_a_session_lasts_while_it_is_used_and_not_for_ever(house: Accounts, kim: str) -> None:
    token = house.sessions.begin(kim)
    began = house.clock.now
    while house.clock.now - began < 43_200 - 1000:
        session = house.sessions.find(token)
        assert session is not None
        assert session.person.name == "kim"
        if house.sessions.is_stale(session):
            house.sessions.touch(session)
        house.clock.now += 1000
    house.clock.now = began + 43_201
    assert house.sessions.find(token) is None


def test_an_idle_session_ends(house: Accounts, kim: str) -> None:
    token = house.sessions.begin(kim)
    house.clock.now += 1801
    assert house.sessions.find(token) is None


def test_a_sign_in_ends_the_session_before_it_and_gives_a_new_token(
    house: Accounts, kim: str
) -> None:
    first = house.sessions.begin(kim)
    second = entered(house, old_token=first).token
    assert first != second
    assert house.sessions.find(first) is None
    assert house.sessions.find(second) is not None
    assert house.sessions.find("never given") is None


def test_sessions_end_with_their_person_and_by_hand(house: Accounts, kim: str) -> None:
    tokens = [house.sessions.begin(kim) for _ in range(3)]
    house.sessions.end(tokens[0])
    assert house.sessions.find(tokens[0]) is None
    assert house.sessions.end_all(kim) == 2
    assert house.sessions.find(tokens[1]) is None
    token = house.sessions.begin(kim)
    house.people.remove(kim)
    assert house.sessions.find(token) is None


def test_a_session_sees_changed_rights_at_once(house: Accounts, kim: str) -> None:
    token = house.sessions.begin(kim)
    house.people.add_group("hr")
    house.people.join(kim, "hr")
    found = house.sessions.find(token)
    assert found is not None
    assert found.person.groups == {"hr"}


def test_changing_the_password_ends_all_other_sessions(house: Accounts, kim: str) -> None:
    person = house.people.named("kim")
    elsewhere = house.sessions.begin(kim)
    assert isinstance(house.door.change(person, "wrong", BETTER, address=HERE), Refused)
    assert house.door.change(person, GOOD, GOOD, address=HERE) is None
    assert house.sessions.find(elsewhere) is not None
    changed = house.door.change(person, GOOD, BETTER, address=HERE)
    assert isinstance(changed, SignedIn)
    assert house.sessions.find(elsewhere) is None
    assert house.sessions.find(changed.token) is not None
    assert isinstance(enter(house, BETTER), SignedIn)


def test_one_person_cannot_take_everybodys_turn() -> None:
    clock = Clock()
    allowance = Allowance(Limits(at_once=2, a_minute=3), clock)
    ends = [allowance.take("kim"), allowance.take("kim")]
    with pytest.raises(TooMuch) as much:
        allowance.take("kim")
    assert much.value.seconds is None
    allowance.take("lee")
    for end in ends:
        end()
        end()  # a stream is closed more than once
    allowance.take("kim")()
    with pytest.raises(TooMuch) as much:
        allowance.take("kim")
    assert much.value.seconds == 60
    clock.now += 60
    allowance.take("kim")
