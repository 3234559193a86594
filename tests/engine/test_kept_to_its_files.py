"""An engine that a model's file took over finds nothing else: Landlock, below Python."""

import json
import os
import subprocess
import sys
from pathlib import Path

from privacy.test_landlock import pytestmark as landlock

from app.data_folder.layout import DataFolder
from app.engine.client import EngineClient
from app.engine.options import EngineOptions
from app.engine.supervisor import EngineSupervisor
from app.privacy.guard import RECORD_VARIABLE

pytestmark = landlock
ROOT = Path(__file__).resolve().parents[2]
# Each attempt says what became of it; the first two are what it is for.
ATTEMPTS = """
import json, os, pathlib, sys
from app.engine.confining import keep_to_files
from app.engine.options import EngineOptions
from app.privacy.guard import guard_child
guard_child()
model, secret, folder = map(pathlib.Path, sys.argv[1:])
assert keep_to_files(EngineOptions(model)) == ""
import threading
attempts = {
    "its model": lambda: model.read_bytes(),
    "what the system has for all": lambda: open("/proc/meminfo").read(),
    "another file": lambda: secret.read_bytes(),
    "a folder's names are no secret of ours, its files are": lambda: open("/etc/passwd").read(),
    "writing its model": lambda: model.open("r+b"),
    "writing anywhere": lambda: (folder / "new").write_text("x"),
    "deleting": lambda: secret.unlink(),
    "a program": lambda: os.execv("/bin/true", ["/bin/true"]),
    "its parent's memory": lambda: open(f"/proc/{os.getppid()}/mem", "rb"),
    "its parent's words of start": lambda: open(f"/proc/{os.getppid()}/environ", "rb").read(),
    "ending its parent": lambda: os.kill(os.getppid(), 0),
}
said = {}
for name, attempt in attempts.items():
    def made(name=name, attempt=attempt):
        try:
            attempt()
            said[name] = "done"
        except PermissionError:
            said[name] = "refused"
        except Exception as error:
            said[name] = type(error).__name__
    thread = threading.Thread(target=made)  # threads of later are kept in, too
    thread.start()
    thread.join()
print(json.dumps(said))
"""
NEEDED = ("its model", "what the system has for all")


def test_it_reads_its_model_and_nothing_of_anybody(tmp_path: Path) -> None:
    model, secret = tmp_path / "model.gguf", tmp_path / "trail.pem"
    model.write_bytes(b"GGUF")
    secret.write_text("a key")
    home = tmp_path / "home"
    home.mkdir()
    done = subprocess.run(
        [sys.executable, "-c", ATTEMPTS, *map(str, (model, secret, tmp_path))],
        capture_output=True, text=True, cwd=ROOT, check=True,
        env={**os.environ, RECORD_VARIABLE: str(home)},
    )  # fmt: skip
    said = json.loads(done.stdout)
    assert said == {name: "done" if name in NEEDED else "refused" for name in said}
    # What the guard refused is on record, though nothing else can be written.
    assert "the program true" in DataFolder(home).egress_attempts.read_text("utf-8")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["home", "model.gguf", "trail.pem"]


def test_the_engine_that_runs_is_kept_so(starter_gguf: Path) -> None:
    """The very process: each of its threads is in a domain, and it answers."""
    supervisor = EngineSupervisor(EngineOptions(starter_gguf, parallel=1, context=512))
    supervisor.start()
    try:
        supervisor.wait_until_running()
        client: EngineClient = supervisor.client()
        assert client.http.get("/v1/models").status_code == 200
        assert not [line for line in supervisor._last_words if "not kept" in line]
    finally:
        supervisor.stop()
