"""What in a passage can answer: sentences, and answers with the document's own question."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from app.answering.language import sentences
from vectorstore.languages import any_of
from vectorstore.records import Hit

FAR = 4  # pieces after a question that still answer it
LONGEST = 320  # characters of an answer that is quoted whole
FEWEST_ENTRIES = 4  # of a table of contents
_ENTRY = re.compile(r"[^:|;]{2,120}?(?:: | \| |[ .\u2026]{2,} ?)(\d{1,4})$")
_LABEL = re.compile(
    rf"^\W*(?:(?P<asks>{any_of(lambda language: language.questions.question_labels)})"
    rf"|{any_of(lambda language: language.questions.answer_labels)})\s*+\d{{0,3}}\s*+[:.)\]]\s+",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that can answer; `passage` is an index into the passages given.

    `asked` is the question that it answers in its document, a heading or the sentence before it,
    or ""; then it is a short answer as a whole ("Yes. They may come to ten per cent."). `quote`
    is what the passage holds in one piece: the question too where it stands there directly
    before. `far` counts the pieces between the question and this one.
    """

    passage: int
    sentence: str
    quote: str
    asked: str = ""
    far: int = 0

    @property
    def told(self) -> str:
        """The sentence with the question that it answers: "74 euros." says nothing by itself."""
        return f"{self.asked} {self.sentence}" if self.asked else self.sentence


def candidates(hits: Sequence[Hit]) -> Iterator[Candidate]:
    """Yield the hits' sentences in order; a question is one only where no answer follows it.

    A table of contents answers nothing.
    """
    for index, hit in enumerate(hits):
        if is_contents(hit.text):
            continue
        heading = hit.heading.rpartition(" > ")[2]
        yield from _of_passage(index, hit.text, heading if is_question(heading) else "")


def is_contents(passage: str) -> bool:
    """Whether a passage is a table of contents: titles with the numbers of their pages."""
    pages = [int(found[1]) for line in passage.splitlines() if (found := _ENTRY.match(line))]
    return (
        len(pages) >= FEWEST_ENTRIES
        and pages == sorted(pages)
        and len(pages) >= len([line for line in passage.splitlines() if line.strip()]) - 1
    )


def is_question(sentence: str) -> bool:
    """Whether a sentence asks, by its last sign or by the label before it."""
    label = _LABEL.match(sentence)
    return sentence.rstrip(" \"'”’»)*_").endswith("?") or bool(label and label["asks"])


def answered_pairs(passage: str) -> list[tuple[str, str]]:
    """Each question of a passage with the sentence after it, also from one line to the next."""
    return [
        (one, other)
        for one, other in pairwise(sentences(passage))
        if is_question(one) and not is_question(other)
    ]


def _of_passage(index: int, passage: str, asked: str) -> Iterator[Candidate]:
    pieces = [
        (row, sentence)
        for row, line in enumerate(passage.splitlines())
        for sentence in _labelled(sentences(line))
    ]
    flat = " ".join(passage.split())
    waiting: list[str] = []  # questions that nothing has answered yet
    verbatim = ""  # the question where it stands directly before the next sentence
    at = far = 0
    while at < len(pieces):
        row, sentence = pieces[at]
        at += 1
        asks = is_question(sentence)
        while (
            at < len(pieces)
            and pieces[at][0] == row
            and asks == is_question(pieces[at][1])
            and (asks or ((asked or waiting) and len(sentence + pieces[at][1]) < LONGEST))
        ):
            sentence += f" {pieces[at][1]}"  # "For how long? And where?", "No. Ask first."
            at += 1
        if asks:
            waiting.append(sentence)
            continue
        if len(waiting) == 1:
            asked, verbatim, far = _bare(waiting[0]), waiting[0], 0
        elif waiting:  # a checklist: what follows it answers none of them
            yield from (Candidate(index, one, one) for one in waiting)
            asked = ""
        waiting = []
        if asked and far < FAR:
            both = f"{verbatim} {sentence}"
            # A list item's mark between them is in no sentence: they are not in one piece then.
            quote = both if verbatim and both in flat else sentence
            yield Candidate(index, _bare(sentence), quote, asked, far)
            verbatim = ""
            far += 1
        else:
            yield Candidate(index, sentence, sentence)
    yield from (Candidate(index, one, one) for one in waiting)


def _labelled(pieces: Sequence[str]) -> Iterator[str]:
    """The sentences of a line, "Q3." with the one after it."""
    label = ""
    for piece in pieces:
        if not label and _LABEL.fullmatch(f"{piece} "):
            label = f"{piece} "
            continue
        yield label + piece
        label = ""
    if label:
        yield label.strip()


def _bare(sentence: str) -> str:
    """A sentence without the "Q:" or "A:" before it."""
    return _LABEL.sub("", sentence)
