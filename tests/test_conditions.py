"""A sentence, never a traceback: every command where something is wrong with the machine."""

import json
import os
import resource
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import conditions
import pytest

from app.cli import build_parser
from app.settings import SettingsFileError, load_settings
from vectorstore.disk import write_whole

ROOT = Path(__file__).resolve().parents[1]
QUICK = {"plain_file", "slip", "odd_words", "full_with_data", "forbidden"}
# What each condition has to be told by, at least by those commands that need the data folder.
TOLD = {
    "plain_file": "is no folder",
    "below_a_file": "is no folder",
    "forbidden": "Permission denied",
    "foreign": "belongs to another user",
    "read_only": "Read-only file system",
    "read_only_with_data": "Read-only file system",
    "full": "No space left on device",
    "full_with_data": "No space left on device",
    "slip": "strongroom.toml, line 1: ",
    "slip_after_a_mark": "strongroom.toml, line 3: ",
    "slip_in_utf16": "strongroom.toml, line 2: ",
    "settings_in_latin1": "strongroom.toml, line 2: ",
    "settings_are_a_folder": "strongroom.toml is no file",
    "odd_home": "not UTF-8",
    "odd_words": "not UTF-8",
}


@cache
def mounts() -> bool:
    """Whether this process may have a mount namespace of its own."""
    tried = ["unshare", "-m", "mount", "-t", "tmpfs", "none", "/mnt"]
    try:
        return subprocess.run(tried, capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def runs(name: str) -> list[dict[str, Any]]:
    """What each command said, in a folder that other users may enter, as no other test's may be."""
    with tempfile.TemporaryDirectory() as scratch:
        Path(scratch).chmod(0o755)
        return _runs(name, scratch)


def _runs(name: str, scratch: str) -> list[dict[str, Any]]:
    command = [sys.executable, str(ROOT / "tests" / "conditions.py"), scratch, name]
    if name in conditions.NEED_MOUNTS:
        command = ["unshare", "-m", *command]
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_every_command_is_tried() -> None:
    assert set(conditions.commands(build_parser())) == set(conditions.WORDS)
    assert set(TOLD) == set(conditions.CONDITIONS)


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=() if name in QUICK else pytest.mark.slow)
        for name in conditions.CONDITIONS
    ],
)
def test_what_is_wrong_is_told_in_a_sentence(name: str) -> None:
    if name in conditions.NEED_MOUNTS and not mounts():
        pytest.skip("this user cannot mount a disk in a namespace")
    if name in conditions.NEED_ROOT and os.geteuid() != 0:
        pytest.skip("becomes another user")
    found = runs(name)
    assert [one["command"] for one in found] == list(conditions.commands(build_parser()))
    for one in found:
        assert one["code"] in (0, 1, 2), one
        assert "Traceback" not in one["said"], one
        assert one["code"] == 0 or one["said"].strip(), one
    by_command = {one["command"]: one for one in found}
    if name in conditions.SETTINGS:
        assert {one["code"] for one in found} == {2}
        assert all(TOLD[name] in one["said"] for one in found)
    elif name == "odd_words":
        assert TOLD[name] in by_command["ask"]["said"]
        assert by_command["ask"]["code"] == 2
        assert "does not exist" in by_command["ingest"]["said"]
    else:
        for command in ("documents", "ask", "ingest", "serve", "remove", "check"):
            assert TOLD[name] in by_command[command]["said"], by_command[command]
            assert by_command[command]["code"] == 1


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
def test_settings_are_read_as_editors_write_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, encoding: str
) -> None:
    monkeypatch.chdir(tmp_path)
    text = '[web]\r\nport = 7862\r\nexamples = ["Größe?"]\r\n'
    mark = "\ufeff" if encoding == "utf-16-le" else ""
    (tmp_path / "strongroom.toml").write_bytes((mark + text).encode(encoding))
    settings = load_settings()
    assert (settings.web.port, settings.web.examples) == (7862, ("Größe?",))


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"[web", 1),
        (b"[web]\nport = 1\nport = 2\n", 3),
        (b'[web]\nhost = "a\n', 2),
        (b"[web]\n[web]\n", 2),
        (b"a = [1,\n2,\n", 3),
        (b"[web]\nport = 0\x00\n", 2),
        (b"\n\n\xff\xff\n", 3),
        (b'a = """\n\n', 3),
        (b"a = " + b"[" * 5000, 1),
    ],
)
def test_a_slip_is_told_by_its_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes, line: int
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "strongroom.toml").write_bytes(content)
    with pytest.raises(SettingsFileError, match=rf"^strongroom\.toml, line {line}: "):
        load_settings()


def test_a_link_that_leads_nowhere_is_no_missing_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "strongroom.toml").symlink_to("absent.toml")
    with pytest.raises(SettingsFileError, match="is no file"):
        load_settings()


def test_a_file_that_finds_no_room_is_named(tmp_path: Path) -> None:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, before[1]))
    try:
        with pytest.raises(OSError, match=r"note"):
            write_whole(tmp_path / "note", "x" * 100)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert list(tmp_path.iterdir()) == []
