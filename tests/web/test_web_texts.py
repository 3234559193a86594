"""Every language says everything."""

import re
from dataclasses import asdict

import pytest

from app.web.texts import ENGLISH, LANGUAGES, Texts, texts_for


def holes(words: str | tuple[str, str]) -> set[str]:
    return set(re.findall(r"\{\w+\}", words if isinstance(words, str) else words[1]))


@pytest.mark.parametrize("texts", LANGUAGES.values(), ids=LANGUAGES)
def test_no_word_is_missing_and_every_placeholder_is_kept(texts: Texts) -> None:
    english = asdict(ENGLISH)
    for name, words in asdict(texts).items():
        assert words, name
        assert holes(words) == holes(english[name]), name


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
    assert texts_for(header).language == language
