"""A small data folder that the tests of questionnaires share."""

from pathlib import Path

import pytest

from app.settings import load_settings
from app.workspace.wiring import open_workspace

SAMPLES = Path(__file__).parents[1] / "samples"
DOCUMENTS = ("employee-handbook.pdf", "release-notes.md", "travel-policy.docx")


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with three documents, not in use: copy it."""
    folder = tmp_path_factory.mktemp("filled") / "home"
    with open_workspace(load_settings({"home": folder}), "test") as home:
        report = home.ingest([SAMPLES / name for name in DOCUMENTS], space="general")
        assert {status.status for status in report.documents} == {"indexed"}, report
    return folder
