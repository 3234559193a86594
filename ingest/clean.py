"""Makes text safe to show and to search: invisible characters out, spaces and accents settled."""

import re
import unicodedata

# What can hide text from a reader or reorder it: zero-width space, word joiner, direction
# controls, fillers, and the "tag" copies of ASCII that render as nothing.
# Variation selectors can carry bytes; one behind a Chinese character chooses its form.
_DECEPTIVE = re.compile(
    "[\u115f\u1160\u200b\u2060-\u2064\u202a-\u202e\u2066-\u206f\u3164\uffa0\U000e0000-\U000e007f]"
    "|(?<![\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff])[\U000e0100-\U000e01ef]"
    "|(?<=[\ufe00-\ufe0f])[\ufe00-\ufe0f]"
)
# Equally invisible but common in honest text: soft hyphen, byte order mark, direction marks.
_INVISIBLE = re.compile("[\u00ad\u061c\u180e\u200e\u200f\ufeff\ufff9-\ufffb]")
# Joiners mean something in Arabic and Indic scripts and inside emoji; elsewhere they only hide.
_STRAY_JOINER = re.compile(
    "(?<![\u0600-\u109f\u1780-\u18af\ufb50-\ufdff\ufe0f\U0001f000-\U0001faff\u2600-\u27bf])"
    "[\u200c\u200d]"
)
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_BREAKS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_SPACES = re.compile("[\t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")
# Nothing legible stacks more than a few accents on a letter.
_STACKED_ACCENTS = re.compile(
    "([\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u20d0-\u20ff]{4})"
    "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u20d0-\u20ff]+"
)
# Two dots before their letter, as fonts of LaTeX set them: "f\u00a8ur".
_DOTS_BEFORE = re.compile("\u00a8(?=[AEIOUYaeiouy])(.)")
_LIGATURES = {
    0xFB00: "ff", 0xFB01: "fi", 0xFB02: "fl", 0xFB03: "ffi", 0xFB04: "ffl", 0xFB05: "st",
    0xFB06: "st",
}  # fmt: skip
_PLAIN = re.compile(r"[\n -~]*")
# Characters that reorder text: a file name could read backwards, a sentence differently.
_REORDERING = dict.fromkeys(
    (0x200E, 0x200F, 0x061C, *range(0x202A, 0x202F), *range(0x2066, 0x206A))
)


def clean(text: str) -> tuple[str, int]:
    """Text in NFC without invisible characters, and how many deceptive ones were dropped.

    Line breaks become "\\n", every other kind of space a plain one; runs of spaces stay.
    """
    if _PLAIN.fullmatch(text):
        return text, 0
    text, deceptive = _DECEPTIVE.subn("", text)
    text, joiners = _STRAY_JOINER.subn("", text)
    text = _INVISIBLE.sub("", text)
    text = _BREAKS.sub("\n", text)
    text = _SPACES.sub(" ", text)
    text = _CONTROL.sub("", text)
    text = _STACKED_ACCENTS.sub(r"\1", text)
    text = _DOTS_BEFORE.sub("\\1\u0308", text)
    return unicodedata.normalize("NFC", text.translate(_LIGATURES)), deceptive + joiners


def visible(text: str) -> str:
    """Return foreign text without control and reordering characters; not escaped for HTML."""
    return "".join(
        "\ufffd" if unicodedata.category(letter) == "Cs" else letter
        for letter in text.translate(_REORDERING)
        if letter in "\n\t" or unicodedata.category(letter) != "Cc"
    )
