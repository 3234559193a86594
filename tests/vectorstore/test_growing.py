"""A search that does not grow: common words are counted, many small spaces compared at once."""

import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from word_embedder import WordEmbedder, chunks, document

from vectorstore import search, sign_scan, word_counts
from vectorstore.capacity import capacity
from vectorstore.index import Index
from vectorstore.scope import EVERYTHING, Scope
from vectorstore.word_counts import Stems, is_due, telling


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """What counts as a large space and a common word, made small."""
    monkeypatch.setattr(word_counts, "COUNTED_FROM", 20)
    monkeypatch.setattr(word_counts, "_COMMON", 5)
    monkeypatch.setattr(word_counts, "_UNLISTED", 2)
    monkeypatch.setattr(search, "MOST_RANKED", 12)


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    opened = Index.open(tmp_path / "index", WordEmbedder())
    yield opened
    opened.close()


def fill(index: Index, documents: int, *, space: str = "general", seed: int = 0) -> None:
    draw = random.Random(seed)
    for number in range(documents):
        texts = [
            f"The pumps of hall {draw.choice('ABC')} were tested, code {space}{number}x{at}."
            for at in range(4)
        ]
        index.put(document(f"{number}.md", space), chunks(*texts))


def kept(index: Index, space: str = "general") -> dict[str, int]:
    with index._catalogue.reading() as connection:
        (found,) = (one for one in index._catalogue.spaces(connection) if one.name == space)
        return dict(
            connection.execute(
                "SELECT word, chunks FROM common_words WHERE space_id = ?", (found.id,)
            )
        )


@pytest.mark.usefixtures("small")
def test_words_are_counted_as_a_space_grows_and_shrinks(index: Index) -> None:
    fill(index, 4)
    assert kept(index) == {}
    fill(index, 10)
    assert 32 <= kept(index)["pump"] <= 40
    assert "general3x1" not in kept(index)
    for number in range(8):
        index.remove("general", f"{number}.md")
    assert kept(index) == {}


@pytest.mark.usefixtures("small")
def test_a_word_that_was_deleted_is_kept_nowhere(index: Index, tmp_path: Path) -> None:
    fill(index, 12)
    index.put(document("secret.md"), chunks(*["Zanzibar is the name."] * 14))
    assert kept(index).get("zanzibar") == 14
    index.remove("general", "secret.md")
    index.purge(["general"])
    assert "zanzibar" not in kept(index)
    assert b"zanzibar" not in (tmp_path / "index" / "catalogue.sqlite3").read_bytes().lower()


@pytest.mark.usefixtures("small")
def test_what_is_rare_is_found_among_what_is_common(index: Index) -> None:
    fill(index, 30)
    for number in (0, 17, 29):
        question = f"When were the pumps of hall B tested that have the code general{number}x2?"
        assert f"general{number}x2" in index.search(question, EVERYTHING, 1).hits[0].text
    assert index.search("pumps tested", EVERYTHING, 3).hits  # common words alone find something


@pytest.mark.usefixtures("small")
def test_an_index_of_before_is_counted_when_it_is_opened(tmp_path: Path) -> None:
    with pytest.MonkeyPatch.context() as before:
        before.setattr(word_counts, "COUNTED_FROM", 10**9)
        old = Index.open(tmp_path / "index", WordEmbedder())
        fill(old, 10)
        assert kept(old) == {}
        old.close()
    opened = Index.open(tmp_path / "index", WordEmbedder())
    assert kept(opened)["pump"] == 40
    assert opened.verify() == []
    opened.close()


@pytest.mark.usefixtures("small")
def test_rarity_is_that_of_counting(index: Index) -> None:
    fill(index, 25)
    common = index.rarity(["pumps", "pump", "general3x1", "nowhere"], None)
    with pytest.MonkeyPatch.context() as without:
        without.setattr("vectorstore.rarity.kept_counts", lambda *_: {})
        counted = index.rarity(["pumps", "pump", "general3x1", "nowhere"], None)
    assert common["nowhere"] == 1.0
    assert common == pytest.approx(counted, abs=0.06)


@given(st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=8, unique=True), st.data())
@settings(max_examples=60, deadline=None)
def test_the_rarest_words_are_looked_up_within_bounds(
    words: list[str], data: st.DataObject
) -> None:
    counts = {word: data.draw(st.integers(0, 3000)) for word in words}
    most = data.draw(st.integers(1, 4000))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(word_counts, "kept_counts", lambda *_: counts)
        chosen, every = telling(None, 1, words, [[word] for word in words], most)  # type: ignore[arg-type]
    assert chosen
    if every:
        assert min(counts.values()) > most
        assert len(chosen) <= 2
    else:
        assert sum(counts[word] for word in chosen) <= most
        left = [counts[word] for word in words if word not in chosen]
        assert all(count >= max(counts[word] for word in chosen) for count in left)
        assert [word for word in words if word in chosen] == chosen


