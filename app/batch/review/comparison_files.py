"""Writes a review of two runs as a workbook, a table, a page or a printed report."""

import csv
import json
from pathlib import Path
from typing import TextIO

from app.batch.output.columns import Link
from app.batch.output.formulas import texts
from app.batch.output.tables import TableError
from app.batch.review.comparison import cells, columns
from app.batch.review.differences import Review
from vectorstore.disk import replacing

FORMATS = (".xlsx", ".csv", ".jsonl", ".html", ".pdf")


def write_review(path: Path, review: Review, link: Link = lambda _: "") -> None:
    """Write the review in the format that the file's ending names, whole or not at all.

    Raises TableError.
    """
    suffix = path.suffix.lower()
    if suffix not in FORMATS:
        raise TableError(f"{path}: a review can be written as {', '.join(FORMATS)}")
    try:
        with replacing(path, mode=None) as partial:
            if suffix == ".xlsx":
                from app.batch.review.comparison_workbook import (
                    write_workbook,  # openpyxl is slow to import
                )

                write_workbook(partial, review, link)
            elif suffix in (".html", ".pdf"):
                from app.batch.review.comparison_report import (
                    write_report,  # so are templates and fonts
                )

                write_report(partial, suffix, review, link)
            else:
                encoding = "utf-8-sig" if suffix == ".csv" else "utf-8"
                with partial.open("w", encoding=encoding, newline="") as file:
                    _write_text(file, suffix, review)
    except OSError as error:
        raise TableError(f"{path} could not be written ({error.strerror or error})") from error


def _write_text(file: TextIO, suffix: str, review: Review) -> None:
    names = columns()
    if suffix == ".jsonl":
        for row in review.rows:
            line = {"why": list(row.why)} | {
                name: cell
                for name, cell in zip(names, cells(row, review), strict=True)
                if name != "why"
            }
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
        return
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(names)
    for row in review.rows:
        writer.writerow(texts(cells(row, review)))
