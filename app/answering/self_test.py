"""How far a chat model's own words count: a short test of the model, and where its result lies.

The test asks what answers depend on: does the model keep the form that it is asked for, does it
refuse when the passages do not hold the answer, does it keep together what belongs together. The
result lies beside the model's file. It also holds how fast the model reads on this machine, from
which follows how much it is given to read.
"""

import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import prompts
from app.answering.citations import says_not_found
from app.answering.language_model import ChatModel
from app.answering.prompt import render_user
from app.answering.window import NumberedPassage
from app.engine.templates import Turn
from vectorstore.disk import write_whole

VERSION = 1  # of the cases; a result of another version is not read
# The smallest share of each kind of cases that a model must pass for its words to be taken.
NEEDED = {"form": 0.6, "refuse": 0.75, "pairing": 0.8}
_ANSWER_TOKENS = 120
_SUFFIX = ".self-test.json"


@dataclass(frozen=True, slots=True)
class SelfTest:
    """What a model did: the share of each kind of cases that it passed, 0 to 1.

    `reads` is in tokens a second, over prompts that the engine had not seen before.
    """

    sha256: str
    shares: dict[str, float]
    reads: float
    version: int = VERSION

    @property
    def trusted(self) -> bool:
        """Whether the model's own words are taken where code finds their support."""
        return all(self.shares.get(kind, 0.0) >= needed for kind, needed in NEEDED.items())

    def in_words(self) -> str:
        """The result for an administrator."""
        told = ", ".join(f"{_NAMES[kind]} {share:.0%}" for kind, share in self.shares.items())
        verdict = (
            "its own words are shown where the documents support them"
            if self.trusted
            else "it is too weak for that: answers are quotations and rows of the documents"
        )
        return f"self-test: {told}; reads {self.reads:,.0f} tokens a second; {verdict}"


_NAMES = {
    "form": "keeps the form",
    "refuse": "refuses what is not there",
    "pairing": "keeps together what belongs together",
}


def examine(model: ChatModel, say: Callable[[str], None] = lambda words: None) -> SelfTest:
    """Put the cases to a model. Raises EngineError."""
    cases: list[dict[str, Any]] = json.loads(
        files("app.answering").joinpath("self_test.json").read_text("utf-8")
    )["cases"]
    passed: dict[str, list[bool]] = {kind: [] for kind in NEEDED}
    read_tokens, read_seconds = 0, 0.0
    for number, case in enumerate(cases, start=1):
        say(f"self-test {number} of {len(cases)}")
        ids = _prompt(model, case)
        started = time.perf_counter()
        completion = model.engine.complete(
            ids, max_tokens=_ANSWER_TOKENS, stop=model.template.stop, reproducible=True
        )
        written, first = "", 0.0
        try:
            for piece in completion:
                first = first or time.perf_counter() - started
                written += piece
        finally:
            completion.close()
        cached = completion.usage.cached_tokens if completion.usage else 0
        read_tokens += len(ids) - cached
        read_seconds += first or time.perf_counter() - started
        passed[case["kind"]].append(passes(case, written))
    return SelfTest(
        sha256=model.name.sha256,
        shares={kind: sum(told) / len(told) for kind, told in passed.items()},
        reads=round(read_tokens / max(read_seconds, 1e-6), 1),
    )


def _prompt(model: ChatModel, case: dict[str, Any]) -> list[int]:
    passages = [NumberedPassage(n, text, "Notes") for n, text in enumerate(case["passages"], 1)]
    question = case["question"]
    if form := case.get("form"):
        question = f"{question}\n{prompts.render(f'kind_{form}')}"
    user = render_user(passages, question)
    return model.template.encode(prompts.render("answer_system"), [Turn(user, None)])


def passes(case: dict[str, Any], written: str) -> bool:
    """Whether an answer passes a case."""
    if case["kind"] == "refuse":
        return says_not_found(written)
    folded = written.casefold()
    held = all(word.casefold() in folded for word in case["held"])
    absent = not any(word.casefold() in folded for word in case.get("absent", ()))
    lines = [line for line in written.splitlines() if line.strip()]
    return held and absent and len(lines) >= case.get("lines", 1)


def result_file(model: Path) -> Path:
    """Where the result of the model in this file lies."""
    return model.with_name(model.name + _SUFFIX)


def store(result: SelfTest, model: Path) -> None:
    """Keep a result beside the model's file."""
    write_whole(result_file(model), json.dumps(asdict(result), indent=2) + "\n")


def stored(model: Path, sha256: str) -> SelfTest | None:
    """The result of the model in this file; None where it was not tested as it is."""
    try:
        told = json.loads(result_file(model).read_text("utf-8"))
    except (FileNotFoundError, ValueError):
        return None
    if told.get("version") != VERSION or told.get("sha256") != sha256:
        return None
    return SelfTest(**told)
