"""Turns the bytes of a text file into text, whatever encoding they are in."""

import codecs
import re
from collections.abc import Sequence
from typing import NamedTuple

SAMPLE = 64 * 1024  # bytes shown to the guesser: enough to be sure, and its time grows with them
_CONTROL_BYTES = bytes({*range(0x20)} - {0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x1B} | {0x7F})
BOMS = (  # the longer first: UTF-32's begins with UTF-16's
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SURROGATE = re.compile(rb"\xed[\xa0-\xbf][\x80-\xbf]")
# Letters and signs of Western European text: what a wrong guess does not consist of.
_WESTERN = frozenset(
    "ÀÁÂÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÖØÙÚÛÜßàáâäåæçèéêëìíîïñòóôöøùúûüœŒ€–—‘’‚“”„…«»·•§°©®™½¼¾¿¡£²³ªº´\xa0?"
)
# In a word a sign is a letter of another code page: "przys³uguje" is Polish.
_IN_A_WORD = re.compile(r"[a-z]{2}[£²³¹ªº´¼½¾¿¡§©®°•·»«][a-z]")
_UTF7 = re.compile(rb"\+[A-Za-z0-9+/]{3,}-")


class Decoded(NamedTuple):
    """Text, and a warning for the reader ("" when there is no doubt)."""

    text: str
    warning: str


def looks_binary(data: bytes) -> bool:
    """Whether bytes without a known signature are no text in any encoding we know."""
    sample = data[:SAMPLE]
    if any(sample.startswith(bom) for bom, _ in BOMS) or utf16_without_bom(sample):
        return False
    without_nul = sample.replace(b"\0", b"")
    if not without_nul:
        return bool(sample)
    controls = len(without_nul) - len(without_nul.translate(None, _CONTROL_BYTES))
    return controls > 0.02 * len(without_nul) or len(without_nul) < 0.5 * len(sample)


def decode(data: bytes, declared: str = "") -> Decoded:
    """Text of `data`; `declared` is the encoding that the file itself names, tried early.

    Never raises: what cannot be decoded becomes U+FFFD, and the warning says so.
    """
    for bom, encoding in BOMS:
        if data.startswith(bom):
            return _lenient(data, encoding)
    if encoding := utf16_without_bom(data[:SAMPLE]):
        return _lenient(data, encoding)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    else:
        return _utf7(data) or _without_nul(text)
    if declared and (decoded := _strict(data, declared)):
        return decoded
    if _SURROGATE.search(data) and (decoded := _surrogates(data)):
        return decoded
    return _mixed(data) or _guessed(data)


def _lenient(data: bytes, encoding: str) -> Decoded:
    text = data.decode(encoding, "replace")
    damaged = text.count("\ufffd")
    warning = f"{damaged} characters could not be decoded as {encoding}" if damaged else ""
    return Decoded(text.removeprefix("\ufeff"), warning)


def _without_nul(text: str) -> Decoded:
    nuls = text.count("\0")
    if not nuls:
        return Decoded(text, "")
    return Decoded(text.replace("\0", ""), f"{nuls} NUL bytes were dropped")


def utf16_without_bom(sample: bytes) -> str:
    """The byte order, if every other byte is mostly NUL, as in Western text; else ""."""
    if len(sample) < 4:
        return ""
    half = len(sample) // 2
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    if odd > 0.6 * half and even < 0.1 * half:
        return "utf-16-le"
    if even > 0.6 * half and odd < 0.1 * half:
        return "utf-16-be"
    return ""


def _strict(data: bytes, encoding: str) -> Decoded | None:
    try:
        return Decoded(data.decode(encoding), "")
    except (UnicodeDecodeError, LookupError, ValueError):
        return None


def _utf7(data: bytes) -> Decoded | None:
    """UTF-7 is plain ASCII with "+ANw-" for "Ü": believe it only when it reads as words."""
    escapes = _UTF7.findall(data[:SAMPLE])
    if len(escapes) < 3 or not data.isascii():
        return None
    try:
        letters = b" ".join(escapes).decode("utf-7").replace(" ", "")
        text = data.decode("utf-7")
    except UnicodeDecodeError:
        return None
    # Base64 that is no UTF-7 decodes to characters from all over the planes.
    blocks = {ord(letter) >> 8 for letter in letters}
    if len(blocks) > 3 or not all(letter.isprintable() for letter in letters):
        return None
    return Decoded(text, "read as UTF-7; check that its accents are right")


def _surrogates(data: bytes) -> Decoded | None:
    try:
        text = data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return None
    paired = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return Decoded(paired.replace("\ufffd", ""), "broken surrogate characters were dropped")


def _mixed(data: bytes) -> Decoded | None:
    """A file pasted together from UTF-8 and a Windows code page: each line by itself."""
    lines, utf8, other = data.split(b"\n"), 0, 0
    texts = []
    for line in lines:
        try:
            texts.append(line.decode("utf-8"))
            utf8 += not line.isascii()
        except UnicodeDecodeError:
            texts.append(line.decode("cp1252", "replace"))
            other += 1
    if not utf8 or utf8 * 20 < other:  # by chance a line of another code page is valid UTF-8
        return None
    return Decoded("\n".join(texts), f"{other} lines were not UTF-8 and were read as Windows-1252")


def guess(sample: bytes, among: Sequence[str] = ()) -> tuple[str, bool]:
    """The encoding of text that is not UTF-8, and whether there is little doubt about it.

    `among`: the encodings that come into question, () for all: fewer guess better at short texts.
    For whoever decodes a long file piece by piece; `sample` should be of lines that hold more
    than ASCII. `decode` knows more: marks at the beginning, and mixtures.
    """
    from charset_normalizer import from_bytes  # slow to import, and seldom needed

    # A sample must not start or end inside a multi-byte character, so cut at line ends.
    if len(sample) > SAMPLE:
        sample = sample[: sample.rfind(b"\n", 0, SAMPLE) + 1 or SAMPLE]
    if _japanese(sample):
        return "cp932", True
    best = from_bytes(sample, cp_isolation=list(among) or None).best()
    encoding = _western(sample, best.encoding if best else "cp1252")
    return encoding.replace("_", "-"), best is not None and best.chaos <= 0.1


def _guessed(data: bytes) -> Decoded:
    name, sure = guess(data)
    text = data.decode(name, "replace")
    if not sure or "\ufffd" in text:
        return Decoded(text, f"its encoding is unclear; read as {name}, check the characters")
    return Decoded(text, f"its encoding was guessed: {name}")


def _japanese(sample: bytes) -> bool:
    """Whether it reads as Shift-JIS with kana: of a short text, guessers take it for Korean."""
    try:
        text = sample.decode("cp932")
    except UnicodeDecodeError:
        return False
    letters = [letter for letter in text if not letter.isascii()]
    kana = sum("\u3041" <= letter <= "\u30fe" for letter in letters)
    return 5 * kana > len(letters)


def _western(sample: bytes, guess: str) -> str:
    """Prefer the Western code page where nothing speaks against it: it is by far the likeliest."""
    candidates: tuple[str, ...] = ()
    if guess in {"cp1250", "cp1252", "cp1254", "cp1257", "latin_1", "iso8859_2", "iso8859_15"}:
        candidates = ("cp1252",) if b"\xa4" not in sample else ("iso8859_15", "cp1252")
    elif guess in {"cp437", "cp775", "cp850", "cp852", "cp858", "cp860", "cp861", "cp865"}:
        candidates = ("cp850",)
    for candidate in candidates:
        text = sample.decode(candidate, "replace")
        if _IN_A_WORD.search(text):
            continue
        if all(letter in _WESTERN for letter in set(text) if not letter.isascii()):
            return candidate
    return guess
