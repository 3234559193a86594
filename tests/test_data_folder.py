"""A data folder's layout is spelled once, and one that an earlier program made still opens."""

import ast
import shutil
import sqlite3
import tarfile
from contextlib import closing
from pathlib import Path
from unittest import mock

import pytest
from data_folder.make_recorded import ARCHIVE, QUESTION, TEXTS
from word_embedder import WordEmbedder

from app.answering.ask import Ask
from app.batch.journal import open_journal
from app.batch.queue.folders import of_person
from app.data_folder.layout import LAYOUT, DataFolder
from app.engine.models import FORMER_EMBEDDER, STARTER_EMBEDDER
from app.governance.backup.formats import newer_in
from app.governance.deletion.rules import RuleBook
from app.governance.keepers.registry import KEEPERS, forget_person
from app.people.accounts import read_people
from app.people.conversations.store import Conversations
from app.settings import load_settings
from app.workspace import wiring
from app.workspace.embedder_in_use import advice_to_move, embedder_in_use
from vectorstore.faults import EmbedderMismatch

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("app", "ingest", "vectorstore")
OTHER_THINGS = {
    ("app/governance/audit/records.py", "trail-begun"),  # a kind of record
    ("app/engine/models.py", "models"),  # the folder of models that come with the program
}
NAMES = {
    name: getattr(LAYOUT, name)
    for name, member in vars(DataFolder).items()
    if isinstance(member, property)
}


@pytest.fixture
def recorded(tmp_path: Path) -> DataFolder:
    """A data folder as the program made it before there was a registry of keepers."""
    with tarfile.open(ARCHIVE) as archive:
        archive.extractall(tmp_path, filter="data")
    return DataFolder(tmp_path / "home")


class TestAnIndexOfTheFormerStarter:
    """The recorded index, as if the embedder of earlier versions had made it."""

    @pytest.fixture
    def models(self, recorded: DataFolder, tmp_path: Path) -> Path:
        with closing(sqlite3.connect(recorded.index / "catalogue.sqlite3")) as catalogue, catalogue:
            catalogue.execute(
                "UPDATE meta SET value = ? WHERE key = 'embedder_name'", (FORMER_EMBEDDER,)
            )
        folder = tmp_path / "models"
        for name in (FORMER_EMBEDDER, STARTER_EMBEDDER):
            (folder / name).mkdir(parents=True)
            for file in ("config.json", "modules.json", "model.safetensors"):
                (folder / name / file).write_text("{}")
        return folder

    @pytest.fixture(autouse=True)
    def _embedders(self, monkeypatch: pytest.MonkeyPatch, models: Path) -> None:
        monkeypatch.setattr("sys.prefix", str(models))  # no other models are installed
        former = WordEmbedder()
        monkeypatch.setattr(
            wiring,
            "load_embedder",
            lambda folder: former if folder.name == FORMER_EMBEDDER else WordEmbedder(folder.name),
        )

    def test_is_used_as_before_and_told_how_to_move(
        self, recorded: DataFolder, models: Path
    ) -> None:
        settings = load_settings({"home": recorded.root, "models_dir": models})
        assert embedder_in_use(settings).name == FORMER_EMBEDDER
        assert "strongroom reindex" in advice_to_move(settings)
        with wiring.open_workspace(settings, "test") as home:
            assert home.search(Ask(QUESTION), k=1).hits[0].document == "leave.txt"
        with wiring.open_workspace(settings, "test", reindex=True) as home:
            home.index.rebuild()
        assert advice_to_move(settings) == ""
        with wiring.open_workspace(settings, "test") as home:
            assert home.index.embedder.name == STARTER_EMBEDDER
            assert home.search(Ask(QUESTION), k=1).hits[0].document == "leave.txt"

    def test_says_what_to_do_where_that_embedder_is_gone(
        self, recorded: DataFolder, models: Path
    ) -> None:
        shutil.rmtree(models / FORMER_EMBEDDER)
        settings = load_settings({"home": recorded.root, "models_dir": models})
        with (
            pytest.raises(EmbedderMismatch, match=f"{FORMER_EMBEDDER}.*strongroom reindex"),
            wiring.open_workspace(settings, "test"),
        ):
            pass


def person(folder: DataFolder) -> str:
    with read_people(load_settings({"home": folder.root})) as house:
        return house.people.named("kim").id


