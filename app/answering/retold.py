"""A conversation that whoever asks keeps and tells again: nothing in it was drawn from here."""

import re
from collections.abc import Iterable

from app.answering.events import Answer, ModelName, Usage
from app.answering.window import PastTurn

_MARK = re.compile(r" ?\[\d{1,4}\]")  # numbers of passages that this turn does not have


def retold(turns: Iterable[tuple[str, str]]) -> tuple[Answer, ...]:
    """Pairs of question and answer, oldest first, as the history of the next question.

    The answers' words were not checked here: they say what is talked about, and support nothing.
    """
    made: list[Answer] = []
    for question, text in turns:
        plain = _MARK.sub("", text)
        before = made[-1].turns if made else ()
        made.append(
            Answer(
                id="",
                question=question,
                answer=plain,
                found=True,
                quoted=False,
                confidence=0.0,
                sentences=(),
                citations=(),
                passages=(),
                usage=Usage(0, 0, 0),
                timings={},
                model=ModelName("", ""),
                turns=(*before, PastTurn(question, plain)),
                retold=True,
            )
        )
    return tuple(made)
