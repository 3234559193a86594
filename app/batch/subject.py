"""Says which document "it" is: of a question that is asked of every document, its title."""

import re

_LONGEST = 80  # characters of a title that names something; a longer one is a sentence
_NOT_SAYING = re.compile(r"^(microsoft word|untitled|unbenannt|document\d*$|dokument\d*$)", re.I)
_POINTING = re.compile(
    r"\b(?P<owner>its|their|his)\b|\b(?:it|they|them|he|she|him|(?:this|the) "
    r"(?:document|article|text|file)|dieses Dokument|das Dokument|dieser Text|der Text)\b",
    re.IGNORECASE,
)
# "Is it allowed to …": that is no document.
_EMPTY = re.compile(r"it\s+(?:\w+\s+){0,2}(?:to|that|if|whether)\b", re.IGNORECASE)
# What comes behind one of these may be what is pointed at: "the warranty, and how long is it?"
_OTHER = re.compile(r"\b(?:the|an?|any|some|each|every|all|der|die|das|ein|eine)\s+\w", re.I)


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
