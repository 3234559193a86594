"""Writes the results of a run as a table: XLSX, CSV or JSON lines."""

import csv
import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, TextIO

from app.batch.journal import from_json, to_json
from app.batch.records import Evidence, RowResult, RunInfo

EVIDENCE_COLUMNS = 2  # places shown in a row of CSV; JSON lines have them all
_NEAR = 160  # characters of a passage that does not answer the question
FORMATS = (".xlsx", ".csv", ".jsonl")
OUTCOME_WORDS = {
    "found": "found",
    "partly_supported": "partly supported",
    "not_found": "not found",
    "failed": "failed",
}
# What a spreadsheet may take for a formula, in any of its widths.
_FORMULA = re.compile(r"\A'*[\s\u200b]*[=+\-@\t\r\n＝＋－＠]")
_NUMBER = re.compile(r"\A[+-]?\d[\d.,  ]*%?\Z")
_ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")

# All results, each time anew and in the questionnaire's order.
Results = Callable[[], Iterator[RowResult]]
# Where a person can see the evidence; "" where that is not known.
Link = Callable[[Evidence], str]


class TableError(Exception):
    """A table that cannot be written or read; the message says why and what to do."""


def write_table(path: Path, info: RunInfo, results: Results, link: Link = lambda _: "") -> None:
    """Write the results, in the format that the file's ending names, whole or not at all.

    Raises TableError.
    """
    suffix = path.suffix.lower()
    if suffix not in FORMATS:
        raise TableError(f"{path}: the results can be written as {', '.join(FORMATS)}")
    partial = path.with_name(f".{path.name}.partial")
    try:
        if suffix == ".xlsx":
            from app.batch.workbook import write_workbook  # openpyxl is slow to import

            write_workbook(partial, info, results, link)
        else:
            # Excel takes UTF-8 for what it is only behind a byte order mark.
            encoding = "utf-8-sig" if suffix == ".csv" else "utf-8"
            with partial.open("w", encoding=encoding, newline="") as file:
                write_text(file, suffix, info, results)
        partial.replace(path)
    except OSError as error:
        raise TableError(f"{path} could not be written ({error.strerror or error})") from error
    finally:
        partial.unlink(missing_ok=True)


def write_text(file: TextIO, suffix: str, info: RunInfo, results: Results) -> None:
    """Write CSV or JSON lines to an open file, such as the standard output."""
    if suffix == ".jsonl":
        run = json.loads(to_json(info))
        for result in results():
            line = {"run": run, **json.loads(to_json(result))}
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
        return
    writer = csv.writer(file, lineterminator="\r\n")
    asked = asked_columns(results())
    writer.writerow([*map(as_text, asked), *answer_columns(info)])
    for result in results():
        cells = [*asked_cells(result, asked), *answer_cells(result, info)]
        writer.writerow([as_text(cell) for cell in cells])


def read_results(path: Path) -> tuple[RunInfo, list[RowResult]]:
    """A run and its results from JSON lines of ours. Raises TableError."""
    results: list[RowResult] = []
    info: RunInfo | None = None
    try:
        with path.open(encoding="utf-8") as file:
            for line in file:
                found = json.loads(line)
                run = from_json(RunInfo, json.dumps(found.pop("run")))
                if info is not None and run.id != info.id:
                    raise TableError(f"{path} holds rows of two runs; compare them one by one")
                info = run
                results.append(from_json(RowResult, json.dumps(found)))
    except (OSError, ValueError, KeyError, AttributeError, TypeError) as error:
        raise TableError(
            f"{path} is no file of results of ours ({type(error).__name__})"
        ) from error
    if info is None:
        raise TableError(f"{path} holds no results")
    return info, results


# Columns, the same in every format


def asked_columns(results: Iterable[RowResult]) -> list[str]:
    """The questionnaire's own columns in its order; JSON rows may differ in theirs."""
    names: dict[str, None] = {}
    for result in results:
        names.update(dict.fromkeys(result.question.columns))
    return list(names) or ["question"]


