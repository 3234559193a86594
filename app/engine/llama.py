"""The door to llama.cpp: loads a model, decodes batches, shares sequences.

Imported lazily, because llama_cpp loads a native library. Nothing here is thread-safe except
`Llama.interrupt`: one thread owns the object.
"""

import ctypes
import itertools
import logging
from collections import deque
from collections.abc import Sequence
from typing import Any

import llama_cpp
import numpy as np
import numpy.typing as npt

from .jobs import Decoded
from .options import EngineOptions

log = logging.getLogger(__name__)

Ints = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float32]

INTERRUPTIBLE_FROM = 32  # tokens; a smaller batch is over before anybody would notice

_FLASH = {"auto": -1, "off": 0, "on": 1}
CANDIDATE = np.dtype([("id", np.int32), ("logit", np.float32), ("p", np.float32)])
_KV_TYPES = {"f16": 1, "q8_0": 8, "q4_0": 2}


class ModelLoadError(Exception):
    """The model or an adapter cannot be used; the message says which, why and what to do."""


class EngineFault(Exception):
    """llama.cpp failed in a way after which its state is unknown: the process must end."""


_recent: deque[str] = deque(maxlen=20)  # llama.cpp's last warnings: the reason of a failed load


@llama_cpp.llama_log_callback  # type: ignore[untyped-decorator]  # lives as long as the module: llama.cpp keeps the pointer
def _on_log(level: int, text: bytes, _: Any) -> None:
    line = text.decode("utf-8", "replace").rstrip()
    if level in (2, 3) and line:
        _recent.append(line)
        log.debug("llama.cpp: %s", line)


def reason() -> str:
    """llama.cpp's own words for what just failed."""
    return "; ".join(list(_recent)[-3:]) or "llama.cpp gave no reason"


