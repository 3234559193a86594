"""Uploads: what arrived is indexed once it was promised, and nothing else is kept."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from word_embedder import WordEmbedder

from app.people.curating.uploads import Limits, Upload, UploadRefused, Uploads, safe_name
from ingest.pipeline import FileStatus, Progress, ingest_paths
from vectorstore.index import Index

LIMITS = Limits(file_bytes=1000, upload_bytes=2500, files=3, open_per_person=2)


class SmallHome:
    """A data folder with nothing but an index."""

    def __init__(self, folder: Path) -> None:
        self.index = Index.open(folder, WordEmbedder())

    def ingest(self, paths, *, space, prune=False, uploaded=False, person="", progress=None):
        return ingest_paths(
            self.index, paths, space=space, prune=prune, uploaded=uploaded, progress=progress
        )

    def read_again(self, space: str, name: str, file: Path, *, person: str = "") -> FileStatus:
        raise NotImplementedError

    def names(self, space: str) -> list[str]:
        return [record.name for record in self.index.documents([space])]


class DyingHome(SmallHome):
    """One whose process ends whenever it is given work."""

    def ingest(self, paths, *, space, prune=False, uploaded=False, person="", progress=None):
        raise SystemExit


@pytest.fixture
def home(tmp_path: Path) -> Iterator[SmallHome]:
    made = SmallHome(tmp_path / "index")
    yield made
    made.index.close()


async def pieces(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


def send(uploads: Uploads, upload: Upload, name: str, *parts: bytes) -> Upload:
    return asyncio.run(uploads.receive(upload.id, name, pieces(*parts)))


def finished(uploads: Uploads, upload: Upload) -> Upload:
    for _ in range(3000):
        now = uploads.get(upload.id)
        assert now is not None
        if now.state in ("done", "failed"):
            return now
        threading.Event().wait(0.01)
    pytest.fail("the upload never ended")


def test_files_and_folders_arrive_under_their_names_and_leave_no_copy(
    tmp_path: Path, home: SmallHome
) -> None:
    uploads = Uploads(tmp_path / "uploads", home, LIMITS)
    upload = uploads.begin("kim", "hr")
    send(uploads, upload, "leave.md", b"# Leave\n\n", b"28 days of leave.\n")
    send(uploads, upload, "policies/travel.txt", b"Trains only.\n")
    send(uploads, upload, "empty.pdf")
    uploads.start(upload.id)
    ended = finished(uploads, upload)
    assert home.names("hr") == ["leave.md", "policies/travel.txt"]
    assert {one.document: one.status for one in ended.statuses} == {
        "leave.md": "indexed",
        "policies/travel.txt": "indexed",
        "empty.pdf": "rejected",
    }
    assert {record.source for record in home.index.documents()} == {"upload"}
    assert not list((tmp_path / "uploads").iterdir())
    again = uploads.begin("kim", "hr")
    send(uploads, again, "leave.md", b"# Leave\n\n30 days of leave.\n")
    uploads.start(again.id)
    assert [one.status for one in finished(uploads, again).statuses] == ["indexed"]
    assert home.names("hr") == ["leave.md", "policies/travel.txt"]
    uploads.close()


def test_a_started_upload_survives_the_process_and_an_unfinished_one_does_not(
    tmp_path: Path, home: SmallHome
) -> None:
    dying = DyingHome(tmp_path / "other index")
    first = Uploads(tmp_path / "uploads", dying, LIMITS)
    for number in range(3):
        upload = first.begin(f"person {number}", "hr")
        send(first, upload, f"{number}.txt", b"Promised words.")
        first.start(upload.id)
    unfinished = first.begin("kim", "hr")
    send(first, unfinished, "lost.txt", b"Half an upload.")
    first.close()
    dying.index.close()
    second = Uploads(tmp_path / "uploads", home, LIMITS)
    resumed = second.resume()
    assert sorted(upload.files for upload in resumed) == [("0.txt",), ("1.txt",), ("2.txt",)]
    for upload in resumed:
        finished(second, upload)
    assert home.names("hr") == ["0.txt", "1.txt", "2.txt"]
    second.close()


def test_limits_are_said_and_keep_nothing(tmp_path: Path, home: SmallHome) -> None:
    uploads = Uploads(tmp_path / "uploads", home, LIMITS)
    upload = uploads.begin("kim", "hr")
    with pytest.raises(UploadRefused, match="no file"):
        uploads.start(upload.id)
    with pytest.raises(UploadRefused, match=r"big\.txt is larger than"):
        send(uploads, upload, "big.txt", b"x" * 600, b"x" * 600)
    for number in range(2):
        send(uploads, upload, f"{number}.txt", b"x" * 1000)
    with pytest.raises(UploadRefused, match="at once; upload the rest later"):
        send(uploads, upload, "2.txt", b"x" * 1000)
    with pytest.raises(UploadRefused, match=r"0\.txt is in this upload twice"):
        send(uploads, upload, "0.txt", b"x")
    with pytest.raises(UploadRefused, match="could not be stored"):
        send(uploads, upload, "0.txt/below.txt", b"x")
    send(uploads, upload, "2.txt", b"x")
    with pytest.raises(UploadRefused, match="more than 3 files"):
        send(uploads, upload, "3.txt", b"x")
    held = [path.name for path in (tmp_path / "uploads").rglob("*") if path.is_file()]
    assert sorted(held) == ["0.txt", "1.txt", "2.txt"]
    uploads.begin("kim", "hr")
    with pytest.raises(UploadRefused, match="2 of your uploads are not finished"):
        uploads.begin("kim", "general")
    uploads.begin("bo", "general")
    uploads.abandon(upload.id)
    with pytest.raises(UploadRefused, match="closed"):
        send(uploads, upload, "4.txt", b"x")
    uploads.begin("kim", "general")
    uploads.close()


@example("//etc/passwd")  # two slashes are a root of their own in POSIX
@example("//")
@given(st.text(max_size=60) | st.text(alphabet="./\\ a~$\x00", max_size=12))
def test_no_name_leads_out_of_the_upload(name: str) -> None:
    base = Path("/uploads/1/files")
    try:
        path = Path(base, safe_name(name))
    except UploadRefused:
        return
    assert path != base
    assert path.is_relative_to(base)
    assert ".." not in path.parts
    assert "\x00" not in str(path)


class ScanningHome(SmallHome):
    """One whose files named .scan have two pages to recognise, when `go_on` says so."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.go_on = threading.Event()
        self.recognising: list[str] = []

    def ingest(self, paths, *, space, prune=False, uploaded=False, person="", progress=None):
        for file in paths[0].iterdir():
            if file.suffix == ".scan" and progress is not None:
                progress(Progress(0, 1, 0, file.name, page=1))
                self.recognising.append(file.name)
                assert self.go_on.wait(30)
                progress(Progress(0, 1, 0, file.name, page=2))
        return super().ingest(paths, space=space, uploaded=uploaded, progress=progress)


