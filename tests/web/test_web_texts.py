"""The languages' files: complete, alike in their placeholders, and enough for a new language."""

import re
import shutil
import tomllib
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import pytest
from fakes import leave_answer
from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse
from starlette.middleware.base import RequestResponseEndpoint
from starlette.testclient import TestClient

from app.people.access import Person
from app.web.auth.security import refusal_texts
from app.web.auth.signed_in import set_person
from app.web.chat import frame, markup
from app.web.chat.backend import AnswerFailed, FailureKind, Readiness
from app.web.chat.view import Stage, Turn, fail
from app.web.i18n import languages
from app.web.i18n.grammar import Grammar, Plural, PluralRule
from app.web.i18n.languages import LANGUAGES, InvalidLanguageFile, language_for, read_languages
from app.web.pages.rendering import render

FILES = Path(languages.__file__).parent


def words_in(value: object) -> list[str]:
    """All words of a language, or of one of its tables."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, Plural):
        return list(value.texts.values())
    assert is_dataclass(value)
    return [words for field in fields(value) for words in words_in(getattr(value, field.name))]


def toml(table: dict[str, Any], at: str = "") -> str:
    """Write a table of strings and tables as TOML."""
    lines, tables = [f"[{at}]"] if at else [], []
    for key, value in table.items():
        if isinstance(value, dict):
            tables.append(toml(value, f"{at}.{key}" if at else key))
        else:
            escaped = value.replace("\\", "\\\\").replace('"', '\\"')
            lines.append(f'{key} = "{escaped}"')
    return "\n".join([*lines, *tables])


def in_brackets(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: in_brackets(inner) for key, inner in value.items()}
    return f"⟦{value}⟧"


@pytest.fixture
def toy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The code of a language with every English word in brackets, made of a file alone.

    It has a third plural form, and spaces between the thousands.
    """
    given = tomllib.loads((FILES / "en.toml").read_text())
    given.pop("grammar")
    grammar = 'grammar.thousands = " "\ngrammar.plural.one = "n == 1"\n'
    grammar += 'grammar.plural.few = "n >= 2 && n <= 4"\n'

    def with_few(table: dict[str, Any]) -> dict[str, Any]:
        if "other" in table:
            return {**table, "few": f"few: {table['other']}"}
        return {k: with_few(v) if isinstance(v, dict) else v for k, v in table.items()}

    (tmp_path / "xx.toml").write_text(grammar + toml(in_brackets(with_few(given))))
    shutil.copy(FILES / "en.toml", tmp_path)
    monkeypatch.setitem(LANGUAGES, "xx", read_languages(tmp_path)["xx"])
    return "xx"


def outside_brackets(html: str) -> str:
    """The letters that a reader sees of a page and that are no words of the language."""
    html = re.sub(r"<(script|style)\b.*?</\1>|<code>.*?</code>", "", html, flags=re.DOTALL)
    shown = re.findall(r'(?:aria-label|title|placeholder|alt)="([^"]*)"', html)
    shown.append(re.sub(r"<[^>]*>", " ", html))
    text = " ".join(shown)
    while "⟦" in text:
        text, before = re.sub(r"⟦[^⟦⟧]*⟧", "", text), text
        assert text != before
    return " ".join(text.split())


def test_a_third_language_is_a_file_and_its_plain_pages_hold_no_other_words(toy: str) -> None:
    app = FastAPI()

    @app.get("/page/{name}")
    def page(request: Request, name: str) -> HTMLResponse:
        language = language_for(request.headers["accept-language"])
        table = {"questionnaires": language.questionnaires, "password": language.sign_in}[name]
        values: dict[str, Any] = {"runs": (), "spaces": (), "own": "", "formats": (), "told": None}
        values |= {"local": True, "first": False, "shown": False, "shortest": 10, "bad": ""}
        return render(request, f"{name}.html", texts=table, **values)

    person = Person("1", "17", administrator=True)

    @app.middleware("http")
    async def signed_in(request: Request, call_next: RequestResponseEndpoint) -> Response:
        set_person(request.scope, person, secret=b"1" * 32)
        return await call_next(request)

    client = TestClient(app)
    for name in ("questionnaires", "password"):
        html = client.get(f"/page/{name}", headers={"accept-language": "xx"}).text
        assert f'lang="{toy}"' in html
        # The languages that one can choose are called as they call themselves.
        html = re.sub(r' lang="(?:en|de)">(?:English|Deutsch)<', "><", html)
        assert not re.search("[A-Za-z]", outside_brackets(html)), name


