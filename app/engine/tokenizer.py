"""The model's own vocabulary: text to token ids and back, without loading its weights."""

import ctypes
import logging
import re
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

# llama.cpp's pre-tokenisers use std::regex, which recurses once per character, and some of its
# merge loops grow faster than the text. So no single call sees more than this many characters;
# a full Llama 2 window of English is about 16,000.
MAX_CALL = 16_384

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_MARKER_LIKE = re.compile(r"[<\[]\S+[>\]]")
_CONTROL, _USER_DEFINED = 1 << 3, 1 << 4  # llama_token_attr in llama.h
_SENTENCEPIECE = 1  # llama_vocab_type in llama.h


class TokenizerError(Exception):
    """A file's vocabulary cannot be used; the message names the file and the remedy."""


class Tokenizer:
    """A GGUF file's tokeniser, safe to use from any thread.

    `special=False` is for text that nobody vouches for: the ids never contain a control token
    (such as BOS, EOS or `<|im_end|>`), whatever the text says. `special=True` is for the words of
    a chat template. Neither ever adds BOS or EOS.

    Texts above `MAX_CALL` characters are tokenised in pieces that end before a space where there
    is one, which gives the ids of the whole text for SentencePiece and GPT-style vocabularies
    (no token of theirs crosses from a letter into a space). In a longer run without a space the
    border is arbitrary: the ids are then valid and decode to the same text, but may be a token
    longer per piece than the shortest.
    """

    def __init__(self, gguf: Path) -> None:
        """Open the vocabulary of `gguf` (weights are not read). Raises TokenizerError."""
        if not gguf.is_file():
            raise TokenizerError(f"{gguf}: there is no such file; name a GGUF model file")
        import llama_cpp.llama_cpp as lib

        quiet_llama_log()
        self._lib: Any = lib
        self._lock = threading.Lock()
        self._known_pieces: dict[tuple[int, bool], bytes] = {}
        lib.llama_backend_init()
        params = lib.llama_model_default_params()
        params.vocab_only = True
        self._model = lib.llama_model_load_from_file(str(gguf).encode(), params)
        if not self._model:
            raise TokenizerError(
                f"{gguf}: llama.cpp cannot read its vocabulary; the file is not a GGUF model, is "
                "incomplete or is of an unknown architecture: download it again"
            )
        self._vocab = lib.llama_model_get_vocab(self._model)
        self.path = gguf
        self.size: int = lib.llama_vocab_n_tokens(self._vocab)
        self.bos: int = lib.llama_vocab_bos(self._vocab)  # -1: the vocabulary has none
        self.eos: int = lib.llama_vocab_eos(self._vocab)
        self.adds_bos: bool = lib.llama_vocab_get_add_bos(self._vocab)  # the model's wish
        self.sentencepiece: bool = lib.llama_vocab_type(self._vocab) == _SENTENCEPIECE
        template = lib.llama_model_chat_template(self._model, None)
        self.template: str | None = template.decode("utf-8", "replace") if template else None
        self._read_special_tokens()
        first = self._call("a", special=False)
        self.adds_space = bool(first) and self.piece(first[0]).startswith(b" ")

    def _read_special_tokens(self) -> None:
        lib, vocab = self._lib, self._vocab
        special: dict[str, int] = {}
        ends: set[int] = set()
        longest = 1
        for token in range(self.size):
            raw: bytes = lib.llama_vocab_get_text(vocab, token) or b""
            longest = max(longest, len(raw))
            attr = lib.llama_vocab_get_attr(vocab, token)
            if lib.llama_vocab_is_eog(vocab, token):
                ends.add(token)
            elif not attr & (_CONTROL | _USER_DEFINED):
                continue
            text = raw.decode("utf-8", "replace")
            # llama.cpp recognises user-defined tokens even in plain text. Those that are runs of
            # spaces or words are ordinary; those that look like markers must not come from a
            # document.
            if attr & _CONTROL or token in ends or _MARKER_LIKE.fullmatch(text):
                special[text] = token
        special.pop("", None)
        self.special = special  # text of each control token -> its id
        self.eog = frozenset(ends)  # ids after which an answer is over
        self._forbidden = frozenset(special.values())
        ordered = sorted(special, key=len, reverse=True)
        self.special_pattern = (
            re.compile("|".join(re.escape(text) for text in ordered)) if ordered else None
        )
        self._longest = longest

    def encode(
        self,
        text: str,
        *,
        special: bool = False,
        leading_space: bool = True,
        limit: int | None = None,
    ) -> list[int]:
        """Token ids of `text`; lone surrogates count as U+FFFD.

        `leading_space`: put the space before the text that SentencePiece vocabularies such as
        Llama 2's were trained with (others have none: no effect). `limit`: stop once there are
        more ids than that, so that hopelessly long text costs little.
        """
        text = _LONE_SURROGATE.sub("\ufffd", text)
        ids: list[int] = []
        for piece in _pieces(text):
            ids += self._encode_piece(piece, special, leading_space)
            leading_space = False
            if limit is not None and len(ids) > limit:
                break
        return ids

    def count(self, text: str, limit: int | None = None) -> int:
        """Number of `encode(text)`'s ids; a result above `limit` is only a lower bound."""
        if limit is not None:
            at_least = len(text) // self._longest
            if at_least > limit:
                return at_least
        return len(self.encode(text, limit=limit))

    def head(self, text: str, tokens: int) -> str:
        """The longest start of `text`, up to a character border, with at most `tokens` ids."""
        if tokens <= 0:
            return ""
        ids = self.encode(text, limit=tokens)
        if len(ids) <= tokens:
            return text
        start = self.decode(ids[:tokens])
        # The last character may be cut in its middle, and a vocabulary may lack some bytes: take
        # only what the text really begins with.
        known = _LONE_SURROGATE.sub("\ufffd", text[: len(start)])
        same = (n for n, (ours, its) in enumerate(zip(known, start, strict=False)) if ours != its)
        return text[: next(same, min(len(known), len(start)))]

    def piece(self, token: int, *, special: bool = False) -> bytes:
        """The bytes of one token; control tokens are empty unless `special`.

        A character may be spread over several tokens: join the bytes before decoding.
        """
        known = self._known_pieces.get((token, special))
        if known is not None:
            return known
        size = 64
        while True:
            buffer = ctypes.create_string_buffer(size)
            got: int = self._lib.llama_token_to_piece(self._vocab, token, buffer, size, 0, special)
            if got >= 0:
                break
            size = -got
        self._known_pieces[token, special] = buffer.raw[:got]
        return buffer.raw[:got]

    def decode(self, ids: Sequence[int], *, special: bool = False) -> str:
        """The text of `ids`, without the leading space that `encode` adds.

        Bytes that are no UTF-8 come out as U+FFFD.
        """
        for token in ids:
            if not 0 <= token < self.size:
                raise ValueError(f"{token} is no token of this vocabulary of {self.size}")
        raw = b"".join(self.piece(token, special=special) for token in ids)
        if self.adds_space and not special:
            raw = raw.removeprefix(b" ")
        return raw.decode("utf-8", "replace")

    def close(self) -> None:
        """Free the vocabulary; the object is of no use afterwards."""
        with self._lock:
            model, self._model = self._model, None
            if model:
                self._lib.llama_model_free(model)

    def _encode_piece(self, text: str, special: bool, leading_space: bool) -> list[int]:
        ids = self._call_without_space(text, special) if not leading_space else None
        if ids is None:
            ids = self._call(text, special)
        if special or self._forbidden.isdisjoint(ids):
            return ids
        # A vocabulary whose merges lead to a control token's text, or one that marks it as
        # user-defined: break each such text after its first character.
        assert self.special_pattern is not None
        broken: list[int] = []
        start = 0
        for match in self.special_pattern.finditer(text):
            broken += self._unmarked(text[start : match.start() + 1], leading_space and not start)
            start = match.start() + 1
        return broken + self._unmarked(text[start:], leading_space and not start)

    def _unmarked(self, text: str, leading_space: bool) -> list[int]:
        ids = None if leading_space else self._call_without_space(text, False)
        if ids is None:
            ids = self._call(text, special=False)
        return [token for token in ids if token not in self._forbidden]

    def _call_without_space(self, text: str, special: bool) -> list[int] | None:
        """Ids of a text that goes on from an earlier one; None if that needs nothing special."""
        if not self.adds_space or not text:
            return None
        # llama.cpp puts the space before every text. A control character in front keeps it away
        # from ours: it is a byte token that merges with nothing.
        guard = self._call("\x01", special=False)
        ids = self._call("\x01" + text, special)
        if ids[: len(guard)] == guard:
            return ids[len(guard) :]
        return None

    def _call(self, text: str, special: bool) -> list[int]:
        raw = text.encode("utf-8")
        size = len(raw) + 8
        with self._lock:
            if not self._model:
                raise TokenizerError(f"{self.path}: this tokeniser has been closed")
            buffer = (ctypes.c_int32 * size)()
            got = self._lib.llama_tokenize(self._vocab, raw, len(raw), buffer, size, False, special)
            if got < 0:
                buffer = (ctypes.c_int32 * -got)()
                got = self._lib.llama_tokenize(
                    self._vocab, raw, len(raw), buffer, -got, False, special
                )
        return list(buffer[:got])


def quiet_llama_log() -> None:
    """Keep llama.cpp's information lines off stderr; errors stay."""
    logger = logging.getLogger("llama-cpp-python")
    if logger.level == logging.NOTSET:
        logger.setLevel(logging.ERROR)


def _pieces(text: str) -> Iterator[str]:
    """`text` in pieces of at most MAX_CALL characters, split before a space where there is one."""
    start = 0
    while len(text) - start > MAX_CALL:
        end = start + MAX_CALL
        border = end
        while True:
            border = text.rfind(" ", start + 1, border)
            if border <= start:
                border = end
                break
            if not text[border - 1].isspace():
                break
        yield text[start:border]
        start = border
    if start < len(text):
        yield text[start:]
