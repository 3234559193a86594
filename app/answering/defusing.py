"""Takes the action out of links, images and tags: their words and addresses stay as plain text.

A poisoned document can make a model write an image whose address carries what the reader asked;
whatever draws such an answer would fetch it. Here markup becomes text before anything else is
done with it, and an address that the model put together itself, so that it stands in none of
the passages, is left out: only such an address can carry something away.
"""

import re
from collections.abc import Iterable

ADDRESS_LEFT_OUT = "[address left out]"

_ACTIVE = (
    "a|img|image|iframe|frame|script|style|link|object|embed|applet|video|audio|source|track|svg|"
    "form|input|button|base|meta|picture|body|html|head|math|area|map|use|portal|template|noscript"
)
_TARGET = r"\(\s*<?([^\s()<>]*(?:\([^\s()<>]*\)[^\s()<>]*)*)>?[^()]{0,300}\)"
_IMAGE = re.compile(r"!\[([^\]\n]{0,500})\]" + _TARGET)
_LINK = re.compile(r"(?<!\\)\[([^\]\n]{1,500})\]" + _TARGET)
_REFERENCE = re.compile(r"!?\[(?!\d{1,3}\])([^\]\n]{1,500})\]\[([^\]\n]{0,100})\]")
_DEFINITION = re.compile(
    r"^([ \t]{0,3})\[([^\]\n]{1,100})\]:[ \t]*(\S*(?://|\.\w)\S*)", re.MULTILINE
)
_AUTOLINK = re.compile(r"<((?:[a-z][a-z0-9+.-]{1,20}:|www\.)[^<>\s]{1,2000})>", re.IGNORECASE)
_TAG = re.compile(rf"<\s*+(?:/\s*+)?(?:{_ACTIVE})\b[^<>]*(?:>|$)", re.IGNORECASE)
_ADDRESS_IN_TAG = re.compile(
    r"(?:src|href|srcset|action|data|poster|background|formaction|xlink:href|url)\s*[=(]\s*"
    r"[\"']?\s*([^\s\"'<>)]{1,2000})",
    re.IGNORECASE,
)
_ADDRESS = re.compile(
    r"(?:\b[a-z][a-z0-9+.-]{1,20}://|(?<![\w@/.])//(?=[\w-]+\.)|\bwww\.|\b(?:data|javascript|vbscript|"
    r"mailto|tel|file):(?=\S))[^\s<>\"“”«»\[\]|\\^`{}]+",
    re.IGNORECASE,
)
_TRAILING = ".,;:!?'’)"


def defuse(text: str) -> tuple[str, int]:
    """`text` with links, images and active HTML as plain text, and how many there were."""
    if not re.search(r"[\[<]", text):
        return text, 0
    count = 0

    def shown(found: re.Match[str]) -> str:
        nonlocal count
        words, target = found[1].strip(), found[2].strip()
        if words.isdigit() and not re.search(r"[/:.]", target):
            return found[0]  # a citation's mark with something in brackets behind it
        count += 1
        return f"{words} ({target})" if words and target and words != target else words or target

    def tag(found: re.Match[str]) -> str:
        nonlocal count
        count += 1
        addresses = _ADDRESS_IN_TAG.findall(found[0])
        return f" ({', '.join(addresses)}) " if addresses else " "

    def bare(found: re.Match[str]) -> str:
        nonlocal count
        count += 1
        return found[1]

    def named(found: re.Match[str]) -> str:
        nonlocal count
        count += 1
        return f"{found[1]}{found[2]}: {found[3]}"

    for _ in range(4):  # a link around an image, an image around a tag
        before = text
        text = _IMAGE.sub(shown, text)
        text = _LINK.sub(shown, text)
        text = _DEFINITION.sub(named, text)
        text = _AUTOLINK.sub(bare, text)
        text = _TAG.sub(tag, text)
        text = _REFERENCE.sub(bare, text)
        if text == before:
            break
    else:
        text = re.sub(r"[\[<]", "(", text)  # nested without end: nothing that honest text has
    return text, count


def addresses(text: str) -> list[str]:
    """Every address of another place in `text`, without the punctuation behind it."""
    return [found[0].rstrip(_TRAILING) for found in _ADDRESS.finditer(text)]


def without_foreign_addresses(text: str, known: Iterable[str]) -> tuple[str, int]:
    """`text` without the addresses that stand in none of the `known` texts, and how many."""
    held = {address.casefold() for one in known for address in addresses(one)}
    count = 0

    def kept(found: re.Match[str]) -> str:
        nonlocal count
        address = found[0].rstrip(_TRAILING)
        if address.casefold() in held:
            return found[0]
        count += 1
        return ADDRESS_LEFT_OUT + found[0][len(address) :]

    return _ADDRESS.sub(kept, text), count
