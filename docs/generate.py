"""Writes the pages that follow from the code: docs/settings.md and docs/commands.md.

`make docs` writes them. With `--check` nothing is written, and the exit code is 1 where a page
differs from the code; a test calls it so. This file lies beside the pages, where somebody who
wants to change one of them looks first.
"""

import argparse
import difflib
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt
from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from app.cli import build_parser
from app.settings import Settings

FOLDER = Path(__file__).resolve().parent
TYPES = {
    bool: "true or false",
    int: "whole number",
    float: "number",
    str: "text",
    SecretStr: "text, never shown",
    Path: "path",
}
SETTINGS_HEAD = """\
# Settings

This page is written from the code by `make docs`. Change the descriptions in `app/settings.py`.

Strongroom works without any setting. It looks for each setting in four places. The first place that
has it wins:

1. flags of the command, such as `strongroom serve --port 8080`;
2. environment variables: `STRONGROOM_`, then the section, then the name, in capital letters.
   `STRONGROOM_ENGINE_MODEL` sets `engine.model`;
3. the file `strongroom.toml` in the folder where the command is started;
4. the default in the tables below.

In `strongroom.toml` a section has square brackets, and text has quotation marks:

```toml
home = "data"

[engine]
model = "llama-2-7b-chat.Q4_K_M.gguf"
context = 4096
```

In an environment variable, a list or a table is written as JSON:
`STRONGROOM_WEB_HOSTS='["chat.example.com"]'`. A setting that is unknown or has an unusable value
stops the command, which names the setting. The settings in force are in the audit trail, and so is
each change of them; of keys and secrets only a keyed hash.
"""
COMMANDS_HEAD = """\
# Commands

This page is written from the code by `make docs`. Change the help texts beside the arguments, in
`app/cli.py` and where it imports them from. `strongroom COMMAND --help` prints the same.

These rules hold for all commands:

- `--home DIR` names the data folder: the folder of everything that Strongroom writes. The default
  is `./data`. It stands before or after the command's name.
- `--json` prints JSON on stdout and nothing else there. Failures go to stderr, one line each.
- Exit codes: 0 done, 1 something failed, 2 wrong usage, 3 some rows of a questionnaire failed,
  130 interrupted with Ctrl-C.
- When the web chat has the data folder open, a command hands its work to it. Commands that cannot
  do so name the process that has the folder open, and stop.
- [Settings](settings.md) come from flags, environment variables and `strongroom.toml`.

In the tables, an argument with `…` can be given several times.
"""


def settings_page() -> str:
    """The page of all settings, a table for each section, in the order of the code."""
    top = {n: f for n, f in Settings.model_fields.items() if not _is_section(f.annotation)}
    parts = [SETTINGS_HEAD, "## For the whole program\n", _settings_table(top, "")]
    for name, field in Settings.model_fields.items():
        section = field.annotation
        if isinstance(section, type) and issubclass(section, BaseModel):
            parts += [f"## {name}\n", f"{section.__doc__}\n"]
            parts += [_settings_table(section.model_fields, f"{name}.")]
    return "\n".join(parts)


def commands_page() -> str:
    """The page of all commands, in the order of `strongroom --help`."""
    parser = build_parser()
    leaves = list(_commands(parser))
    rows = [
        f"| [`{name}`](#{_anchor(name)}) | {_cell(leaf.description)} |" for name, leaf in leaves
    ]
    parts = [COMMANDS_HEAD, "\n".join(["| command | what it does |", "|---|---|", *rows, ""])]
    for name, leaf in leaves:
        parts += [f"## {name}\n", f"{_sentence(leaf.description)}\n"]
        actions = [a for a in leaf._actions if a.dest not in ("help", "home")]
        parts += [f"```\n{_usage(name, actions)}\n```\n"]
        arguments = [f"| {_argument(a)} | {_cell(_help(a))} |" for a in actions if a.dest != "json"]
        if arguments:
            parts += ["\n".join(["| argument | meaning |", "|---|---|", *arguments, ""])]
    return "\n".join(parts)


PAGES = {"settings.md": settings_page, "commands.md": commands_page}


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the pages, or with `--check` compare them; 1 where one differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare the pages, write nothing")
    check = parser.parse_args(arguments).check
    differs = False
    for name, page in PAGES.items():
        path, text = FOLDER / name, page()
        present = path.read_text(encoding="utf-8") if path.exists() else ""
        if not check:
            path.write_text(text, encoding="utf-8")
        elif present != text:
            differs = True
            lines = difflib.unified_diff(
                present.splitlines(), text.splitlines(), f"docs/{name}", "the code", lineterm=""
            )
            print("\n".join(lines))
            print(f"docs/{name} differs from the code: run `make docs`")
    return int(differs)


