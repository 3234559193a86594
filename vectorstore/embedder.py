"""The embedder port: text to vectors, and what its adapters share."""

import hashlib
import json
import os
from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from langchain_core.embeddings import Embeddings
from numpy.typing import NDArray

if TYPE_CHECKING:
    from tokenizers import Tokenizer

ONNX_FILE = "model-int8.onnx"  # made from the weights once, when the model is fetched
WEIGHTS = "weights_sha256"  # its property that says of which weights
_WEIGHTS = ("*.safetensors", "pytorch_model*.bin")
_PROMPTS = "config_sentence_transformers.json"

Vector = NDArray[np.float32]


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
class Prompts:
    """What the model wants to read before a question, and before any other text."""

    query: str = ""
    document: str = ""


class Embedder(Embeddings):
    """LangChain's `Embeddings`, with an identity, token counts and token vectors.

    `name` and `sha256` (of the weights, and of the prompts if there are any) say which model
    made a vector, so that an index can refuse another one. Two adapters of the same weights
    count as the same embedder: their vectors differ by less than the recall of a search can show.
    """

    name: str
    sha256: str
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

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """One unit vector per text."""
        return [reading.vector.tolist() for reading in self.read(texts)]

    def embed_query(self, text: str) -> list[float]:
        """The question's unit vector."""
        vector: list[float] = self.read_question(text).vector.tolist()
        return vector


def forbid_downloads() -> None:
    """Tell Hugging Face's libraries, before their import, that there is no network."""
    for switch in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "HF_HUB_DISABLE_TELEMETRY"):
        os.environ[switch] = "1"
    # The tokenizer's own thread pool only warns about forks here; we thread above it.
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")


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


def prompts_of(folder: Path) -> Prompts:
    """The prompts that a sentence-transformers folder names. Raises EmbedderError."""
    path = folder / _PROMPTS
    try:
        named = json.loads(path.read_text(encoding="utf-8")).get("prompts") or {}
        document = named.get("document") or named.get("passage") or ""
        return Prompts(str(named.get("query") or ""), str(document))
    except FileNotFoundError:
        return Prompts()
    except (OSError, ValueError, AttributeError) as error:
        raise EmbedderError(f"{path} cannot be read ({error})") from error


def identity(weights: str, prompts: Prompts) -> str:
    """The SHA-256 that stands for weights and prompts; without prompts that of the weights."""
    if prompts == Prompts():
        return weights
    read_as = json.dumps([weights, prompts.query, prompts.document])
    return hashlib.sha256(read_as.encode()).hexdigest()


def unit_rows(matrix: Any) -> Vector:
    """The matrix in float32, every row scaled to length 1 (a row of zeros stays)."""
    rows = np.asarray(matrix, dtype=np.float32)
    norms = np.linalg.norm(rows, axis=-1, keepdims=True)
    scaled: Vector = rows / np.maximum(norms, 1e-12)
    return scaled


def spans_of(tokenizer: "Tokenizer", text: str) -> list[tuple[int, int]]:
    """Character spans of a text's tokens under a tokenizer that does not truncate."""
    return list(tokenizer.encode(text, add_special_tokens=False).offsets)


def without_prompt(
    offsets: Sequence[tuple[int, int]], prompt: str
) -> tuple[tuple[int, int], ...]:
    """Places in a text with a prompt before it, as places in the text alone."""
    return tuple((start - len(prompt), end - len(prompt)) for start, end in offsets)