def test_a_third_language_has_the_whole_chat(toy: str) -> None:
    language = language_for("xx;q=0.9, en;q=0.1")
    texts, words = language.chat, language.conversations
    assert language.code == toy
    turn = Turn(1, "17?", stage=Stage.DONE, answer=leave_answer("17?"))
    assert "⟦Ask again⟧" in markup.turn_html(texts, turn)
    for html in (
        frame.frame_html(texts, words, frame.Account("17", "17", True, True, True, True)),
        frame.header_html(texts, words, Readiness("ready"), None, frame.Account("17")),
        markup.welcome_html(texts, 3, []),
        *(markup.turn_html(texts, fail(Turn(1, "17?"), AnswerFailed(k))) for k in FailureKind),
    ):
        assert not re.search("[A-Za-z]", re.sub(r"<code>.*?</code>", "", outside_brackets(html)))
    assert texts.reading.count(3) == "⟦few: Reading 3 passages…⟧"
    assert texts.reading.count(1234) == "⟦Reading 1 234 passages…⟧"
    assert languages.widget_labels(("ask",))["xx"]["ask"] == "⟦Ask⟧"


def test_the_languages_have_the_same_words_and_none_is_empty() -> None:
    assert set(LANGUAGES) == {path.stem for path in FILES.glob("*.toml")} >= {"en", "de"}
    for language in LANGUAGES.values():
        assert all(words.strip() for words in words_in(language))


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("waiting = ", "# ", "chat.waiting is missing"),
        ("[layout]\n", '[layout]\nnews = "Neues"\n', "layout.news is unknown"),
        ("[layout]\n", '[more]\na = "b"\n[layout]\n', "more is unknown"),
        ('brand = "Strongroom"', "brand = 7", "layout.brand must be a string"),
        ('brand = "Strongroom"', 'brand = ""', "layout.brand must be a string that is not empty"),
        ('brand = "Strongroom"', 'brand = "{} x"', "layout.brand: a placeholder is a name"),
        ('brand = "Strongroom"', 'brand = "{a.b}"', "layout.brand: a placeholder is a name"),
        ('brand = "Strongroom"', 'brand = "{x"', "layout.brand: "),
        ('brand = "Strongroom"', 'brand = "{n}"', "layout.brand must have the placeholders of"),
        ("{model} ·", "{modell} ·", "chat.answered_by must have the placeholders"),
        ('reading.one = "Liest {n}', 'reading.one = "Liest {x}', "chat.reading.one must have"),
        ("reading.other = ", "reading.many = ", "chat.reading must have these plural forms"),
        ("reading.other = ", "# ", "chat.reading must have these plural forms: one, other"),
        ('thousands = ""', "thousands = 3", "grammar.thousands must be a string"),
        ('plural.one = "n == 1"', 'plural.one = "open(n)"', "is no condition on n"),
        ('plural.one = "n == 1"', 'plural.other = "n == 1"', "has no condition"),
        ("[grammar]", "[grammars]", "[grammar] needs thousands"),
        ("[layout]\n", "[layout\n", "de.toml: "),
    ],
)
def test_a_faulty_file_says_what_is_wrong(tmp_path: Path, old: str, new: str, fault: str) -> None:
    shutil.copy(FILES / "en.toml", tmp_path)
    text = (FILES / "de.toml").read_text()
    assert old in text
    (tmp_path / "de.toml").write_text(text.replace(old, new, 1))
    with pytest.raises(InvalidLanguageFile) as refused:
        read_languages(tmp_path)
    assert fault in str(refused.value)
    assert str(refused.value).startswith("de.toml: ")


def test_a_folder_without_the_reference_is_refused(tmp_path: Path) -> None:
    shutil.copy(FILES / "de.toml", tmp_path)
    with pytest.raises(InvalidLanguageFile, match=r"en\.toml"):
        read_languages(tmp_path)


def test_a_plural_form_is_chosen_by_the_languages_own_rule() -> None:
    polish = Grammar(
        " ",
        (
            PluralRule.parse("one", "n == 1"),
            PluralRule.parse("few", "n%10 >= 2 && n%10 <= 4 && (n%100 < 12 || n%100 > 14)"),
        ),
    )
    forms = {n: polish.form(n) for n in (0, 1, 2, 5, 12, 22, 25)}
    assert forms == {
        0: "other",
        1: "one",
        2: "few",
        5: "other",
        12: "other",
        22: "few",
        25: "other",
    }
    assert Grammar("", ()).form(1) == "other"  # Japanese, say
    assert polish.number(1234567) == "1 234 567"


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("de", "de"),
        ("de-CH,de;q=0.9,en;q=0.8", "de"),
        ("en-GB,de;q=0.5", "en"),
        ("fr;q=1, de;q=0.2, en;q=0.1", "de"),
        ("fr", "en"),
        ("", "en"),
        (";q=,,,;q=x", "en"),
        ("x" * 10_000, "en"),
    ],
)
def test_the_browsers_wish(header: str, language: str) -> None:
    assert language_for(header).code == language


def test_a_request_that_reaches_no_page_is_refused_in_the_readers_language() -> None:
    asked = {"headers": [(b"accept-language", b"de-AT, en;q=0.5")]}
    assert refusal_texts(asked).not_found == "Nicht gefunden."
    assert refusal_texts({"headers": []}).not_found == "Not found."
