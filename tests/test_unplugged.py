"""With no network but loopback, everything works from installed files alone."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

SAMPLES = Path(__file__).parent / "samples"
STRONGROOM = [sys.executable, "-m", "app.cli"]
# A new network namespace with nothing but loopback; as an ordinary user through a user namespace.
ENTER = ["unshare", "--net"] if os.geteuid() == 0 else ["unshare", "--map-root-user", "--net"]
INSIDE = 'ip link set lo up && exec "$@"'


def _unplugged(*command: str) -> list[str]:
    return [*ENTER, "sh", "-c", INSIDE, "sh", *command]


def _namespaces_allowed() -> bool:
    if shutil.which("unshare") is None or shutil.which("ip") is None:
        return False
    return subprocess.run(_unplugged("true"), capture_output=True, check=False).returncode == 0


pytestmark = pytest.mark.skipif(
    not _namespaces_allowed() and not os.environ.get("CI"),
    reason="this machine allows no network namespaces (needs unshare and ip, and the right to)",
)


@pytest.mark.skipif(not os.environ.get("UNPLUGGED"), reason="not run by make test UNPLUGGED=1")
def test_all_tests_of_this_run_have_loopback_alone() -> None:
    assert [name for _, name in socket.if_nameindex()] == ["lo"]
    with pytest.raises(OSError, match="unreachable"):
        socket.create_connection(("192.0.2.1", 80), timeout=5)  # RFC 5737: nobody's


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("unplugged")
    subprocess.run(
        _unplugged(*STRONGROOM, "--home", str(folder), "ingest", str(SAMPLES)),
        check=True,
        capture_output=True,
    )
    return folder


@pytest.mark.slow  # test_command_line asks the same, with loopback alone where UNPLUGGED is set
def test_ask_answers(home: Path) -> None:
    question = "How many days of annual leave does a full-time employee have?"
    done = subprocess.run(
        _unplugged(*STRONGROOM, "--home", str(home), "ask", question, "--json"),
        capture_output=True,
        text=True,
        check=True,
    )
    answer = json.loads(done.stdout)
    assert answer["found"]
    assert "28" in answer["answer"]


CLIENT = """
import json, subprocess, sys, time, urllib.request
server = subprocess.Popen(sys.argv[1:], stdout=subprocess.PIPE, text=True)
try:
    for line in server.stdout:
        if "http://" in line:
            address = "http://" + line.split("http://")[1].strip()
            break
    page = urllib.request.urlopen(address, timeout=30).read().decode()
    print(json.dumps({"address": address, "page": "Strongroom" in page}))
finally:
    server.terminate()
    print(server.wait(timeout=30))
"""


@pytest.mark.slow  # and serves the same
def test_serve_serves(home: Path) -> None:
    serve = [*STRONGROOM, "--home", str(home), "serve", "--port", "0"]
    done = subprocess.run(
        _unplugged(sys.executable, "-c", CLIENT, *serve),
        capture_output=True,
        text=True,
        check=True,
    )
    told, code = done.stdout.splitlines()
    assert json.loads(told)["page"]
    assert int(code) in (0, -signal.SIGTERM)


def test_health_asks_the_chat_at_an_address_of_this_machine(home: Path) -> None:
    """The guard knows loopback as this machine, and `web.host` may be another address of it."""
    script = """
        ip address add 192.0.2.2/32 dev lo
        "$@" serve >serve.txt & serving=$!
        for i in $(seq 120); do "$@" health 2>said.txt && ok=yes && break; sleep 0.5; done
        kill $serving; wait $serving
        cat said.txt; test "${ok:-}" = yes
    """
    variables = {
        "STRONGROOM_WEB_HOST": "192.0.2.2",
        "STRONGROOM_WEB_PORT": "7861",
        "STRONGROOM_WEB_HOSTS": '["chat.example.com"]',
        "STRONGROOM_WEB_PLAIN_HTTP": "true",
        "STRONGROOM_HOME": str(home),
    }
    done = subprocess.run(
        [*ENTER, "sh", "-c", f"ip link set lo up\ncd '{home}'\n{script}", "sh", *STRONGROOM],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1]), **variables},
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    refused = home / "egress.jsonl"
    assert not refused.exists() or "192.0.2.2" not in refused.read_text()
