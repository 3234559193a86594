"""Reads PDF files: pages, the outline's headings, what is scanned or hidden."""

import logging
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from itertools import islice
from string import ascii_lowercase
from typing import Any, BinaryIO

from pypdf import PageObject, PdfReader
from pypdf.errors import PyPdfError

from ingest.loaders.office.symbols import with_boxes
from ingest.loaders.pdf.attachments import attached, hand_over, pinned
from ingest.loaders.pdf.drawing import CannotDraw, Drawing, Grid, Sight, Suspect, TextObject
from ingest.loaders.pdf.figures import figures_alone, figures_on, with_figures, words_of_each
from ingest.loaders.pdf.fractions import with_fractions
from ingest.loaders.pdf.lines import page_blocks
from ingest.loaders.pdf.matrix import Box
from ingest.loaders.pdf.paragraphs import Page, Paragraphs
from ingest.loaders.pdf.recognised import blocks_of, edges_of
from ingest.loaders.pdf.struck import strokes_of_notes, without_struck
from ingest.loaders.pdf.tables import Line, Table
from ingest.loaders.pdf.text import Interpreter, PageText, Rule, Run
from ingest.loaders.pdf.unshown import SENTENCE, ShownText
from ingest.loaders.pdf.upright import upright
from ingest.loaders.pdf.xfa import xfa_lines
from ingest.ocr.reading import reading_of
from ingest.ocr.words import RecognisedPage
from ingest.sections import Findings, LoaderError, Section, Stated, Unrecognised
from vectorstore.languages import languages
from vectorstore.records import PageReading

_PAGES_AT_ONCE = 40  # headers, footers and the body's size are judged over so many pages
_MOST_PAGES = 50_000
_SCAN = 0.5  # of a page's area: an image that large is a scan, and hidden text over it is OCR
_PICTURE = 0.2  # of a page that shows no text: less than this is no scan
_FIGURES = 0.1  # of a page with text: pictures that large are looked at for words
_STAMP = 200  # characters that a scanned page may show beside its picture: a stamp, a page number
_PLACES_NAMED = 12
_UNSEEN = 2 | 32  # an annotation's flags: hidden, no view
_FILE_NAME = re.compile(r"\.(?:pdf|docx?|pptx?|xlsx?|indd)$", re.I)  # as merging tools leave it
_TAIL = 2_048  # bytes; a whole PDF ends within them
_MOSTLY = 0.3  # of the letters of a text
_WELL_RECOGNISED = 0.8  # mean of a page; its words replace a text of which some is not known
_AS_MUCH = 0.6  # of the letters that are recognised: a layer with so many is theirs
_TOLD_BY_VOWELS = 80  # letters of a page; fewer may be any
_VOWELS = "aeiouy"
_FEWEST_VOWELS = 0.22  # of the letters
_RECOGNISED = 0.6  # the same for a page of whose text little is known
_COMMON = 0.08  # of the words; prose has a third and more, lists and tables fewer
_FEW = 3  # letters that nobody knows; a page of more is said to have them
_NO_LETTER = "\ufdd0"  # stands for a letter that no reader knows; Unicode keeps it free
_UNKNOWN = re.compile(_NO_LETTER)
_PICTURED = re.compile("[\uf000-\uf0ff]")  # letters of fonts that hold pictures
_UNREADABLE = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ue000-\uf8ff\ufdd0\ufffd]")


