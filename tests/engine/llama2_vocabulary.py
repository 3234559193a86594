"""Gets the real Llama 2 vocabulary for tests, out of llama-cpp-python's source package.

Run as a script to fetch it ahead of the tests: `python tests/engine/llama2_vocabulary.py`.
"""

import hashlib
import os
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from filelock import FileLock

CACHE = Path(__file__).resolve().parents[2] / ".cache" / "llama2-vocabulary"
SOURCE = "llama-cpp-python==0.3.36"
FOLDER = "vendor/llama.cpp/models/"
SHA256 = {
    "ggml-vocab-llama-spm.gguf": (
        "16c3724582d59aa8bf84711894e833f916ee46a31d80e21312759c48bf8d0e69"
    ),
    # texts and the ids that Meta's tokeniser gives for them, as llama.cpp's own tests have them
    "ggml-vocab-llama-spm.gguf.inp": (
        "be0a11f7071f0c67d3053a2d377d8f35f0dbcb77ff11a60300fb57d36b477cf0"
    ),
    "ggml-vocab-llama-spm.gguf.out": (
        "ad6905c925c49c022974fe67e030382e8a4f56eb4489a0b9481dcedb1ec73b29"
    ),
}


def fetch(into: Path = CACHE) -> Path:
    """Return the folder with the three files, downloading the source package if needed.

    Raises RuntimeError if it cannot be had or is not what it was.
    """
    into.mkdir(parents=True, exist_ok=True)
    with FileLock(into / "lock"):
        if not all(_right(into / name) for name in SHA256):
            _extract(into)
    return into


def _extract(into: Path) -> None:
    with tempfile.TemporaryDirectory(dir=into) as scratch:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
        command += ["--no-binary", "llama-cpp-python", "--dest", scratch, SOURCE]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        archives = list(Path(scratch).glob("*.tar.gz"))
        if done.returncode or not archives:
            raise RuntimeError(
                f"cannot download the source package {SOURCE}, which carries the Llama 2 "
                f"vocabulary for tests: {done.stderr.strip()[-800:]}"
            )
        with tarfile.open(archives[0]) as archive:
            root = archives[0].name.removesuffix(".tar.gz")
            for name in SHA256:
                member = archive.extractfile(f"{root}/{FOLDER}{name}")
                if member is None:
                    raise RuntimeError(f"{archives[0].name} holds no {FOLDER}{name}")
                partial = Path(scratch) / name
                partial.write_bytes(member.read())
                if not _right(partial):
                    raise RuntimeError(f"{FOLDER}{name} in {SOURCE} is not the file expected")
                os.replace(partial, into / name)


def _right(path: Path) -> bool:
    return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == SHA256[path.name]


if __name__ == "__main__":
    print(fetch() / "ggml-vocab-llama-spm.gguf")
