"""The files of an image, made by the Dockerfiles' own script and run as a container runs them."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import distributions, version
from pathlib import Path

import pytest

HERE = Path(__file__).parent
SAMPLES = HERE.parent / "samples"
DOCKER = HERE.parents[1] / "docker"
MODELS = Path(sys.prefix) / "share" / "strongroom" / "models"
STRONGROOM = "/opt/strongroom/bin/strongroom"
INIT = "/opt/strongroom/bin/init"
PYTHON = "/opt/strongroom/bin/python"
# What docker/Dockerfile sets.
VARIABLES = {
    "PATH": "/opt/strongroom/bin",
    "HOME": "/tmp",
    "LANG": "C.UTF-8",
    "PYTHONUTF8": "1",
    "STRONGROOM_HOME": "/data/home",
    "STRONGROOM_MODELS_DIR": "/models",
}
NAMESPACES = ["unshare", "--mount", "--pid", "--net", "--ipc", "--uts", "--fork", "--kill-child"]


def _step(*words: str, script: str = "image.py") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(DOCKER / script), *words], capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("image")
    folder.parent.chmod(0o755)
    folder.chmod(0o755)
    root = folder / "root"
    done = _step("root", str(root), "--models", str(MODELS))
    assert done.returncode == 0, done.stderr
    yield root
    shutil.rmtree(root)  # a gigabyte


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    documents = folder / "documents"
    documents.mkdir()
    for name in ("employee-handbook.pdf", "travel-policy.docx", "price-list.xlsx"):
        shutil.copy(SAMPLES / name, documents)
    for path in (folder, documents, *documents.iterdir()):
        os.chown(path, 10001, 10001)
    return folder


def _namespaces_allowed() -> bool:
    if os.geteuid() != 0 or not all(map(shutil.which, ("unshare", "setpriv", "ip"))):
        return False
    return subprocess.run([*NAMESPACES, "true"], capture_output=True, check=False).returncode == 0


contained = pytest.mark.skipif(
    not _namespaces_allowed() and not os.environ.get("CI"),
    reason="a container's namespaces take root, unshare, setpriv and ip",
)


def _in(image: Path, data: Path, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*NAMESPACES, "/bin/sh", str(HERE / "enter.sh"), str(image), str(data), INIT, *command],
        capture_output=True,
        text=True,
        timeout=200,
        env=VARIABLES | {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"},
        check=False,
    )


def test_nothing_in_it_helps_an_intruder(image: Path) -> None:
    done = _step("check", str(image))
    assert done.returncode == 0, done.stderr
    programs = {
        path.name
        for path in image.rglob("*")
        if path.is_file() and path.parent.name in ("bin", "sbin") and path.stat().st_mode & 0o111
    }
    assert {name for name in programs if not name.startswith("python")} <= {
        "strongroom",
        "chroma",
        "init",
    }
    assert not list(image.rglob("pip"))


def test_its_bill_of_materials_names_all_of_it(image: Path) -> None:
    bill = json.loads((image / "opt/strongroom/share/bill-of-materials.cdx.json").read_text())
    assert bill["specVersion"] == "1.6"
    named = {(one["type"], one["name"].lower(), one.get("version")) for one in bill["components"]}
    packages = {
        (str(one.metadata["Name"]).lower(), one.version)
        for folder in (image / "opt/strongroom/lib").glob("python3.*/site-packages")
        for one in distributions(path=[str(folder)])
    }
    assert ("gradio", version("gradio")) in packages
    listed = {(name, number) for kind, name, number in named if kind == "library"}
    assert packages - {("strongroom", version("strongroom"))} <= listed
    assert "machine-learning-model" in {kind for kind, _, _ in named}
    if shutil.which("dpkg-query"):
        assert "libc6" in {name for _, name, _ in named}


@pytest.mark.parametrize(
    ("name", "mode", "words"),
    [
        ("usr/bin/sh", 0o755, "is a shell"),
        ("usr/bin/helper", 0o4755, "rights of its owner"),
        ("etc/hosts", 0o666, "can be written"),
    ],
)
def test_the_check_finds_what_must_not_be_there(
    tmp_path: Path, name: str, mode: int, words: str
) -> None:
    planted = tmp_path / name
    planted.parent.mkdir(parents=True)
    planted.write_text("#!/bin/true\n")
    planted.chmod(mode)
    done = _step("check", str(tmp_path))
    assert done.returncode == 1
    assert f"/{name} " in done.stderr
    assert words in done.stderr


def test_a_base_without_a_digest_is_refused() -> None:
    by_tag = _step("pinned", "debian:bookworm-slim", script="environment.py")
    assert by_tag.returncode == 1
    assert "digest" in by_tag.stderr
    digest = "debian:bookworm-slim@sha256:" + "0" * 64
    assert _step("pinned", digest, script="environment.py").returncode == 0


@contained
def test_it_reads_documents_and_answers_with_a_citation(image: Path, data: Path) -> None:
    read = _in(image, data, STRONGROOM, "ingest", "/data/documents", "--json")
    assert read.returncode == 0, read.stderr
    question = "How many days of annual leave does a full-time employee have?"
    asked = _in(image, data, STRONGROOM, "ask", question, "--json")
    assert asked.returncode == 0, asked.stderr
    answer = json.loads(asked.stdout)
    assert answer["found"]
    assert "28" in answer["answer"]
    (citation, *_) = answer["citations"]
    assert citation["document"] == "employee-handbook.pdf"
    assert citation["page"] == 6


CONFINED = """
import json, os, subprocess
status = dict(line.split(":", 1) for line in open("/proc/self/status"))
def refused(path):
    try:
        open(path, "w")
    except OSError as error:
        return error.strerror
    return "written"
