"""Says which document "it" is: of a question that is asked of every document, its title."""

import re

from vectorstore.languages import any_of

_LONGEST = 80  # characters of a title that names something; a longer one is a sentence
_NOT_SAYING = re.compile(
    rf"^({any_of(lambda language: language.questionnaires.empty_titles)})", re.IGNORECASE
)
_POINTING = re.compile(
    rf"\b(?P<owner>{any_of(lambda language: language.questionnaires.owners)})\b"
    rf"|\b(?:{any_of(lambda language: language.questionnaires.documents)})\b",
    re.IGNORECASE,
)
# "Is it allowed to …": that is no document.
_EMPTY = re.compile(any_of(lambda language: language.questionnaires.empty_subjects), re.IGNORECASE)
# What comes behind one of these may be what is pointed at: "the warranty, and how long is it?"
_OTHER = re.compile(
    rf"\b(?:{any_of(lambda language: language.questionnaires.other_things)})\s+\w", re.IGNORECASE
)


def about(question: str, title: str) -> str:
    """The question with `title` where it first points at the document; else as it is.

    Only where nothing else can be meant. A question that leans on nothing is found by its own
    words, and a title would pull the search to the document's beginning.
    """
    title = " ".join(title.split())
    if not title or len(title) > _LONGEST or _NOT_SAYING.match(title):
        return question
    found = _POINTING.search(question)
    if found is None or _EMPTY.match(question, found.start()):
        return question
    if _OTHER.search(question[: found.start()]):
        return question
    named = title
    if found["owner"]:
        named += "'" if title.endswith("s") else "'s"
    return question[: found.start()] + named + question[found.end() :]