def load_pdf(file: BinaryIO, findings: Findings) -> Iterator[Section]:
    """Paragraphs and tables page by page, under the outline's or the typeset headings."""
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it reports every flaw of a file
    try:
        reader = PdfReader(file)
        if reader.is_encrypted and not reader.decrypt(""):
            yield from _load_encrypted(file, findings)
            return
        pages = reader.pages
        findings.pages = len(pages)
        findings.title = _metadata_title(reader)
        findings.stated = _stated(reader)
    except (PyPdfError, RecursionError, ValueError, TypeError, KeyError, AttributeError,
            IndexError, AssertionError, NotImplementedError, OSError) as error:  # fmt: skip
        yield from _load_damaged(file, findings, _short(error))
        return
    if findings.pages == 0:
        raise LoaderError("has no pages: it is damaged or incomplete; get it again")
    if findings.pages > _MOST_PAGES:
        raise LoaderError(f"has {findings.pages:,} pages, more than {_MOST_PAGES:,}; split it")
    if findings.members is None:
        _warn_of_attachments(reader, findings)
    count = _Counts()
    paragraphs = Paragraphs(findings, _outline(reader))
    drawing = Drawing(file, findings)
    source = _read_pages(reader, pages, drawing, count, findings)
    form = _xfa(reader, findings)
    found = False
    while batch := list(islice(source, _PAGES_AT_ONCE)):
        for section in paragraphs.sections(batch):
            found = True
            form = [line for line in form if line not in section.text]
            yield section
        reader.resolved_objects.clear()  # or every stream of the file stays in memory
    yield from paragraphs.close()
    if form:
        found = True
        yield Section("\n".join(form), 1, kind="table")
    if findings.members is not None and (names := hand_over(attached(reader), findings)):
        found = True
        yield Section("\n".join(names), 1)
    drawing.close()
    count.report(findings, empty=not found)


def _load_damaged(file: BinaryIO, findings: Findings, why: str) -> Iterator[Section]:
    """A file that pypdf cannot open, as viewers show it.

    One without an end is refused: nobody knows how much of it is missing.
    """
    damaged = f"is damaged or incomplete ({why}); get it again or print it to a new PDF"
    if not _has_an_end(file):
        raise LoaderError(damaged)
    warning = f"is damaged ({why}): its text was read, without headings and forms"
    yield from _load_by_pdfium(file, findings, damaged, warning)


def _load_encrypted(file: BinaryIO, findings: Findings) -> Iterator[Section]:
    """A file that wants a password. Where that is for its attachments, viewers show its pages."""
    refusal = "is encrypted; save a copy without a password"
    warning = "has encrypted attachments: its pages were read, without headings and forms"
    yield from _load_by_pdfium(file, findings, refusal, warning)


def _load_by_pdfium(
    file: BinaryIO, findings: Findings, refusal: str, warning: str
) -> Iterator[Section]:
    """Text alone. Raises LoaderError with `refusal` where pdfium cannot open it or finds none."""
    drawing = Drawing(file, findings)
    try:
        findings.pages = drawing.pages()
    except CannotDraw:
        raise LoaderError(refusal) from None
    if findings.pages > _MOST_PAGES:
        raise LoaderError(f"has {findings.pages:,} pages, more than {_MOST_PAGES:,}; split it")
    count = _Counts()
    paragraphs = Paragraphs(findings, {})
    pages = (_damaged_page(index, drawing, count, findings) for index in range(findings.pages))
    found = False
    while batch := list(islice(pages, _PAGES_AT_ONCE)):
        for section in paragraphs.sections(batch):
            found = True
            yield section
    yield from paragraphs.close()
    drawing.close()
    if not found:
        raise LoaderError(refusal)
    findings.warn(warning)
    count.report(findings, empty=False)


def _has_an_end(file: BinaryIO) -> bool:
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - _TAIL))
    tail = file.read(_TAIL)
    return b"%%EOF" in tail or b"startxref" in tail  # after it come a number and that sign


