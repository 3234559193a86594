"""Makes the int8 ONNX file of an embedder, once, when the model is fetched."""

import json
import logging
import tempfile
import warnings
from pathlib import Path
from typing import Any

from vectorstore.embedder import (
    ONNX_FILE,
    WEIGHTS,
    EmbedderError,
    forbid_downloads,
    weights_sha256,
)


def can_export(folder: Path) -> bool:
    """Whether the folder is a kind of model whose int8 form is known to be faithful.

    That is a BERT encoder with mean pooling, as all-MiniLM-L6-v2 is. Others stay with
    sentence-transformers, which knows every pooling and normalisation.
    """
    try:
        modules = [m["type"].rsplit(".", 1)[-1] for m in _json(folder / "modules.json")]
        pooling = _json(folder / "1_Pooling" / "config.json")
        config = _json(folder / "config.json")
        window = _json(folder / "sentence_bert_config.json")["max_seq_length"]
    except (OSError, ValueError, KeyError, TypeError):
        return False
    modes = {name for name, on in pooling.items() if name.startswith("pooling_mode") and on}
    return bool(
        modules[:2] == ["Transformer", "Pooling"]
        and set(modules[2:]) <= {"Normalize"}
        and (modes == {"pooling_mode_mean_tokens"} or pooling.get("pooling_mode") == "mean")
        and config.get("model_type") == "bert"
        and (folder / "tokenizer.json").is_file()
        and window
    )


def export_onnx(folder: Path) -> Path:
    """Write the int8 file beside the weights and return its path.

    Input `input_ids` (1, n) int64, output (1, n, dimension) float32, the last hidden states.
    The file appears whole or not at all. Raises EmbedderError.
    """
    if not can_export(folder):
        raise EmbedderError(
            f"{folder} is not a BERT model with mean pooling, so no int8 form is made of it. "
            "It still works through sentence-transformers."
        )
    forbid_downloads()
    import torch
    from onnxruntime.quantization import QuantType, quantize_dynamic
    from transformers import AutoModel
    from transformers import logging as transformers_logging

    transformers_logging.disable_progress_bar()
    target = folder / ONNX_FILE
    with tempfile.TemporaryDirectory(dir=folder, prefix=".export-") as scratch:
        traced, quantised = Path(scratch, "fp32.onnx"), Path(scratch, ONNX_FILE)
        try:
            model = AutoModel.from_pretrained(
                folder, local_files_only=True, attn_implementation="eager"
            ).eval()
            _trace(torch, model, traced)
            # The quantiser recommends a preparation that changes nothing for this model.
            logging.getLogger().addFilter(_quiet)
            quantize_dynamic(
                traced,
                quantised,
                weight_type=QuantType.QInt8,
                per_channel=True,  # per tensor, cosine to float32 falls from .993 to .935
                reduce_range=True,  # CPUs without VNNI overflow on full-range weights
            )
        except (OSError, RuntimeError, ValueError, ImportError) as error:
            raise EmbedderError(
                f"The int8 form of {folder} could not be made ({error}). "
                "The model still works through sentence-transformers."
            ) from error
        finally:
            logging.getLogger().removeFilter(_quiet)
        _sign(quantised, weights_sha256(folder))
        quantised.replace(target)
    return target


def _trace(torch: Any, model: Any, target: Path) -> None:
    class LastStates(torch.nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, input_ids: Any) -> Any:
            return self.model(input_ids=input_ids).last_hidden_state

    with warnings.catch_warnings():
        # The tracing exporter is marked as old; the new one needs a package more and
        # gives the same graph for BERT. The test compares the result with PyTorch.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            LastStates(),
            (torch.arange(16)[None] % model.config.vocab_size,),
            str(target),
            input_names=["input_ids"],
            output_names=["states"],
            dynamic_axes={"input_ids": {1: "tokens"}, "states": {1: "tokens"}},
            opset_version=17,
            dynamo=False,
        )


def _sign(path: Path, sha256: str) -> None:
    """Write into the file which weights it was made from."""
    import onnx

    model = onnx.load(str(path))
    onnx.helper.set_model_props(model, {WEIGHTS: sha256})
    onnx.save(model, str(path))


def _quiet(record: logging.LogRecord) -> bool:
    return "pre-processing before quantization" not in record.getMessage()


def _json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))
