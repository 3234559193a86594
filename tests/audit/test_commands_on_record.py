"""Every command that changes something finds its record on the trail, with the person who works.

A command that is new has to be added here: with its record, or with the reason why it has none.
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import conditions
import pytest

from app.cli import build_parser, main
from app.data_folder.layout import DataFolder
from app.governance.audit.opening import local_person
from app.governance.audit.reading import records
from app.governance.audit.records import Record

READS = "shows what is there, and changes nothing"
MODELS = "models are no data of anybody; each answer's record has the hash of the one that wrote it"
UNRECORDED = {
    "serve": "its routes are walked in tests/web/test_changes_on_record.py",
    "mcp": "what is called through it is on record: tests/api/test_mcp.py",
    "engine": "has no data folder; what it is asked is on the record of whoever asks it",
    "documents": READS,
    "retention list": READS,
    "holds list": READS,
    "users list": READS,
    "keys list": READS,
    "groups list": READS,
    "spaces list": READS,
    "audit verify": READS,
    "audit show": READS,
    "audit keys": "shows a key, or makes one that the trail's settings do not name yet",
    "audit head": READS,
    "check": "tries in a folder of its own",
    "health": READS,
    "sources list": READS,
    "sources show": READS,
    "models list": READS,
    "models plan": READS,
    "models fetch": MODELS,
    "models add": MODELS,
    "models test": MODELS,
    "eval": "asks questions that are nobody's, in an index of its own or for a measurement",
    "models compare": "asks as `eval` does; each question is on record as the administrator's",
    "bundle": "packs the program and models, and no data",
}
# In an order in which each has something to do: the command, its words, and the last of its
# records, with what has to stand in it.
WALK: list[tuple[str, list[str], str, dict[str, object]]] = [
    ("ingest", ["one.md", "two.md"], "ingest", {"document": "two.md"}),
    ("retention set", ["general", "30"], "retention-changed", {"space": "general"}),
    ("retention run", [], "", {}),
    ("retention lift", ["general"], "retention-changed", {"space": "general"}),
    ("holds add", ["one.md", "--reason", "a lawsuit"], "hold-changed", {}),
    ("holds release", ["one.md", "--reason", "over"], "hold-changed", {"reason": "over"}),
    ("search", ["days"], "search", {}),
    ("ask", ["How many days of leave?"], "question", {}),
    ("summarise", ["one.md"], "summary", {}),
    ("batch", ["q.txt", "--out", "a.csv"], "batch", {"questionnaire": "q.txt"}),
    ("training", ["--out", "training"], "export", {"what": "training data"}),
    ("audit export", ["--out", "e.jsonl"], "export", {}),
    ("users add", ["kim"], "people-changed", {"change": "users add", "name": "kim"}),
    ("users role", ["kim", "auditor"], "people-changed", {"change": "users role"}),
    ("groups add", ["staff"], "people-changed", {"change": "groups add", "name": "staff"}),
    ("users groups", ["kim", "staff"], "people-changed", {"groups": ["staff"]}),
    ("users password", ["kim"], "people-changed", {"change": "users password"}),
    ("users sign-out", ["kim"], "people-changed", {"change": "users sign-out"}),
    ("spaces grant", ["general", "staff"], "people-changed", {"group": "staff"}),
    ("spaces revoke", ["general", "staff"], "people-changed", {"change": "spaces revoke"}),
    ("keys add", ["kim", "A bot"], "people-changed", {"change": "keys add", "key_name": "A bot"}),
    ("keys revoke", ["A bot"], "people-changed", {"change": "keys revoke", "name": "kim"}),
    ("groups remove", ["staff"], "people-changed", {"change": "groups remove"}),
    ("users remove", ["kim"], "people-changed", {"change": "users remove", "name": "kim"}),
    ("sources add", ["share", "share"], "sources-changed", {"change": "sources add"}),
    ("sources now", ["share"], "sources-changed", {"change": "sources now", "source": "share"}),
    ("sources pause", ["share"], "sources-changed", {"change": "sources pause"}),
    ("sources resume", ["share"], "sources-changed", {"change": "sources resume"}),
    ("sources remove", ["share"], "sources-changed", {"change": "sources remove"}),
    ("reindex", [], "reindex", {}),
    ("backup", ["b.backup"], "backup", {}),
    ("remove", ["two.md"], "deletion", {"document": "two.md"}),
    ("restore", ["b.backup", "--to", "elsewhere"], "restored", {}),
    ("audit renew", ["--reason", "it was lost"], "trail-begun", {"reason": "it was lost"}),
]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder, before = tmp_path_factory.mktemp("walk"), Path.cwd()
    (folder / "one.md").write_text("# Leave\n\nEmployees have 28 days of leave.\n", "utf-8")
    (folder / "two.md").write_text("# Travel\n\nHotels cost at most 120 euros.\n", "utf-8")
    (folder / "q.txt").write_text("How many days of leave do employees have?\n", "utf-8")
    (folder / "share").mkdir()
    (folder / "share" / "three.md").write_text("# Parking\n\nThe yard is free.\n", "utf-8")
    os.chdir(folder)
    yield folder
    os.chdir(before)


def _records(home: Path) -> list[Record]:
    folder = DataFolder(home).audit
    return list(records(folder)) if folder.is_dir() else []


def test_every_command_is_walked_or_has_a_reason() -> None:
    walked = {command for command, *_ in WALK}
    assert walked | set(UNRECORDED) == set(conditions.commands(build_parser()))
    assert not walked & set(UNRECORDED)


def test_every_changing_command_leaves_its_record(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = place / "home"
    for command, words, kind, about in WALK:
        last = max((one.seq for one in _records(home)), default=0)
        assert main(["--home", str(home), *command.split(), *words]) == 0, capsys.readouterr().err
        told = home if command != "restore" else place / "elsewhere"
        found = [
            one
            for one in _records(told)
            if one.kind == kind
            and about.items() <= dict(one.data).items()
            and (told != home or one.seq > last or kind == "trail-begun")
        ]
        if not kind:  # nothing is old enough to go; what goes leaves the records of `remove`
            continue
        assert found, f"{command} left no record of the kind {kind}"
        who = found[-1].data.get("person") if kind == "trail-begun" else found[-1].person
        assert who == local_person(), command
        assert json.dumps(dict(found[-1].data))
