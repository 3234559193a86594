"""What goes into the index comes out of it, of the right space and document, and no more."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from word_embedder import WordEmbedder, chunks, document

from vectorstore.index import EmbedderMismatch, Index, IndexFault
from vectorstore.scope import EVERYTHING, Scope

LEAVE = "Full-time employees have 28 working days of annual leave."
MEALS = "The meal allowance in Switzerland is 72 euros a day."


def texts(index: Index, question: str, spaces=("general",), documents=None) -> list[str]:
    return [hit.text for hit in index.search(question, Scope.of(spaces, documents)).hits]


def test_a_stored_chunk_is_found_with_its_place(index: Index):
    record = index.put(
        replace(document("travel.pdf"), pages=9),
        [*chunks("Trains come first."), *chunks(MEALS, heading="Travel > Meals")],
    )
    found = index.search("meal allowance Switzerland", Scope(("general",)))
    best = found.hits[0]
    assert (best.text, best.document, best.heading, best.position) == (
        MEALS, "travel.pdf", "Travel > Meals", 1,
    )  # fmt: skip
    assert best.signals["likeness"] > found.hits[1].signals["likeness"]
    assert set(found.timings) >= {"embed_s", "words_s", "vectors_s", "rank_s", "total_s"}
    assert index.document("general", "travel.pdf") == record
    assert (record.pages, record.chunks) == (9, 2)
    stored = index.chunk(best.chunk_id)
    assert stored is not None
    assert stored.text == MEALS


def test_everything_is_there_after_reopening(tmp_path: Path):
    index = Index.open(tmp_path, WordEmbedder())
    index.put(document("leave"), chunks(LEAVE))
    key = index.search("leave", Scope(("general",))).hits[0].chunk_id
    index.close()
    index = Index.open(tmp_path, WordEmbedder())
    assert index.verify() == []
    assert index.search("annual leave", Scope(("general",))).hits[0].chunk_id == key
    index.close()


def test_a_new_version_replaces_the_old_one(index: Index):
    index.put(document("leave"), chunks("Annual leave is 25 days.", "Old appendix."))
    index.put(document("leave", version="2"), chunks(LEAVE))
    assert texts(index, "annual leave days appendix") == [LEAVE]
    assert [record.chunks for record in index.documents()] == [1]
    assert index.verify() == []


def test_a_failing_embedder_leaves_the_old_version(index: Index, monkeypatch):
    index.put(document("leave"), chunks(LEAVE))

    def fail(_texts):
        raise RuntimeError

    monkeypatch.setattr(index.embedder, "read", fail)
    with pytest.raises(RuntimeError):
        index.put(document("leave", version="2"), chunks("Something else."))
    monkeypatch.undo()
    assert texts(index, "annual leave") == [LEAVE]


def test_a_removed_document_is_gone_from_every_file(tmp_path: Path):
    index = Index.open(tmp_path, WordEmbedder())
    index.put(document("leave"), chunks(LEAVE))
    index.put(document("secret"), chunks("The merger with Xyloquist is planned for May."))
    assert index.remove("general", "secret")
    assert not index.remove("general", "secret")
    assert index.search("merger Xyloquist", Scope(("general",))).hits[0].text == LEAVE
    assert index.verify() == []
    for path in tmp_path.rglob("*"):
        if path.is_file():
            assert b"yloquist" not in path.read_bytes().lower(), path
    index.close()


def test_an_emptied_space_leaves_nothing_behind(tmp_path: Path):
    index = Index.open(tmp_path, WordEmbedder())
    index.put(document("a", "brief"), chunks("Short lived."))
    index.remove("brief", "a")
    assert index.spaces() == []
    index.put(document("b", "brief"), chunks("Second life."))
    assert texts(index, "life lived", ["brief"]) == ["Second life."]
    index.close()


def test_deleting_gives_disk_space_back(tmp_path: Path):
    index = Index.open(tmp_path, WordEmbedder())
    index.put(document("keep"), chunks(LEAVE))
    index.put(document("large"), chunks(*(f"row {n} " + "filler words " * 60 for n in range(900))))
    index.remove("general", "large")
    index.close()
    assert (tmp_path / "catalogue.sqlite3").stat().st_size < 300_000


@pytest.mark.parametrize("space", ["Geschäftsführung", "人事", "a b/c..", "x" * 300, "🔒", "'; --"])
def test_a_space_may_have_any_name(index: Index, space: str):
    index.put(document("leave", space), chunks(LEAVE))
    index.put(document("meals"), chunks(MEALS))
    assert index.spaces() == sorted(["general", space])
    assert texts(index, "leave meal allowance", [space]) == [LEAVE]
    assert texts(index, "leave meal allowance") == [MEALS]


def test_unknown_spaces_documents_and_empty_questions_find_nothing(index: Index):
    index.put(document("leave"), chunks(LEAVE))
    assert texts(index, "leave", ["elsewhere"]) == []
    assert texts(index, "leave", []) == []
    assert texts(index, "leave", documents=["other"]) == []
    assert texts(index, "leave", documents=[]) == []
    assert texts(index, " \n ") == []
    assert index.chunk("0" * 16) is None
    assert index.document("elsewhere", "leave") is None


def test_only_the_named_documents_are_searched_few_or_many(index: Index):
    for name in "abc":
        index.put(document(name), chunks(*(f"leave rule {n} of {name}" for n in range(300))))
    hits = index.search("leave rule 7", Scope(("general",), ("a", "c")), 50).hits
    assert {hit.document for hit in hits} == {"a", "c"}
    assert {hit.text for hit in hits[:2]} == {"leave rule 7 of a", "leave rule 7 of c"}
    assert len(hits) == 50


def test_the_same_text_in_two_documents_is_shown_once(index: Index):
    index.put(document("2024"), chunks(LEAVE))
    index.put(document("2025"), chunks(LEAVE.replace(" ", "\n")))
    index.put(document("2026"), chunks(LEAVE.replace("28", "30")))
    hits = index.search("annual leave", Scope(("general",))).hits
    assert len(hits) == 2
    folded = next(hit for hit in hits if "28" in hit.text)
    assert {folded.document, *folded.also_in} == {"2024", "2025"}


def test_the_chunks_of_a_document_are_in_order(index: Index):
    index.put(document("a"), chunks(*(f"part {n}" for n in range(5))))
    index.put(document("b"), chunks("part 9"))
    assert [hit.text for hit in index.chunks("general", "a")] == [f"part {n}" for n in range(5)]
    index.put(document("a", version="2"), chunks("new"))
    assert [hit.text for hit in index.chunks("general", "a")] == ["new"]


def test_a_title_and_a_heading_help_to_find_a_chunk(index: Index):
    index.put(document("h1.pdf", title="Handbook 2021"), chunks("Annual leave: 25 days."))
    index.put(document("h2.pdf", title="Handbook 2026"), chunks("Annual leave: 28 days."))
    assert texts(index, "annual leave in the 2021 handbook")[0].endswith("25 days.")
    assert texts(index, "annual leave in the 2026 handbook")[0].endswith("28 days.")


def test_equal_texts_are_embedded_once(index: Index):
    index.put(document("a", title="T"), chunks(*["Page intentionally left blank."] * 50, "x"))
    assert isinstance(index.embedder, WordEmbedder)
    assert len(index.embedder.read_texts) == 2


def test_a_document_without_chunks_is_listed(index: Index):
    index.put(document("empty"), [])
    assert [record.name for record in index.documents(["general"])] == ["empty"]
    assert texts(index, "anything") == []


def test_another_embedder_is_refused_until_the_index_is_made_anew(tmp_path: Path):
    index = Index.open(tmp_path, WordEmbedder("old"))
    index.put(document("leave"), chunks(LEAVE))
    index.put(document("meals"), chunks(MEALS))
    index.close()
    with pytest.raises(EmbedderMismatch, match=r"old.*new.*strongroom reindex"):
        Index.open(tmp_path, WordEmbedder("new", 32))
    index = Index.open(tmp_path, WordEmbedder("new", 32), rebuild=True)
    with pytest.raises(EmbedderMismatch):
        index.search("leave", Scope(("general",)))
    with pytest.raises(EmbedderMismatch):
        index.put(document("x"), chunks("y"))
    steps: list[tuple[int, int]] = []
    index.rebuild(lambda done, total: steps.append((done, total)))
    assert steps[0] == (0, 2)
    assert steps[-1] == (2, 2)
    assert texts(index, "annual leave")[0] == LEAVE
    assert index.verify() == []
    index.close()
    with pytest.raises(EmbedderMismatch):
        Index.open(tmp_path, WordEmbedder("old"))
    index = Index.open(tmp_path, WordEmbedder("new", 32))
    assert texts(index, "meal allowance")[0] == MEALS
    index.close()
    assert len(list(tmp_path.glob("chroma-*"))) == 1


def test_an_interrupted_rebuild_leaves_the_old_vectors_in_use(tmp_path: Path, monkeypatch):
    index = Index.open(tmp_path, WordEmbedder("old"))
    index.put(document("leave"), chunks(*(f"{LEAVE} {n}" for n in range(600))))
    index.close()
    index = Index.open(tmp_path, WordEmbedder("new"), rebuild=True)

    def stop(done: int, _total: int) -> None:
        if done >= 256:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        index.rebuild(stop)
    index.close()
    old = Index.open(tmp_path, WordEmbedder("old"))
    assert len(texts(old, "annual leave")) == 10
    old.close()
    again = Index.open(tmp_path, WordEmbedder("new"), rebuild=True)
    steps: list[int] = []
    again.rebuild(lambda done, _: steps.append(done))
    assert steps[0] == 256
    assert again.verify() == []
    again.close()


def test_lost_or_damaged_vectors_are_made_again(tmp_path: Path):
    index = Index.open(tmp_path, WordEmbedder())
    index.put(document("leave"), chunks(LEAVE, MEALS))
    index.close()
    (database,) = tmp_path.glob("chroma-*/chroma.sqlite3")
    database.write_bytes(b"no database at all" * 100)
    index = Index.open(tmp_path, WordEmbedder())
    assert index.verify() == []
    assert texts(index, "annual leave")[0] == LEAVE
    index.close()


def test_a_damaged_catalogue_and_a_newer_one_are_named(tmp_path: Path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "catalogue.sqlite3").write_bytes(b"no database at all" * 100)
    with pytest.raises(IndexFault, match="backup"):
        Index.open(tmp_path / "a", WordEmbedder())
    Index.open(tmp_path / "b", WordEmbedder()).close()
    with sqlite3.connect(tmp_path / "b" / "catalogue.sqlite3") as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(IndexFault, match="newer"):
        Index.open(tmp_path / "b", WordEmbedder())


def test_a_closed_index_says_so(tmp_path: Path):
    index = Index.open(tmp_path, WordEmbedder())
    index.close()
    index.close()
    with pytest.raises(IndexFault, match="closed"):
        index.search("leave", Scope(("general",)))
    with pytest.raises(IndexFault, match="closed"):
        index.documents()


def test_searches_go_on_while_documents_come_and_go(index: Index):
    index.put(document("stays"), chunks(LEAVE))

    def write(worker: int) -> None:
        for n in range(6):
            index.put(document(f"{worker}", version=str(n)), chunks(f"{MEALS} {worker} {n}"))
        index.remove("general", str(worker))

    def read(_: int) -> None:
        for _ in range(20):
            assert LEAVE in texts(index, "annual leave meal allowance")

    with ThreadPoolExecutor(6) as pool:
        for done in [*pool.map(write, range(3)), *pool.map(read, range(3))]:
            assert done is None
    assert index.verify() == []
    assert [record.name for record in index.documents()] == ["stays"]


def test_a_scope_of_none_is_everything_and_an_empty_one_nothing(index: Index):
    index.put(document("a"), chunks(LEAVE))
    index.put(document("b", "travel"), chunks(MEALS))
    for question, text in (("annual leave", LEAVE), ("meal allowance", MEALS)):
        assert index.search(question, EVERYTHING).hits[0].text == text
    for empty in (Scope(()), Scope(None, ()), Scope(("general",), ())):
        assert index.search("annual leave", empty).hits == []
