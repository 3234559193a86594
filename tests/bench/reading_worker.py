"""Reads PDF files with the code of one checkout, for `reading.py`; no command of its own.

    python tests/bench/reading_worker.py CHECKOUT [MODULE:NAME=VALUE...]

Requests come as JSON lines on stdin, and one JSON line answers each on stdout. Two checkouts cannot
share a process, because their modules have the same names. Older ones keep modules elsewhere.
"""

import json
import logging
import os
import sys
import time
from importlib import import_module
from typing import Any


def main() -> None:
    """Answer requests until stdin ends."""
    checkout, *changes = sys.argv[1:]
    sys.path.insert(0, os.path.abspath(checkout))
    logging.disable(logging.CRITICAL)
    replies = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # whatever a library prints is no reply
    for change in changes:
        place, _, value = change.partition("=")
        module, _, name = place.partition(":")
        owner = import_module(module)
        setattr(owner, name, type(getattr(owner, name))(value))
    for library in ("pypdfium2", "PIL.Image", "PIL.ImageChops", "pypdf"):
        import_module(library)  # loaded once in the product's process as well
    for line in sys.stdin:
        request = json.loads(line)
        reply = _compare(request) if "sections" in request else _read(request)
        replies.write(json.dumps(reply) + "\n")
        replies.flush()


def _read(request: dict[str, Any]) -> dict[str, Any]:
    path = request["path"]
    try:
        reading = import_module("ingest.sandbox.reading")
    except ImportError:
        reading = import_module("ingest.reading")
    parts = import_module("ingest.sections")
    findings = parts.Findings()
    drawn = [0]

    def count() -> None:
        drawn[0] += 1

    if hasattr(findings, "drawing"):
        findings.drawing = count
    refusal = ""
    sections: list[Any] = []
    start = time.process_time()
    with open(path, "rb") as file:
        try:
            sections.extend(reading.read_sections(file, os.path.basename(path), findings))
        except parts.LoaderError as error:
            refusal = str(error)
    return {
        "seconds": time.process_time() - start,
        "tables": _tables(sections) if request.get("tables") else [],
        "sections": [list(section)[:4] for section in sections],
        "pages": findings.pages or 0,
        "drawn": drawn[0],
        "warnings": findings.warnings,
        "refusal": refusal,
    }


def _tables(sections: list[Any]) -> list[dict[str, Any]]:
    """The tables that a document keeps: names of columns, and rows, each with its page."""
    chunk = import_module("vectorstore.records").Chunk
    chunks = [chunk(section.text, section.page, section.heading) for section in sections]
    return [
        {
            "columns": [column.name for column in table.columns],
            "rows": [[row.page, list(row.cells)] for row in table.rows],
        }
        for table in import_module("ingest.tables").tables_of(sections, chunks)
    ]


def _compare(request: dict[str, Any]) -> dict[str, Any]:
    import pypdfium2

    from ingest.coverage import compare_pdf
    from ingest.sections import Findings, Section

    sections = [Section(*section) for section in request["sections"]]
    with open(request["path"], "rb") as file:
        try:
            pages = list(compare_pdf(file, sections, Findings()))
        except pypdfium2.PdfiumError as error:
            return {"failed": str(error)}
    return {"pages": [list(page) for page in pages]}


if __name__ == "__main__":
    main()
