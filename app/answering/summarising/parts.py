"""Splits a long list of texts into parts, each of which is one prompt that fits the window."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from app.answering.window import FittedPrompt, NumberedPassage

_CHARS_PER_TOKEN = 6  # prose has about 4: what is offered at a time is more than what fits
_MOST = 200  # texts of one part: a model loses count of more


@dataclass(frozen=True, slots=True)
class Part:
    """A prompt with the texts from `start` up to `end`, under the numbers 1, 2, …"""

    start: int
    end: int
    prompt: FittedPrompt
    cut: bool  # its only text did not fit whole


def split(
    texts: Sequence[tuple[str, str]],
    window: int,
    write: Callable[[Sequence[NumberedPassage]], FittedPrompt],
) -> Iterator[Part]:
    """Split `texts`, each a label and a text, in their order; none is passed over or repeated.

    `write` makes the prompt of some passages, and leaves out or cuts what does not fit. A text of
    which not even a start fits is in no part.
    """
    start = 0
    while start < len(texts):
        offered = _offered(texts[start : start + _MOST], window)
        prompt = write(offered)
        held = {passage.number for passage in prompt.passages}
        count = next((n for n in range(len(offered)) if n + 1 not in held), len(offered))
        if count < len(held):  # a long text was passed over for a shorter one behind it
            prompt = write(offered[:count])
        if count:
            cut = prompt.passages[0].text != offered[0].text
            yield Part(start, start + count, prompt, cut)
        start += max(1, count)


def _offered(texts: Sequence[tuple[str, str]], window: int) -> list[NumberedPassage]:
    offered: list[NumberedPassage] = []
    room = window * _CHARS_PER_TOKEN
    for number, (label, text) in enumerate(texts, 1):
        if offered and len(text) > room:
            break
        offered.append(NumberedPassage(number, text, label))
        room -= len(text)
    return offered
