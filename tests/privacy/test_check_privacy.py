"""`strongroom check --privacy` on this machine: the job is quiet, and every attempt is refused."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from app.privacy.check.breakout import ON_ANY, UNRECORDED, WITH_NAMES
from app.privacy.check.browser_page import browser_here
from app.privacy.check.report import PrivacyReportError, isolation, make_report, verify_report
from app.settings import load_settings

permitted = pytest.mark.skipif(
    not isolation(), reason="no namespaces: needs unshare, ip, mount, and the right to use them"
)
# One of each kind: above and below Python, by address and by name, in and beside our process.
SOME = ("requests", "subprocess_curl", "multiprocessing_spawn", "memory_of_another_process",
        "c_library_in_a_parser", "c_library_that_connects",
        "listening_socket_turned_round", "dns_query", "getaddrinfo", "c_library_that_sends",
        "c_library_that_looks_up", "gradio_analytics")  # fmt: skip


def _assert_proved(content: dict[str, Any], names: tuple[str, ...]) -> None:
    assert {step["name"]: (step["done"], step["foreign"]) for step in content["job"]} == {
        name: (True, []) for name in ("ingest", "ask", "serve")
    }
    assert content["reached_outside_during_job"] == []
    assert content["job"][-1]["apart"], "the serving process has the machine's own network"
    # What does not get out without the guard would prove nothing.
    expected = {name: (True, False, True, name not in UNRECORDED) for name in names}
    assert {
        one["name"]: (one["bare_gets_out"], one["got_out"], one["refused"], one["recorded"])
        for one in content["attempts"]
    } == expected
    trail = content["trail"]
    assert trail["in_trail"] == trail["recorded"] >= sum(one[3] for one in expected.values())
    if browser_here():
        assert content["job"][-1]["browser"], "the page is not shown in the browser"
        assert content["browser"]["bare_gets_out"]
        assert not content["browser"]["got_out"]
    assert content["passed"]


@permitted
def test_some_attempts_of_each_kind_where_the_engine_is_elsewhere(tmp_path: Path) -> None:
    engine = {"url": "http://engine.internal:8081", "model": "vocabulary.gguf"}
    settings = load_settings({"home": tmp_path / "home", "engine": engine})
    report = make_report(settings, SOME)
    _assert_proved(report["content"], SOME)
    assert report["content"]["set_aside_for_the_job"] == ["engine.url"]
    assert report["content"]["models"]["chat"]["sha256"]
    file = tmp_path / "report.json"
    file.write_text(json.dumps(report), "utf-8")
    with pytest.raises(PrivacyReportError, match="no whole check: it lacks the attempt urllib"):
        verify_report(file, settings)


@permitted
def test_the_whole_command(tmp_path: Path) -> None:
    file = tmp_path / "report.json"
    command = [sys.executable, "-m", "app.cli", "--home", str(tmp_path / "home"), "check",
               "--privacy", "--report", str(file)]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    content = json.loads(file.read_text("utf-8"))["content"]
    _assert_proved(content, (*ON_ANY, *WITH_NAMES))
    assert "stand in the trail" in done.stdout
    again = subprocess.run([*command[:6], "--verify", str(file)], capture_output=True, check=False)
    assert again.returncode == 0
