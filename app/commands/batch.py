"""batch: answer a questionnaire, verify what was answered, compare two runs."""

import fcntl
import shutil
import sys
import tempfile
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from tqdm import tqdm

from app.batch.execution.changed_settings import changes, note_changes
from app.batch.execution.provenance import (
    NothingToAsk,
    Order,
    references,
    run_info,
    searched,
)
from app.batch.execution.run import (
    Counts,
    answer_all,
    begin_or_continue,
    tasks_of,
)
from app.batch.execution.verify import verify
from app.batch.input.checking import checked
from app.batch.input.confined import read_confined
from app.batch.input.rows import Remarks
from app.batch.journal import Journal, open_journal
from app.batch.output.columns import Link
from app.batch.output.report import FORMATS as REPORT_FORMATS
from app.batch.output.report import write_report
from app.batch.output.tables import FORMATS, read_results, write_table, write_text
from app.batch.output.written_files import not_as_written, note_written, run_of, set_aside
from app.batch.queue.folders import PIPED
from app.batch.records import Evidence, RunInfo
from app.batch.review.comparison import counts_in_words
from app.batch.review.comparison_files import FORMATS as REVIEW_FORMATS
from app.batch.review.comparison_files import write_review
from app.batch.review.differences import review
from app.commands.choosing import names_of
from app.commands.output import fail, print_json, settings_of
from app.data_folder.layout import DataFolder
from app.settings import Settings
from app.workspace.operations import Operations
from app.workspace.wiring import open_operations
from vectorstore.disk import sha256_of

PIPE = "-"
SOME_FAILED = 3  # exit code


def batch(arguments: Namespace) -> int:
    """Answer, verify or compare; see `strongroom batch --help`."""
    if arguments.verify:
        return _verify(arguments)
    if arguments.review or arguments.against:
        return _review(arguments)
    wrong = _wrong_usage(arguments)
    if wrong:
        fail(wrong)
        return 2
    settings = settings_of(arguments, engine={"parallel": arguments.parallel})
    with (
        _file_of(arguments.questions, settings) as file,
        open_operations(settings, "strongroom batch") as operations,
    ):
        return _answer(arguments, settings, file, operations)


def _wrong_usage(arguments: Namespace) -> str:
    if not arguments.questions or not arguments.out:
        return "batch needs QUESTIONS and --out FILE, or --verify FILE, or --review A --against B"
    return _wrong_files(arguments) or _wrong_numbers(arguments)


def _wrong_files(arguments: Namespace) -> str:
    if arguments.out == PIPE and arguments.json:
        return "the results and the summary cannot both go to the standard output"
    suffix = Path(arguments.out).suffix.lower()
    if arguments.out != PIPE and suffix not in FORMATS:
        return f"--out {arguments.out}: the results can be written as {', '.join(FORMATS)}"
    for report in arguments.report or ():
        if Path(report).suffix.lower() not in REPORT_FORMATS:
            return f"--report {report}: a report can be written as {', '.join(REPORT_FORMATS)}"
    written = [*([] if arguments.out == PIPE else [arguments.out]), *(arguments.report or ())]
    if arguments.questions != PIPE and any(_same(one, arguments.questions) for one in written):
        return "the results would overwrite the questionnaire"
    return ""


def _wrong_numbers(arguments: Namespace) -> str:
    numbers = {"--limit": arguments.limit, "--parallel": arguments.parallel}
    bad = [
        f"{name} {number}" for name, number in numbers.items() if number is not None and number < 1
    ]
    return f"{' and '.join(bad)}: give a number from 1 on, or leave it out" if bad else ""


def _same(one: str, other: str) -> bool:
    """Whether two names are of one file, however they are written."""
    first, second = Path(one), Path(other)
    if first.exists() and second.exists():
        return first.samefile(second)
    return first.resolve() == second.resolve()


