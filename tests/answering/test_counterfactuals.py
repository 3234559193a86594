"""Of sentences that code swaps something in, at most 1 % is supported; of true ones 95 % are."""

from pathlib import Path

import pytest
from answering.counterfactuals import Case, make_cases, read_passages

from app.answering.support import find_support

TESTS = Path(__file__).parents[1]
DOCUMENTS = [
    "samples/employee-handbook.pdf",
    "samples/travel-policy.docx",
    "samples/price-list.xlsx",
    "corpus/works-council-minutes-2025.md",
    "faqs/documents/leave-and-absence.md",
    "long/px-pump-manual.docx",
]
EACH = 6  # of a kind and document


@pytest.fixture(scope="module")
def cases() -> list[Case]:
    paths = [TESTS / document for document in DOCUMENTS]
    return [
        case for path in paths for case in make_cases(path.name, read_passages(path), most=EACH)
    ]


def _supported(case: Case) -> bool:
    texts = [passage.text for passage in case.passages]
    above = [passage.above for passage in case.passages]
    # Who asks takes it for granted.
    return find_support(case.said, texts, f"{case.said.rstrip('.')}?", above) is not None


def test_what_is_swapped_is_not_supported(cases: list[Case]) -> None:
    swapped = [case for case in cases if not case.true]
    passed = [f"{case.kind}: {case.said}" for case in swapped if _supported(case)]
    assert len(swapped) > 200
    assert len(passed) <= 0.01 * len(swapped), passed


def test_what_is_true_is_supported(cases: list[Case]) -> None:
    true = [case for case in cases if case.true]
    refused = [f"{case.kind}: {case.said}" for case in true if not _supported(case)]
    assert len(true) > 100
    assert len(refused) <= 0.05 * len(true), refused
    assert not [said for said in refused if said.startswith("itself")]
