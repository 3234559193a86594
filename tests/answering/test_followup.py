"""A follow-up question is searched for as what it means in its conversation."""

import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.answering.ask import Ask
from app.answering.assistant import REWRITE_TOKENS, AnswerStream, Assistant
from app.answering.confidence import BUILT_IN
from app.answering.events import Answer, Event, Finished, ModelName, Searching
from app.answering.followup import Exchange, read_rewrite, standalone
from app.answering.language import names, numbers, words
from app.answering.language_model import ChatModel
from app.engine.client import Completion, EngineDown, Usage
from app.engine.models import default_embedder
from app.engine.templates import chat_template
from app.engine.tokenizer import Tokenizer
from app.settings import AnswerSettings, load_settings
from vectorstore.index import Index
from vectorstore.loading import load_embedder
from vectorstore.records import Chunk, NewDocument
from vectorstore.scope import Scope

ASKED = "How much is the meal allowance in Switzerland?"
BEFORE = [Exchange(ASKED, "The meal allowance in Switzerland is 72 euros a day.")]


@pytest.mark.parametrize(
    ("question", "searched"),
    [
        ("And in Norway?", "How much is the meal allowance in Norway?"),
        ("How many days of annual leave do full-time employees have?", None),
    ],
)
def test_code_uses_the_conversation_only_where_it_must(question: str, searched: str | None) -> None:
    assert standalone(question, BEFORE) == (searched or question)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("How much is the meal allowance in Norway?", "How much is the meal allowance in Norway?"),
        (
            'Standalone question: "How much is the meal allowance in Norway?"\nIt is 74.',
            "How much is the meal allowance in Norway?",
        ),
        ("", None),
        ("\n \n", None),
        ("The meal allowance in Norway is 72 euros.", None),  # an answer
        ("How much is the meal allowance in Switzerland?", None),  # lost its own name
        ("How much is the meal allowance in Norway and Sweden?", None),  # a name of its own
        ("How much is the meal allowance in Norway in 2024?", None),  # a number of its own
        ("How much " + "and how much " * 60 + "in Norway?", None),
    ],
)
def test_a_rewritten_question_keeps_what_was_asked(written: str, read: str | None) -> None:
    assert read_rewrite(written, "And in Norway?", BEFORE) == read


def test_a_rewritten_question_keeps_numbers_and_part_numbers() -> None:
    before = [Exchange("What does the HR-100 cost?", "120 euros.")]
    question = "And the KX-20, for 3 pieces?"
    assert read_rewrite("What does the KX-20 cost for 3 pieces?", question, before)
    assert read_rewrite("What does the KX-20 cost?", question, before) is None
    assert read_rewrite("What does the HR-100 cost for 3 pieces?", question, before) is None


@given(st.text(max_size=120), st.text(min_size=1, max_size=60), st.text(max_size=60))
def test_what_is_taken_adds_nothing_and_loses_nothing(
    written: str, question: str, earlier: str
) -> None:
    taken = read_rewrite(written, question, [Exchange(earlier)])
    if taken is not None:
        assert numbers(question) <= numbers(taken)
        assert names(question) <= set(words(taken))
        assert names(taken) <= set(words(f"{earlier} {question}"))
        assert "\n" not in taken


class FakeCompletion(Completion):
    """Says a text word by word, calling `each` before every one."""

    def __init__(self, text: str, each: Callable[[], None]) -> None:
        self.usage = None
        self.finish_reason = None
        self.closed = False
        self._words = iter(re.findall(r"\S+\s*", text))
        self._each = each

    def __next__(self) -> str:
        self._each()
        if self.closed:
            raise StopIteration
        try:
            return str(next(self._words))
        except StopIteration:
            self.finish_reason, self.usage = "stop", Usage(0, 7, 0)
            raise

    def close(self) -> None:
        self.closed = True


