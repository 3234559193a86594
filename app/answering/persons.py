"""Names of people in a text, as far as capitals, titles and places tell."""

from collections.abc import Sequence

from app.answering.phrases import Token, tokens_of
from vectorstore.languages import languages, words_of

_TITLES = frozenset(words_of(lambda language: language.conversation.titles))
_FIRMS = frozenset(words_of(lambda language: language.conversation.firms))
_STOP_WORDS = frozenset(words_of(lambda language: language.stop_words))
_VERBS = frozenset(words_of(lambda language: language.conversation.verbs)) | frozenset(
    words_of(lambda language: language.talk.question_starts)
)
_BEFORE_THINGS = frozenset(words_of(lambda language: language.conversation.articles)) | frozenset(
    words_of(lambda language: language.conversation.placing)
)
_MONTHS = frozenset(
    name for language in languages() for names in language.dates.months for name in names
)


def persons_of(text: str) -> list[str]:
    """Names of people in `text`: two words with capitals or more, or one behind a title."""
    found: list[str] = []
    tokens = tokens_of(text)
    at = 0
    while at < len(tokens):
        start = at
        while at < len(tokens) and _of_a_name(tokens[at], tokens[at - 1] if at > start else None):
            at += 1
        held = tokens[start:at]
        if not held:
            at += 1
            continue
        before = tokens[start - 1].word if start else ""
        titles = [token for token in held if token.word.rstrip(".") in _TITLES]
        bare = [token for token in held if token not in titles]
        spelt = [token for token in bare if len(token.text.rstrip(".")) > 1]
        is_name = (titles and spelt) or (len(bare) > 1 and spelt and not _is_thing(before, bare))
        if is_name and not any(token.word.rstrip(".") in _FIRMS for token in held):
            found.append(text[held[0].start : held[-1].end])
    return found


def _is_thing(before: str, held: Sequence[Token]) -> bool:
    """Whether words with capitals are no person: "the Graz Office", "in New York"."""
    return before in _BEFORE_THINGS or any(token.word in _MONTHS for token in held)


def _of_a_name(token: Token, before: Token | None) -> bool:
    text = token.text.rstrip(".")
    spelt = text[:1].isupper() and text.replace("-", "").replace("'", "").replace("’", "").isalpha()
    if not spelt or (len(text) > 2 and text.isupper()):
        return False
    if before is None:
        return token.word not in _STOP_WORDS | _VERBS
    return token.start - before.end <= 1
