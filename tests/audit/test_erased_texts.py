"""The texts in the trail go with their document, person and age; the chain still verifies."""

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from app.answering.ask import Ask
from app.answering.events import Answer, Finished
from app.cli import main
from app.data_folder.layout import DataFolder
from app.governance.audit.keys import AuditorPrivateKey
from app.governance.audit.reading import files
from app.governance.audit.records import RecordKind
from app.governance.audit.replay import NoSuchAnswer
from app.governance.audit.text_keys import TextKeys
from app.governance.audit.texts import readable
from app.governance.audit.verifying import verify
from app.governance.keepers.registry import forget_person
from app.settings import SettingsError, load_settings
from app.workspace.wiring import open_workspace
from app.workspace.workspace import Workspace

DAY = 24 * 3600.0
LEAVE = "Full-time employees have 28 working days of annual leave in each calendar year."
HOTEL = "A hotel may cost at most 120 euros for one night, breakfast included."
QUESTION = "How many days of annual leave do full-time employees have?"


def told(home: Workspace, kind: RecordKind) -> list[Any]:
    """The data of all records of a kind, with their texts as far as they can be read."""
    keys = home.trail.texts.keys
    return [
        readable(one.data, None, keys) for one in home.trail.tail(500) if one.kind == kind.value
    ]


def ask(home: Workspace, question: str = QUESTION, **more: Any) -> Answer:
    *_, last = home.ask(Ask(question, **more))
    assert isinstance(last, Finished)
    return last.answer


def settings_of(folder: Path, **audit: Any) -> Any:
    return load_settings({"home": folder / "home", "audit": audit})


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    for name, text in (("leave.md", LEAVE), ("travel.md", HOTEL)):
        (tmp_path / name).write_text(f"# {name}\n\n{text}\n", "utf-8")
    return tmp_path


@pytest.fixture
def home(texts: Path) -> Iterator[Workspace]:
    with open_workspace(settings_of(texts), "test") as opened:
        opened.ingest([texts / "leave.md", texts / "travel.md"], space="general")
        yield opened


def content(home: Workspace) -> bytes:
    return b"".join(path.read_bytes() for path in files(home.trail.folder))


def test_a_deletion_takes_its_quotations_out_of_the_trail(home: Workspace) -> None:
    leave = ask(home, person="kim")
    hotel = ask(home, "How much may a hotel cost for one night?", person="kim")
    assert LEAVE.encode() not in content(home)  # not even before
    said = told(home, RecordKind.ANSWER)
    assert said[0]["answer"] == {"text": leave.answer}
    assert said[0]["citations"][0]["quote"] == {"text": leave.citations[0].quote}
    before = home.trail.head()
    (removal,) = home.remove(["leave.md"], space="general")
    assert removal.receipt is not None
    assert removal.receipt["gone"]
    assert removal.receipt["removed"]["texts of the audit trail"] >= 1
    assert not [one for one in removal.receipt["found"] if "audit" in one["file"]]
    said = told(home, RecordKind.ANSWER)
    erased = {"text": None, "erased": True}
    assert (said[0]["answer"], said[0]["draft"]) == (erased, erased)
    assert [one["quote"] for one in said[0]["citations"]] == [erased] * len(leave.citations)
    if "leave.md" not in {hit.document for hit in hotel.passages}:
        assert said[1]["answer"] == {"text": hotel.answer}
    # What was asked is the person's own, and stays.
    assert told(home, RecordKind.QUESTION)[0]["question"] == {"text": QUESTION}
    found = verify(home.trail.folder, home.trail.key.public, (before.seq, before.sha256))
    assert found.whole, found.problems
    with pytest.raises(NoSuchAnswer, match="erased"):
        home.recreate(leave.id)


def test_a_later_turn_that_repeats_it_goes_too(home: Workspace) -> None:
    first = ask(home)
    ask(home, "And how much may a hotel cost for one night?", history=(first,))
    home.remove(["leave.md"], space="general")
    assert all(one["answer"] == {"text": None, "erased": True} for one in
               told(home, RecordKind.ANSWER))  # fmt: skip


def test_a_person_who_leaves_takes_their_words_along(home: Workspace) -> None:
    ask(home, person="kim")
    ask(home, person="lee")
    forget_person(DataFolder(home.settings.home), "kim")
    kim, lee = told(home, RecordKind.QUESTION)
    assert kim["question"] == {"text": None, "erased": True}
    assert lee["question"] == {"text": QUESTION}
    first, second = told(home, RecordKind.ANSWER)
    assert first["answer"]["text"] is None
    assert second["answer"]["text"]
    assert verify(home.trail.folder, home.trail.key.public).whole


def test_a_moved_document_is_still_known(home: Workspace) -> None:
    ask(home)
    home.move("leave.md", space="general", to_space="board")
    home.remove(["leave.md"], space="board")
    assert told(home, RecordKind.ANSWER)[0]["answer"]["text"] is None


