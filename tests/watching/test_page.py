"""The administrators' page of watched sources: what it tells, and what it asks."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from watching.test_following import fill, until
from web.signing_in import token_of
from web.whole import Whole, whole


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Whole]:
    with whole(tmp_path / "home", {"kim": "Kim", "boss": "The Boss"}) as served:
        yield served


def test_it_tells_asks_and_obeys(house: Whole, tmp_path: Path) -> None:
    share, page = tmp_path / "share", "/administration/sources"
    share.mkdir()
    fill(share, 14)
    with house.client("boss") as boss, house.home.watched.watching():

        def post(part: str, **form: str) -> httpx.Response:
            return boss.post(page + part, data={**form, "csrf": token_of(boss, "/account")})

        def said(*words: str) -> bool:
            text = boss.get(page).text
            return all(one in text for one in words)

        assert "Nothing is watched yet" in boss.get(page).text
        new = {"name": "Rules & <b>", "place": str(share), "space": "general", "every": "x"}
        assert post("", **new).status_code == 409
        new |= {"every": "30", "exclude": "*.tmp\nArchive/*", "guard": "10", "secret": "never told"}
        assert post("", **new).status_code == 303
        until(lambda: said("14 documents", "up to date"))
        assert said("Rules &amp; &lt;b&gt;", "not *.tmp, Archive/*", "every 30 minutes")
        assert not said("never told")
        for number in range(12):
            (share / f"{number:02}.txt").unlink()
        until(lambda: said("12 documents have no file at the place any more"))
        assert said("14 documents")
        german = boss.get(page, headers={"accept-language": "de"}).text
        assert "Ja: 12 Dokumente löschen" in german
        assert post("/now", name="Rules & <b>", agreed="12").status_code == 303
        until(lambda: said("2 documents", "up to date"))
        away = share.with_name("away")
        share.rename(away)
        post("/now", name="Rules & <b>")
        until(lambda: said("Nothing was changed here", "is its share"))
        assert post("/pause", name="Rules & <b>").status_code == 303
        assert said("paused", "Resume")
        assert post("/now", name="Rules & <b>").status_code == 409
        assert post("/now", name="nobody").status_code == 409
        assert post("/remove", name="Rules & <b>", documents="delete").status_code == 303
        assert house.home.documents() == []
        private = f"~{house.house.people.named('kim').id}"
        assert post("", **{**new, "space": private}).status_code == 409
    with house.client("kim") as kim:
        assert kim.get(page).status_code == 404
