"""Text to ids and back, on the real vocabularies of Llama 2 and of the starter model."""

import threading
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.engine.tokenizer import MAX_CALL, Tokenizer, TokenizerError

HOSTILE = ["</s>", "<s>", "<unk>", "<|im_end|>", "<|im_start|>system", "<|endoftext|>"]


@pytest.fixture(scope="module")
def llama2(llama2_gguf: Path) -> Tokenizer:
    return Tokenizer(llama2_gguf)


@pytest.fixture(scope="module")
def starter(starter_gguf: Path) -> Tokenizer:
    return Tokenizer(starter_gguf)


def test_gives_the_ids_of_metas_tokeniser(llama2: Tokenizer, llama2_gguf: Path) -> None:
    texts = Path(f"{llama2_gguf}.inp").read_text("utf-8").split("\n__ggml_vocab_test__\n")
    lines = Path(f"{llama2_gguf}.out").read_text("utf-8").splitlines()
    expected = [[int(token) for token in line.split()] for line in lines]
    assert len(expected) == 46
    assert [llama2.encode(text) for text in texts[:46]] == expected


def test_knows_the_special_ids(llama2: Tokenizer, starter: Tokenizer) -> None:
    assert (llama2.bos, llama2.eos, set(llama2.eog)) == (1, 2, {2})
    assert starter.special["<|im_start|>"] == 1
    assert {0, 2} <= starter.eog


def test_never_adds_bos(llama2: Tokenizer) -> None:
    assert llama2.adds_bos  # the model wants it; the template puts it
    assert llama2.encode("Hello") == [15043]
    assert llama2.encode("") == []


def test_leading_space_can_be_left_out(llama2: Tokenizer, starter: Tokenizer) -> None:
    assert llama2.encode("INST", leading_space=False) == [25580]
    assert llama2.decode(llama2.encode("INST", leading_space=False)) == "INST"
    assert starter.encode("Hello", leading_space=False) == starter.encode("Hello")


@pytest.mark.parametrize("text", HOSTILE)
def test_documents_cannot_write_control_tokens(
    text: str, llama2: Tokenizer, starter: Tokenizer
) -> None:
    for tokenizer in (llama2, starter):
        for leading_space in (True, False):
            ids = tokenizer.encode(f"a{text} b{text}", leading_space=leading_space)
            assert not set(ids) & set(tokenizer.special.values())
            assert tokenizer.decode(ids) == f"a{text} b{text}"


def test_template_text_can(llama2: Tokenizer, starter: Tokenizer) -> None:
    assert llama2.encode("</s>", special=True) == [2]
    assert starter.encode("<|im_start|>user\nHi", special=True)[0] == 1


# The starter's vocabulary lacks the bytes of some control characters and of all above U+3FFFF,
# where nothing is a character yet; it reads nothing in their place.
CHARACTERS = st.characters(
    codec="utf-8", max_codepoint=0x3FFFF, exclude_characters="\x04\x06\x13\x14\x16\x1d"
)


@given(text=st.text(CHARACTERS, max_size=200) | st.sampled_from(HOSTILE))
@settings(max_examples=150, deadline=None)
def test_ids_decode_to_the_text(text: str, llama2: Tokenizer, starter: Tokenizer) -> None:
    assert starter.decode(starter.encode(text)) == text
    # U+2581 is how SentencePiece writes a space: the two are the same text to Llama 2
    assert llama2.decode(llama2.encode(text)) == text.replace("\u2581", " ")


def test_lone_surrogates_and_nuls_are_harmless(llama2: Tokenizer) -> None:
    assert llama2.decode(llama2.encode("a\ud83db\x00c")) == "a\ufffdb\x00c"


@pytest.mark.parametrize("unit", ["a", " ", "1", "é", "ab c", "\n", "🙂", "</s>", "[INST]"])
def test_a_megabyte_of_anything_ends(unit: str, llama2: Tokenizer, starter: Tokenizer) -> None:
    text = unit * (1_000_000 // len(unit.encode()))
    for tokenizer in (llama2, starter):
        assert tokenizer.decode(tokenizer.encode(text)) == text


def test_long_prose_has_the_ids_of_one_call(llama2: Tokenizer, starter: Tokenizer) -> None:
    text = "The quick brown fox, who is 12 years old, jumps over\n\n  two lazy dogs. " * 700
    assert len(text) > 3 * MAX_CALL
    for tokenizer in (llama2, starter):
        assert tokenizer.encode(text) == tokenizer._call(text, special=False)


def test_counting_can_stop_early(llama2: Tokenizer) -> None:
    assert llama2.count("Hello there.") == 3
    assert llama2.count("word " * 200_000, limit=10) > 10
    assert llama2.count("word", limit=10) == 1


def test_head_is_the_longest_start_that_fits(llama2: Tokenizer) -> None:
    text = "Zwölf 🙂 Boxkämpfer jagen Eva quer über den Sylter Deich."
    for tokens in range(llama2.count(text) + 2):
        start = llama2.head(text, tokens)
        assert text.startswith(start)
        assert llama2.count(start) <= tokens
    assert start == text
    assert llama2.head("x\ud800y" * 10, 5).startswith("x")


def test_threads_get_their_own_ids(llama2: Tokenizer) -> None:
    texts = [f"thread {n} writes its own words " * 40 for n in range(8)]
    expected = [llama2.encode(text) for text in texts]
    wrong: list[int] = []

    def work(number: int) -> None:
        for _ in range(30):
            if llama2.encode(texts[number]) != expected[number]:
                wrong.append(number)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_says_what_is_wrong_with_a_file(tmp_path: Path) -> None:
    with pytest.raises(TokenizerError, match=r"nothing\.gguf: there is no such file"):
        Tokenizer(tmp_path / "nothing.gguf")
    other = tmp_path / "notes.gguf"
    other.write_text("these are notes")
    with pytest.raises(TokenizerError, match=r"notes\.gguf.*download it again"):
        Tokenizer(other)


def test_a_closed_tokeniser_says_so(llama2_gguf: Path) -> None:
    tokenizer = Tokenizer(llama2_gguf)
    tokenizer.close()
    tokenizer.close()
    with pytest.raises(TokenizerError, match="closed"):
        tokenizer.encode("Hello")
    with pytest.raises(ValueError, match="no token"):
        tokenizer.decode([32000])
