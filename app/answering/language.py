"""Sentences, words, numbers and names of a text, in the form in which they can be compared."""

import re
import unicodedata
from functools import lru_cache

import sentencex

from vectorstore.languages import any_of, languages, words_of
from vectorstore.stemming import stem

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
NUMBER = re.compile(
    "(?<!\\w)\\d{1,3}(?:[\u00a0\u2009\u202f'’]\\d{3})+(?:[.,]\\d+)?(?!\\w)"  # 1 250,50
    r"|(?<!\w)\d+(?:[.,]\d+)*(?!\w)"  # 1250, 1,250.00, 1.250,00, 3.5
)
_GROUPED = re.compile(r"^[1-9]\d{0,2}(?:[,.'’  ]\d{3})+(?:[.,]\d{1,2})?$")
_BULLET = re.compile(r"^\s*(?:[-*•–▪◦‣]|\(?\d{1,2}[.)])\s+")
_ORDINALS = {  # "Im 3. Quartal", "am 1. Mai": where a number with a point is an ordinal
    language.code: re.compile(
        rf"\b(?:{'|'.join(language.sentences.before_ordinals)})\s+\d{{1,2}}\.\s*$", re.IGNORECASE
    )
    for language in languages()
    if language.sentences.before_ordinals
}
_SHORT_SENTENCES = words_of(lambda language: language.sentences.whole_sentences)
_A_NO = re.compile(
    rf"(?:{'|'.join(f'(?<=^{re.escape(short)})' for short in _SHORT_SENTENCES)})\s+(?=[^\W\d_])"
)
_CODE = re.compile(r"[^\W_]+(?:[-/.:_][^\W_]+)*")
_LETTERS = re.compile(r"[^\W\d_]+")
_LETTER_RUN = re.compile(r"\d+|[^\W\d_]+")
_NUMBER_WORDS = {
    word: str(value)
    for value in sorted({value for language in languages() for value in language.numbers.names})
    for word in words_of(lambda language: language.numbers.names.get(value, ()))  # noqa: B023
}
_FOLDED_NUMBERS = {
    "".join(c for c in unicodedata.normalize("NFKD", word) if not unicodedata.combining(c)): value
    for word, value in _NUMBER_WORDS.items()
}
STOP_WORDS = frozenset(words_of(lambda language: language.stop_words))
DENYING_NOUNS = frozenset(words_of(lambda language: language.denials.before_nouns))
_NEGATIONS = DENYING_NOUNS | frozenset(words_of(lambda language: language.denials.others))
# "n't", and the word that it stands for
_DENYING_ENDINGS = {
    ending: word for language in languages() for ending, word in language.denials.endings.items()
}


def sentences(text: str) -> list[str]:
    """Split `text` into sentences; a line break always ends one (table rows, list items).

    The mark before a list item is no part of its sentence.
    """
    found: list[str] = []
    for line in text.splitlines():
        if line.strip():
            bare = _BULLET.sub("", line)
            for piece in _pieces(bare):
                # To the library "No." is short for "number", whatever follows it.
                found.extend(part.strip() for part in _A_NO.split(piece, 1) if part.strip())
    return found


def _pieces(line: str) -> list[str]:
    """The sentences of a line by the abbreviations and ordinals of its language."""
    used = {word.casefold() for word in _WORD.findall(line)}
    language = max(languages(), key=lambda one: len(used.intersection(one.stop_words)))
    segments = sentencex.segment(language.code, line)
    ordinal = _ORDINALS.get(language.code)
    if ordinal is None:
        return list(segments)
    pieces: list[str] = []
    for piece in segments:
        if pieces and ordinal.search(pieces[-1]):
            pieces[-1] += piece
        else:
            pieces.append(piece)
    return pieces


def words(text: str) -> list[str]:
    """The words of `text` in order: case folded, without accents and apostrophe endings."""
    plain = "".join(
        letter
        for letter in unicodedata.normalize("NFKD", text)
        if not unicodedata.combining(letter)
    ).casefold()
    return [re.sub(r"['’].*$", "", word) for word in _WORD.findall(plain)]


def telling_words(text: str) -> list[str]:
    """The words that carry meaning, once each, in order."""
    return list(dict.fromkeys(word for word in words(text) if word not in STOP_WORDS))


def stem_of(word: str) -> str:
    """The form in which `content_stems` gives a word."""
    return _FOLDED_NUMBERS.get(word) or stem(word, "english")


def content_stems(text: str) -> list[str]:
    """Stems of the words that carry meaning, in order; numbers stand in their plain form."""
    return [stem_of(word) for word in words(text) if word not in STOP_WORDS]


def numbers(text: str) -> frozenset[str]:
    """Every number of `text`, comparable: "1,250.00", "1'250" and "1250" are all "1250".

    Numbers in words count up to 999 ("twenty-five", "fünfundzwanzig", "two hundred"), and so do
    the digits inside a word ("30km", "HR100"). A plain space does not join digits: it may stand
    between two columns of a table.
    """
    found: set[str] = set()
    text = in_digits(text)
    for match in NUMBER.findall(text):
        found.add(plain_number(match))
    for word in words(text):
        if not word.isdigit() and any(letter.isdigit() for letter in word):
            found.update(
                part.lstrip("0") or "0" for part in _LETTER_RUN.findall(word) if part.isdigit()
            )
    return frozenset(number for number in found if number)


