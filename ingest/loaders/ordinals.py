"""Numbers of lists in letters and in Roman numerals, as Word and web pages write them."""

_ROMAN = (
    (1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"),
    (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"),
)  # fmt: skip
_MOST = 3999  # no Roman numeral goes on; nobody numbers so far in letters either


def lettered(number: int) -> str:
    """1 is "a", 26 "z", 27 "aa", as Word counts: "aa", "bb", "cc"."""
    if not 0 < number <= _MOST:
        return str(number)
    turns, at = divmod(number - 1, 26)
    return chr(ord("a") + at) * (turns + 1)


def roman(number: int) -> str:
    """4 is "IV"."""
    if not 0 < number <= _MOST:
        return str(number)
    parts = []
    for value, letters in _ROMAN:
        count, number = divmod(number, value)
        parts.append(letters * count)
    return "".join(parts)