def _answer(arguments: Namespace, settings: Settings, file: Path, operations: Operations) -> int:
    order = _order(arguments, file, names_of(arguments, operations.documents))
    info = run_info(operations, order)
    folder = _runs(settings) / order.id
    if arguments.force:
        set_aside(folder)
    with open_journal(folder) as journal:
        records = searched(operations, order)
        documents = references(records) if order.mode == "each_document" else None
        name = "" if arguments.questions == PIPE else Path(arguments.questions).name

        remarks = Remarks()

        def tasks() -> Iterator[Any]:
            rows = read_confined(
                file,
                name=name,
                question_column=order.question_column,
                sheet=order.sheet,
                encoding=order.encoding,
                hidden_rows=order.hidden_rows,
                remarks=remarks,
            )
            return tasks_of(checked(rows, operations, records, order), documents)

        try:
            info = begin_or_continue(
                journal, info, tasks, operations, force=arguments.force, remarks=remarks
            )
            remarks.said = list(info.remarks)
        finally:  # also when rows are bad, which may come of what is remarked
            for remark in remarks.said:
                fail(f"note: {remark}")
        if not journal.total():
            raise NothingToAsk("the questionnaire holds no question")
        try:
            counts = _ask(arguments, operations, journal, info)
        except KeyboardInterrupt:
            kept = sum(journal.counts().values())
            fail(f"stopped; {kept} answers are kept, the same command goes on from there")
            return 130
        changed = changes(info, run_info(operations, order))
        if changed:
            fail("while it ran something changed: " + "; ".join(changed))
            info = note_changes(journal, changed)
        written = _write(arguments, settings, journal, info, folder)
    _summary(arguments, info, counts, written, changed)
    if changed:
        return 1
    return SOME_FAILED if counts.failed else 0


def _ask(arguments: Namespace, operations: Operations, journal: Journal, info: RunInfo) -> Counts:
    with tqdm(
        desc="answering", unit="question", disable=not sys.stderr.isatty(), file=sys.stderr
    ) as bar:

        def show(now: Counts) -> None:
            if bar.total is None:
                bar.reset(total=now.total)
                bar.initial = bar.n = now.done
            bar.set_postfix_str(
                f"{now.found + now.partly_supported} found, {now.unconfirmed} near, "
                f"{now.not_found} not found, "
                f"{now.failed} failed",
                refresh=False,
            )
            bar.update(now.done - bar.n)

        parallel = arguments.parallel or operations.identity().parallel
        return answer_all(journal, info, operations, parallel=parallel, progress=show)


def _write(
    arguments: Namespace, settings: Settings, journal: Journal, info: RunInfo, folder: Path
) -> list[str]:
    link = _links(settings)
    written: list[str] = []
    contents = journal.contents()
    if arguments.out == PIPE:
        suffix = ".csv" if arguments.questions.lower().endswith(".csv") else ".jsonl"
        if hasattr(sys.stdout, "reconfigure"):
            sys.stdout.reconfigure(encoding="utf-8", newline="")
        write_text(sys.stdout, suffix, info, journal.results)
        sys.stdout.flush()
    else:
        out = Path(arguments.out)
        write_table(out, info, journal.results, link)
        note_written(folder, out, contents)
        written.append(str(out))
    for report in arguments.report or ():
        write_report(Path(report), info, journal.results, link)
        note_written(folder, Path(report), contents)
        written.append(report)
    return written


def _summary(
    arguments: Namespace, info: RunInfo, counts: Counts, written: list[str], changed: list[str]
) -> None:
    numbers = asdict(counts)
    seconds = round(numbers.pop("seconds"), 3)
    if arguments.json:
        print_json(
            {
                "run": info.id,
                **numbers,
                "seconds": seconds,
                "mode": info.mode,
                "reproducible": info.reproducible,
                "files": written,
                "changed": changed,
                "remarks": list(info.remarks),
                "model": {"name": info.model, "sha256": info.model_sha256},
            }
        )
        return
    print(
        f"{counts.total:,} asked: {counts.found:,} found, {counts.partly_supported:,} partly "
        f"supported, {counts.unconfirmed:,} nearby, not confirmed, "
        f"{counts.not_found:,} not found, {counts.failed:,} failed "
        f"(run {info.id}; {counts.asked:,} of them now)",
        file=sys.stderr if arguments.out == PIPE else sys.stdout,
    )


def _verify(arguments: Namespace) -> int:
    if arguments.sample < 0:
        fail(f"--sample {arguments.sample}: give a number from 1 on, or 0 for all rows")
        return 2
    settings = settings_of(arguments)
    written = run_of(Path(arguments.verify), _runs(settings))
    with open_journal(written.folder) as journal:
        info = journal.info()
    assert info is not None  # a file is only written of a run that was begun
    order = Order(
        info.questionnaire,
        info.questionnaire_sha256,
        info.mode,
        info.reproducible,
        info.spaces,
        info.only_documents,
    )
    with open_operations(settings, "strongroom batch --verify") as operations:
        now = replace(run_info(operations, order), id=info.id)
        sample = None if arguments.sample == 0 else arguments.sample
        found = verify(written, now, operations, sample=sample)
    same = sum(row.same for row in found.rows)
    if arguments.json:
        print_json({"run": info.id, "same": same, **asdict(found)})
    else:
        for words in found.changed:
            print(f"changed since: {words}")
        for row in found.rows:
            print(f"row {row.key}: " + ("same" if row.same else "differs: " + "; ".join(row.why)))
        print(f"{same} of {len(found.rows)} rows asked again gave the same")
    for words in found.not_compared:
        fail(f"not compared: {words}")
    return 0 if found.passed else 1


