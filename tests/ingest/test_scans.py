"""Scans and photographs: pages drawn from known text are read, one by one, within limits."""

import io
import struct
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
from ingest_fakes import MemoryIndex
from PIL import Image
from scanned_pages import (
    ENGLISH,
    GERMAN,
    TABLE,
    character_errors,
    faxed,
    inverted,
    noisy,
    page_of_table,
    page_of_text,
    photographed,
    skewed,
    stamped,
    turned,
)

from ingest.ocr.engine import Engine, TookTooLong
from ingest.ocr.page import recognise
from ingest.ocr.words import LayoutFault, RecognisedPage
from ingest.pipeline import IngestReport, Progress, ingest_paths
from ingest.sandbox import parsing
from ingest.sandbox.parsing import HasScans, ParseLimits, Reading, Sandbox
from ingest.sections import LoaderError
from vectorstore.records import PageReading


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine()


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(ParseLimits()) as opened:
        yield opened


def save_pdf(path: Path, *pages: Image.Image, dpi: float = 300) -> Path:
    first, *others = [page.convert("L") for page in pages]
    first.save(path, "PDF", save_all=True, append_images=others, resolution=dpi)
    return path


def text_of(reading: Reading) -> str:
    return "\n".join(section.text for section in reading.sections)


@pytest.mark.parametrize(
    ("text", "change", "most"),
    [
        (ENGLISH, lambda page: page, 0.005),
        (GERMAN, lambda page: page, 0.005),
        (GERMAN, lambda page: skewed(page, 6), 0.01),
        (ENGLISH, lambda page: turned(page, 90), 0.005),
        (GERMAN, lambda page: turned(page, 180), 0.005),
        (ENGLISH, noisy, 0.01),
        (GERMAN, faxed, 0.05),
        (ENGLISH, photographed, 0.01),
        (GERMAN, photographed, 0.01),
        (ENGLISH, stamped, 0.05),
        (ENGLISH, inverted, 0.01),
    ],
)
def test_characters_are_read_right(
    engine: Engine, text: str, change: Callable[[Image.Image], Image.Image], most: float
) -> None:
    page = recognise(engine, change(page_of_text(text)), 60)
    wrong, of = character_errors(page.text, text)
    assert wrong <= most * of
    assert page.confidence > 0.85


def test_columns_are_read_one_after_the_other_and_cells_row_by_row(engine: Engine) -> None:
    page = recognise(engine, page_of_text(ENGLISH, points=9.5, columns=2), 60)
    wrong, of = character_errors(page.text, ENGLISH)
    assert wrong <= 0.01 * of
    cells = recognise(engine, page_of_table(rules=False), 60)
    # A line of the picture is a cell here; a row's cells come together.
    assert cells.text.replace("\n", " ") == " ".join(" ".join(row) for row in TABLE)


def test_a_page_that_takes_too_long_is_given_up(engine: Engine) -> None:
    with pytest.raises(TookTooLong):
        recognise(engine, page_of_text(ENGLISH), 0.02)
    assert recognise(engine, page_of_text(ENGLISH), 60).lines


