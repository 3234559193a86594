"""Passages and answers as short as a test needs them."""

from collections.abc import Callable

import pytest

from app.answering.events import Answer, AnswerSentence, Citation, ModelName, Usage
from vectorstore.records import Hit


def make_hit(
    text: str, document: str = "handbook.pdf", page: int | None = 1, chunk_id: str = "c1"
) -> Hit:
    return Hit(document, page, "", text, 1.0, chunk_id, "general", 0)


def make_answer(
    text: str = "",
    *,
    found: bool = True,
    confidence: float = 0.9,
    citations: tuple[Citation, ...] = (),
    passages: tuple[Hit, ...] = (),
    supported: bool = True,
) -> Answer:
    numbers = tuple(citation.n for citation in citations)
    return Answer(
        id="1",
        question="?",
        answer=text + "".join(f" [{n}]" for n in numbers),
        found=found,
        quoted=False,
        confidence=confidence,
        sentences=[AnswerSentence(text, numbers, supported)],
        citations=list(citations),
        passages=list(passages),
        usage=Usage(4096, 10, 5),
        timings={"search_s": 0.1, "first_token_s": 0.2, "total_s": 0.4},
        model=ModelName("test", ""),
        signals={"coverage": confidence},
    )


def make_citation(hit: Hit, n: int = 1, quote: str = "") -> Citation:
    return Citation(n, hit.document, hit.page, "", quote or hit.text, hit.chunk_id, hit.space)


@pytest.fixture
def hit() -> Callable[..., Hit]:
    return make_hit


@pytest.fixture
def answer() -> Callable[..., Answer]:
    return make_answer


@pytest.fixture
def citation() -> Callable[..., Citation]:
    return make_citation
