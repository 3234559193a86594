"""Formulas of a sheet that have no stored value, as libraries write them: calculated, or shown.

Only arithmetic and the plainest functions over cells of the same workbook are calculated, all in
code of our own: no formula of a file is run. What needs more stands as it is written:
"=XLOOKUP(A2,B2:B9,C2:C9)".
"""

import html
import inspect
import math
import operator
import re
import statistics
from collections.abc import Callable, Iterable, Iterator
from decimal import ROUND_DOWN, ROUND_HALF_UP, ROUND_UP, Decimal, InvalidOperation
from typing import Any

from ingest.loaders.office.sheets import column_number

Address = tuple[int, int]  # row and column, from 1
Value = float | int | str | bool | None

_WITHOUT_VALUE = re.compile(
    rb"<(?:\w+:)?c\b([^<>]*)>\s*<(?:\w+:)?f\b([^<>]*?)(?:/>|>([^<]*)</(?:\w+:)?f>)\s*"
    rb"(<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
_SHARED = re.compile(rb"<(?:\w+:)?c\b([^<>]*)>\s*<(?:\w+:)?f\b([^<>]*[^<>/])>([^<]+)</")
_ADDRESS = re.compile(rb"\br\s*=\s*[\"']([A-Z]{1,3})(\d{1,7})[\"']")
_INDEX = re.compile(rb"\bsi\s*=\s*[\"'](\d{1,9})[\"']")
_IS_TEXT = re.compile(rb"\bt\s*=\s*[\"']str[\"']")
_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d*)?(?:[Ee][+-]?\d+)?|\.\d+)"
    r"|(?P<text>\"(?:[^\"]|\"\")*\")"
    r"|(?P<sheet>(?:'(?:[^'\[\]]|''){1,120}'|[^\W\d][\w.]{0,120})!)"
    r"|(?P<range>\$?[A-Z]{1,3}\$?\d{1,7}:\$?[A-Z]{1,3}\$?\d{1,7})"
    r"|(?P<function>[A-Z][A-Z.]*)\("
    r"|(?P<cell>\$?[A-Z]{1,3}\$?\d{1,7})(?![\w(!:])"
    r"|(?P<truth>TRUE|FALSE)(?!\w)"
    r"|(?P<sign><=|>=|<>|[-+*/^&=<>(),%]))",
)
_CELL = re.compile(r"\$?([A-Z]{1,3})\$?(\d{1,7})")
_LONGEST = 2_000  # characters of a formula that is calculated
_LONGEST_TEXT = 32_767  # characters that a cell can hold
_DEEPEST = 100  # formulas within formulas, and brackets within brackets
_MOST_CELLS = 3_000_000  # looked at for all formulas of a sheet
_MOST_FORMULAS = 50_000
_MOST_VALUES = 1_000_000  # of the sheets whose cells formulas refer to
_MOST_SHEETS = 50  # that formulas of others refer to
_COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    "=": operator.eq, "<>": operator.ne, "<": operator.lt, ">": operator.gt, "<=": operator.le,
    ">=": operator.ge,
}  # fmt: skip
_WITHOUT_A_NUMBER = (None, "")


class _Range(list[Value]):
    """The values of a range, row after row, each of `width` columns."""

    def __init__(self, values: Iterable[Value], width: int) -> None:
        super().__init__(values)
        self.width = width


class _Beyond(Exception):
    """A formula that is not calculated here."""


Values = Callable[[], Iterable[tuple[Address, object]]]
"""Gives the stored values of a sheet, if they are needed."""


class Sheets:
    """The sheets of one workbook, for formulas that refer to others; each is opened when needed."""

    def __init__(self, load: Callable[[str], tuple[bytes, Values] | None] = lambda _: None) -> None:
        """`load` gives the XML and the values of the sheet of a name; None where there is none."""
        self._load = load
        self._opened: dict[str, Formulas] = {}
        self.depth = 0  # of formulas within formulas, whatever their sheets
        self.values = 0  # that are held

    def open(self, name: str) -> "Formulas":
        """The formulas of another sheet. Raises _Beyond."""
        key = name.casefold()
        if key not in self._opened:
            found = self._load(name) if len(self._opened) < _MOST_SHEETS else None
            if found is None:
                raise _Beyond
            self._opened[key] = Formulas(*found, self)
        return self._opened[key]


