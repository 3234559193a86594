"""Who is removed leaves no conversation behind."""

from contextlib import closing
from pathlib import Path

import pytest
from fakes import leave_answer
from people.people_fakes import unrecorded

from app.cli import main
from app.data_folder.layout import DataFolder
from app.people.accounts import open_people
from app.people.conversations.store import Conversations
from app.people.conversations.turns import SavedTurn
from app.settings import load_settings


def test_removing_a_person_erases_their_conversations(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = ["--home", str(tmp_path)]
    assert main(["users", "add", "kim", *home]) == 0
    with open_people(load_settings({"home": tmp_path}), unrecorded) as house:
        kim = house.people.named("kim").id
    turn = SavedTurn(1, "Quokkaprojekt?", "done", answer=leave_answer("Quokkaprojekt?"))
    with closing(Conversations(DataFolder(tmp_path).conversations)) as conversations:
        conversations.keep(kim, "kims", turn, begins=True)
        conversations.keep("another", "theirs", turn, begins=True)
        assert main(["users", "remove", "kim", *home]) == 0  # while the chat has the file open
        assert conversations.listed(kim) == []
        assert len(conversations.listed("another")) == 1
        conversations.delete_person("another")
    assert "their conversations" in capsys.readouterr().out
    held = b"".join(file.read_bytes() for file in tmp_path.glob("conversations*"))
    assert b"quokkaprojekt" not in held.lower()
