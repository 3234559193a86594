"""The chat model as answering sees it: an engine that completes prompts, and what belongs to it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from app.answering.events import ModelName
from app.engine.client import Completion
from app.engine.templates import ChatTemplate


class LanguageModel(Protocol):
    """What the assistant needs of an engine; `app.engine.client.EngineClient` is one."""

    def complete(
        self,
        prompt: Sequence[int],
        *,
        max_tokens: int,
        stop: Sequence[str] = (),
        person: str = "",
        reproducible: bool = False,
        background: bool = False,
    ) -> Completion: ...


class PatientEngine:
    """A language model that answers everybody else's requests before these."""

    def __init__(self, engine: LanguageModel) -> None:
        self._engine = engine

    def complete(
        self,
        prompt: Sequence[int],
        *,
        max_tokens: int,
        stop: Sequence[str] = (),
        person: str = "",
        reproducible: bool = False,
        background: bool = True,
    ) -> Completion:
        del background
        exact = {"reproducible": True} if reproducible else {}
        return self._engine.complete(
            prompt, max_tokens=max_tokens, stop=stop, person=person, background=True, **exact
        )


class ExactEngine:
    """A language model that gives the same tokens for a prompt whatever else it is asked."""

    def __init__(self, engine: LanguageModel) -> None:
        self._engine = engine

    def complete(
        self,
        prompt: Sequence[int],
        *,
        max_tokens: int,
        stop: Sequence[str] = (),
        person: str = "",
        reproducible: bool = True,
        background: bool = False,
    ) -> Completion:
        del reproducible, background
        return self._engine.complete(
            prompt, max_tokens=max_tokens, stop=stop, person=person, reproducible=True
        )


@dataclass(frozen=True, slots=True)
class ChatModel:
    """A language model with all that belongs to it."""

    engine: LanguageModel
    template: ChatTemplate
    name: ModelName
    context_window: int
    weak: bool  # too small to trust its own words; quotations are preferred, passages are few
    reads: float = 0.0  # tokens a second on this machine, by its self-test; 0 where unknown
