"""No regular expression of ours takes more than linear time, whatever text it is given.

Every pattern of the product is fed long texts that are made of its own parts: of what it repeats,
and of what its pieces match, one and two at a time, with something at the end that it does not
want. Four times the text may take about four times the time; a square would take sixteen times.
"""

import ast
import importlib
import inspect
import pkgutil
import re
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, is_dataclass
from functools import cache
from pathlib import Path
from re import _constants as sre  # type: ignore[attr-defined]
from re import _parser as sre_parser  # type: ignore[attr-defined]
from time import thread_time
from types import ModuleType
from typing import Any

import pytest

import app
import ingest
import prompts
import vectorstore

SHORT, LONG = 1_000, 4_000  # characters
MOST_GROWTH = 9  # of the time, for four times the text
TOO_LONG = 2.0  # seconds of computing: some patterns would not end in a lifetime
TOO_SHORT = 0.002  # seconds; below, the clock says nothing, and a square of LONG takes longer
ENDINGS = ("", "\0", "a", " ")
SAMPLES = "a1_A .,-:;/\\'\"()[]{}<>=+*#|&@%\n\t\0éß€–’0xX"
START_ONLY = {"match", "fullmatch"}
# Patterns whose text is bounded by what they are used on, and by what.
BOUNDED: dict[str, str] = {
    "app.answering.collection._PAGE": "a question of LONGEST characters",
    "app.answering.followup._OPENED": "a question of LONGEST_LEANING characters",
    "app.answering.followup._OPENED[1]": "a question of LONGEST_LEANING characters",
    "app.answering.talk._REMEMBERED[3]": "a text of LONGEST characters",
    "app.answering.talk._REMEMBERED[7]": "a text of LONGEST characters",
    "app.answering.talk._CLOSER": "the last _LONGEST_CLOSER characters of a text",
}


@dataclass(frozen=True)
class Found:
    """A pattern of the product, and whether it is only ever tried at one place of a text."""

    where: str
    pattern: re.Pattern[str]
    at_start: bool


def _modules() -> Iterator[ModuleType]:
    for package in (app, ingest, vectorstore, prompts):
        for info in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not info.name.endswith("__main__"):
                yield importlib.import_module(info.name)


def _held(value: Any, depth: int = 0) -> Iterator[re.Pattern[str]]:
    """The patterns in a value, inside tuples, dictionaries and our dataclasses too."""
    if isinstance(value, re.Pattern):
        if isinstance(value.pattern, str):
            yield value
    elif depth < 4 and isinstance(value, list | tuple | set | frozenset):
        for one in value:
            yield from _held(one, depth + 1)
    elif depth < 4 and isinstance(value, dict):
        for one in (*value.keys(), *value.values()):
            yield from _held(one, depth + 1)
    elif depth < 4 and is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            yield from _held(getattr(value, field.name), depth + 1)


@cache
def _patterns() -> tuple[Found, ...]:
    """Every pattern once, with all that any module does with it."""
    places: dict[tuple[str, int], tuple[str, re.Pattern[str]]] = {}
    used: dict[tuple[str, int], set[str]] = {}
    for module in _modules():
        tree = ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))
        methods = _methods(tree)
        for name, value in vars(module).items():
            if name.startswith("__") or isinstance(value, ModuleType):
                continue
            held = list(_held(value))
            if callable(value) and getattr(value, "__module__", "") == module.__name__:
                held += _made_by(value)
            for number, pattern in enumerate(held):
                key = (pattern.pattern, pattern.flags)
                label = f"{module.__name__}.{name}" + (f"[{number}]" if number else "")
                places.setdefault(key, (label, pattern))
                used.setdefault(key, set()).update(methods.get(name, ()))
        for line, text, method in _written_in_place(tree):
            pattern = re.compile(text)
            key = (text, pattern.flags)
            places.setdefault(key, (f"{module.__name__}:{line}", pattern))
            used.setdefault(key, set()).add(method)
    return tuple(
        Found(where, pattern, bool(used[key]) and used[key] <= START_ONLY)
        for key, (where, pattern) in places.items()
    )


def _made_by(function: Any) -> list[re.Pattern[str]]:
    """The pattern that a function without parameters says it returns."""
    signature = inspect.signature(function) if not isinstance(function, type) else None
    if signature is None or signature.parameters:
        return []
    told = str(signature.return_annotation)
    return list(_held(function())) if "Pattern" in told else []


def _methods(tree: ast.AST) -> dict[str, set[str]]:
    """The methods that are called on each name of a module."""
    used: dict[str, set[str]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            used.setdefault(node.value.id, set()).add(node.attr)
        elif isinstance(node, ast.Call):
            for argument in node.args:  # handed on: then anything may be done with it
                if isinstance(argument, ast.Name):
                    used.setdefault(argument.id, set()).add("search")
    return used


def _written_in_place(tree: ast.AST) -> Iterator[tuple[int, str, str]]:
    """Patterns that stand in a call: re.sub("…", …). What is compiled has a name."""
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and isinstance(node.func.value, ast.Name)
            and node.func.value.id == "re"
            and node.args
            and isinstance(node.args[0], ast.Constant)
            and isinstance(node.args[0].value, str)
            and node.func.attr not in ("escape", "compile")
        ):
            yield node.lineno, node.args[0].value, node.func.attr


def _pieces(parsed: Any) -> Iterator[str]:
    """One text for each thing that a pattern repeats, and each single thing that it takes."""
    for operation, argument in parsed:
        if operation in (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT):
            yield _example(argument[2])
            yield from _pieces(argument[2])
        elif operation is sre.SUBPATTERN:
            yield from _pieces(argument[3])
        elif operation is sre.BRANCH:
            for branch in argument[1]:
                yield from _pieces(branch)
        elif operation is sre.ATOMIC_GROUP:
            yield from _pieces(argument)
        elif operation in (sre.ASSERT, sre.ASSERT_NOT):
            yield from _pieces(argument[1])
        else:
            yield from _letters(operation, argument)


