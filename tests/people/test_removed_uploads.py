"""What becomes of the own uploads of a person who is removed."""

from pathlib import Path

import pytest
from people.people_fakes import unrecorded
from web.signing_in import token_of
from web.whole import Whole, whole

from app.cli import main
from app.governance.deletion.rules import RuleBook
from app.people.access import private_space
from app.people.accounts import open_people
from app.settings import load_settings

REMOVE = "/administration/people/remove"


def _upload(served: Whole, folder: Path, name: str) -> str:
    file = folder / f"{name}.md"
    file.write_text(f"# Quokka\n\nThe quokka of {name} sleeps in the archive.", "utf-8")
    space = private_space(served.house.people.named(name))
    served.home.ingest([file], space=space)
    return space


def _left(served: Whole) -> set[str]:
    return {record.name for record in served.home.index.documents()}


def test_an_administrator_deletes_or_keeps_them(tmp_path: Path) -> None:
    people = {"kim": "", "lee": "", "max": "", "boss": ""}
    with whole(tmp_path / "home", people) as served, served.client("boss") as boss:
        spaces = {name: _upload(served, tmp_path, name) for name in ("kim", "lee", "max")}
        rules = RuleBook(tmp_path / "home")
        rules.hold(served.home.trail, "boss", spaces["max"], "max.md", "litigation")
        token = token_of(boss, "/administration/people")
        said = {}
        for name, choice in (("kim", "delete"), ("lee", "keep"), ("max", "delete")):
            person = served.house.people.named(name).id
            form = {"person": person, "documents": choice, "csrf": token}
            said[name] = boss.post(REMOVE, data=form, follow_redirects=True)
        assert [said[name].status_code for name in said] == [200, 200, 409]
        assert "1 of their uploads are held and stay" in said["max"].text
        assert _left(served) == {"lee.md", "max.md"}
        (deletion,) = [one for one in served.home.trail.tail(50) if one.kind == "deletion"]
        assert deletion.data["space"] == spaces["kim"]
        assert deletion.person == served.house.people.named("boss").id


def test_the_command_deletes_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home = ["--home", str(tmp_path / "home")]
    for name in ("kim", "lee"):
        assert main(["users", "add", name, *home]) == 0
    with open_people(load_settings({"home": tmp_path / "home"}), unrecorded) as house:
        spaces = {name: private_space(house.people.named(name)) for name in ("kim", "lee")}
    for name, space in spaces.items():
        (tmp_path / f"{name}.txt").write_text(f"The quokka of {name}.", "utf-8")
        assert main(["ingest", str(tmp_path / f"{name}.txt"), "--space", space, *home]) == 0
    assert main(["users", "remove", "kim", "--documents", "delete", *home]) == 0
    assert main(["users", "remove", "lee", *home]) == 0
    said = capsys.readouterr().out
    assert "deleted 1 uploads of their own" in said
    assert f"strongroom documents --space {spaces['lee']}" in said
    assert main(["documents", *home]) == 0
    listed = capsys.readouterr().out
    assert "lee.txt" in listed
    assert "kim.txt" not in listed
