"""Text as it is kept: accents settled."""

import pytest

from ingest.clean import clean


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("f\u00a8ur die M\u00a8oglichkeit", "für die Möglichkeit"),  # as LaTeX sets it
        ("\u00a8Uber", "Über"),
        ("na\u0131\u0308ve", "na\u0131\u0308ve"),
        ("\u00a8 alone, and \u00a85", "\u00a8 alone, and \u00a85"),
    ],
)
def test_dots_before_their_letter_are_set_on_it(written: str, kept: str) -> None:
    assert clean(written) == (kept, 0)
