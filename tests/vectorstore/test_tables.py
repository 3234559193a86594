"""Tables in the catalogue live and die with their document, and are seen within the scope."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from word_embedder import WordEmbedder, chunks, document

from vectorstore.disk import read_database
from vectorstore.index import Index
from vectorstore.scope import EVERYTHING, Scope
from vectorstore.tables.records import NewRow, NewTable, TableColumn
from vectorstore.tables.words import all_stems

SECRET = "Quetzalbridge"


def prices(*names: str) -> NewTable:
    columns = [TableColumn("Product"), TableColumn("Price (EUR)", "money", "EUR", ".")]
    rows = [NewRow((name, f"{at}.50"), at, address=f"A{at}:B{at}") for at, name in enumerate(names)]
    return NewTable("Prices", "Price list > Prices", columns, rows)


def put(
    index: Index, name: str, *products: str, space: str = "general", version: str = "1"
) -> None:
    said = [f"Product: {product}; Price (EUR): {at}.50" for at, product in enumerate(products)]
    index.put(document(name, space, version=version), chunks(*said), tables=[prices(*products)])


def rows_in(folder: Path) -> list[int]:
    """How many rows the three tables of tables have."""
    with read_database(folder / "catalogue.sqlite3") as database:
        return [
            database.execute(f"SELECT count(*) FROM {name}").fetchone()[0]
            for name in ("tables", "table_rows", "table_words")
        ]


@pytest.fixture
def index(tmp_path: Path):
    opened = Index.open(tmp_path / "index", WordEmbedder())
    yield opened
    opened.close()


def found(index: Index, scope: Scope = EVERYTHING, word: str = "price") -> list[str]:
    return [table.document for table in index.tables(sorted(all_stems([word])), [], scope)]


def test_a_table_comes_back_with_its_rows_and_the_chunks_that_say_them(index):
    put(index, "list.xlsx", "Anvil", "Bellows")
    (table,) = index.tables_of("general", "list.xlsx")
    assert (table.name, table.heading, table.rows) == ("Prices", "Price list > Prices", 2)
    assert table.columns[1] == TableColumn("Price (EUR)", "money", "EUR", ".")
    rows = index.table_rows(table)
    assert [row.cells for row in rows] == [("Anvil", "0.50"), ("Bellows", "1.50")]
    assert [row.address for row in rows] == ["A0:B0", "A1:B1"]
    for row in rows:
        chunk = index.chunk(row.chunk_id)
        assert chunk is not None
        assert row.cells[0] in chunk.text
        assert (chunk.position, chunk.document) == (row.position, "list.xlsx")


def test_a_new_version_replaces_the_tables(index):
    put(index, "list.xlsx", "Anvil", "Bellows")
    (before,) = index.tables_of("general", "list.xlsx")
    put(index, "list.xlsx", "Chisel", version="2")
    (after,) = index.tables_of("general", "list.xlsx")
    assert [row.cells[0] for row in index.table_rows(after)] == ["Chisel"]
    assert index.table_rows(before) == []
    assert found(index) == ["list.xlsx"]


def test_a_version_without_tables_leaves_none(index, tmp_path):
    put(index, "list.xlsx", "Anvil")
    index.put(document("list.xlsx", version="2"), chunks("No table any more."))
    assert index.tables_of("general", "list.xlsx") == []
    assert rows_in(tmp_path / "index") == [0, 0, 0]


def test_a_moved_document_takes_its_tables_along(index):
    put(index, "list.xlsx", "Anvil", "Bellows")
    index.move("general", "list.xlsx", "sales", "prices.xlsx")
    assert index.tables_of("general", "list.xlsx") == []
    (table,) = index.tables_of("sales", "prices.xlsx")
    rows = index.table_rows(table)
    assert [row.cells[0] for row in rows] == ["Anvil", "Bellows"]
    assert rows[0].address == "A0:B0"
    assert all(index.chunk(row.chunk_id) is not None for row in rows)
    assert found(index, Scope(("general",))) == []
    assert found(index, Scope(("sales",))) == ["prices.xlsx"]


def test_nothing_outside_the_scope_is_found(index):
    put(index, "open.xlsx", "Anvil")
    put(index, "closed.xlsx", "Anvil", space="board")
    put(index, "open.xlsx", "Bellows", space="board")
    hits = index.search("Anvil price", EVERYTHING, 10).hits
    assert {hit.space for hit in hits} == {"general", "board"}
    words = sorted(all_stems(["price"]))

    def places(scope: Scope) -> list[tuple[str, str]]:
        return sorted((t.space, t.document) for t in index.tables(words, hits, scope))

    assert places(Scope(("general",))) == [("general", "open.xlsx")]
    assert places(Scope((), None)) == []
    assert places(Scope(None, ())) == []
    assert places(Scope(None, ("closed.xlsx",))) == [("board", "closed.xlsx")]
    assert places(Scope(None, (("board", "open.xlsx"),))) == [("board", "open.xlsx")]
    assert places(Scope(("general",), (("board", "open.xlsx"),))) == []
    assert len(places(EVERYTHING)) == 3


def test_tables_of_the_hits_come_first(index):
    put(index, "first.xlsx", "Anvil")
    put(index, "second.xlsx", "Bellows")
    hits = index.search("Bellows", EVERYTHING, 1).hits
    assert [t.document for t in index.tables([], hits, EVERYTHING)] == ["second.xlsx"]
    words = sorted(all_stems(["price"]))
    assert [t.document for t in index.tables(words, hits, EVERYTHING)] == [
        "second.xlsx",
        "first.xlsx",
    ]


def test_a_deleted_table_is_off_the_disk(index, tmp_path):
    put(index, "kept.xlsx", "Anvil")
    put(index, "secret.xlsx", SECRET)
    (kept,) = index.tables_of("general", "kept.xlsx")
    assert index.presence.containing(SECRET) == ("general", "secret.xlsx")
    assert index.remove("general", "secret.xlsx")
    index.purge(["general"])
    assert rows_in(tmp_path / "index")[:2] == [1, 1]
    holding = [
        path.name
        for path in tmp_path.rglob("*")
        if path.is_file() and SECRET.lower().encode() in path.read_bytes().lower()
    ]
    assert holding == []
    assert index.presence.containing(SECRET) is None
    assert len(index.table_rows(kept)) == 1


def test_what_only_a_cell_says_is_known_to_be_there(index):
    index.put(
        document("odd.xlsx"),
        chunks("Product: Anvil"),
        tables=[prices('"Nine" \\ ten')],
    )
    assert index.presence.containing('"Nine" \\ ten') == ("general", "odd.xlsx")


def test_a_rebuild_keeps_tables(index):
    put(index, "list.xlsx", "Anvil", "Bellows")
    index.rebuild()
    (table,) = index.tables_of("general", "list.xlsx")
    assert [row.cells[0] for row in index.table_rows(table)] == ["Anvil", "Bellows"]


def test_an_index_from_before_opens_and_has_none(tmp_path):
    old = Index.open(tmp_path / "index", WordEmbedder())
    old.put(document("list.xlsx"), chunks("Product: Anvil"))
    old.close()
    with closing(sqlite3.connect(tmp_path / "index" / "catalogue.sqlite3")) as db:
        for later in ("table_words", "table_rows", "tables", "pages", "recognised", "about"):
            db.execute(f"DROP TABLE {later}")
        db.execute("DROP INDEX documents_within")
        for later in ("container", "unread", "note"):
            db.execute(f"ALTER TABLE documents DROP COLUMN {later}")
        for later in ("space_sizes", "common_words"):
            db.execute(f"DROP TABLE {later}")
        db.execute("PRAGMA user_version = 2")
        db.commit()
    opened = Index.open(tmp_path / "index", WordEmbedder())
    assert opened.readings("general", "list.xlsx") == []
    hits = opened.search("Anvil", EVERYTHING, 3).hits
    assert len(hits) == 1
    assert opened.tables(sorted(all_stems(["product"])), hits, EVERYTHING) == []
    put(opened, "list.xlsx", "Anvil")
    assert len(opened.tables_of("general", "list.xlsx")) == 1
    opened.close()


def test_mails_from_before_are_read_once_more_by_the_next_ingestion(tmp_path):
    old = Index.open(tmp_path / "index", WordEmbedder())
    for name in ("Offer.MSG", "list.xlsx", "all.zip"):
        old.put(document(name), chunks(f"Product: Anvil of {name}"))
    old.close()
    with closing(sqlite3.connect(tmp_path / "index" / "catalogue.sqlite3")) as db:
        db.execute("DROP INDEX documents_within")
        for later in ("container", "unread", "note"):
            db.execute(f"ALTER TABLE documents DROP COLUMN {later}")
        db.execute("PRAGMA user_version = 6")
        db.commit()
    opened = Index.open(tmp_path / "index", WordEmbedder())
    told = {one.name: (one.container, one.unread) for one in opened.documents()}
    opened.close()
    assert told == {"Offer.MSG": ("", 1), "list.xlsx": ("", 0), "all.zip": ("", 1)}
