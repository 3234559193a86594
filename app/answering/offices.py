"""Finds who holds an office: "Who is the chief executive of …?", "Which firm audits …?".

Reports say it in many forms (a row of a table, a signature, a line below a name, a clause behind
it), and seldom in a sentence that is like the question. So code reads the whole report for places
where a name stands beside the office, with nothing between the two that says more.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from app.answering.search_index import SearchIndex
from app.answering.tables.accounts import Report, is_of, reports_named, years_of
from app.answering.tables.lexicon import is_word
from vectorstore.languages import languages, words_of
from vectorstore.records import Hit
from vectorstore.scope import Scope
from vectorstore.tables.words import folded, words_in

_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*\.?")
_BETWEEN = 24  # words at most between a name and its office
_NAME_WORDS = 5
_MOST_HOLDERS = 2  # that are told where one alone does not stand out
_CLOSE = 0.6  # share of the most mentions, from which another holder is told as well
_MOST_MEMBERS = 30
_LONGEST_QUOTE = 240  # characters
_SUFFIX = 3  # letters at most: "III", "Jr."
_YEARS_LATER = 1  # a report on a year appears in the next one
_FEW_MEMBERS = 2
_LONGEST_TITLE = 12  # words of a line that names a board
_ABOVE = 300  # characters before a name, in which a committee's is told
_BREAK = re.compile(r"[.;](?:\s|$)|\n\s*\n")
_BULLET = re.compile(r"^\s*(?:[-*•–▪◦‣|]|\(?\d{1,2}[.)])\s*")
_ROW_NAME = re.compile(r"^[^:;|]{1,20}:\s*")
_SIGNED = re.compile(r"/?s/\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Holding:
    """A place that says who holds an office: `holder` is as it stands there."""

    holder: str
    quote: str
    hit: Hit


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is asked: one office, the members of a board, or the auditor; and the other words."""

    offices: tuple[tuple[str, ...], ...]
    board: tuple[tuple[str, ...], ...]
    auditor: bool
    rest: tuple[str, ...]
    years: frozenset[int]


def names_no_office(question: str, texts: Iterable[str]) -> bool:
    """Whether the question asks who holds an office or is on a board, and no text names it."""
    asked = _read(question)
    if asked is None or asked.auditor:
        return False
    told = [words_in(text) for text in texts]
    return not any(
        all(any(is_word(one, word) for word in words) for one in name)
        for words in told
        for name in (*asked.offices, *asked.board)
    )


def holders(question: str, scope: Scope, index: SearchIndex, hits: Sequence[Hit]) -> list[Holding]:
    """Who holds the office that the question asks for, in the reports of whom it names.

    [] where it asks for no office, names a body that no report is of, or no place says it. Of an
    office two at most, where places differ; of a board all members.
    """
    asked = _read(question)
    if asked is None:
        return []
    bodies = [word for word in asked.rest if _is_body(word)]
    named = [word for word in asked.rest if word not in bodies]
    reports = reports_named(named, question, scope, index, hits)
    for report in sorted(reports, key=lambda one: _nearness(one, asked), reverse=True):
        if asked.years and report.years and not asked.years & _told_years(report):
            continue
        own = [word for word in named if is_of(word, report)]
        left = [word for word in asked.rest if word not in own]
        text = _Text(index.chunks(report.space, report.name), own)
        if asked.auditor:
            found = _auditors(text) if not left else []
        elif asked.board:
            found = _members(text, asked, left)
        else:
            found = _of_office(text, asked, left)
        if found:
            return found
    return []


def _is_body(word: str) -> bool:
    """Whether a word names a board or a part of one: "the chair of the audit committee"."""
    names = {one for group in _boards() for name in group for one in name} | _parts()
    return any(is_word(word, name) for name in names - _small() - _of())


def _nearness(report: Report, asked: _Asked) -> tuple[bool, str]:
    """The report on the year that is asked for comes first, then the latest."""
    exact = any(int(year[:4]) in asked.years for year in report.years)
    return exact, max(report.years, default="")


def _told_years(report: Report) -> set[int]:
    told = {int(year[:4]) for year in report.years}
    return told | {year - later for year in told for later in range(1, _YEARS_LATER + 1)}


# The question