def test_growth_decides_when_words_are_counted() -> None:
    assert not is_due(7_999, 0)
    assert is_due(8_000, 0)
    assert not is_due(10_000, 8_000)
    assert is_due(10_001, 8_000)
    assert is_due(6_000, 8_000)
    assert is_due(7_999, 8_000)


def test_stems_are_those_of_the_word_index(index: Index) -> None:
    index.put(document("a.md"), chunks("Prüfungen der Pumpen: tested, testing. Café Größe"))
    with index._catalogue.reading() as connection:
        connection.execute("PRAGMA query_only = OFF")
        connection.execute(
            "CREATE VIRTUAL TABLE temp.seen USING fts5vocab(main, words_1, instance)"
        )
        seen = [
            term
            for (term,) in connection.execute(
                "SELECT term FROM temp.seen WHERE col = 'body' ORDER BY offset"
            )
        ]
        connection.execute("DROP TABLE temp.seen")
    stems = Stems()
    assert stems.of(["Prüfungen der Pumpen", "tested", "testing Café Größe"]) == [
        seen[:3], seen[3:4], seen[4:]
    ]  # fmt: skip
    assert stems.of(["", "a"]) == [[], ["a"]]
    stems.close()


# Many small spaces


def test_many_spaces_are_searched_as_well_as_one(
    index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sign_scan, "_COMPARED", 8)
    for number in range(12):
        fill(index, 3, space=f"s{number}", seed=number)
    with index._catalogue.reading() as connection:
        spaces = index._catalogue.spaces(connection)
        vector = index.embedder.read_question("code s7 2x3 of hall A").vector
        exact: Counter[int] = Counter()
        for space in spaces:
            exact.update(index._vectors._by_reading(connection, space, vector, 10))
        found = index._vectors.signs.nearest(connection, spaces, vector, 10)
    assert list(found.values()) == sorted(found.values(), reverse=True)
    for number, cosine in found.items():
        assert cosine == pytest.approx(exact[number], abs=1e-5)
    best = [number for number, _ in exact.most_common(10)]
    assert len(set(best) & set(found)) >= 8
    hits = index.search("code s7 2x3", EVERYTHING, 5).hits
    assert any("s72x3" in hit.text for hit in index.search("s72x3", EVERYTHING, 1).hits)
    assert hits


def test_what_changes_in_one_of_many_spaces_is_seen_at_once(index: Index) -> None:
    for number in range(10):
        fill(index, 1, space=f"s{number}")
    index.search("anything", EVERYTHING, 5)
    index.put(document("new.md", "s4"), chunks("Zanzibar clove harvest."))
    assert index.search("Zanzibar harvest", EVERYTHING, 1).hits[0].document == "new.md"
    assert index.search("Zanzibar harvest", Scope(tuple(f"s{n}" for n in range(4))), 3).hits
    index.remove("s4", "new.md")
    assert all(hit.document != "new.md" for hit in index.search("Zanzibar", EVERYTHING, 40).hits)


def test_signs_of_any_dimension_are_compared_whole() -> None:
    draw = np.random.default_rng(3)
    for dimension in (8, 63, 64, 65, 384):
        vectors = draw.standard_normal((5, dimension)).astype(np.float32)
        packed = sign_scan._packed(vectors)
        differ = np.bitwise_count(packed[0] ^ packed[1:]).sum(axis=1)
        assert differ.tolist() == ((vectors[0] > 0) != (vectors[1:] > 0)).sum(axis=1).tolist()


def test_all_spaces_are_counted_in_one_read(index: Index) -> None:
    for number in range(3):
        fill(index, number + 1, space=f"s{number}")
    store = index._vectors._opened()
    names = [f"space-{number + 1}-1" for number in range(3)]
    assert store.counts([*names, "none"]) == {**{n: store.count(n) for n in names}, "none": 0}


def test_a_plan_grows_with_the_documents() -> None:
    few, many = capacity(100), capacity(100_000)
    assert few.chunks * 1000 == many.chunks
    assert few.disk * 1000 == pytest.approx(many.disk)
    assert few.memory < many.memory
    assert few.reading_s * 1000 == pytest.approx(many.reading_s)
    assert few.search_ms < many.search_ms < 2 * few.search_ms
