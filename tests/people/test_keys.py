"""Keys of programs: what they open, for how long, who makes them, and that they go."""

import sqlite3
from pathlib import Path
from typing import Any

import pytest
from people.people_fakes import GOOD, Accounts, opened

from app.people.access import Right, Rules, SpaceRule, allowed
from app.people.keys import MOST_EACH, Holder, May, as_mays
from app.people.restored import end_keys
from app.people.store import PeopleError


def test_a_secret_finds_its_person_confined_to_the_key(house: Accounts) -> None:
    kim = house.people.add("kim", GOOD)
    key, secret = house.keys.make(kim.id, "A bot", spaces=["b", "a"], by=kim.id)
    found = house.keys.find(secret)
    assert isinstance(found, Holder)
    assert (found.person.id, found.person.key) == (kim.id, key.id)
    assert found.person.only == frozenset({"a", "b"})
    assert found.opens(May.ASK)
    assert not found.opens(May.ADD)
    rules = Rules({name: SpaceRule(frozenset({"everyone"})) for name in ("a", "c")})
    assert allowed(found.person, Right.READ, "a", rules)
    assert not allowed(found.person, Right.READ, "c", rules)
    assert not allowed(found.person, Right.READ, f"~{kim.id}", rules)
    assert house.keys.find(secret + "x") is None
    assert house.keys.find(key.id) is None


def test_a_key_ends_and_goes_with_its_person(house: Accounts) -> None:
    kim = house.people.add("kim", GOOD)
    key, secret = house.keys.make(kim.id, "A bot", days=1)
    house.clock.now += 24 * 3600 - 1
    assert house.keys.find(secret) is not None
    house.clock.now += 1
    assert house.keys.find(secret) is None
    assert house.keys.holder(key.id) is None
    assert house.keys.ended(key)
    key, secret = house.keys.make(kim.id, "Another")
    assert next(one.id for one in house.keys.of(kim.id)) == key.id
    house.people.remove(kim.id)
    assert house.keys.find(secret) is None
    assert house.keys.of() == []


def test_no_secret_lies_in_the_file(tmp_path: Path) -> None:
    with opened(tmp_path / "people.sqlite3") as house:
        kim = house.people.add("kim", GOOD)
        _, secret = house.keys.make(kim.id, "A bot")
    for path in tmp_path.iterdir():
        assert secret.encode() not in path.read_bytes()
        assert secret.removeprefix("sr-").encode() not in path.read_bytes()


def test_the_last_use_is_noted_by_the_minute(house: Accounts) -> None:
    kim = house.people.add("kim", GOOD)
    key, _ = house.keys.make(kim.id, "A bot")
    assert house.keys.of()[0].used_at is None
    first = house.clock.now
    house.keys.touch(key.id)
    house.clock.now += 30
    house.keys.touch(key.id)
    assert house.keys.of()[0].used_at == first
    house.clock.now += 40
    house.keys.touch(key.id)
    assert house.keys.of()[0].used_at == house.clock.now


def test_what_administers_is_given_by_administrators_and_ends_with_the_role(
    house: Accounts,
) -> None:
    boss = house.people.add("boss", GOOD, administrator=True)
    other = house.people.add("other", GOOD, administrator=True)
    kim = house.people.add("kim", GOOD)
    for may in (May.METRICS, May.ADMINISTER):
        with pytest.raises(PeopleError, match="administrator"):
            house.keys.make(kim.id, "x", may=[may], by=kim.id)
    with pytest.raises(PeopleError, match="no administrator"):
        house.keys.make(kim.id, "x", may=[May.ADMINISTER], by=boss.id)
    with pytest.raises(PeopleError, match="somebody else"):
        house.keys.make(boss.id, "x", by=kim.id)
    _, secret = house.keys.make(other.id, "x", may=[May.ADMINISTER], by=boss.id)
    found = house.keys.find(secret)
    assert found is not None
    assert found.opens(May.ADMINISTER)
    assert found.opens(May.METRICS)
    house.people.set_roles(other.id, administrator=False)
    found = house.keys.find(secret)
    assert found is not None
    assert not found.opens(May.ADMINISTER)
    assert not found.opens(May.METRICS)
    _, secret = house.keys.make(kim.id, "x", may=[May.METRICS], by=boss.id)
    found = house.keys.find(secret)
    assert found is not None
    assert found.opens(May.METRICS)


def test_what_cannot_be_a_key_is_refused(house: Accounts) -> None:
    kim = house.people.add("kim", GOOD)
    wrong: Any
    for wrong in ({"may": []}, {"days": 0}, {"days": 10_000}, {"spaces": [" "]}):
        with pytest.raises(PeopleError):
            house.keys.make(kim.id, "x", **wrong)
    with pytest.raises(PeopleError):
        house.keys.make(kim.id, "  ")
    with pytest.raises(PeopleError):
        house.keys.make("nobody", "x")
    with pytest.raises(PeopleError, match="a key may"):
        as_mays(["everything"])
    for number in range(MOST_EACH):
        house.keys.make(kim.id, f"x{number}")
    with pytest.raises(PeopleError, match="revoke one"):
        house.keys.make(kim.id, "one more")


def test_a_key_confined_to_nothing_opens_nothing(house: Accounts) -> None:
    kim = house.people.add("kim", GOOD)
    _, secret = house.keys.make(kim.id, "x", spaces=[])
    found = house.keys.find(secret)
    assert found is not None
    rules = Rules({"a": SpaceRule(frozenset({"everyone"}))})
    assert not allowed(found.person, Right.READ, "a", rules)


def test_nobody_signs_in_as_a_service_account(house: Accounts) -> None:
    house.people.add_group("bots")
    bot = house.people.add_service("bot", groups=["bots"])
    assert house.people.named("bot").groups == {"bots"}
    assert house.people.check("bot", "") is None
    with pytest.raises(PeopleError, match="service account"):
        house.people.set_password(bot.id, GOOD, must_change=False)
    with pytest.raises(PeopleError, match="no role"):
        house.people.set_roles(bot.id, administrator=True)
    account = house.people.account(bot.id)
    assert account is not None
    assert account.service
    _, secret = house.keys.make(bot.id, "x")
    assert house.keys.find(secret) is not None


def test_a_restore_brings_no_revoked_key_back(tmp_path: Path) -> None:
    former, restored = tmp_path / "former.sqlite3", tmp_path / "restored.sqlite3"
    with opened(former) as house:
        kim = house.people.add("kim", GOOD)
        kept, _ = house.keys.make(kim.id, "kept")
        gone, _ = house.keys.make(kim.id, "gone")
    with sqlite3.connect(former) as db:
        db.execute("VACUUM INTO ?", (str(restored),))
    with opened(former) as house:
        house.keys.revoke(gone.id)
        house.keys.make(kim.id, "newer")
    end_keys(former, restored)
    with opened(restored) as house:
        assert [one.id for one in house.keys.of()] == [kept.id]
    end_keys(None, restored)  # nobody can say which are left
    with opened(restored) as house:
        assert house.keys.of() == []
