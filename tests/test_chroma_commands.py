"""The commands with the vectors on a Chroma server that `chroma run` serves."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import chromadb
import pytest
from chroma_run import ChromaRun

from app.answering.ask import Ask
from app.governance.audit.opening import open_trail
from app.governance.backup import making, restoring
from app.governance.deletion import deleter
from app.governance.deletion.remains import Remains, search
from app.privacy.allowed import Allowed, Host, named_in
from app.settings import load_settings
from app.workspace.wiring import open_workspace
from vectorstore.chroma_server import ServerVectors
from vectorstore.vectors import OutOfReach

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


def collections_on(server: ChromaRun) -> dict[str, int]:
    """How many vectors each collection has."""
    client = chromadb.HttpClient(
        "127.0.0.1", server.port, settings=chromadb.Settings(anonymized_telemetry=False)
    )
    found = {one.name: one.count() for one in client.list_collections()}
    client.close()
    return found


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
    with open_workspace(settings, "test") as home:
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
        assert home.search(Ask(PASSWORDS), k=3).hits == []
        for path in settings.home.rglob("*"):
            if path.is_file() and "audit" not in path.parts:
                assert SENTENCE not in path.read_bytes(), path


def test_a_server_that_is_cut_off_within_a_deletion_and_back_at_its_end_is_not_called_clean(
    tmp_path: Path, server: ChromaRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut(*_: object) -> None:
        monkeypatch.setattr(ServerVectors, "add", add)
        raise OutOfReach("The connection was cut.")

    def search_when_it_is_back(*given: Any, **named: Any) -> Remains:
        until = time.monotonic() + 30
        assert home.index.server is not None
        while home.index.server.out_of_reach:
            assert time.monotonic() < until
            time.sleep(0.05)
        return search(*given, **named)

    settings = load_settings({"home": tmp_path / "home", "index": {"chroma_url": server.url}})
    with open_workspace(settings, "test") as home:
        home.ingest([SAMPLES / "security.html", SAMPLES / "release-notes.md"], space="general")
        add = ServerVectors.add
        monkeypatch.setattr(ServerVectors, "add", cut)
        monkeypatch.setattr(deleter, "search", search_when_it_is_back)
        (removal,) = home.remove(["security.html"], space="general")
        assert removal.receipt is not None
        assert not removal.receipt["gone"]
        (left,) = [one for one in removal.receipt["found"] if not one["expected"]]
        assert left["file"] == server.url


def test_what_is_restored_beside_the_original_shares_no_collection_with_it(
    tmp_path: Path, server: ChromaRun
) -> None:
    chroma = {"chroma_url": server.url}
    settings = load_settings({"home": tmp_path / "home", "index": chroma})
    beside = settings.model_copy(update={"home": tmp_path / "beside"})
    with open_workspace(settings, "test") as home:
        home.ingest([SAMPLES / "security.html"], space="general")
    file = tmp_path / "backup.tar"
    with open_trail(settings, "test") as trail:
        making.back_up(settings.home, trail, making.Order(file, keep_days=30), person="kim")
    restoring.restore(beside, restoring.Order(file, beside.home))
    before = collections_on(server)
    with open_workspace(beside, "test") as other:
        assert other.remove(["security.html"], space="general")[0].removed
    after = collections_on(server)
    assert before
    assert {name: after.get(name) for name in before} == before
