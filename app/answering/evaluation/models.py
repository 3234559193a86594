"""Two or more chat models on the same questions: what each takes and says, side by side."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

import prompts
from app.answering.evaluation.kinds import ALL, Kind
from app.answering.evaluation.questions import Question, QuestionFileError, read_questions
from app.answering.evaluation.report import Report
from app.answering.language_model import ChatModel
from app.answering.prompt import render_user
from app.answering.self_test import SelfTest
from app.answering.window import NumberedPassage
from app.engine.templates import Turn
from vectorstore.records import Hit

_PASSAGES = 3  # in a prompt by which speed is measured
_WRITTEN = 64  # tokens, most


@dataclass(frozen=True, slots=True)
class Speed:
    """Tokens a second of the model alone; 0 where nothing could be measured."""

    reads: float
    writes: float


@dataclass(frozen=True, slots=True)
class Measured:
    """One model's side.

    `memory` is the most that its engine had in main memory, and `file_size` that of the model's
    file, in bytes; `cpu_s_each` is the engine's processor time for a question, all cores together.
    None where the system does not say. `trusted` tells whether its own words are shown.
    """

    model: str
    file_size: int
    memory: int | None
    cpu_s_each: float | None
    speed: Speed
    trusted: bool
    self_test: SelfTest | None
    report: Report


def questions_of(path: Path) -> list[Question]:
    """A question file, or a text file with one question a line. Raises QuestionFileError."""
    if path.suffix != ".txt":
        return read_questions(path)
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise QuestionFileError(f"{path} is not UTF-8 text; save it as UTF-8") from error
    except OSError as error:
        raise QuestionFileError(
            f"cannot read the question file {path}: {error.strerror or error}"
        ) from error
    found = [
        Question(str(number), line.strip(), (), answerable=False)
        for number, line in enumerate(lines, start=1)
        if line.strip()
    ]
    if not found:
        raise QuestionFileError(f"{path} holds no questions; write one a line")
    return found


def speed_of(model: ChatModel, asked: Sequence[tuple[str, Sequence[Hit]]]) -> Speed:
    """How fast a model reads and writes, over questions with their passages. Raises EngineError.

    Starts that a prompt shares with another are not counted as read. The first piece of text ends
    the reading; what is written after it is counted in the model's own tokens.
    """
    read, reading, written, writing = 0, 0.0, 0, 0.0
    for question, hits in asked:
        passages = [
            NumberedPassage(number, hit.text, hit.document)
            for number, hit in enumerate(hits[:_PASSAGES], start=1)
        ]
        ids = model.template.encode(
            prompts.render("answer_system"), [Turn(render_user(passages, question), None)]
        )
        began = time.perf_counter()
        completion = model.engine.complete(ids, max_tokens=_WRITTEN, stop=model.template.stop)
        first = 0.0
        try:
            for _ in completion:
                first = first or time.perf_counter() - began
        finally:
            completion.close()
        usage = completion.usage
        if not first or usage is None:
            continue  # it ended without a word
        read += usage.prompt_tokens - usage.cached_tokens
        reading += first
        written += max(0, usage.completion_tokens - 1)
        writing += time.perf_counter() - began - first
    return Speed(
        reads=round(read / reading, 1) if reading else 0.0,
        writes=round(written / writing, 1) if writing else 0.0,
    )


def comparison(models: Sequence[Measured]) -> dict[str, Any]:
    """What `strongroom models compare --json` prints, but for the differences."""
    rows: dict[str, dict[str, Any]] = {}
    for one in models:
        for row in one.report["questions"]:
            asked = rows.setdefault(
                row["qid"], {"qid": row["qid"], "question": row["question"], "answers": []}
            )
            asked["answers"].append(_said(one.model, row))
    return {
        "models": [
            {
                "model": one.model,
                "file_bytes": one.file_size,
                "memory_bytes": one.memory,
                "cpu_s_each": one.cpu_s_each,
                "reads_tokens_s": one.speed.reads,
                "writes_tokens_s": one.speed.writes,
                "own_words": one.trusted,
                "self_test": asdict(one.self_test) if one.self_test else None,
                "found": sum(bool(row.get("found")) for row in one.report["questions"]),
                "right": _right(one.report["kinds"]),
                "speed": one.report["speed"],
                "counts": one.report["counts"],
            }
            for one in models
        ],
        "questions": list(rows.values()),
    }


def _said(model: str, row: Mapping[str, Any]) -> dict[str, Any]:
    told = {name: row[name] for name in ("answer", "found", "error", "verdict") if name in row}
    return {
        "model": model,
        "documents": list(dict.fromkeys(c["document"] for c in row.get("citations", ()))),
        "total_s": row["seconds"].get("total_s"),
    } | told


def _right(kinds: Mapping[str, Kind]) -> Kind | None:
    return kinds.get(ALL)


def models_table(models: Sequence[Measured]) -> list[str]:
    """Lines for a terminal: one column a model."""
    questions = [one.report["questions"] for one in models]
    lines: list[tuple[str, list[str]]] = [
        ("questions", [str(len(rows)) for rows in questions]),
        ("found", [str(sum(bool(row.get("found")) for row in rows)) for rows in questions]),
    ]
    if any(one.report["kinds"] for one in models):
        kinds = [_right(one.report["kinds"]) for one in models]
        lines.append(
            (
                "right (95 % interval)",
                [f"{k['right']} ({k['low']:.2f} to {k['high']:.2f})" if k else "" for k in kinds],
            )
        )
    lines += [
        ("its own words are shown", ["yes" if one.trusted else "no" for one in models]),
        ("first words, s, median", [_timing(rows, "first_words_s") for rows in questions]),
        ("whole answer, s, median", [_timing(rows, "total_s") for rows in questions]),
        ("processor, s an answer", [_number(one.cpu_s_each, 1.0) for one in models]),
        ("reads, tokens/s", [_number(one.speed.reads or None, 1.0) for one in models]),
        ("writes, tokens/s", [_number(one.speed.writes or None, 1.0) for one in models]),
        ("memory, MB", [_number(one.memory, 1e6) for one in models]),
        ("file, MB", [_number(one.file_size, 1e6) for one in models]),
    ]
    heads = [Path(one.model).name for one in models]
    width = max(12, *(len(text) for _, cells in lines for text in cells), *map(len, heads)) + 2
    return [
        f"{name:<26}" + "".join(f"{cell:>{width}}" for cell in cells)
        for name, cells in [("", heads), *lines]
    ]


def _timing(rows: Sequence[Mapping[str, Any]], name: str) -> str:
    values = [row["seconds"][name] for row in rows if name in row["seconds"]]
    return f"{median(values):.2f}" if values else ""


def _number(value: float | None, unit: float) -> str:
    if value is None:
        return ""
    value /= unit
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}"