def test_texts_stay_as_long_as_they_have_to_and_no_longer(texts: Path) -> None:
    with open_workspace(settings_of(texts, texts_least_days=180), "test") as home:
        home.ingest([texts / "leave.md"], space="general")
        answer = ask(home)
        (removal,) = home.remove(["leave.md"], space="general")
        assert removal.receipt is not None
        (left,) = (one for one in removal.receipt["found"] if one["file"] == "audit")
        assert "audit.texts_least_days" in left["why"]
        assert told(home, RecordKind.ANSWER)[0]["answer"] == {"text": answer.answer}
        keys = home.trail.texts.keys
        assert keys is not None
        now = keys._clock()
        keys._clock = lambda: now + 179 * DAY
        home.apply_retention()
        assert told(home, RecordKind.ANSWER)[0]["answer"] == {"text": answer.answer}
        keys._clock = lambda: now + 181 * DAY
        home.apply_retention()
        assert told(home, RecordKind.ANSWER)[0]["answer"]["text"] is None
        assert told(home, RecordKind.TEXTS_ERASED) == [{"records": 1}]
        assert told(home, RecordKind.QUESTION)[0]["question"] == {"text": QUESTION}


def test_texts_go_at_their_age(texts: Path) -> None:
    with open_workspace(settings_of(texts, texts_most_days=30), "test") as home:
        home.ingest([texts / "leave.md"], space="general")
        ask(home)
        home.search(Ask(QUESTION), k=1)
        keys = home.trail.texts.keys
        assert keys is not None
        now = keys._clock()
        keys._clock = lambda: now + 31 * DAY
        home.apply_retention()
        for kind, name in ((RecordKind.QUESTION, "question"), (RecordKind.SEARCH, "question"),
                           (RecordKind.ANSWER, "answer")):  # fmt: skip
            assert told(home, kind)[0][name] == {"text": None, "erased": True}
        assert verify(home.trail.folder, home.trail.key.public).whole


def test_ages_have_an_order(texts: Path) -> None:
    with pytest.raises(SettingsError, match="texts_most_days"):
        settings_of(texts, texts_least_days=30, texts_most_days=10)


def test_a_destroyed_key_is_off_the_disk(tmp_path: Path) -> None:
    path = tmp_path / "texts.sqlite3"
    with closing(TextKeys(path)) as keys:
        made = keys.make("kim", [("general", "leave.md")])
        boxed = made.box("28 days")
        assert keys.find(made.id) is not None
        assert keys.forget_documents([("general", "leave.md")]) == 1
        assert keys.find(made.id) is None
        on_disk = b"".join(one.read_bytes() for one in tmp_path.iterdir())
        assert made._secret not in on_disk
    assert made.open(boxed) == "28 days"  # by whoever kept the key, and nobody else


def test_the_auditors_key_opens_nothing_that_was_erased(texts: Path) -> None:
    (texts / "public.pem").write_text(AuditorPrivateKey.make(texts / "auditor.pem"), "ascii")
    chosen = settings_of(texts, texts="encrypted", auditor_key=texts / "public.pem")
    private = AuditorPrivateKey.read(texts / "auditor.pem")
    with open_workspace(chosen, "test") as home:
        home.ingest([texts / "leave.md"], space="general")
        ask(home)
        (asked,) = (one for one in home.trail.tail(50) if one.kind == "question")
        (answered,) = (one for one in home.trail.tail(50) if one.kind == "answer")
        keys = home.trail.texts.keys
        assert readable(asked.data, private, keys)["question"] == {"text": QUESTION}
        home.remove(["leave.md"], space="general")
        assert readable(answered.data, private, keys)["answer"]["text"] is None
        assert readable(asked.data, private, keys)["question"] == {"text": QUESTION}


def test_an_export_has_what_can_be_read(
    home: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = ask(home)
    folder = str(home.settings.home)
    out = tmp_path / "out.jsonl"
    assert main(["--home", folder, "audit", "export", "--out", str(out)]) == 0
    (told_there,) = (
        said["data"] for line in out.read_text("utf-8").splitlines()
        if (said := json.loads(line))["kind"] == "answer"
    )  # fmt: skip
    assert told_there["answer"] == {"text": answer.answer}
    capsys.readouterr()
    assert main(["--home", folder, "audit", "show", "--kind", "question", "--json"]) == 0
    (shown,) = json.loads(capsys.readouterr().out)["records"]
    assert shown["data"]["question"] == {"text": QUESTION}


def test_records_of_an_earlier_version_are_read_and_verified(texts: Path) -> None:
    """Its trail holds texts as they are, and there was no file of keys."""
    with open_workspace(settings_of(texts), "test") as home:
        home.trail.record(
            RecordKind.QUESTION, person="kim", data={"question_id": "1", "question": {"text": "a"}}
        )
    DataFolder(texts / "home").audit_texts.unlink()
    with open_workspace(settings_of(texts), "test") as home:
        assert told(home, RecordKind.QUESTION)[0]["question"] == {"text": "a"}
        assert verify(home.trail.folder, home.trail.key.public).whole


def test_a_restore_brings_no_key_back_and_loses_none(tmp_path: Path) -> None:
    with closing(TextKeys(tmp_path / "now")) as now, closing(TextKeys(tmp_path / "old")) as old:
        kept, gone = now.make("kim"), now.make("lee")
        for one in (kept, gone):
            old._db.execute("INSERT INTO keys VALUES (?, ?, 'x', 0, 0)", (one.id, one._secret))
        later = now.make("kim")
        now.forget_person("lee")
        old.take_over(tmp_path / "now")
        assert [old.find(one.id) is not None for one in (kept, gone, later)] == [True, False, True]
