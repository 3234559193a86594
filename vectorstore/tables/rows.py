"""Tables in the catalogue: written and read inside a caller's transaction.

They are deleted with their document, by its foreign key.
"""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any

from vectorstore.scope import DocumentChoice, Scope
from vectorstore.tables.records import NewRow, NewTable, Table, TableColumn, TableRow
from vectorstore.tables.words import all_stems

_TABLE = (
    "SELECT t.id, s.name, d.name, d.title, t.number, t.name, t.heading, t.columns, t.rows "
    "FROM tables t JOIN documents d ON d.id = t.document_id JOIN spaces s ON s.id = d.space_id "
)
_MOST_WORDS = 400  # of a question
_LOOKED_AT = 20  # times as many tables as are wanted, lists among them


def insert_tables(writer: sqlite3.Connection, document_id: int, tables: Iterable[NewTable]) -> None:
    """Write the tables of a document whose chunks are there."""
    for number, table in enumerate(tables):
        positions = [row.position for row in table.rows]
        columns = [[c.name, c.kind, c.unit, c.decimal] for c in table.columns]
        table_id = writer.execute(
            "INSERT INTO tables (document_id, number, name, heading, columns, rows,"
            " first_position, last_position) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (document_id, number, table.name, table.heading, _json(columns), len(table.rows),
             min(positions, default=0), max(positions, default=0)),
        ).lastrowid  # fmt: skip
        writer.executemany(
            "INSERT INTO table_rows VALUES (?, ?, ?, ?, ?, ?)",
            (
                (table_id, at, row.position, row.page, row.address, _json(list(row.cells)))
                for at, row in enumerate(table.rows, 1)
            ),
        )
        # Words of its place find a table whose own name and columns say little.
        named = [table.name, table.heading, *(column.name for column in table.columns)]
        writer.executemany(
            "INSERT OR IGNORE INTO table_words VALUES (?, ?)",
            ((word, table_id) for word in sorted(all_stems(named))),
        )


def read_tables(connection: sqlite3.Connection, document_id: int) -> list[NewTable]:
    """All that `insert_tables` needs to write a document's tables again."""
    tables = connection.execute(
        "SELECT id, name, heading, columns FROM tables WHERE document_id = ? ORDER BY number",
        (document_id,),
    ).fetchall()
    found = []
    for table_id, name, heading, columns in tables:
        rows = connection.execute(
            "SELECT cells, position, page, address FROM table_rows WHERE table_id = ? "
            "ORDER BY number",
            (table_id,),
        )
        kept = [NewRow(json.loads(cells), *place) for cells, *place in rows]
        found.append(NewTable(name, heading, _columns(columns), kept))
    return found


def tables_of_chunks(
    connection: sqlite3.Connection, chunk_ids: Sequence[str], scope: Scope
) -> list[Table]:
    """Tables that have a row in one of these chunks, in the order of the chunks."""
    found: dict[int, Table] = {}
    for key in chunk_ids:
        rows = connection.execute(
            f"{_TABLE} JOIN chunks c ON c.document_id = t.document_id "
            "AND c.position BETWEEN t.first_position AND t.last_position "
            "WHERE c.key = ? ORDER BY t.number",
            (key,),
        )
        for row in rows:
            table = _table(row)
            if _holds(scope, table):
                found.setdefault(table.id, table)
    return list(found.values())


def tables_of_words(
    connection: sqlite3.Connection, words: Sequence[str], scope: Scope, most: int
) -> list[Table]:
    """Tables of the scope whose name, heading or columns have the most of these stems.

    `most` with names of columns, and as many without: sentences that lead to lists have many
    words, and leave room for the others.
    """
    where, values = _within(scope)
    rows = connection.execute(
        f"{_TABLE} JOIN (SELECT table_id, count(*) AS fit FROM table_words WHERE word IN "
        "(SELECT value FROM json_each(?)) GROUP BY table_id) w ON w.table_id = t.id "
        f"WHERE {where} ORDER BY w.fit DESC, t.id LIMIT ?",
        (_json(list(words)[:_MOST_WORDS]), *values, _LOOKED_AT * most),
    )
    found = [_table(row) for row in rows]
    named = [table for table in found if any(column.name for column in table.columns)]
    nameless = [table for table in found if not any(column.name for column in table.columns)]
    return [*named[:most], *nameless[:most]]


def tables_of_document(
    connection: sqlite3.Connection, space: str, document: str, most: int = -1
) -> list[Table]:
    """The tables of one document in the order of its text, the first `most` of them."""
    rows = connection.execute(
        f"{_TABLE} WHERE s.name = ? AND d.name = ? ORDER BY t.number LIMIT ?",
        (space, document, most),
    )
    return [_table(row) for row in rows]


def rows_of_table(connection: sqlite3.Connection, table_id: int) -> list[TableRow]:
    """All rows of a table in their order, each with the id of the chunk that says it."""
    rows = connection.execute(
        "SELECT r.number, r.cells, r.page, r.address, r.position, c.key FROM table_rows r "
        "JOIN tables t ON t.id = r.table_id "
        "JOIN chunks c ON c.document_id = t.document_id AND c.position = r.position "
        "WHERE r.table_id = ? ORDER BY r.number",
        (table_id,),
    )
    return [
        TableRow(number, tuple(json.loads(cells)), page, address, position, key)
        for number, cells, page, address, position, key in rows
    ]


def _within(scope: Scope) -> tuple[str, list[str]]:
    """A condition on spaces and documents, and its values."""
    where, values = ["1"], []
    if scope.spaces is not None:
        where.append("s.name IN (SELECT value FROM json_each(?))")
        values.append(_json(list(scope.spaces)))
    if scope.documents is not None:
        anywhere = [name for name in scope.documents if isinstance(name, str)]
        pairs = [_json(list(pair)) for pair in scope.documents if not isinstance(pair, str)]
        where.append(
            "(d.name IN (SELECT value FROM json_each(?)) OR "
            "json_array(s.name, d.name) IN (SELECT value FROM json_each(?)))"
        )
        values += [_json(anywhere), _json(pairs)]
    return " AND ".join(where), values


def _holds(scope: Scope, table: Table) -> bool:
    chosen: Sequence[DocumentChoice] | None = scope.documents
    return (scope.spaces is None or table.space in scope.spaces) and (
        chosen is None or table.document in chosen or (table.space, table.document) in chosen
    )


def _table(row: Sequence[Any]) -> Table:
    number, space, document, title, at, name, heading, columns, rows = row
    return Table(number, space, document, title, at, name, heading, tuple(_columns(columns)), rows)


def _columns(stored: str) -> list[TableColumn]:
    return [TableColumn(*fields) for fields in json.loads(stored)]


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
