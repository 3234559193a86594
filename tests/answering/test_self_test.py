"""A model is tested before its words are believed, and the result belongs to that very file."""

import json
from importlib.resources import files
from pathlib import Path

import pytest

from app.answering.self_test import NEEDED, SelfTest, passes, result_file, store, stored

CASES = json.loads(files("app.answering").joinpath("self_test.json").read_text("utf-8"))["cases"]


def test_every_kind_has_cases() -> None:
    assert {case["kind"] for case in CASES} == set(NEEDED)


@pytest.mark.parametrize(
    "case", [c for c in CASES if c["kind"] != "refuse"], ids=lambda c: c["question"]
)
def test_the_documents_own_words_pass_and_a_refusal_does_not(case: dict) -> None:
    told = "\n".join(f"- {word}" for word in case["held"])
    assert passes(case, told)
    assert not passes(case, "NOT FOUND")
    for wrong in case.get("absent", ()):
        assert not passes(case, f"{told}\n{wrong}")


@pytest.mark.parametrize(
    "case", [c for c in CASES if c["kind"] == "refuse"], ids=lambda c: c["question"]
)
def test_an_invented_answer_fails_where_nothing_is_there(case: dict) -> None:
    assert passes(case, "NOT FOUND")
    assert not passes(case, "It is 12. [1]")


def test_a_model_is_trusted_only_if_it_does_all_of_it() -> None:
    good = dict.fromkeys(NEEDED, 1.0)
    assert SelfTest("a", good, 100.0).trusted
    for kind in NEEDED:
        assert not SelfTest("a", good | {kind: 0.5}, 100.0).trusted


def test_a_result_is_not_that_of_another_file(tmp_path: Path) -> None:
    model = tmp_path / "m.gguf"
    assert stored(model, "abc") is None
    result = SelfTest("abc", dict.fromkeys(NEEDED, 1.0), 80.0)
    store(result, model)
    assert stored(model, "abc") == result
    assert stored(model, "other") is None
    result_file(model).write_text("{", encoding="utf-8")
    assert stored(model, "abc") is None
