"""Questions as they would be written with care."""

import pytest

from app.answering.language import names
from app.answering.tidy import tidy


@pytest.mark.parametrize(
    ("asked", "wanted"),
    [
        ("WIE VIELE URLAUBSTAGE HABE ICH?", "wie viele urlaubstage habe ich?"),
        ("WHAT IS THE PRICE OF HR-100-E?", "what is the price of HR-100-E?"),
        ("WHAT DOES E31 MEAN?", "what does E31 mean?"),
        ("STRASSE ODER WEG?", "strasse oder weg?"),
        ("ERP?", "ERP?"),
        ("What is ERP?", "What is ERP?"),
        ("VAT ID", "VAT ID"),
        ("42 / 17", "42 / 17"),
        ("", ""),
    ],
)
def test_capitals_are_read_as_lower_case(asked: str, wanted: str):
    assert tidy(asked) == wanted


def test_a_question_in_capitals_names_nobody():
    asked = "HOW LONG IS THE PROBATION PERIOD IN THE COMPANY?"
    assert names(asked)
    assert not names(tidy(asked))
    assert names(tidy("Where does Orla Brennan work?")) == {"orla", "brennan"}


def test_slips_are_mended_where_they_stand():
    meant = {"anual": "annual", "levae": "leave", "kündigungsfirst": "kündigungsfrist"}
    assert tidy("How much anual levae, or Anual-Levae?", meant) == (
        "How much annual leave, or Annual-Leave?"
    )
    assert tidy("WIE LANG IST DIE KÜNDIGUNGSFIRST?", meant) == "wie lang ist die kündigungsfrist?"
    assert tidy("anual2", meant) == "anual2"
