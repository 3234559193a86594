"""A company's own adapter: applied, named, and refused where it does not belong."""

import hashlib
import json
from pathlib import Path

import gguf
import numpy as np
import pytest

from app.cli import main
from app.engine.llama import Llama, ModelLoadError
from app.engine.options import Adapter, EngineOptions
from app.engine.supervisor import EngineSupervisor


def write_adapter(path: Path, width: int) -> Path:
    """A random LoRA of rank 4 for the first layer's queries of a Llama with `width` dimensions."""
    draw = np.random.default_rng(0)
    writer = gguf.GGUFWriter(str(path), "llama")
    writer.add_type("adapter")
    writer.add_string("adapter.type", "lora")
    writer.add_float32("adapter.lora.alpha", 8.0)
    for part, shape in (("lora_a", (4, width)), ("lora_b", (width, 4))):
        values = draw.standard_normal(shape).astype(np.float32)
        writer.add_tensor(f"blk.0.attn_q.weight.{part}", values)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def test_an_adapter_changes_the_answer_and_is_named(starter_gguf: Path, tmp_path: Path) -> None:
    file = write_adapter(tmp_path / "ours.gguf", 576)
    said = []
    for scale in (0.0, 5.0):
        options = EngineOptions(
            starter_gguf, parallel=1, context=256, adapters=(Adapter(file, scale),)
        )
        supervisor = EngineSupervisor(options)
        supervisor.start()
        try:
            client = supervisor.client()
            said.append("".join(client.complete([1, 504, 3575, 282], max_tokens=12)))
            digest = hashlib.sha256(file.read_bytes()).hexdigest()
            assert client.model().adapters == (f"ours.gguf ×{scale:g} {digest[:12]}",)
        finally:
            supervisor.stop()
    assert said[0] != said[1]


def test_an_adapter_of_another_model_is_refused(starter_gguf: Path, tmp_path: Path) -> None:
    file = write_adapter(tmp_path / "theirs.gguf", 512)
    options = EngineOptions(starter_gguf, parallel=1, context=256, adapters=(Adapter(file),))
    with pytest.raises(ModelLoadError, match=r"theirs\.gguf: does not fit SmolLM2"):
        Llama(options, 0)


def test_a_model_is_not_an_adapter(starter_gguf: Path) -> None:
    options = EngineOptions(
        starter_gguf, parallel=1, context=256, adapters=(Adapter(starter_gguf),)
    )
    with pytest.raises(ModelLoadError, match="must be a GGUF made for exactly this base model"):
        Llama(options, 0)


def test_file_and_scale_are_read(tmp_path: Path) -> None:
    assert Adapter.parse("a/b.gguf:0.5") == Adapter(Path("a/b.gguf"), 0.5)
    assert Adapter.parse("a/b.gguf") == Adapter(Path("a/b.gguf"), 1.0)
    odd = tmp_path / "a:1"
    odd.touch()
    assert Adapter.parse(str(odd)) == Adapter(odd, 1.0)
    with pytest.raises(ValueError, match="FILE:SCALE"):
        Adapter.parse("a.gguf:strong")


def test_an_answer_and_the_list_of_models_name_the_adapter(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = write_adapter(tmp_path / "ours.gguf", 576)
    document = tmp_path / "leave.md"
    document.write_text("# Leave\n\nEvery employee has 28 days of leave a year.\n", "utf-8")
    (tmp_path / "strongroom.toml").write_text(f'[engine]\nlora = ["{file}:0.5"]\n', "utf-8")
    home = ["--home", str(tmp_path / "home")]
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path)
        assert main(["ingest", str(document), *home, "--json"]) == 0
        capsys.readouterr()
        assert main(["ask", "How many days of leave are there?", *home, "--json"]) == 0
        (named,) = json.loads(capsys.readouterr().out)["model"]["adapters"]
        assert named.startswith("ours.gguf ×0.5 ")
        assert main(["models", "list", *home, "--json"]) == 0
        models = json.loads(capsys.readouterr().out)["models"]
    (listed,) = [model for model in models if model["kind"] == "adapter"]
    assert (listed["name"], listed["in_use"], listed["problem"]) == ("ours.gguf", True, "")
