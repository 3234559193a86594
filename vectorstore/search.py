"""Ranks chunks for a question: candidates by words and by vectors, then token by token."""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from time import perf_counter

import numpy as np

from vectorstore.catalogue import Catalogue, Row, Space
from vectorstore.dates import in_one_spelling
from vectorstore.embedder import Embedder, Reading
from vectorstore.late_interaction import likeness, question_tokens
from vectorstore.naming import Naming
from vectorstore.near_duplicates import fold
from vectorstore.query import expression_of, phrases_of, terms
from vectorstore.records import Hit, SearchResult
from vectorstore.rerank import Reranker, rerank
from vectorstore.scope import DocumentChoice, Scope
from vectorstore.sign_scan import MANY, SMALL
from vectorstore.spelling import spelling
from vectorstore.vector_index import VectorIndex
from vectorstore.vectors import from_bytes
from vectorstore.word_counts import MOST_RANKED, telling

# Columns body, heading, title. Weights and shares were chosen on all of the development questions,
# none held out (see docs/measure.md); shares near these moved recall@1 between .875 and
# .896.
_COLUMN_WEIGHTS = "1.0, 0.5, 0.3"
_LEXICAL = 0.15
_COSINE = 0.15
_NAMED = 0.1  # for passages of a document that the question names

_CANDIDATES = 60  # by words, and as many by vectors, are compared token by token
_EXACT = 10_000  # chunks whose vectors are read and compared one by one
_OVERFETCH = 3
_MOST_SCORED = 60_000  # chunks that the words of a question bring into the ranking at the most
_FEW = 400  # chunks in the chosen documents are all compared token by token


@dataclass(frozen=True, slots=True)
class _Place:
    """A scope as one state of the catalogue has it."""

    spaces: Sequence[Space]
    documents: Sequence[DocumentChoice] | None
    names: frozenset[str]  # of the spaces

    def holds(self, row: Row) -> bool:
        """Whether a chunk is in one of the spaces and, where some are chosen, documents.

        The vectors may be on a server that others write to: what it names need not be there.
        """
        chosen = self.documents
        return row.space in self.names and (
            chosen is None or row.document in chosen or (row.space, row.document) in chosen
        )

    def named(self, space: Space) -> list[str]:
        """Names of the chosen documents in one of the spaces."""
        return [
            choice if isinstance(choice, str) else choice[1]
            for choice in self.documents or ()
            if isinstance(choice, str) or choice[0] == space.name
        ]


def search(
    question: str,
    scope: Scope,
    k: int,
    catalogue: Catalogue,
    vectors: VectorIndex,
    embedder: Embedder,
    reranker: Reranker | None = None,
) -> SearchResult:
    """The `k` best passages of the scope; only tables and collections of its spaces are opened."""
    started = perf_counter()
    timings: dict[str, float] = {}

    def lap(stage: str) -> None:
        nonlocal started
        now = perf_counter()
        timings[stage] = round(now - started, 5)
        started = now

    if not question.strip() or k < 1 or scope.is_empty:
        return SearchResult([], {"total_s": 0.0})
    question = in_one_spelling(question)
    asked = embedder.read_question(question)
    lap("embed_s")
    with catalogue.reading() as connection:
        known = catalogue.spaces(connection)
        place = _place(known, scope)
        spelt = spelling(connection, place.spaces, terms(question))
        phrases = phrases_of(question, spelt.stand_ins)
        lexical = _by_words(connection, catalogue, phrases, place, max(_CANDIDATES, k))
        lap("words_s")
        near = _by_vectors(connection, catalogue, vectors, asked, place, max(_CANDIDATES, k))
        lap("vectors_s")
        # Vectors may lag behind a change that is being made; the catalogue knows what exists.
        found = catalogue.candidates(connection, dict.fromkeys([*lexical, *near]))
        found = {number: one for number, one in found.items() if place.holds(one[0])}
        hits = _rank(question, asked, lexical, found, spelt.known_share)
        lap("rank_s")
    if reranker is not None and hits:
        hits = rerank(question, hits, reranker)
        lap("rerank_s")
    timings["total_s"] = round(sum(timings.values()), 5)
    return SearchResult(hits[:k], timings)


def holding(
    connection: sqlite3.Connection,
    catalogue: Catalogue,
    words: str,
    spaces: Sequence[Space],
    count: int,
) -> list[Hit]:
    """The best passage of each document that has all of these words in one passage, best first.

    `count` passages are looked at. The last word may be the beginning of one.
    """
    wanted = terms(words)
    if not wanted:
        return []
    expression = " AND ".join(f'"{word}"' for word in wanted) + "*"
    scores: dict[int, float] = {}
    for space in spaces:
        table = f"words_{space.id:d}"
        scores.update(
            connection.execute(
                f"SELECT rowid, -bm25({table}, {_COLUMN_WEIGHTS}) AS score FROM {table} "
                f"WHERE {table} MATCH ? ORDER BY score DESC LIMIT ?",
                (expression, count),
            )
        )
    scores = _highest(scores, count)
    rows = catalogue.rows(connection, scores)
    best: dict[tuple[str, str], Hit] = {}
    for number in scores:
        if number in rows:
            hit = to_hit(rows[number], scores[number])
            best.setdefault((hit.space, hit.document), hit)
    return list(best.values())


def _place(known: Sequence[Space], scope: Scope) -> _Place:
    names = frozenset(space.name for space in known)
    if scope.spaces is not None:
        names &= frozenset(scope.spaces)
    return _Place([space for space in known if space.name in names], scope.documents, names)