def _read(question: str) -> _Asked | None:
    words = words_in(question)
    if not any(tuple(words[: len(one)]) == one for one in _asks()):
        return None
    auditor = any(word in _auditing() for word in words)
    taken: set[int] = set()
    offices = () if auditor else _group_in(words, _offices(), taken)
    board = () if auditor or offices else _group_in(words, _boards(), taken)
    if not (auditor or board or offices):
        return None
    rest = tuple(
        word
        for at, word in enumerate(words)
        if at not in taken
        and word not in _unasked()
        and not word.isdigit()
        and not (auditor and word in _auditing())
        and not (offices and word in _whole())  # "the chair of the board"
    )
    years = frozenset(int(year[:4]) for year in years_of(question))
    return _Asked(offices, board, auditor, rest, years)


def _group_in(
    words: Sequence[str], groups: Iterable[tuple[tuple[str, ...], ...]], taken: set[int]
) -> tuple[tuple[str, ...], ...]:
    """The group with the longest name that the words hold; the places of it are `taken`."""
    best: tuple[int, tuple[tuple[str, ...], ...]] = (0, ())
    for group in groups:
        for name in group:
            for at in range(len(words) - len(name) + 1):
                if len(name) > best[0] and tuple(words[at : at + len(name)]) == name:
                    best = (len(name), group)
    for name in best[1]:  # "Finanzvorstand (CFO)" names it twice
        for at in range(len(words) - len(name) + 1):
            if tuple(words[at : at + len(name)]) == name:
                taken.update(range(at, at + len(name)))
    return best[1]


# The report


@dataclass(frozen=True, slots=True)
class _Token:
    raw: str
    word: str
    start: int
    end: int


class _Text:
    """A report's passages, with the words that it also writes small: they are no names."""

    def __init__(self, chunks: Sequence[Hit], own: Sequence[str]) -> None:
        self.chunks = chunks
        self._own = tuple(own)  # words of the question that name whose report it is
        self.small = frozenset(
            word for hit in chunks for word in re.findall(r"\b[a-zäöüß][\w’'-]*", hit.text)
        )

    def is_name(self, tokens: Sequence[_Token]) -> bool:
        """Whether words with capitals are a person's name, and not a heading's or a place's."""
        spelt = [one for one in tokens if len(one.raw.rstrip(".")) > 1]
        if not spelt or len(tokens) < 2 or len(spelt) < 1:
            return False
        if all(one.word in self.small for one in spelt):
            return False
        cased = {one.raw.isupper() for one in spelt if len(one.raw) > _SUFFIX}
        return len(cased) == 1 and not any(self.is_own(one.word) for one in spelt)

    def is_own(self, word: str) -> bool:
        """Whether a word is of the name of whose report it is."""
        return any(is_word(one, word) for one in self._own)


def _tokens(text: str) -> list[_Token]:
    return [
        _Token(one.group(), folded(one.group().rstrip(".")).replace("’", "'"), *one.span())
        for one in _WORD.finditer(text)
    ]


@dataclass(frozen=True, slots=True)
class _Mention:
    holder: str
    start: int
    end: int
    hit: Hit


def _of_office(text: _Text, asked: _Asked, left: Sequence[str]) -> list[Holding]:
    found = []
    for hit in text.chunks:
        lowered = folded(hit.text)
        if not any(name[-1] in lowered for name in asked.offices):
            continue
        around = words_in(f"{hit.heading}")
        for mention in _mentions(text, hit, asked.offices):
            near = [*around, *words_in(hit.text[mention.start : mention.end + 40])]
            before = words_in(hit.text[max(0, mention.start - _ABOVE) : mention.start])
            if not _parts().isdisjoint((*around, *before)) and _parts().isdisjoint(asked.rest):
                continue
            if _is_such(near, left):
                found.append(mention)
    return _most_told(found)


def _mentions(text: _Text, hit: Hit, names: Sequence[tuple[str, ...]]) -> Iterator[_Mention]:
    tokens = _tokens(hit.text)
    words = [one.word for one in tokens]
    firsts = {name[0] for name in names}
    for at, word in enumerate(words):
        if word not in firsts:
            continue
        name = next((n for n in names if tuple(words[at : at + len(n)]) == n), None)
        if name is None or (at and words[at - 1] in _narrowing()):
            continue
        if (
            _was_once(words, at)
            or _is_part(words, at, len(name))
            or _is_of_another(text, hit.text, tokens, at + len(name))
        ):
            continue
        holder = (
            _name_before(text, hit.text, tokens, at)
            or _name_behind(text, hit.text, tokens, at, at + len(name))
            or _name_above(text, hit.text, tokens, at, at + len(name))
        )
        if holder is not None:
            start, end = holder
            last = tokens[at + len(name) - 1].end
            yield _Mention(
                " ".join(hit.text[start:end].split()).rstrip("."),
                min(start, tokens[at].start),
                max(end, last),
                hit,
            )


