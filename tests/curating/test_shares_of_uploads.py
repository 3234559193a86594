"""No one person's uploads fill the disk or keep those of others waiting."""

import asyncio
import threading
from collections.abc import AsyncIterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from app.people.curating import uploads as module
from app.people.curating.uploads import Limits, UploadRefused, Uploads
from ingest.pipeline import FileStatus, IngestReport


class Slow:
    """A data folder that reads kim's files until it may go on, and others' at once."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.read: list[str] = []

    def ingest(
        self, paths: Sequence[Path], *, space: str, person: str = "", **_: Any
    ) -> IngestReport:
        if person == "kim":
            assert self.go.wait(60)
        self.read.append(person)
        said = [FileStatus("a.txt", space, "indexed", "", None, 1)]
        return IngestReport(said, [], {})

    def read_again(self, *_: Any, **__: Any) -> FileStatus:
        raise AssertionError


async def _bytes(count: int) -> AsyncIterator[bytes]:
    yield b"x" * count


def put(uploads: Uploads, person: str, size: int = 10) -> str:
    upload = uploads.begin(person, "general").id
    asyncio.run(uploads.receive(upload, "a.txt", _bytes(size)))
    return upload


def test_one_persons_uploads_keep_nobody_waiting(tmp_path: Path) -> None:
    home = Slow()
    with closing(Uploads(tmp_path, home, Limits(1 << 20, 1 << 22))) as uploads:
        for _ in range(4):
            uploads.start(put(uploads, "kim"))
        lee = put(uploads, "lee")
        uploads.start(lee)
        for _ in range(500):
            if uploads.get(lee).state == "done":  # type: ignore[union-attr]
                break
            threading.Event().wait(0.02)
        assert home.read == ["lee"]
        home.go.set()
        for _ in range(500):
            if len(home.read) == 5:
                break
            threading.Event().wait(0.02)
        assert home.read == ["lee", "kim", "kim", "kim", "kim"]


def test_all_open_uploads_of_a_person_count_together(tmp_path: Path) -> None:
    with closing(Uploads(tmp_path, Slow(), Limits(1000, 2000))) as uploads:
        put(uploads, "kim", 1000)
        put(uploads, "kim", 900)
        with pytest.raises(UploadRefused, match="at once; upload the rest later"):
            put(uploads, "kim", 200)
        put(uploads, "lee", 1000)  # others have their own


def test_an_upload_that_was_left_is_thrown_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(Uploads(tmp_path, Slow(), Limits(1000, 2000))) as uploads:
        left = put(uploads, "kim")
        monkeypatch.setattr(module, "_IDLE_S", -1.0)
        fresh = uploads.begin("lee", "general").id
        assert [path.name for path in tmp_path.iterdir()] == [fresh]
        with pytest.raises(UploadRefused, match="begun already"):
            uploads.start(left)


def test_two_files_of_one_name_at_once_are_not_both_taken(tmp_path: Path) -> None:
    with closing(Uploads(tmp_path, Slow(), Limits(1000, 2000))) as uploads:
        upload = uploads.begin("kim", "general").id

        async def both() -> list[object]:
            return await asyncio.gather(
                *(uploads.receive(upload, "a.txt", _bytes(10)) for _ in range(2)),
                return_exceptions=True,
            )

        one, two = asyncio.run(both())
        assert sum(isinstance(said, UploadRefused) for said in (one, two)) == 1
        found = uploads.get(upload)
        assert found is not None
        assert found.files == ("a.txt",)
        with pytest.raises(UploadRefused, match="larger"):  # what was refused may come again
            asyncio.run(uploads.receive(upload, "b.txt", _bytes(1001)))
        asyncio.run(uploads.receive(upload, "b.txt", _bytes(10)))
