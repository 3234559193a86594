"""What one may ask: questions that the documents answer, made by rule and never by the model.

They are of the passages that were found and not used in the answer, or of the documents of an empty
chat. So nobody is offered a question about what they may not read.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import zip_longest
from pathlib import PurePosixPath

from app.answering.askable import Askable, Kind, askable
from app.answering.language import telling_words
from app.people.conversations.turns import SavedTurn
from app.web.chat.view import is_talk, outcome
from vectorstore.languages import language, language_of
from vectorstore.records import DocumentRecord, Hit

MOST = 3
_LONGEST_NAME = 60
_UNTOLD = "-_"  # of a file's name


def suggestions(turns: Sequence[SavedTurn]) -> list[str]:
    """Return up to MOST questions that the passages of the last of `turns` answer.

    They are of the documents that the answer cites; of others, which may be about anything, only
    where it cites none. What the conversation has asked or told already is left out, and nothing
    follows an answer that was not found: what was read then is about something else.
    """
    answer = turns[-1].answer if turns else None
    if answer is None or turns[-1].withheld or is_talk(answer) or outcome(answer) == "not_found":
        return []
    cited = [citation.document for citation in answer.citations]
    passages = [hit for hit in answer.passages if hit.document in cited or not cited]
    told = [
        " ".join(citation.quote.split())
        for turn in turns
        if turn.answer is not None
        for citation in turn.answer.citations
    ]
    asked = [set(telling_words(turn.question)) for turn in turns]
    offered = [
        [one for one in askable(hit.text, hit.heading) if not _known(one, asked, told)]
        for hit in passages
    ]
    found = varied(offered, MOST)
    if len(found) < 2 and cited:
        found.append(_main_points(cited[0], next(iter(told), "")))
    return [one for one in found if one and not set(telling_words(one)) <= set().union(*asked)]


def examples(documents: Iterable[tuple[DocumentRecord, Sequence[Hit]]], most: int) -> list[str]:
    """Up to `most` questions that these documents answer, one of each as far as there are."""
    offered: list[list[Askable]] = []
    read: list[tuple[DocumentRecord, Sequence[Hit]]] = []
    for document, hits in documents:
        offered.append([one for hit in hits for one in askable(hit.text, hit.heading)])
        read.append((document, hits))
    found = varied(offered, most)
    for (document, hits), questions in zip(read, offered, strict=True):
        if len(found) < most and not questions and hits and document.about.type != "table":
            found.append(_main_points(document.title or document.name, hits[-1].text))
    return [one for one in found if one]


def varied(offered: Sequence[Sequence[Askable]], most: int) -> list[str]:
    """Up to `most` questions, one of each group and each kind as far as there are."""
    found: dict[str, Kind] = {}
    groups: set[int] = set()
    for other_kinds, other_groups in ((True, True), (True, False), (False, True), (False, False)):
        for group, one in _in_turns(offered):
            fits = (not other_kinds or one.kind not in found.values()) and (
                not other_groups or group not in groups
            )
            # Several cells of one table are no choice.
            if fits and len(found) < most and not (one.kind == "cell" and "cell" in found.values()):
                found.setdefault(one.question, one.kind)
                groups.add(group)
    return list(found)


def _in_turns(offered: Sequence[Sequence[Askable]]) -> Iterator[tuple[int, Askable]]:
    """The first of every group, then the second, with their groups' numbers."""
    for row in zip_longest(*offered):
        yield from ((group, one) for group, one in enumerate(row) if one is not None)


def _known(one: Askable, asked: Iterable[set[str]], told: Iterable[str]) -> bool:
    """Whether the conversation has asked it, or told what answers it."""
    words = set(telling_words(one.question))
    answer = " ".join(one.answer.split())
    return any(words <= known for known in asked) or any(
        answer in quote or quote in answer for quote in told if quote
    )


def _main_points(document: str, text: str) -> str:
    """Asks for a document's main points, in its language; "" where it has no name to speak of."""
    name = spoken(document)
    if len(name) > _LONGEST_NAME:
        return ""
    return language(language_of(text).code).turning.points.format(document=name)


def spoken(document: str, untold: Collection[str] = _UNTOLD) -> str:
    """A document's name as one says it: "employee handbook" for hr/employee-handbook.pdf."""
    path = PurePosixPath(document)
    known = len(path.suffix) in range(2, 7) and " " not in path.suffix
    stem = path.stem if known else document
    return " ".join("".join(" " if letter in untold else letter for letter in stem).split())
