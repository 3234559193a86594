"""Which passage supports a sentence, decided by code.

Nothing is given because a question said it: every telling word of a sentence (verb, thing, name,
place, year, figure) stands in its evidence or in what is tied to it, and is put together there in
the same way (`pairing`). A sentence that joins several claims may have a passage for each.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import groupby, pairwise

from app.answering.candidates import answered_pairs, is_question
from app.answering.figures import contradicts
from app.answering.language import (
    DENYING_NOUNS,
    content_stems,
    denies,
    negated,
    numbers,
    sentences,
    with_whole_denials,
    words,
)
from app.answering.pairing import pairs_otherwise
from app.answering.premise import unheld
from app.answering.wording import (
    CONTENT,
    Word,
    Wording,
    folded,
    folded_words,
    holds,
    is_article,
    is_auxiliary,
    is_row,
    keys_of,
    match,
    read,
)
from vectorstore.dates import days_of, without_days
from vectorstore.languages import any_of, languages

ENOUGH_IN_ONE_PLACE = 0.5  # of the telling words: what is tied to a sentence only completes it
_DENIED = 3  # words after a "no" that it may deny
_SUBJECT = 6  # telling words at most that the sentence before can lend as "it"
_REPLACED = 3  # words of the evidence at most that another one stands for
_MOST_CLAIMS = 5  # of one sentence
_EXCEPTION = re.compile(
    rf"\b(?:{any_of(lambda language: language.denials.exceptions)})\b([^,.;:]*)", re.IGNORECASE
)
_MAY_TURN = re.compile(rf"\b(?:{any_of(lambda language: language.denials.may_turn)})(?!\w)")
_ANAPHORS = folded_words(lambda language: language.support.anaphors)
_CONTRASTS = any_of(lambda language: language.support.contrasts)
_JOINTS = any_of(lambda language: map(re.escape, language.support.joints))
_CLAIM_BORDER = re.compile(
    rf";\s(?:(?:{_JOINTS}|{_CONTRASTS})\s)?|,\s(?:{_JOINTS}|{_CONTRASTS})\s|\s(?:{_JOINTS})\s",
    re.IGNORECASE,
)
_CONDITIONS = folded_words(lambda language: language.support.conditions) - folded_words(
    lambda language: language.support.articles
)
_ROLES = folded_words(lambda language: language.support.roles)
_ENDS = re.compile(r"[.!?…:][\"'”’»)\]]*$")
_HEADING = 80  # characters at most


@dataclass(frozen=True, slots=True)
class Part:
    """The evidence for one claim of a sentence: `passage` is an index into the passages given."""

    passage: int
    quote: str


@dataclass(frozen=True, slots=True)
class Support:
    """The evidence for one sentence: `passage` is an index into the passages given.

    `parts` has more than one entry where each claim of the sentence has its own evidence;
    `passage` and `quote` are those of the first one.
    """

    passage: int
    quote: str
    coverage: float  # share of the sentence's telling words that the quote holds, 0 to 1
    parts: tuple[Part, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class _Piece:
    """A sentence or row of a passage with what it is tied to there.

    `asked` is the question that it answers, `before` the sentence that it goes on about, `lent`
    what it takes from there as its subject, `over` the line that introduces it or its table.
    """

    text: str
    asked: str = ""
    before: str = ""
    lent: tuple[Word, ...] = ()
    over: str = ""


def find_support(
    sentence: str, passages: Sequence[str], question: str = "", above: Sequence[str] = ()
) -> Support | None:
    """Return the best evidence for `sentence`, or None if the passages do not support it.

    The evidence is a sentence or a row of a passage. What it lacks may stand `above` the passage
    (document and headings), in the line that introduces it, in the question that it answers
    there, or be the subject of the sentence before, where it goes on about that. The question
    that was asked of us gives nothing; it only narrows: an answer too short to be a sentence has
    to be about what was asked, and a figure must not be of another year than the one asked for.
    """
    whole = _find(sentence, passages, question, above)
    if whole:
        return whole
    for claims in _claims(sentence):
        parts: list[Support] = []
        for claim in claims:
            found = _find(claim, passages, question, above)
            if not found or not _is_whole(read(claim), found.quote):
                break
            parts.append(found)
        if len(parts) == len(claims):
            coverage = min(part.coverage for part in parts)
            evidence = tuple(dict.fromkeys(Part(one.passage, one.quote) for one in parts))
            return Support(parts[0].passage, parts[0].quote, coverage, evidence)
    return None


def _find(
    sentence: str, passages: Sequence[str], question: str, above: Sequence[str]
) -> Support | None:
    """Support by one place."""
    said = read(sentence)
    needed = said.telling
    if not needed:
        return None
    asked = read(question) if question else None
    fragment = asked if asked and is_fragment(said) else None
    best: Support | None = None
    for index, passage in enumerate(passages):
        over = above[index] if above else ""
        for piece in _pieces(passage):
            held = read(piece.text)
            own = [word for word in needed if holds(held, word)]
            coverage = len(own) / len(needed)
            if coverage < ENOUGH_IN_ONE_PLACE or (best and coverage <= best.coverage):
                continue
            quote = _supporting(said, needed, piece, held, passage, over)
            if quote is None or (asked and _of_another_year(said, asked, held, over)):
                continue
            if held.row and not _names_row(held, said, asked):
                continue
            if fragment and unheld(fragment, [quote, over]):
                continue
            best = Support(index, quote, coverage, (Part(index, quote),))
    return best


def is_fragment(said: Wording) -> bool:
    """Whether a text has only values, and so says nothing without its question."""
    return not any(is_auxiliary(word) or word.kind == "word" for word in said.words)


def _supporting(
    said: Wording,
    needed: Sequence[Word],
    piece: _Piece,
    held: Wording,
    passage: str,
    above: str,
) -> str | None:
    """The words that support `said`: those of the piece, with what it is tied to as far as that
    is needed; None where they do not."""
    if said.text == piece.text:
        return piece.text
    missing = [word for word in needed if not holds(held, word)]
    quote = piece.text
    if piece.asked:
        told = read(piece.asked)
        if any(holds(told, word) for word in missing) or negated(piece.text):
            quote = f"{piece.asked} {quote}"
        missing = [word for word in missing if not holds(told, word)]
    if missing and piece.lent:
        lent = [word for word in missing if any(match(word, one) for one in piece.lent)]
        if lent:
            quote = f"{piece.before} {quote}"
            missing = [word for word in missing if word not in lent]
    if missing:
        over = [read(text) for text in (piece.over, above) if text]
        lent = [word for word in missing if any(holds(text, word) for text in over)]
        if len(lent) < len(missing) or not _may_lend(said, held, lent):
            return None
    if not _holds_figures(said, held, quote, above) or _means_otherwise(said, held, quote, passage):
        return None
    return quote


def _means_otherwise(said: Wording, held: Wording, quote: str, passage: str) -> bool:
    """Whether a text with all the words says something else with them."""
    return (
        _replaces(said, held)
        or contradicts(said.text, quote, passage)
        or _bound_is_new(said, held)
        or _denies_otherwise(said, read(quote))
        or _turned(said, held)
        or pairs_otherwise(said, held)
    )


def _may_lend(said: Wording, held: Wording, lent: Sequence[Word]) -> bool:
    """Whether a heading may complete a sentence: not with a name or a year where it has its own,
    and not with another subject than its own."""
    own = [word for word in held.words if word.kind in CONTENT and not word.light]
    unsaid = [word for word in own if not any(match(one, word) for one in said.words)]
    for word, following in pairwise((*said.words, said.words[-1])):
        if word in lent and following.kind == "day":
            return False  # "Hamburg 2024" for "October 2024"
    for word in lent:
        if word.kind in ("name", "day", "figure") and any(one.kind == word.kind for one in unsaid):
            return False
    needed = said.telling
    return held.row or needed[0] not in lent or not own or own[0] not in unsaid


def _replaces(said: Wording, held: Wording) -> bool:
    """Whether a word that the evidence itself does not write stands where it writes another."""
    ours = [word for word in said.words if _has_place(word)]
    theirs = [word for word in held.words if _has_place(word)]
    aligned = _aligned(ours, theirs)
    free = set(range(len(theirs))) - set(aligned)
    homeless: set[int] = set()
    for number, word in enumerate(ours):
        if aligned[number] < 0:
            home = next((at for at in sorted(free) if _is_written(word, theirs[at])), None)
            if home is None:
                homeless.add(number)
            else:
                free.discard(home)
    unsaid = {at for at in free if not theirs[at].light}
    for absent, run in groupby(range(len(ours)), key=lambda number: aligned[number] < 0):
        if not absent:
            continue
        moved = list(run)
        before = aligned[moved[0] - 1] if moved[0] else -1
        end = moved[-1] + 1
        between = range(before + 1, aligned[end] if end < len(ours) else len(theirs))
        if (
            homeless.intersection(moved)
            and 0 < len(between) <= _REPLACED
            and unsaid.issuperset(between)
        ):
            return True
    return False


def _has_place(word: Word) -> bool:
    return (word.kind in CONTENT or word.kind == "measure") and not word.bounding


def _is_written(word: Word, held: Word) -> bool:
    return match(word, held) and (word.kind == "figure") == (held.kind == "figure")


def _aligned(ours: Sequence[Word], theirs: Sequence[Word]) -> list[int]:
    """Where each word stands in the evidence, in one order with the others; -1 where it does not.

    The longest common run of words (as in a comparison of two files).
    """
    same = [[_is_written(word, other) for other in theirs] for word in ours]
    longest = [[0] * (len(theirs) + 1) for _ in range(len(ours) + 1)]
    for i in range(len(ours) - 1, -1, -1):
        for j in range(len(theirs) - 1, -1, -1):
            longest[i][j] = (
                longest[i + 1][j + 1] + 1
                if same[i][j]
                else max(longest[i + 1][j], longest[i][j + 1])
            )
    found = [-1] * len(ours)
    i = j = 0
    while i < len(ours) and j < len(theirs):
        if same[i][j]:
            found[i] = j
            i, j = i + 1, j + 1
        elif longest[i + 1][j] >= longest[i][j + 1]:
            i += 1
        else:
            j += 1
    return found


def _holds_figures(said: Wording, held: Wording, quote: str, above: str) -> bool:
    """Whether all numbers and dates stand in the quote, however written; a year may stand above
    where the quote has none."""
    days = days_of(quote)
    for day in days_of(said.text):
        if not any(day.lies_in(one) for one in days):
            return False
    written = numbers(without_days(quote)) | {str(day.year) for day in days if day.year}
    years = {word.text for word in said.words if word.kind == "day" and not word.day}
    if not any(word.kind == "day" for word in held.words):
        written |= years & numbers(above)
    if any(_count(said, word) > max(1, _count(held, word)) for word in said.words):
        return False
    return numbers(without_days(said.text)) <= written


def _count(text: Wording, figure: Word) -> int:
    return sum(
        figure.kind == "figure" == one.kind and figure.text == one.text for one in text.words
    )


def _bound_is_new(said: Wording, held: Wording) -> bool:
    """Whether only the sentence says "at least"; in a table what the figure bounds goes unsaid."""
    return any(word.bounding for word in said.words) and not (
        held.row or any(word.bounding for word in held.words) or _has_range(held.text)
    )


def _has_range(text: str) -> bool:
    return re.search(r"\d\s?[-–]\s?\d", text) is not None or len(numbers(text)) > 1


def _of_another_year(said: Wording, asked: Wording, held: Wording, above: str) -> bool:
    """Whether a year is asked for, and sentence and evidence are of others only."""
    wanted = asked.years
    if not wanted or wanted & said.years:
        return False
    told = held.years
    return bool(told) and not wanted & (told | numbers(above))


def _names_row(held: Wording, said: Wording, asked: Wording | None) -> bool:
    """Whether sentence or question tell which row is meant."""
    keys = said.keys | (asked.keys if asked else frozenset())
    values = _cell_values(held.text)
    told = [word for value in values for word in read(value).words if word.kind in CONTENT]
    telling = [word for word in told if word.kind != "figure"]
    first = [word.text for word in read(values[0]).words if word.kind == "figure"]
    named = [figure in keys for figure in first]
    if named and any(named):
        return all(named)  # "more than 10 years" is not the row of "5 to 10 years"
    return not telling or any(word.keys & keys for word in telling)


def _cell_values(row: str) -> list[str]:
    return [cell.partition(": ")[2] for cell in row.split("; ")]


def _denies_otherwise(said: Wording, held: Wording) -> bool:
    """Whether one denies and the other does not, or they deny different things."""
    sentence, quote = said.text, held.text
    excepted = {stem for part in _EXCEPTION.findall(quote) for stem in content_stems(part)}
    if excepted & set(content_stems(sentence)) and not _EXCEPTION.search(sentence):
        return not negated(sentence)
    ours, theirs = _flags(said, said.segments), _flags(held, held.segments)
    here = any(ours)
    touched = _touched(said, held)
    if here != any(flag for flag, used in zip(theirs, touched, strict=True) if used):
        return True
    return here and _denies_another(said, held, ours, theirs)


def _denies_another(
    said: Wording, held: Wording, ours: Sequence[bool], theirs: Sequence[bool]
) -> bool:
    """Whether two texts that both deny deny different things."""
    sentence, quote = said.text, held.text
    touched = _touched(said, held)
    if _denials(said, [True] * len(said.segments)) % 2 != _denials(held, touched) % 2:
        return True  # "not no longer"
    if _denies_elsewhere(said, held, ours, theirs):
        return True
    if not negated(sentence) or not negated(quote):
        return negated(sentence) != negated(quote) and not _turns(sentence) & _turns(quote)
    return not _denied(sentence) & _denied(quote, before=True)


def _flags(text: Wording, parts: Sequence[range]) -> list[bool]:
    """Whether each part denies."""
    return [_denies(" ".join(text.words[at].text for at in part)) for part in parts]


def _denies(text: str) -> bool:
    return negated(text) or _MAY_TURN.search(text) is not None


def _denials(text: Wording, used: Sequence[bool]) -> int:
    parts = [part for part, one in zip(text.segments, used, strict=True) if one]
    return sum(
        denies(text.words[at].text) or _MAY_TURN.fullmatch(text.words[at].text) is not None
        for part in parts
        for at in part
    )


def _turns(text: str) -> set[str]:
    return set(_MAY_TURN.findall(text.casefold()))


def _touched(said: Wording, held: Wording) -> list[bool]:
    """Which segments of `held` a sentence needs: they have words of it that no other one has."""
    content = [list(held.content(part)) for part in held.segments]
    spoken = said.telling
    holders = [
        [number for number, part in enumerate(content) if any(match(word, one) for one in part)]
        for word in spoken
    ]
    needed = {found[0] for found in holders if len(found) == 1}
    needed |= {found[0] for found in holders if found and not needed & set(found)}
    return [number in needed for number in range(len(content))]


def _denies_elsewhere(
    said: Wording, held: Wording, ours: Sequence[bool], theirs: Sequence[bool]
) -> bool:
    """Whether a segment of one denies and its only counterpart in the other does not."""
    if len(said.segments) < 2 or len(held.segments) < 2:
        return False
    partners: dict[int, list[int]] = {}
    for number, part in enumerate(said.segments):
        content = [word for word in said.content(part) if not word.light]
        shared = [
            sum(any(match(word, one) for one in held.content(other)) for word in content)
            for other in held.segments
        ]
        if content and max(shared) == len(content) and shared.count(max(shared)) == 1:
            partners.setdefault(shared.index(max(shared)), []).append(number)
    return any(
        len(numbers_) == 1 and ours[numbers_[0]] != theirs[other]
        for other, numbers_ in partners.items()
    )


def _denied(sentence: str, *, before: bool = False) -> frozenset[str]:
    """Keys of the words that a denial may be about: those just after it, or else before it.

    With `before`, the word before it as well ("a refund is not paid").
    """
    found: set[str] = set()
    spoken = words(with_whole_denials(sentence))
    for place, word in enumerate(spoken):
        if denies(word):
            far = _DENIED if word in DENYING_NOUNS else 1
            after = _telling(spoken[place + 1 :])[:far]
            found.update(*map(keys_of, after))
            if before or not after:
                found.update(*map(keys_of, _telling(spoken[:place])[-1:]))
    return frozenset(found)


def _telling(spoken: Sequence[str]) -> list[str]:
    return [word for word in spoken if content_stems(word)]


def _turned(said: Wording, held: Wording) -> bool:
    """Whether a small word stands for its opposite: after departure, before departure; must, may.

    "Must not" and "may not" are one.
    """
    denied = negated(said.text) and negated(held.text)
    ours, theirs = _followed(said), _followed(held)
    for one, other in _OPPOSITES:
        for word, follower in ours:
            if word not in one or (denied and word in _MODALS):
                continue
            there = [next_ for small, next_ in theirs if small in other and match(follower, next_)]
            same = [next_ for small, next_ in theirs if small in one and match(follower, next_)]
            if there and not same:
                return True
    return _gap_differs(said, held)


def _gap_differs(said: Wording, held: Wording) -> bool:
    """Whether other turning words stand between the same two words: "up to" and "more than"."""
    denied = negated(said.text) and negated(held.text)
    theirs = list(_gaps(held))
    for left, right, turning in _gaps(said):
        there = [
            other
            for one, two, other in theirs
            if _same_or_edge(left, one) and _same_or_edge(right, two)
        ]
        if turning and there and all(other and other != turning for other in there):
            if denied and _MODALS.issuperset((*turning, *there[0])):
                continue
            return True
    return False


def _same_or_edge(one: Word | None, other: Word | None) -> bool:
    return match(one, other) if one and other else one is other


def _gaps(text: Wording) -> Iterator[tuple[Word | None, Word | None, list[str]]]:
    """Each two telling words that follow each other, with the turning words between them."""
    left: Word | None = None
    turning: list[str] = []
    for word in text.words:
        if word.text in _TURNING and not word.bounding:
            turning.append(word.text)
        elif word.kind in CONTENT and not word.bounding:
            yield left, word, sorted(turning)
            left, turning = word, []
    yield left, None, sorted(turning)


_OPPOSITES = [
    pair
    for language in languages()
    for one, other in (
        *language.support.opposites,
        (language.support.obligations, language.support.permissions),
    )
    for pair in (
        (frozenset(map(folded, one)), frozenset(map(folded, other))),
        (frozenset(map(folded, other)), frozenset(map(folded, one))),
    )
]


_MODALS = folded_words(
    lambda language: (*language.support.obligations, *language.support.permissions)
)
_TURNING = frozenset[str]().union(*(one for one, _ in _OPPOSITES))


def _followed(text: Wording) -> list[tuple[str, Word]]:
    """Each small word with the telling word after it."""
    found: list[tuple[str, Word]] = []
    waiting: list[str] = []
    last: Word | None = None
    for at, word in enumerate(text.words):
        if word.text in _TURNING or (word.kind == "small" and not is_article(word)):
            if last is not None and (
                at + 1 == len(text.words) or text.words[at + 1].kind == "mark"
            ):
                found.append((word.text, last))  # "the day before, ..."
            else:
                waiting.append(word.text)
            last = None
        elif word.kind in CONTENT or word.kind == "measure":
            found.extend((small, word) for small in waiting)
            waiting = []
            last = word
        else:
            last = None
    return found


def _claims(sentence: str) -> Iterator[list[str]]:
    """Ways to cut a sentence into claims that can stand alone, fewer cuts first."""
    borders = [match.span() for match in _CLAIM_BORDER.finditer(sentence)][: _MOST_CLAIMS - 1]
    if not borders or is_row(sentence):
        return
    cuts = [[border] for border in borders]
    if len(borders) > 1:
        cuts.append(borders)
    for chosen in cuts:
        claims: list[str] = []
        start = 0
        for end, following in (*chosen, (len(sentence), len(sentence))):
            claims.append(sentence[start:end].strip())
            start = following
        claims = [claims[0], *(_with_subject(claims[0], claim) for claim in claims[1:])]
        if all(_is_claim(claim) for claim in claims):
            yield claims


def _is_claim(text: str) -> bool:
    """Whether a part of a sentence says something by itself."""
    told = read(text)
    if len(told.telling) < 2 or is_fragment(told):
        return False
    last = next(word for word in reversed(told.words) if word.kind != "mark")
    first = told.words[0]
    return first.text not in _CONDITIONS and last.text not in _ROLES


def _is_whole(said: Wording, quote: str) -> bool:
    """Whether a claim has a verb, or leaves nothing unsaid of its evidence that could be one."""
    if any(map(is_auxiliary, said.words)):
        return True
    return all(any(match(one, word) for one in said.words) for word in read(quote).telling)


def _is_verb(word: Word) -> bool:
    return is_auxiliary(word) or (
        word.kind == "word" and not word.capital and any(key.startswith("=") for key in word.keys)
    )


def _with_subject(first: str, claim: str) -> str:
    """A claim that opens with its verb, with the subject of the first one."""
    told = read(claim)
    if not told.words or not _is_verb(told.words[0]):
        return claim
    spoken = re.findall(r"\S+", first)
    for at, raw in enumerate(spoken):
        word = read(raw).words
        if at and word and _is_verb(word[0]):
            return f"{' '.join(spoken[:at])} {claim}"
    return claim


@lru_cache(maxsize=512)
def _pieces(passage: str) -> tuple[_Piece, ...]:
    """The sentences and rows of a passage, in order, each with what it is tied to."""
    answered = {answer: asked for asked, answer in answered_pairs(passage)}
    found: list[_Piece] = []
    over = caption = ""
    lines = passage.splitlines()
    for number, line in enumerate(lines):
        if not line.strip():
            continue
        told = sentences(line)
        if len(told) == 1 and is_row(told[0]):
            found.append(_Piece(told[0], over=f"{over} {caption}".strip()))
            continue
        before = ""
        for sentence in told:
            lent, back = _lent(found, sentence, before)
            found.append(_Piece(sentence, answered.get(sentence, ""), back, lent, over=over))
            before = sentence
        if line.rstrip().endswith(":") or (not number and len(lines) > 1 and _is_heading(line)):
            over = told[-1] if told else ""
        caption = told[-1] if told and len(line) < 2 * _HEADING else ""
    return tuple(found)


def _is_heading(line: str) -> bool:
    return len(line) < _HEADING and not _ENDS.search(line) and not is_question(line)


def _lent(found: Sequence[_Piece], sentence: str, before: str) -> tuple[tuple[Word, ...], str]:
    """The subject that a sentence takes from the one before, and the sentences up to it."""
    if not before:
        return (), ""
    told, earlier = read(sentence), read(before)
    if not _leans(told, earlier):
        return (), ""
    last = found[-1]
    return (*_subject(earlier), *last.lent)[: 2 * _SUBJECT], f"{last.before} {before}".strip()


def _leans(told: Wording, earlier: Wording) -> bool:
    """Whether a sentence opens with "it", or with "the contract" of which the one before told."""
    opening = [word for word in told.words if word.kind != "mark"][:3]
    if not opening:
        return False
    if opening[0].text in _ANAPHORS or (len(opening) > 1 and opening[1].text in _ANAPHORS):
        return True
    return (
        len(opening) > 1
        and is_article(opening[0])
        and any(match(opening[1], word) for word in earlier.words if word.kind in CONTENT)
    )


def _subject(told: Wording) -> tuple[Word, ...]:
    """The telling words up to the first verb that is known as one."""
    found: list[Word] = []
    for word in told.words:
        if found and _is_verb(word):
            break
        if word.kind in CONTENT:
            found.append(word)
        if len(found) == _SUBJECT:
            break
    return tuple(found)
