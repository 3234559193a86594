"""Which adapter reads a given model folder: embedders and rerankers."""

import importlib.metadata
import importlib.util
import os
from pathlib import Path

from vectorstore.embedder import ONNX_FILE, Embedder, EmbedderError, forbid_downloads
from vectorstore.rerank import Reranker, RerankerError

NO_TORCH = (
    "this installation was made without PyTorch, which reads such a model. Install "
    "sentence-transformers, or use an image that was built with it"
)


def load_embedder(folder: Path) -> Embedder:
    """The embedder in a sentence-transformers folder, on the hardware that is there.

    Without a CUDA device the int8 file beside the weights is used when there is one (three
    times as fast, see docs/measure.md); otherwise sentence-transformers. Never asks the network.
    Raises EmbedderError.
    """
    forbid_downloads()
    if not folder.is_dir():
        raise EmbedderError(
            f"No embedder at {folder}: the folder does not exist. "
            "Run `strongroom models fetch`, or set the embedder's folder in strongroom.toml."
        )
    if (folder / ONNX_FILE).is_file() and not _has_cuda():
        from vectorstore.embedder_onnx import OnnxEmbedder

        return OnnxEmbedder(folder)
    if not _has_torch():
        raise EmbedderError(f"The embedder at {folder} has no {ONNX_FILE}, and {NO_TORCH}.")
    from vectorstore.embedder_torch import TorchEmbedder

    return TorchEmbedder(folder)


def load_reranker(folder: Path) -> Reranker:
    """The cross-encoder in a local folder; never asks the network. Raises RerankerError."""
    forbid_downloads()
    if not (folder / "config.json").is_file():
        raise RerankerError(
            f"No reranker at {folder}: it has no config.json. Name the folder of a cross-encoder "
            "in index.reranker, or take it out of the settings."
        )
    if not _has_torch():
        raise RerankerError(f"The reranker at {folder} cannot be loaded: {NO_TORCH}.")
    from vectorstore.rerank_torch import TorchReranker

    return TorchReranker(folder)


def _has_torch() -> bool:
    """Whether PyTorch and what reads models with it are installed; images can do without."""
    return all(importlib.util.find_spec(name) for name in ("torch", "sentence_transformers"))


def _has_cuda() -> bool:
    """Whether PyTorch can use a CUDA device, without the seconds its import takes elsewhere."""
    if not _has_torch() or importlib.metadata.version("torch").endswith("+cpu"):
        return False
    if os.name == "posix" and not Path("/dev/nvidiactl").exists() and not _is_wsl():
        return False
    import torch

    return bool(torch.cuda.is_available())


def _is_wsl() -> bool:
    return Path("/dev/dxg").exists()