def test_an_earlier_data_folder_opens_and_answers(recorded: DataFolder) -> None:
    settings = load_settings({"home": recorded.root})
    assert list(newer_in(recorded.root)) == []
    with (
        mock.patch.object(wiring, "load_embedder", return_value=WordEmbedder()),
        wiring.open_workspace(settings, "test") as home,
    ):
        assert {record.name for record in home.documents()} == set(TEXTS)
        (best, *_) = home.search(Ask(QUESTION), k=3).hits
        assert (best.document, best.text) == ("leave.txt", TEXTS["leave.txt"])
        for record in home.documents():
            copy = home.originals.open(record)
            assert copy is not None
            with copy:
                assert copy.read().decode() == TEXTS[record.name]
        (held,) = home.remove(["merger.txt"], space="general")
        assert not held.removed
        assert "a lawsuit" in held.reason
        assert RuleBook(recorded.root).read().days == {"general": 3000}
        with read_people(settings) as house:
            kim = house.people.named("kim")
            assert kim.groups >= {"sales"}
            assert house.people.rules().spaces["general"].readers == {"sales"}
            assert [account.person.name for account in house.people.accounts()] == ["kim"]
        with closing(Conversations(recorded.conversations)) as saved:
            talk = saved.read(kim.id, "talk", frozenset)
            assert talk is not None
            assert [turn.question for turn in talk.turns] == [QUESTION]
        (run,) = of_person(recorded.questionnaires, kim.id)
        with open_journal(run) as journal:
            assert [result.answer for result in journal.results()] == [TEXTS["leave.txt"]]
        (removal,) = home.remove(["leave.txt"], space="general")
        assert removal.removed
        assert removal.receipt is not None
        assert removal.receipt["removed"] == {
            "chunks": 1,
            "vectors": 1,
            "originals": 1,
            "conversations": 1,
            "questionnaires": 1,
            "uploads": 0,
            "copies from before an update": 4,  # of the index and of the people: updated
            "texts of the audit trail": 0,
        }
        assert removal.receipt["gone"]


def test_a_person_is_forgotten_by_every_keeper(recorded: DataFolder) -> None:
    kim = person(recorded)
    forget_person(recorded, kim)
    assert of_person(recorded.questionnaires, kim) == []
    with closing(Conversations(recorded.conversations)) as saved:
        assert saved.listed(kim) == []


def test_every_path_of_the_layout_has_a_keeper() -> None:
    """But for files inside a kept folder, and for those of a restore that has not ended."""
    kept = {path for keeper in KEEPERS for path in keeper.paths(LAYOUT)}
    passing = {LAYOUT.restored_settings, LAYOUT.restoring}
    for name, path in NAMES.items():
        assert path in passing or not kept.isdisjoint((path, *path.parents)), name


def test_no_other_module_spells_a_name_of_the_layout() -> None:
    names = {str(path) for path in NAMES.values()} | {path.name for path in NAMES.values()}
    unusual = {name for name in names if not name.isalpha()}  # "index" is also a word
    found = []
    for path in sorted(path for top in PACKAGES for path in (ROOT / top).rglob("*.py")):
        module = path.relative_to(ROOT).as_posix()
        if module in ("app/data_folder/layout.py", "vectorstore/schema.py"):
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            joined = node.right if isinstance(node, ast.BinOp) else None
            if not isinstance(joined, ast.Constant) and not isinstance(node, ast.Constant):
                continue
            is_path = isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div)
            constant = node if isinstance(node, ast.Constant) else joined
            assert isinstance(constant, ast.Constant)
            value = constant.value
            if (module, value) in OTHER_THINGS:
                continue
            if value in unusual or (is_path and value in names):
                found.append(f"{module}:{constant.lineno}: {value!r}")
    assert found == []


def test_files_are_written_whole_in_one_place() -> None:
    """Only where it is said why, something else than `vectorstore.disk` syncs or opens SQLite."""
    allowed = {
        "vectorstore/disk.py",
        "app/governance/bundle/places.py",  # the installer has the standard library alone
        "app/governance/audit/trail.py",  # appends to an open file
    }
    found = [
        path.relative_to(ROOT).as_posix()
        for top in PACKAGES
        for path in sorted((ROOT / top).rglob("*.py"))
        for text in [path.read_text("utf-8")]
        if "os.fsync(" in text or "sqlite3.connect(" in text or "file_digest(" in text
    ]
    assert set(found) <= allowed