class Llama:
    """A model in memory with one context.

    Its KV cache is laid out in one of two ways. `shares_cells`: one pool for all sequences, where a
    shared start is stored once; every token's attention then passes over everybody's cells, which a
    GPU hardly notices. A CPU does (measured with seven other chats of 1,000 tokens: prompts at a
    fifth of the speed), so there each sequence has cells of its own, and a start is shared by
    copying it (22 ms for a window of the starter model).
    """

    def __init__(self, options: EngineOptions, gpu_layers: int) -> None:
        """Raises ModelLoadError."""
        llama_cpp.llama_log_set(_on_log, ctypes.c_void_p(0))
        llama_cpp.llama_backend_init()
        _recent.clear()
        self._model: Any = None
        self._context: Any = None
        self._adapters: list[Any] = []
        try:
            self._load_model(options, gpu_layers)
            self._load_context(options, gpu=gpu_layers != 0)
            self._load_adapters(options)
        except BaseException:
            self.close()
            raise
        self._prepare_batch(options.batch)
        self._prepare_interrupt()
        self.candidates = np.zeros(self.n_vocab, CANDIDATE)
        self.token_ids = np.arange(self.n_vocab, dtype=np.int32)

    def _load_model(self, options: EngineOptions, gpu_layers: int) -> None:
        if not options.model.is_file():
            raise ModelLoadError(
                f"{options.model}: there is no such file; see `strongroom models list`"
            )
        params = llama_cpp.llama_model_default_params()
        params.n_gpu_layers = gpu_layers
        if options.tensor_split:
            shares = (ctypes.c_float * llama_cpp.llama_max_devices())()
            for at, share in enumerate(options.tensor_split[: len(shares)]):
                shares[at] = share
            params.tensor_split = self._shares = shares  # referenced: read while loading
        self._model = llama_cpp.llama_model_load_from_file(str(options.model).encode(), params)
        if not self._model:
            raise ModelLoadError(
                f"{options.model}: llama.cpp cannot load it ({reason()}). Check that the file is "
                "a whole GGUF of a supported architecture and that memory suffices; else choose a "
                "smaller model or fewer GPU layers."
            )
        if llama_cpp.llama_model_has_encoder(self._model):
            raise ModelLoadError(
                f"{options.model}: not a text generation model; choose a chat model"
            )
        self.vocab = llama_cpp.llama_model_get_vocab(self._model)
        self.n_vocab: int = llama_cpp.llama_vocab_n_tokens(self.vocab)
        self.n_params: int = llama_cpp.llama_model_n_params(self._model)
        self.n_bytes: int = llama_cpp.llama_model_size(self._model)
        self.trained_context: int = llama_cpp.llama_model_n_ctx_train(self._model)
        # The state of a recurrent layer cannot be cut at a token, so starts are not shareable.
        self.can_share: bool = not (
            llama_cpp.llama_model_is_recurrent(self._model)
            or llama_cpp.llama_model_is_hybrid(self._model)
        )
        self._pieces: dict[int, bytes] = {}

    def _load_context(self, options: EngineOptions, *, gpu: bool) -> None:
        self.shares_cells: bool = options.cells == "shared" or (options.cells == "auto" and gpu)
        sequences = options.sequences(shared=self.shares_cells)
        params = llama_cpp.llama_context_default_params()
        params.n_ctx = options.total_cells if self.shares_cells else sequences * options.context
        params.n_batch = params.n_ubatch = options.batch
        params.n_seq_max = sequences
        params.n_threads = params.n_threads_batch = options.worker_threads
        flash = options.flash
        if flash == "auto" and not gpu and options.kv_type == "f16":
            # With flash attention each token's attention is computed alone: many tokens in one step
            # give the same bits as one by one, which guesses rely on, and it is no slower
            # (docs/measure.md). In one pool that holds in neither way, and without it is faster.
            flash = "off" if self.shares_cells else "on"
        params.flash_attn_type = _FLASH[flash]
        same_bits = not gpu and flash == "on" and not self.shares_cells
        wanted = options.guesses == "on" or (options.guesses == "auto" and same_bits)
        self.guesses: bool = wanted and self.can_share
        self.guesses_unchecked: bool = options.guesses == "on"
        params.type_k = params.type_v = _KV_TYPES[options.kv_type]
        params.kv_unified = self.shares_cells
        params.swa_full = (
            True  # else a sliding window forgets the cells that starts are shared from
        )
        params.no_perf = True
        self._context = llama_cpp.llama_init_from_model(self._model, params)
        if not self._context:
            raise ModelLoadError(
                f"{options.model}: no room for {options.total_cells} tokens of context "
                f"({reason()}). Lower the context or the number of parallel chats, or choose a "
                "smaller model."
            )
        self._memory = llama_cpp.llama_get_memory(self._context)
        self.n_cells: int = llama_cpp.llama_n_ctx(self._context)
        self.n_batch: int = min(options.batch, llama_cpp.llama_n_batch(self._context))
        self.n_sequences: int = llama_cpp.llama_n_seq_max(self._context)

    def _load_adapters(self, options: EngineOptions) -> None:
        for adapter in options.adapters:
            if not adapter.path.is_file():
                raise ModelLoadError(f"--lora {adapter.path}: there is no such file")
            loaded = llama_cpp.llama_adapter_lora_init(self._model, str(adapter.path).encode())
            if not loaded:
                raise ModelLoadError(
                    f"--lora {adapter.path}: does not fit {options.model.name} ({reason()}). An "
                    "adapter must be a GGUF made for exactly this base model."
                )
            self._adapters.append(loaded)
        if self._adapters:
            count = len(self._adapters)
            pointers = (llama_cpp.llama_adapter_lora_p_ctypes * count)(*self._adapters)
            scales = (ctypes.c_float * count)(*(adapter.scale for adapter in options.adapters))
            if llama_cpp.llama_set_adapters_lora(self._context, pointers, count, scales):
                raise ModelLoadError(f"the adapters cannot be applied together ({reason()})")

    def _prepare_batch(self, size: int) -> None:
        """One batch, filled through numpy: a ctypes loop would cost milliseconds a step."""
        self._tokens = np.zeros(size, np.int32)
        self._positions = np.zeros(size, np.int32)
        self._counts = np.ones(size, np.int32)  # every token belongs to one sequence
        self._sequences = np.zeros(size, np.int32)
        self._wanted = np.zeros(size, np.int8)
        base = self._sequences.ctypes.data
        self._sequence_at = (base + 4 * np.arange(size)).astype(np.uintp)  # pointers into the above
        batch = llama_cpp.llama_batch()
        batch.embd = None
        for field, array in (
            ("token", self._tokens),
            ("pos", self._positions),
            ("n_seq_id", self._counts),
            ("seq_id", self._sequence_at),
            ("logits", self._wanted),
        ):
            kind = dict(llama_cpp.llama_batch._fields_)[field]
            setattr(batch, field, ctypes.cast(array.ctypes.data, kind))
        self._batch = batch

    def _prepare_interrupt(self) -> None:
        """An abort callback that needs no Python.

        llama.cpp asks it before every node of the graph, about a thousand times a step; entering
        Python each time would fight for the interpreter's lock. libc's strlen has the right shape:
        of the empty string it is 0 (go on), of a one-character string 1 (stop).
        """
        self._flag = ctypes.create_string_buffer(2)
        self._libc = ctypes.CDLL(None)
        self._callback = ctypes.cast(self._libc.strlen, llama_cpp.ggml_abort_callback)
        self._no_callback = llama_cpp.ggml_abort_callback(0)  # null
        self._interruptible = False

    def interrupt(self) -> None:
        """Stop the decode in progress, if it is a large one on a CPU. Callable from any thread."""
        self._flag[0] = b"\x01"

    def decode(
        self, tokens: Ints, positions: Ints, sequences: Ints, wanted: npt.NDArray[np.int8]
    ) -> Decoded:
        """Compute up to `n_batch` tokens. Raises EngineFault when llama.cpp's state is lost."""
        size = len(tokens)
        if not 0 < size <= self.n_batch:
            raise ValueError(f"a batch of {size} tokens; the most is {self.n_batch}")
        self._tokens[:size] = tokens
        self._positions[:size] = positions
        self._sequences[:size] = sequences
        self._wanted[:size] = wanted
        self._batch.n_tokens = size
        if (size >= INTERRUPTIBLE_FROM) != self._interruptible:
            self._interruptible = not self._interruptible
            callback = self._callback if self._interruptible else self._no_callback
            llama_cpp.llama_set_abort_callback(
                self._context, callback, ctypes.addressof(self._flag)
            )
        code = llama_cpp.llama_decode(self._context, self._batch)
        if code in (0, 1, 2):
            return Decoded(code)
        raise EngineFault(f"llama.cpp could not compute a step (code {code}: {reason()})")

    def exact_guesses(self, sequence: int, length: int, sizes: Sequence[int]) -> tuple[int, ...]:
        """Which numbers of guessed tokens leave the bits of a step as they are; measured here.

        Kernels for several tokens may round otherwise than those for one: llama.cpp's for Q4_K do
        from four tokens on. So a few made-up tokens behind the `length` of `sequence` are computed
        together and one by one. They are forgotten again; there must be room for one more than
        the largest of `sizes`.
        """
        most = max(sizes) + 1
        tokens = ((np.arange(most) * 7 + 3) % self.n_vocab).astype(np.int32)

        def computed(start: int, count: int) -> list[Floats]:
            """Scores after each of `count` tokens from `start` on, in one step."""
            self.truncate(sequence, length + start)
            positions = np.arange(length + start, length + start + count, dtype=np.int32)
            ids, rows = np.full(count, sequence, np.int32), np.ones(count, np.int8)
            self.decode(tokens[start : start + count], positions, ids, rows)
            return [self.logits(row).copy() for row in range(count)]

        def is_exact(size: int) -> bool:
            """What differs in any of a step's tokens shows in the last of them."""
            together = computed(0, size + 1)[-4:]
            alone = [computed(at, 1)[0] for at in range(size + 1 - len(together), size + 1)]
            return all(map(np.array_equal, together, alone))

        # The smallest first: where that differs, so do the others, and no more time is lost.
        exact = tuple(itertools.takewhile(is_exact, sorted(sizes)))
        self.truncate(sequence, length)
        return exact

    def clear_interrupt(self) -> None:
        self._flag[0] = b"\x00"

    def logits(self, row: int) -> Floats:
        """Scores of the next token after batch row `row`, valid until the next decode."""
        pointer = llama_cpp.llama_get_logits_ith(self._context, row)
        if not pointer:
            raise EngineFault(f"llama.cpp kept no scores for row {row}")
        return np.ctypeslib.as_array(pointer, (self.n_vocab,))

    def share(self, source: int, target: int, length: int) -> None:
        """Give `target`, which is empty, the first `length` tokens of `source`."""
        if self.shares_cells:
            llama_cpp.llama_memory_seq_cp(self._memory, source, target, 0, length)
        else:  # between sequences with cells of their own, llama.cpp copies all or nothing
            llama_cpp.llama_memory_seq_cp(self._memory, source, target, -1, -1)
            self.truncate(target, length)

    def truncate(self, sequence: int, length: int) -> bool:
        """Forget all cells of `sequence` from position `length`; False if the model cannot."""
        return bool(llama_cpp.llama_memory_seq_rm(self._memory, sequence, length, -1))

    def forget(self, sequence: int) -> None:
        llama_cpp.llama_memory_seq_rm(self._memory, sequence, -1, -1)

    def tokenize(self, text: str, *, add_special: bool = True, named: bool = False) -> list[int]:
        """Token ids of plain text; names of special tokens in it stay text, unless `named`."""
        data = text.encode("utf-8", "replace")
        room = len(data) + 8
        out = (llama_cpp.llama_token * room)()
        count = llama_cpp.llama_tokenize(self.vocab, data, len(data), out, room, add_special, named)
        if count < 0:
            raise ValueError(f"a text of {len(data)} bytes cannot be tokenised")
        return list(out[:count])

    def vocabulary_facts(self) -> dict[str, str | None]:
        """The names of the tokens that begin and end a text, and the template of chats."""
        ids = {
            "bos_token": llama_cpp.llama_vocab_bos(self.vocab),
            "eos_token": llama_cpp.llama_vocab_eos(self.vocab),
        }
        facts: dict[str, str | None] = {
            name: None
            if token < 0
            else llama_cpp.llama_vocab_get_text(self.vocab, token).decode("utf-8", "replace")
            for name, token in ids.items()
        }
        template = llama_cpp.llama_model_chat_template(self._model, None)
        facts["chat_template"] = template.decode("utf-8", "replace") if template else None
        return facts

    def piece(self, token: int) -> bytes:
        """Bytes that a token stands for, maybe part of a character; b"" for control tokens."""
        known = self._pieces.get(token)
        if known is None:
            room = 256
            out = ctypes.create_string_buffer(room)
            size = llama_cpp.llama_token_to_piece(self.vocab, token, out, room, 0, False)
            if size < 0:
                out = ctypes.create_string_buffer(-size)
                size = llama_cpp.llama_token_to_piece(self.vocab, token, out, -size, 0, False)
            known = self._pieces[token] = out.raw[: max(0, size)]
        return known

    def is_end(self, token: int) -> bool:
        """Whether the model ends its answer with this token."""
        return bool(llama_cpp.llama_vocab_is_eog(self.vocab, token))

    def close(self) -> None:
        """Free everything; the object is of no use afterwards."""
        if self._context:
            llama_cpp.llama_free(self._context)
        for adapter in self._adapters:
            llama_cpp.llama_adapter_lora_free(adapter)
        if self._model:
            llama_cpp.llama_model_free(self._model)
        self._context = self._model = None
        self._adapters = []


def as_ints(values: Sequence[int]) -> Ints:
    return np.asarray(values, np.int32)
