"""A sentence that was read from a scan is marked on the scan, and nowhere else."""

import io
import re
from pathlib import Path

import pytest
from PIL import Image
from scanned_pages import ENGLISH, GERMAN, page_of_text, photographed, turned
from sources_pages.conftest import Reading, make_reading

from app.answering.events import Citation
from app.people.sources.links import document_link, source_link
from ingest.ocr.engine import Engine
from ingest.ocr.page import recognise
from vectorstore.records import Hit
from vectorstore.scope import Scope

_MARK = re.compile(
    r'class="so-mark" style="left:([\d.]+)%;top:([\d.]+)%;width:([\d.]+)%;height:([\d.]+)%"'
)


@pytest.fixture(scope="module")
def scanned(tmp_path_factory: pytest.TempPathFactory) -> Reading:
    folder = tmp_path_factory.mktemp("scans")
    photo = photographed(page_of_text(GERMAN)).convert("L")
    photo.save(folder / "mietvertrag.jpg", quality=80)
    first, second = page_of_text("Cover sheet", points=30), turned(page_of_text(ENGLISH), 180)
    first.save(folder / "policy.pdf", "PDF", save_all=True, append_images=[second], resolution=300)
    reading = make_reading(tmp_path_factory.mktemp("home"))
    report = reading.ingest(folder)
    assert {status.status for status in report.documents} == {"indexed"}
    return reading


def found(reading: Reading, question: str) -> Hit:
    return reading.index.search(question, Scope(("general",)), 1).hits[0]


def cited(hit: Hit, quote: str) -> Citation:
    return Citation(
        1, hit.document, hit.page, hit.heading, quote, hit.chunk_id, hit.space, hit.recognised
    )


def below_marks(reading: Reading, html: str, hit: Hit) -> list[Image.Image]:
    """What of the page's picture is marked."""
    link = document_link(hit.space, hit.document, page=hit.page, part="page.png")
    picture = Image.open(io.BytesIO(reading.kim.get(link).content))
    width, height = picture.size
    pieces = []
    for mark in _MARK.findall(html):
        left, top, wide, high = (float(number) / 100 for number in mark)
        box = (left * width - 3, top * height - 3, (left + wide) * width + 3,
               (top + high) * height + 3)  # fmt: skip
        pieces.append(picture.crop(tuple(map(round, box))))  # type: ignore[arg-type]
    return pieces


@pytest.mark.parametrize(
    ("question", "quote", "turn"),
    [
        (
            "Wie lang ist die Kündigungsfrist?",
            "Die Kündigungsfrist beträgt neun Monate zum Quartalsende.",
            0,
        ),
        (
            "Which monitors need consent?",
            "Monitors above 27 inches need the consent of the purchasing department, "
            "extension 4417.",
            180,
        ),
    ],
)
def test_the_sentence_is_marked_on_the_picture(
    scanned: Reading, question: str, quote: str, turn: int
) -> None:
    hit = found(scanned, question)
    assert quote in hit.text.replace("\n", " ")
    assert hit.recognised is not None
    assert hit.recognised > 0.9
    page = scanned.kim.get(source_link(cited(hit, quote)))
    assert page.status_code == 200
    assert "was read from a scan, its words with a confidence of 9" in page.text
    pieces = below_marks(scanned, page.text, hit)
    assert len(pieces) == 2  # the sentence goes over the end of a line
    engine = Engine()
    seen = ""
    for piece in pieces:
        paper = Image.new("L", (piece.width * 2 + 200, piece.height * 2 + 200), 200)
        larger = piece.convert("L").resize((piece.width * 2, piece.height * 2))
        paper.paste(larger, (100, 100))
        seen += " " + recognise(engine, paper.rotate(turn), 60).text
    words = set(re.findall(r"\w{4,}", quote))
    marked = re.findall(r"\w{4,}", seen)
    assert len(words & set(marked)) >= 0.8 * len(words)
    assert sum(word in words for word in marked) >= 0.8 * len(marked)


def test_each_page_of_a_scan_is_shown(scanned: Reading) -> None:
    cover = scanned.kim.get(document_link("general", "policy.pdf", page=1))
    assert "Page 1 of 2" in cover.text
    assert 'class="so-mark"' not in cover.text
    photo = scanned.kim.get(document_link("general", "mietvertrag.jpg", part="page.png"))
    assert photo.content.startswith(b"\x89PNG")


def test_how_pages_were_read_is_kept_with_the_document(scanned: Reading) -> None:
    index = scanned.index
    readings = index.readings("general", "policy.pdf")
    assert [(one.page, one.how) for one in readings] == [(1, "ocr"), (2, "ocr")]
    assert index.reading("general", "policy.pdf", 2) == readings[1]
    assert index.reading("general", "policy.pdf", 3) is None
    assert index.reading("general", "nowhere.pdf", 1) is None
    index.move("general", "policy.pdf", "other")
    try:
        assert index.readings("other", "policy.pdf") == readings
        assert index.readings("general", "policy.pdf") == []
    finally:
        index.move("other", "policy.pdf", "general")


def test_a_deleted_scan_leaves_no_word(tmp_path: Path) -> None:
    reading = make_reading(tmp_path / "home")
    page_of_text(GERMAN, dpi=150).save(tmp_path / "vertrag.png")
    reading.ingest(tmp_path / "vertrag.png")
    (record,) = reading.index.documents()
    (kept,) = reading.index.readings("general", "vertrag.png")
    reading.index.recognised.keep(record.sha256, kept)  # as a cut reading of it again leaves
    assert holding(tmp_path / "home" / "index", "Treuhandkonto")
    assert reading.index.remove("general", "vertrag.png")
    reading.index.purge(["general"])
    assert holding(tmp_path / "home" / "index", "Treuhandkonto") == []
    assert reading.index.recognised.known(record.sha256) == []


def holding(folder: Path, word: str) -> list[str]:
    return [
        path.name
        for path in folder.rglob("*")
        if path.is_file() and word.encode() in path.read_bytes()
    ]
