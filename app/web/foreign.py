"""Text that others wrote, made safe to look at: nothing invisible in it, nothing reordered."""

import unicodedata

# Characters that reorder text: a file name could read backwards, a sentence differently.
_REORDERING = dict.fromkeys(
    (0x200E, 0x200F, 0x061C, *range(0x202A, 0x202F), *range(0x2066, 0x206A))
)


def visible(text: str) -> str:
    """Return foreign text without control and reordering characters; not escaped for HTML."""
    return "".join(
        "\ufffd" if unicodedata.category(letter) == "Cs" else letter
        for letter in text.translate(_REORDERING)
        if letter in "\n\t" or unicodedata.category(letter) != "Cc"
    )