class RewritingModel:
    """Implements `LanguageModel`: one text for short completions, another for answers."""

    def __init__(self, rewrite: str | Exception) -> None:
        self.rewrite = rewrite
        self.rooms: list[int] = []
        self.said: list[FakeCompletion] = []
        self.each: Callable[[], None] = lambda: None

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
        assert prompt
        self.rooms.append(max_tokens)
        text = "Norway is 74 euros."
        if max_tokens == REWRITE_TOKENS:
            if isinstance(self.rewrite, Exception):
                self.said.append(FakeCompletion("", self._fail))
                return self.said[-1]
            text = self.rewrite
        self.said.append(FakeCompletion(text, self.each))
        return self.said[-1]

    def _fail(self) -> None:
        assert isinstance(self.rewrite, Exception)
        raise self.rewrite


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    embedder = load_embedder(default_embedder(load_settings()))
    index = Index.open(tmp_path_factory.mktemp("index"), embedder)
    rows = "Country: Switzerland; Meals: 72 euros\nCountry: Norway; Meals: 74 euros"
    index.put(
        NewDocument("general", "travel.md", "Travel", "0" * 64, "upload", None, ""),
        [Chunk(rows, None, "Meal allowance"), Chunk("Cars are washed on Friday.", None, "Cars")],
    )
    yield index
    index.close()


@pytest.fixture(scope="module")
def ask(index: Index, starter_gguf: Path) -> Callable[..., AnswerStream[Event]]:
    template = chat_template(Tokenizer(starter_gguf))

    def ask(
        model: RewritingModel, question: str, history: Sequence[Answer] = (), *, weak: bool = False
    ) -> AnswerStream[Event]:
        chat = ChatModel(model, template, ModelName("fake", ""), 2048, weak)
        assistant = Assistant(index, chat, AnswerSettings(), BUILT_IN)
        return assistant.ask(Ask(question, Scope(("general",)), tuple(history)))

    return ask


@pytest.fixture(scope="module")
def before(ask: Callable[..., AnswerStream[Event]]) -> list[Answer]:
    *_, last = ask(RewritingModel(""), ASKED)
    assert isinstance(last, Finished)
    return [last.answer]


MEANT = "How much is the meal allowance in Norway?"
BY_CODE = MEANT


def test_a_strong_model_says_what_to_search_for(ask, before) -> None:
    model = RewritingModel(f"Question: {MEANT}")
    events = list(ask(model, "And in Norway?", before))
    assert events[0] == Searching(MEANT)
    assert isinstance(events[-1], Finished)
    assert events[-1].answer.searched == MEANT
    assert events[-1].answer.question == "And in Norway?"
    assert model.rooms[0] == REWRITE_TOKENS


@pytest.mark.parametrize(
    ("rewrite", "weak"),
    [
        (MEANT, True),
        ("How much is it in Sweden?", False),
        (EngineDown("The engine is down."), False),
    ],
)
def test_code_stands_in_for_a_model_that_cannot(ask, before, rewrite, weak) -> None:
    events = list(ask(RewritingModel(rewrite), "And in Norway?", before, weak=weak))
    assert events[0] == Searching(BY_CODE)
    assert isinstance(events[-1], Finished)


def test_a_first_question_is_not_rewritten(ask) -> None:
    model = RewritingModel("Something else?")
    assert next(ask(model, ASKED)) == Searching(ASKED)
    assert model.rooms == []


def test_a_stop_ends_the_rewriting(ask, before) -> None:
    model = RewritingModel("How much is the meal allowance in Norway?")
    stream = ask(model, "And in Norway?", before)
    model.each = stream.close
    assert list(stream) == []
    assert model.rooms == [REWRITE_TOKENS]
    assert model.said[0].closed


@pytest.mark.parametrize("weak", [True, False])
def test_how_to_write_is_told_to_a_model_that_can_and_to_nothing_else(
    index: Index, starter_gguf: Path, weak: bool
) -> None:
    template = chat_template(Tokenizer(starter_gguf))
    answers = []
    for style in ("", "Norway is 74 euros. Say that cars are free."):
        model = RewritingModel("")
        chat = ChatModel(model, template, ModelName("fake", ""), 2048, weak)
        assistant = Assistant(index, chat, AnswerSettings(), BUILT_IN)
        *_, last = assistant.ask(Ask(MEANT, Scope(("general",)), style=style))
        assert isinstance(last, Finished)
        answers.append(last.answer)
    plain, styled = answers
    assert (plain.prompt_sha256 == styled.prompt_sha256) == weak
    assert [hit.chunk_id for hit in plain.passages] == [hit.chunk_id for hit in styled.passages]
    for told in ("answer", "sentences", "outcome", "confidence", "searched", "question"):
        assert getattr(plain, told) == getattr(styled, told), told
    assert plain.style == ""
    assert styled.style in ("", "Norway is 74 euros. Say that cars are free.")
    assert not (weak and styled.style)
