"""Tokens become text without broken characters and without stop strings."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.engine.sampling import TextStream, usable_seed


def read(pieces: list[bytes], stop: tuple[str, ...] = ()) -> tuple[list[str], bool]:
    stream = TextStream(stop)
    out = []
    for piece in pieces:
        out.append(stream.feed(piece))
        if stream.stopped:
            break
    out.append(stream.finish())
    return out, stream.stopped


def test_a_character_spread_over_tokens_comes_whole() -> None:
    snowman = "☃".encode()
    assert read([b"a", snowman[:1], snowman[1:2], snowman[2:], b"b"])[0] == [
        "a",
        "",
        "",
        "☃",
        "b",
        "",
    ]


def test_a_character_that_never_becomes_whole_is_not_shown() -> None:
    assert "".join(read([b"ok", "€".encode()[:2]])[0]) == "ok"


def test_a_stop_string_across_token_borders_is_never_shown() -> None:
    pieces, stopped = read([b"yes", b" </", b"s", b"> no"], ("</s>",))
    assert (pieces, stopped) == (["yes", " ", "", "", ""], True)


def test_what_only_looked_like_a_stop_string_is_shown_late() -> None:
    assert read([b"a <", b"b"], ("</s>",)) == (["a ", "<b", ""], False)


def test_the_earliest_of_several_stop_strings_counts() -> None:
    assert "".join(read([b"one two three"], ("three", "two"))[0]) == "one "


@given(st.text(max_size=60), st.lists(st.integers(1, 5), max_size=80), st.text(max_size=3))
def test_any_cutting_gives_the_same_text(text: str, cuts: list[int], stop: str) -> None:
    data, pieces = text.encode(), []
    for size in [*cuts, len(data)]:
        pieces.append(data[:size])
        data = data[size:]
    stops = (stop,) if stop else ()
    wanted = text.split(stop, maxsplit=1)[0] if stop else text
    assert "".join(read(pieces, stops)[0]) == wanted


@pytest.mark.parametrize("seed", [0, -1, 2**32 - 1, 2**40, None])
def test_no_seed_means_random_to_llama_cpp(seed: int | None) -> None:
    assert 0 <= usable_seed(seed) < 0xFFFFFFFF