def asked_cells(result: RowResult, columns: Sequence[str]) -> list[str]:
    """The questionnaire's cells as they came."""
    held = result.question.columns or {"question": result.question.text}
    return [held.get(name, "") for name in columns]


def answer_columns(info: RunInfo) -> list[str]:
    """What stands behind the questionnaire's own columns."""
    about = ["about document", "about space"] if info.mode == "each_document" else []
    evidence = [
        f"{what} {number}"
        for number in range(1, EVIDENCE_COLUMNS + 1)
        for what in ("document", "page", "quotation")
    ]
    return [*about, "outcome", "answer", "value", "unit", "unsupported sentences", *evidence,
            "confidence", "reason", "row", "run"]  # fmt: skip


def answer_cells(result: RowResult, info: RunInfo) -> list[str]:
    """The answer's cells, in the order of `answer_columns`."""
    document = result.document
    about = [document.name, document.space] if document else []
    shown = (result.evidence or result.nearest)[:EVIDENCE_COLUMNS]
    evidence: list[str] = []
    for one in shown:
        quote = one.quote if result.evidence else one.quote[:_NEAR]
        evidence += [one.document, "" if one.page is None else str(one.page), quote]
    evidence += [""] * (3 * EVIDENCE_COLUMNS - len(evidence))
    return [
        *(about if info.mode == "each_document" else []),
        OUTCOME_WORDS[result.outcome],
        result.answer,
        result.value or "",
        result.unit,
        _unsupported(result),
        *evidence,
        f"{result.confidence:.3f}",
        result.reason,
        result.key,
        info.id,
    ]


def _unsupported(result: RowResult) -> str:
    if result.outcome != "partly_supported":
        return ""
    return " ".join(one.text for one in result.sentences if not one.supported)


def as_text(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula: an apostrophe stands before one.

    See OWASP, "CSV Injection". Plain numbers, also negative ones, stay as they are. A formula
    that has apostrophes already gets one more, so that taking one away gives every cell back.
    """
    if _FORMULA.match(cell) and not _NUMBER.match(cell):
        return f"'{cell}"
    return cell


def legal(cell: str, longest: int) -> str:
    """Text as a workbook can hold it: without control characters, and not too long."""
    text = _ILLEGAL.sub("", cell)
    return text if len(text) <= longest else text[: longest - 1] + "…"


def counted(results: Iterable[RowResult]) -> dict[str, int]:
    """How many results there are of each outcome, those with none included."""
    counts = dict.fromkeys(OUTCOME_WORDS, 0)
    for result in results:
        counts[result.outcome] += 1
    return counts


def made_with(info: RunInfo) -> list[tuple[str, str]]:
    """What the run was made of, to print: with the same of all these it can be repeated."""
    facts: list[tuple[str, Any]] = [
        ("Run", info.id),
        ("Begun", info.started_at or "left out, so that two runs are the same"),
        ("Questionnaire", info.questionnaire),
        ("SHA-256 of the questionnaire", info.questionnaire_sha256),
        ("Asked", "every document" if info.mode == "each_document" else "the whole library"),
        ("Documents searched", f"{info.documents:,}"),
        ("SHA-256 of the documents", info.index_sha256),
        ("Spaces", ", ".join(info.spaces) if info.spaces else "all"),
        ("Chat model", info.model),
        ("SHA-256 of the chat model", info.model_sha256 or "not told by its engine"),
        ("Adapters", ", ".join(info.adapters) or "none"),
        ("Embedder", info.embedder),
        ("SHA-256 of the embedder", info.embedder_sha256),
        ("Reproducible to the byte", "yes" if info.reproducible else "no"),
        ("Strongroom", info.version),
        *((f"Setting {key}", value) for key, value in info.settings.items()),
    ]
    return [(name, str(value)) for name, value in facts]
