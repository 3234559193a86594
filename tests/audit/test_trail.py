"""The trail records everything or lets nothing happen: full disks, kills, many writers, clocks."""

import contextlib
import multiprocessing
import os
import resource
import shutil
import signal
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from app.governance.audit.keys import AuditorKey, AuditorPrivateKey, SigningKey, VerifyKey
from app.governance.audit.reading import files, last_records, records
from app.governance.audit.records import RecordKind, TrailFault, TrailFull
from app.governance.audit.texts import Texts, opened
from app.governance.audit.trail import Trail
from app.governance.audit.verifying import verify

ROOT = Path(__file__).resolve().parents[2]


def write(trail: Trail, number: int = 0, person: str = "kim") -> int:
    return trail.record(RecordKind.QUESTION, person=person, data={"n": number}).seq


def test_records_come_back_as_they_were_written(trail: Trail, folder: Path):
    odd = {"text": "ü € \u2028 \ud800 \x00", "n": [1, -0.5, None, True], "deep": {"a": {}}}
    placed = trail.record(RecordKind.ANSWER, person="Müller", data=odd)
    (record,) = trail.tail(1)
    assert (record.seq, record.kind, record.person) == (placed.seq, "answer", "Müller")
    assert record.data == odd
    assert [r.seq for r in records(folder)] == [1, 2]


def test_the_last_records_are_read_over_file_borders(filled: Path):
    assert len(files(filled)) > 3
    for count in (0, 1, 7, 31, 60, 99):
        expected = [r.seq for r in records(filled)][60 - min(count, 60) :]
        assert [r.seq for r in last_records(filled, count)] == expected


def _writer(folder: Path, key_file: Path, count: int, person: str) -> None:
    with_key = Trail.open(folder, SigningKey.open(key_file), rotate_bytes=6_000)
    for number in range(count):
        write(with_key, number, person)
    with_key.close()


def test_several_processes_and_threads_write_one_chain(tmp_path: Path):
    key = SigningKey.make(tmp_path / "key.pem")
    Trail.begin(tmp_path / "audit", key, {})
    context = multiprocessing.get_context("spawn")
    workers = [
        context.Process(target=_writer, args=(tmp_path / "audit", tmp_path / "key.pem", 40, name))
        for name in ("a", "b")
    ]
    trail = Trail.open(tmp_path / "audit", key, rotate_bytes=6_000)
    threads = [
        threading.Thread(target=lambda: [write(trail, n, "c") for n in range(20)]) for _ in range(2)
    ]
    writers: list[Any] = [*workers, *threads]
    for one in writers:
        one.start()
    for one in writers:
        one.join()
    trail.close()
    found = verify(tmp_path / "audit", key.public)
    assert found.whole, found.problems
    assert found.records == 1 + 40 + 40 + 40
    for person in "ab":
        numbers = [r.data["n"] for r in records(tmp_path / "audit") if r.person == person]
        assert numbers == list(range(40))


def test_it_verifies_while_it_is_written(trail: Trail, folder: Path):
    stop = threading.Event()

    def writing() -> None:
        while not stop.is_set():
            write(trail)

    thread = threading.Thread(target=writing)
    thread.start()
    found = [verify(folder, trail.key.public)]
    until = time.monotonic() + 60  # on a busy machine it may not have written yet
    while len(found) < 30 or (found[-1].records == found[0].records and time.monotonic() < until):
        found.append(verify(folder, trail.key.public))
    stop.set()
    thread.join()
    assert [one.problems for one in found if not one.whole] == []
    assert found[-1].records > found[0].records


def test_a_disk_that_is_full_refuses_and_keeps_the_trail_whole(trail: Trail, folder: Path):
    write(trail)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    size = files(folder)[-1].stat().st_size
    before = verify(folder, trail.key.public).records
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + 100, hard))  # room for half a record
    try:
        for _ in range(3):
            with pytest.raises(TrailFull, match="make room"):
                write(trail)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    found = verify(folder, trail.key.public)
    assert found.whole
    assert found.records == before
    assert write(trail) == before + 1
    assert verify(folder, trail.key.public).whole


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting needs root")
def test_a_really_full_disk_refuses_and_goes_on_when_there_is_room(tmp_path: Path):
    small = tmp_path / "small"
    small.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(small)]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("no file system can be mounted here")
    try:
        key = SigningKey.make(tmp_path / "key.pem")
        Trail.begin(small / "audit", key, {})
        trail = Trail.open(small / "audit", key)
        (small / "ballast").write_bytes(bytes(20_000))
        written = 1
        with contextlib.suppress(TrailFull):
            while written < 1_000:
                written = write(trail)
        assert written < 1_000
        found = verify(small / "audit", key.public)
        assert found.whole
        assert found.records == written
        (small / "ballast").unlink()
        assert write(trail) == written + 1
        trail.close()
    finally:
        subprocess.run(["umount", str(small)], check=True)


@pytest.mark.parametrize("how", ["deleted", "renamed", "replaced", "head deleted", "file deleted"])
def test_a_trail_that_is_not_where_it_was_stops_everything(trail: Trail, folder: Path, how: str):
    write(trail)
    if how == "head deleted":
        (folder / "head").unlink()
    elif how == "file deleted":
        files(folder)[-1].unlink()
    elif how == "deleted":
        shutil.rmtree(folder)
    else:
        folder.rename(folder.with_name("elsewhere"))
        if how == "replaced":
            shutil.copytree(folder.with_name("elsewhere"), folder)
    with pytest.raises(TrailFault, match="audit trail"):
        write(trail)