class _Counts:
    """Pages that gave no text or not all of it, from 1, and the words that were left out."""

    def __init__(self) -> None:
        self.empty: list[int] = []
        self.broken: list[int] = []
        self.unreadable: list[int] = []
        self.unrecognised: dict[str, list[int]] = {}  # why -> pages
        self.hidden: dict[int, str] = {}  # page -> its words
        self.shown = ShownText()
        self.undrawn: dict[int, int] = {}
        self.struck = 0  # passages

    def report(self, findings: Findings, *, empty: bool) -> None:
        """Warn of what people would miss, and of invisible sentences that nobody sees anywhere.

        `empty`: nothing was read, and whatever there is says why. Of other invisible text there is
        a note.
        """
        of = f"of {findings.pages} pages"
        if self.empty:
            have = "has" if len(self.empty) == 1 else "have"
            findings.warn(f"{len(self.empty)} {of} {have} no text: scanned? {_named(self.empty)}")
        for why, pages in self.unrecognised.items():
            findings.warn(f"{len(pages)} {of} could not be recognised: {why} {_named(pages)}")
        if self.broken:
            findings.warn(
                f"{len(self.broken)} {of} could not be read: damaged? {_named(self.broken)}"
            )
        if self.unreadable:
            findings.warn(
                f"{len(self.unreadable)} {of} use fonts whose text cannot be decoded: run OCR on "
                f"it {_named(self.unreadable)}"
            )
        if self.undrawn:
            words = sum(self.undrawn.values())
            findings.warn(
                f"{words:,} words that may be invisible were read, because pages could not be "
                f"drawn to look {_named(self.undrawn)}"
            )
        if self.struck:
            findings.warn(f"{self.struck} struck-through passages were left out")
        if not self.hidden:
            return
        words = sum(len(text.split()) for text in self.hidden.values())
        if empty or len(self.shown.lacks(self.hidden.values())) >= SENTENCE:
            findings.warn(
                f"invisible text on {len(self.hidden)} {of} was left out: {words:,} words that the "
                f"drawn page does not show {_named(self.hidden)}"
            )
        else:
            findings.notes.append(
                f"nothing that people see is missing: {words:,} invisible words on "
                f"{len(self.hidden)} {of} were left out {_named(self.hidden)}"
            )


def _named(pages: Iterable[int]) -> str:
    """Pages in brackets, neighbours as a range; the first twelve places."""
    ranges: list[list[int]] = []
    for page in sorted(pages):
        if ranges and page == ranges[-1][1] + 1:
            ranges[-1][1] = page
        else:
            ranges.append([page, page])
    shown = [str(a) if a == b else f"{a}-{b}" for a, b in ranges[:_PLACES_NAMED]]
    more = ", …" if len(ranges) > _PLACES_NAMED else ""
    plural = len(ranges) > 1 or ranges[0][0] != ranges[0][1]
    return f"(page{'s' if plural else ''} {', '.join(shown)}{more})"