try:
    subprocess.run(["sh", "-c", "true"])
    shell = "there"
except FileNotFoundError:
    shell = "not there"
from ingest.sandbox.confinement import Need, confine
print(json.dumps({
    "user": os.getuid(), "rights": status["CapEff"].strip(), "new": status["NoNewPrivs"].strip(),
    "writing": sorted({refused(p + "/x") for p in ("", "/opt/strongroom", "/models", "/etc")}),
    "shell": shell, "filter": confine(Need.NOTHING),
    "filters": dict(line.split(":", 1) for line in open("/proc/self/status"))["Seccomp"].strip(),
}))
"""


@contained
def test_it_can_do_nothing_but_its_work(image: Path, data: Path) -> None:
    done = _in(image, data, PYTHON, "-c", CONFINED)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "user": 10001,
        "rights": "0000000000000000",
        "new": "1",
        "writing": ["Read-only file system"],
        "shell": "not there",
        "filter": "",  # our own system call filters need no right
        "filters": "2",
    }


SERVED = """
import json, signal, subprocess, sys, time
server = subprocess.Popen(sys.argv[2:], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
ask = ["/opt/strongroom/bin/strongroom", "health", *filter(None, [sys.argv[1]])]
before = subprocess.run(ask, capture_output=True).returncode
for _ in range(300):
    healthy = subprocess.run(ask, capture_output=True, text=True)
    if healthy.returncode == 0 or server.poll() is not None:
        break
    time.sleep(0.5)
server.send_signal(signal.SIGTERM)
said = server.communicate(timeout=60)[0]
after = subprocess.run(ask, capture_output=True).returncode
print(json.dumps([before, healthy.returncode, after, server.returncode, said + healthy.stderr]))
"""


@contained
@pytest.mark.parametrize(
    ("url", "command", "variables"),
    [
        pytest.param(
            "", [STRONGROOM, "serve", "--host", "0.0.0.0"],
            {"STRONGROOM_WEB_HOSTS": '["localhost"]', "STRONGROOM_WEB_PLAIN_HTTP": "true"},
            id="web chat",
        ),
        pytest.param(
            "http://127.0.0.1:8081/health",
            [STRONGROOM, "engine", "--host", "0.0.0.0", "--port", "8081"],
            {"STRONGROOM_ENGINE_KEY": "0123456789abcdef0123"},
            id="engine",
        ),
        pytest.param(
            "http://127.0.0.1:8000/api/v2/heartbeat",
            ["/opt/strongroom/bin/chroma", "run", "--path", "/data/vectors", "--host", "0.0.0.0"],
            {},
            id="chroma",
        ),
    ],
)  # fmt: skip
def test_health_tells_a_server_that_answers(
    image: Path,
    data: Path,
    monkeypatch: pytest.MonkeyPatch,
    url: str,
    command: list[str],
    variables: dict[str, str],
) -> None:
    for name, value in variables.items():
        monkeypatch.setitem(VARIABLES, name, value)
    done = _in(image, data, PYTHON, "-c", SERVED, url, *command)
    assert done.returncode == 0, done.stderr
    before, during, after, ended, said = json.loads(done.stdout.splitlines()[-1])
    assert (before, during, after) == (1, 0, 1), said
    assert ended in (0, -15), said


@contained
def test_the_first_process_hands_signals_on_and_codes_back(image: Path, data: Path) -> None:
    ends = "import os, signal, sys; os.kill(1, signal.SIGTERM); signal.pause()"
    assert _in(image, data, PYTHON, "-c", ends).returncode == 128 + 15
    assert _in(image, data, PYTHON, "-c", "raise SystemExit(7)").returncode == 7
    orphan = (
        "import os, sys, time\n"
        "if os.fork() == 0:\n    os.fork() or time.sleep(0.2); os._exit(0)\n"
        "os.wait(); time.sleep(0.6)\n"
        "states = [open(f'/proc/{p}/stat').read().split()[2] for p in os.listdir('/proc')"
        " if p.isdigit()]\n"
        "print('Z' in states)"
    )
    assert _in(image, data, PYTHON, "-c", orphan).stdout.strip() == "False"


@contained
def test_an_engine_for_others_wants_a_key(image: Path, data: Path) -> None:
    done = _in(image, data, STRONGROOM, "engine", "--host", "0.0.0.0", "--port", "8081")
    assert done.returncode == 1
    assert "STRONGROOM_ENGINE_KEY" in done.stderr
