"""Word and PowerPoint up to 2003 are converted by LibreOffice, which may do nothing else."""

import json
import os
import shutil
import socket
import sys
from pathlib import Path

import pytest
from ingest_fakes import MemoryIndex

from ingest.pipeline import ingest_paths
from ingest.sandbox import converting
from ingest.sandbox.converting import ConversionLimits, converted, office
from ingest.sandbox.parsing import ParseLimits, Sandbox
from ingest.sections import LoaderError, NeedsConversion

WRITTEN = Path(__file__).parent / "written"
WANTED = NeedsConversion("save it as DOCX", "docx")

needs_office = pytest.mark.skipif(office() is None, reason="LibreOffice is not here")


@needs_office
def test_they_are_read_like_new_ones(tmp_path: Path) -> None:
    index = MemoryIndex()
    report = ingest_paths(
        index, [WRITTEN / "plan.doc", WRITTEN / "results.ppt"], members=tmp_path / "waiting"
    )
    assert [one.status for one in report.documents] == ["warning", "indexed"]
    assert report.documents[0].reason.startswith("1 pieces of hidden text were left out")
    assert "oiled every three months" in index.text("plan.doc")
    assert "Machine: Lathe; Part: Chuck" in index.text("plan.doc")
    slides = index.text("results.ppt")
    assert "Revenue rose by 7 per cent." in slides
    assert "October was strongest." in slides
    assert "number>" not in slides
    record = index.records["general", "results.ppt"]
    assert (record.title, record.pages, record.about.type) == ("Results 2024", 1, "slides")
    assert list((tmp_path / "waiting").iterdir()) == []
    assert not list(Path("/tmp").glob("OSL_PIPE*members-*"))


@needs_office
def test_a_damaged_one_is_said_to_be(tmp_path: Path) -> None:
    torn = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "WordDocument".encode("utf-16-le") * 300
    (tmp_path / "broken.doc").write_bytes(torn)
    (tmp_path / "fine.txt").write_text("The others are read.")
    report = ingest_paths(MemoryIndex(), [tmp_path])
    broken, fine = report.documents
    assert broken.status == "rejected"
    assert "could not be converted by LibreOffice: is it damaged" in broken.reason
    assert fine.status == "indexed"


def test_without_libreoffice_the_remedy_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(converting, "office", lambda: None)
    with Sandbox(ParseLimits()) as sandbox:
        for name, what in (
            ("plan.doc", "Word document; save it as DOCX"),
            ("results.ppt", "PowerPoint presentation; save it as PPTX"),
        ):
            with pytest.raises(LoaderError, match=rf"is an old {what}, or install LibreOffice"):
                sandbox.read(WRITTEN / name, name)


def program(tmp_path: Path, *lines: str) -> str:
    """A program in the place of LibreOffice: Python, from a folder that it may read."""
    place = tmp_path / "office" / "program" / "soffice.bin"
    place.parent.mkdir(parents=True)
    script, python = place.with_name("script.py"), place.with_name("python")
    shutil.copy(os.path.realpath(sys.executable), python)
    start = (
        "import json, os, socket, sys, time",
        "out = sys.argv[sys.argv.index('--outdir') + 1]",
        "os.makedirs(out)",
    )
    script.write_text("\n".join((*start, *lines)))
    place.write_text(f'#!/bin/sh\nPYTHONHOME={sys.base_prefix} exec {python} -S {script} "$@"\n')
    place.chmod(0o755)
    return str(place)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux alone")
def test_it_reaches_no_network_and_nobody_elses_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret, other = tmp_path / "secret.txt", tmp_path / "written.txt"
    secret.write_text("nobody may read this")
    (tmp_path / "a.doc").write_bytes(b"the document")
    with socket.socket() as listening, socket.socket(socket.AF_UNIX) as local:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        local.bind(str(tmp_path / "sock"))
        local.listen()
        tries = {
            "network": f"socket.create_connection(('127.0.0.1', {listening.getsockname()[1]}), 2)",
            "local": f"socket.socket(socket.AF_UNIX).connect({str(tmp_path / 'sock')!r})",
            "read": f"open({str(secret)!r}).read()",
            "write": f"open({str(other)!r}, 'w')",
            "own": "open(sys.argv[-1]).read()",
        }
        lines = ["found = {}"]
        for name, attempt in tries.items():
            lines += ["try:", f"    found[{name!r}] = str({attempt})",
                      "except OSError as error:", f"    found[{name!r}] = error.errno"]  # fmt: skip
        lines += ["found['environment'] = sorted(os.environ)",
                  "json.dump(found, open(out + '/file.docx', 'w'))"]  # fmt: skip
        where = program(tmp_path, *lines)
        monkeypatch.setattr(converting, "office", lambda: where)
        monkeypatch.setenv("STRONGROOM_SECRET", "x")
        limits = ConversionLimits(file_mib=1, seconds=60)
        waiting = tmp_path / "waiting"
        with converted(tmp_path / "a.doc", WANTED, limits, waiting, lambda: False) as (
            file,
            ending,
        ):
            found = json.loads(file.read_text())
    assert ending == "docx"
    assert found["own"] == "the document"
    assert isinstance(found["network"], int)
    assert isinstance(found["local"], int)
    assert not any("SECRET" in name for name in found["environment"])
    if _has_landlock():
        assert isinstance(found["read"], int)
        assert isinstance(found["write"], int)
        assert not other.exists()
    assert list(waiting.iterdir()) == []


def test_it_may_not_take_for_ever_nor_fill_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.doc").write_bytes(b"the document")
    where = program(tmp_path, "data = open(out + '/file.docx', 'wb')",
                    "while True: data.write(bytes(1 << 20))")  # fmt: skip
    monkeypatch.setattr(converting, "office", lambda: where)
    limits = ConversionLimits(file_mib=2, seconds=60)
    with converted(tmp_path / "a.doc", WANTED, limits, tmp_path, lambda: False) as (file, _):
        assert file.stat().st_size <= 2 << 20
    Path(where).with_name("script.py").write_text("import time\ntime.sleep(600)\n")
    limits = ConversionLimits(file_mib=2, seconds=1)
    with (
        pytest.raises(LoaderError, match="takes LibreOffice more than 1 s to convert"),
        converted(tmp_path / "a.doc", WANTED, limits, tmp_path, lambda: False),
    ):
        pass
    assert not list(tmp_path.glob("members-*"))


def _has_landlock() -> bool:
    """Whether the kernel keeps a process from files: asked in a child, for there is no way back."""
    child = os.fork()
    if not child:
        from ingest.sandbox.landlock import touch_nothing

        os._exit(1 if touch_nothing([]) else 0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
