"""A space follows a folder: what is new, changed, moved and gone there; and what costs nothing."""

import os
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from unittest import mock

import pytest
from deletion.folders import opened
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.governance.audit.reading import records
from app.watching.places.folder import Folder
from app.watching.source import NewSource, SourceFault, SourceState
from app.workspace.workspace import Workspace
from ingest import pipeline


def watch(home: Workspace, folder: Path, **more: object) -> SourceState:
    home.add_source(NewSource("share", "folder", str(folder), "general", **more))  # type: ignore[arg-type]
    return home.follow_source("share")


def look(home: Workspace, name: str = "share", agreed: int = 0) -> SourceState:
    state = home.follow_source(name, agreed=agreed)
    assert state.last is not None
    assert not state.last.error, state.last.error
    return state


def contents(home: Workspace, space: str = "general") -> dict[str, str]:
    """What the index says, by the name of the document."""
    return {
        record.name: " ".join(chunk.text for chunk in home.index.chunks(space, record.name))
        for record in home.index.documents([space])
    }


def on_disk(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): path.read_text("utf-8").strip()
        for path in folder.rglob("*.txt")
    }


def until(true: Callable[[], bool]) -> None:
    """Wait for what a thread does; how long that takes says how busy the machine is."""
    for _ in range(2400):
        if true():
            return
        time.sleep(0.05)
    raise AssertionError("it did not happen")


def fill(folder: Path, count: int) -> None:
    for number in range(count):
        (folder / f"{number:02}.txt").write_text(f"Rule {number} is about walnuts.\n", "utf-8")


def test_only_what_changed_is_read(home: Workspace, share: Path) -> None:
    fill(share, 8)
    state = watch(home, share)
    assert state.last is not None
    assert (state.documents, state.last.new, state.now) == (8, 8, "waiting")
    (share / "01.txt").write_text("Rule 1 is about almonds.\n", "utf-8")
    (share / "sub").mkdir()
    (share / "02.txt").rename(share / "sub" / "02.txt")
    (share / "03.txt").rename(share / "three.txt")
    (share / "04.txt").unlink()
    (share / "late.txt").write_text("A late one.\n", "utf-8")
    os.utime(share / "05.txt")  # touched: its content is the same
    with mock.patch.object(pipeline, "_Run", wraps=pipeline._Run) as runs:
        last = look(home).last
    assert last is not None
    assert (last.new, last.changed, last.moved, last.deleted) == (2, 1, 1, 2)
    assert runs.call_count == 1  # and those in one go
    assert contents(home) == on_disk(share)
    with mock.patch("app.watching.places.folder._FRESH_S", -1e9):  # as if it were long ago
        look(home)
        with mock.patch.object(Folder, "fetch", side_effect=AssertionError):
            last = look(home).last  # nothing is opened
    assert last is not None
    assert (last.new, last.changed, last.deleted) == (0, 0, 0)
    kinds = {(one.kind, one.person) for one in records(home.trail.folder)}
    assert {("ingest", "system:source share"), ("move", "system:source share"),
            ("deletion", "system:source share")} <= kinds  # fmt: skip


def test_a_share_that_is_away_or_empty_costs_nothing(home: Workspace, share: Path) -> None:
    fill(share, 5)
    watch(home, share)
    before = contents(home)
    away = share.with_name("away")
    share.rename(away)
    state = home.follow_source("share")
    assert state.now == "failed"
    assert state.last is not None
    assert "is its share mounted" in state.last.error
    share.mkdir()
    state = look(home)
    assert (state.now, state.documents) == ("asking", 5)
    assert contents(home) == before
    share.rmdir()
    away.rename(share)
    state = look(home)
    assert state.now == "waiting"
    assert state.last is not None
    assert (state.last.new, state.last.deleted, state.last.asked) == (0, 0, 0)
    assert contents(home) == before


def test_a_mount_point_without_its_mount_is_away(home: Workspace, share: Path) -> None:
    fill(share, 3)
    with mock.patch.object(Folder, "anchor", str(share)):
        watch(home, share)
    for path in share.glob("*"):
        path.unlink()
    (share / "left behind.txt").write_text("What was below the mount.\n", "utf-8")
    state = home.follow_source("share")
    assert state.now == "failed"
    assert state.last is not None
    assert "is the share mounted?" in state.last.error
    assert len(contents(home)) == 3
    home.pause_source("share")
    home.resume_source("share")  # it has moved for good
    assert look(home).last.deleted == 3  # type: ignore[union-attr]


def test_many_that_vanish_are_asked_about(home: Workspace, share: Path) -> None:
    fill(share, 20)
    watch(home, share)
    for number in range(12):
        (share / f"{number:02}.txt").unlink()
    state = look(home)
    assert (state.now, state.documents, len(contents(home))) == ("asking", 20, 20)
    assert state.last is not None
    assert state.last.asked == 12
    (share / "12.txt").unlink()  # one more than was agreed to
    assert look(home, agreed=12).now == "asking"
    assert look(home, agreed=13).now == "waiting"
    assert contents(home) == on_disk(share)
    assert home.watched._store.find("share").agreed == 0  # it counts once


