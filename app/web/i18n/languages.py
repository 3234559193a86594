"""Reads the languages' files, checks them against each other, and picks one for a reader."""

import re
import string
import tomllib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any, TypeVar, get_type_hints

from app.web.i18n.grammar import OTHER, Grammar, Plural, PluralRule
from app.web.i18n.words import Language

# The language for readers whose own is not here; its placeholders are what the others must have.
REFERENCE = "en"
_CODE = re.compile(r"[a-z]{2,3}")
_GRAMMAR = "grammar"

T = TypeVar("T")


class InvalidLanguageFile(ValueError):
    """A language's file does not fit `words.py` or the reference; the message lists every fault."""


def read_languages(folder: Path) -> dict[str, Language]:
    """Return the language of every TOML file in `folder` by its code, which is the file's name.

    Raises InvalidLanguageFile for a file with a key that is missing, unknown or of a wrong type,
    and for one whose placeholders differ from the reference language's; OSError.
    """
    paths = sorted(folder.glob("*.toml"))
    languages = {path.stem: _read_language(path) for path in paths}
    if REFERENCE not in languages:
        raise InvalidLanguageFile(f"{folder} holds no {REFERENCE}.toml, which the others follow")
    wanted = dict(_leaves(languages[REFERENCE]))
    for path in paths:
        faults = [
            fault
            for key, words in _leaves(languages[path.stem])
            for fault in _placeholder_faults(key, words, wanted[key])
        ]
        _refuse(path, faults)
    return languages


def _read_language(path: Path) -> Language:
    if not _CODE.fullmatch(path.stem):
        _refuse(path, ["the file's name is no language code such as en"])
    try:
        given = tomllib.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:  # no TOML, or no UTF-8
        _refuse(path, [str(error)])
    faults: list[str] = []
    grammar = _grammar(given.pop(_GRAMMAR, None), faults)
    language = _table(Language, "", {"code": path.stem, **given}, grammar, faults)
    if "code" in given:
        faults.append("code is the file's name and no key")
    _refuse(path, faults)
    return language


def _refuse(path: Path, faults: list[str]) -> None:
    if faults:
        raise InvalidLanguageFile("\n".join(f"{path.name}: {fault}" for fault in faults))


def _grammar(given: object, faults: list[str]) -> Grammar:
    if not isinstance(given, dict) or set(given) - {"plural"} != {"thousands"}:
        faults.append("[grammar] needs thousands, may have plural, and has no other key")
        return Grammar("", ())
    thousands, plural = given["thousands"], given.get("plural", {})
    if not isinstance(thousands, str):
        faults.append("grammar.thousands must be a string")
        thousands = ""
    if not isinstance(plural, dict):
        faults.append("grammar.plural must be a table of conditions")
        plural = {}
    rules = []
    for name, condition in plural.items():
        if name == OTHER:
            faults.append(f"grammar.plural.{OTHER} is for all other numbers and has no condition")
            continue
        try:
            rules.append(PluralRule.parse(name, condition))
        except (ValueError, TypeError) as error:
            faults.append(f"grammar.plural.{name} is no condition on n: {error}")
    return Grammar(thousands, tuple(rules))


def _table(kind: type[T], at: str, given: object, grammar: Grammar, faults: list[str]) -> T:
    """Fill the dataclass `kind` from the table that stands at the key `at`.

    What cannot be filled is noted in `faults`, and then the value returned is of no use.
    """
    if not isinstance(given, dict):
        faults.append(f"[{at}] must be a table")
        given = {}
    types = get_type_hints(kind)
    faults.extend(f"{_join(at, name)} is unknown" for name in given if name not in types)
    values: dict[str, Any] = {}
    for name, expected in types.items():
        key = _join(at, name)
        if name not in given:
            faults.append(f"{key} is missing")
        elif expected is str:
            values[name] = _text(key, given[name], faults)
        elif expected is Plural:
            values[name] = _plural(key, given[name], grammar, faults)
        else:
            values[name] = _table(expected, key, given[name], grammar, faults)
    return kind(**{**dict.fromkeys(types), **values})


def _join(at: str, name: str) -> str:
    return f"{at}.{name}" if at else name


def _text(key: str, given: object, faults: list[str]) -> str:
    if not isinstance(given, str) or not given.strip():
        faults.append(f"{key} must be a string that is not empty")
        return ""
    try:
        placeholders(given)
    except ValueError as error:
        faults.append(f"{key}: {error}")
        return ""
    return given


def _plural(key: str, given: object, grammar: Grammar, faults: list[str]) -> Plural:
    if not isinstance(given, dict) or set(given) != set(grammar.forms):
        faults.append(f"{key} must have these plural forms: {', '.join(grammar.forms)}")
        return Plural({}, grammar)
    texts = {form: _text(f"{key}.{form}", text, faults) for form, text in given.items()}
    return Plural(texts, grammar)


def placeholders(text: str) -> set[str]:
    """Return the names in braces in `text`; ValueError if a brace is anything but {name}."""
    found: set[str] = set()
    for _, name, spec, conversion in string.Formatter().parse(text):
        if name is None:
            continue
        if not name.isidentifier() or spec or conversion:
            raise ValueError("a placeholder is a name in braces, such as {n}")
        found.add(name)
    return found


def _leaves(value: object, at: str = "") -> Iterator[tuple[str, str | Plural]]:
    """The words in a dataclass and in those inside it, by key."""
    if isinstance(value, str | Plural):
        yield at, value
    elif is_dataclass(value):
        for field in fields(value):
            yield from _leaves(getattr(value, field.name), _join(at, field.name))


def _placeholder_faults(key: str, words: str | Plural, reference: str | Plural) -> Iterator[str]:
    if isinstance(words, str):
        wanted = placeholders(str(reference))
        texts: Mapping[str, str] = {key: words}
    else:
        assert isinstance(reference, Plural)
        wanted = placeholders(reference.texts[OTHER])
        texts = {f"{key}.{form}": text for form, text in words.texts.items()}
    for at, text in texts.items():
        given = placeholders(text)
        # A form for few numbers may say them in words: "One document".
        without_number = isinstance(words, Plural) and not at.endswith(f".{OTHER}")
        if given != wanted and not (without_number and given | {"n"} == wanted):
            names = ", ".join(f"{{{name}}}" for name in sorted(wanted)) or "none"
            yield f"{at} must have the placeholders of {REFERENCE}.toml: {names}"


# Read once, when the web pages are imported: a faulty file stops the start.
LANGUAGES = read_languages(Path(__file__).parent)


def language_for(accept_language: str) -> Language:
    """Return the best language for a browser's Accept-Language header; the reference if none."""
    wanted: list[tuple[float, str]] = []
    for part in accept_language[:200].split(","):
        tag, _, weight = part.strip().partition(";q=")
        try:
            wanted.append((float(weight or 1), tag.split("-")[0].lower()))
        except ValueError:
            continue
    for _, code in sorted(wanted, key=lambda pair: -pair[0]):
        if code in LANGUAGES:
            return LANGUAGES[code]
    return LANGUAGES[REFERENCE]


def widget_labels(names: Collection[str]) -> dict[str, dict[str, str]]:
    """Return these words of the chat page by language, as the browser picks them for widgets."""
    return {
        code: {
            key: words
            for key, words in _leaves(language.chat)
            if isinstance(words, str) and key in names
        }
        for code, language in LANGUAGES.items()
    }
