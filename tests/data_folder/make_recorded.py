"""Writes `recorded.tar.xz`: a small data folder with something of everything that is kept.

`python tests/data_folder/make_recorded.py` was run once, with the program of the day. A newer
program must open what it made, so the archive is not written again when the program changes.
"""

import json
import sys
import tarfile
import tempfile
from contextlib import closing
from pathlib import Path
from unittest import mock

TESTS = Path(__file__).parents[1]
sys.path[:0] = [str(TESTS), str(TESTS.parent)]

from fakes import answer, cite  # noqa: E402
from people.people_fakes import unrecorded  # noqa: E402
from word_embedder import WordEmbedder  # noqa: E402

from app.answering.events import AnswerSentence  # noqa: E402
from app.batch.journal import Task, open_journal  # noqa: E402
from app.batch.records import Evidence, Question, RowResult, RunInfo  # noqa: E402
from app.governance.deletion.rules import RuleBook  # noqa: E402
from app.people.access import Right  # noqa: E402
from app.people.accounts import open_people  # noqa: E402
from app.people.conversations.store import Conversations  # noqa: E402
from app.people.conversations.turns import SavedTurn  # noqa: E402
from app.settings import load_settings  # noqa: E402
from app.workspace import wiring  # noqa: E402

ARCHIVE = Path(__file__).parent / "recorded.tar.xz"
TEXTS = {
    "leave.txt": "A full-time employee has 28 days of annual leave in every year.",
    "travel.txt": "The head of department approves every business trip in writing.",
    "merger.txt": "The takeover of the walnut company is planned for the third quarter.",
}
QUESTION = "How many days of annual leave are there?"


def make(home: Path, files: Path) -> None:
    """Write the data folder `home`; `files` gets the documents that are ingested."""
    for name, text in TEXTS.items():
        (files / name).write_text(text, "utf-8")
    settings = load_settings({"home": home})
    with (
        mock.patch.object(wiring, "load_embedder", return_value=WordEmbedder()),
        wiring.open_workspace(settings, "test") as opened,
    ):
        opened.ingest([files / name for name in TEXTS], space="general")
        rules = RuleBook(home)
        rules.hold(opened.trail, "kim", "general", "merger.txt", "a lawsuit")
        rules.forget_after(opened.trail, "kim", "general", 3000)
        hits = opened.index.chunks("general", "leave.txt")
    quote = hits[0].text
    said = answer(
        QUESTION, [AnswerSentence(quote, (1,), True)], [cite(1, hits[0], quote)], passages=hits
    )
    with open_people(settings, unrecorded) as house:
        kim = house.people.add("kim", "correct horse battery", must_change=False)
        gone = house.people.add("lee", "another long password", must_change=False)
        house.people.add_group("sales")
        house.people.join(kim.id, "sales")
        house.people.grant("general", "sales", Right.READ)
        house.people.remove(gone.id)
    with closing(Conversations(home / "conversations.sqlite3")) as conversations:
        turn = SavedTurn(1, QUESTION, "done", answer=said, spaces=("general",))
        conversations.keep(kim.id, "talk", turn, begins=True)
    with open_journal(home / "batches" / f"web-{kim.id}-run") as journal:
        question = Question(2, "2", QUESTION)
        info = RunInfo(
            "run", "questions.csv", "0" * 64, "", "library", False, "0", "model", "0" * 64, (),
            "embedder", "0" * 64, "0" * 64, 3, {}, None,
        )  # fmt: skip
        journal.begin(info, [Task("2", question, None)])
        evidence = Evidence(1, "general", "leave.txt", "0" * 64, None, "", quote, hits[0].chunk_id)
        result = RowResult(
            "2", question, None, "found", quote, None, "", True, 0.9, evidence=(evidence,)
        )
        journal.keep(result, journal.erasures())
    waiting = home / "uploads" / "0123456789abcdef" / "files"
    waiting.mkdir(parents=True)
    (waiting / "waiting.txt").write_text("It has to wait.", "utf-8")
    note = {"person": kim.id, "space": "general", "again": False}
    (waiting.parent / "upload.json").write_text(json.dumps(note), "utf-8")


def main() -> None:
    with tempfile.TemporaryDirectory() as place:
        home, files = Path(place) / "home", Path(place) / "files"
        files.mkdir()
        make(home, files)
        with tarfile.open(ARCHIVE, "w:xz") as archive:
            archive.add(home, "home", filter=_kept)


def _kept(entry: tarfile.TarInfo) -> tarfile.TarInfo | None:
    """Without the owner's name, and without Chroma's files, which are made from the catalogue."""
    if "/index/chroma-" in entry.name or entry.name.endswith((".lock", ".sock")):
        return None
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = ""
    return entry


if __name__ == "__main__":
    main()