class Formulas:
    """The formulas of one sheet without a stored value; counts them and what was calculated."""

    def __init__(self, sheet: bytes, values: Values, sheets: Sheets | None = None) -> None:
        """`sheet` is the XML of the sheet; `sheets` are the others of its workbook."""
        self._sheets = sheets or Sheets()
        self._written = dict(_written(sheet)) if b"f>" in sheet or b"f " in sheet else {}
        self._load = values
        self._values: dict[Address, Any] | None = None
        self._found: dict[Address, Value] = {}
        self._in_work: set[Address] = set()
        self._left = _MOST_CELLS
        self.without_value = len(self._written)
        self.calculated = 0

    def value(self, place: Address) -> Value:
        """The value of the formula in a cell, or the formula; None where there is none."""
        if (formula := self._written.get(place)) is None:
            return None
        try:
            found = self._calculated(place)
        except (_Beyond, ZeroDivisionError, OverflowError, ValueError, InvalidOperation):
            return f"={formula}"
        self.calculated += 1
        return found if found is not None else 0

    def _calculated(self, place: Address) -> Value:
        if place in self._found:
            return self._found[place]
        if place in self._in_work or self._sheets.depth >= _DEEPEST:
            raise _Beyond
        self._in_work.add(place)
        self._sheets.depth += 1
        try:
            reader = _Reader(self._written[place], self.cell, self._spend, self._sheets.open)
            self._found[place] = reader.result()
        finally:
            self._sheets.depth -= 1
            self._in_work.discard(place)
        return self._found[place]

    def _spend(self, cells: int) -> None:
        self._left -= cells
        if self._left < 0:
            raise _Beyond

    def cell(self, place: Address) -> Value:
        """What a cell holds, or what its formula comes to. Raises _Beyond."""
        if place in self._written:
            return self._calculated(place)
        if self._values is None:
            self._values = {}
            for at, value in self._load():
                if self._sheets.values >= _MOST_VALUES:
                    raise _Beyond
                self._sheets.values += 1
                self._values[at] = value
        value = self._values.get(place)
        if value is None or isinstance(value, int | float | str):
            return value
        if isinstance(value, list):  # of letters in several looks
            return str(value)
        raise _Beyond  # a date or a time: its number depends on the workbook's calendar


def _written(sheet: bytes) -> Iterator[tuple[Address, str]]:
    """The formulas without a value, each with its place."""
    shared: dict[bytes, tuple[str, str]] | None = None
    for number, found in enumerate(_WITHOUT_VALUE.finditer(sheet)):
        address = _ADDRESS.search(found[1])
        if number >= _MOST_FORMULAS:
            return
        if address is None or (found[4] and _IS_TEXT.search(found[1])):
            continue  # a text may be empty
        formula = _text(found[3] or b"")
        if not formula and (index := _INDEX.search(found[2])):
            if shared is None:
                shared = dict(_shared(sheet))
            formula = _translated(shared.get(index[1]), (address[1] + address[2]).decode("ascii"))
        if formula:
            row, column = int(address[2]), column_number(address[1].decode("ascii"))
            yield (row, column), formula


def _shared(sheet: bytes) -> Iterator[tuple[bytes, tuple[str, str]]]:
    """Formulas that other cells share: by their number, with the cell that they stand in."""
    for found in _SHARED.finditer(sheet):
        index, address = _INDEX.search(found[2]), _ADDRESS.search(found[1])
        if index and address:
            yield index[1], (_text(found[3]), (address[1] + address[2]).decode("ascii"))


def _translated(shared: tuple[str, str] | None, address: str) -> str:
    """A shared formula as it is meant in another cell."""
    if shared is None:
        return ""
    from openpyxl.formula.translate import Translator, TranslatorError

    formula, origin = shared
    try:
        return str(Translator(f"={formula}", origin=origin).translate_formula(address))[1:]
    except (TranslatorError, ValueError, IndexError):
        return ""