def in_digits(text: str) -> str:
    """`text` with its numbers in words, up to 999, written in digits."""
    pieces: list[str] = []
    end = 0
    for word in _LETTERS.finditer(text):
        # The pattern is long, and few words can open a number.
        if word.start() < end or not _may_be_number(word.group().casefold()):
            continue
        if number := _spelled().match(text, word.start()):
            pieces += [text[end : number.start()], _digits(number)]
            end = number.end()
    return "".join([*pieces, text[end:]])


@lru_cache(maxsize=50_000)
def _may_be_number(word: str) -> bool:
    return word in _openers() or any(hundred in word for hundred in _hundreds())


@lru_cache(maxsize=1)
def _openers() -> frozenset[str]:
    ones = words_of(lambda language: language.numbers.ones_before_hundred)
    return frozenset(re.split(r"[\s-]", form)[0] for form in (*_small_numbers(), *ones))


@lru_cache(maxsize=1)
def _hundreds() -> tuple[str, ...]:
    return words_of(lambda language: language.numbers.hundreds)


@lru_cache(maxsize=1)
def _spelled() -> re.Pattern[str]:
    small = "|".join(sorted(_small_numbers(), key=len, reverse=True))
    below = "|".join(word for word, value in _NUMBER_WORDS.items() if len(value) == 1)
    one = any_of(lambda language: language.numbers.ones_before_hundred)
    hundred = any_of(lambda language: language.numbers.hundreds)
    joint = any_of(lambda language: language.numbers.joints)
    hundreds = rf"(?:(?P<many>{below}|{one})[\s-]*)?(?:{hundred})"
    rest = rf"(?:[\s-]*+(?:(?:{joint})[\s-]*+)?(?P<rest>{small})\b)?"
    return re.compile(rf"\b(?:{hundreds}(?!\w*s\b){rest}|(?P<small>{small}))\b", re.IGNORECASE)


@lru_cache(maxsize=1)
def _small_numbers() -> dict[str, str]:
    """Words for 0 to 99 as they may be written."""
    written = dict(_NUMBER_WORDS)
    ones = {
        word: value for word, value in _NUMBER_WORDS.items() if len(value) == 1 and value != "0"
    }
    ones |= dict.fromkeys(words_of(lambda language: language.numbers.ones_in_compounds), "1")
    compounds = words_of(lambda language: language.numbers.compounds)
    for ten, value in _NUMBER_WORDS.items():
        if len(value) == 2 and value.endswith("0") and value != "10":
            for one, last in ones.items():
                total = str(int(value) + int(last))
                written |= {form.format(ten=ten, one=one): total for form in compounds}
    return written


def _digits(match: re.Match[str]) -> str:
    small = _small_numbers()
    if match["small"]:
        return small[match["small"].casefold()]
    many = int(_NUMBER_WORDS.get((match["many"] or "").casefold(), "1"))
    return str(100 * many + int(small[match["rest"].casefold()] if match["rest"] else 0))


def plain_number(written: str) -> str:
    """A number in digits in its comparable form."""
    digits = re.sub(r"^\D+|\D+$", "", written)
    if _GROUPED.match(digits):
        whole, _, cents = _split_cents(digits)
        return _trim(re.sub(r"\D", "", whole), cents)
    whole, mark, cents = digits.replace(" ", "").rpartition(".")
    if not mark:
        whole, mark, cents = digits.replace(" ", "").rpartition(",")
    if mark and whole.isdigit() and cents.isdigit():
        return _trim(whole, cents)
    return _trim(re.sub(r"\D", "", digits), "")


def _split_cents(digits: str) -> tuple[str, str, str]:
    match = re.search(r"[.,](\d{1,2})$", digits)
    return (digits[: match.start()], ".", match.group(1)) if match else (digits, "", "")


def _trim(whole: str, cents: str) -> str:
    cents = cents.rstrip("0")
    whole = whole.lstrip("0") or "0"
    return f"{whole}.{cents}" if cents else whole


def codes(text: str) -> frozenset[str]:
    """Part numbers and the like: runs of letters, digits and their joints that hold both kinds.

    "HR-100-E" and "KX-4471-09" are codes; "Graz" and "2024" are not.
    """
    return frozenset(
        match.casefold()
        for match in _CODE.findall(text)
        if any(c.isdigit() for c in match) and any(c.isalpha() for c in match)
    )


def names(sentence: str) -> frozenset[str]:
    """Words written with a capital inside the sentence (its first word is no evidence)."""
    found = [match.group(0) for match in _WORD.finditer(sentence)]
    return frozenset(
        folded
        for word in found[1:]
        if word[0].isupper() and (folded := "".join(words(word))) not in STOP_WORDS and folded
    )


def negated(sentence: str) -> bool:
    """Whether the sentence denies something."""
    straight = sentence.replace("’", "'")
    return any(denies(word) for word in words(sentence)) or any(
        ending in straight for ending in _DENYING_ENDINGS
    )


def with_whole_denials(sentence: str) -> str:
    """`sentence` with a denial at the end of a word as a word: "isn't" is "is not"."""
    for ending, word in _DENYING_ENDINGS.items():
        for written in (ending, ending.replace("'", "’")):
            sentence = sentence.replace(written, f" {word}")
    return sentence


def denies(word: str) -> bool:
    """Whether a word, as `words` gives it, is a denial."""
    return word in _NEGATIONS
