"""What a question takes for granted, and whether the documents say so.

Who asks when the warehouse burned down has said that it did. Where the evidence only tells that
it opened, an answer that quotes it has to say what the documents do not.
"""

from collections.abc import Iterator, Sequence

from app.answering.wording import Word, Wording, folded, holds, read
from vectorstore.languages import languages

_ASKING = {
    language.code: frozenset(map(folded, language.support.asking)) for language in languages()
}


def unheld_premise(question: str, evidence: str, around: Sequence[str] = ()) -> tuple[str, ...]:
    """The telling words of `question` that neither the evidence nor its surroundings hold.

    `around` is what is tied to the evidence: document and headings, the passage that it is of.
    The words come as the question writes them, in its order; () where all are held.
    """
    return tuple(word.raw for word in unheld(read(question), [evidence, *around]))


def unheld(asked: Wording, texts: Sequence[str]) -> list[Word]:
    """The same as words of the question, of what any of the texts holds."""
    held = [read(text) for text in texts if text]
    return [word for word in _premises(asked) if not any(holds(one, word) for one in held)]


def _premises(asked: Wording) -> Iterator[Word]:
    """The telling words that say something of the matter, and not of the answer that is wanted:
    "which supplier", "how many days" ask for one."""
    asking = frozenset[str]().union(*(_ASKING[code] for code in asked.languages))
    wanted = False
    for word in asked.words:
        if word in asked.telling and word.text not in asking and not wanted:
            yield word
        wanted = word.text in asking
