"""How well tables of PDF files are read: made by two programs, read by two checkouts, in one run.

    python tests/bench/tables_read.py --against COMMIT [--half 2]
    make bench-tables-read ARGS="--against COMMIT"

Each body cell that is not empty counts as a triple: its text, its column's name, and what the first
cell of its row says. F1 is that of the triples read and true. "Rows" are those that were read with
all their cells under the right names. Half 2 has other words and figures than half 1, which may be
looked at while the reader is changed: look at half 2 for the last figure alone.
"""

import argparse
import re
import sys
import tempfile
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.made_tables import REPORT, MadeTable, by_chromium, by_libreoffice, made_tables
from bench.reading import ROOT, Worker, checkout

Triple = tuple[str, str, str]  # a cell, its column's name, the first cell of its row


@dataclass(frozen=True, slots=True)
class Read:
    """What a checkout made of one table."""

    table: MadeTable
    program: str
    cells: Counter[Triple]
    rows: Counter[tuple[tuple[str, str], ...]]
    said: list[Any]

    @property
    def hits(self) -> int:
        """Cells that were read as they are."""
        return (self.cells & triples(self.table.columns, self.table.rows)).total()

    @property
    def true_cells(self) -> int:
        """Cells that there are to read."""
        return triples(self.table.columns, self.table.rows).total()

    @property
    def whole_rows(self) -> int:
        """Rows that were read with all their cells."""
        return (self.rows & records(self.table.columns, self.table.rows)).total()


def triples(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> Counter[Triple]:
    """The cells that are not empty."""
    return Counter(
        (_plain(cell), _plain(name), _plain(row[0] if row else ""))
        for row in rows
        for cell, name in zip(row, [*columns, *[""] * len(row)], strict=False)
        if _plain(cell)
    )


def records(
    columns: Sequence[str], rows: Iterable[Sequence[str]]
) -> Counter[tuple[tuple[str, str], ...]]:
    """The rows, each with the names of its cells."""
    return Counter(
        tuple(
            (_plain(name), _plain(cell))
            for cell, name in zip(row, [*columns, *[""] * len(row)], strict=False)
            if _plain(cell)
        )
        for row in rows
    )


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split()).casefold()


def main() -> int:
    """Make the files, read them with both checkouts, and print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--against", required=True, help="a commit, or a folder with a checkout")
    parser.add_argument("--half", type=int, choices=(1, 2), default=1)
    parser.add_argument("--keep", type=Path, help="keep the files in this folder, and use them")
    parser.add_argument("--worst", type=int, default=0, help="say what was made of so many tables")
    arguments = parser.parse_args()
    tables = made_tables(arguments.half)
    with tempfile.TemporaryDirectory() as made:
        folder = arguments.keep or Path(made)
        folder.mkdir(exist_ok=True)
        makers: dict[str, Callable[..., Path]] = {
            "chromium": by_chromium, "libreoffice": by_libreoffice
        }  # fmt: skip
        files = {}
        for program, make in makers.items():
            there = folder / f"{program}-{arguments.half}.pdf"
            files[program] = there if there.exists() else make(tables, arguments.half, folder)
        with tempfile.TemporaryDirectory() as unpacked:
            before = _read(checkout(arguments.against, Path(unpacked)), files, tables)
        now = _read(ROOT, files, tables)
    _print(before, now)
    for one in sorted(now, key=lambda read: read.hits / read.true_cells)[: arguments.worst]:
        print(f"\n{one.program} {one.table.number} {one.table.kind}, {one.table.style}")
        print("  true:", one.table.columns, one.table.rows[:3])
        for said in one.said:
            print("  read:", said["columns"], [row[1] for row in said["rows"][:4]])
    return 0


def _read(checkout: Path, files: dict[str, Path], tables: Sequence[MadeTable]) -> list[Read]:
    worker = Worker(checkout)
    found = []
    for program, file in files.items():
        reply = worker.ask({"path": str(file), "tables": True})
        if reply is None:
            raise SystemExit(f"{checkout} cannot read {file}")
        starts = _first_pages(reply["sections"])
        own: dict[int, list[Any]] = {table.number: [] for table in tables}
        for table in reply["tables"]:
            page = table["rows"][0][0] if table["rows"] else 0
            before = [number for number, start in starts.items() if start <= page]
            if before:
                own[max(before, key=lambda number: starts[number])].append(table)
        for table in tables:
            cells: Counter[Triple] = Counter()
            rows: Counter[tuple[tuple[str, str], ...]] = Counter()
            for one in own[table.number]:
                read = [row[1] for row in one["rows"]]
                cells += triples(one["columns"], read)
                rows += records(one["columns"], read)
            found.append(Read(table, program, cells, rows, own[table.number]))
    worker.close()
    return found


def _first_pages(sections: Iterable[Sequence[Any]]) -> dict[int, int]:
    """Number of a report -> the page it starts on."""
    found: dict[int, int] = {}
    for text, page, heading, _ in sections:
        for match in re.finditer(rf"{REPORT} (\d+)", f"{heading}\n{text}"):
            found.setdefault(int(match[1]), page)
    return found


def _print(before: Sequence[Read], now: Sequence[Read]) -> None:
    print("| | tables | cell F1 before | now | whole rows before | now |")
    print("|---|---|---|---|---|---|")
    groupings: list[tuple[str, Callable[[Read], str]]] = [
        ("program", lambda read: read.program), ("kind", lambda read: read.table.kind),
        ("look", lambda read: read.table.style), ("all", lambda _: "all"),
    ]  # fmt: skip
    for _, group in groupings:
        for name in dict.fromkeys(map(group, now)):
            sides = [[read for read in side if group(read) == name] for side in (before, now)]
            f1 = [_f1(side) for side in sides]
            rows = [_whole(side) for side in sides]
            print(
                f"| {name} | {len(sides[1])} | {f1[0]:.3f} | {f1[1]:.3f} | "
                f"{rows[0]:.3f} | {rows[1]:.3f} |"
            )


def _f1(reads: Sequence[Read]) -> float:
    """The mean of the tables: a long one counts as much as a short one."""
    return sum(
        2 * read.hits / max(1, read.true_cells + read.cells.total()) for read in reads
    ) / len(reads)


def _whole(reads: Sequence[Read]) -> float:
    return sum(read.whole_rows / len(read.table.rows) for read in reads) / len(reads)


if __name__ == "__main__":
    sys.exit(main())