def test_a_folder_that_moves_is_no_loss(home: Workspace, share: Path) -> None:
    (share / "old").mkdir()
    fill(share / "old", 12)
    watch(home, share)
    (share / "old").rename(share / "new")
    last = look(home).last
    assert last is not None
    assert (last.moved, last.new, last.deleted, last.asked) == (12, 0, 0, 0)
    assert contents(home) == on_disk(share)
    records_of = home.index.documents(["general"])
    assert all(Path(one.source).parent == share / "new" for one in records_of)


def test_folders_that_could_not_be_listed_keep_their_documents(
    home: Workspace, share: Path
) -> None:
    (share / "closed").mkdir()
    fill(share / "closed", 3)
    fill(share, 2)
    watch(home, share)
    whole = Folder.list

    def partly(place: Folder) -> object:
        found = whole(place)
        files = [one for one in found.files if not one.path.startswith("closed/")]
        return type(found)(files, [("closed", "cannot be listed: Input/output error")])

    with mock.patch.object(Folder, "list", partly):
        state = look(home)
    assert state.last is not None
    assert list(state.last.remarks) == ["closed: cannot be listed: Input/output error"]
    assert len(contents(home)) == 5


def test_rules(home: Workspace, share: Path) -> None:
    for folder in ("Archive", "deep/Archive", "deep"):
        (share / folder).mkdir(exist_ok=True, parents=True)
        (share / folder / "x.txt").write_text(f"In {folder}.\n", "utf-8")
    (share / "draft of y.txt").write_text("A draft.\n", "utf-8")
    (share / "z.TXT").write_text("Capitals.\n", "utf-8")
    (share / "large.txt").write_bytes(b"word " * 300_000)
    (share / "n.md").write_text("Another kind.\n", "utf-8")
    state = watch(home, share, include=("*.txt",), exclude=("Archive/*", "draft*"), largest_mib=1)
    assert set(contents(home)) == {"deep/Archive/x.txt", "deep/x.txt", "z.TXT"}
    assert [one.path for one in state.refused] == ["large.txt"]
    assert "larger than 1 MiB" in state.refused[0].reason


def test_what_somebody_deleted_here_does_not_come_back(home: Workspace, share: Path) -> None:
    fill(share, 4)
    watch(home, share)
    home.remove(["01.txt"], space="general")
    look(home)
    assert set(contents(home)) == {"00.txt", "02.txt", "03.txt"}
    (share / "01.txt").write_text("It is new.\n", "utf-8")
    look(home)
    assert contents(home) == on_disk(share)


def test_a_document_of_others_is_never_taken_or_deleted(
    home: Workspace, share: Path, tmp_path: Path
) -> None:
    other = tmp_path / "00.txt"
    other.write_text("Somebody uploaded this.\n", "utf-8")
    home.ingest([other], space="general", uploaded=True)
    fill(share, 2)
    state = watch(home, share)
    assert [one.path for one in state.refused] == ["00.txt"]
    assert "came from upload" in state.refused[0].reason
    (share / "00.txt").unlink()
    look(home)
    assert contents(home)["00.txt"] == "Somebody uploaded this."


def test_a_hold_keeps_a_document_whose_file_is_gone(home: Workspace, share: Path) -> None:
    fill(share, 3)
    watch(home, share)
    rules = home.deleter._rules
    rules.hold(home.trail, "kim", "general", "01.txt", "a lawsuit")
    (share / "01.txt").unlink()
    (share / "00.txt").rename(share / "zero.txt")
    state = look(home)
    assert set(contents(home)) == {"01.txt", "02.txt", "zero.txt"}
    assert "a lawsuit" in state.refused[0].reason
    refusals = [one for one in records(home.trail.folder) if one.kind == "deletion-refused"]
    look(home)
    again = [one for one in records(home.trail.folder) if one.kind == "deletion-refused"]
    assert refusals == again  # a look is no attempt
    rules.release(home.trail, "kim", "general", "01.txt", "over")
    look(home)
    assert contents(home) == on_disk(share)


def test_an_unreadable_file_costs_the_others_nothing_and_is_tried_when_it_changes(
    home: Workspace, share: Path
) -> None:
    fill(share, 2)
    (share / "bad.pdf").write_bytes(b"%PDF-1.7 and then nothing")
    state = watch(home, share)
    assert state.documents == 2
    assert [one.path for one in state.refused] == ["bad.pdf"]
    (share / "bad.pdf").unlink()
    assert look(home).refused_count == 0