def _was_once(words: Sequence[str], at: int) -> bool:
    """Whether the office is one of those that someone held before: "former Chair and CEO"."""
    while at and words[at - 1] in _office_words() | _JOINTS:
        at -= 1
    return bool(at) and words[at - 1] in _once()


def _is_part(words: Sequence[str], at: int, length: int) -> bool:
    """Whether the words are within the longer name of another office: "vice president"."""
    own = tuple(words[at : at + length])
    for group in _offices():
        for other in group:
            if len(other) <= length:
                continue
            for shift in range(len(other) - length + 1):
                within = other[shift : shift + length] == own
                if (
                    within
                    and at >= shift
                    and tuple(words[at - shift : at - shift + len(other)]) == other
                ):
                    return True
    return False


def _is_of_another(text: _Text, whole: str, tokens: Sequence[_Token], at: int) -> bool:
    """Whether an office is told of another body, or of a time that is over."""
    while at < len(tokens) and tokens[at].word in _office_words() | _JOINTS:
        at += 1
    if at >= len(tokens):
        return False
    gap = whole[tokens[at - 1].end : tokens[at].start]
    if tokens[at].word in _until():
        return tokens[at + 1].word[:4].isdigit() if at + 1 < len(tokens) else False
    joined = tokens[at].word in _of() and not _BREAK.search(gap) and "\n" not in gap
    if joined:
        at += 1
        while at < len(tokens) and tokens[at].word in _ARTICLES:
            at += 1
    listed = gap.strip() == "," and tokens[at].raw[:1].isupper() if at < len(tokens) else False
    if at >= len(tokens) or not (joined or listed):
        return False
    word = tokens[at].word
    known = _bodies() | _linking() | _months()
    if text.is_own(word) or word in known or word.isdigit():
        return False
    return joined or not _starts_name(text, whole, tokens, at)


def _starts_name(text: _Text, whole: str, tokens: Sequence[_Token], at: int) -> bool:
    return _run(text, whole, tokens, at) is not None


def _name_before(
    text: _Text, whole: str, tokens: Sequence[_Token], at: int
) -> tuple[int, int] | None:
    """The name before an office, where only linking words stand between."""
    end = at - 1
    crossed = False
    for _ in range(_BETWEEN):
        if end < 0:
            return None
        gap = whole[tokens[end].end : tokens[end + 1].start]
        if _BREAK.search(gap) and tokens[end + 1].word not in _linking():
            return None
        crossed = crossed or "\n" in gap
        if not _links(text, tokens[end]):
            break
        end -= 1
    else:
        return None
    start = end
    while start > 0 and end - start < _NAME_WORDS and _may_be_name(tokens[start - 1]):
        if (
            whole[tokens[start - 1].end : tokens[start].start].strip()
            or "\n" in whole[tokens[start - 1].end : tokens[start].start]
        ):
            break
        start -= 1
    if not _may_be_name(tokens[end]) or not text.is_name(tokens[start : end + 1]):
        return None
    if crossed and _list_opens_with(text, whole, tokens[start].start) == "office":
        return None  # of a list where the office stands above each name
    return tokens[start].start, tokens[end].end


def _list_opens_with(text: _Text, whole: str, at: int) -> str:
    """What the list of lines opens with that stands above a place: "office", "name", "" for none.

    Where the office stands first, it is told before each name.
    """
    lines = whole[:at].splitlines()
    opener = ""
    for line in reversed(lines):
        words = words_in(line)
        if not words:
            continue
        is_office = all(word in _office_words() | _linking() for word in words)
        held = [one for one in _tokens(line) if one.word not in _office_words() | _linking()]
        is_name = bool(held) and all(map(_may_be_name, held)) and text.is_name(held)
        if not (is_office or is_name):
            break
        opener = "office" if is_office else "name"
    return opener


