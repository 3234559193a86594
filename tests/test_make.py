"""What make remembers from one command to the next."""

import shutil
import subprocess
from pathlib import Path

CHECKOUT = Path(__file__).parents[1]


def make(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["make", "--no-print-directory", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_kind_of_gpu_outlives_a_clean(tmp_path: Path) -> None:
    for name in ("app", "ingest", "vectorstore", "prompts", "tests", ".ci", ".venv/bin"):
        (tmp_path / name).mkdir(parents=True)
    for name in ("Makefile", "requirements.lock"):
        shutil.copy(CHECKOUT / name, tmp_path)
    # A machine where each step does nothing, and llama.cpp has been compiled already.
    done = tmp_path / ".venv/done"
    done.mkdir()
    (done / "venv").touch()
    step = tmp_path / ".ci/step"
    step.write_text("#!/bin/sh\n")
    step.chmod(0o755)
    lock = (CHECKOUT / "requirements.lock").read_text("utf-8")
    (version,) = [
        line.split("==")[1].split()[0]
        for line in lock.splitlines()
        if line.startswith("llama_cpp_python==")
    ]
    wheels = tmp_path / ".cache/wheels/cuda"
    wheels.mkdir(parents=True)
    (wheels / f"llama_cpp_python-{version}-py3-none-any.whl").touch()

    make(tmp_path, f".venv/done/llama-cuda-{version}", "GPU=cuda")
    make(tmp_path, "clean")
    said = make(tmp_path, "image", "BASE=base", "BUILDER=echo")
    assert "docker/Dockerfile.cuda" in said
