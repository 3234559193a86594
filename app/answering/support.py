"""Which passage supports a sentence, decided by code: words, numbers, names and denial."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from app.answering.language import content_stems, names, negated, numbers, sentences, words

# Share of a sentence's content words that its evidence must hold. Two thirds leaves room for a
# paraphrase's verbs; numbers and names have no such room: all of them must be there.
ENOUGH_WORDS = 0.66
ENOUGH_OVERALL = 0.5


@dataclass(frozen=True, slots=True)
class Support:
    """The evidence for one sentence: `passage` is an index into the passages given."""

    passage: int
    quote: str
    coverage: float  # share of the sentence's content words that the quote holds, 0 to 1


def find_support(sentence: str, passages: Sequence[str], question: str = "") -> Support | None:
    """Return the best evidence for `sentence`, or None if no passage supports it.

    The evidence is one sentence of a passage or two that follow each other. Numbers and names
    of the sentence must stand in it (a name may come from the question: "Does Anna…"), and a
    denial must be a denial on both sides.
    """
    wanted = set(content_stems(sentence))
    if not wanted:
        return None
    needed_numbers = numbers(sentence)
    needed_names = names(sentence) - set(words(question))
    fresh = wanted - set(content_stems(question))
    best: Support | None = None
    for index, passage in enumerate(passages):
        if not needed_numbers <= numbers(passage):
            continue
        for quote in _windows(passage):
            held = set(content_stems(quote))
            coverage = len(wanted & held) / len(wanted)
            if best and coverage <= best.coverage:
                continue
            # What the sentence adds to the question must be in the evidence; the question's own
            # words may stand in the sentence before ("They get 25 days.").
            if len(fresh & held) < ENOUGH_WORDS * len(fresh) or coverage < ENOUGH_OVERALL:
                continue
            if not needed_numbers <= numbers(quote) or not needed_names <= set(words(quote)):
                continue
            if negated(sentence) != negated(quote):
                continue
            best = Support(index, quote, coverage)
    return best


def _windows(passage: str) -> list[str]:
    """Single sentences first, so that the shortest evidence wins a tie.

    Two sentences make one piece of evidence only inside a paragraph: two rows of a table joined
    would let the number of one row support the name of another.
    """
    paragraphs = [sentences(line) for line in passage.splitlines()]
    single = [sentence for paragraph in paragraphs for sentence in paragraph]
    pairs = [f"{a} {b}" for paragraph in paragraphs for a, b in pairwise(paragraph)]
    return single + pairs
