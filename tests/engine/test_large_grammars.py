"""A small schema that would become a huge grammar is refused before any of it is written."""

import time

import pytest

from app.engine.choosing import BadGrammar, grammar_for


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "string", "maxLength": 10**9},
        {"type": "string", "minLength": 10**9},
        {"type": "array", "items": {"type": "string"}, "minItems": 10**8},
        {"type": "array", "items": {"type": "string"}, "maxItems": 10**8},
        {"type": "string", "pattern": "^a{100000000}$"},
        {"type": "string", "pattern": "^((a{1000}){1000}){1000}$"},
        {"type": "string", "pattern": "^[a-z]{0,99999999999999}$"},
        {"anyOf": [{"type": "string", "maxLength": 1900}] * 20},
        {"type": "object", "properties": {f"p{n}": {"type": "null"} for n in range(3000)}},
        {"$defs": {"x": {"maxLength": 10**8, "type": "string"}}, "$ref": "#/$defs/x"},
        {"type": "string", "maxLength": 1e308},
    ],
    ids=lambda schema: str(schema)[:40],
)
def test_it_is_refused_at_once(schema: dict[str, object]) -> None:
    since = time.process_time()
    with pytest.raises(BadGrammar, match="too large"):
        grammar_for(schema)
    assert time.process_time() - since < 0.5


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "string", "maxLength": 2000},
        {"type": "array", "items": {"type": "string", "maxLength": 50}, "maxItems": 100},
        {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"},
        {"type": "object", "properties": {f"p{n}": {"type": "null"} for n in range(50)}},
    ],
    ids=lambda schema: str(schema)[:40],
)
def test_usual_schemas_are_taken(schema: dict[str, object]) -> None:
    assert "root" in grammar_for(schema)
