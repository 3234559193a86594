"""The job of a privacy check: nothing that it turns to goes unseen, and it runs on its own."""

import json
import os
import shutil
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from app.data_folder.watched_hosts import write_watched_hosts
from app.governance.audit.egress import recorded_in
from app.governance.audit.keys import SigningKey
from app.privacy.attempts import Attempt, AttemptFile
from app.privacy.check.job import _Done, _run, _serve, _step
from app.privacy.check.local_settings import alone
from app.settings import Settings, load_settings

CALLS_OUT = """
import os, socket, sys
os.environ["STRONGROOM_EGRESS_HOME"] = sys.argv[1]
from app.privacy.guard import guard_child
guard_child()
try:
    socket.create_connection(("192.0.2.9", 80), 2)
except PermissionError:
    pass
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "home").mkdir()
    return tmp_path / "home"


@pytest.mark.parametrize(
    "trace",
    [False, pytest.param(True, marks=pytest.mark.skipif(
        shutil.which("strace") is None, reason="no strace on this machine"))],
)  # fmt: skip
def test_what_the_guard_refused_during_a_step_is_told_of_it(home: Path, trace: bool) -> None:
    first = _step("ingest", [sys.executable, "-c", CALLS_OUT, str(home)], home, trace, _run)
    assert first.foreign == ("192.0.2.9 port 80 (refused)",)
    second = _step("ask", [sys.executable, "-c", "print('{\"found\": 1}')"], home, trace, _run)
    assert (second.done, second.foreign) == (True, ())


def test_what_has_reached_the_trail_already_is_told_too(home: Path) -> None:
    from app.governance.audit.opening import open_trail

    def run(_: list[str]) -> _Done:
        AttemptFile(home)(Attempt.now("socket.connect", "192.0.2.9 port 80", (), "test"))
        settings = Settings(home=home)
        with open_trail(settings, "test") as trail, recorded_in(trail, home):
            pass
        assert AttemptFile(home).read() == []
        return _Done(True)

    assert _step("ingest", [], home, False, run).foreign == ("192.0.2.9 port 80 (refused)",)


def test_a_step_that_strace_was_to_see_and_did_not_has_failed(home: Path) -> None:
    step = _step("ingest", [], home, True, lambda _: _Done(True))
    assert not step.done
    assert "strace left no record" in step.said


SERVES = """
import sys, threading
from http.server import BaseHTTPRequestHandler, HTTPServer
class Page(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers(); self.wfile.write(b"Strongroom")
    def log_message(self, *_): pass
server = HTTPServer(("127.0.0.1", 0), Page)
print("Answers are written by llama at http://engine.internal:8081.", flush=True)
print(f"Strongroom is ready: http://127.0.0.1:{server.server_port}", flush=True)
server.serve_forever()
"""


def test_the_page_is_where_the_web_chat_says(home: Path) -> None:
    (home / "owner.json").write_text(json.dumps({"pid": os.getpid()}))
    serve = partial(_serve, home=home, browser=None)
    assert _step("serve", [sys.executable, "-c", SERVES], home, False, serve).done


def test_the_job_runs_without_the_hosts_of_the_settings_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in a company's network, where engine and vectors are elsewhere."""
    SigningKey.make(tmp_path / "trail.pem")
    (tmp_path / "home").mkdir()
    (tmp_path / "strongroom.toml").write_text(
        "[engine]\nurl = 'http://engine:8081'\nmodel = 'vocabulary.gguf'\n"
        "[sign_in]\ncompany_issuer = 'https://sign-in.internal'\n"
        f"[audit]\nkey = '{tmp_path}/trail.pem'\n[answer]\npassages = 3\n"
        "[monitoring]\nsyslog = 'tls://siem.internal:6514'\n"
        "[directory]\nurl = 'ldaps://dc.internal'\n"
    )
    write_watched_hosts(tmp_path / "home", [("cloud.internal", 443, "Cloud")])
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("STRONGROOM_INDEX_CHROMA_URL", "http://chroma:8000")
    monkeypatch.setenv("STRONGROOM_ENGINE_KEY", "s3cr3t")
    monkeypatch.setenv("STRONGROOM_WEB_BEHIND_TLS", "true")
    job = alone(load_settings({"home": tmp_path / "home"}))
    assert job.set_aside == (
        "engine.url", "index.chroma_url", "sign_in.company_issuer", "directory.url",
        "monitoring.syslog",
        "the source Cloud",
    )  # fmt: skip
    environment = job.environment()
    assert "s3cr3t" not in str(environment)
    code = "from app.settings import load_settings; print(load_settings().model_dump_json())"
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    held = json.loads(done.stdout)
    assert (held["engine"]["url"], held["index"]["chroma_url"]) == (None, None)
    assert held["sign_in"]["company_issuer"] is held["audit"]["key"] is None
    assert held["monitoring"]["syslog"] is held["directory"]["url"] is None
    assert not held["web"]["behind_tls"]
    assert Path(held["engine"]["model"]).is_file(), "the starter model"
    assert held["answer"]["passages"] == 3


def test_an_engine_of_this_machine_stays_as_it_is_set(tmp_path: Path) -> None:
    engine = {"context": 2048, "parallel": 2}
    job = alone(load_settings({"home": tmp_path, "engine": engine}))
    assert job.set_aside == ()
    assert (job.settings.engine.context, job.settings.engine.parallel) == (2048, 2)
