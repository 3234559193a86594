"""Finds the rows and cells of tables in a web page.

A table is one by its elements, by its roles (`role="table"`) or by its style (`display: table`).
"""

from collections.abc import Callable, Iterator
from typing import Literal

from lxml import etree

from ingest.loaders.html.styles import Styles
from ingest.loaders.tables import Across, Below

_TO_THE_END = 1 << 20  # rows: of a cell that covers all that follow
_Part = Literal["table", "head", "rows", "row", "name", "cell", ""]
_TAGS: dict[str, _Part] = {
    "table": "table", "thead": "head", "tbody": "rows", "tfoot": "rows", "tr": "row",
    "th": "name", "td": "cell",
}  # fmt: skip
_ROLES: dict[str, _Part] = {
    "table": "table", "grid": "table", "treegrid": "table", "rowgroup": "rows", "row": "row",
    "columnheader": "name", "rowheader": "name", "cell": "cell", "gridcell": "cell",
}  # fmt: skip
_DISPLAYS: dict[str, _Part] = {
    "table": "table", "inline-table": "table", "table-header-group": "head",
    "table-row-group": "rows", "table-footer-group": "rows", "table-row": "row",
    "table-cell": "cell",
}  # fmt: skip


class TableParts:
    """What the elements of a page are within its tables."""

    def __init__(self, styles: Styles) -> None:
        self._styles = styles

    def part(self, element: etree._Element) -> _Part:
        """What an element is in a table; "" for any other."""
        if not isinstance(element.tag, str):
            return ""
        if part := _TAGS.get(element.tag):
            return part
        if part := _ROLES.get(element.get("role", "")):
            return part
        if self._styles.tables or "style" in element.attrib:
            return _DISPLAYS.get(self._styles.look(element).display, "")
        return ""

    def is_data(self, table: etree._Element) -> bool:
        """Whether an element is a table of data; pages are laid out with tables too."""
        if self.part(table) != "table" or table.get("role") == "presentation":
            return False
        if any(self.part(one) == "table" for one in table.iterdescendants()):
            return False
        if any(table.find(f".//h{level}") is not None for level in range(1, 7)):
            return False
        widths = [len(self._cells(row)) for row, _ in self._rows(table)]
        return len(widths) > 1 and max(widths) > 1

    def _rows(self, table: etree._Element) -> Iterator[tuple[etree._Element, bool]]:
        """Rows in the order of reading, and whether each stands in the table's head."""
        for one in table:
            part = self.part(one)
            if part == "row":
                yield one, False
            elif part in {"head", "rows"}:
                for row in one:
                    if self.part(row) == "row":
                        yield row, part == "head"

    def _cells(self, row: etree._Element) -> list[etree._Element]:
        return [one for one in row if self.part(one) in {"name", "cell"}]

    def grid(
        self,
        table: etree._Element,
        inner: Callable[[etree._Element], str],
        dropped: Callable[[etree._Element, str], bool],
    ) -> tuple[list[list[str]], int | None]:
        """The cells' texts by row, and how many rows name columns; None where that is not said."""
        rows: list[list[str]] = []
        pending: dict[int, tuple[int, str]] = {}  # column -> rows still covered from above, text
        header, still_header = 0, True
        for row, in_head in self._rows(table):
            if dropped(row, str(row.tag)):
                continue
            cells: list[str] = []
            cell_list = [one for one in self._cells(row) if not dropped(one, str(one.tag))]
            for cell in cell_list:
                _fill_from_above(cells, pending)
                text = inner(cell)
                columns, below = _span(cell, "colspan"), _span(cell, "rowspan") - 1
                for number in range(columns):
                    if below > 0:
                        pending[len(cells)] = (below, Across(text) if number else Below(text))
                    cells.append(Across(text) if number else text)
            _fill_from_above(cells, pending)
            is_head = in_head or (
                bool(cell_list) and all(self.part(cell) == "name" for cell in cell_list)
            )
            still_header = still_header and is_head
            header += still_header
            rows.append(cells if len(cell_list) > 1 or len(set(cells)) > 1 else cells[:1])
        return rows, header or None


def _fill_from_above(cells: list[str], pending: dict[int, tuple[int, str]]) -> None:
    while len(cells) in pending:
        rows_left, text = pending.pop(len(cells))
        if rows_left > 1:
            pending[len(cells)] = (rows_left - 1, text)
        cells.append(text)


def _span(cell: etree._Element, name: str) -> int:
    value = (cell.get(name) or cell.get(f"aria-{name}") or "1").strip()
    if name == "rowspan" and value == "0":
        return _TO_THE_END
    return max(1, min(int(value), 100)) if value.isdecimal() else 1