def _read_pages(
    reader: PdfReader, pages: Any, drawing: Drawing, count: _Counts, findings: Findings
) -> Iterator[Page]:
    interpreter = Interpreter(reader)
    for number in range(len(pages)):
        try:
            shown, unread = _without_unread(
                _decoded(interpreter.read(pages[number]), number, drawing)
            )
            if any(not run.text.isascii() and _PICTURED.search(run.text) for run in shown.runs):
                shown = shown._replace(
                    runs=[run._replace(text=with_boxes(run.text)) for run in shown.runs]
                )
            notes = strokes_of_notes(pages[number])
            strokes: Sequence[Rule] = [*shown.rules, *notes]
            seen = list(_visible(shown, number, drawing, count))
            turned, seen, strokes, filled = upright(seen, strokes, shown.filled)
            looks = partial(_lines_seen, drawing, number, notes, turned)
            runs, struck = without_struck(seen, strokes, looks)
            rules = strokes[: len(shown.rules)]
            blocks = page_blocks(with_fractions(runs, rules), rules, filled)
            count.struck += struck
            form = _form_fields(pages[number])
            if findings.members is not None:
                hand_over(pinned(pages[number]), findings)
        except MemoryError:
            raise
        except Exception:  # noqa: BLE001  # pypdf raises anything on a broken page
            yield _damaged_page(number, drawing, count, findings)
            continue
        text = "".join(map(_text_of, blocks))
        garbled = _is_mostly(_UNREADABLE.findall(text), text)
        undecoded = garbled or unread + text.count(_NO_LETTER) > _FEW
        doubtful = not undecoded and _looks_like_codes(text)
        scanned = (
            not text and not form and not undecoded and _shows_something(shown, number, drawing)
        )
        stamped = 0 < len(text) <= _STAMP and shown.image_share > _SCAN
        page = None
        if undecoded or scanned or stamped or doubtful:
            page = _recognised(number, drawing, findings, count, said=scanned)
        little_there = garbled or unread > _MOSTLY * (unread + len(text))
        edges = (0.0, 0.0) if turned else shown.height
        layered = page is not None and stamped and _was_recognised(shown, page)
        if layered or (page is not None and doubtful and not _says_otherwise(page, text)):
            page = None
        if page is not None and (scanned or stamped or _is_better(page, little_there)):
            blocks, edges = blocks_of(page), edges_of(page)
            count.shown.add([page.text])
            findings.readings.append(reading_of(number + 1, page))
        else:
            if undecoded:
                count.unreadable.append(number + 1)
            if garbled or _NO_LETTER in text:
                blocks = list(_readable(blocks, _UNREADABLE if garbled else _UNKNOWN))
            findings.readings.append(_reading(number + 1, undecoded or scanned, blocks))
            if not layered and (figures := _figures(number, shown, drawing, findings)):
                blocks = with_figures(blocks, figures)
        yield Page(number + 1, [*blocks, form] if form else blocks, edges)


def _figures(
    index: int, shown: PageText, drawing: Drawing, findings: Findings
) -> list[tuple[Box, list[str]]]:
    """The words of large pictures on a page that has text: charts, screens, scanned parts."""
    scans = findings.scans
    if scans is None or shown.image_share < _FIGURES:
        return []
    texts = [run.box for run in shown.runs if run.text.strip()]
    try:
        figures = figures_on(drawing, index, texts)
        if not figures:
            return []
        page = scans.page(index + 1, lambda: figures_alone(drawing, index, figures, texts))
        return words_of_each(drawing, index, figures, page)
    except (Unrecognised, CannotDraw):
        return []  # the page's own text is read; that a picture has words is a guess


def _lines_seen(
    drawing: Drawing, index: int, notes: Sequence[Rule], turned: int, lines: Sequence[Rule]
) -> list[bool]:
    """Which lines the page shows. Those of notes lie over it; a turned page's are believed."""
    if turned or all(line in notes for line in lines):
        return [True] * len(lines)
    try:
        seen = drawing.lines_seen(index, [(one.x0, one.y0, one.x1, one.y1) for one in lines])
    except CannotDraw:
        seen = [False] * len(lines)
    return [shown or line in notes for shown, line in zip(seen, lines, strict=True)]


def _shows_something(shown: PageText, index: int, drawing: Drawing) -> bool:
    """Whether a page without text is not blank."""
    try:
        return not drawing.is_blank(index)
    except CannotDraw:
        return shown.painted


def _is_better(page: RecognisedPage, little_there: bool) -> bool:
    """Whether recognised words replace the page's own text, of which something is wrong.

    Where a font is not in the file either, what is drawn are other letters, and so no words.
    """
    if page.confidence >= _WELL_RECOGNISED:
        return bool(page.lines)
    return little_there and page.confidence >= _RECOGNISED and _has_common_words(page.text)


def _was_recognised(shown: PageText, page: RecognisedPage) -> bool:
    """Whether the file has the words of its scan already, as another program recognised them."""
    there = sum(len("".join(run.text.split())) for run in shown.runs if run.layer)
    return there >= _AS_MUCH * len("".join(page.text.split()))


