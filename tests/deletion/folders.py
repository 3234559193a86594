"""Small data folders for tests of deletion, with answers that quote their documents."""

import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from unittest import mock

from fakes import answer, cite
from word_embedder import WordEmbedder

from app.answering.events import AnswerSentence
from app.batch.journal import Task, open_journal
from app.batch.records import Evidence, Question, RowResult, RunInfo
from app.data_folder.layout import DataFolder
from app.people.conversations.store import Conversations
from app.people.conversations.turns import SavedTurn
from app.people.curating.uploads import Upload, Uploads
from app.settings import load_settings
from app.workspace import wiring
from app.workspace.workspace import Workspace

TEXTS = {
    "merger.txt": "The takeover of the walnut company is planned for the ninth of March.",
    "leave.txt": "Everybody has twenty-eight days of annual leave in a calendar year.",
    "travel.txt": "Trains come before planes on all journeys that are below six hours.",
}
SECRET = TEXTS["merger.txt"].encode()
RUN = RunInfo(
    "run", "questions.csv", "0" * 64, "", "library", False, "0", "model", "0" * 64, (),
    "embedder", "0" * 64, "0" * 64, 2, {}, None,
)  # fmt: skip


class Killed(BaseException):
    """Ends the work as SIGKILL would: nobody handles it."""


@contextmanager
def opened(folder: Path) -> Iterator[Workspace]:
    """The data folder, with an embedder that needs no time."""
    settings = load_settings({"home": folder})
    embedder = mock.patch.object(wiring, "load_embedder", return_value=WordEmbedder())
    with embedder, wiring.open_workspace(settings, "test") as home:
        yield home


def written(folder: Path) -> Path:
    """A folder with the three texts."""
    folder.mkdir(exist_ok=True)
    for name, text in TEXTS.items():
        (folder / name).write_text(text, "utf-8")
    return folder


def files_with(folder: Path, needle: bytes) -> list[str]:
    """The files below `folder` that hold the bytes."""
    return [
        str(path.relative_to(folder))
        for path in sorted(folder.rglob("*"))
        if path.is_file() and needle in path.read_bytes()
    ]


def ended(uploads: Uploads, upload_id: str) -> Upload:
    """An upload after it was read, or failed."""
    for _ in range(3000):
        upload = uploads.get(upload_id)
        assert upload is not None
        if upload.state in ("done", "failed"):
            return upload
        time.sleep(0.01)
    raise AssertionError(upload)


def quote(home: Workspace, name: str, space: str = "general") -> None:
    """Save an answer in a conversation, and a result of a questionnaire, that quote a document."""
    hits = home.index.chunks(space, name)
    said = hits[0].text
    told = answer(
        "What?", [AnswerSentence(said, (1,), True)], [cite(1, hits[0], said)], passages=hits
    )
    with closing(Conversations(DataFolder(home.settings.home).conversations)) as saved:
        turn = SavedTurn(1, "What?", "done", answer=told, spaces=(space,))
        assert saved.keep("kim", f"about {name} in {space}", turn, begins=True)
    with open_journal(home.settings.home / "batches" / f"{name}-{space}") as journal:
        question = Question(2, "2", "What?")
        journal.begin(RUN, [Task("2", question, None)])
        evidence = Evidence(1, space, name, "0" * 64, None, "", said, hits[0].chunk_id)
        journal.keep(
            RowResult(
                "2", question, None, "found", said, None, "", True, 0.9, evidence=(evidence,)
            ),
            journal.erasures(),
        )
