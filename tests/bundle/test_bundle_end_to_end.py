"""From `strongroom bundle` to a cited answer on a machine without network, index or cache."""

import json
import os
import shutil
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from app.engine.models import STARTER_CHAT, STARTER_EMBEDDER

SAMPLES = Path(__file__).parents[1] / "samples"
STRONGROOM = [sys.executable, "-m", "app.cli"]
# A new network namespace with nothing but loopback; as an ordinary user through a user namespace.
ENTER = ["unshare", "--net"] if os.geteuid() == 0 else ["unshare", "--map-root-user", "--net"]
INSIDE = 'ip link set lo up && exec "$@"'
# With no network, the wheels are put together from what is installed.
HOW = ["--offline"] if {name for _, name in socket.if_nameindex()} == {"lo"} else []
QUESTION = "How many days of annual leave does a full-time employee have?"


def _unplugged(*command: str) -> list[str]:
    return [*ENTER, "sh", "-c", INSIDE, "sh", *command]


def _namespaces_allowed() -> bool:
    if shutil.which("unshare") is None or shutil.which("ip") is None:
        return False
    return subprocess.run(_unplugged("true"), capture_output=True, check=False).returncode == 0


pytestmark = [
    pytest.mark.timeout(900),
    pytest.mark.skipif(
        not _namespaces_allowed() and not os.environ.get("CI"),
        reason="this machine allows no network namespaces (needs unshare and ip, and the right to)",
    ),
]


@dataclass(frozen=True)
class Site:
    """The machine without a network: all that it has is below one folder."""

    root: Path
    told: dict[str, object]
    bundle: Path
    installer: str

    def run(self, *command: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            _unplugged(*command), capture_output=True, text=True, check=False,
            cwd=self.root, env=_environment(self.root),
        )  # fmt: skip


def _environment(root: Path) -> dict[str, str]:
    """The system's programs and the Python that made the bundle's environment; nothing else."""
    (root / "home").mkdir(exist_ok=True)
    (root / "no-cache").mkdir(exist_ok=True)
    base = Path(sys.base_prefix, "bin", f"python{sys.version_info[0]}.{sys.version_info[1]}")
    return {
        "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
        "PYTHON": str(base),
        "HOME": str(root / "home"),
        "PIP_CACHE_DIR": str(root / "no-cache"),
    }


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A bundle of this very environment, installed where nothing can be fetched."""
    connected = tmp_path_factory.mktemp("connected")
    out = connected / "strongroom.tar"
    made = subprocess.run(
        [*STRONGROOM, "--home", str(connected / "home"), "bundle", str(out), "--json", *HOW],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    told = json.loads(made.stdout)
    root = tmp_path_factory.mktemp("unplugged")
    site = Site(root, told, root / f"strongroom-{told['version']}", "")
    unpacked = site.run("tar", "xf", str(out))
    assert unpacked.returncode == 0, unpacked.stderr
    verified = subprocess.run(
        [*STRONGROOM, "bundle", "--verify", str(out), "--key", str(told["fingerprint"])],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert verified.returncode == 0, verified.stderr
    out.unlink()
    installed = site.run(
        "sh", str(site.bundle / "install.sh"), "--to", str(root / "room"),
        "--key", str(told["fingerprint"]),
    )  # fmt: skip
    assert installed.returncode == 0, installed.stdout + installed.stderr
    return Site(root, told, site.bundle, installed.stdout)


def test_a_cited_answer(site: Site) -> None:
    strongroom = str(site.root / "room/bin/strongroom")
    ingested = site.run(strongroom, "ingest", str(SAMPLES))
    assert ingested.returncode == 0, ingested.stderr
    asked = site.run(strongroom, "ask", QUESTION, "--json")
    assert asked.returncode == 0, asked.stderr
    answer = json.loads(asked.stdout)
    assert answer["found"]
    assert "28" in answer["answer"]
    assert answer["citations"][0]["document"] == "employee-handbook.pdf"
    assert answer["citations"][0]["page"] == 6
    # And it was the installed program with its own models that answered, on its own data.
    where = site.run(
        str(site.root / "room/current/venv/bin/python"), "-I", "-c",
        "import app, torch, llama_cpp; print(app.__file__, torch.__file__, llama_cpp.__file__)",
    )  # fmt: skip
    assert where.stdout.count(str(site.root / "room")) == 3, where.stdout + where.stderr
    assert (site.root / "room/data/index").is_dir()
    assert not any((site.root / "no-cache").iterdir())


CLIENT = """
import subprocess, sys, urllib.request
server = subprocess.Popen(sys.argv[1:], stdout=subprocess.PIPE, text=True)
try:
    for line in server.stdout:
        if "http://" in line:
            address = "http://" + line.split("http://")[1].strip()
            break
    print(urllib.request.urlopen(address, timeout=60).read().decode())
finally:
    server.terminate()
    server.wait(timeout=60)
"""


def test_the_web_chat_serves_its_page(site: Site) -> None:
    strongroom = str(site.root / "room/bin/strongroom")
    python = str(site.root / "room/current/venv/bin/python")
    done = site.run(python, "-I", "-c", CLIENT, strongroom, "serve", "--port", "0")
    assert done.returncode == 0, done.stderr
    assert "Strongroom" in done.stdout


def test_the_check_finds_nothing_wrong(site: Site) -> None:
    assert "FAIL" not in site.installer
    assert f"embedder: {STARTER_EMBEDDER}" in site.installer


def test_the_bill_of_materials_names_every_package_and_model(site: Site) -> None:
    text = (site.bundle / "sbom.cdx.json").read_text("utf-8")
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    bill = json.loads(text)
    hashes = {one["name"]: (one["type"], one["hashes"][0]["content"]) for one in bill["components"]}
    manifest = json.loads((site.bundle / "manifest.json").read_text("utf-8"))
    packages = {one["name"]: one["file"] for one in manifest["wheels"]}
    for name, file in packages.items():
        if name != "strongroom":
            assert hashes[name] == ("library", manifest["files"][file]["sha256"])
    assert bill["metadata"]["component"]["name"] == "strongroom"
    for model in (STARTER_CHAT, STARTER_EMBEDDER):
        assert hashes[model][0] == "machine-learning-model"
    assert set(hashes) == (set(packages) | {STARTER_CHAT, STARTER_EMBEDDER}) - {"strongroom"}
    # What tests need stays at home, and so does what only installs.
    assert not set(packages) & {"pytest", "mypy", "ruff", "playwright", "hypothesis"}


def test_every_licence_is_known_and_none_is_a_strong_copyleft(site: Site) -> None:
    told = (site.bundle / "THIRD-PARTY.txt").read_text("utf-8")
    assert "not stated" not in told
    assert "COPYLEFT" not in told
    assert "certifi" in told
    assert "copyleft of its own files" in told
    assert f"{STARTER_CHAT}: Apache-2.0" in told
    assert (site.bundle / "licences/torch").is_dir()
