"""Searches in steps: what was found names what to look for next.

A question whose answer lies behind another ("Who signs for the site where the pumps are stored?")
shares no word with the passage that ends it. A model that reads the first passages says what to
look up; code takes it only where it is made of the question's and the passages' own names.
"""

import re
from collections.abc import Sequence

import prompts
from app.answering.citations import says_not_found
from app.answering.language import codes, content_stems, names, numbers, words
from vectorstore.records import Hit

MOST_ROUNDS = 2  # further searches for one question, so that it is three in all
SHOWN = 4  # passages that the model is shown to say what to look for
TOKENS = 32  # of a search; a longer one is an answer
LONGEST = 200  # characters of a search
_NOTHING = re.compile(r"\W*(?:nothing|none|nichts)\b", re.IGNORECASE)


def next_search_prompt(question: str, before: Sequence[str], hits: Sequence[Hit]) -> str:
    """What the model is asked: what to look for after the searches `before`, having seen `hits`.

    The hits are passages as data; only the first SHOWN are in it.
    """
    listed = "\n\n".join(
        prompts.render("passage", number=str(number), label=hit.document, text=hit.text)
        for number, hit in enumerate(hits[:SHOWN], start=1)
    )
    searches = "\n".join(f"- {search}" for search in before)
    return prompts.render("next_search_user", passages=listed, searches=searches, question=question)


def read_search(
    written: str, question: str, before: Sequence[str], hits: Sequence[Hit]
) -> str | None:
    """The search that a model wrote; None where it asks for none or it cannot be trusted.

    Its names, numbers and part numbers stand in the question or in the passages that the model was
    shown, and it brings a word that no search before it had. Only its first line is read.
    """
    line = next((line for line in written.strip().splitlines() if line.strip()), "")
    search = line.strip().lstrip("-*• ").strip("\"“”'`").strip()
    if not search or len(search) > LONGEST or _NOTHING.match(search) or says_not_found(search):
        return None
    known = " ".join(
        [question, *(f"{hit.document} {hit.heading} {hit.text}" for hit in hits[:SHOWN])]
    )
    if not numbers(search) | codes(search) <= numbers(known) | codes(known):
        return None
    told = set(words(known))
    first, _, rest = search.partition(" ")
    if first[:1].isupper() and not set(words(first)) <= told:
        search = rest.strip()  # a capital at the beginning does not say whether it is a name
    if not names(f"for {search}") <= told:
        return None
    stems = set(content_stems(search))
    if not stems or stems <= {stem for one in before for stem in content_stems(one)}:
        return None
    return search