def _review(arguments: Namespace) -> int:
    if not (arguments.review and arguments.against):
        fail("batch --review A needs --against B")
        return 2
    if arguments.out and Path(arguments.out).suffix.lower() not in REVIEW_FORMATS:
        fail(f"--out {arguments.out}: a review can be written as {', '.join(REVIEW_FORMATS)}")
        return 2
    if arguments.out and any(
        _same(arguments.out, name) for name in (arguments.review, arguments.against)
    ):
        fail("the review would overwrite one of the results")
        return 2
    # The later run is looked at against the earlier one.
    left: list[str] = []
    before, now = (
        _results_of(arguments, Path(name), left) for name in (arguments.against, arguments.review)
    )
    found = review(before, now)
    if arguments.out:
        settings = settings_of(arguments)
        write_review(Path(arguments.out), found, _links(settings))
    if arguments.json:
        print_json(asdict(found) | {"counts": found.counts(), "not_compared": left})
        return _told(left)
    for words in found.runs:
        print(f"the runs differ: {words}")
    for row in found.rows:
        if row.change != "same":
            about = f" — {row.about}" if row.about else ""
            print(f"row {row.key}: {row.what}\n    {row.question}{about}")
            for why in row.why:
                print(f"    why: {why}")
    print(counts_in_words(found))
    return _told(left)


def _told(left: list[str]) -> int:
    """Say what of the files was not compared; the exit code that goes with it."""
    for words in left:
        fail(f"not compared: {words}")
    return 1 if left else 0


def _results_of(arguments: Namespace, file: Path, left: list[str]) -> Any:
    """A run and its results: of JSON lines itself, of other files the journal they came from.

    What of the file's rows the journal does not have any more is put into `left`.
    """
    if file.suffix.lower() == ".jsonl":
        return read_results(file)
    written = run_of(file, _runs(settings_of(arguments)))
    with open_journal(written.folder) as journal:
        left += [f"{file}: {words}" for words in not_as_written(journal, written)]
        return journal.info(), list(journal.results())


def _order(arguments: Namespace, file: Path, documents: list[str] | None) -> Order:
    def several(names: list[str] | None) -> tuple[str, ...] | None:
        return tuple(sorted(set(names))) if names else None

    piped = arguments.questions == PIPE
    return Order(
        questionnaire="standard input" if piped else Path(arguments.questions).name,
        questionnaire_sha256=sha256_of(file),
        mode="each_document" if arguments.each_document else "library",
        reproducible=arguments.reproducible,
        spaces=several(arguments.space),
        documents=several(documents),
        question_column=arguments.question_column,
        sheet=arguments.sheet,
        limit=arguments.limit,
        skip_bad=arguments.skip_bad,
        encoding=arguments.encoding,
        hidden_rows=arguments.hidden_rows,
    )


def _runs(settings: Settings) -> Path:
    folder = DataFolder(settings.home).questionnaires
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


@contextmanager
def _file_of(questions: str, settings: Settings) -> Iterator[Path]:
    """The questionnaire as a file; what comes through a pipe is put into one, and away again."""
    if questions != PIPE:
        if not Path(questions).is_file():
            raise NothingToAsk(f"there is no questionnaire {questions}")
        yield Path(questions)
        return
    with tempfile.NamedTemporaryFile(dir=_runs(settings), prefix=PIPED) as spool:
        fcntl.flock(spool, fcntl.LOCK_EX)  # it is in use: whoever clears up leaves it
        shutil.copyfileobj(sys.stdin.buffer, spool)
        spool.flush()
        yield Path(spool.name)


def _links(settings: Settings) -> Link:
    return partial(_link, f"http://{settings.web.host}:{settings.web.port}")


def _link(base: str, evidence: Evidence) -> str:
    """The page of the web chat that shows the place."""
    asked = {"space": evidence.space, "name": evidence.document}
    if evidence.page is not None:
        asked["page"] = str(evidence.page)
    return f"{base}/source?{urlencode(asked)}"
