"""requirements.lock names each file that may be installed, and whatever installs compares it."""

import hashlib
import importlib.util
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[1]
LOCK = ROOT / "requirements.lock"


@pytest.fixture(scope="module")
def lock() -> ModuleType:
    spec = importlib.util.spec_from_file_location("lock", ROOT / ".ci/lock.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["lock"] = module
    spec.loader.exec_module(module)
    return module


def test_every_package_has_the_hash_of_a_file(lock: ModuleType) -> None:
    entries = lock.read(LOCK.read_text("utf-8"))
    assert [one.name for one in entries if not one.hashes] == []
    assert {one.part for one in entries} == {"build", "run", "check"}
    keys = [one.key for one in entries]
    assert len(keys) == len(set(keys)) > 200


def test_what_the_project_pins_is_what_is_locked(lock: ModuleType) -> None:
    """The parts hold what each of them is for; a build is complete in itself."""
    entries = {one.key: one for one in lock.read(LOCK.read_text("utf-8"))}
    pinned = re.findall(r'^ +"([A-Za-z0-9._-]+)(?:\[\w+\])?==([^";]+)', (ROOT / "pyproject.toml")
                        .read_text("utf-8"), re.MULTILINE)  # fmt: skip
    assert len(pinned) > 60
    for name, version in pinned:
        assert entries[lock._key(name)].version == version.strip()
    assert {"setuptools", "scikit-build-core", "cmake", "ninja"} <= {
        key for key, one in entries.items() if one.part == "build"
    }
    assert entries["pytest"].part == "check"
    assert entries["chromadb"].part == "run"


def test_nothing_is_installed_without_comparing() -> None:
    """Every call of pip that brings a package names hashes, a file of ours, or no index at all."""
    image = (ROOT / "docker/environment.py").read_text("utf-8")
    assert '"--no-deps", "--require-hashes"' in image
    assert image.count('"install"') == 3  # the one list of words, and the name of the step twice
    found = []
    for place in ("Makefile", ".ci/install"):
        text = re.sub(r"\\\n\s*", " ", (ROOT / place).read_text("utf-8"))
        found += [
            f"{place}: {line.strip()}"
            for line in text.splitlines()
            if re.search(r"\bpip\b.* (install|wheel|download)\b|\$\(PIP\) (install|wheel)", line)
            and not line.lstrip().startswith("#")
            and "--require-hashes" not in line
            and "--no-index" not in line
        ]
    # An environment of its own for measuring models, which no part of the product is.
    found = [one for one in found if ".cache/harness/bin/python" not in one]
    assert found == [
        # Chosen by name in UNCHECKED.
        '.ci/install: pip install --no-build-isolation -c "$versions" "$name"',
        # Compared by lock.py before it is installed.
        '.ci/install: pip download --no-build-isolation --no-deps -d "$chosen" -c "$versions" '
        '"${parts[0]}"',
        # Where another Python or system needs a package that the lock has not, or PyTorch's build
        # for GPUs its CUDA libraries.
        '.ci/install: pip install --no-build-isolation -c "$versions" -e .',
    ], found


def test_a_file_with_another_hash_is_refused(lock: ModuleType, tmp_path: Path) -> None:
    """By pip for what is in a list, and by us for what pip chose."""
    wheel = tmp_path / "h11-0.16.0-py3-none-any.whl"
    wheel.write_bytes(b"not what it says")
    shown = subprocess.run(
        [sys.executable, str(ROOT / ".ci/lock.py"), "show", "h11"],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    listed = tmp_path / "h11.txt"
    listed.write_text(shown.replace("h11==0.16.0", f"h11 @ {wheel.as_uri()}"), "utf-8")
    command = [sys.executable, "-m", "pip", "install", "--no-index", "--no-deps", "--dry-run"]
    done = subprocess.run(
        [*command, "--ignore-installed", "--require-hashes", "-r", str(listed)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode
    assert "DO NOT MATCH THE HASHES" in done.stderr
    listed.unlink()
    with pytest.raises(lock.LockFault, match="which requirements"):
        lock.compare(tmp_path)


def test_an_entry_without_a_hash_is_named(lock: ModuleType) -> None:
    """As after a merge of somebody's new dependency."""
    (entry,) = lock.read("# What Strongroom needs to run besides:\nfoo==1.0\n")
    with pytest.raises(lock.LockFault, match="foo has no hash"):
        entry.text()


def test_a_wheel_of_a_chosen_folder_counts(lock: ModuleType, tmp_path: Path) -> None:
    """A bundle's wheels, among them those that were compiled where it was made."""
    (tmp_path / "llama_cpp_python-0.3.36-py3-none-linux_x86_64.whl").write_bytes(b"compiled")
    (first, hashed) = lock.show(["llama-cpp-python"], [], tmp_path).splitlines()
    assert first.startswith("llama_cpp_python @ file:///")
    assert hashlib.sha256(b"compiled").hexdigest() in hashed
