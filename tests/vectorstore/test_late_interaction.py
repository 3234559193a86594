"""Likeness from single bits against likeness from whole vectors."""

import numpy as np
from word_embedder import WordEmbedder

from vectorstore.embedder import Reading
from vectorstore.late_interaction import encode_tokens, likeness, question_tokens

EMBEDDER = WordEmbedder(dimension=384)


def encoded(text: str, above: str = "") -> bytes:
    return encode_tokens(EMBEDDER.read([above + text])[0], above + text, len(above))


def asked(question: str) -> np.ndarray:
    return question_tokens(EMBEDDER.read([question])[0], question)


def test_it_estimates_the_mean_of_the_best_cosines():
    passages = ["annual leave of employees", "annual report", "nothing of the kind", "leave"]
    exact = []
    for text in passages:
        cosines = asked("annual leave") @ EMBEDDER.read([text])[0].tokens.T
        exact.append(cosines.max(axis=1).mean())
    estimated = likeness(asked("annual leave"), [encoded(text) for text in passages])
    assert np.abs(estimated - exact).max() < 0.15
    assert estimated.argmax() == 0


def test_words_that_stand_together_count_more():
    filler = "filler " * 100
    together = f"{filler} annual leave {filler}"
    apart = f"annual {filler} {filler} leave"
    near, far = likeness(asked("annual leave"), [encoded(together), encoded(apart)])
    assert near > far + 0.1


def test_headings_count_everywhere_in_the_passage():
    text = "25 days " + "filler " * 150
    with_heading, without = likeness(
        asked("days of leave"), [encoded(text, "Annual leave\n"), encoded(text)]
    )
    assert with_heading > without + 0.1


def test_passages_and_questions_without_words_are_worth_nothing():
    empty = encoded("?! …")
    values = likeness(asked("leave"), [empty, encoded("leave"), b"", encoded("", "Heading\n")])
    assert values[0] == values[2] == 0
    assert values[1] > 0.9
    nothing = Reading(np.zeros(384, np.float32), np.zeros((0, 384), np.float32), ())
    assert likeness(question_tokens(nothing, ""), [encoded("leave")]).tolist() == [0]
    assert likeness(asked("leave"), []).shape == (0,)


def test_many_passages_are_each_judged_alone():
    texts = [f"item {n} " + "word " * (n % 50) for n in range(700)]
    values = likeness(asked("item 123"), [encoded(text) for text in texts])
    assert values.argmax() == 123
    alone = [likeness(asked("item 123"), [encoded(text)])[0] for text in texts[:40]]
    assert np.allclose(values[:40], alone, atol=1e-5)


def test_question_words_without_meaning_are_left_out():
    assert len(asked("What is the annual leave?")) == 2
    assert len(asked("What is it?")) == 3
