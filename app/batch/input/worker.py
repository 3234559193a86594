"""The process that reads one questionnaire: argv says which, its rows go to stdout.

A hostile workbook may crash it, hang it or fill its memory, and nobody else's. Its limits are set
before the file is opened, its environment is empty, it has no network and starts nothing.

argv: memory limit in MiB, and a JSON object of `read_questionnaire`'s arguments, the file's as
"file". stdout has frames, each a 4-byte big-endian length and JSON: lists of rows, each the fields
of a Question or [row, reason] of a RowProblem; at the end one object, {"remarks"} or {"refused"}.
"""

import json
import os
import sys
from dataclasses import astuple
from pathlib import Path
from typing import Any, BinaryIO

from app.batch.input.questionnaire import QuestionnaireError, read_questionnaire
from app.batch.input.rows import Remarks
from app.batch.records import Question
from ingest.sandbox.confinement import Need, confine, refuse_and_tell
from ingest.sandbox.frames import write_frame
from ingest.sandbox.limits import limit_process

_ROWS = 200  # a frame; their cells may be long
_CHARACTERS = 1 << 18


def main() -> None:
    """Read, and tell. What is attempted beside that is refused, and told as well."""
    memory_mib, asked = int(sys.argv[1]), json.loads(sys.argv[2])
    limit_process(memory_mib)
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # a library that prints must not garble the rows
    attempts: list[tuple[str, str]] = []
    refuse_and_tell(lambda event, target: attempts.append((event, target)))
    confine(Need.NOTHING, readable=[Path(asked["file"])])
    try:
        end = _read(asked, out)
    except QuestionnaireError as error:
        end = {"refused": str(error), "headings": list(error.headings)}
    except OSError as error:
        end = _refused(f"cannot be opened: {error.strerror or error}")
    except MemoryError:
        end = _refused(f"needs more than {memory_mib} MiB of memory to read: damaged or hostile")
    except RecursionError:
        end = _refused("is nested too deeply: damaged or hostile")
    except Exception as error:  # noqa: BLE001  # whatever a damaged file makes a library raise
        said = f"{type(error).__name__}: {str(error)[:200]}"
        end = _refused(f"cannot be read, it seems damaged ({said}); save it anew")
    if attempts:
        end["egress"] = attempts[:100]
    _send(out, end)
    out.flush()


def _refused(words: str) -> dict[str, Any]:
    return {"refused": f"the questionnaire {words}"}


def _read(asked: dict[str, Any], out: BinaryIO) -> dict[str, Any]:
    remarks = Remarks()
    batch: list[Any] = []
    size = 0
    for row in read_questionnaire(Path(asked.pop("file")), remarks=remarks, **asked):
        fields = astuple(row)
        batch.append(fields)
        size += sum(map(len, row.columns.values())) if isinstance(row, Question) else 100
        if len(batch) >= _ROWS or size >= _CHARACTERS:
            _send(out, batch)
            out.flush()
            batch, size = [], 0
    _send(out, batch)
    seen = [remarks.said, remarks.hidden_columns, sorted(remarks.unseen_columns)]
    return {"remarks": seen, "columns": remarks.columns, "headings": remarks.headings}


def _send(out: BinaryIO, message: object) -> None:
    write_frame(out, json.dumps(message).encode("ascii"))


if __name__ == "__main__":
    main()
