"""ingest, documents, remove, reindex."""

import json
import sys
from argparse import Namespace
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from tqdm import tqdm

from app.commands.choosing import choice_of
from app.commands.output import fail, print_json, settings_of
from app.commands.people import is_closed, opening
from app.governance.audit.deletion_receipt import Removal
from app.workspace.wiring import open_operations, open_workspace
from app.workspace.workspace import Workspace
from ingest.pipeline import PageQuality, Progress
from vectorstore.choosing import chosen


def ingest(arguments: Namespace) -> int:
    """Index files and folders; 1 if any file was rejected."""
    with (
        open_operations(settings_of(arguments), "strongroom ingest") as operations,
        tqdm(
            desc="reading", unit="file", disable=not sys.stderr.isatty(), file=sys.stderr
        ) as progress_bar,
    ):

        def show(now: Progress) -> None:
            progress_bar.total = now.files_total
            progress_bar.n = now.files_done
            page = f", page {now.page}" if now.page else ""
            progress_bar.set_postfix_str(f"{now.chunks} chunks, {now.current[-40:]}{page}")

        report = operations.ingest(
            [Path(path).expanduser().absolute() for path in arguments.paths],
            space=arguments.space,
            prune=arguments.prune,
            progress=show,
        )
    rejected = [status for status in report.documents if status.status == "rejected"]
    if arguments.json:
        print_json(asdict(report))
    else:
        for status in report.documents:
            if status.status in {"indexed", "warning"}:
                print(f"{status.status:9} {status.document} ({status.chunks} chunks)", end="")
                print(f": {status.reason}" if status.reason else "")
                if status.readings:
                    print(f"          {_readings(status.readings)}")
                for note in status.notes:
                    print(f"          note: {note}")
        unchanged = sum(1 for status in report.documents if status.status == "unchanged")
        read = len(report.documents) - len(rejected) - unchanged
        print(f"{read} read, {unchanged} unchanged, {len(rejected)} rejected", end="")
        print(f", {len(report.removed)} forgotten" if report.removed else "")
        if report.documents and is_closed(settings_of(arguments), arguments.space):
            print(
                f"only administrators may read the space {arguments.space}; to open it for "
                f"everyone: {opening(arguments.space)}"
            )
    for status in rejected:
        fail(f"{status.document}: {status.reason}")
    return 1 if rejected else 0


def _readings(readings: Sequence[PageQuality]) -> str:
    """How many pages were recognised, read in part or not at all, in one line."""
    sure = [one.confidence for one in readings if one.confidence is not None]
    mean = f" with a confidence of {sum(sure) / len(sure):.0%}" if sure else ""
    counts = Counter(one.how for one in readings)
    parts = ((counts["ocr"], f"read from a scan{mean}"), (counts["partly"], "read in part"),
             (counts["unreadable"], "not readable"))  # fmt: skip
    pages = [f"{count} {'page' if count == 1 else 'pages'} {how}" for count, how in parts if count]
    return ", ".join(pages)


def documents(arguments: Namespace) -> int:
    """List the catalogue."""
    with open_operations(settings_of(arguments), "strongroom documents") as operations:
        records = chosen(operations.documents(arguments.space), choice_of(arguments))
    if arguments.json:
        print_json({"documents": [asdict(record) for record in records]})
        return 0
    for record in records:
        pages = f"{record.pages} pages, " if record.pages else ""
        within = f"in {record.container}, " if record.container else ""
        print(f"{record.space}/{record.name}  ({within}{pages}{record.chunks} chunks)")
        if told := ", ".join(
            f"{key}: {said}" for key, said in asdict(record.about).items() if said
        ):
            print(f"    {told}")
        if record.warning:
            print(f"    {record.warning}")
        if record.note:
            print(f"    note: {record.note}")
    if not records and not choice_of(arguments).is_everything:
        print("no document is as asked")
    elif not records:
        print("nothing is indexed yet: strongroom ingest FOLDER")
    return 0


def remove(arguments: Namespace) -> int:
    """Forget documents; 1 if a name is not there."""
    with open_operations(settings_of(arguments), "strongroom remove") as operations:
        removals = operations.remove(arguments.names, space=arguments.space)
    if arguments.json:
        print_json({"documents": [asdict(removal) for removal in removals]})
    for removal in removals:
        if not removal.removed:
            fail(f"{removal.document}: {removal.reason} ({removal.space})")
        elif not arguments.json:
            print(f"forgot {removal.space}/{removal.document}{_searched(removal)}")
    receipts = [removal.receipt for removal in removals if removal.receipt]
    for receipt in receipts:
        for file in receipt["searched"]["unreadable"]:
            fail(f"words of {receipt['document']} could not be looked for in {file}")
        for found in receipt["found"]:
            if not found["expected"]:
                left = f"words or vectors of {receipt['document']} are still in {found['file']}"
                fail(f"{left}: {found['why']}")
    if arguments.receipt:
        written = json.dumps(receipts, ensure_ascii=False, indent=2) + "\n"
        Path(arguments.receipt).write_text(written, encoding="utf-8")
    gone = all(receipt["gone"] for receipt in receipts)
    return 0 if gone and all(removal.removed for removal in removals) else 1


def _searched(removal: Removal) -> str:
    """What the search for remains came to, in a line below."""
    if removal.receipt is None:
        return ""
    searched, found = removal.receipt["searched"], removal.receipt["found"]
    said = "".join(f"\n    {one['file']}: {one['why']}" for one in found if one["expected"])
    return (
        f"\n  searched {searched['files']} files for {searched['sentences']} of its sentences and "
        f"{searched['vectors']} of its vectors: "
        + ("nothing" if not found else f"in {len(found)}")
        + said
    )


def reindex(arguments: Namespace) -> int:
    """Compute all vectors anew, with the embedder that the settings name."""
    with (
        open_workspace(settings_of(arguments), "strongroom reindex", reindex=True) as home,
        tqdm(desc="embedding", unit="chunk", disable=not sys.stderr.isatty()) as progress_bar,
    ):

        def show(done: int, total: int) -> None:
            progress_bar.total = total
            progress_bar.update(done - progress_bar.n)

        home.rebuild(show)
        read, unread = _read_again(home) if arguments.read_again else ([], [])
        records = home.documents()
    result: dict[str, object] = {
        "documents": len(records),
        "chunks": sum(record.chunks for record in records),
    }
    if arguments.read_again:
        result |= {"read_again": read, "not_read_again": unread}
    if arguments.json:
        print_json(result)
    else:
        print(f"{result['chunks']} chunks of {result['documents']} documents embedded anew")
        if arguments.read_again:
            print(f"{len(read)} documents read again")
    for name in unread:
        fail(f"{name} was not read again; its version of before stays")
    return 1 if unread else 0


def _read_again(home: Workspace) -> tuple[list[str], list[str]]:
    """Read every document from its original; names of those that were read, and of the others."""
    read: list[str] = []
    unread: list[str] = []
    for record in home.documents():
        if record.container:
            continue  # it is read with that
        file = home.original(record)
        status = home.read_again(record.space, record.name, file) if file is not None else None
        name = f"{record.space}/{record.name}"
        if status is None:
            unread.append(f"{name} (no file has its bytes any more)")
        elif status.status == "rejected":
            unread.append(f"{name} ({status.reason})")
        else:
            read.append(name)
    return read, unread
