"""A deleted document's pictures are gone from memory at once."""

from pathlib import Path
from typing import BinaryIO

import pytest
from sources_pages.conftest import SAMPLES

from app.people.sources.rendering import PageRenderer

HANDBOOK = SAMPLES / "employee-handbook.pdf"


def test_a_forgotten_page_is_drawn_again_or_not_at_all() -> None:
    renderer = PageRenderer()
    kept = renderer.draw("a", 1, lambda: HANDBOOK.open("rb"))
    assert renderer.draw("a", 1, _not_opened) is kept
    assert renderer.forget("b") == 0
    assert renderer.forget("a") == 1
    with pytest.raises(FileNotFoundError):
        renderer.draw("a", 1, _not_opened)


def test_what_was_being_drawn_during_a_deletion_is_not_kept() -> None:
    renderer = PageRenderer()

    def deleted_meanwhile() -> BinaryIO:
        renderer.forget("a")
        return HANDBOOK.open("rb")

    renderer.draw("a", 1, deleted_meanwhile)
    with pytest.raises(FileNotFoundError):
        renderer.draw("a", 1, _not_opened)


def _not_opened() -> BinaryIO:
    return Path("not-there").open("rb")
