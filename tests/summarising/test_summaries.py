"""Summaries: every point is proved, every part is read, and a stop is a stop."""

import itertools
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from app.answering.events import ModelName
from app.answering.language_model import ChatModel
from app.answering.summarising.summariser import MOST_POINTS, Summariser
from app.answering.summarising.summary import (
    Joining,
    NothingToSummarise,
    ReadingPart,
    Summarised,
    Summary,
    SummaryEvent,
)
from app.engine.client import Completion, Usage
from app.engine.models import default_embedder
from app.engine.templates import chat_template
from app.engine.tokenizer import Tokenizer
from app.settings import load_settings
from app.workspace.wiring import open_workspace
from vectorstore.faults import UnknownName
from vectorstore.index import Index
from vectorstore.loading import load_embedder
from vectorstore.records import Chunk, DocumentRecord, NewDocument
from vectorstore.scope import Scope

SAMPLES = Path(__file__).parents[1] / "samples"
WINDOW = 1024
TOWNS = "Graz Galway Ghent Lyon Porto Turin Malmo Bergen Aarhus Tartu Gdynia Split Varna".split()


class FakeCompletion(Completion):
    """Says a text in pieces; remembers that it was closed."""

    def __init__(self, text: str) -> None:
        self.usage = None
        self.finish_reason = None
        self.closed = False
        self._words = iter(re.findall(r"\S+\s*", text))

    def __next__(self) -> str:
        if self.closed:
            raise StopIteration
        try:
            return next(self._words)
        except StopIteration:
            self.finish_reason, self.usage = "stop", Usage(0, 7, 0)
            raise

    def close(self) -> None:
        self.closed = True


