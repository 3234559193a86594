"""Pages drawn from known text, and what scanners, fax machines and telephones make of them.

Owns the truth that recognition is measured against: `bench/recognising.py` and the tests of scans
share it. Everything is made from seeds, so a page is the same on every machine with its fonts.
"""

import io
import math
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

A4 = (8.27, 11.69)  # inches
_MARGIN = 0.9  # inches

ENGLISH = (
    "Remote work policy\n\n"
    "Employees may work from home on up to eleven days in a calendar month. Requests are sent to "
    "the team lead at least three working days before. A request that is not answered within two "
    "working days counts as granted.\n\n"
    "The allowance for equipment is 740 euros a year, paid with the salary of March. Receipts are "
    "kept for six years. Monitors above 27 inches need the consent of the purchasing department, "
    "extension 4417.\n\n"
    'Company laptops are locked whenever they are left alone. Papers marked "confidential" may '
    "not leave the building; exceptions are granted by Dr. Helen Marsh, Head of Compliance, in "
    "writing only. Violations are reported to security@marlow.example within 24 hours.\n\n"
    "This policy replaces the rules of 12 February 2019 and is reviewed every 18 months. Clause "
    "7.3 of the works agreement (overtime of more than 10%) stays in force. Questions: Room "
    "B-214, Monday to Thursday, 9:30 to 15:45."
)
GERMAN = (
    "Mietvertrag über Büroräume\n\n"
    "Die Vermieterin überlässt der Mieterin die Räume im zweiten Obergeschoss der Görlitzer "
    "Straße 48 zur gewerblichen Nutzung. Die Fläche beträgt 312,5 Quadratmeter; die Übergabe "
    "erfolgt am 1. März 2024 um 10:00 Uhr.\n\n"
    "Die monatliche Miete beträgt 4.860,00 EUR zuzüglich der gesetzlichen Umsatzsteuer. Sie ist "
    "spätestens am dritten Werktag fällig. Für Mahnungen werden 12,50 EUR berechnet. Während der "
    "ersten fünf Jahre ist eine Erhöhung ausgeschlossen.\n\n"
    "Schönheitsreparaturen trägt die Mieterin. Größere bauliche Änderungen bedürfen der "
    "schriftlichen Zustimmung; § 540 BGB bleibt unberührt. Die Kündigungsfrist beträgt neun Monate "
    "zum Quartalsende.\n\n"
    "Als Sicherheit werden drei Monatsmieten auf ein Treuhandkonto gezahlt. Ansprechpartnerin ist "
    "Frau Jürgens-Weiß, Telefon 0351 4471-29. Änderungen dieses Vertrages bedürfen der Schriftform."
)
TABLE = (
    ("Country", "Meal allowance", "Overnight stay", "Currency"),
    ("Norway", "65.00", "148.50", "EUR"),
    ("Austria", "39.70", "117.25", "EUR"),
    ("Portugal", "32.80", "96.00", "EUR"),
    ("Switzerland", "71.40", "203.90", "CHF"),
    ("Denmark", "58.15", "162.30", "DKK"),
    ("Ireland", "47.60", "139.45", "EUR"),
)


@cache
def font_files() -> Mapping[str, Path]:
    """Fonts that are there: those of packages, and some that systems have."""
    import font_roboto
    import reportlab

    reportlab_fonts = Path(reportlab.__file__).parent / "fonts"
    system = Path("/usr/share/fonts/truetype/dejavu")
    candidates = {
        "roboto": Path(font_roboto.__file__).parent / "files" / "Roboto-Regular.ttf",
        "vera": reportlab_fonts / "Vera.ttf",
        "vera-bold": reportlab_fonts / "VeraBd.ttf",
        "serif": system / "DejaVuSerif.ttf",
        "mono": system / "DejaVuSansMono.ttf",
    }
    return {name: path for name, path in candidates.items() if path.is_file()}


def font(name: str, points: float, dpi: int) -> ImageFont.FreeTypeFont:
    files = font_files()
    return ImageFont.truetype(str(files.get(name, files["vera"])), round(points * dpi / 72))


def page_of_text(
    text: str, dpi: int = 300, face: str = "roboto", points: float = 10.5, columns: int = 1
) -> Image.Image:
    """A page in grey, set in one or two columns."""
    page = _empty(dpi)
    draw = ImageDraw.Draw(page)
    type_face = font(face, points, dpi)
    gap = 0.4 * dpi
    width = (page.width - 2 * _MARGIN * dpi - gap * (columns - 1)) / columns
    height = type_face.getbbox("Äg")[3] * 1.3
    lines = [
        line
        for paragraph in text.split("\n\n")
        for line in (*_wrapped(paragraph, type_face, width), "")
    ]
    each = math.ceil(len(lines) / columns)
    for column in range(columns):
        x, y = _MARGIN * dpi + column * (width + gap), _MARGIN * dpi
        for line in lines[column * each : (column + 1) * each]:
            draw.text((x, y), line, font=type_face, fill=0)
            y += height
    return page


