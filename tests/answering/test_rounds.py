"""Searches in steps: a model says what to look up next, and code takes no word that is invented."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.answering.ask import Ask
from app.answering.assistant import AnswerStream, Assistant
from app.answering.confidence import BUILT_IN
from app.answering.events import Event, Finished, ModelName, Searching
from app.answering.language import codes, names, numbers, words
from app.answering.language_model import ChatModel
from app.answering.rounds import MOST_ROUNDS, TOKENS, read_search
from app.engine.client import Completion, Usage
from app.engine.models import default_embedder
from app.engine.templates import chat_template
from app.engine.tokenizer import Tokenizer
from app.settings import AnswerSettings, load_settings
from vectorstore.index import Index
from vectorstore.loading import load_embedder
from vectorstore.records import Chunk, Hit, NewDocument
from vectorstore.scope import Scope

QUESTION = "Who approves invoices of the firm that cleans the canteen?"
DOCUMENTS = {
    "canteen.md": "The canteen is cleaned by Brightwell Services, five evenings a week.",
    "suppliers.md": "Invoices of Brightwell Services are approved by Odile Marchetti.",
    "cars.md": "Cars are washed on Friday. Keys hang at the gate.",
}


class Said(Completion):
    """A text, piece by piece."""

    def __init__(self, text: str) -> None:
        self.usage, self.finish_reason = Usage(0, 7, 0), "stop"
        self._words = iter(text.split(" "))

    def __next__(self) -> str:
        return f"{next(self._words)} "

    def close(self) -> None:
        pass


class SearchingModel:
    """Implements `LanguageModel`: `searches` in turn when asked for one, else an answer."""

    def __init__(self, *searches: str) -> None:
        self.searches = list(searches)
        self.asked = 0

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
        if max_tokens == TOKENS:
            self.asked += 1
            return Said(self.searches.pop(0))
        return Said("Invoices of Brightwell Services are approved by Odile Marchetti [1].")


@pytest.fixture(scope="module")
def ask(
    tmp_path_factory: pytest.TempPathFactory, starter_gguf: Path
) -> Iterator[Callable[..., AnswerStream[Event]]]:
    index = Index.open(
        tmp_path_factory.mktemp("index"), load_embedder(default_embedder(load_settings()))
    )
    for name, text in DOCUMENTS.items():
        new = NewDocument("general", name, name, "0" * 64, "upload", None, "")
        index.put(new, [Chunk(text, None, "")])
    template = chat_template(Tokenizer(starter_gguf))

    def ask(model: SearchingModel, *, weak: bool = False) -> AnswerStream[Event]:
        chat = ChatModel(model, template, ModelName("fake", ""), 2048, weak)
        # So much is demanded that no first search is enough.
        assistant = Assistant(index, chat, AnswerSettings(refuse_below=1.0), BUILT_IN)
        return assistant.ask(Ask(QUESTION, Scope(("general",))))

    yield ask
    index.close()


def test_what_the_passages_name_is_searched_for_and_stands_in_the_answer(ask) -> None:
    model = SearchingModel("Brightwell Services invoices approved", "NOTHING")
    events = list(ask(model))
    steps = [one for one in events if isinstance(one, Searching) and one.step]
    assert [one.question for one in steps] == ["Brightwell Services invoices approved"]
    assert isinstance(events[-1], Finished)
    answer = events[-1].answer
    assert answer.steps == ("Brightwell Services invoices approved",)
    assert [aside.strip() for aside in answer.asides] == [*answer.steps, "NOTHING"]
    assert len(answer.searches) == 2
    assert "asides" not in answer.public()
    assert answer.public()["steps"] == answer.steps


@pytest.mark.parametrize(
    "written",
    ["NOTHING", "", "Oslo", "invoices in Oslo", QUESTION, "Brightwell 2024 invoices"],
)
def test_a_search_that_is_none_or_is_invented_ends_it(ask, written: str) -> None:
    model = SearchingModel(written)
    events = list(ask(model))
    assert not any(isinstance(one, Searching) and one.step for one in events)
    assert model.asked == 1
    assert isinstance(events[-1], Finished)


def test_the_rounds_are_bounded(ask) -> None:
    model = SearchingModel("Brightwell Services invoices", "Odile Marchetti", "keys gate", "cars")
    list(ask(model))
    assert model.asked == MOST_ROUNDS


def test_a_weak_model_is_not_asked_what_to_search_for(ask) -> None:
    model = SearchingModel()
    events = list(ask(model, weak=True))
    assert model.asked == 0
    assert isinstance(events[-1], Finished)


def test_a_closed_stream_searches_no_further(ask) -> None:
    model = SearchingModel("Brightwell Services invoices", "Odile Marchetti")
    stream = ask(model)
    seen = []
    for event in stream:
        seen.append(event)
        if isinstance(event, Searching) and event.step:
            stream.close()
    assert not isinstance(seen[-1], Finished)


@given(st.text(max_size=120), st.text(max_size=60), st.text(max_size=60))
def test_a_search_brings_no_name_and_no_number_of_its_own(
    written: str, question: str, text: str
) -> None:
    hit = Hit("a.md", None, "", text, 0.0, "1", "general", 0)
    search = read_search(written, question, [question], [hit])
    if search is not None:
        known = f"{question} a.md  {text}"
        assert numbers(search) | codes(search) <= numbers(known) | codes(known)
        assert names(search) <= set(words(known))
        assert "\n" not in search


def test_a_first_word_that_is_no_known_name_is_left_out() -> None:
    hit = Hit("a.md", None, "", "Brightwell cleans.", 0.0, "1", "general", 0)
    assert read_search("Contract with Brightwell", "Who?", [], [hit]) == "with Brightwell"