class CopyingModel:
    """Implements `LanguageModel`: repeats first sentences of what it is shown, and invents one."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        self.prompts: list[str] = []
        self.rooms: list[int] = []
        self.said: list[FakeCompletion] = []
        self.invents_only = False

    def complete(
        self,
        prompt: Sequence[int],
        *,
        max_tokens: int,
        stop: Sequence[str] = (),
        person: str = "",
        reproducible: bool = False,
        background: bool = False,
    ) -> Completion:
        shown = self._tokenizer.decode(prompt)
        self.prompts.append(shown)
        self.rooms.append(len(prompt) + max_tokens)
        passages = re.findall(r"^\[(\d+)\].*\n(.+?[.])(?:\s|$)", shown, re.MULTILINE)
        points = [f"- {text} [{number}]" for number, text in passages[:5]]
        if self.invents_only:
            points = []
        points.append("- The chairman resigned on 3 March 1999 over the Zanzibar affair. [1]")
        self.said.append(FakeCompletion("Here are the points:\n" + "\n".join(points)))
        return self.said[-1]


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    opened = Index.open(
        tmp_path_factory.mktemp("index"), load_embedder(default_embedder(load_settings({})))
    )
    chunks = [
        Chunk(
            f"The works in {town} made {1000 + 17 * year} meters in {year}. {_filler(town, year)}",
            page=number + 1,
            heading=f"{town} > {year}",
        )
        for number, (town, year) in enumerate(itertools.product(TOWNS, range(2016, 2022)))
    ]
    opened.put(NewDocument("general", "long.pdf", "Works", "0" * 64, "x", len(chunks), ""), chunks)
    opened.put(NewDocument("general", "scan.pdf", "", "1" * 64, "x", 1, "no text layer"), [])
    yield opened
    opened.close()


def _filler(town: str, year: int) -> str:
    return " ".join(
        f"Hall {hall} of {town} was painted and its {hall + 3} machines were serviced in {year}."
        for hall in range(2, 5)
    )


@pytest.fixture(scope="module")
def tokenizer(starter_gguf: Path) -> Tokenizer:
    return Tokenizer(starter_gguf)


@pytest.fixture
def model(tokenizer: Tokenizer) -> CopyingModel:
    return CopyingModel(tokenizer)


def _chat(model: CopyingModel, tokenizer: Tokenizer, window: int = WINDOW) -> ChatModel:
    return ChatModel(model, chat_template(tokenizer), ModelName("fake", ""), window, weak=False)


def _record(index: Index, name: str) -> DocumentRecord:
    record = index.document("general", name)
    assert record is not None
    return record


def _summary(events: Sequence[SummaryEvent]) -> Summary:
    last = events[-1]
    assert isinstance(last, Summarised)
    return last.summary


def _proved(summary: Summary, index: Index) -> bool:
    """Whether the points cite passages that hold the quotes and all their numbers."""
    citations = {citation.n: citation for citation in summary.citations}
    for point in summary.points:
        assert point.citations
        for number in point.citations:
            chunk = index.chunk(citations[number].chunk_id)
            assert chunk is not None
            assert chunk.page == citations[number].page
            assert citations[number].quote in chunk.text
            assert set(re.findall(r"\d+", point.text)) <= set(re.findall(r"\d+", chunk.text))
    return bool(summary.points)


def test_a_document_beyond_the_window_is_read_whole_in_parts_that_fit(
    index: Index, model: CopyingModel, tokenizer: Tokenizer
) -> None:
    record = _record(index, "long.pdf")
    events = list(Summariser(index, _chat(model, tokenizer)).summarise(record))
    steps = [event for event in events if isinstance(event, ReadingPart)]
    summary = _summary(events)
    assert len(steps) == summary.parts > 5
    assert [step.part for step in steps] == list(range(1, summary.parts + 1))
    assert {step.parts for step in steps} == {summary.parts}
    assert any(isinstance(event, Joining) for event in events)
    read = "".join(model.prompts[: summary.parts])
    for town, year in itertools.product(TOWNS, range(2016, 2022)):
        assert read.count(f"The works in {town} made {1000 + 17 * year} meters in {year}.") == 1
    assert max(model.rooms) <= WINDOW
    assert summary.usage.dropped.passages == 0
    assert summary.usage.completion_tokens == 7 * len(model.prompts)
    assert len(model.prompts) > summary.parts  # the points were joined by the model too


def test_points_are_few_and_each_is_proved(
    index: Index, model: CopyingModel, tokenizer: Tokenizer
) -> None:
    record = _record(index, "long.pdf")
    summary = _summary(list(Summariser(index, _chat(model, tokenizer)).summarise(record)))
    assert 4 <= len(summary.points) <= MOST_POINTS
    assert _proved(summary, index)
    assert not any("Zanzibar" in point.text for point in summary.points)
    assert not any(point.quoted for point in summary.points)
    pages = [citation.page or 0 for citation in summary.citations]
    assert pages == sorted(pages)
    assert [citation.n for citation in summary.citations] == list(range(1, len(pages) + 1))


def test_where_the_model_only_invents_the_document_is_quoted(
    index: Index, model: CopyingModel, tokenizer: Tokenizer
) -> None:
    model.invents_only = True
    record = _record(index, "long.pdf")
    summary = _summary(list(Summariser(index, _chat(model, tokenizer)).summarise(record)))
    assert _proved(summary, index)
    assert all(point.quoted for point in summary.points)


def test_a_passage_longer_than_the_window_is_told(
    index: Index, model: CopyingModel, tokenizer: Tokenizer
) -> None:
    chat = _chat(model, tokenizer, window=330)
    record = _record(index, "long.pdf")
    summary = _summary(list(Summariser(index, chat).summarise(record)))
    assert max(model.rooms) <= 330
    assert summary.usage.dropped.passages > 0
    assert _proved(summary, index)


def test_a_stop_ends_the_engine_and_the_stream(
    index: Index, model: CopyingModel, tokenizer: Tokenizer
) -> None:
    stream = Summariser(index, _chat(model, tokenizer)).summarise(_record(index, "long.pdf"))
    for event in stream:
        if isinstance(event, ReadingPart) and event.part == 3:
            break
    next(stream)
    stream.close()
    assert list(stream) == []
    assert len(model.said) == 3
    assert model.said[-1].closed


def test_a_document_without_text_says_why(
    index: Index, model: CopyingModel, tokenizer: Tokenizer
) -> None:
    with pytest.raises(NothingToSummarise, match=r"scan\.pdf.*no text layer"):
        list(Summariser(index, _chat(model, tokenizer)).summarise(_record(index, "scan.pdf")))


def test_the_starter_model_gives_key_sentences_with_their_pages(tmp_path: Path) -> None:
    with open_workspace(load_settings({"home": tmp_path}), "test") as home:
        home.ingest([SAMPLES / "travel-policy.docx"], space="general")
        home.ingest([SAMPLES / "travel-policy.docx"], space="copies")
        with pytest.raises(UnknownName, match="copies, general"):
            home.summarise("travel-policy.docx")
        with pytest.raises(UnknownName, match=r"nowhere\.pdf"):
            home.summarise("nowhere.pdf")
        events = list(home.summarise("travel-policy.docx", scope=Scope(("general",))))
        summary = _summary(events)
        assert isinstance(events[0], ReadingPart)
        assert 5 <= len(summary.points) <= MOST_POINTS
        assert _proved(summary, home.index)
        assert all(point.quoted and point.text[-1] in ".!?" for point in summary.points)
        assert len({citation.heading for citation in summary.citations}) > 3