def _name_behind(
    text: _Text, whole: str, tokens: Sequence[_Token], first: int, at: int
) -> tuple[int, int] | None:
    """The name behind an office on its line: "Chief Executive Officer: Ada Holm"."""
    told = first > 0 and tokens[first - 1].word in _linking()  # "our chairman, Ada Holm"
    crossed = False
    for _ in range(3):
        if at >= len(tokens):
            return None
        gap = whole[tokens[at - 1].end : tokens[at].start]
        if "\n" in gap and not crossed and "\n\n" not in gap:
            crossed = True
            line = whole[whole.rfind("\n", 0, tokens[first].start) + 1 : tokens[at - 1].end]
            alone = all(word in _office_words() | _linking() for word in words_in(line))
            if not alone or _list_opens_with(text, whole, tokens[first].start) == "name":
                return None
        elif "\n" in gap or _BREAK.search(gap) or "|" in gap or ("," in gap and not told):
            return None
        if tokens[at].word not in _linking():
            break
        at += 1
    else:
        return None
    end = _run(text, whole, tokens, at)
    return None if end is None else (tokens[at].start, tokens[end].end)


def _name_above(
    text: _Text, whole: str, tokens: Sequence[_Token], at: int, behind: int
) -> tuple[int, int] | None:
    """The name that opens the paragraph which an office in brackets ends."""
    first, last = tokens[at].start, tokens[behind - 1].end
    if whole[first - 1 : first] != "(" or whole[last : last + 1] != ")":
        return None
    start = whole.rfind("\n\n", 0, first) + 1
    opener = next((n for n, one in enumerate(tokens) if one.start >= start), at)
    while opener < at and tokens[opener].word in _titles() | _linking():
        opener += 1
    end = _run(text, whole, tokens, opener) if opener < at else None
    return None if end is None else (tokens[opener].start, tokens[end].end)


def _run(text: _Text, whole: str, tokens: Sequence[_Token], at: int) -> int | None:
    """The last word of the name that begins with a word; None where none does."""
    end = at
    while (
        end + 1 < len(tokens)
        and end - at < _NAME_WORDS
        and _may_be_name(tokens[end + 1])
        and not whole[tokens[end].end : tokens[end + 1].start].strip()
        and "\n" not in whole[tokens[end].end : tokens[end + 1].start]
    ):
        end += 1
    named = _may_be_name(tokens[at]) and text.is_name(tokens[at : end + 1])
    return end if named else None


def _may_be_name(token: _Token) -> bool:
    plain = token.raw.rstrip(".")
    spelt = (
        plain[:1].isupper() and plain.replace("-", "").replace("’", "").replace("'", "").isalpha()
    )
    if token.word.endswith("'s"):
        return False
    barred = _office_words() | _linking() | _months() | _small() | _firms() | _bodies()
    return spelt and (len(plain) == 1 or token.word not in barred)


def _links(text: _Text, token: _Token) -> bool:
    word = token.word
    if len(token.raw.rstrip(".")) == 1 and token.raw[0].isupper():
        return False  # an initial
    if word in _linking() or word in _office_words() or word in _bodies() or word in _months():
        return True
    if word in _of() or word.isdigit() or text.is_own(word):
        return word not in _until()
    return False


def _most_told(found: Sequence[_Mention]) -> list[Holding]:
    """The holder that most places tell; another one as well where nearly as many do."""
    by_last: dict[str, list[_Mention]] = defaultdict(list)
    for one in found:
        by_last[_last_name(one.holder)].append(one)
    if not by_last:
        return []
    counts = Counter({name: len(places) for name, places in by_last.items()})
    ranked = counts.most_common()
    most = ranked[0][1]
    close = [name for name, count in ranked if count >= _CLOSE * most]
    if len(close) > _MOST_HOLDERS:
        return []  # many places of that kind of office: none of them is the one that is meant
    return [_holding(_clearest(by_last[name])) for name in close]


_ARTICLES = frozenset(words_of(lambda one: one.conversation.articles))
_JOINTS = frozenset(words_of(lambda one: one.plans.joints))
_SUFFIXES = frozenset(("jr", "sr", "ii", "iii", "iv"))


def _last_name(holder: str) -> str:
    words = [word for word in words_in(holder) if word not in _SUFFIXES]
    return words[-1] if words else holder


def _clearest(places: Sequence[_Mention]) -> _Mention:
    """The place with the least between the name and the office, of the fullest name."""
    return min(places, key=lambda one: (one.holder.isupper(), one.end - one.start))


def _holding(one: _Mention) -> Holding:
    """The place with its whole line, or what stands between the name and the office."""
    text = one.hit.text
    start = text.rfind("\n", 0, one.start) + 1
    end = text.find("\n", one.end)
    end = len(text) if end < 0 else end
    if end - start > _LONGEST_QUOTE:
        start, end = one.start, one.end
    return Holding(one.holder, _SIGNED.sub("", " ".join(text[start:end].split())), one.hit)


# Boards


