"""Flags that say which documents a command is about."""

from argparse import Namespace
from collections.abc import Sequence

import pytest

from app.cli import build_parser
from app.commands.choosing import names_of, scope_of
from vectorstore.faults import UnknownName
from vectorstore.records import About, DocumentRecord
from vectorstore.scope import Scope

_DOCUMENTS = [
    DocumentRecord("hr", "a.pdf", "A", "0", "x", 1, 1, "", "2026", About(type="policy")),
    DocumentRecord("hr", "b.pdf", "B", "1", "x", 1, 1, "", "2026", About(type="contract")),
    DocumentRecord("law", "c.pdf", "C", "2", "x", 1, 1, "", "2026", About(type="contract")),
]


def _catalogue(spaces: Sequence[str] | None) -> list[DocumentRecord]:
    return [one for one in _DOCUMENTS if spaces is None or one.space in spaces]


def _said(*flags: str) -> Namespace:
    return build_parser().parse_args(["ask", "What?", *flags])


def test_flags_choose_documents() -> None:
    assert scope_of(_said(), _catalogue) == Scope()
    assert scope_of(_said("--type", "contract"), _catalogue) == Scope(
        None, (("hr", "b.pdf"), ("law", "c.pdf"))
    )
    both = _said("--type", "contract", "--space", "law", "--document", "c.pdf")
    assert scope_of(both, _catalogue) == Scope(("law",), (("law", "c.pdf"),))
    assert names_of(_said("--name", "a"), _catalogue) == ["a.pdf"]
    assert names_of(_said("--document", "x.pdf"), _catalogue) == ["x.pdf"]
    assert names_of(_said(), _catalogue) is None


@pytest.mark.parametrize(
    "flags",
    [
        ("--type", "letter"),
        ("--type", "poem"),
        ("--since", "May"),
        ("--type", "policy", "--space", "law"),
    ],
)
def test_a_choice_that_no_document_meets_is_said(flags: tuple[str, ...]) -> None:
    with pytest.raises(UnknownName):
        scope_of(_said(*flags), _catalogue)