def _is_section(annotation: object) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def _settings_table(fields: dict[str, FieldInfo], prefix: str) -> str:
    rows = ["| setting | default | value | meaning |", "|---|---|---|---|"]
    for name, field in fields.items():
        kind = _choices(field) or f"{_type(field.annotation)}{_bounds(field)}"
        cells = [f"`{prefix}{name}`", _default(field.default), kind, _cell(field.description)]
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join([*rows, ""])


def _type(annotation: Any) -> str:
    """The type of a setting, in words."""
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin in (Union, UnionType):
        (chosen,) = [one for one in inner if one is not NoneType]
        return _type(chosen)
    if origin is Literal:
        return " or ".join(f"`{one}`" for one in inner)
    if origin is tuple:
        return f"list of {TYPES[inner[0]]}s" if inner[0] is Path else f"list of {TYPES[inner[0]]}"
    if origin is dict:
        return f"table of {TYPES[inner[0]]} to {TYPES[inner[1]]}"
    return TYPES[annotation]


def _choices(field: FieldInfo) -> str:
    """The words that may stand there, where the pattern is a choice of words; else ''."""
    patterns = [getattr(limit, "pattern", None) for limit in field.metadata]
    found = [re.fullmatch(r"\^\(([a-z|]+)\)\$", pattern) for pattern in patterns if pattern]
    return " or ".join(f"`{word}`" for match in found if match for word in match[1].split("|"))


def _bounds(field: FieldInfo) -> str:
    """The smallest and largest value, in words, or ''."""
    words = []
    for limit in field.metadata:
        if isinstance(limit, Ge):
            words.append(f"from {limit.ge:,}")
        elif isinstance(limit, Gt):
            words.append(f"above {limit.gt:,}")
        elif isinstance(limit, Le):
            words.append(f"to {limit.le:,}")
        elif isinstance(limit, Lt):
            words.append(f"below {limit.lt:,}")
    return f", {' '.join(words)}" if words else ""


def _default(value: object) -> str:
    if value is None or value in ((), {}, ""):
        return ""
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, tuple):
        return f"`{' '.join(str(one) for one in value)}`"
    return f"`{value}`"


def _commands(
    parser: argparse.ArgumentParser, name: str = "strongroom"
) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    """Each command that runs, by its whole name; groups of commands are passed through."""
    groups = [a for a in parser._actions if isinstance(a, argparse._SubParsersAction)]
    if not groups:
        yield name, parser
    for group in groups:
        for word, child in group.choices.items():
            yield from _commands(child, f"{name} {word}")


def _usage(name: str, actions: Sequence[argparse.Action]) -> str:
    """One line: argparse's own differs between versions of Python."""
    words = [name]
    for action in sorted(actions, key=lambda one: not one.option_strings):
        if action.option_strings:
            word = action.option_strings[0]
            word = f"{word} {_values(action)}" if action.nargs != 0 else word
        else:
            word = _values(action)
        optional = action.option_strings and not action.required
        words.append(f"[{word}]" if optional else word)
    return " ".join(words)


def _values(action: argparse.Action) -> str:
    """What an argument takes, as in argparse's usage lines."""
    if isinstance(action.metavar, tuple):
        return " ".join(action.metavar)
    name = action.metavar or ("|".join(action.choices) if action.choices else action.dest.upper())
    forms = {"+": f"{name} …", "*": f"[{name} …]", "?": f"[{name}]"}
    return forms.get(str(action.nargs), name)


def _argument(action: argparse.Action) -> str:
    names = ", ".join(f"`{one}`" for one in action.option_strings)
    values = f"`{_values(action)}`".replace("|", "\\|") if action.nargs != 0 else ""
    again = " …" if isinstance(action, argparse._AppendAction) else ""
    return f"{names} {values}{again}".strip()


def _help(action: argparse.Action) -> str:
    needed = ["required"] if action.option_strings and action.required else []
    return "; ".join([*needed, *([action.help] if action.help else [])])


def _sentence(text: str | None) -> str:
    text = text or ""
    return f"{text[:1].upper()}{text[1:]}."


def _cell(text: str | None) -> str:
    return (text or "").replace("%%", "%").replace("|", "\\|")


def _anchor(heading: str) -> str:
    """The fragment that GitHub and other viewers give a heading of letters, spaces and hyphens."""
    return heading.lower().replace(" ", "-")


if __name__ == "__main__":
    sys.exit(main())
