"""Pages of unfinished scans: kept through the end of a process, and gone with their document."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from word_embedder import WordEmbedder, chunks, document

from vectorstore.index import Index
from vectorstore.records import PageReading

FIRST = PageReading(1, "ocr", 0.95, "Clause one.", b"\x01\x02")
SECOND = PageReading(2, "partly", 0.6, "Clause", b"\x03")


def opened(tmp_path: Path) -> Index:
    return Index.open(tmp_path / "index", WordEmbedder())


def test_a_later_process_goes_on(tmp_path: Path) -> None:
    index = opened(tmp_path)
    index.recognised.keep("a" * 64, FIRST)
    index.recognised.keep("a" * 64, SECOND)
    index.recognised.keep("a" * 64, replace(SECOND, confidence=0.7))
    index.recognised.keep("b" * 64, FIRST)
    index.close()
    index = opened(tmp_path)
    assert index.recognised.known("a" * 64) == [FIRST, replace(SECOND, confidence=0.7)]
    index.recognised.drop("a" * 64)
    assert index.recognised.known("a" * 64) == []
    assert index.recognised.known("b" * 64) == [FIRST]
    index.close()


def test_a_stored_document_takes_its_pages_over(tmp_path: Path) -> None:
    index = opened(tmp_path)
    stored = replace(document("scan.pdf"), readings=(FIRST, SECOND, PageReading(3, "text")))
    index.recognised.keep(stored.sha256, FIRST)
    pages = chunks("Clause one.", "Clause")
    index.put(stored, [replace(one, page=n) for n, one in enumerate(pages, 1)])
    assert index.recognised.known(stored.sha256) == []
    assert index.readings("general", "scan.pdf") == list(stored.readings)
    assert [hit.recognised for hit in index.chunks("general", "scan.pdf")] == [0.95, 0.6]
    index.put(replace(stored, readings=()), pages)
    assert index.readings("general", "scan.pdf") == []
    index.close()


def test_what_nobody_goes_on_with_is_forgotten(tmp_path: Path) -> None:
    index = opened(tmp_path)
    index.recognised.keep("a" * 64, FIRST)
    assert index.recognised.drop_old(datetime.now(UTC) + timedelta(days=13)) == 0
    assert index.recognised.drop_old(datetime.now(UTC) + timedelta(days=15)) == 1
    assert index.recognised.known("a" * 64) == []
    index.close()