def _by_words(
    connection: sqlite3.Connection,
    catalogue: Catalogue,
    phrases: Sequence[str],
    place: _Place,
    count: int,
) -> dict[int, float]:
    """BM25 scores (higher is better) of the best `count` chunks.

    Of a large space those are ranked that hold the question's rarest words: see `word_counts`.
    """
    if not phrases:
        return {}
    found: dict[int, float] = {}
    whole = expression_of(phrases)
    large = sum(space.counted > 0 for space in place.spaces)
    stems = catalogue.stems.of(phrases) if large else []
    for space in place.spaces:
        expression = whole
        if space.counted:
            most = MOST_RANKED // large
            chosen, every = telling(connection, space.id, phrases, stems, most)
            expression = expression_of(chosen, every=every)
        words = f"words_{space.id:d}"
        restricted = ""
        values: list[int | str] = []
        if place.documents is not None:
            # The plus keeps SQLite from running the match anew for every row of the list.
            names = place.named(space)
            if not names:
                continue
            restricted = (
                "AND +rowid IN (SELECT c.id FROM chunks c JOIN documents d ON d.id = c.document_id"
                " WHERE d.space_id = ? AND d.name IN (SELECT value FROM json_each(?)))"
            )
            values = [space.id, json.dumps(names)]
        rows = connection.execute(
            f"SELECT * FROM (SELECT rowid, -bm25({words}, {_COLUMN_WEIGHTS}) AS score FROM {words} "
            f"WHERE {words} MATCH ? {restricted} LIMIT ?) ORDER BY score DESC LIMIT ?",
            (expression, *values, _MOST_SCORED, count),
        )
        found.update(rows)
    return _highest(found, count)


def _by_vectors(
    connection: sqlite3.Connection,
    catalogue: Catalogue,
    vectors: VectorIndex,
    asked: Reading,
    place: _Place,
    count: int,
) -> list[int]:
    """The `count` chunks nearest to the question's vector."""
    near: dict[int, float] = {}
    spaces = place.spaces
    if place.documents is None and len(spaces) >= MANY:
        small = [space for space in spaces if space.chunks <= SMALL]
        spaces = [space for space in spaces if space.chunks > SMALL]
        if small:
            near.update(vectors.signs.nearest(connection, small, asked.vector, count))
    for space in spaces:
        if place.documents is None:
            near.update(vectors.nearest(connection, space, asked.vector, count))
            continue
        # A filter in the vector index reads every row of it. Comparing the chosen documents'
        # own vectors is faster and exact; of many, some are surely among the nearest of all.
        ids = catalogue.chunk_ids(connection, space, place.named(space))
        if len(ids) > _EXACT:
            total = catalogue.size(connection, space)
            wanted = min(total, _OVERFETCH * count * -(-total // len(ids)))
            chosen = set(ids)
            nearest = vectors.nearest(connection, space, asked.vector, wanted)
            near.update((i, cosine) for i, cosine in nearest.items() if i in chosen)
            continue
        stored = catalogue.vectors(connection, ids)
        if stored:
            cosines = from_bytes(list(stored.values())) @ asked.vector
            near.update(zip(stored, cosines.tolist(), strict=True))
    few = place.documents is not None and len(near) <= _FEW
    return list(near if few else _highest(near, count))


def _highest(scores: dict[int, float], count: int) -> dict[int, float]:
    return dict(sorted(scores.items(), key=lambda item: (-item[1], item[0]))[:count])


def _rank(
    question: str,
    asked: Reading,
    lexical: dict[int, float],
    found: dict[int, tuple[Row, bytes, bytes]],
    known_share: float,
) -> list[Hit]:
    """Candidates by the weighted sum of their signals; those that say the same are folded.

    The best match by words counts as much as the documents know of the question's words: of a
    question in another language a single one may stand in them, by chance.
    """
    ids = list(found)
    if not ids:
        return []
    rows = {i: row for i, (row, _, _) in found.items()}
    cosine = from_bytes([vector for _, vector, _ in found.values()]) @ asked.vector
    codes = [tokens for _, _, tokens in found.values()]
    alike = likeness(question_tokens(asked, question), codes)
    best = max(lexical.values(), default=0.0)
    worded = np.array([lexical.get(i, 0.0) / best if best > 0 else 0.0 for i in ids])
    documents = {row.document_id: row for row in rows.values()}
    naming_of = Naming(question).of
    called = {key: naming_of(row.document, row.title) for key, row in documents.items()}
    naming = np.array([called[rows[i].document_id] for i in ids])
    score = alike + _LEXICAL * known_share * worded + _COSINE * cosine + _NAMED * naming
    order = np.lexsort((np.array(ids), -score))
    hits = [
        to_hit(
            rows[ids[i]],
            float(score[i]),
            {
                "likeness": float(alike[i]),
                "cosine": float(cosine[i]),
                "lexical": float(worded[i]),
                "bm25": float(lexical.get(ids[i], 0.0)),
                "named": float(naming[i]),
            },
        )
        for i in order
    ]
    return fold(hits)


def to_hit(row: Row, score: float = 0.0, signals: dict[str, float] | None = None) -> Hit:
    """A chunk as the outside knows it."""
    return Hit(
        document=row.document,
        page=row.page,
        heading=row.heading,
        text=row.text,
        score=round(score, 6),
        chunk_id=row.key,
        space=row.space,
        position=row.position,
        signals={name: round(value, 5) for name, value in (signals or {}).items()},
        recognised=row.recognised,
    )
