"""Files that a person hands in beside documents are read in a process that may do nothing else."""

import os
import struct
import tarfile
import time
from pathlib import Path

import pytest

from app.answering.filters.word_lists import WordListError, read_word_list
from app.batch.output.tables import TableError, read_results
from app.engine import models
from app.engine.models import ModelError
from app.governance.backup.archive import verify
from app.governance.backup.contents import BackupFault
from ingest.sandbox.calling import CallRefused, call_confined

DEEP = 100_000


def eats(file: str) -> int:
    """Reads the file, and more memory than there may be."""
    return len(Path(file).read_bytes()) + len(bytearray(1 << 30))


def sleeps(file: str) -> str:
    time.sleep(60)
    return file


def dies(file: str) -> str:
    os.abort()


def reads(file: str) -> str:
    return Path(file).read_text("utf-8")


def calls_out(file: str) -> str:
    import socket

    try:
        socket.create_connection(("127.0.0.1", 9), 1)
    except PermissionError:
        return "refused"
    return "got out"


@pytest.fixture
def called(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file; functions of this module can be called although it is none of the product's."""
    import subprocess

    start = subprocess.Popen

    def popen(command: list[str], **options: object) -> object:
        script = (
            "import sys, importlib.util; sys.argv[0] = 'worker'\n"
            f"spec = importlib.util.spec_from_file_location({__name__!r}, {__file__!r})\n"
            "module = importlib.util.module_from_spec(spec); sys.modules[spec.name] = module\n"
            "spec.loader.exec_module(module)\n"
            "from ingest.sandbox.call_worker import main; main()"
        )
        return start([command[0], "-I", "-B", "-c", script, command[-1]], **options)  # type: ignore[call-overload]

    monkeypatch.setattr("ingest.sandbox.calling.subprocess.Popen", popen)
    file = tmp_path / "of-somebody.txt"
    file.write_text("theirs", "utf-8")
    return file


def test_a_call_has_limits_and_one_file(called: Path, tmp_path: Path) -> None:
    def call(function: object, **limits: object) -> object:
        return call_confined(function, readable=[called], file=str(called), **limits)  # type: ignore[arg-type]

    assert call(reads) == "theirs"
    assert call(calls_out) == "refused"
    with pytest.raises(CallRefused, match="needs more than 512 MiB"):
        call(eats, memory_mib=512)
    with pytest.raises(CallRefused, match="takes more than 2 s"):
        call(sleeps, seconds=2)
    with pytest.raises(CallRefused, match=r"memory|SIGABRT"):
        call(dies)


def test_a_call_reads_no_other_file(called: Path, tmp_path: Path) -> None:
    key = tmp_path / "trail.pem"
    key.write_text("secret", "utf-8")
    assert call_confined(reads, readable=[key], file=str(key)) == "secret"
    with pytest.raises(CallRefused) as refused:
        call_confined(reads, readable=[called], file=str(key))
    assert refused.value.kind == "PermissionError"


def test_results_that_are_nested_without_end_are_refused_in_words(tmp_path: Path) -> None:
    file = tmp_path / "results.jsonl"
    file.write_text('{"run": ' + "[" * DEEP, "utf-8")
    with pytest.raises(TableError, match="no file of results of ours"):
        read_results(file)


def test_a_word_list_that_is_nested_without_end_is_refused_in_words(tmp_path: Path) -> None:
    file = tmp_path / "words.toml"
    file.write_text("words = " + "[" * DEEP, "utf-8")
    with pytest.raises(WordListError, match="nested too deeply"):
        read_word_list(file)


def test_a_word_list_without_end_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "words.txt"
    with file.open("wb") as opened:
        opened.truncate(1 << 30)
    with pytest.raises(WordListError, match="more than 8 MiB"):
        read_word_list(file)


def _header(kind: bytes, size: int) -> bytes:
    entry = tarfile.TarInfo("pax")
    entry.type, entry.size = kind, size
    return entry.tobuf(tarfile.USTAR_FORMAT)


@pytest.mark.parametrize("kind", [tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.GNUTYPE_LONGNAME])
def test_what_stands_before_a_backups_file_is_not_read_where_it_is_large(
    tmp_path: Path, kind: bytes
) -> None:
    file = tmp_path / "hostile.backup"
    with file.open("wb") as opened:
        opened.write(_header(kind, 7 << 30))
        opened.truncate(8 << 30)  # sparse; tarfile would have all of it in memory
    with pytest.raises(BackupFault, match="bytes before a file"):
        verify(file, None, None)


def test_a_backup_of_headers_before_headers_is_refused_in_words(tmp_path: Path) -> None:
    record = b"11 path=ab\n".ljust(512, b"\0")
    file = tmp_path / "hostile.backup"
    file.write_bytes((_header(tarfile.XHDTYPE, 11) + record) * 20_000)
    with pytest.raises(BackupFault, match="damaged"):
        verify(file, None, None)


def test_a_models_header_is_read_in_a_process_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lists in lists: each byte of the file takes eight of memory, and a file has gigabytes."""
    row = struct.pack("<IQ", 0, 1_024) + bytes(1_024)
    lists = struct.pack("<IQ", 9, 1_024) + row * 1_024
    value = struct.pack("<Q3sIIQ", 3, b"a.b", 9, 9, 40) + lists * 40
    file = tmp_path / "hostile.gguf"
    file.write_bytes(b"GGUF" + struct.pack("<IQQ", 3, 0, 1) + value)
    monkeypatch.setattr(models, "_HEADER_MIB", 256)
    with pytest.raises(ModelError, match="damaged or hostile"):
        models.add(file, tmp_path / "models")
