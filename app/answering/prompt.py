"""The prompt of one question: which passages, which words, and how they fit the model's window."""

from collections.abc import Callable, Sequence

import prompts
from app.answering.ask import Ask
from app.answering.context import Context, found_alone, with_surroundings
from app.answering.distrust import unmarked
from app.answering.events import Answer
from app.answering.in_progress import AnswerInProgress
from app.answering.language_model import ChatModel
from app.answering.plan import Kind, Plan
from app.answering.window import FittedPrompt, NumberedPassage, fit
from app.settings import AnswerSettings
from vectorstore.records import Hit

WEAK_READS = 3  # passages for a weak model: more only distract it, and cost its user seconds
USUAL_READS = 150.0  # tokens a second that a model without a self-test is taken to read
WIDER = 2  # times as many passages, where a reader asks again for more
LONGER = 2  # times as much room for an answer, where a reader asks for a longer one
LABEL_TOKENS = 24  # of a passage's number, document and headings


class Prompting:
    """Makes the prompts of one model."""

    def __init__(self, model: ChatModel, settings: AnswerSettings) -> None:
        self._model = model
        self._settings = settings

    def context(
        self, hits: Sequence[Hit], section: Callable[[Hit], Sequence[Hit]], *, wide: bool = False
    ) -> Context:
        """What of the passages found, and of the sections around them, the model is given.

        A strong one gets as much as it reads before its first words are due, at most a window.
        `wide` doubles all of it, also the time.
        """
        times = WIDER if wide else 1
        if self._model.weak:
            return found_alone(hits[: WEAK_READS * times])
        speed = times * (self._model.reads or USUAL_READS)
        return with_surroundings(
            hits,
            section,
            lambda hit: self._model.template.count(hit.text) + LABEL_TOKENS,
            room=min(int(speed * self._settings.reading_s), self._model.context_window),
            most=times * self._settings.passages,
        )

    def follows(self, ask: Ask) -> bool:
        """Whether the model is told how to write. A weak one is kept to what it can."""
        return bool(ask.style) and not self._model.weak

    def fitted(self, answer: AnswerInProgress) -> FittedPrompt:
        """The prompt that asks for the answer. Raises QuestionTooLong."""
        ask = answer.ask
        passages = [
            numbered(answer.numbering.of(hit), answer.data[hit.chunk_id].hit)
            for hit in answer.context.ranked
        ]
        instruction = ask.instruction or ("" if self._model.weak else _form(answer.plan))
        style = prompts.render("style", style=ask.style) if self.follows(ask) else ""
        longer = prompts.render("longer") if ask.longer and not self._model.weak else ""
        said = "\n".join(filter(None, (ask.question, instruction, longer, style)))
        room = self._settings.max_tokens * (LONGER if longer else 1)
        return self.fitted_words(said, passages, ask.history, room)

    def fitted_words(
        self,
        question: str,
        passages: Sequence[NumberedPassage] = (),
        history: Sequence[Answer] = (),
        answer_tokens: int | None = None,
    ) -> FittedPrompt:
        """The prompt that asks `question` over these passages. Raises QuestionTooLong."""
        return fit(
            self._model.template,
            # A weak model is kept to what it can: more words of it are only more mistakes.
            system=prompts.render("answer_system_brief" if self._model.weak else "answer_system"),
            question=question,
            history=history[-1].turns if history else (),
            passages=passages,
            window=self._model.context_window,
            answer_tokens=answer_tokens or self._settings.max_tokens,
            render_user=render_user,
        )


def _form(planned: Plan) -> str:
    """What a model is told of the form of its answer; "" where any form will do."""
    things = ", ".join(planned.compared or planned.parts)
    match planned.kind:
        case Kind.COMPARISON | Kind.FACTS:
            return prompts.render(f"kind_{planned.kind.value}", things=things)
        case Kind.LIST | Kind.PROCEDURE | Kind.YES_NO | Kind.WRITING:
            return prompts.render(f"kind_{planned.kind.value}")
        case _:
            return ""


def render_user(passages: Sequence[NumberedPassage], question: str) -> str:
    """The words of one turn: the passages that are new in it, then the question."""
    if not passages:
        return question
    listed = "\n\n".join(
        prompts.render("passage", number=str(p.number), label=p.label, text=p.text)
        for p in passages
    )
    return prompts.render("answer_user", passages=listed, question=question)


def numbered(number: int, hit: Hit) -> NumberedPassage:
    """A passage as prompts show it."""
    label = hit.document
    if hit.page is not None:
        label += f", page {hit.page}"
    if hit.heading:
        label += f", {hit.heading}"
    return NumberedPassage(number, unmarked(hit.text), label)
