"""Writes the results of a run as a table: XLSX, CSV or JSON lines."""

import csv
import json
from pathlib import Path
from typing import TextIO

from app.batch.journal import from_json, to_json
from app.batch.output.columns import (
    Link,
    Results,
    answer_cells,
    answer_columns,
    any_reviewed,
    asked_cells,
    asked_columns,
)
from app.batch.output.formulas import texts
from app.batch.records import RowResult, RunInfo
from ingest.sandbox.calling import CallRefused, call_confined
from vectorstore.disk import replacing

FORMATS = (".xlsx", ".csv", ".jsonl")
_READ_MIB = 3072  # for the results of a hundred thousand questions


class TableError(Exception):
    """A table that cannot be written or read; the message says why and what to do."""


def write_table(path: Path, info: RunInfo, results: Results, link: Link = lambda _: "") -> None:
    """Write the results, in the format that the file's ending names, whole or not at all.

    Raises TableError.
    """
    suffix = path.suffix.lower()
    if suffix not in FORMATS:
        raise TableError(f"{path}: the results can be written as {', '.join(FORMATS)}")
    try:
        with replacing(path, mode=None) as partial:
            if suffix == ".xlsx":
                from app.batch.output.workbook import write_workbook  # openpyxl is slow to import

                write_workbook(partial, info, results, link)
            else:
                # Excel takes UTF-8 for what it is only behind a byte order mark.
                encoding = "utf-8-sig" if suffix == ".csv" else "utf-8"
                with partial.open("w", encoding=encoding, newline="") as file:
                    write_text(file, suffix, info, results)
    except OSError as error:
        raise TableError(f"{path} could not be written ({error.strerror or error})") from error


def write_text(file: TextIO, suffix: str, info: RunInfo, results: Results) -> None:
    """Write CSV or JSON lines to an open file, such as the standard output."""
    if suffix == ".jsonl":
        run = json.loads(to_json(info))
        for result in results():
            line = {"run": run, **json.loads(to_json(result))}
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
        return
    writer = csv.writer(file, lineterminator="\r\n")
    asked, reviewed = asked_columns(results()), any_reviewed(results())
    names = (column.name for column in answer_columns(info, reviewed=reviewed))
    writer.writerow(texts([*asked, *names]))
    for result in results():
        cells = answer_cells(result, info, reviewed=reviewed)
        writer.writerow(texts([*asked_cells(result, asked), *cells]))


def read_results(path: Path) -> tuple[RunInfo, list[RowResult]]:
    """A run and its results from JSON lines of ours. Raises TableError.

    The file may be anybody's by now, so a process with limits reads it.
    """
    try:
        run, rows = call_confined(
            results_here, readable=[path], memory_mib=_READ_MIB, file=str(path.absolute())
        )
    except CallRefused as refused:
        if refused.kind == TableError.__name__:
            raise TableError(str(refused)) from None
        raise TableError(f"{path} is no file of results of ours: it {refused}") from None
    return from_json(RunInfo, run), [from_json(RowResult, row) for row in rows]


def results_here(file: str) -> tuple[str, list[str]]:
    """What `read_results` asks its process: the run and its results, as JSON."""
    info, results = _read_results(Path(file))
    return to_json(info), [to_json(result) for result in results]


def _read_results(path: Path) -> tuple[RunInfo, list[RowResult]]:
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
    except (OSError, ValueError, KeyError, AttributeError, TypeError, RecursionError) as error:
        raise TableError(
            f"{path} is no file of results of ours ({type(error).__name__})"
        ) from error
    if info is None:
        raise TableError(f"{path} holds no results")
    return info, results