def test_removal_keeps_or_deletes_its_documents(home: Workspace, share: Path) -> None:
    fill(share, 3)
    watch(home, share)
    home.remove_source("share")
    assert len(contents(home)) == 3
    state = watch(home, share)  # the same documents are its own again
    assert state.documents == 3
    assert home.remove_source("share", documents=True) == 0
    assert contents(home) == {}
    with pytest.raises(SourceFault):
        home.source("share")


def test_what_cannot_be_watched_is_refused(home: Workspace, share: Path) -> None:
    for wrong in (
        NewSource("a", "folder", "relative/folder", "general"),
        NewSource("", "folder", str(share), "general"),
        NewSource("a", "folder", str(share), ""),
        NewSource("a", "folder", str(home.settings.home), "general"),
        NewSource("a", "folder", str(home.settings.home.parent), "general"),
        NewSource("a", "folder", str(home.settings.home / "audit"), "general"),
        NewSource("a", "folder", str(share), "general", every_minutes=0),
    ):
        with pytest.raises(SourceFault):
            home.add_source(wrong)
    home.add_source(NewSource("a", "folder", str(share), "general"))
    with pytest.raises(SourceFault, match="already"):
        home.add_source(NewSource("A", "folder", str(share), "general"))


NAMES = st.sampled_from([f"{folder}{name}.txt" for folder in ("", "one/", "one/two/", "three/")
                         for name in "abc"])  # fmt: skip
CHANGES = st.lists(
    st.one_of(
        st.tuples(st.just("write"), NAMES, st.integers(0, 5)),
        st.tuples(st.just("rename"), NAMES, NAMES),
        st.tuples(st.just("delete"), NAMES, st.none()),
        st.tuples(st.just("look"), st.none(), st.none()),
    ),
    max_size=14,
)


def _apply(folder: Path, what: str, name: str, other: object) -> None:
    path = folder / name
    if what == "write":
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"Text number {other} about nuts.\n", "utf-8")
    elif what == "rename" and path.is_file():
        target = folder / str(other)
        target.parent.mkdir(parents=True, exist_ok=True)
        path.replace(target)
    elif what == "delete":
        path.unlink(missing_ok=True)


@pytest.fixture(scope="module")
def one_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    with opened(tmp_path_factory.mktemp("homes") / "home") as home:
        yield home


@settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow])
@given(changes=CHANGES)
def test_whatever_happens_the_index_equals_the_folder(
    one_home: Workspace, changes: list[tuple[str, str, object]]
) -> None:
    name = f"share {len(one_home.sources())}"
    with tempfile.TemporaryDirectory() as place:
        share = Path(place)
        (share / "always.txt").write_text("It is never empty.\n", "utf-8")
        one_home.add_source(NewSource(name, "folder", place, name))
        for what, path, other in [*changes, ("look", "", None)]:
            if what == "look":
                look(one_home, name)
            else:
                _apply(share, what, path, other)
        assert contents(one_home, name) == on_disk(share)
        assert one_home.index.verify() == []


def test_changes_are_followed_while_it_runs(home: Workspace, share: Path) -> None:
    fill(share, 3)
    home.add_source(NewSource("share", "folder", str(share), "general"))
    with home.watched.watching():
        until(lambda: contents(home) == on_disk(share))
        until(lambda: home.source("share").live == "")  # the system tells changes
        (share / "sub").mkdir()
        (share / "sub" / "new.txt").write_text("It came while it ran.\n", "utf-8")
        (share / "00.txt").rename(share / "sub" / "00.txt")
        (share / "01.txt").unlink()
        until(lambda: contents(home) == on_disk(share))
        home.pause_source("share")
        (share / "late.txt").write_text("It came in the pause.\n", "utf-8")
        home.resume_source("share")
        until(lambda: contents(home) == on_disk(share))
        away = share.with_name("away")
        share.rename(away)
        until(lambda: home.source("share").now == "failed")
        away.rename(share)
        home.watched.look_soon("share")
        until(lambda: home.source("share").now == "waiting")
        (share / "back.txt").write_text("It is watched again.\n", "utf-8")
        until(lambda: contents(home) == on_disk(share))
        home.remove_source("share")
    assert "back.txt" in contents(home)


def test_two_hundred_changes_while_it_runs(home: Workspace, share: Path) -> None:
    chance = random.Random(20)
    (share / "always.txt").write_text("It is never empty.\n", "utf-8")
    paths = [f"{folder}{number}.txt" for folder in ("", "a/", "a/b/") for number in range(12)]
    for path in paths:
        _apply(share, "write", path, 0)
    home.add_source(NewSource("share", "folder", str(share), "general", guard_percent=100))
    with home.watched.watching():
        until(lambda: home.source("share").live == "")
        for number in range(200):
            what = chance.choice(("write", "rename", "delete"))
            name, other = chance.sample(paths, 2)
            _apply(share, what, name, other if what == "rename" else number)
            time.sleep(chance.choice((0, 0, 0.05)))  # in the middle of a look, or before it
        until(lambda: contents(home) == on_disk(share))
    assert home.index.verify() == []
