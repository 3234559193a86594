"""Words of PDF pages that are raised, lowered or struck through keep what that means."""

import io

from fpdf import FPDF

from ingest.loaders.pdf.loader import load_pdf
from ingest.sections import Findings


def read(pdf: FPDF) -> tuple[str, list[str]]:
    findings = Findings()
    sections = list(load_pdf(io.BytesIO(bytes(pdf.output())), findings))
    return " ".join("\n".join(s.text for s in sections).split()), findings.warnings


def page(size: float = 11) -> FPDF:
    pdf = FPDF()
    pdf.add_page()
    pdf.set_font("Helvetica", size=size)
    return pdf


def shown(pdf: FPDF, *parts: str | tuple[str, str]) -> None:
    """Parts of a line; pairs are a text and its place, "SUP" or "SUB"."""
    for part in parts:
        text, place = (part, "LINE") if isinstance(part, str) else part
        pdf.char_vpos = place
        pdf.write(6, text)
    pdf.char_vpos = "LINE"
    pdf.ln(10)


def test_exponents_and_units():
    pdf = page()
    shown(pdf, "At most 10", ("6", "SUP"), " germs a litre on 2,400 m", ("2", "SUP"), " of floor.")
    shown(pdf, "The deposit is 500 euros", ("1", "SUP"), " and the rate 3 x 10", ("-4", "SUP"), ".")
    text, _ = read(pdf)
    assert "At most 10^6 germs a litre on 2,400 m² of floor." in text
    assert "500 euros^1 and the rate 3 x 10^-4." in text


def test_fractions_and_formulas():
    pdf = page()
    shown(pdf, "Take ", ("3", "SUP"), "/", ("20", "SUB"), " of the dose in H", ("2", "SUB"), "O.")
    assert "Take 3/20 of the dose in H2O." in read(pdf)[0]


def test_ordinals_stay_words():
    pdf = page()
    shown(pdf, "On the 1", ("st", "SUP"), " of May the 2", ("nd", "SUP"), " floor opens.")
    assert "On the 1st of May the 2nd floor opens." in read(pdf)[0]


def test_a_whole_struck_piece_is_left_out_and_said_so():
    pdf = page()
    pdf.write(6, "The fee is ")
    x, y = pdf.get_x(), pdf.get_y()
    pdf.write(6, "80 euros")
    pdf.line(x + 1, y + 3, pdf.get_x() - 1, y + 3)
    pdf.write(6, " 95 euros a year.")
    text, warnings = read(pdf)
    assert text == "The fee is 95 euros a year."
    assert warnings == ["1 struck-through passages were left out"]


def test_struck_words_within_one_string_are_left_out():
    pdf = page()
    pdf.text(20, 40, "The fee for visitors is 80 euros 95 euros a year.")
    start = 20 + pdf.get_string_width("The fee for visitors is ")
    pdf.line(start, 38.7, start + pdf.get_string_width("80 euros"), 38.7)
    assert read(pdf)[0] == "The fee for visitors is 95 euros a year."


def test_a_struck_through_style_of_a_program():
    pdf = page()
    pdf.write(6, "Delivery takes ")
    pdf.set_font("Helvetica", "S", 11)
    pdf.write(6, "nine days")
    pdf.set_font("Helvetica", "", 11)
    pdf.write(6, " four days.")
    assert read(pdf)[0] == "Delivery takes four days."


def test_a_reviewer_s_note_strikes_words_out():
    pdf = page()
    pdf.text(20, 40, "The notice period is six months.")
    start = 20 + pdf.get_string_width("The notice period is ")
    end = start + pdf.get_string_width("six")
    quads = [start, 37, end, 37, start, 41.2, end, 41.2]
    points = [v * pdf.k if n % 2 == 0 else pdf.h_pt - v * pdf.k for n, v in enumerate(quads)]
    pdf.add_text_markup_annotation("StrikeOut", "", points)
    assert read(pdf)[0] == "The notice period is months."


def test_underlines_rules_of_forms_and_of_tables_strike_nothing_out():
    pdf = page()
    pdf.text(20, 40, "Only the underlined words count.")
    pdf.line(20, 40.6, 60, 40.6)  # below the letters
    pdf.text(20, 60, "Signature")
    pdf.line(15, 58.7, 120, 58.7)  # through a word, and far beyond it
    text, warnings = read(pdf)
    assert "Only the underlined words count." in text
    assert "Signature" in text
    assert warnings == []


def test_lines_below_the_ground_of_words_and_frames_strike_nothing_out():
    pdf = page()
    wide = pdf.get_string_width("Label")
    pdf.line(20, 38.7, 20 + wide, 38.7)
    pdf.set_fill_color(255, 255, 255)
    pdf.rect(19, 34, wide + 2, 8, "F")  # a label that lies over the line
    pdf.text(20, 40, "Label")
    pdf.rect(20, 58.7, pdf.get_string_width("Framed"), 3)  # whose upper edge crosses the word
    pdf.text(20, 60, "Framed")
    pdf.line(20, 78.7, 20 + pdf.get_string_width("Old price"), 78.7)
    pdf.text(20, 80, "Old price")
    pdf.text(20, 90, "New price")
    text, warnings = read(pdf)
    assert text.split() == ["Label", "Framed", "New", "price"]
    assert warnings == ["1 struck-through passages were left out"]


def test_a_fraction_with_a_rule_between_its_numbers():
    pdf = page(12)
    pdf.text(20, 40, "The share is")
    x = 20 + pdf.get_string_width("The share is ")
    pdf.set_font_size(9)
    pdf.text(x + 0.8, 38.4, "3")
    pdf.text(x, 42.0, "20")
    pdf.line(x - 0.2, 38.9, x + pdf.get_string_width("20") + 0.2, 38.9)
    after = x + pdf.get_string_width("20") + 1.5
    pdf.set_font_size(12)
    pdf.text(after, 40, "of the stock.")
    assert read(pdf)[0] == "The share is 3/20 of the stock."


def test_a_sum_below_a_rule_is_no_fraction():
    pdf = page(10)
    for y, name, price in ((40, "Bell", "30.00"), (45, "Lamp", "12.50"), (51, "Both", "42.50")):
        pdf.text(20, y, name)
        pdf.text(60, y, price)
    pdf.line(60, 46.6, 60 + pdf.get_string_width("12.50"), 46.6)
    text, _ = read(pdf)
    assert "12.50/" not in text
    assert "/42.50" not in text
    assert "42.50" in text
