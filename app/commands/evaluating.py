"""eval: measure finding, answering and refusing on a question file; compare; calibrate."""

import json
import sys
from argparse import Namespace
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from tqdm import tqdm

from app.chat_model import store_calibration
from app.commands.output import fail, print_json, settings_of
from app.evaluate.calibrate import Fit, calibrate, provenance, samples_of
from app.evaluate.compare import compare, comparison_table, read_report
from app.evaluate.questions import read_questions
from app.evaluate.report import Ask, Report, evaluate, table
from app.evaluate.report import Search as SearchCall
from app.events import Answer, Finished
from app.home import Home
from app.wiring import open_home
from vectorstore.records import Hit

# Room for 20 passages and for 8,000 characters of short ones: what is left out counts as missed.
RETRIEVED = 60


def run_eval(arguments: Namespace) -> int:
    """Measure, or compare two earlier measurements."""
    if arguments.compare:
        return _compare(arguments)
    if not arguments.questions:
        fail("name a question file, or two reports with --compare A.json B.json")
        return 2
    if arguments.calibrate and arguments.retrieval_only:
        fail("--calibrate needs answers; leave out --retrieval-only")
        return 2
    file = Path(arguments.questions)
    questions = read_questions(file)[: arguments.limit]
    with open_home(settings_of(arguments), "strongroom eval") as home:
        spaces = arguments.space
        with tqdm(unit="question", disable=not sys.stderr.isatty()) as progress_bar:

            def show(done: int, total: int) -> None:
                progress_bar.total = total
                progress_bar.update(done - progress_bar.n)

            report = evaluate(
                questions,
                _search(home, spaces),
                None if arguments.retrieval_only else _ask(home, spaces),
                show,
            )
        fitted = _calibrate(home, file, report) if arguments.calibrate else None
    _print(arguments, report, fitted)
    failed = report["counts"]["failed"]
    if failed:
        fail(f"{failed} questions ended in an error; they are in the report")
    return 1 if failed else 0


def _compare(arguments: Namespace) -> int:
    a, b = (read_report(Path(name)) for name in arguments.compare)
    differences = compare(a, b)
    if arguments.json:
        print_json({"differences": [asdict(found) for found in differences]})
    else:
        print(comparison_table(differences))
    return 0


def _calibrate(home: Home, file: Path, report: Report) -> Fit:
    samples = samples_of(report)
    fitted = calibrate(samples, source=provenance(file, samples, home.chat.name()))
    store_calibration(home.settings, fitted.calibration)
    return fitted


def _print(arguments: Namespace, report: Report, fitted: Fit | None) -> None:
    printed = {**report, **({"calibration": asdict(fitted)} if fitted else {})}
    if arguments.out:
        Path(arguments.out).write_text(
            json.dumps(printed, ensure_ascii=False, indent=1), encoding="utf-8"
        )
    if arguments.json:
        print_json(printed)
        return
    print(table(report))
    if fitted:
        print(
            f"\ncalibrated on {fitted.questions} questions: area under the curve "
            f"{fitted.area:.2f}; keeps {fitted.found_when_answerable:.2f} of the answerable, "
            f"refuses {fitted.abstained_when_unanswerable:.2f} of the others (cross-validated)"
        )


def _search(home: Home, spaces: Sequence[str] | None) -> SearchCall:
    def search(question: str, documents: Sequence[str] | None) -> Sequence[Hit]:
        return home.search(question, k=RETRIEVED, spaces=spaces, documents=documents).hits

    return search


def _ask(home: Home, spaces: Sequence[str] | None) -> Ask:
    def ask(question: str, documents: Sequence[str] | None) -> Answer:
        for event in home.ask(question, spaces=spaces, documents=documents):
            if isinstance(event, Finished):
                return event.answer
        raise AssertionError("a stream that nobody closed ends with Finished")

    return ask
