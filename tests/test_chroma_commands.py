"""The commands with the vectors on a Chroma server that `chroma run` serves."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from chroma_run import ChromaRun

from app.privacy.allowed import Allowed, Host, named_in
from app.settings import load_settings
from app.wiring import open_home

SAMPLES = Path(__file__).parent / "samples"
PASSWORDS = "How many characters must a password have?"
SENTENCE = b"A password has at least 14 characters."


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ChromaRun]:
    running = ChromaRun(tmp_path / "server")
    running.start()
    yield running
    running.kill()


def run(home: Path, server: ChromaRun, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "app.cli", *arguments],
        env={
            **os.environ,
            "STRONGROOM_HOME": str(home),
            "STRONGROOM_INDEX_CHROMA_URL": server.url,
        },
        text=True,
        capture_output=True,
        check=False,
    )


def findings_of(home: Path, server: ChromaRun) -> list[str]:
    report = json.loads(run(home, server, "check", "--json").stdout)
    return [
        f"{found['status']}: {found['what']}"
        for found in report["findings"]
        if server.url in found["what"]
    ]


def test_ingest_search_check_reindex_and_remove(tmp_path: Path, server: ChromaRun) -> None:
    home = tmp_path / "home"
    done = run(home, server, "ingest", str(SAMPLES / "security.html"))
    assert done.returncode == 0, done.stderr
    found = json.loads(run(home, server, "search", PASSWORDS, "--json").stdout)["hits"]
    assert found[0]["document"] == "security.html"
    assert not list((home / "index").glob("chroma-*"))
    said = findings_of(home, server)
    assert any(one.startswith("ok:") and "has every vector" in one for one in said), said
    done = run(home, server, "reindex")
    assert done.returncode == 0, done.stderr
    server.kill()
    again = json.loads(run(home, server, "search", PASSWORDS, "--json").stdout)["hits"]
    assert [hit["chunk_id"] for hit in again] == [hit["chunk_id"] for hit in found]
    said = findings_of(home, server)
    assert any(one.startswith("failed:") and "start `chroma run`" in one for one in said), said
    done = run(home, server, "reindex")
    assert done.returncode == 1
    assert server.url in done.stderr
    done = run(home, server, "remove", "security.html")
    assert done.returncode == 1
    assert f"still in {server.url}: the Chroma server does not answer" in done.stderr


def test_nothing_but_that_host_and_port_may_be_reached() -> None:
    hosts = named_in(load_settings({"index": {"chroma_url": "http://chroma.internal:8000/"}}))
    assert hosts == (Host("chroma.internal", 8000, "index.chroma_url"),)
    allowed = Allowed(hosts)
    assert allowed.may_connect("chroma.internal", 8000)
    assert not allowed.may_connect("chroma.internal", 443)
    assert not allowed.may_connect("api.trychroma.com", 8000)


def test_a_receipt_says_what_was_not_seen(tmp_path: Path, server: ChromaRun) -> None:
    settings = load_settings({"home": tmp_path / "home", "index": {"chroma_url": server.url}})
    with open_home(settings, "test") as home:
        home.ingest([SAMPLES / "security.html", SAMPLES / "release-notes.md"], space="general")
        (removal,) = home.remove(["security.html"], space="general")
        assert removal.receipt is not None
        assert removal.receipt["gone"], removal.receipt["found"]
        (said,) = [one for one in removal.receipt["searched"]["not_searched"] if server.url in one]
        assert "empty its folder" in said
        server.kill()
        (removal,) = home.remove(["release-notes.md"], space="general")
        assert removal.receipt is not None
        assert not removal.receipt["gone"]
        (left,) = [one for one in removal.receipt["found"] if not one["expected"]]
        assert left["file"] == server.url
        assert home.search(PASSWORDS, k=3).hits == []
        for path in settings.home.rglob("*"):
            if path.is_file() and "audit" not in path.parts:
                assert SENTENCE not in path.read_bytes(), path
