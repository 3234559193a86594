"""What `Operations` declares can be asked of the process that owns the folder, and nothing else."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import cast

import pytest

from app.workspace.control import take_work
from app.workspace.operations import operation
from app.workspace.remote import RemoteWorkspace
from app.workspace.workspace import Workspace
from ingest.pipeline import FileStatus, IngestReport, Progress


class Reading:
    """Stands for the open data folder; says which paths it was given."""

    def __init__(self) -> None:
        self.words = ""

    def ingest(
        self, paths: Sequence[Path], *, space: str, progress: Callable[[Progress], None]
    ) -> IngestReport:
        if self.words:
            raise OSError(self.words)
        for done, path in enumerate(paths, 1):
            progress(Progress(done, len(paths), 0, path.name))
        said = [FileStatus(str(path), space, "indexed", "", None, 1) for path in paths]
        return IngestReport(said, [], {"total_s": 0.5})


def test_progress_and_whole_paths_go_through_the_socket(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    owner, seen = Reading(), list[Progress]()
    with take_work(cast(Workspace, owner), tmp_path / "door"):
        remote = RemoteWorkspace(tmp_path / "door")
        report = remote.ingest([Path("a.md"), Path("b.md")], space="x", progress=seen.append)
        owner.words = "the disk is full"
        with pytest.raises(Exception, match="the disk is full"):
            remote.ingest([Path("a.md")], space="x")
        remote.close()
    assert seen == [Progress(1, 2, 0, "a.md"), Progress(2, 2, 0, "b.md")]
    assert [one.document for one in report.documents] == [
        str(tmp_path / "a.md"),
        str(tmp_path / "b.md"),
    ]
    assert report.timings == {"total_s": 0.5}


@pytest.mark.parametrize("name", ["close", "_lines", "__init__", "read_again", "trail"])
def test_only_what_is_declared_can_be_asked_for(name: str) -> None:
    with pytest.raises(AttributeError):
        operation(name)


def test_the_owner_refuses_other_people_too() -> None:
    with pytest.raises(ValueError, match="own user alone"):
        operation("summarise").arguments({"document": "a.md", "person": "kim"})
    with pytest.raises(ValueError, match="own user alone"):
        operation("ask").arguments({"ask": {"question": "what?", "person": "kim"}})
    with pytest.raises(KeyError):
        operation("remove").arguments({"names": [], "space": "x", "person": "kim"})