def until(true: Callable[[], object]) -> None:
    for _ in range(3000):
        if true():
            return
        threading.Event().wait(0.01)
    pytest.fail("it never happened")


def started(uploads: Uploads, name: str) -> Upload:
    upload = uploads.begin(name, "hr")
    send(uploads, upload, name, b"The canteen opens at noon.")
    return uploads.start(upload.id)


def test_long_scans_hold_up_nobody_elses_files(tmp_path: Path) -> None:
    home = ScanningHome(tmp_path / "index")
    uploads = Uploads(tmp_path / "uploads", home, LIMITS)
    scans = [started(uploads, f"{n}.scan") for n in range(4)]
    until(lambda: home.recognising)
    assert finished(uploads, started(uploads, "a.txt")).state == "done"
    assert finished(uploads, started(uploads, "b.txt")).state == "done"
    assert len(home.recognising) == 1  # one scan at a time
    home.go_on.set()
    assert {finished(uploads, scan).state for scan in scans} == {"done"}
    assert len(home.recognising) == 4
    uploads.close()
    home.index.close()


def test_a_process_that_ends_leaves_its_scans_to_the_next(tmp_path: Path) -> None:
    home = ScanningHome(tmp_path / "index")
    uploads = Uploads(tmp_path / "uploads", home, LIMITS)
    scans = [started(uploads, f"{n}.scan") for n in range(2)]
    until(lambda: home.recognising)
    closing = threading.Thread(target=uploads.close)
    closing.start()
    threading.Event().wait(0.3)
    home.go_on.set()  # the page in hand ends
    closing.join(30)
    assert not closing.is_alive()
    assert home.names("hr") == []
    again = Uploads(tmp_path / "uploads", home, LIMITS)
    resumed = again.resume()
    assert {one.id for one in resumed} == {one.id for one in scans}
    assert {finished(again, one).state for one in resumed} == {"done"}
    assert sorted(home.names("hr")) == ["0.scan", "1.scan"]
    again.close()
    home.index.close()


def test_a_persons_long_scans_hold_up_neither_their_files_nor_those_of_others(
    tmp_path: Path,
) -> None:
    home = ScanningHome(tmp_path / "index")
    limits = Limits(file_bytes=1000, upload_bytes=9000, open_per_person=8)
    uploads = Uploads(tmp_path / "uploads", home, limits)

    def by_kim(name: str) -> Upload:
        upload = uploads.begin("kim", "hr")
        send(uploads, upload, name, b"The canteen opens at noon.")
        return uploads.start(upload.id)

    first = by_kim("0.scan")
    until(lambda: home.recognising == ["0.scan"])
    assert finished(uploads, by_kim("a.txt")).state == "done"  # beside kim's own scan
    scans = [by_kim(f"{n}.scan") for n in range(1, 4)]
    last = by_kim("b.txt")
    assert finished(uploads, started(uploads, "c.txt")).state == "done"
    assert finished(uploads, started(uploads, "d.txt")).state == "done"
    states = [held.state for one in scans if (held := uploads.get(one.id))]
    assert states == ["reading", "waiting", "waiting"]  # two of kim's have come to scans
    home.go_on.set()
    assert {finished(uploads, one).state for one in (first, *scans, last)} == {"done"}
    assert home.recognising == ["0.scan", "1.scan", "2.scan", "3.scan"]
    uploads.close()
    home.index.close()
