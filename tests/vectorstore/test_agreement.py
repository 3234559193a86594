"""Whatever happens, in whatever order: the parts agree, and a search stays where it was sent."""

import tempfile
from contextlib import nullcontext
from pathlib import Path

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, settings
from word_embedder import WordEmbedder, chunks, document

from vectorstore.index import Index
from vectorstore.scope import Scope

SPACES = ["general", "hr", "Vorstand ä"]
NAMES = ["a.pdf", "b/c.md", "ü.txt"]
WORDS = ["leave", "meal", "Zürich", "AB-12/3", "1,500", "and", "中文"]

text = st.lists(st.sampled_from(WORDS), min_size=1, max_size=6).map(" ".join)
change: st.SearchStrategy[tuple[str, str, str, list[str]]] = st.one_of(
    st.tuples(
        st.just("put"), st.sampled_from(SPACES), st.sampled_from(NAMES), st.lists(text, max_size=4)
    ),
    st.tuples(st.just("remove"), st.sampled_from(SPACES), st.sampled_from(NAMES), st.just([])),
    st.tuples(
        st.just("move"),
        st.sampled_from(SPACES),
        st.sampled_from(NAMES),
        st.lists(st.sampled_from(SPACES), min_size=1, max_size=1),
    ),
    st.tuples(st.just("reopen"), st.just(""), st.just(""), st.just([])),
)
few = settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)


@few
@given(
    changes=st.lists(change, max_size=12),
    question=text,
    spaces=st.lists(st.sampled_from(SPACES), unique=True),
    names=st.none() | st.lists(st.sampled_from(NAMES), unique=True),
)
def test_parts_agree_and_searches_stay_in_their_scope(changes, question, spaces, names):
    with tempfile.TemporaryDirectory() as folder:
        index = Index.open(Path(folder), WordEmbedder())
        expected: dict[tuple[str, str], list[str]] = {}
        for version, (what, space, name, texts) in enumerate(changes):
            if what == "put":
                index.put(document(name, space, version=str(version)), chunks(*texts))
                expected[space, name] = texts
            elif what == "remove":
                there = expected.pop((space, name), None) is not None
                assert index.remove(space, name) == there
            elif what == "move":
                (to,) = texts
                taken = (space, name) in expected and (to, name) in expected
                with pytest.raises(FileExistsError) if taken else nullcontext():
                    moved = index.move(space, name, to)
                    assert (moved is not None) == ((space, name) in expected)
                    if moved is not None:
                        expected[to, name] = expected.pop((space, name))
            else:
                index.close()
                index = Index.open(Path(folder), WordEmbedder())
        assert index.verify() == []
        assert {(r.space, r.name): r.chunks for r in index.documents()} == {
            key: len(texts) for key, texts in expected.items()
        }
        allowed = {
            (space, name): texts
            for (space, name), texts in expected.items()
            if space in spaces and (names is None or name in names)
        }
        hits = index.search(question, Scope.of(spaces, names), 100).hits
        for hit in hits:
            assert hit.text in allowed[hit.space, hit.document]
            assert all(any(n == other for _, n in allowed) for other in hit.also_in)
        assert {hit.text for hit in hits} == {t for texts in allowed.values() for t in texts}
        index.close()


@settings(max_examples=300, deadline=None)
@given(question=st.text(max_size=60) | st.text(alphabet="\"*():^-+{}'\\ANDORNEAR \0", max_size=30))
def test_no_question_is_read_as_syntax(shared_index, question):
    shared_index.search(question, Scope(("general",)))


@few
@given(body=st.text(max_size=80), heading=st.text(max_size=20), name=st.text(max_size=20))
def test_any_text_can_be_stored(shared_index, body, heading, name):
    shared_index.put(document(name, "odd"), chunks(body, heading=heading))
    assert shared_index.document("odd", name).chunks == 1
    assert shared_index.verify() == []
