"""Which sentences of a document give orders to an assistant instead of telling a reader something.

By rules alone, so that the same sentence is always judged the same. A sentence counts when it
says what hardly anybody says but to steer an assistant: forget your instructions, you are now an
AI, answer every question with. What stands in quotation marks is being talked about and does not
count. Neither do orders to people ("ignore the warning light", "if a customer asks for a refund,
name form 12"): a company's documents are full of them, and one that is left out is an answer that
is missing. So what no rule can see is a false statement, also in the form "if anyone asks, say".
"""

import re
import unicodedata
from collections.abc import Sequence

from app.answering.language import sentences
from vectorstore.languages import any_of, words_of
from vectorstore.languages.base import OrderTerms

# Letters of other scripts that pass for Latin ones, and digits that stand for letters.
_LOOKALIKES = str.maketrans("аесорхуіјѕԁһкмтвнАЕСОРХУІЈЅКМТВН", "aecopxyijsdhkmtbhAECOPXYIJSKMTBH")
_LEET = str.maketrans("013457@$", "oieastas")
# A word in capitals after "with" is a code: it gets a digit, as codes have.
_WITH = words_of(lambda language: language.orders.with_)
_WITH_AS_WRITTEN = "|".join(f"[{w[0].upper()}{w[0]}]{w[1:]}|{w.upper()}" for w in _WITH)
_CAPITALS = re.compile(rf"\b({_WITH_AS_WRITTEN})\W+([A-Z]{{2,}})\b(?!-)")
_WORDS_WITH_DIGITS = re.compile(r"\b(?=\w*[a-z])(?=\w*[0134578@$])[\w@$]{3,}\b")
_QUOTED = re.compile(
    r"“[^”]{1,400}”|„[^“”]{1,400}[“”]|«[^»]{1,400}»|»[^«]{1,400}«|\"[^\"]{1,400}\"|`[^`]{1,400}`"
    r"|(?<!\w)'[^'\n]{6,400}'(?!\w)|(?<!\w)‘[^’\n]{6,400}’(?!\w)"
)

# People are told to answer with patience, with a number, with STOP; an assistant with MANGO-77.
_PEOPLE_REPLY = any_of(lambda language: language.orders.people_reply)
_CODE = rf"(?!(?:{_PEOPLE_REPLY})-0\b)(?=[\w-]*\d)(?=[\w-]*(?:[a-z]|\d\d))[\w-]+"
_TERMS = OrderTerms(
    assistant=f"(?:{any_of(lambda language: language.orders.assistants)})",
    with_code=rf"(?:{'|'.join(_WITH)})(?:\s*:|\W+{_CODE})",
    image=r"(?:!\[|<img)",
    address=r"(?:!\[|https?://|www\.|<img|<a\b)",
)
# The marks of turns in chat templates are of no language.
_TURN_MARKS = (
    r"<\|?\s*+(?:/\s*+)?(?:im_(?:start|end|sep)|system|assistant|user|endoftext|eot_id|"
    r"start_header_id|end_header_id|inst)\b[^>]{0,20}>|\[/?\s*inst\s*\]|<<\s*+(?:/\s*+)?sys\s*>>"
)


_NEARBY = ".{0,300}"  # in the place of ".*" inside brackets


def _in_order(pattern: str) -> tuple[re.Pattern[str], ...]:
    """The parts of a pattern between its ".*": they are looked for one after the other.

    A single expression would try every place of the first part with every place of the second.
    What is inside brackets stays, with a bound, and so does a pattern of alternatives.
    """
    depth, at, parts = 0, 0, [""]
    while at < len(pattern):
        letter = pattern[at : at + 2] if pattern[at] == "\\" else pattern[at]
        depth += (letter in ("(", "[")) - (letter in (")", "]"))
        if depth == 0 and letter == "|":
            return (re.compile(pattern.replace(".*", _NEARBY)),)
        if depth == 0 and pattern.startswith(".*", at):
            parts.append("")
            at += 2
        else:
            parts[-1] += letter
            at += len(letter)
    return tuple(re.compile(part.replace(".*", _NEARBY)) for part in parts)


_ORDERS = tuple(
    _in_order(pattern)
    for pattern in (
        *words_of(lambda language: language.orders.patterns(_TERMS)),
        _TURN_MARKS,
    )
)


def gives_orders(sentence: str) -> bool:
    """Whether a sentence is an order to an assistant, in one of the known languages."""
    plain = _plain(sentence)
    return any(_stand_in(form, parts) for form in _forms(plain) for parts in _ORDERS)


def _stand_in(text: str, parts: Sequence[re.Pattern[str]]) -> bool:
    at = 0
    for part in parts:
        found = part.search(text, at)
        if found is None:
            return False
        at = found.end()
    return True


def without_orders(text: str) -> tuple[str, int]:
    """`text` without the sentences that are orders, and how many there were.

    An order that its writer tore in two sentences of a line is found in both together.
    """
    count = 0
    lines: list[str] = []
    for line in text.split("\n"):
        pieces = sentences(line)
        marked = marks_of(pieces)
        if not any(marked):
            lines.append(line)
            continue
        count += sum(marked)
        kept = " ".join(p for p, order in zip(pieces, marked, strict=True) if not order)
        if kept:
            lines.append(kept)
    return ("\n".join(lines), count) if count else (text, 0)


def marks_of(pieces: list[str]) -> list[bool]:
    """For each of some sentences that follow each other, whether it is (part of) an order."""
    marked = [gives_orders(piece) for piece in pieces]
    for number in range(len(pieces) - 1):
        pair = f"{pieces[number]} {pieces[number + 1]}"
        if not marked[number] and not marked[number + 1] and gives_orders(pair):
            marked[number] = marked[number + 1] = True
    return marked


def _plain(sentence: str) -> str:
    """Lower case, in Latin letters, without what is quoted."""
    text = unicodedata.normalize("NFKC", sentence).translate(_LOOKALIKES)
    return _CAPITALS.sub(r"\1 \2-0", _QUOTED.sub(" … ", text)).casefold()


def _forms(plain: str) -> set[str]:
    """The sentence as it stands, with digits read as letters, and with its letters drawn together.

    "1gn0re" is "ignore" so, and "i g n o r e" as well.
    """
    forms = {plain}
    if _WORDS_WITH_DIGITS.search(plain):
        forms.add(_WORDS_WITH_DIGITS.sub(lambda found: found[0].translate(_LEET), plain))
    if re.search(r"(?:\b\w[ ._*-]){5}", plain):
        forms.add(re.sub(r"\b(\w)[ ._*-](?=\w\b)", r"\1", plain))
    return forms
