"""A company's own list: whole words, patterns, and words for every mistake in its file."""

import unicodedata
from pathlib import Path
from typing import Literal

import pytest

from app.answering.filters.word_lists import WordList, WordListError, read_word_list


def _list(tmp_path: Path, content: str, name: str = "code-names.toml") -> Path:
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    return path


def _found(path: Path, text: str) -> list[str]:
    return [text[one.start : one.end] for one in read_word_list(path).find(text)]


def test_whole_words_in_any_case_and_with_any_spaces(tmp_path: Path) -> None:
    path = _list(tmp_path, 'name = "projects"\nwords = ["Falcon", "Night Owl", "Äther", "C++"]')
    text = "FALCON falcon, Falconry; night\n owl (äther) Ätherisch C++ Falcon"
    assert _found(path, text) == ["FALCON", "falcon", "night\n owl", "äther", "C++", "Falcon"]
    assert {one.label for one in read_word_list(path).find(text)} == {"projects"}


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_accents_may_be_written_either_way(form: Literal["NFC", "NFD"]) -> None:
    found = WordList("people", [unicodedata.normalize(form, "Müller")], [], "list").find(
        "Herr Müller weiß es."
    )
    assert [(one.start, one.end) for one in found] == [(5, 11)]


def test_the_longer_of_two_words_counts_unless_only_the_shorter_stands_there(
    tmp_path: Path,
) -> None:
    path = _list(tmp_path, 'words = ["Falcon", "Falcon Nine"]')
    assert _found(path, "Falcon Nine, Falcon Ninety") == ["Falcon Nine", "Falcon"]


def test_patterns(tmp_path: Path) -> None:
    path = _list(tmp_path, "patterns = ['KX-\\d{4}', '(?i)internal only']")
    assert _found(path, "KX-4471 is INTERNAL ONLY; KX-44 is not.") == ["KX-4471", "INTERNAL ONLY"]


def test_a_text_file_has_a_word_a_line(tmp_path: Path) -> None:
    path = _list(tmp_path, "# our clients\nAcme Corp\n\nGlobex\n", "clients.txt")
    assert _found(path, "We sold it to acme corp and to GLOBEX.") == ["acme corp", "GLOBEX"]
    assert read_word_list(path).name == "clients"


def test_a_pattern_that_would_never_end_elsewhere_ends(tmp_path: Path) -> None:
    path = _list(tmp_path, "patterns = ['(a+)+$', '(x|xx)*y', '([a-z]+)*1']")
    text = "a" * 50_000 + "!"
    read_word_list(path).find(text)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("patterns = ['(?<=a)b']", "look-around"),
        ("patterns = ['(']", "pattern 1"),
        ("patterns = ['a*']", "at least one character"),
        ("words = []", "neither words nor patterns"),
        ("words = [1]", "list of strings"),
        ("wrods = ['a']", "unknown key wrods"),
        ("words = [", "no valid TOML"),
        ("name = 3\nwords = ['a']", "name must be"),
    ],
)
def test_a_mistake_is_named_with_its_file(tmp_path: Path, content: str, words: str) -> None:
    with pytest.raises(WordListError, match=words) as raised:
        read_word_list(_list(tmp_path, content))
    assert "code-names.toml" in str(raised.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(WordListError, match=r"gone\.txt.*cannot be read"):
        read_word_list(tmp_path / "gone.txt")