def _members(text: _Text, asked: _Asked, left: Sequence[str]) -> list[Holding]:
    """The members of a board: the names in the section or list that has its name for a title."""
    best: list[Holding] = []
    for hit in text.chunks:
        titles = [words_in(hit.heading.rpartition(" > ")[2])]
        lines = hit.text.splitlines()
        titled = _is_title(titles[0], asked, left)
        found: list[Holding] = []
        for line in lines:
            words = words_in(line)
            if _is_title(words, asked, left):
                titled = True
                continue
            name = _name_of_line(text, line)
            if titled and name and _is_such(words_in(f"{hit.heading} {line}"), left):
                found.append(Holding(name, _cut(line), hit))
        if titled and best and best[0].hit.heading == hit.heading and hit.heading:
            known = {one.holder for one in best}
            best += [one for one in found if one.holder not in known]
        elif len(found) > len(best):
            best = found
    if len(best) < _FEW_MEMBERS:
        best = _signed(text, asked) if not left else []
    return best[:_MOST_MEMBERS] if len(best) >= _FEW_MEMBERS else []


def _is_such(words: Sequence[str], left: Sequence[str]) -> bool:
    return all(any(is_word(one, word) for word in words) for one in left)


def _signed(text: _Text, asked: _Asked) -> list[Holding]:
    """Those who are told as director, each once, where that is the name of a board's members."""
    singular = tuple(
        name
        for group in _offices()
        for name in group
        if len(name) == 1 and any(is_word(name[0], member[-1]) for member in asked.board)
    )
    if not singular:
        return []
    found: dict[str, Holding] = {}
    for hit in text.chunks:
        if singular[0][0] not in folded(hit.text):
            continue
        for one in _mentions(text, hit, singular):
            found.setdefault(_last_name(one.holder), _holding(one))
    return list(found.values())


def _is_title(words: Sequence[str], asked: _Asked, left: Sequence[str]) -> bool:
    """Whether a line or a heading is a board's name, with all that the question says of it."""
    if len(words) > _LONGEST_TITLE or not _is_such(words, left):
        return False
    names = {word for name in asked.board for word in name}
    rest = [
        word
        for word in words
        if word not in _unasked()
        and not word.isdigit()
        and not any(is_word(one, word) for one in left)
    ]
    return bool(rest) and all(any(is_word(word, name) for name in names) for word in rest)


def _name_of_line(text: _Text, line: str) -> str:
    """The person that a line begins with; "" where it begins with none."""
    told = _BULLET.sub("", line)
    told = _ROW_NAME.sub("", told)
    tokens = _tokens(told)
    at = 0
    while at < len(tokens) and tokens[at].word in _titles() | _linking():
        at += 1
    if at >= len(tokens) or told[: tokens[at].start].strip(" ./").lower() not in (
        "",
        *(told[: tokens[at].start].strip(" ./").lower() for _ in range(bool(at))),
    ):
        return ""
    end = _run(text, told, tokens, at)
    if end is None or not text.is_name(tokens[at : end + 1]):
        return ""
    return told[tokens[0].start : tokens[end].end]


def _cut(line: str) -> str:
    told = " ".join(_BULLET.sub("", line).split())
    return told if len(told) <= _LONGEST_QUOTE else told[:_LONGEST_QUOTE].rsplit(" ", 1)[0]


# Auditors


def _auditors(text: _Text) -> list[Holding]:
    found: list[tuple[int, _Mention]] = []
    for hit in text.chunks:
        lowered = folded(hit.text)
        if not any(firm in lowered for firm in _audit_firms()):
            continue
        if not any(stem in lowered for stem in _audited()):
            continue
        tokens = _tokens(hit.text)
        for at, token in enumerate(tokens):
            if token.word not in _audit_firms():
                continue
            start = at
            while (
                start > 0
                and at - start < _NAME_WORDS + 1
                and _may_be_firm(hit.text, tokens, start - 1)
            ):
                start -= 1
            named = tokens[start].word not in _audit_firms() | _firms()
            if start == at or not named or text.is_own(tokens[start].word):
                continue
            first, last = tokens[start].start, token.end
            near = folded(hit.text[max(0, first - 120) : last + 120])
            weight = 1 + sum(stem in near for stem in _audited())
            found.append(
                (weight, _Mention(" ".join(hit.text[first:last].split()), first, last, hit))
            )
    if not found:
        return []
    counts: Counter[str] = Counter()
    for weight, one in found:
        counts[_firm_key(one.holder)] += weight
    ranked = counts.most_common(2)
    if len(ranked) > 1 and ranked[1][1] > _CLOSE * ranked[0][1]:
        return []
    own = [(weight, one) for weight, one in found if _firm_key(one.holder) == ranked[0][0]]
    _, clearest = max(own, key=lambda pair: (pair[0], not pair[1].holder.isupper()))
    return [_sentence_of(clearest)]