def _text(written: bytes) -> str:
    return html.unescape(written.decode("utf-8", "replace")).strip()


class _Reader:
    """Calculates one formula while it reads it."""

    def __init__(
        self,
        formula: str,
        cell: Callable[[Address], Value],
        spend: Callable[[int], None],
        sheet: Callable[[str], Formulas],
    ) -> None:
        self._sheet = sheet
        if len(formula) > _LONGEST:
            raise _Beyond
        self._tokens = list(_tokens(formula))
        self._at = 0
        self._depth = 0
        self._cell = cell
        self._spend = spend

    def result(self) -> Value:
        value = self._comparison()
        if self._at < len(self._tokens):
            raise _Beyond
        return _one(value)

    def _next(self) -> tuple[str, str]:
        return self._tokens[self._at] if self._at < len(self._tokens) else ("", "")

    def _takes(self, *signs: str) -> str:
        kind, text = self._next()
        if kind == "sign" and text in signs:
            self._at += 1
            return text
        return ""

    def _comparison(self) -> Any:
        left = self._joined()
        while sign := self._takes("=", "<>", "<", ">", "<=", ">="):
            one, other = _one(left), _one(self._joined())
            if isinstance(one, str) != isinstance(other, str):
                raise _Beyond
            left = _COMPARISONS[sign](
                one if one is not None else 0, other if other is not None else 0
            )
        return left

    def _joined(self) -> Any:
        left = self._sum()
        while self._takes("&"):
            left = _joined_texts(_one(left), _one(self._sum()))
        return left

    def _sum(self) -> Any:
        left = self._product()
        while sign := self._takes("+", "-"):
            one, other = _number(_one(left)), _number(_one(self._product()))
            left = _rounded(one + other if sign == "+" else one - other)
        return left

    def _product(self) -> Any:
        left = self._power()
        while sign := self._takes("*", "/"):
            one, other = _number(_one(left)), _number(_one(self._power()))
            left = _rounded(one * other if sign == "*" else one / other)
        return left

    def _power(self) -> Any:
        left = self._signed()
        while self._takes("^"):
            base, exponent = _number(_one(left)), _number(_one(self._signed()))
            if abs(exponent) > 1_000 or (base < 0 and exponent != int(exponent)):
                raise _Beyond
            left = float(base) ** float(exponent)
        return left

    def _signed(self) -> Any:
        if sign := self._takes("-", "+"):
            self._deeper()
            value = self._signed()
            self._depth -= 1
            return -_number(_one(value)) if sign == "-" else value
        value = self._operand()
        while self._takes("%"):
            value = _number(_one(value)) / 100
        return value

    def _deeper(self) -> None:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise _Beyond

    def _operand(self) -> Any:  # noqa: PLR0911  # a return a kind of operand
        kind, text = self._next()
        self._at += 1
        if kind == "number":
            return float(text) if not text.isdecimal() else int(text)
        if kind == "text":
            return text[1:-1].replace('""', '"')
        if kind == "truth":
            return text == "TRUE"
        if kind == "sheet":
            return self._beside(text[:-1])
        if kind == "cell":
            self._spend(1)
            return self._cell(_place(text))
        if kind == "range":
            return self._range(text, self._cell)
        if kind == "function":
            return self._function(text)
        if (kind, text) == ("sign", "("):
            self._deeper()
            value = self._comparison()
            self._depth -= 1
            if self._takes(")"):
                return value
        raise _Beyond

    def _beside(self, name: str) -> Any:
        """A cell or a range of the sheet of this name."""
        kind, text = self._next()
        self._at += 1
        if kind not in {"cell", "range"}:
            raise _Beyond
        called = name[1:-1].replace("''", "'") if name.startswith("'") else name
        cell = self._sheet(called).cell
        if kind == "range":
            return self._range(text, cell)
        self._spend(1)
        return cell(_place(text))

    def _range(self, text: str, cell: Callable[[Address], Value]) -> _Range:
        first, _, last = text.partition(":")
        (top, left), (bottom, right) = _place(first), _place(last)
        top, bottom, left, right = (
            min(top, bottom),
            max(top, bottom),
            min(left, right),
            max(left, right),
        )
        self._spend((bottom - top + 1) * (right - left + 1))
        values = (
            cell((row, column))
            for row in range(top, bottom + 1)
            for column in range(left, right + 1)
        )
        return _Range(values, right - left + 1)

    def _function(self, name: str) -> Any:  # noqa: PLR0911, PLR0912  # one for each kind
        self._deeper()
        arguments: list[Any] = []
        if not self._takes(")"):
            arguments.append(self._comparison())
            while self._takes(","):
                arguments.append(self._comparison())
            if not self._takes(")"):
                raise _Beyond
        self._depth -= 1
        if name in _OVER_NUMBERS:
            return _OVER_NUMBERS[name](_numbers(arguments))
        if name in _OF_ONE and len(arguments) == 1:
            return _OF_ONE[name](_number(_one(arguments[0])))
        if name in _ROUNDINGS and len(arguments) == 2:
            return _round(_number(_one(arguments[0])), _number(_one(arguments[1])), name)
        if name == "IF" and len(arguments) in {2, 3}:
            chosen = arguments[1] if _truth(_one(arguments[0])) else [*arguments, False][2]
            return _one(chosen)
        if name in _BY_CONDITION and len(arguments) in {2, 3} and isinstance(arguments[0], list):
            return _by_condition(name, arguments)
        if name == "SUMPRODUCT" and all(isinstance(one, list) for one in arguments):
            if len({len(one) for one in arguments}) != 1:
                raise _Beyond
            rows = zip(*arguments, strict=True)
            return math.fsum(math.prod(_counted(one) for one in row) for row in rows)
        if name in _BY_CONDITIONS:
            return _by_conditions(name, arguments)
        if function := _OF_TEXT.get(name) or _LOOKUPS.get(name):
            try:
                inspect.signature(function).bind(*arguments)
            except TypeError:  # too many or too few of them
                raise _Beyond from None
            return function(*arguments)
        raise _Beyond


