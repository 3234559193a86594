"""What the program says below the pages is said in every language of the interface."""

import ast
import string
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import BaseModel

from app.settings import Settings
from app.web.i18n.languages import LANGUAGES, REFERENCE
from app.web.i18n.said import say, sentences
from app.workspace.checkup import Finding, check

ROOT = Path(__file__).resolve().parents[2]
# Errors and findings whose words stand on a page. What is raised elsewhere with the same name is
# for the command line.
SHOWN = {
    "CurationRefused", "UploadRefused", "DocumentHeld", "QuestionnaireRefused", "OfficeNotThere",
    "QuestionnaireError", "PeopleError", "RulesFault", "WordListError", "NothingToFilter",
    "UnknownCountry", "LoaderError", "PageFault", "Finding", "RowProblem", "BackupFault",
    "ModelError", "say",
}  # fmt: skip
# Restoring, and fetching models, need a shell.
_RESTORING = (
    "archive", "contents", "deletions", "finishing", "formats", "restoring", "sealing", "switching",
)  # fmt: skip
RESTORING = (*(f"backup/{name}.py" for name in _RESTORING), "engine/model_fetch.py")
ON_NO_PAGE = ("commands/", "web/api/", "answering/filters/personal.py", *RESTORING)
OTHERS = [code for code in LANGUAGES if code != REFERENCE]
_COMMAND = ("strongroom ", "chmod ")  # what is typed is the same everywhere


def template(node: ast.expr) -> str | None:
    """The words of an expression, with {} for what is put into them; None where it has none."""
    match node:
        case ast.Constant(value=str(words)):
            return words
        case ast.JoinedStr(values=parts):
            told = [str(one.value) if isinstance(one, ast.Constant) else "{}" for one in parts]
            return "".join(told)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return (template(left) or "{}") + (template(right) or "{}")
        case ast.IfExp(body=body, orelse=orelse):
            return template(body) or template(orelse)
    return None


def said_in_code() -> Iterator[tuple[str, str]]:
    """Each sentence that a page can show, and where it is said."""
    for folder in ("app", "ingest", "vectorstore"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            place = path.relative_to(ROOT).as_posix()
            if any(f"/{part}" in place for part in ON_NO_PAGE):
                continue
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Call):
                    called = getattr(node.func, "id", getattr(node.func, "attr", ""))
                    if called in SHOWN and (called != "say" or "/batch/" in place):
                        for argument in node.args:
                            words = template(argument)
                            if words and " " in words and not words.startswith(_COMMAND):
                                yield words, f"{place}:{node.lineno}"


@pytest.mark.parametrize("code", OTHERS)
def test_every_sentence_that_a_page_shows_is_translated(code: str) -> None:
    known = sentences(code)
    found = list(said_in_code())
    assert len(found) > 200
    missing = [f"{place}: {words}" for words, place in found if words not in known]
    assert not missing, "\n".join(missing)


@pytest.mark.parametrize("code", OTHERS)
def test_every_setting_is_explained(code: str) -> None:
    known, missing = sentences(code), []
    for name, field in Settings.model_fields.items():
        section = field.annotation
        if isinstance(section, type) and issubclass(section, BaseModel):
            described = [(section.__doc__ or "").strip().splitlines()[0]]
            described += [one.description or "" for one in section.model_fields.values()]
        else:
            described = [field.description or ""]
        missing += [f"{name}: {one}" for one in described if one not in known]
    assert not missing, "\n".join(missing)


@pytest.mark.parametrize("code", OTHERS)
def test_sentences_keep_what_is_put_into_them(code: str) -> None:
    for english, other in sentences(code).items():
        places = english.count("{}")
        used = [name for _, name, _, _ in string.Formatter().parse(other) if name is not None]
        assert {int(name) for name in used} <= set(range(places)), english
        values = [f"«{n}»" for n in range(places)]
        told = say(code, english.replace("{}", "{{}}").replace("{{}}", "{}").format(*values))
        for name in used:
            assert f"«{name}»" in told, english


def test_a_reason_within_a_sentence_is_translated_too() -> None:
    told = say("de", "chat model: /x.gguf: there is no such file or folder")
    assert told == "Chatmodell: /x.gguf: Diese Datei oder diesen Ordner gibt es nicht"
    assert say("de", "nobody has heard of this") == "nobody has heard of this"
    assert say("en", "no document was chosen") == "no document was chosen"


def test_a_hostile_name_costs_no_time_and_breaks_no_words() -> None:
    name = "is {0} {} {x} " * 200
    assert name in say("de", f"{name} is a hidden or system file")
    assert say("de", "a" * 100_000) == "a" * 100_000


def test_health_is_told_in_the_readers_language(tmp_path: Path) -> None:
    for one in check(Settings(home=tmp_path / "home")):
        assert isinstance(one, Finding)
        assert say("de", one.what) != one.what, one.what
