"""What a question takes for granted, and whether the documents say so.

Who asks when the warehouse burned down has said that it did. Where the evidence only tells that
it opened, an answer that quotes it has to say what the documents do not.
"""

import re
from collections.abc import Iterator, Sequence, Set
from functools import cache

from app.answering.everyday_words import is_common_noun, words_meant
from app.answering.phrases import phrases
from app.answering.wording import VALUES, Word, Wording, folded, holds, keys_of, read
from vectorstore.embedder import Embedder
from vectorstore.languages import language_of, languages, words_of
from vectorstore.tables.values import DURATIONS

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_ASKING = {
    language.code: frozenset(map(folded, language.support.asking)) for language in languages()
}


# How like a word of the evidence (cosine of token vectors) an honest paraphrase is at least. Set by
# hand on eleven pairs with the starter embedder: false verbs lie at .28 to .42, and some honest
# words ("payday" for "salaries are paid") below that too. So it weighs in the confidence, and
# decides alone only where a question asks about an event.
AS_LIKE = 0.45
_ARTICLES = frozenset(words_of(lambda language: language.conversation.articles))
_TIMES = frozenset(DURATIONS) | {"months", "quarters", "years"}


def unheld_premise(
    question: str, evidence: str, around: Sequence[str] = (), embedder: Embedder | None = None
) -> tuple[str, ...]:
    """The telling words of `question` that neither the evidence nor its surroundings hold.

    `around` is what is tied to the evidence: document and headings, the passage that it is of.
    The words come as the question writes them, in its order; () where all are held. With an
    `embedder`, a common word that is like one of these texts counts as held, so that fewer honest
    paraphrases are named; names, years and figures have to be there all the same.
    """
    return tuple(word.raw for word in _absent(read(question), question, evidence, around, embedder))


def unheld_shares(
    question: str,
    evidence: str,
    around: Sequence[str],
    embedder: Embedder | None = None,
    *,
    measured: bool = False,
) -> tuple[float, float]:
    """What is not held, as two shares from 0 to 1: of the question's names, dates and figures, and
    how many other words of all its telling words. See `unheld_premise`.

    A duration is a case of a rule: "after five years" is answered by "for every year". So it needs
    only another one that it can be compared with. Where a question asks whether a rule holds for
    its case (`measured`), the same goes for every figure with a unit.
    """
    asked = read(question)
    told = list(_premises(asked))
    values = sum(word.kind in VALUES for word in told)
    absent = _absent(asked, question, evidence, around, embedder)
    units = {word.unit for text in (evidence, *around) for word in read(text).words}
    absent = [
        one
        for one in absent
        if one.kind != "figure"
        or not _comparable(one.unit, units)
        or not (measured or one.unit in _TIMES)
    ]
    lacking = sum(word.kind in VALUES for word in absent)
    return lacking / max(1, values), (len(absent) - lacking) / max(1, len(told))


def unheld_names(question: str, texts: Sequence[str]) -> tuple[str, ...]:
    """The names of the question, as it writes them, that none of the texts holds."""
    return tuple(
        word.raw
        for word in unheld(read(question), texts)
        if word.kind == "name" and not is_common_noun(word.raw, question)
    )


def says_nothing_of(
    counted: Sequence[str], question: str, texts: Sequence[str], embedder: Embedder
) -> bool:
    """Whether the texts hold none of these words of the question, in no form and by no other word
    that is like it."""
    held = [read(text) for text in texts if text]
    likeness = _likeness(question, " ".join(texts), embedder)
    return all(
        not any(holds(one, word) for one in held)
        and not _is_said_otherwise(word, question, texts)
        and likeness.get(word.raw, 0.0) < AS_LIKE
        for word in read(question).words
        if word.raw.casefold() in counted
    )


def unheld_subject(
    question: str,
    evidence: str,
    above: Sequence[str],
    passage: str,
    embedder: Embedder,
) -> str:
    """Whom or what the question asks about, if the evidence says nothing of it; else "".

    "How much leave do interns get" is not answered by what full-time employees have. Only a subject
    counts of which no word is held, neither by the evidence and what stands `above` it nor by the
    whole `passage`; or one with a name that is held nowhere ("the Western region").
    """
    spoken = language_of(question)
    subjects = [one for one in phrases(question, spoken) if one.subject]
    if not subjects:
        return ""
    asked = read(question)
    nowhere = {word.raw: word for word in unheld(asked, [evidence, *above, passage])}
    if not nowhere:
        return ""
    absent = {word.raw for word in _absent(asked, question, evidence, above, embedder)}
    telling = {word.raw for word in _premises(asked)}
    for one in subjects:
        said = telling.intersection(_WORD.findall(one.text))
        named = {word for word in said if word in nowhere and nowhere[word].kind == "name"}
        # Behind "is" a participle looks like a thing: "is assumed"; a thing has its article.
        is_thing = not one.of_copula or one.text.split()[0].casefold() in _ARTICLES
        if named or (said and is_thing and said <= absent & nowhere.keys()):
            return one.text
    return ""


def _comparable(unit: str, units: Set[str]) -> bool:
    return bool(unit) and (unit in units or (unit in _TIMES and not units.isdisjoint(_TIMES)))


def _absent(
    asked: Wording,
    question: str,
    evidence: str,
    around: Sequence[str],
    embedder: Embedder | None,
) -> list[Word]:
    absent = unheld(asked, [evidence, *around])
    absent = [
        word for word in absent if not _is_said_otherwise(word, question, (evidence, *around))
    ]
    if embedder and absent:
        texts = [read(text) for text in (evidence, *around) if text]
        likeness = _likeness(question, " ".join((evidence, *around)), embedder)
        absent = [
            word
            for word in absent
            if word.kind in VALUES
            or likeness.get(word.raw, 0.0) < AS_LIKE
            or _is_opposed(word, texts)
        ]
    return absent


def _is_said_otherwise(word: Word, question: str, texts: Sequence[str]) -> bool:
    """Whether a text has one of the words that documents use for a common word of `question`."""
    if word.kind in VALUES and not (word.kind == "name" and is_common_noun(word.raw, question)):
        return False
    meant = frozenset[str]().union(*(keys_of(folded(one)) for one in words_meant(word.raw)))
    return bool(meant) and any(not read(text).keys.isdisjoint(meant) for text in texts if text)


def _is_opposed(word: Word, texts: Sequence[Wording]) -> bool:
    """Whether a text holds the word's opposite, which an embedder takes for nearly the same."""
    return any(
        not word.keys.isdisjoint(one) and any(not text.keys.isdisjoint(other) for text in texts)
        for one, other in _antonyms()
    )


@cache
def _antonyms() -> tuple[tuple[frozenset[str], frozenset[str]], ...]:
    pairs = [
        tuple(frozenset[str]().union(*(keys_of(folded(word)) for word in side)) for side in pair)
        for language in languages()
        for pair in language.support.antonyms
    ]
    return tuple((a, b) for one, other in pairs for a, b in ((one, other), (other, one)))


def _likeness(question: str, text: str, embedder: Embedder) -> dict[str, float]:
    """How like the best of the text's tokens each word of the question is, its worst token."""
    asked, held = embedder.read([question, text])
    if not len(asked.tokens) or not len(held.tokens):
        return {}
    best = (asked.tokens @ held.tokens.T).max(axis=1)
    found: dict[str, float] = {}
    for word in _WORD.finditer(question):
        tokens = [
            float(best[number])
            for number, (start, end) in enumerate(asked.spans)
            if word.start() <= start and end <= word.end()
        ]
        if tokens:
            found[word.group()] = min(tokens)
    return found


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
