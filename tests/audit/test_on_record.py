"""Nothing is asked, shown, stored or deleted without a record of it, in the product as wired."""

import contextlib
import json
import re
import resource
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from app.answering.ask import Ask
from app.answering.events import Answer, Finished, Reading, Searching, Writing
from app.cli import main
from app.engine.models import ModelError
from app.governance.audit.exporting import signature_file
from app.governance.audit.keys import AuditorPrivateKey
from app.governance.audit.reading import files, records
from app.governance.audit.records import TrailFault, TrailFull
from app.governance.audit.replay import NoSuchAnswer
from app.governance.audit.texts import opened as opened_text
from app.governance.audit.usage import usage_by_day
from app.governance.audit.verifying import verify
from app.people.access import EVERYONE, Person, Rules, SpaceRule
from app.settings import load_settings
from app.web.chat.backend import AnswerFailed
from app.web.chat.markup import failure_words
from app.web.chat.workspace_backend import WorkspaceBackend
from app.web.i18n.languages import LANGUAGES
from app.workspace.personal_workspace import PersonalWorkspace
from app.workspace.wiring import open_workspace
from app.workspace.workspace import Workspace
from vectorstore.scope import Scope

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "tests" / "samples"
QUESTION = "How long does a password have to be?"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    settings = load_settings({"home": tmp_path_factory.mktemp("audited") / "home"})
    with open_workspace(settings, "test") as opened:
        opened.ingest([SAMPLES / "security.html", SAMPLES / "release-notes.md"], space="general")
        yield opened


def ask(home: Workspace, question: str = QUESTION, **more: Any) -> Answer:
    *_, last = home.ask(Ask(question, **more))
    assert isinstance(last, Finished)
    return last.answer