def page_of_table(dpi: int = 300, *, rules: bool = True) -> Image.Image:
    """A page with `TABLE`."""
    page = _empty(dpi)
    draw = ImageDraw.Draw(page)
    plain, bold = font("roboto", 10.5, dpi), font("vera-bold", 10, dpi)
    left, top, width, height = _MARGIN * dpi, 1.5 * dpi, 1.55 * dpi, 0.32 * dpi
    for row, cells in enumerate(TABLE):
        for column, cell in enumerate(cells):
            x, y = left + column * width, top + row * height
            draw.text((x + 0.08 * dpi, y + 0.07 * dpi), cell, font=plain if row else bold, fill=0)
            if rules:
                draw.rectangle((x, y, x + width, y + height), outline=0, width=max(1, dpi // 150))
    return page


def table_text() -> str:
    return "\n".join(" ".join(row) for row in TABLE)


def _empty(dpi: int) -> Image.Image:
    return Image.new("L", (round(A4[0] * dpi), round(A4[1] * dpi)), 255)


def _wrapped(paragraph: str, face: ImageFont.FreeTypeFont, width: float) -> list[str]:
    lines, line = [], ""
    for word in paragraph.split():
        longer = f"{line} {word}".strip()
        if face.getlength(longer) > width and line:
            lines.append(line)
            line = word
        else:
            line = longer
    return [*lines, line]


# ---- what happens to paper ---------------------------------------------------------------------


def skewed(page: Image.Image, degrees: float) -> Image.Image:
    return page.rotate(degrees, Image.Resampling.BICUBIC, expand=True, fillcolor=255)


def turned(page: Image.Image, degrees: int) -> Image.Image:
    return page.rotate(degrees, expand=True)


def noisy(page: Image.Image, seed: int = 1) -> Image.Image:
    """A third copy: grey paper, grain, specks and strong compression."""
    random = np.random.default_rng(seed)
    pixels = np.asarray(page.convert("L"), dtype=np.float32) * 0.72 + 45
    pixels += random.normal(0, 22, pixels.shape)
    specks = random.random(pixels.shape)
    pixels[specks < 0.0015] = 20
    pixels[specks > 0.9985] = 250
    image = Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))
    return compressed(image.filter(ImageFilter.GaussianBlur(0.6)), 35)


def faxed(page: Image.Image) -> Image.Image:
    """Black or white alone, at 200 × 100 dots an inch as a fax's standard mode has it."""
    dpi = page.width / A4[0]
    small = page.convert("L").resize(
        (round(page.width * 204 / dpi), round(page.height * 98 / dpi)), Image.Resampling.BOX
    )
    bilevel = small.point(lambda value: 255 if value > 150 else 0)
    return bilevel.resize((bilevel.width, bilevel.height * 2), Image.Resampling.NEAREST)


def photographed(page: Image.Image, seed: int = 1, size: int = 2400) -> Image.Image:
    """As a telephone takes it from above: tilted, in uneven light, a little blurred, on a desk."""
    random = np.random.default_rng(seed)
    grey = page.convert("L")
    grey.thumbnail((size, size), Image.Resampling.LANCZOS)
    border = round(0.06 * size)
    w, h = grey.width + 2 * border, grey.height + 2 * border
    desk = Image.new("L", (w, h), 92)
    desk.paste(grey, (border, border))
    shift = [float(random.uniform(-0.025, 0.025)) * size for _ in range(8)]
    corners = [(0, 0), (w, 0), (w, h), (0, h)]
    moved = [(x + shift[2 * n], y + shift[2 * n + 1]) for n, (x, y) in enumerate(corners)]
    image = desk.transform(
        (w, h), Image.Transform.PERSPECTIVE, _perspective(corners, moved),
        Image.Resampling.BICUBIC, fillcolor=92,
    )  # fmt: skip
    image = image.rotate(float(random.uniform(-2, 2)), Image.Resampling.BICUBIC, fillcolor=92)
    pixels = np.asarray(image, dtype=np.float32)
    y, x = np.mgrid[0:h, 0:w].astype(np.float32)
    light = 0.62 + 0.38 * (x / w * 0.6 + y / h * 0.4)
    shadow = 1 - 0.35 / (1 + np.exp((x - 0.35 * w - 0.2 * y) / (0.02 * w)))
    pixels = pixels * light * shadow * 0.92 + random.normal(0, 5, pixels.shape)
    taken = Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))
    return compressed(taken.filter(ImageFilter.GaussianBlur(0.9)), 70)


