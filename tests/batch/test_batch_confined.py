"""A questionnaire is read in a process of its own: what is wrong with it costs nobody else."""

import io
import os
import re
import resource
import threading
import time
import zipfile
from pathlib import Path

import openpyxl
import pytest
from batch.test_batch_hostile_workbooks import replacing, workbook

from app.batch.input.confined import ReadingLimits, ReadingStopped, read_confined
from app.batch.input.questionnaire import QuestionnaireError, read_questionnaire
from app.batch.input.rows import Remarks

FAR = b'<row r="1048576"><c r="A1048576"/></row></sheetData>'


def far_cell(sheets: int) -> bytes:
    """A workbook whose sheets hold one empty cell each, in the last row that there can be."""
    book = openpyxl.Workbook()
    for _ in range(sheets - 1):
        book.create_sheet()
    plain, changed = io.BytesIO(), io.BytesIO()
    book.save(plain)
    with zipfile.ZipFile(plain) as old, zipfile.ZipFile(changed, "w", 8) as new:
        for name in old.namelist():
            part = old.read(name)
            if name.startswith("xl/worksheets/"):
                part = re.sub(
                    rb"<sheetData ?/>|<sheetData></sheetData>", b"<sheetData>" + FAR, part
                )
            new.writestr(name, part)
    return changed.getvalue()


def renamed_bomb(mib: int) -> bytes:
    """Shared strings that unpack to so much, in a part whose name does not end in xml."""
    kind = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    override = b'<Override PartName="/xl/sharedStrings.bin" ContentType="%s"/></Types>' % kind
    changed = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook())) as old,
        zipfile.ZipFile(changed, "w", 8) as new,
    ):
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b"</Types>", override))
        filler = b"<si><t>a</t></si>" * ((mib << 20) // 16)
        start = b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        new.writestr("xl/sharedStrings.bin", start + filler + b"</sst>")
    return changed.getvalue()


def test_rows_and_remarks_are_those_of_reading_here(tmp_path: Path) -> None:
    table = tmp_path / "q.csv"
    table.write_bytes(
        "Nr;Frage;Typ;Ort\n1;Wie groß?;Zahl in m;Köln\n2;;Text;\n3;Wann\x00?;nie;\n".encode(
            "cp1252"
        )
    )
    sheet = tmp_path / "q.xlsx"
    sheet.write_bytes(workbook(replacing(b'<row r="3"', b'<row hidden="1" r="3"')))
    for file in (table, sheet):
        for hidden in (False, True):
            here, there = Remarks(), Remarks()
            rows = list(read_questionnaire(file, hidden_rows=hidden, remarks=here))
            assert list(read_confined(file, hidden_rows=hidden, remarks=there)) == rows
            assert rows
            assert there == here
    with pytest.raises(QuestionnaireError) as here_refused:
        list(read_questionnaire(table, question_column="Farbe"))
    with pytest.raises(QuestionnaireError) as refused:
        list(read_confined(table, question_column="Farbe"))
    assert str(refused.value) == str(here_refused.value)


def test_a_cell_in_the_last_row_costs_no_minute(tmp_path: Path) -> None:
    file = tmp_path / "far.xlsx"
    file.write_bytes(far_cell(1))
    before = time.process_time()
    with pytest.raises(QuestionnaireError, match="empty"):
        list(read_questionnaire(file))
    assert time.process_time() - before < 15  # it was a minute


def test_what_takes_too_long_ends_and_is_told(tmp_path: Path) -> None:
    file = tmp_path / "far.xlsx"
    file.write_bytes(far_cell(400))
    since, used = time.monotonic(), time.process_time()
    with pytest.raises(QuestionnaireError, match="takes more than 3 s"):
        list(read_confined(file, limits=ReadingLimits(seconds=3)))
    assert time.monotonic() - since < 15
    assert time.process_time() - used < 2  # not in this process


def test_a_reader_ends_when_nobody_waits_any_more(tmp_path: Path) -> None:
    file = tmp_path / "far.xlsx"
    file.write_bytes(far_cell(400))
    gone = threading.Event()
    threading.Timer(1.5, gone.set).start()
    since = time.monotonic()
    with pytest.raises(ReadingStopped):
        list(read_confined(file, stopped=gone.is_set))
    assert time.monotonic() - since < 20


def test_parts_count_whatever_their_names_end_in(tmp_path: Path) -> None:
    file = tmp_path / "bomb.xlsx"
    file.write_bytes(renamed_bomb(20))
    assert file.stat().st_size < 1 << 20
    with pytest.raises(QuestionnaireError, match=r"unpacks to 21 MiB.*hostile"):
        list(read_questionnaire(file))


def test_memory_is_bounded_in_the_reader(tmp_path: Path) -> None:
    file = tmp_path / "large.jsonl"
    with file.open("w") as out:
        out.write('{"question": "' + "x" * (300 << 20) + '"}\n')
    with pytest.raises(QuestionnaireError, match="more than 256 MiB of memory"):
        list(read_confined(file, limits=ReadingLimits(memory_mib=256)))


def test_the_reader_reaches_and_writes_nothing(tmp_path: Path) -> None:
    """Its limits are on before the file is opened; they are read from the kernel's own list."""
    file = tmp_path / "far.xlsx"
    file.write_bytes(far_cell(200))
    seen: list[str] = []
    gone = threading.Event()

    def look() -> bool:
        for task in Path("/proc").glob("[0-9]*"):
            try:
                words = (task / "cmdline").read_bytes().split(b"\0")
                if b"app.batch.input.worker" in words and str(file).encode() in b" ".join(words):
                    status = (task / "status").read_text()
                    if "Seccomp:\t2" in status:
                        seen.append(status + (task / "limits").read_text())
                        seen.append((task / "environ").read_bytes().decode())
                        gone.set()
            except OSError:
                continue
        return gone.is_set()

    with pytest.raises(ReadingStopped):
        list(read_confined(file, stopped=look))
    limits, environment = seen[:2]
    assert re.search(r"Max file size +0 ", limits)
    assert re.search(rf"Max address space +{ReadingLimits().memory_mib << 20} ", limits)
    assert "PATH" not in environment
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] != 0  # of this process
    assert os.environ["PATH"]