def _letters(operation: Any, argument: Any) -> Iterator[str]:
    """Letters that one thing of a pattern takes."""
    if operation is sre.LITERAL:
        yield chr(argument)
    elif operation is sre.ANY:
        yield "a"
    elif operation in (sre.IN, sre.NOT_LITERAL, sre.CATEGORY):
        taken = [letter for letter in SAMPLES if _takes(operation, argument, letter)]
        named = (
            [chr(value) for kind, value in argument if kind is sre.LITERAL]
            if operation is sre.IN
            else []
        )
        yield from [*taken[:4], *named[:2]]


def _takes(operation: Any, argument: Any, letter: str) -> bool:
    if operation is sre.NOT_LITERAL:
        return ord(letter) != argument
    if operation is sre.CATEGORY:
        return _in_category(argument, letter)
    denied = argument[0][0] is sre.NEGATE
    inside = any(
        (kind is sre.LITERAL and ord(letter) == value)
        or (kind is sre.RANGE and value[0] <= ord(letter) <= value[1])
        or (kind is sre.CATEGORY and _in_category(value, letter))
        for kind, value in argument
    )
    return inside != denied


def _in_category(category: Any, letter: str) -> bool:
    kinds: dict[Any, Callable[[str], bool]] = {
        sre.CATEGORY_DIGIT: str.isdigit,
        sre.CATEGORY_SPACE: str.isspace,
        sre.CATEGORY_WORD: lambda one: one.isalnum() or one == "_",
    }
    if category in kinds:
        return kinds[category](letter)
    opposite = {
        sre.CATEGORY_NOT_DIGIT: sre.CATEGORY_DIGIT,
        sre.CATEGORY_NOT_SPACE: sre.CATEGORY_SPACE,
        sre.CATEGORY_NOT_WORD: sre.CATEGORY_WORD,
    }
    return not kinds[opposite[category]](letter)


def _example(parsed: Any) -> str:
    """A short text that a part of a pattern takes, or nearly."""
    said = ""
    for operation, argument in parsed:
        if operation in (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT):
            said += _example(argument[2]) * max(argument[0], 1 if argument[1] else 0)
        elif operation is sre.SUBPATTERN:
            said += _example(argument[3])
        elif operation is sre.BRANCH:
            said += _example(argument[1][0])
        elif operation is sre.ATOMIC_GROUP:
            said += _example(argument)
        else:
            said += next(_letters(operation, argument), "")
    return said


def _texts(pattern: re.Pattern[str]) -> Iterator[tuple[str, str, str]]:
    """Beginning, what is repeated, and ending of texts that are hard for this very pattern."""
    parsed = sre_parser.parse(pattern.pattern, pattern.flags)
    pieces = list(dict.fromkeys(piece for piece in _pieces(parsed) if piece))[:10]
    whole = _example(parsed)
    pairs = [one + other for one in pieces[:5] for other in pieces[:5] if one != other]
    openings = list(dict.fromkeys(["", whole, whole[: len(whole) // 2]]))
    for unit in dict.fromkeys([*pieces, whole or "a", *pairs]):
        for opening in openings if len(unit) == 1 else openings[:1]:
            for ending in ENDINGS if len(unit) == 1 else ENDINGS[:2]:
                yield opening, unit, ending


class Endless(Exception):
    """A pattern that was still trying after TOO_LONG."""


def _give_up(*_: object) -> None:
    raise Endless


def _seconds(found: Found, text: str, times: int = 1) -> float:
    """Seconds of computing, so that a busy machine does not matter; the best of some tries."""
    before = signal.signal(signal.SIGVTALRM, _give_up)
    try:
        return min(_once(found, text) for _ in range(times))
    except Endless:
        return float("inf")
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def _once(found: Found, text: str) -> float:
    signal.setitimer(signal.ITIMER_VIRTUAL, TOO_LONG)
    started = thread_time()
    if found.at_start:
        found.pattern.fullmatch(text)
        found.pattern.match(text)
    else:
        for _ in found.pattern.finditer(text):
            pass
    return thread_time() - started


def _worst(found: Found) -> str:
    """A text for which the time grows faster than its length, said in words; else ""."""
    for opening, unit, ending in _texts(found.pattern):
        long = opening + unit * (LONG // len(unit)) + ending
        if _seconds(found, long) < TOO_SHORT:
            continue
        short = opening + unit * (SHORT // len(unit)) + ending
        taken, before = _seconds(found, long, 3), _seconds(found, short, 3)
        if taken == float("inf") or (taken > TOO_SHORT and taken > MOST_GROWTH * before):
            return f"{opening!r} + {unit!r} * n + {ending!r}: {before:.4f} s, then {taken:.4f} s"
    return ""


def test_a_square_is_noticed():
    assert _worst(Found("", re.compile(r"\w+(?:-\w+)+"), False))
    assert _worst(Found("", re.compile(r"\s+$"), False))
    assert not _worst(Found("", re.compile(r"(?<!\w)\w++(?:-\w++)+"), False))
    assert not _worst(Found("", re.compile(r"\w+(?:-\w+)+"), True))


def test_the_product_has_patterns():
    assert len(_patterns()) > 100
    assert not set(BOUNDED) - {found.where for found in _patterns()}


@pytest.mark.timeout(600)
def test_every_pattern_takes_linear_time():
    worst = {
        found.where: worst
        for found in _patterns()
        if found.where not in BOUNDED and (worst := _worst(found))
    }
    assert not worst