def stamped(page: Image.Image, seed: int = 1) -> Image.Image:
    """With a red stamp over the text, and a blue signature."""
    random = np.random.default_rng(seed)
    dpi = page.width / A4[0]
    size = round(2.1 * dpi)
    stamp = Image.new("RGBA", (size, size), (255, 255, 255, 0))
    draw = ImageDraw.Draw(stamp)
    ink = (190, 30, 40, 150)
    draw.ellipse((4, 4, size - 4, size - 4), outline=ink, width=max(3, round(dpi / 50)))
    face = font("vera-bold", 20, round(dpi))
    draw.text((0.16 * size, 0.40 * size), "RECEIVED", font=face, fill=ink)
    stamp = stamp.rotate(18, Image.Resampling.BICUBIC)
    colour = page.convert("RGB")
    at = (round(page.width * 0.55), round(page.height * (0.12 + 0.1 * random.random())))
    colour.paste(stamp, at, stamp)
    pen = ImageDraw.Draw(colour)
    x0, y0 = page.width * 0.15, page.height * 0.82
    points = [
        (x0 + t * dpi * 0.02, y0 + math.sin(t / 3) * dpi * 0.2 * math.cos(t / 11))
        for t in range(100)
    ]
    pen.line(points, fill=(30, 50, 160), width=max(3, round(dpi / 70)))
    return colour


def inverted(page: Image.Image) -> Image.Image:
    """Light letters on a dark ground."""
    return page.convert("L").point(lambda value: 245 - round(value * 0.86))


def compressed(page: Image.Image, quality: int) -> Image.Image:
    buffer = io.BytesIO()
    page.save(buffer, "JPEG", quality=quality)
    buffer.seek(0)
    return Image.open(buffer).copy()


def _perspective(
    corners: list[tuple[int, int]], moved: list[tuple[float, float]]
) -> tuple[float, ...]:
    """The eight numbers that Pillow wants: from the picture's points to the source's."""
    rows: list[list[float]] = []
    wanted: list[float] = []
    for (x, y), (u, v) in zip(moved, corners, strict=True):
        rows.append([x, y, 1, 0, 0, 0, -u * x, -u * y])
        rows.append([0, 0, 0, x, y, 1, -v * x, -v * y])
        wanted += [u, v]
    return tuple(np.linalg.solve(np.array(rows), np.array(wanted)).tolist())


# ---- the set -----------------------------------------------------------------------------------

Made = Callable[[], tuple[Image.Image, str]]
Change = Callable[[Image.Image], Image.Image]


def conditions() -> dict[str, list[Made]]:
    """Pages by condition; each is drawn when it is asked for, and comes with its text."""
    sets: dict[str, list[Made]] = {}
    texts = {"en": ENGLISH, "de": GERMAN}
    faces = [face for face in ("roboto", "vera", "serif") if face in font_files()]

    def add(name: str, change: Change, **how: Any) -> None:
        for language, text in texts.items():
            for face in faces:
                sets.setdefault(f"{name} {language}", []).append(_made(change, text, face, how))

    add("clean", lambda page: page)
    add("150 dpi", lambda page: compressed(page, 60), dpi=150)
    add("100 dpi", lambda page: compressed(page, 60), dpi=100)
    add("skewed 2°", lambda page: skewed(page, 2))
    add("skewed 8°", lambda page: skewed(page, -8))
    add("turned 90°", lambda page: turned(page, 90))
    add("turned 180°", lambda page: turned(page, 180))
    add("noisy", noisy)
    add("fax", faxed)
    add("photographed", photographed)
    add("stamped", stamped)
    add("light on dark", inverted)
    add("two columns", lambda page: page, points=9.5, columns=2)
    changes: dict[str, Change] = {"": lambda page: page, " noisy": noisy}
    for name, change in {**changes, " photographed": photographed}.items():
        sets[f"table{name}"] = [_made_table(change, rules) for rules in (True, False)]
    return sets


def _made(change: Change, text: str, face: str, how: dict[str, Any]) -> Made:
    return lambda: (change(page_of_text(text, face=face, **how)), text)


def _made_table(change: Change, rules: bool) -> Made:
    return lambda: (change(page_of_table(rules=rules)), table_text())


def character_errors(read: str, truth: str) -> tuple[int, int]:
    """Insertions, deletions and replacements between two texts, and the truth's length.

    Runs of white space count as one space. Myers' bit vectors, with Hyyrö's correction: linear
    in the text for texts of a machine word, here with Python's long numbers.
    """
    one, other = " ".join(read.split()), " ".join(truth.split())
    if not other:
        return len(one), 0
    masks: dict[str, int] = {}
    for at, letter in enumerate(other):
        masks[letter] = masks.get(letter, 0) | (1 << at)
    size = len(other)
    full, last = (1 << size) - 1, 1 << (size - 1)
    plus, minus, distance = full, 0, size
    for letter in one:
        match = masks.get(letter, 0)
        diagonal = (((match & plus) + plus) ^ plus) | match | minus
        horizontal_plus = minus | ~(diagonal | plus)
        horizontal_minus = plus & diagonal
        if horizontal_plus & last:
            distance += 1
        elif horizontal_minus & last:
            distance -= 1
        horizontal_plus = ((horizontal_plus << 1) | 1) & full
        horizontal_minus = (horizontal_minus << 1) & full
        plus = (horizontal_minus | ~(diagonal | horizontal_plus)) & full
        minus = horizontal_plus & diagonal
    return distance, size