def test_a_line_cut_by_a_power_cut_is_taken_away_and_told(folder: Path, key: SigningKey):
    trail = Trail.open(folder, key)
    write(trail)
    trail.close()
    path = files(folder)[-1]
    line = path.read_bytes().splitlines(keepends=True)[-1]
    with path.open("ab") as broken:
        broken.write(line[:100])
    found = verify(folder, key.public)  # it could be in the middle of being written
    assert (found.whole, found.records) == (True, 2)
    assert "half a record" in found.notes[0]
    again = Trail.open(folder, key)
    assert write(again) == 4
    again.close()
    found = verify(folder, key.public)
    assert found.whole
    assert "trail-repaired" in found.notes[0]


def test_a_record_whose_end_was_not_signed_yet_is_kept(folder: Path, key: SigningKey):
    head = (folder / "head").read_bytes()
    trail = Trail.open(folder, key)
    write(trail)
    write(trail)
    trail.close()
    (folder / "head").write_bytes(head)  # as if the power had gone before
    again = Trail.open(folder, key)
    assert write(again) == 4
    again.close()
    assert verify(folder, key.public).whole


def test_what_another_program_appended_stops_everything(folder: Path, key: SigningKey):
    path = files(folder)[-1]
    with path.open("ab") as foreign:
        foreign.write(path.read_bytes())
    with pytest.raises(TrailFault, match="another program"):
        Trail.open(folder, key)
    assert not verify(folder, key.public).whole


KILLED = """
import sys
from pathlib import Path
from app.governance.audit.keys import SigningKey
from app.governance.audit.records import RecordKind
from app.governance.audit.trail import Trail
trail = Trail.open(Path(sys.argv[1]), SigningKey.open(Path(sys.argv[2])), rotate_bytes=4_000)
while True:
    seq = trail.record(RecordKind.QUESTION, person="kim", data={"text": "x" * 300}).seq
    print(seq, flush=True)
"""


def test_a_kill_at_any_moment_costs_nothing_that_was_acknowledged(tmp_path: Path):
    key = SigningKey.make(tmp_path / "key.pem")
    Trail.begin(tmp_path / "audit", key, {})
    for round_ in range(6):
        process = subprocess.Popen(
            [sys.executable, "-c", KILLED, str(tmp_path / "audit"), str(tmp_path / "key.pem")],
            cwd=ROOT, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(0.01 * round_)
        process.send_signal(signal.SIGKILL)
        told = [int(line) for line in process.stdout.read().splitlines() if line.isdigit()]
        process.wait()
        process.stdout.close()
        trail = Trail.open(tmp_path / "audit", key, rotate_bytes=4_000)
        assert write(trail) > max(told, default=0)
        trail.close()
        found = verify(tmp_path / "audit", key.public)
        assert found.whole, found.problems


def test_a_clock_that_is_set_back_is_told(folder: Path, key: SigningKey):
    now = datetime.now(UTC) + timedelta(days=1)
    moments = [now, now - timedelta(hours=2), now - timedelta(hours=1)]
    trail = Trail.open(folder, key, clock=lambda: moments.pop(0))
    for _ in range(3):
        write(trail)
    trail.close()
    kinds = [record.kind for record in records(folder)]
    assert kinds == ["trail-begun", "question", "clock-set-back", "question", "question"]
    assert list(records(folder))[2].data == {"seconds": 7200.0}
    assert verify(folder, key.public).whole


def test_the_key_is_its_owners_alone(tmp_path: Path):
    file = tmp_path / "keys" / "trail.pem"
    key = SigningKey.make(file)
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700
    public = tmp_path / "public.pem"
    public.write_text(key.public.pem())
    assert VerifyKey.read(public).id == key.public.id
    file.chmod(0o640)
    with pytest.raises(TrailFault, match="chmod 600"):
        SigningKey.open(file)
    with pytest.raises(TrailFault, match="cannot be written"):
        SigningKey.make(file)


def test_sealed_texts_are_for_the_auditor_alone(tmp_path: Path, key: SigningKey):
    (tmp_path / "public").write_text(AuditorPrivateKey.make(tmp_path / "auditor.pem"))
    texts = Texts("encrypted", key, AuditorKey.read(tmp_path / "public"))
    kept = texts.keeping("kim")("Is Kim dismissed? ü")
    assert "Kim" not in str(kept)
    assert kept["sealed"] != texts.keeping("kim")("Is Kim dismissed? ü")["sealed"]
    assert opened(kept, None) is None
    assert opened(kept, AuditorPrivateKey.read(tmp_path / "auditor.pem")) == "Is Kim dismissed? ü"
    AuditorPrivateKey.make(tmp_path / "other.pem")
    with pytest.raises(TrailFault, match="another key"):
        opened(kept, AuditorPrivateKey.read(tmp_path / "other.pem"))
    changed = {"sealed": kept["sealed"][:-8] + "AAAAAAA="}
    with pytest.raises(TrailFault, match="another key"):
        opened(changed, AuditorPrivateKey.read(tmp_path / "auditor.pem"))


def test_hashed_texts_are_alike_for_one_trail_and_for_no_other(tmp_path: Path, key: SigningKey):
    other = SigningKey.make(tmp_path / "other.pem")
    ours = Texts("hashed", key).keeping("kim")("yes")
    assert ours == Texts("hashed", key).keeping("lee")("yes")
    assert ours != Texts("hashed", other).keeping("kim")("yes")
    assert set(ours) == {"hmac"}
