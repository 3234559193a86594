"""check --plan: what so many documents will take of a machine; owns the words alone."""

from argparse import Namespace
from dataclasses import asdict

from app.commands.output import fail, print_json, settings_of
from app.data_folder.layout import DataFolder
from app.engine.options import usable_cores
from vectorstore.capacity import CHUNKS_A_DOCUMENT, capacity, chunks_a_document
from vectorstore.schema import FILE


def check_plan(arguments: Namespace) -> int:
    """Print disk, memory, and the time to read and to search; 2 for no sensible number."""
    if arguments.plan < 1:
        fail("--plan takes a number of documents, from 1")
        return 2
    folder = DataFolder(settings_of(arguments).home)
    known = chunks_a_document(folder.index / FILE)
    found = capacity(arguments.plan, known or CHUNKS_A_DOCUMENT)
    cores = usable_cores()
    if arguments.json:
        print_json(asdict(found) | {"chunks_a_document": known or CHUNKS_A_DOCUMENT})
        return 0
    how = "as the documents here have" if known else "of ten pages each"
    print(f"{found.documents:,} documents, {found.chunks:,} passages, {how}:")
    reading = _time(found.reading_s / cores)
    print(f"  disk       {_size(found.disk)}, and the files themselves once")
    print(f"  memory     {_size(found.memory)} when all spaces have been searched, and the model's")
    print(f"  reading    {reading} with {cores} cores, once; scans take longer")
    print(f"  searching  {found.search_ms:.0f} ms of one core for a question")
    print("Measured constants: docs/measure.md. A model's answer takes longer than that.")
    return 0


def _size(count: int) -> str:
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{count / 1e6:.0f} MB"


def _time(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.0f} seconds"
    if seconds < 2 * 3600:
        return f"{seconds / 60:.0f} minutes"
    return f"{seconds / 3600:.0f} hours"
