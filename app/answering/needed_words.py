"""Words that evidence must hold to be about what was asked, in one form or another."""

import re

from app.answering.language import NUMBER, codes, in_digits, numbers, plain_number, words
from vectorstore.dates import Day, days_of, placed_days, without_places
from vectorstore.languages import language_of, words_of

_WORD = re.compile(r"[^\W_]+(?:[-/.'’][^\W_]+)*")
_COMPOUND = 7  # letters of a word that may be a part of another
_SHORTEST = 3  # letters that two forms of a word share at least
_ENDINGS = frozenset(words_of(lambda language: language.conversation.endings))
_SMALL = frozenset(
    word
    for kind in (
        words_of(lambda language: language.stop_words),
        words_of(lambda language: language.conversation.articles),
        words_of(lambda language: language.conversation.prepositions),
    )
    for small in kind
    for word in words(small)
)


def words_naming(text: str) -> list[str]:
    """The words of `text` that name something: no articles, prepositions and other small words.

    Part numbers are one word ("gb-040-p"), figures in digits too ("20000"), and so are dates
    ("2024-03-12", and "-03-" for March).
    """
    text = in_digits(text)
    placed = placed_days(text)
    found = [_written(day) for day, _, _ in placed]
    text = without_places(text, placed)
    for code in sorted(codes(text), key=len, reverse=True):
        found.append(code)
        text = re.sub(re.escape(code), " ", text, flags=re.IGNORECASE)
    found += [plain_number(number) for number in NUMBER.findall(text)]
    rest = words(NUMBER.sub(" ", text))
    return list(dict.fromkeys(found + [word for word in rest if word not in _SMALL]))


def named_of(needed: frozenset[str], text: str) -> str:
    """What is needed as `text` writes it: from its first needed word to its last."""
    spans = [
        found.span() for found in _WORD.finditer(text) if needed & {*words_naming(found.group())}
    ]
    return text[spans[0][0] : spans[-1][1]] if spans else ", ".join(sorted(needed))


def _written(day: Day) -> str:
    return f"{day.year or ''}-{day.month:02}-{f'{day.day:02}' if day.day else ''}"


def holds(needed: frozenset[str], said: str, around: str = "", question: str = "") -> bool:
    """Whether evidence is about what was asked: it has all needed words.

    `said` is the sentence or row that is the evidence, `around` what stands above it: document,
    headings, the sentence before. Of more than two words half are enough, as they describe one
    thing; and a part number is enough, whatever the thing with it is called ("error E-121"). Words
    of the language of `question` are not looked for in another, but figures and part numbers are.
    """
    told = f"{said} {around}"
    held = set(words(told))
    exact = numbers(told) | codes(told)
    for day in days_of(told):
        parts = [(y, d) for y in (day.year, None) for d in (day.day, None)]
        exact |= {_written(Day(year, day.month, one)) for year, one in parts}
    wanted = set(needed)
    if question and language_of(question) != language_of(said):
        wanted = {word for word in needed if any(letter.isdigit() for letter in word)}
    if numbered := codes(" ".join(wanted)):
        wanted = {word for word in wanted if word in numbered}
    kept = [word for word in wanted if word in exact or _has_form(word, held)]
    return 2 * len(kept) >= len(wanted) if len(wanted) > 2 else len(kept) == len(wanted)


def _has_form(word: str, held: set[str]) -> bool:
    if word in held:
        return True
    if len(word) < _SHORTEST or any(letter.isdigit() for letter in word):
        return False
    stem = word.removesuffix("s")
    return any(
        _same_word(word, other) or (len(stem) >= _COMPOUND and stem in other) for other in held
    )


def _same_word(one: str, other: str) -> bool:
    """Whether two words are forms of one: "intern" and "interns", but not "internal"."""
    shared = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        shared += 1
    enough = shared >= max(_SHORTEST, min(4, len(one), len(other)))
    return enough and one[shared:] in _ENDINGS and other[shared:] in _ENDINGS
