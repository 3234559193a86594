"""The embedder port: text to vectors, and what its adapters share."""

import hashlib
import json
import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from vectorstore.disk import sha256_of

if TYPE_CHECKING:
    from tokenizers import Tokenizer

ONNX_FILE = "model-int8.onnx"  # made from the weights once, when the model is fetched
WEIGHTS = "weights_sha256"  # its property that says of which weights
_WEIGHTS = ("*.safetensors", "pytorch_model*.bin")
_PROMPTS = "config_sentence_transformers.json"
CENTRE = "centre.json"  # ours, beside the weights of a model that needs it

Vector = NDArray[np.float32]
_Loaded = TypeVar("_Loaded")


class EmbedderError(Exception):
    """The folder holds no usable embedder; the message names it and the remedy."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What the embedder makes of one text.

    `vector` is the text's unit vector, shape (dimension,). `tokens` holds one unit vector per
    token that the model read, without special tokens, shape (n, dimension); `spans` are those
    tokens' places in the text, half-open, in characters.
    """

    vector: Vector
    tokens: Vector
    spans: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Way:
    """How a model reads texts of one kind: questions, or everything else.

    `prompt` is what it wants to read before the text. `vector` and `tokens` are taken off its
    unit vectors before they are compared: some models put all texts into one narrow cone (E5:
    unrelated ones have cosines of .8), so that signs and cosines say little. What is left has
    the scale of other models: near 0 for what has nothing in common.
    """

    prompt: str = ""
    vector: Vector | None = None
    tokens: Vector | None = None

    def reading(
        self, vector: Any, tokens: Any, offsets: Sequence[tuple[int, int]], own: Sequence[int]
    ) -> Reading:
        """The reading of prompt and text; `own` are the positions of the text's own tokens."""
        before = len(self.prompt)
        return Reading(
            vector=centred(vector, self.vector),
            tokens=centred(tokens[list(own)], self.tokens),
            spans=tuple((offsets[i][0] - before, offsets[i][1] - before) for i in own),
        )


@dataclass(frozen=True, slots=True)
class Ways:
    """How a model reads questions and documents."""

    query: Way = Way()
    document: Way = Way()

    def identity(self, weights: str) -> str:
        """The SHA-256 that stands for weights and ways; of the weights alone for usual ways."""
        parts = [self.query.prompt, self.document.prompt]
        parts += [
            "" if centre is None else ",".join(f"{value:.5f}" for value in centre.tolist())
            for way in (self.query, self.document)
            for centre in (way.vector, way.tokens)
        ]
        if not any(parts):
            return weights
        return hashlib.sha256("\n".join([weights, *parts]).encode()).hexdigest()


class Embedder(ABC):
    """Makes vectors of texts; has an identity, and counts the tokens of a text.

    `name` and `sha256` (of the weights, and of the ways to read if they are unusual) say which
    model made a vector, so that an index can refuse another one. Two adapters of the same weights
    count as the same embedder: their vectors differ by less than the recall of a search can show.
    """

    name: str
    sha256: str
    file_sha256: str = ""  # of the file that runs, hashed as it was loaded
    dimension: int
    window: int  # tokens of a text that the model reads, special tokens included, prompts not

    @abstractmethod
    def read(self, texts: Sequence[str]) -> list[Reading]:
        """Vectors of the texts and of their tokens, in order; text over the window is unread."""

    def read_question(self, question: str) -> Reading:
        """The same of a question; models that were trained so read it differently."""
        return self.read([question])[0]

    @abstractmethod
    def token_spans(self, text: str) -> list[tuple[int, int]]:
        """Character spans of all tokens of the text, however long, without special tokens."""

    def count_tokens(self, text: str) -> int:
        """The number of tokens of the text, however long, without special tokens."""
        return len(self.token_spans(text))


def forbid_downloads() -> None:
    """Tell Hugging Face's libraries, before their import, that there is no network."""
    for switch in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "HF_HUB_DISABLE_TELEMETRY"):
        os.environ[switch] = "1"
    # The tokenizer's own thread pool only warns about forks here; we thread above it.
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")


def has_weights(folder: Path) -> bool:
    """Whether the folder has weights; an image without PyTorch has their int8 form alone."""
    return any(any(folder.glob(pattern)) for pattern in _WEIGHTS)


def loaded(file: Path, load: Callable[[], _Loaded]) -> tuple[_Loaded, str]:
    """What `load` makes of a file, and the SHA-256 of just what it read.

    Raises EmbedderError where the file was changed meanwhile.
    """
    before = file.stat()
    found, sha256 = load(), sha256_of(file)
    after = file.stat()
    if (before.st_ino, before.st_mtime_ns, before.st_ctime_ns) != (
        *(after.st_ino, after.st_mtime_ns, after.st_ctime_ns),
    ):
        raise EmbedderError(f"{file} was changed while it was loaded; begin again")
    return found, sha256


def weights_sha256(folder: Path) -> str:
    """SHA-256 of the model's weights; of the files one after another when there are several."""
    files = next((found for p in _WEIGHTS if (found := sorted(folder.glob(p)))), [])
    if not files:
        raise EmbedderError(
            f"No embedder in {folder}: neither model.safetensors nor pytorch_model.bin is there. "
            "Copy a complete sentence-transformers folder, or run `strongroom models fetch`."
        )
    digest = hashlib.sha256()
    for path in files:
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()


def ways_of(folder: Path) -> Ways:
    """The prompts that a sentence-transformers folder names, and our centre.

    Raises EmbedderError.
    """
    prompts = _read_json(folder / _PROMPTS).get("prompts") or {}
    centre = _read_json(folder / CENTRE)
    try:
        middles = {
            name: np.asarray(centre[name], dtype=np.float32) if centre else None
            for name in ("query", "query_tokens", "document", "document_tokens")
        }
        document = str(prompts.get("document") or prompts.get("passage") or "")
        query = Way(str(prompts.get("query") or ""), middles["query"], middles["query_tokens"])
        return Ways(query, Way(document, middles["document"], middles["document_tokens"]))
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise EmbedderError(f"{folder / CENTRE} or {_PROMPTS} cannot be used ({error})") from error


def _read_json(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise EmbedderError(f"{path} cannot be read ({error})") from error
    if not isinstance(found, dict):
        raise EmbedderError(f"{path} holds no settings")
    return found


def centred(matrix: Any, middle: Vector | None) -> Vector:
    """Rows of length 1; with `middle`, that is taken off them and they are scaled again."""
    rows = unit_rows(matrix)
    return rows if middle is None else unit_rows(rows - middle)


def unit_rows(matrix: Any) -> Vector:
    """The matrix in float32, every row scaled to length 1 (a row of zeros stays)."""
    rows = np.asarray(matrix, dtype=np.float32)
    norms = np.linalg.norm(rows, axis=-1, keepdims=True)
    scaled: Vector = rows / np.maximum(norms, 1e-12)
    return scaled


def spans_of(tokenizer: "Tokenizer", text: str) -> list[tuple[int, int]]:
    """Character spans of a text's tokens under a tokenizer that does not truncate."""
    return list(tokenizer.encode(text, add_special_tokens=False).offsets)
