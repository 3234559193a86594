"""Small talk: what people say to the program itself is answered by code, without a search."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from app.answering.defusing import defuse
from app.answering.followup import Exchange
from app.answering.language import words
from vectorstore.languages import any_of, language_of, languages, words_of
from vectorstore.languages.base import Language

LONGEST = 160  # characters of small talk; what is longer says something else as well
MOST_LISTED = 30
_SIGNS = " \t\n,.!?;:…–—-"
_OPENER, _ACKNOWLEDGEMENT = "opener", "acknowledgement"
_TELLING = ("farewell", "thanks", "greeting", _ACKNOWLEDGEMENT)  # of several, the first
_STARTS = frozenset(
    word
    for start in words_of(lambda language: language.talk.question_starts)
    for word in words(start)
)
_STRONG_END = re.compile(r"\s*[,.!?;:…]+\s*|\s+[–—-]+\s+|\s*$")
_SOFT_END = re.compile(r"\s+")
_JOINT = re.compile(rf"(?:{any_of(lambda language: language.numbers.joints)})\s+", re.IGNORECASE)
_SENTENCE_END = re.compile(r"(?<=[.!?…])\s+")
_EMOTICON = re.compile(r"(?:^|(?<=\s))[:;=8][-']?[()DPp/|*]+(?=\s|$)")
_MARK = re.compile(r"(?<!\s)\s{0,9}\[\d{1,3}(?:\s*,\s*\d{1,3})*\]")
_BLANKS = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Talk:
    """What small talk is answered with: a fixed sentence, no citation.

    `turn` is the place in the history of the exchange that is told again, None for no exchange.
    """

    kind: str  # a key of `TalkWords.replies`
    text: str
    language: str  # ISO 639-1, of the text
    turn: int | None = None


@dataclass(frozen=True, slots=True)
class _Courtesy:
    kind: str
    language: str
    pattern: re.Pattern[str]


def _courtesies() -> list[_Courtesy]:
    found = []
    for language in languages():
        talk = language.talk
        kinds = {
            **talk.courtesies,
            _ACKNOWLEDGEMENT: talk.acknowledgements,
            _OPENER: talk.openers,
        }
        # "Hello there", "thanks Strongroom"
        whom = rf"(?:,?\s+(?:{'|'.join(talk.addressed)})\b)?"
        for kind, patterns in kinds.items():
            pattern = rf"(?:{'|'.join(patterns)})(?!\w){whom}(?![\w'’/&+])"
            found.append(_Courtesy(kind, language.code, re.compile(pattern, re.IGNORECASE)))
    return found


def _whole(kinds: Callable[[Language], Mapping[str, Iterable[str]]]) -> list[_Courtesy]:
    """The patterns of whole texts, with or without whom they speak to, and a "please"."""
    found = []
    for language in languages():
        ends = "|".join((*language.talk.addressed, *language.talk.closers))
        for kind, patterns in kinds(language).items():
            pattern = rf"(?:{'|'.join(patterns)})(?:,?\s+(?:{ends}))?[\s.!?…]*"
            found.append(_Courtesy(kind, language.code, re.compile(pattern, re.IGNORECASE)))
    return found


_COURTESIES = _courtesies()
_SAID = _whole(lambda language: language.talk.said)
_REMEMBERED = _whole(lambda language: language.talk.remembered)
_CLOSERS = tuple(
    dict.fromkeys(closer for language in languages() for closer in language.talk.closers)
)
_CLOSER = re.compile(rf"[\s,;–—-]+(?:{'|'.join(_CLOSERS)})(?P<sign>[\s.!?…]*)$", re.IGNORECASE)
_LONGEST_CLOSER = 40


def small_talk(question: str, history: Sequence[Exchange] = ()) -> Talk | None:
    """What to say to `question` without a search, or None if it asks something of the documents.

    `history` is the whole conversation, oldest first, for "What was my first question?". The
    words are those of the question's language; where these do not tell ("ok"), of the question
    before.
    """
    text = _plain(question)
    if len(text) > LONGEST:
        return None
    start, said = _leading(text)
    rest = text[start:].strip()
    if not rest:
        kinds = {one.kind for one, _ in said}
        kind = next((kind for kind in _TELLING if kind in kinds), "")
        if kind:
            return _said(kind, _language(said, history))
        return _waving(question, history)
    for table in (_REMEMBERED, _SAID):
        matching = [one for one in table if one.pattern.fullmatch(rest)]
        if matching:
            language = _language([(matching[0], {one.language for one in matching})], history)
            kind = matching[0].kind
            return (
                _told_again(kind, language, history)
                if table is _REMEMBERED
                else _said(kind, language)
            )
    return None


def without_courtesy(question: str) -> str:
    """`question` without greetings, thanks and the like before and behind it.

    "Thanks. And how many days do interns get?" is "And how many days do interns get?". What is
    nothing but courtesy stays as it is.
    """
    text = question.strip()
    shown = _plain(text[: 2 * LONGEST])
    start, _ = _leading(shown)
    if start:
        if not shown[start:].strip():
            return text
        text = f"{shown[start:]}{text[2 * LONGEST :]}".strip()
    return _without_end(text)


def _without_end(text: str) -> str:
    """`text` without courtesies in its last sentences and behind its last comma."""
    for _ in range(3):
        tail_from = max(len(text) - LONGEST, 0)
        borders = [found.end() for found in _SENTENCE_END.finditer(text, tail_from)]
        if borders:
            tail = _plain(text[borders[-1] :])
            start, said = _leading(tail)
            if said and not tail[start:].strip():
                text = text[: borders[-1]].rstrip()
                continue
        closer = _CLOSER.search(text, max(len(text) - _LONGEST_CLOSER, 0))
        if closer is None or not text[: closer.start()].strip(_SIGNS):
            break
        text = text[: closer.start()].rstrip(" ,;")
        text += "" if text.endswith((".", "!", "?", "…")) else closer["sign"].strip()
    return text


def _leading(text: str) -> tuple[int, list[tuple[_Courtesy, set[str]]]]:
    """Where the courtesies at the start of `text` end; each with the languages that know it.

    Where another word follows, they end at the last sign behind one, or where a question or an
    order clearly begins: "Great Britain" and "Right of way" are no courtesies.
    """
    found: list[tuple[_Courtesy, set[str]]] = []
    kept = safe = 0
    at = len(text) - len(text.lstrip(_SIGNS))
    while at < len(text):
        matches = _matching(text, at)
        if not matches and found and (joint := _JOINT.match(text, at)):
            matches = _matching(text, joint.end())  # "thanks and bye"
        if not matches:
            break
        end, best = max(matches, key=lambda match: match[0])
        found.append((best, {one.language for other, one in matches if other == end}))
        border = _border(text, end)
        assert border is not None
        at = border.end()
        # "Cool, dry places": a comma is enough behind a greeting only.
        comma = border.group().strip() == "," and best.kind == _ACKNOWLEDGEMENT
        if border.group().strip() and not comma:
            kept, safe = len(found), at
    if at >= len(text) or _begins_question(text[at:]):
        return at, found
    return safe, found[:kept]


def _matching(text: str, at: int) -> list[tuple[int, _Courtesy]]:
    """The courtesies that stand at a place of `text`, with where they end."""
    return [
        (match.end(), one)
        for one in _COURTESIES
        if (match := one.pattern.match(text, at)) and _border(text, match.end())
    ]


def _border(text: str, at: int) -> re.Match[str] | None:
    return _STRONG_END.match(text, at) or _SOFT_END.match(text, at)


def _begins_question(rest: str) -> bool:
    first = words(rest[:40])[:1]
    return bool(first) and first[0] in _STARTS


def _waving(question: str, history: Sequence[Exchange]) -> Talk | None:
    """The answer to a text of pictures alone, such as a waving hand."""
    if any(unicodedata.category(letter) == "So" for letter in question):
        return _said("greeting", _language([], history))
    return None


def _said(kind: str, language: Language) -> Talk:
    return Talk(kind, language.talk.replies[kind], language.code)


def _told_again(kind: str, language: Language, history: Sequence[Exchange]) -> Talk:
    replies = language.talk.replies
    if not history:
        return Talk("nothing_before", replies["nothing_before"], language.code)
    if kind == "questions":
        asked = [f"- {_shown(turn.question)}" for turn in history[-MOST_LISTED:]]
        return Talk(kind, "\n".join([replies[kind], "", *asked]), language.code)
    turn = 0 if kind == "first_question" else len(history) - 1
    told = history[turn]
    text = replies[kind].format(question=_shown(told.question), answer=_shown(told.answer))
    return Talk(kind, text, language.code, turn)


def _shown(text: str) -> str:
    """What was said before, without citations, whose numbers belong to that answer."""
    return defuse(_MARK.sub("", text))[0].strip()


def _language(said: Sequence[tuple[_Courtesy, set[str]]], history: Sequence[Exchange]) -> Language:
    """The language of what was said; of the last question where it is said in several."""
    known = set.intersection(*(spoken for _, spoken in said)) if said else set()
    if not known and said:
        known = said[0][1]
    possible = [one for one in languages() if one.code in known] or list(languages())
    last = language_of(history[-1].question) if history else possible[0]
    return last if last in possible else possible[0]


def _plain(text: str) -> str:
    """`text` on one line, without pictures and faces."""
    text = unicodedata.normalize("NFC", text).replace("’", "'")
    text = "".join(
        " " if unicodedata.category(letter) in ("So", "Sk", "Cf") or letter == "\ufe0f" else letter
        for letter in text
    )
    return _BLANKS.sub(" ", _EMOTICON.sub(" ", text)).strip()