def _looks_like_codes(text: str) -> bool:
    """Whether a page's letters make no words: a font may give other letters than it draws.

    Languages of Latin letters have a vowel in three letters or more. Lists of part numbers have
    few as well; what the drawn page says decides.
    """
    plain = text.lower()
    letters = sum(map(plain.count, ascii_lowercase))
    if letters < _TOLD_BY_VOWELS or letters < _MOSTLY * len(text):
        return False
    return sum(map(plain.count, _VOWELS)) < _FEWEST_VOWELS * letters


def _says_otherwise(page: RecognisedPage, text: str) -> bool:
    """Whether the drawn page surely shows words, and others than its text has."""
    if page.confidence < _WELL_RECOGNISED or not _has_common_words(page.text):
        return False
    words = {word for word in page.text.casefold().split() if len(word) > _FEW}
    return sum(word in text.casefold() for word in words) < _MOSTLY * len(words)


def _has_common_words(text: str) -> bool:
    """Whether a text has as many of a language's most common words as prose has at least."""
    words = [word.strip(".,;:!?()\"'").casefold() for word in text.split()]
    common = max(sum(word in one.stop_words for word in words) for one in languages())
    return common >= _COMMON * len(words)


def _reading(page: int, lacking: bool, blocks: Sequence[object]) -> PageReading:
    """How a page was read whose words were not recognised."""
    if lacking:
        return PageReading(page, "partly" if blocks else "unreadable")
    return PageReading(page, "text")


def _recognised(
    index: int, drawing: Drawing, findings: Findings, count: _Counts, *, said: bool
) -> RecognisedPage | None:
    """The words that page `index`, from 0, shows; None where they could not be recognised.

    `said`: this is told to people, because nothing else is known of the page.
    """
    if findings.scans is None:
        if said:
            count.empty.append(index + 1)
        return None
    try:
        return findings.scans.page(index + 1, lambda: drawing.picture(index))
    except (Unrecognised, CannotDraw) as why:
        if said:
            count.unrecognised.setdefault(str(why), []).append(index + 1)
        return None


def _damaged_page(index: int, drawing: Drawing, count: _Counts, findings: Findings) -> Page:
    """A page that pypdf cannot read, as pdfium has it."""
    try:
        shown = PageText(_to_be_seen(drawing.texts(index)), [], painted=True, image_share=0.0)
    except CannotDraw:
        count.broken.append(index + 1)
        findings.readings.append(PageReading(index + 1, "unreadable"))
        return Page(index + 1, [])
    blocks = page_blocks(_visible(shown, index, drawing, count), shown.rules)
    if not blocks and findings.scans is not None:
        page = _recognised(index, drawing, findings, count, said=True)
        if page is not None:
            findings.readings.append(reading_of(index + 1, page))
            return Page(index + 1, blocks_of(page), edges_of(page))
    findings.readings.append(PageReading(index + 1, "partly" if blocks else "unreadable"))
    return Page(index + 1, blocks)


def _decoded(shown: PageText, index: int, drawing: Drawing) -> PageText:
    """The page with pdfium's letters for text whose fonts the interpreter cannot decode.

    Letters that pdfium guesses as well are no text: they stay out, as what cannot be read.
    """
    unknown = [run for run in shown.runs if run.undecoded]
    if not unknown:
        return shown
    try:
        texts = drawing.texts(index)
    except CannotDraw:  # nobody knows the letters, and the document has to say so
        unread = [
            run._replace(text=run.text or _NO_LETTER * (_FEW + 1)) if run.undecoded else run
            for run in shown.runs
        ]
        return shown._replace(runs=unread)
    grid = Grid([Suspect("", run.box, float(at)) for at, run in enumerate(unknown)])
    others = Grid([Suspect("", run.box, 0.0) for run in shown.runs if run.text.strip()])
    known: dict[int, list[TextObject]] = {}
    elsewhere = []  # vertical writing, and fonts that are not even named
    for one in texts:
        if sharing := grid.at(one.box):
            known.setdefault(int(min(place.size for place in sharing)), []).append(one)
        elif not others.at(one.box):
            elsewhere.append(one)
    decoded: dict[int, Run] = {}
    for at, run in enumerate(unknown):
        if pieces := known.get(at):
            decoded[id(run)] = _with_letters(run, pieces)
    runs = [decoded.get(id(run), run) for run in shown.runs]
    return shown._replace(runs=runs + _to_be_seen(elsewhere))


