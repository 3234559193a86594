"""The command line as other programs call it: JSON fields, exit codes, one owner."""

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from batch.batch_runs import here

from app.engine.models import default_chat_model
from app.settings import load_settings

SAMPLES = Path(__file__).parent / "samples"
LEAVE = "How many days of annual leave does a full-time employee have?"


def run(home: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """As others call it; what a command does once more is asked `here`, in this process."""
    return subprocess.run(
        [sys.executable, "-m", "app.cli", "--home", str(home), *arguments],
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("home")
    assert run(folder, "ingest", str(SAMPLES)).returncode == 0
    return folder


@pytest.fixture
def serving(home: Path) -> Iterator["subprocess.Popen[str]"]:
    process = subprocess.Popen(
        [sys.executable, "-m", "app.cli", "--home", str(home), "serve", "--port", "0"],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        lines.append(line)
        if "http://" in line:
            break
    else:
        pytest.fail("serve ended: " + "".join(lines))
    yield process
    process.terminate()
    process.wait(timeout=30)


def test_ingest_says_what_became_of_each_file(home: Path, tmp_path: Path) -> None:
    (tmp_path / "good.md").write_text("# Parking\n\nThe car park closes at 22:00.\n")
    (tmp_path / "empty.pdf").write_bytes(b"")
    done = here(home, "ingest", str(tmp_path), "--space", "other", "--json")
    assert done.returncode == 1
    report = json.loads(done.stdout)
    status = {document["document"]: document for document in report["documents"]}
    assert status["good.md"]["status"] == "indexed"
    assert status["empty.pdf"]["status"] == "rejected"
    assert "empty" in status["empty.pdf"]["reason"]
    assert "empty.pdf" in done.stderr
    again = json.loads(here(home, "ingest", str(tmp_path), "--space", "other", "--json").stdout)
    assert {d["document"]: d["status"] for d in again["documents"]}["good.md"] == "unchanged"


def test_search_prints_passages(home: Path) -> None:
    found = json.loads(run(home, "search", LEAVE, "-k", "3", "--json").stdout)
    assert len(found["hits"]) == 3
    fields = {"document", "page", "heading", "text", "score", "chunk_id", "space"}
    assert all(fields <= set(hit) for hit in found["hits"])
    assert found["hits"][0]["document"] == "employee-handbook.pdf"
    only = here(home, "search", LEAVE, "--document", "travel-policy.docx", "--json")
    assert {hit["document"] for hit in json.loads(only.stdout)["hits"]} == {"travel-policy.docx"}


def test_an_unknown_name_is_an_error_that_helps(home: Path) -> None:
    done = run(home, "search", LEAVE, "--space", "nowhere")
    assert done.returncode == 1
    assert "nowhere" in done.stderr
    assert "general" in done.stderr
    assert "Traceback" not in done.stderr


def test_wrong_usage_exits_with_2(home: Path) -> None:
    assert run(home, "search").returncode == 2
    assert run(home, "dance").returncode == 2


def test_ask_prints_the_contract(home: Path) -> None:
    answer = json.loads(run(home, "ask", LEAVE, "--json").stdout)
    assert {"id", "answer", "found", "citations", "passages", "usage", "timings", "model"} <= set(
        answer
    )
    assert answer["found"]
    assert {"n", "document", "page", "heading", "quote", "chunk_id"} <= set(answer["citations"][0])
    assert answer["usage"]["dropped"] == {"passages": 0, "history_turns": 0}
    assert {"search_s", "first_token_s", "total_s"} <= set(answer["timings"])
    assert len(answer["model"]["sha256"]) == 64


def test_eval_of_half_the_documents_and_of_conversations(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "questions.jsonl"
    rows = [
        {"question": LEAVE, "answers": ["28"], "evidence": [[{"doc": "employee-handbook.pdf"}]]},
        {
            "question": "How much is the meal allowance in Switzerland?",
            "answers": ["72"],
            "evidence": [[{"doc": "travel-policy.docx"}]],
        },
    ]
    file.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    half = json.loads(here(home, "eval", str(file), "--half-indexed", "--json").stdout)
    assert half["half_indexed"]["documents"] == ["employee-handbook.pdf"]
    assert {half["half_indexed"]["found"], half["half_indexed"]["abstained"]} <= {0.0, 1.0}
    assert [row["qid"] for row in half["questions"]] == ["1", "absent:2"]
    dialogues = str(Path(__file__).parent / "sample_dialogues.jsonl")
    talked = here(home, "eval", "--dialogues", dialogues, "--retrieval-only", "--json")
    report = json.loads(talked.stdout)
    assert report["retrieval"]["recall@5"] >= 0.9
    assert "Norway" in next(r for r in report["questions"] if r["qid"] == "meal-norway")["searched"]
    for wrong in (["--half-indexed", "--dialogues", "x"], ["q", "--half-indexed"], ["q"]):
        assert here(home, "eval", *wrong, "--dialogues", "d").returncode == 2


def test_eval_compares_models_on_the_same_questions(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "questions.jsonl"
    row = {"kind": "fact", "question": LEAVE, "expect": {"all_of": [[28]], "none_of": [25]}}
    turns = [{"question": LEAVE, "expect": {"all_of": [[28]]}}, {"question": "And in Graz?"}]
    talk = {"kind": "talk", "turns": turns, "expect": {"refused": True}}
    file.write_text(f"{json.dumps(row)}\n{json.dumps(talk)}\n", encoding="utf-8")
    model = default_chat_model(load_settings({"home": home})).path
    twin = tmp_path / "twin.gguf"  # the same weights under another name
    twin.symlink_to(model)
    done = here(home, "eval", str(file), "--model", str(model), "--model", str(twin), "--json")
    assert done.returncode == 0, done.stderr
    compared = json.loads(done.stdout)
    assert [one["model"] for one in compared["models"]] == [str(model), str(twin)]
    first, second = (one["report"] for one in compared["models"])
    assert first["kinds"]["fact"] == second["kinds"]["fact"]
    assert first["kinds"]["fact"]["right"] == 1
    assert first["kinds"]["all"]["questions"] == 2
    assert [len(row.get("turns", ())) for row in first["questions"]] == [0, 2]
    (difference,) = compared["differences"]
    assert (difference["a"], difference["b"]) == (str(model), str(twin))
    assert next(one for one in difference["metrics"] if one["metric"] == "right")["low"] == 0
    for wrong in (["--model", "a", "--retrieval-only"], ["--model", "a", "--model", "a"]):
        assert here(home, "eval", str(file), *wrong).returncode == 2


def test_summarise_prints_cited_points(home: Path) -> None:
    done = run(home, "summarise", "security.html", "--json")
    assert done.stderr == ""
    summary = json.loads(done.stdout)
    assert {"document", "space", "points", "citations", "parts", "usage", "model"} <= set(summary)
    numbers = {citation["n"] for citation in summary["citations"]}
    assert summary["points"]
    assert all(set(point["citations"]) & numbers for point in summary["points"])
    assert {"n", "document", "page", "heading", "quote", "chunk_id"} <= set(summary["citations"][0])
    unknown = here(home, "summarise", "nowhere.pdf")
    assert unknown.returncode == 1
    assert "nowhere.pdf" in unknown.stderr


def test_a_document_can_be_forgotten(home: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("The vault code word is zanzibar.")
    assert here(home, "ingest", str(tmp_path / "secret.txt"), "--space", "gone").returncode == 0
    assert here(home, "remove", "secret.txt", "--space", "gone").returncode == 0
    assert here(home, "remove", "secret.txt", "--space", "gone").returncode == 1
    documents = json.loads(here(home, "documents", "--json").stdout)["documents"]
    assert "secret.txt" not in {document["name"] for document in documents}


def test_check_says_what_a_number_of_documents_takes(home: Path) -> None:
    said = json.loads(here(home, "check", "--plan", "2500", "--json").stdout)
    assert said["documents"] == 2500
    assert said["chunks"] == round(2500 * said["chunks_a_document"])
    assert said["disk"] > said["chunks"] * 1000


def test_check_finds_what_is_right(home: Path) -> None:
    report = json.loads(run(home, "check", "--json").stdout)
    assert report["status"] in {"ok", "warning"}
    assert {"hardware", "models", "index", "privacy"} == {f["area"] for f in report["findings"]}


def test_reindex_keeps_what_is_found(home: Path) -> None:
    before = json.loads(here(home, "search", LEAVE, "--json").stdout)["hits"]
    assert here(home, "reindex").returncode == 0
    after = json.loads(here(home, "search", LEAVE, "--json").stdout)["hits"]
    assert [hit["chunk_id"] for hit in before] == [hit["chunk_id"] for hit in after]


def test_reading_again_brings_the_tables_of_an_older_index(home: Path) -> None:
    catalogue = home / "index" / "catalogue.sqlite3"

    def tables() -> int:
        with closing(sqlite3.connect(catalogue)) as database:
            return int(database.execute("SELECT count(*) FROM tables").fetchone()[0])

    before = tables()
    assert before > 0
    with closing(sqlite3.connect(catalogue)) as database, database:
        database.execute("PRAGMA foreign_keys = ON")
        database.execute("DELETE FROM tables")
    assert here(home, "reindex").returncode == 0
    assert tables() == 0
    done = here(home, "reindex", "--read-again", "--json")
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert len(result["read_again"]) == result["documents"]
    assert result["not_read_again"] == []
    assert tables() == before


def test_commands_hand_their_work_to_the_serving_process(
    home: Path, serving: "subprocess.Popen[str]", tmp_path: Path
) -> None:
    (tmp_path / "canteen.md").write_text("# Canteen\n\nLunch is served from 11:45 to 13:15.\n")
    done = run(home, "ingest", str(tmp_path), "--space", "served", "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(here(home, "search", "When is lunch served?", "--json").stdout)
    assert found["hits"][0]["document"] == "canteen.md"
    answer = json.loads(run(home, "ask", LEAVE, "--json").stdout)
    assert answer["found"]
    summary = here(home, "summarise", "security.html")
    assert summary.returncode == 0, summary.stderr
    assert "[1] security.html" in summary.stdout
    assert here(home, "remove", "canteen.md", "--space", "served").returncode == 0
    refused = run(home, "reindex")
    assert refused.returncode == 1
    assert "strongroom serve" in refused.stderr


def test_serve_refuses_to_be_reached_from_elsewhere_unprotected(home: Path) -> None:
    done = run(home, "serve", "--host", "0.0.0.0", "--port", "0")
    assert done.returncode == 1
    assert "web.hosts" in done.stderr
    assert "Traceback" not in done.stderr


def test_people_groups_and_spaces_while_the_chat_is_served(
    home: Path, serving: "subprocess.Popen[str]"
) -> None:
    assert here(home, "groups", "add", "hr").returncode == 0
    added = json.loads(run(home, "users", "add", "kim", "--group", "hr", "--json").stdout)
    assert len(added["one_time_password"]) > 20
    assert here(home, "spaces", "grant", "general", "hr").returncode == 0
    listed = json.loads(here(home, "users", "list", "--json").stdout)["users"]
    assert {user["name"]: user["groups"] for user in listed} == {"admin": [], "kim": ["hr"]}
    spaces = json.loads(here(home, "spaces", "list", "--json").stdout)["spaces"]
    general = next(space for space in spaces if space["name"] == "general")
    assert general["documents"] > 0
    assert general["readers"] == ["hr"]
    last = here(home, "users", "remove", "admin")
    assert last.returncode == 1
    assert "last administrator" in last.stderr
    assert serving.poll() is None


@pytest.mark.skipif(os.name != "posix", reason="POSIX pipes")
def test_a_reader_that_goes_away_is_no_error(home: Path) -> None:
    command = f"{sys.executable} -m app.cli --home {home} documents | head -n 1"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert "Traceback" not in done.stderr
