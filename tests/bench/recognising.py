"""Measures recognition on pages drawn from known text: errors by condition, time, memory.

    python tests/bench/recognising.py [CONDITION …]

A condition is the beginning of a name that `scanned_pages.conditions` has. Seconds are those of
one core's work, so that other work on the machine does not count.
"""

import argparse
import json
import resource
import sys
import time
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS / "ingest"), str(TESTS.parent)]

from scanned_pages import character_errors, conditions  # noqa: E402

from ingest.ocr.engine import Engine  # noqa: E402
from ingest.ocr.page import recognise  # noqa: E402


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("conditions", nargs="*", metavar="CONDITION")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    started = _memory()
    engine = Engine()
    rows = []
    for name, pages in conditions().items():
        if arguments.conditions and not name.startswith(tuple(arguments.conditions)):
            continue
        wrong = of = left_out = 0
        seconds = confidence = 0.0
        for made in pages:
            picture, truth = made()
            before = time.process_time()
            page = recognise(engine, picture, 600)
            seconds += time.process_time() - before
            errors, length = character_errors(page.text, truth)
            wrong, of, left_out = wrong + errors, of + length, left_out + page.left_out
            confidence += page.confidence
        rows.append(
            {
                "condition": name,
                "pages": len(pages),
                "character_error_rate": round(wrong / of, 4),
                "confidence": round(confidence / len(pages), 3),
                "words_left_out": left_out,
                "seconds_a_page": round(seconds / len(pages), 2),
            }
        )
        if not arguments.json:
            print(
                f"{name:22} errors {wrong / of:7.2%}   confidence {confidence / len(pages):.0%}   "
                f"{seconds / len(pages):.2f} s a page",
                flush=True,
            )
    grown = _memory() - started
    if arguments.json:
        print(json.dumps({"conditions": rows, "memory_mib": grown}, indent=2))
    else:
        print(f"memory: {grown} MiB more than before the first page")


def _memory() -> int:
    """The most memory that this process had, MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10


if __name__ == "__main__":
    main()
