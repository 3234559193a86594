"""A small data folder of everything that a backup has to bring back."""

import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from unittest import mock

import pytest
from people.people_fakes import unrecorded
from word_embedder import WordEmbedder

from app.batch.execution.provenance import Order
from app.batch.journal import Task, open_journal
from app.batch.records import Question, RunInfo
from app.data_folder.layout import DataFolder
from app.people.accounts import open_people
from app.people.conversations.store import Conversations
from app.people.conversations.turns import SavedTurn
from app.settings import Settings, load_settings
from app.workspace import wiring
from app.workspace.wiring import open_workspace
from app.workspace.workspace import Workspace

TEXTS = {
    "leave.txt": "A full-time employee has 28 days of annual leave in every year.",
    "travel.txt": "The head of department approves every business trip in writing.",
    "merger.txt": "The takeover of the walnut company is planned for the third quarter.",
}
QUESTION = "How many days of annual leave are there?"


@contextmanager
def opened(folder: Path) -> Iterator[Workspace]:
    """The data folder, with an embedder that needs no time."""
    with (
        mock.patch.object(wiring, "load_embedder", return_value=WordEmbedder()),
        open_workspace(load_settings({"home": folder}), "test") as home,
    ):
        yield home


def documents(folder: Path) -> list[Path]:
    """The files of `TEXTS`."""
    folder.mkdir(exist_ok=True)
    for name, text in TEXTS.items():
        (folder / name).write_text(text, "utf-8")
    return [folder / name for name in TEXTS]


def settings_of(folder: Path) -> Settings:
    return load_settings({"home": folder})


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder, not in use: copy it."""
    place = tmp_path_factory.mktemp("made")
    folder = place / "home"
    with opened(folder) as home:
        home.ingest(documents(place / "files"), space="general")
    with closing(Conversations(DataFolder(folder).conversations)) as talks:
        talks.keep("kim", "talk", SavedTurn(1, QUESTION, "stopped", draft="28"), begins=True)
    with open_people(settings_of(folder), unrecorded) as house:
        house.people.add("kim", "correct horse battery", must_change=False)
        house.people.add("lee", "another long password", must_change=False)
    with open_journal(folder / "batches" / "run") as journal:
        order = Order("q.csv", "0" * 64, "library", False)
        info = RunInfo(
            id=order.id,
            questionnaire="q.csv",
            questionnaire_sha256="0" * 64,
            started_at="",
            mode="library",
            reproducible=False,
            version="0",
            model="m",
            model_sha256="0",
            adapters=(),
            embedder="e",
            embedder_sha256="0",
            index_sha256="0",
            documents=3,
            settings={},
            spaces=None,
            only_documents=None,
        )
        journal.begin(info, [Task("1", Question(2, "1", QUESTION), None)])
    (folder / "uploads" / "one" / "files").mkdir(parents=True)
    (folder / "uploads" / "one" / "files" / "waiting.txt").write_text("It has to wait.", "utf-8")
    return folder


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    """A copy of the data folder of one's own."""
    shutil.copytree(made, tmp_path / "home")
    return tmp_path / "home"