def _without_unread(shown: PageText) -> tuple[PageText, int]:
    """The page without the runs of which no letter is known, and how many letters they have.

    In a line with others they would make all of it look as if it could not be read.
    """
    runs, unread = [], 0
    for run in shown.runs:
        if run.text and not run.text.strip(_NO_LETTER):
            unread += len(run.text)
        else:
            runs.append(run)
    return (shown._replace(runs=runs) if unread else shown), unread


def _with_letters(run: Run, pieces: list[TextObject]) -> Run:
    text = "".join(piece.text for piece in pieces)
    if sum(piece.guessed for piece in pieces) > _MOSTLY * len(text) or _UNREADABLE.search(text):
        return run._replace(text=run.text or _NO_LETTER * len(text))
    box = pieces[0].box
    along = (box[0], box[2]) if not run.angle else (run.x0, run.x1)
    return run._replace(text=text, x0=along[0], x1=along[1], drawn=box)


def _to_be_seen(texts: Iterable[TextObject]) -> list[Run]:
    """Text of which nothing is known but its letters, so that the drawn page has to show it."""
    return [
        Run(one.text, one.box[0], one.box[2], one.baseline, max(1.0, one.box[3] - one.box[1]), 0,
            False, hidden=True, drawn=one.box)
        for one in texts
        if one.guessed <= _MOSTLY * len(one.text)
    ]  # fmt: skip


def _visible(shown: PageText, index: int, drawing: Drawing, count: _Counts) -> Iterator[Run]:
    """Runs that one can see on page `index`, from 0; in doubt they stay."""
    suspects = [run for run in shown.runs if run.hidden and run.text.strip()]
    if not suspects:
        count.shown.add(run.text for run in shown.runs)
        return iter(shown.runs)
    visible = [run for run in shown.runs if not run.hidden and run.text.strip()]
    characters = sum(len(run.text.strip()) for run in visible)
    # A page may also be drawn, its letters turned into curves, with the words below them.
    recognised = shown.image_share > _SCAN if characters else shown.painted
    sure = recognised and characters <= _STAMP and (shown.image_share >= _PICTURE or not characters)
    asked = [run for run in suspects if not (sure and run.layer and run.unpainted)]
    gone: set[int] = set()
    try:
        sights = drawing.look(
            index,
            [Suspect(run.text, run.box, run.size) for run in asked],
            [run.box for run in visible],
        )
    except CannotDraw:
        count.undrawn[index + 1] = _count_words(asked)
    else:
        for run, sight in zip(asked, sights, strict=True):
            pictured = recognised and run.layer and sight is Sight.PICTURED
            if sight is not Sight.DRAWN and not pictured:
                gone.add(id(run))
        if gone:
            count.hidden[index + 1] = " ".join(run.text for run in asked if id(run) in gone)
    stays = [run for run in shown.runs if id(run) not in gone]
    count.shown.add(run.text for run in stays)
    return iter(stays)


def _count_words(runs: Iterable[Run]) -> int:
    return sum(len(run.text.split()) for run in runs)


def _text_of(block: Line | Table) -> str:
    return block.text if isinstance(block, Line) else "\n".join(block.rows)


def _is_mostly(signs: Sequence[str], text: str) -> bool:
    return len(signs) > _MOSTLY * len(text)