@contextlib.contextmanager
def no_room(home: Workspace, spare: int = 0) -> Iterator[None]:
    """No file can grow beyond the trail's size now and `spare` bytes more."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    size = files(home.trail.folder)[-1].stat().st_size + spare
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def text_of(home: Workspace, kept: dict[str, str]) -> str | None:
    """A recorded text, which stands in the trail under a key of its own."""
    assert set(kept) == {"key", "box"}
    return opened_text(kept, None, home.trail.texts.keys)


def last_kinds(home: Workspace, count: int) -> list[str]:
    return [record.kind for record in home.trail.tail(count)]


def test_what_is_ingested_is_on_record(home: Workspace):
    stored = [r for r in records(home.trail.folder) if r.kind == "ingest"]
    assert {r.data["document"] for r in stored} == {"security.html", "release-notes.md"}
    known = {record.name: record.sha256 for record in home.documents()}
    assert all(r.data["sha256"] == known[r.data["document"]] for r in stored)


def test_a_question_its_passages_and_its_answer_are_on_record(home: Workspace):
    shown = []
    for event in home.ask(Ask(QUESTION, person="kim")):
        if isinstance(event, Reading):
            # On record already, while the reader sees them for the first time.
            (newest,) = home.trail.tail(1)
            assert [p["chunk_id"] for p in newest.data["passages"]] == [
                hit.chunk_id for hit in event.passages
            ]
        if isinstance(event, Finished):
            shown.append(event.answer)
            assert home.trail.tail(1)[0].data["answer_id"] == event.answer.id
    (answer,) = shown
    asked, _, told = home.trail.tail(3)
    assert (asked.kind, asked.person) == ("question", "kim")
    assert text_of(home, asked.data["question"]) == QUESTION
    assert text_of(home, told.data["answer"]) == answer.answer
    assert told.data["model"]["sha256"] == answer.model.sha256
    assert told.data["usage"]["prompt_tokens"] == told.data["prompts"][0]["tokens"] > 100
    assert [c["chunk_id"] for c in told.data["citations"]] == [c.chunk_id for c in answer.citations]
    for passage in told.data["passages"]:
        record = home.index.document(passage["space"], passage["document"])
        assert record is not None
        assert passage["document_sha256"] == record.sha256


def test_a_search_and_a_refusal_are_on_record(home: Workspace):
    found = home.search(Ask(QUESTION, person="kim"), k=3)
    (record,) = home.trail.tail(1)
    assert record.kind == "search"
    assert [p["chunk_id"] for p in record.data["passages"]] == [h.chunk_id for h in found.hits]
    answer = ask(home, "Who won the chess championship of 1972?")
    assert not answer.found
    assert last_kinds(home, 1) == ["refusal"]


def test_a_stopped_answer_is_on_record_as_far_as_it_was_seen(home: Workspace):
    stream = home.ask(Ask(QUESTION))
    seen = ""
    for event in stream:
        if isinstance(event, Writing):
            seen = event.text
            break
    stream.close()
    (record,) = home.trail.tail(1)
    assert (record.kind, record.data["reason"]) == ("answer-stopped", "stopped")
    assert text_of(home, record.data["draft"]) == seen
    assert list(stream) == []
    assert last_kinds(home, 2) == ["passages", "answer-stopped"]


def test_without_room_for_a_record_nothing_is_answered_stored_or_deleted(home: Workspace):
    with no_room(home):
        with pytest.raises(TrailFull, match="make room"):
            home.ask(Ask(QUESTION))
        with pytest.raises(TrailFull):
            home.search(Ask(QUESTION), k=1)
        with pytest.raises(TrailFull):
            home.remove(["security.html"], space="general")
        with pytest.raises(TrailFull):
            home.ingest([SAMPLES / "suppliers.csv"], space="general")
    assert {record.name for record in home.documents()} == {"security.html", "release-notes.md"}
    assert verify(home.trail.folder, home.trail.key.public).whole
    assert ask(home).found


def test_an_answer_that_cannot_be_recorded_is_not_shown(home: Workspace):
    seen = []

    def read() -> None:
        for event in home.ask(Ask(QUESTION)):
            seen.append(event)

    with no_room(home, 600), pytest.raises(TrailFull):  # room for the question alone
        read()
    assert {type(event) for event in seen} <= {Searching}
    assert ask(home).found


def test_a_question_that_no_model_could_answer_is_on_record(tmp_path: Path):
    engine = {"model": tmp_path / "missing.gguf"}
    with open_workspace(
        load_settings({"home": tmp_path / "home", "engine": engine}), "test"
    ) as opened:
        opened.ingest([SAMPLES / "security.html"], space="general")
        with pytest.raises(ModelError):
            opened.ask(Ask(QUESTION, person="kim"))
        asked, stopped = opened.trail.tail(2)
        assert text_of(opened, asked.data["question"]) == QUESTION
    assert asked.kind == "question"
    assert (stopped.kind, stopped.data["reason"]) == ("answer-stopped", "ModelError")


def test_the_reader_is_told_in_plain_words(home: Workspace):
    rules = Rules({"general": SpaceRule(readers=frozenset({EVERYONE}))})
    backend = WorkspaceBackend(
        lambda person: PersonalWorkspace(home, lambda: person, lambda: rules), home.chat
    )
    with no_room(home), pytest.raises(AnswerFailed) as failed:
        list(backend.ask(Ask(QUESTION), Person("1", "kim")))
    assert "audit trail" in failure_words(LANGUAGES["en"].chat, failed.value)
    assert "Prüfprotokoll" in failure_words(LANGUAGES["de"].chat, failed.value)


def test_an_answer_is_made_again_with_the_same_passages_prompt_and_tokens(home: Workspace):
    first = ask(home, reproducible=True)
    question = "And how often must it be changed?"
    second = ask(home, question, history=(first,), reproducible=True)
    instructed = ask(
        home,
        scope=Scope(documents=(("general", "security.html"),)),
        instruction="Answer in one sentence.",
        reproducible=True,
    )
    for answer in (first, second, instructed):
        again = home.recreate(answer.id)
        assert again.differences == []
        assert (again.same_prompt, again.same_tokens, again.same_answer) == (True, True, True)
        assert again.answer == answer.answer
        assert all(passage["unchanged"] for passage in again.passages)
    # What was not asked to be reproducible comes from the same prompt; its words may differ.
    again = home.recreate(ask(home).id)
    assert again.same_prompt
    assert [one for one in again.differences if "other words" not in one] == []
    with pytest.raises(NoSuchAnswer):
        home.recreate("no such id")


def test_it_says_what_has_changed_since(home: Workspace, tmp_path: Path):
    shutil.copytree(home.settings.home, tmp_path / "home", ignore=shutil.ignore_patterns("*.sock"))
    answer_id = next(r.data["answer_id"] for r in records(home.trail.folder) if r.kind == "answer")
    kept = {"quotations": "keep"}  # else the answer goes with what it quotes
    changed = load_settings(
        {"home": tmp_path / "home", "answer": {"passages": 2}, "retention": kept}
    )
    with open_workspace(changed, "test") as later:
        later.remove(["release-notes.md"], space="general")
        edited = tmp_path / "security.html"
        edited.write_text((SAMPLES / "security.html").read_text().replace("14 char", "16 char"))
        later.remove(["security.html"], space="general")
        later.ingest([edited], space="general")
        again = later.recreate(answer_id)
    said = "\n".join(again.differences)
    assert "release-notes.md has been deleted" in said
    assert "security.html is another file now" in said
    assert "setting answer.passages was changed" in said
    assert again.same_answer is None
    assert "14 characters" in again.answer


@pytest.mark.parametrize("texts", ["hashed", "encrypted"])
def test_texts_are_not_readable_where_the_settings_say_so(tmp_path: Path, texts: str):
    (tmp_path / "public.pem").write_text(AuditorPrivateKey.make(tmp_path / "auditor.pem"))
    audit = {"texts": texts, "auditor_key": tmp_path / "public.pem"}
    with open_workspace(load_settings({"home": tmp_path / "home", "audit": audit}), "test") as home:
        home.ingest([SAMPLES / "security.html"], space="general")
        answer = ask(home)
        content = b"".join(path.read_bytes() for path in files(home.trail.folder))
        for text in (QUESTION, answer.answer, answer.citations[0].quote):
            assert text.encode() not in content
            assert json.dumps(text)[1:-1].encode() not in content
        with pytest.raises(NoSuchAnswer, match="private-key" if texts == "encrypted" else "hash"):
            home.recreate(answer.id)
        if texts == "encrypted":
            again = home.recreate(answer.id, private_key=tmp_path / "auditor.pem")
            assert again.question == QUESTION
            assert again.same_answer


def test_a_missing_trail_is_said_and_nothing_opens(tmp_path: Path):
    settings = load_settings({"home": tmp_path / "home"})
    with open_workspace(settings, "test"):
        pass
    shutil.rmtree(tmp_path / "home" / "audit")
    with pytest.raises(TrailFault, match="is missing"), open_workspace(settings, "test"):
        pass
    home = ["--home", str(tmp_path / "home")]
    assert main(["audit", "renew", "--reason", "lost with the disk", *home]) == 0
    with open_workspace(settings, "test") as opened:
        begun = next(iter(records(opened.trail.folder)))
        assert begun.data["reason"] == "lost with the disk"


def test_changed_settings_are_on_record_with_what_they_were(tmp_path: Path):
    for texts in ("full", "hashed"):
        settings = load_settings({"home": tmp_path, "audit": {"texts": texts}})
        with open_workspace(settings, "test") as opened:
            pass
    changes = [r.data["changed"] for r in records(opened.trail.folder) if "changed" in r.data]
    assert changes == [{}, {"audit.texts": {"was": "full", "is": "hashed"}}]


def test_the_command_line_verifies_shows_and_exports(
    home: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    where = ["--home", str(home.settings.home)]
    assert main(["audit", "keys", "--out", str(tmp_path / "key"), *where]) == 0
    assert main(["audit", "head", *where]) == 0
    line = capsys.readouterr().out.strip().splitlines()[-1]
    verifying = ["audit", "verify", "--key", str(tmp_path / "key"), "--head", line, *where]
    assert main(verifying) == 0
    capsys.readouterr()
    assert main(["audit", "show", "--kind", "question", "--last", "1", "--json", *where]) == 0
    (record,) = json.loads(capsys.readouterr().out)["records"]
    assert record["kind"] == "question"
    assert main(["audit", "export", "--out", str(tmp_path / "out.jsonl"), *where]) == 0
    exported = (tmp_path / "out.jsonl").read_text().splitlines()
    assert json.loads(exported[0])["kind"] == "trail-begun"
    assert signature_file(tmp_path / "out.jsonl").exists()
    checking = ["audit", "verify", "--export", str(tmp_path / "out.jsonl"), *where]
    assert main(checking) == 0
    (tmp_path / "out.jsonl").write_text("\n".join(exported[1:]) + "\n")
    assert main(checking) == 1


def copy_of(home: Workspace, to: Path) -> Path:
    """A copy of the whole data folder, which nobody has open."""
    shutil.copytree(home.settings.home, to, ignore=shutil.ignore_patterns("*.sock", "owner*"))
    return to


@pytest.mark.parametrize("of", ["question", "answer"])
def test_an_answer_with_a_forged_record_is_not_made_again(
    home: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str], of: str
):
    answer = ask(home, person="kim")
    copy = copy_of(home, tmp_path / "copy")
    (forged,) = [record for record in home.trail.tail(3) if record.kind == of]
    (file,) = files(copy / "audit")
    lines = file.read_bytes().splitlines(keepends=True)
    lines[forged.seq - 1] = lines[forged.seq - 1].replace(b'"kim"', b'"sam"')
    file.write_bytes(b"".join(lines))
    assert main(["audit", "show", "--answer", answer.id, "--home", str(copy)]) == 1
    said = capsys.readouterr()
    assert f"{file.name}, line {forged.seq} was changed" in said.err
    assert answer.answer not in said.out


def test_an_answer_whose_question_was_removed_is_told_plainly(
    home: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    answer = ask(home)
    copy = copy_of(home, tmp_path / "copy")
    (asked,) = [record for record in home.trail.tail(3) if record.kind == "question"]
    (file,) = files(copy / "audit")
    lines = file.read_bytes().splitlines(keepends=True)
    # As long as before, or nothing would open at all.
    lines[asked.seq - 1] = b" " * (len(lines[asked.seq - 1]) - 1) + b"\n"
    file.write_bytes(b"".join(lines))
    assert main(["audit", "show", "--answer", answer.id, "--home", str(copy)]) == 1
    assert "the record of its question is missing" in capsys.readouterr().err


def test_a_trail_that_is_not_whole_is_not_exported(
    home: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    ask(home, person="kim")
    copy = copy_of(home, tmp_path / "copy")
    (file,) = files(copy / "audit")
    lines = file.read_bytes().splitlines(keepends=True)
    number = next(n for n, line in enumerate(lines) if b'"kind":"question"' in line)
    lines[number] = lines[number].replace(b'"person":"kim"', b'"person":"KIM"')
    file.write_bytes(b"".join(lines))
    out = tmp_path / "out.jsonl"
    out.write_text("of last month\n")
    assert main(["audit", "export", "--out", str(out), "--home", str(copy)]) == 1
    assert f"{file.name}, line {number + 1}" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir() if "out" in path.name] == ["out.jsonl"]
    assert out.read_text() == "of last month\n"


def test_usage_is_counted_by_day(home: Workspace):
    ask(home, person="kim")
    days = usage_by_day(home.trail.folder, 7)
    assert len(days) == 7
    today = days[-1]
    assert today.day == datetime.now(UTC).date().isoformat()
    assert today.questions >= today.answered >= 1
    assert today.prompt_tokens > 100
    assert today.first_token_s is not None
    assert days[0].first_token_s is None


def test_nobody_else_in_the_product_asks_the_model():
    """Home alone makes assistants and summarisers, and it records what they are asked."""
    makes = re.compile(r"(?<!class )\b(?:Assistant|Summariser)\(")
    found = {
        str(path.relative_to(ROOT))
        for path in (ROOT / "app").rglob("*.py")
        if makes.search(path.read_text("utf-8"))
    }
    assert found == {"app/workspace/workspace.py"}


def test_what_was_asked_for_again_is_on_record_and_made_again(home: Workspace):
    usual = ask(home)
    more = ask(home, wide=True, longer=True, reproducible=True)
    asked = [r for r in records(home.trail.folder) if r.kind == "question"][-2:]
    assert [r.data.get("asked_for") for r in asked] == [None, ["wide", "longer"]]
    assert len(more.passages) > len(usual.passages)
    assert len(more.answer) > len(usual.answer)
    again = home.recreate(more.id)
    assert (again.same_prompt, again.same_answer, again.differences) == (True, True, [])