def _sentence_of(one: _Mention) -> Holding:
    text = one.hit.text
    start = max(text.rfind("\n", 0, one.start), text.rfind(". ", 0, one.start)) + 1
    ends = [at for at in (text.find("\n", one.end), text.find(". ", one.end)) if at >= 0]
    quote = " ".join(text[start : min(ends, default=len(text))].split())
    if len(quote) > _LONGEST_QUOTE:
        quote = one.holder
    return Holding(one.holder, _SIGNED.sub("", quote).strip(), one.hit)


def _firm_key(name: str) -> str:
    return words_in(name)[0]


def _may_be_firm(whole: str, tokens: Sequence[_Token], at: int) -> bool:
    gap = whole[tokens[at].end : tokens[at + 1].start].strip()
    raw = tokens[at].raw.rstrip(".")
    barred = _linking() | _unasked() | _months()
    # "of Deloitte": a small word ends the name; "and" and "&" are within it.
    return gap in ("", "&", ",") and raw[:1].isupper() and tokens[at].word not in barred


# Words


@cache
def _asks() -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(words_in(one)) for one in words_of(lambda one: one.offices.asks))


@cache
def _offices() -> tuple[tuple[tuple[str, ...], ...], ...]:
    return _merged(group for language in languages() for group in language.offices.offices)


@cache
def _boards() -> tuple[tuple[tuple[str, ...], ...], ...]:
    return _merged(group for language in languages() for group in language.offices.boards)


def _merged(groups: Iterable[Sequence[str]]) -> tuple[tuple[tuple[str, ...], ...], ...]:
    """Groups of names as words, the longest first; groups that share a name are one."""
    known: list[set[tuple[str, ...]]] = []
    for group in groups:
        names = {tuple(words_in(name)) for name in group}
        for other in [one for one in known if one & names]:
            known.remove(other)
            names |= other
        known.append(names)
    return tuple(tuple(sorted(one, key=lambda name: (-len(name), name))) for one in known)


@lru_cache(maxsize=1)
def _office_words() -> frozenset[str]:
    named = {word for group in (*_offices(), *_boards()) for name in group for word in name}
    return frozenset(named - _small() - _of())


def _folded_of(words: Iterable[str]) -> frozenset[str]:
    return frozenset(folded(word) for word in words)


@cache
def _auditing() -> frozenset[str]:
    return _folded_of(words_of(lambda one: one.offices.auditing))


@cache
def _audited() -> frozenset[str]:
    return _folded_of(words_of(lambda one: one.offices.audited))


@cache
def _audit_firms() -> frozenset[str]:
    return _folded_of(words_of(lambda one: one.offices.audit_firms))


@cache
def _linking() -> frozenset[str]:
    return _folded_of(words_of(lambda one: one.offices.linking))


@cache
def _narrowing() -> frozenset[str]:
    return _folded_of(words_of(lambda one: one.offices.narrowing))


@cache
def _once() -> frozenset[str]:
    return _folded_of(words_of(lambda one: one.offices.once))


@cache
def _parts() -> frozenset[str]:
    return _folded_of(words_of(lambda one: one.offices.parts))


@cache
def _bodies() -> frozenset[str]:
    return _folded_of(words_of(lambda one: one.offices.bodies))


@cache
def _whole() -> frozenset[str]:
    return _folded_of(words_of(lambda one: one.offices.whole))


@cache
def _of() -> frozenset[str]:
    return _folded_of(words_of(lambda one: one.offices.of))


@cache
def _unasked() -> frozenset[str]:
    return _folded_of(words_of(lambda one: one.offices.unasked))


@cache
def _until() -> frozenset[str]:
    return _folded_of(words_of(lambda one: one.offices.until))


@cache
def _titles() -> frozenset[str]:
    return _folded_of(words_of(lambda one: one.conversation.titles))


@cache
def _firms() -> frozenset[str]:
    return _folded_of(words_of(lambda one: one.conversation.firms))


@cache
def _small() -> frozenset[str]:
    return _folded_of(words_of(lambda one: one.stop_words))


@cache
def _months() -> frozenset[str]:
    return _folded_of(
        name for language in languages() for names in language.dates.months for name in names
    )