def _readable(
    blocks: Iterable[Line | Table], unreadable: re.Pattern[str]
) -> Iterator[Line | Table]:
    """What can be read of a page: lines that mostly cannot go, and unknown letters of others."""
    for block in blocks:
        text = _text_of(block)
        if _is_mostly(unreadable.findall(text), text):
            continue
        if isinstance(block, Line):
            block.text = block.text.replace(_NO_LETTER, "").strip()
        else:
            block.rows = [row.replace(_NO_LETTER, "") for row in block.rows]
            block.grid = None  # of letters that nobody can read no figure is made
        if _text_of(block).strip():
            yield block


def _form_fields(page: PageObject) -> Table | None:
    """What was typed into the page's form: it lies beside the page's own text."""
    rows = []
    annotations = page.get("/Annots")
    for reference in islice(annotations.get_object() if annotations else (), 2_000):
        field = reference.get_object()
        kind = field.get("/Subtype")
        flags = field["/F"] if "/F" in field else 0  # noqa: SIM401  # get() follows no reference
        if isinstance(flags, int) and flags & _UNSEEN:
            continue
        if kind in {"/FreeText", "/Widget"} and (words := _words(field)):
            rows.append(words)
    return Table(list(dict.fromkeys(rows)), 0.0) if rows else None


def _words(annotation: Any) -> str:
    """What a note says, or a field's name and what was typed there; "" where there is nothing."""
    if annotation.get("/Subtype") == "/FreeText":
        said = annotation.get("/Contents")
        return " ".join(said.split()) if isinstance(said, str) else ""
    parent = annotation.get("/Parent")
    owner = parent.get_object() if parent is not None and "/T" not in annotation else annotation
    value = annotation.get("/V", owner.get("/V"))
    value = value.get_object() if value is not None else None
    if not isinstance(value, str) or not value.strip() or value in {"/Off", "Off"}:
        return ""
    name = owner.get("/TU") or owner.get("/T")
    return f"{name}: {' '.join(value.lstrip('/').split())}"


def _xfa(reader: PdfReader, findings: Findings) -> list[str]:
    """The lines of an XFA form. Viewers make its pages of it, the file may show a notice alone."""
    try:
        return xfa_lines(reader)
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001  # pypdf raises anything on a broken form
        findings.warn("its XFA form could not be read: print it to a PDF")
        return []


def _metadata_title(reader: PdfReader) -> str:
    try:
        metadata = reader.metadata
        title = metadata.title if metadata else ""
    except Exception:  # noqa: BLE001  # metadata is free-form and optional
        return ""
    return str(title or "").strip("\x00 ")


def _stated(reader: PdfReader) -> Stated:
    try:
        said = dict(reader.metadata or {})
        author, made, changed = (
            str(said.get(key) or "") for key in ("/Author", "/CreationDate", "/ModDate")
        )
        language = str(reader.root_object.get("/Lang") or "")
    except Exception:  # noqa: BLE001  # metadata is free-form and optional
        return Stated()
    return Stated(author, language, made, changed)


def _outline(reader: PdfReader) -> dict[int, list[tuple[int, str]]]:
    """Page number -> (level, title) of the bookmarks that point to it."""
    found: dict[int, list[tuple[int, str]]] = {}
    try:
        stack: list[Iterator[Any]] = [iter(reader.outline)]
        while stack:
            for entry in stack[-1]:
                if isinstance(entry, list):
                    stack.append(iter(entry))
                    break
                page = reader.get_destination_page_number(entry)
                title = " ".join(str(entry.title or "").split())
                if page is not None and page >= 0 and title and not _FILE_NAME.search(title):
                    found.setdefault(page + 1, []).append((len(stack), title))
            else:
                stack.pop()
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001  # a broken outline costs headings, not the document
        return found
    return found


def _warn_of_attachments(reader: PdfReader, findings: Findings) -> None:
    try:
        names = list(islice(reader.attachments, 100))
    except Exception:  # noqa: BLE001  # the name tree of attachments may be broken
        return
    if names:
        findings.warn(f"{len(names)} attached files were not read: {', '.join(names[:3])}")


def _short(error: BaseException) -> str:
    return (str(error) or type(error).__name__)[:120]