def _tokens(formula: str) -> Iterator[tuple[str, str]]:
    at = 0
    formula = formula.rstrip()
    while at < len(formula):
        found = _TOKEN.match(formula, at)
        if found is None or found.lastgroup is None:
            raise _Beyond
        yield found.lastgroup, found[found.lastgroup]
        at = found.end()


def _place(address: str) -> Address:
    found = _CELL.fullmatch(address)
    if found is None:
        raise _Beyond
    return int(found[2]), column_number(found[1])


def _one(value: Any) -> Value:
    if isinstance(value, list):
        raise _Beyond
    return value  # type: ignore[no-any-return]


def _number(value: Value) -> float | int:
    if value is None or value == "":
        return 0
    if isinstance(value, str):
        raise _Beyond
    return value


def _counted(value: Value) -> float | int:
    """A number of a range; texts and truths do not count."""
    return 0 if value is None or isinstance(value, str | bool) else value


def _truth(value: Value) -> bool:
    if isinstance(value, str):
        raise _Beyond
    return bool(value)


def _said(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    return value if isinstance(value, str) else f"{value:.15g}"


def _numbers(arguments: list[Any]) -> list[float | int]:
    found: list[float | int] = []
    for argument in arguments:
        if isinstance(argument, list):
            found += [v for v in argument if isinstance(v, int | float) and not isinstance(v, bool)]
        elif argument not in _WITHOUT_A_NUMBER:
            found.append(_number(argument))
    return found


def _rounded(value: float | int) -> float | int:
    """Without the last digits, in which binary fractions err: 0.1 + 0.2."""
    return float(f"{value:.15g}") if isinstance(value, float) else value


def _sum(numbers: list[float | int]) -> float | int:
    if all(isinstance(one, int) for one in numbers):
        return sum(numbers)
    return _rounded(math.fsum(numbers))


def _average(numbers: list[float | int]) -> float:
    return _rounded(math.fsum(numbers) / len(numbers))


_OVER_NUMBERS: dict[str, Callable[[list[float | int]], float | int]] = {
    "SUM": _sum,
    "AVERAGE": _average,
    "MIN": lambda numbers: min(numbers, default=0),
    "MAX": lambda numbers: max(numbers, default=0),
    "COUNT": len,
    "PRODUCT": math.prod,
    "MEDIAN": statistics.median,
}
_OF_ONE: dict[str, Callable[[float | int], float | int]] = {
    "ABS": abs,
    "INT": math.floor,
    "SQRT": math.sqrt,
}
_BY_CONDITION = frozenset(("SUMIF", "COUNTIF", "AVERAGEIF"))
_CONDITION = re.compile(r"(<=|>=|<>|=|<|>)?(.*)$", re.DOTALL)


def _by_condition(name: str, arguments: list[Any]) -> float | int:
    """The sum, the number or the mean of the cells that meet a condition such as ">5"."""
    tested, wish = arguments[0], _one(arguments[1])
    counted = arguments[2] if len(arguments) > 2 and isinstance(arguments[2], list) else tested
    found = _CONDITION.match(_said(wish))
    if found is None or len(counted) != len(tested) or "*" in found[2] or "?" in found[2]:
        raise _Beyond
    kept = [value for test, value in zip(tested, counted, strict=True) if _meets(test, found)]
    return _told_of(kept, name)


def _told_of(kept: list[Value], name: str) -> float | int:
    if name.startswith("COUNT"):
        return len(kept)
    numbers = _numbers([kept])
    return _sum(numbers) if name.startswith("SUM") else _average(numbers)


_BY_CONDITIONS = frozenset(("SUMIFS", "COUNTIFS", "AVERAGEIFS"))


def _by_conditions(name: str, arguments: list[Any]) -> float | int:
    """The same of the cells that meet several conditions, each over a range of its own."""
    pairs = arguments if name == "COUNTIFS" else arguments[1:]
    if len(pairs) < 2 or len(pairs) % 2:
        raise _Beyond
    counted = arguments[0]
    kept = [True] * len(counted) if isinstance(counted, list) else []
    for tested, wish in zip(pairs[::2], pairs[1::2], strict=True):
        found = _CONDITION.match(_said(_one(wish)))
        if not isinstance(tested, list) or len(tested) != len(kept) or found is None:
            raise _Beyond
        if "*" in found[2] or "?" in found[2]:
            raise _Beyond
        kept = [still and _meets(value, found) for still, value in zip(kept, tested, strict=True)]
    return _told_of([value for value, still in zip(counted, kept, strict=True) if still], name)


def _meets(value: Value, wish: re.Match[str]) -> bool:
    sign, said = wish[1] or "=", wish[2]
    try:
        limit: float | None = float(said)
    except ValueError:
        limit = None
    if limit is None:
        same = _said(value).casefold() == said.casefold()
        return same if sign == "=" else not same if sign == "<>" else False
    if isinstance(value, bool | str) or value is None:
        return sign == "<>"
    return bool(_COMPARISONS[sign](value, limit))


_ROUNDINGS = {"ROUND": ROUND_HALF_UP, "ROUNDUP": ROUND_UP, "ROUNDDOWN": ROUND_DOWN}


def _round(value: float | int, digits: float | int, name: str) -> float | int:
    if abs(digits) > 15:
        raise _Beyond
    exact = Decimal(repr(value)).quantize(Decimal(1).scaleb(-int(digits)), _ROUNDINGS[name])
    return int(exact) if exact == exact.to_integral() else float(exact)


def _flat(arguments: Iterable[Any]) -> Iterator[Value]:
    for argument in arguments:
        yield from argument if isinstance(argument, list) else (argument,)


def _link(address: Any, label: Any = None) -> Value:
    return _one(address if label is None else label)


def _left(text: Any, count: Any = 1) -> str:
    return _said(_one(text))[: _size(count)]


def _right(text: Any, count: Any = 1) -> str:
    said, size = _said(_one(text)), _size(count)
    return said[len(said) - size :] if size < len(said) else said


def _middle(text: Any, first: Any, count: Any) -> str:
    at = _size(first)
    if at < 1:
        raise _Beyond
    return _said(_one(text))[at - 1 : at - 1 + _size(count)]


def _size(value: Any) -> int:
    size = int(_number(_one(value)))
    if size < 0:
        raise _Beyond
    return size


def _joined_texts(*arguments: Any) -> str:
    joined = "".join(map(_said, _flat(arguments)))
    if len(joined) > _LONGEST_TEXT:
        raise _Beyond
    return joined


def _remainder(value: Any, divisor: Any) -> float | int:
    one, by = _number(_one(value)), _number(_one(divisor))
    return _rounded(one - by * math.floor(one / by))


_OF_TEXT: dict[str, Callable[..., Value]] = {
    "HYPERLINK": _link,
    "CONCATENATE": _joined_texts,
    "CONCAT": _joined_texts,
    "UPPER": lambda text: _said(_one(text)).upper(),
    "LOWER": lambda text: _said(_one(text)).lower(),
    "TRIM": lambda text: " ".join(_said(_one(text)).split(" ")).strip(),
    "LEN": lambda text: len(_said(_one(text))),
    "LEFT": _left,
    "RIGHT": _right,
    "MID": _middle,
    "AND": lambda *truths: all(_truth(one) for one in _flat(truths) if one is not None),
    "OR": lambda *truths: any(_truth(one) for one in _flat(truths) if one is not None),
    "NOT": lambda truth: not _truth(_one(truth)),
    "COUNTA": lambda *cells: sum(one not in _WITHOUT_A_NUMBER for one in _flat(cells)),
    "COUNTBLANK": lambda cells: sum(one in _WITHOUT_A_NUMBER for one in _flat([cells])),
    "MOD": _remainder,
}


def _is_same(one: Value, other: Value) -> bool:
    if isinstance(one, str) and isinstance(other, str):
        return one.casefold() == other.casefold()
    return type(one) in {int, float} and type(other) in {int, float} and one == other


def _match(wanted: Any, cells: Any, how: Any = 1) -> int:
    """The place, from 1, of a value in a row or a column. Raises _Beyond where it is not there."""
    value, exactly = _one(wanted), _number(_one(how)) == 0
    if not isinstance(cells, _Range) or (isinstance(value, str) and set("*?~") & set(value)):
        raise _Beyond
    if exactly:
        found = (at for at, one in enumerate(cells, 1) if _is_same(one, value))
    else:  # the last that is not larger, in cells that rise
        numbers = [one for one in cells if isinstance(one, int | float)]
        if len(numbers) != len(cells) or numbers != sorted(numbers) or _number(_one(how)) < 0:
            raise _Beyond
        limit = _number(value)
        found = (len(numbers) - at for at, one in enumerate(reversed(numbers)) if one <= limit)
    if (place := next(found, None)) is None:
        raise _Beyond
    return place


def _index(cells: Any, row: Any, column: Any = None) -> Value:
    if not isinstance(cells, _Range):
        raise _Beyond
    down, across = _size(row), 1 if column is None else _size(column)
    if column is None and len(cells) == cells.width:
        down, across = 1, down  # a single row is counted along
    if not (1 <= across <= cells.width and 1 <= down <= len(cells) // cells.width):
        raise _Beyond
    return cells[(down - 1) * cells.width + across - 1]


def _lookup(wanted: Any, cells: Any, column: Any, nearest: Any = True) -> Value:
    if not isinstance(cells, _Range):
        raise _Beyond
    keys = _Range(cells[:: cells.width], 1)
    return _index(cells, _match(wanted, keys, int(_truth(_one(nearest)))), column)


_LOOKUPS: dict[str, Callable[..., Value]] = {
    "MATCH": _match,
    "INDEX": _index,
    "VLOOKUP": _lookup,
}