def test_words_know_where_they_are_to_be_seen(engine: Engine) -> None:
    upside_down = turned(page_of_text(ENGLISH), 180)
    page = recognise(engine, upside_down, 60)
    text, boxes = page.seen()
    assert len(text) == len(boxes)
    at = text.index("Monitors")
    left, top, right, bottom = boxes[at]
    width, height = upside_down.size
    around = (left * width // 10_000 - 9, top * height // 10_000 - 9,
              right * width // 10_000 + 9, bottom * height // 10_000 + 9)  # fmt: skip
    word = turned(upside_down.crop(around), 180)
    paper = Image.new("L", (word.width + 200, word.height + 200), 255)
    paper.paste(word, (100, 100))
    assert recognise(engine, paper, 60).text == "Monitors"


def test_a_page_is_packed_without_its_text(engine: Engine) -> None:
    page = recognise(engine, page_of_table(), 60)
    again = RecognisedPage.unpacked(page.text, page.packed())
    assert again.text == page.text
    assert again.seen() == page.seen()
    assert again.confidence == pytest.approx(page.confidence, abs=0.01)
    for text, layout in (
        (page.text + " more", page.packed()),
        (page.text, page.packed()[:-1]),
        (page.text, b"\x09" + page.packed()[1:]),
        ("", page.packed()),
    ):
        with pytest.raises(LayoutFault):
            RecognisedPage.unpacked(text, layout)


# ---- files -------------------------------------------------------------------------------------


def test_a_pdf_of_pictures_alone_is_read(sandbox: Sandbox, tmp_path: Path) -> None:
    path = save_pdf(
        tmp_path / "scan.pdf",
        page_of_text(ENGLISH), photographed(page_of_text(GERMAN)), page_of_table(rules=False),
    )  # fmt: skip
    reading = sandbox.read(path, path.name)
    assert reading.pages == 3
    assert reading.warnings == []
    assert [(one.page, one.how) for one in reading.readings] == [(1, "ocr"), (2, "ocr"), (3, "ocr")]
    assert all(one.confidence and one.confidence > 0.9 for one in reading.readings)
    by_page = {section.page: section.text for section in reading.sections}
    assert "The allowance for equipment is 740 euros a year" in by_page[1]
    assert "Die monatliche Miete beträgt 4.860,00 EUR zuzüglich" in by_page[2]
    assert "Country: Norway; Meal allowance: 65.00; Overnight stay: 148.50" in by_page[3]
    words = reading.readings[0].words.replace("\n", " ")
    assert "eleven days in a calendar month" in words


@pytest.mark.parametrize("ending", ["png", "jpg", "webp", "bmp", "gif", "tif"])
def test_pictures_are_read(sandbox: Sandbox, tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"photo.{ending}"
    page_of_text(GERMAN, dpi=150).save(path)
    reading = sandbox.read(path, path.name)
    assert "Die Kündigungsfrist beträgt neun Monate zum Quartalsende." in text_of(reading)
    assert reading.pages == 1


def test_a_picture_is_read_as_its_camera_was_held(sandbox: Sandbox, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by 90 degrees to be seen
    page = turned(page_of_text(ENGLISH, dpi=200), 90)
    page.save(tmp_path / "held.jpg", exif=exif, quality=80)
    assert "eleven days" in text_of(sandbox.read(tmp_path / "held.jpg", "held.jpg"))


def test_clear_parts_of_a_picture_are_paper(sandbox: Sandbox, tmp_path: Path) -> None:
    page = page_of_text(ENGLISH, dpi=200)
    clear = Image.new("LA", page.size, (0, 0))
    clear.putalpha(page.point(lambda value: 255 - value))
    clear.save(tmp_path / "clear.png")
    assert "eleven days" in text_of(sandbox.read(tmp_path / "clear.png", "clear.png"))


def test_a_picture_of_many_pages_is_read_page_by_page(sandbox: Sandbox, tmp_path: Path) -> None:
    path = tmp_path / "fax.tif"
    first, second = faxed(page_of_text(ENGLISH)), faxed(page_of_text(GERMAN))
    first.convert("1").save(
        path, save_all=True, append_images=[second.convert("1")], compression="group4"
    )
    reading = sandbox.read(path, "fax.tif")
    assert reading.pages == 2
    assert {section.page for section in reading.sections} == {1, 2}
    assert "Mieterin" in " ".join(s.text for s in reading.sections if s.page == 2)


def test_a_name_that_lies_is_told(sandbox: Sandbox, tmp_path: Path) -> None:
    page_of_text(ENGLISH, dpi=150).save(tmp_path / "scan.pdf", "PNG")
    reading = sandbox.read(tmp_path / "scan.pdf", "scan.pdf")
    assert reading.warnings == ["is a picture although its name ends in .pdf"]


def test_a_picture_without_words_says_so(sandbox: Sandbox, tmp_path: Path) -> None:
    Image.radial_gradient("L").resize((900, 900)).save(tmp_path / "moon.png")
    with pytest.raises(LoaderError, match="has no words that could be recognised"):
        sandbox.read(tmp_path / "moon.png", "moon.png")


def test_a_text_with_a_scanned_page_is_read_as_a_whole(sandbox: Sandbox, tmp_path: Path) -> None:
    from pypdf import PdfReader, PdfWriter

    handbook = Path(__file__).parents[1] / "samples" / "employee-handbook.pdf"
    scan = save_pdf(tmp_path / "appendix.pdf", page_of_text(GERMAN))
    writer = PdfWriter()
    writer.append(PdfReader(handbook), pages=(0, 2))
    writer.append(PdfReader(scan))
    writer.write(tmp_path / "both.pdf")
    reading = sandbox.read(tmp_path / "both.pdf", "both.pdf")
    assert [one.how for one in reading.readings] == ["text", "text", "ocr"]
    assert reading.readings[0].words == ""
    assert "Görlitzer Straße 48" in text_of(reading)


def test_a_stamped_scan_with_a_line_of_text_is_read(sandbox: Sandbox, tmp_path: Path) -> None:
    from reportlab.lib.utils import ImageReader
    from reportlab.pdfgen.canvas import Canvas

    canvas = Canvas(str(tmp_path / "numbered.pdf"), pagesize=(595, 842))
    canvas.drawImage(ImageReader(page_of_text(ENGLISH).convert("RGB")), 0, 0, 595, 842)
    canvas.drawString(480, 20, "EXH-000417")
    canvas.save()
    reading = sandbox.read(tmp_path / "numbered.pdf", "numbered.pdf")
    assert "The allowance for equipment is 740 euros" in text_of(reading)
    assert "EXH-000417" in text_of(reading)
    assert [one.how for one in reading.readings] == ["ocr"]


def page_with_picture(path: Path, picture: Image.Image, *over: str) -> Path:
    """A page of text with a picture in its lower half, and perhaps text over that."""
    from reportlab.lib.utils import ImageReader
    from reportlab.pdfgen.canvas import Canvas

    canvas = Canvas(str(path), pagesize=(595, 842))
    for number in range(12):
        canvas.drawString(72, 780 - 18 * number, f"Sentence {number} of a page that has its text.")
    canvas.drawImage(ImageReader(picture.convert("RGB")), 72, 72, 450, 450 * 0.5)
    for number, line in enumerate(over):
        canvas.drawString(90, 250 - 20 * number, line)
    canvas.save()
    return path


def test_words_in_a_large_picture_on_a_page_are_found(sandbox: Sandbox, tmp_path: Path) -> None:
    table = page_of_table(dpi=200)
    figure = table.crop((150, 250, 1500, 925))
    path = page_with_picture(tmp_path / "chart.pdf", figure)
    reading = sandbox.read(path, path.name)
    text = text_of(reading)
    assert "Sentence 11 of a page that has its text." in text
    assert "Norway 65.00 148.50 EUR" in text.replace("|", "").replace("  ", " ")
    (page,) = reading.readings
    assert (page.how, page.confidence) == ("text", None)
    assert "Switzerland" in page.words


def test_each_picture_with_its_caption_is_a_figure(sandbox: Sandbox, tmp_path: Path) -> None:
    from reportlab.lib.utils import ImageReader
    from reportlab.pdfgen.canvas import Canvas

    table = page_of_table(dpi=200).crop((150, 250, 1500, 925)).convert("RGB")
    board = page_of_text("The board stands above sales and the depot in Ghent.", dpi=200)
    board = board.crop((150, 150, 1500, 600)).convert("RGB")
    canvas = Canvas(str(tmp_path / "two.pdf"), pagesize=(595, 842))
    for number in range(6):
        canvas.drawString(72, 800 - 16 * number, f"Sentence {number} of a page that has its text.")
    canvas.drawImage(ImageReader(table), 72, 460, 450, 225)
    canvas.drawString(72, 440, "Figure 1. Allowances by country,")
    canvas.drawString(72, 426, "in euros a day.")
    canvas.drawString(72, 390, "Between both pictures stands this sentence.")
    canvas.drawString(72, 330, "Abbildung 2: Who stands above whom")
    canvas.drawImage(ImageReader(board), 72, 160, 450, 150)
    canvas.save()
    sections = sandbox.read(tmp_path / "two.pdf", "two.pdf").sections
    first, second = [section for section in sections if section.kind == "figure"]
    assert first.text.startswith("Figure 1. Allowances by country, in euros a day.\n")
    assert "Switzerland" in first.text
    assert second.text.startswith("Abbildung 2: Who stands above whom\n")
    assert "depot in Ghent" in second.text
    assert "Switzerland" not in second.text
    between = next(at for at, one in enumerate(sections) if "Between both" in one.text)
    assert sections.index(first) < between < sections.index(second)


def test_a_picture_under_text_is_its_ground(sandbox: Sandbox, tmp_path: Path) -> None:
    figure = page_of_table(dpi=200).crop((150, 250, 1500, 925))
    over = [f"Line {number} over the picture" for number in range(4)]
    path = page_with_picture(tmp_path / "ground.pdf", figure, *over)
    assert "Norway" not in text_of(sandbox.read(path, path.name))


def test_photographs_on_a_page_are_left_in_peace(sandbox: Sandbox, tmp_path: Path) -> None:
    photo = Image.effect_noise((900, 450), 90)
    path = page_with_picture(tmp_path / "photo.pdf", photo)
    reading = sandbox.read(path, path.name, later=True)  # nothing is to be recognised
    assert reading.readings[0].words == ""


def test_scans_attached_to_a_mail_are_read(sandbox: Sandbox, tmp_path: Path) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "a@x.example", "b@x.example", "The lease"
    mail.set_content("Both are attached.")
    scan = save_pdf(tmp_path / "lease.pdf", page_of_text(GERMAN, dpi=150), dpi=150)
    mail.add_attachment(scan.read_bytes(), "application", "pdf", filename="lease.pdf")
    photo = io.BytesIO()
    photographed(page_of_text(ENGLISH)).convert("RGB").save(photo, "JPEG")
    mail.add_attachment(photo.getvalue(), "image", "jpeg", filename="policy.jpg")
    sunset = io.BytesIO()
    Image.effect_noise((600, 600), 90).save(sunset, "PNG")
    mail.add_attachment(sunset.getvalue(), "image", "png", filename="sunset.png")
    (tmp_path / "lease.eml").write_bytes(mail.as_bytes())
    reading = sandbox.read(tmp_path / "lease.eml", "lease.eml")
    by_heading = {section.heading: section.text for section in reading.sections}
    lease = next(text for heading, text in by_heading.items() if "lease.pdf" in heading)
    policy = next(text for heading, text in by_heading.items() if "policy.jpg" in heading)
    assert "Görlitzer Straße 48" in lease
    assert "eleven days" in policy
    assert reading.warnings == []


# ---- hostile pictures --------------------------------------------------------------------------


def png(width: int, height: int, rows: bytes = b"") -> bytes:
    """A grey PNG whose header says what it likes."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    )  # fmt: skip


def half(data: bytes) -> bytes:
    return data[: len(data) // 2]


def saved(kind: str) -> bytes:
    buffer = io.BytesIO()
    page_of_text(ENGLISH, dpi=150).save(buffer, kind)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("bomb.png", lambda: png(60_000, 60_000, b"\0" * 60_001 * 400), "more than the limit"),
        ("long.png", lambda: png(100_000, 1, b"\0" + b"\xff" * 100_000), "more than the limit"),
        ("line.png", lambda: png(50_000, 1, b"\0" + b"\xff" * 50_000), "no words that could"),
        ("dot.png", lambda: png(1, 1, b"\0\xff"), "no words that could"),
        ("nothing.png", lambda: png(0, 0), "damaged"),
        ("half.jpg", lambda: half(saved("JPEG")), "damaged"),
        ("half.png", lambda: half(saved("PNG")), "damaged"),
        ("half.tif", lambda: half(saved("TIFF")), "damaged"),
        ("head.webp", lambda: saved("WEBP")[:30], "damaged"),
        ("head.bmp", lambda: saved("BMP")[:40], "damaged"),
        ("junk.gif", lambda: b"GIF89a" + bytes(range(256)) * 40, "damaged"),
    ],
)
def test_hostile_pictures_are_refused_with_a_reason(
    sandbox: Sandbox, tmp_path: Path, name: str, data: Callable[[], bytes], words: str
) -> None:
    (tmp_path / name).write_bytes(data())
    with pytest.raises(LoaderError, match=words):
        sandbox.read(tmp_path / name, name)


def test_a_page_that_ends_the_parser_costs_that_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = save_pdf(tmp_path / "three.pdf", *[page_of_text(ENGLISH, dpi=100)] * 3, dpi=100)
    asked = parsing._Scans.asked

    def killing(scans: parsing._Scans, page: int) -> dict[str, object]:
        reply = asked(scans, page)
        if page == 2 and not reply:
            child = reader._child
            assert child is not None
            child.kill()
        return reply

    monkeypatch.setattr(parsing._Scans, "asked", killing)
    with Sandbox(ParseLimits()) as reader:
        reading = reader.read(path, path.name)
    assert [one.how for one in reading.readings] == ["ocr", "unreadable", "ocr"]
    assert reading.warnings == [
        "1 of 3 pages could not be recognised: recognising it was too much for the parser (page 2)"
    ]


# ---- ingestion ---------------------------------------------------------------------------------


class Cut(Exception):
    """Stands for whatever ends a process."""


class Counting:
    """Counts the pages whose recognition began; may cut the run at one."""

    def __init__(self, cut_at: int = 0) -> None:
        self.pages: list[int] = []
        self._cut_at = cut_at

    def __call__(self, now: Progress) -> None:
        if now.page:
            self.pages.append(now.page)
            if now.page == self._cut_at:
                raise Cut


@pytest.mark.parametrize("pages", [12, pytest.param(30, marks=pytest.mark.slow)])
def test_a_long_scan_that_was_cut_goes_on(tmp_path: Path, pages: int) -> None:
    drawn = [
        page_of_text(f"Clause {n}. The fee for item {n} is {100 + n} euros.", dpi=150)
        for n in range(1, pages + 1)
    ]
    path = save_pdf(tmp_path / "long.pdf", *drawn, dpi=150)
    index = MemoryIndex()
    with pytest.raises(Cut):
        ingest_paths(index, [path], progress=Counting(cut_at=10))
    (kept,) = index.recognised.pages.values()
    assert [one.page for one in kept] == list(range(1, 10))
    assert index.records == {}
    again = Counting()
    report = ingest_paths(index, [path], progress=again)
    assert again.pages == list(range(10, pages + 1))
    (status,) = report.documents
    assert (status.status, status.pages) == ("indexed", pages)
    assert [one.page for one in status.readings] == list(range(1, pages + 1))
    text = index.text("long.pdf")
    assert all(f"The fee for item {n} is {100 + n} euros" in text for n in range(1, pages + 1))
    assert index.recognised.pages == {}  # with the document, nothing of the cut is left
    first = index.readings["general", "long.pdf"][0]
    assert first.words.startswith("Clause 1.")


def test_scans_come_after_all_other_files(tmp_path: Path) -> None:
    save_pdf(tmp_path / "a scan.pdf", page_of_text(ENGLISH, dpi=100), dpi=100)
    page_of_text(GERMAN, dpi=150).save(tmp_path / "b photo.png")
    for name in ("c.txt", "d.md"):
        (tmp_path / name).write_text("The canteen opens at noon.")
    seen: list[tuple[int, str]] = []
    report = ingest_paths(
        MemoryIndex(), [tmp_path], progress=lambda now: seen.append((now.files_done, now.current))
    )
    assert [one.document for one in report.documents] == [
        "c.txt", "d.md", "a scan.pdf", "b photo.png",
    ]  # fmt: skip
    assert {one.status for one in report.documents} == {"indexed"}
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    assert seen[-1] == (4, "")


def test_a_reading_that_may_not_wait_says_so(sandbox: Sandbox, tmp_path: Path) -> None:
    path = save_pdf(tmp_path / "scan.pdf", page_of_text(ENGLISH, dpi=100), dpi=100)
    with pytest.raises(HasScans):
        sandbox.read(path, path.name, later=True)
    assert sandbox.read(path, path.name).readings[0].how == "ocr"


def test_a_stop_is_heard_within_a_scan(tmp_path: Path) -> None:
    path = save_pdf(tmp_path / "scan.pdf", *[page_of_text(ENGLISH)] * 4)
    begun: list[int] = []

    class Pages:
        def known(self) -> list[object]:
            return []

        def keep(self, reading: object) -> None: ...

        def begun(self, page: int) -> None:
            begun.append(page)

    with Sandbox(ParseLimits()) as sandbox, pytest.raises(LoaderError, match="was stopped"):
        sandbox.read(path, path.name, lambda: len(begun) > 1, scanned=Pages())  # type: ignore[arg-type]
    assert begun == [1, 2]


def test_waiting_for_a_turn_is_not_the_files_time(tmp_path: Path) -> None:
    path = save_pdf(tmp_path / "scan.pdf", *[page_of_text("A line.", dpi=100)] * 2, dpi=100)

    def wait(now: Progress) -> None:
        if now.page == 1:
            time.sleep(25)

    report = ingest_paths(MemoryIndex(), [path], limits=ParseLimits(seconds=20), progress=wait)
    (status,) = report.documents
    assert (status.status, len(status.readings)) == ("indexed", 2)


def test_what_became_of_pages_is_in_the_report(tmp_path: Path) -> None:
    save_pdf(tmp_path / "scan.pdf", page_of_text(ENGLISH, dpi=150), dpi=150)
    report: IngestReport = ingest_paths(MemoryIndex(), [tmp_path])
    (status,) = report.documents
    (quality,) = status.readings
    assert (quality.page, quality.how) == (1, "ocr")
    assert quality.confidence is not None
    assert quality.confidence > 0.9


# ---- several processes ---------------------------------------------------------------------------


def test_pages_of_one_scan_are_recognised_by_several_processes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pypdf import PdfReader, PdfWriter

    folder = tmp_path / "scans"
    folder.mkdir()
    writer = PdfWriter()
    for number in range(1, 6):
        page = page_of_text(f"The room of committee {number} is painted ochre.", dpi=150)
        writer.append(PdfReader(save_pdf(tmp_path / f"{number}.pdf", page, dpi=150)))
    writer.write(folder / "minutes.pdf")
    kept: list[tuple[str, int]] = []
    keep = MemoryIndex().recognised.__class__.keep

    def noted(scans: object, sha256: str, reading: PageReading) -> None:
        kept.append((threading.current_thread().name, reading.page))
        keep(scans, sha256, reading)  # type: ignore[arg-type]

    monkeypatch.setattr(MemoryIndex().recognised.__class__, "keep", noted)
    index = MemoryIndex()
    report = ingest_paths(index, [folder], limits=ParseLimits(workers=2))
    (status,) = report.documents
    assert (status.status, status.pages) == ("indexed", 5)
    text = index.text("minutes.pdf")
    assert [text.index(f"committee {number} ") for number in range(1, 6)] == sorted(
        text.index(f"committee {number} ") for number in range(1, 6)
    )
    assert [one.how for one in index.readings["general", "minutes.pdf"]] == ["ocr"] * 5
    assert sorted(page for _, page in kept) == [1, 2, 3, 4, 5]  # each once
    shares = {thread: {page % 2 for name, page in kept if name == thread} for thread, _ in kept}
    assert sorted(map(sorted, shares.values())) == [[0], [1]]
