"""Changed, cut off and made-up backups restore nothing; under a passphrase they say nothing."""

import io
import random
import tarfile
from pathlib import Path

import pytest
from backup.conftest import settings_of
from hypothesis import given, settings
from hypothesis import strategies as st

from app.governance.audit.opening import open_trail
from app.governance.backup import sealing
from app.governance.backup.contents import BackupFault
from app.governance.backup.making import Order, back_up
from app.governance.backup.restoring import Order as RestoreOrder
from app.governance.backup.restoring import restore
from app.governance.backup.sealing import Opening, Sealing

PASSPHRASE = "four words and a number 7"


@pytest.fixture(scope="module")
def backup(made: Path, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return _backup(made, tmp_path_factory.mktemp("backup"))


@pytest.fixture(scope="module")
def sealed(made: Path, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    place = tmp_path_factory.mktemp("sealed")
    (place / "passphrase").write_text(f"{PASSPHRASE}\n", "utf-8")
    return _backup(made, place, place / "passphrase")


def _backup(made: Path, place: Path, passphrase: Path | None = None) -> bytes:
    with open_trail(settings_of(made), "test") as trail:
        done = back_up(made, trail, Order(place / "b.tar", 30, passphrase), person="kim")
    return Path(done.kept.file).read_bytes()


def refuse(content: bytes, place: Path, passphrase: str = "") -> str:
    """The words with which it is refused; nothing may be left of the attempt."""
    file, new, key = place / "given.tar", place / "new", place / "passphrase"
    file.write_bytes(content)
    key.write_text(passphrase, "utf-8")
    order = RestoreOrder(file, new, passphrase_file=key if passphrase else None)
    with pytest.raises(BackupFault) as refused:
        restore(settings_of(new), order)
    assert {path.name for path in place.iterdir()} <= {"given.tar", "passphrase"}
    return str(refused.value)


@pytest.mark.parametrize("times", [24, pytest.param(60, marks=pytest.mark.slow)])
def test_any_changed_byte_of_the_content_is_found(backup: bytes, tmp_path: Path, times: int):
    chance = random.Random(1)
    with tarfile.open(fileobj=io.BytesIO(backup)) as archive:
        spans = [(m.offset_data, m.size) for m in archive if m.size]
    for number in range(times):
        start, size = chance.choice(spans) if number % 2 else spans[number % len(spans)]
        changed = bytearray(backup)
        changed[start + chance.randrange(size)] ^= 1 << chance.randrange(8)
        refuse(bytes(changed), tmp_path)


@pytest.mark.parametrize("times", [10, pytest.param(30, marks=pytest.mark.slow)])
def test_any_cut_is_found(backup: bytes, tmp_path: Path, times: int):
    chance = random.Random(2)
    with tarfile.open(fileobj=io.BytesIO(backup)) as archive:
        members = list(archive)
    borders = [member.offset for member in members]
    end = members[-1].offset_data + members[-1].size  # behind it, tar fills up with zeros
    for length in [0, 1, 511, *borders, *(chance.randrange(end) for _ in range(times))]:
        refuse(backup[:length], tmp_path)


def test_files_that_are_left_out_added_or_named_otherwise_are_found(backup: bytes, tmp_path: Path):
    with tarfile.open(fileobj=io.BytesIO(backup)) as archive:
        members = [(member, archive.extractfile(member).read()) for member in archive]  # type: ignore[union-attr]

    def packed(chosen: list[tuple[tarfile.TarInfo, bytes]]) -> bytes:
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode="w") as made:
            for member, content in chosen:
                made.addfile(member, io.BytesIO(content))
        return out.getvalue()

    for number in range(len(members)):
        refuse(packed(members[:number] + members[number + 1 :]), tmp_path)
    extra = tarfile.TarInfo("data/extra")
    extra.size = 1
    assert "data/extra" in refuse(packed([(extra, b"x"), *members]), tmp_path)
    assert "after its list" in refuse(packed([*members, (extra, b"x")]), tmp_path)
    assert "no backup of ours" in refuse(packed([members[0], *members]), tmp_path)


@pytest.mark.parametrize(
    "name",
    [
        "../outside",
        "/etc/passwd",
        "data/../../outside",
        "data//outside",
        "data/./x",
        "data/" + "x" * 2000,
        "data/a\\..\\b",
        "elsewhere/x",
        "data/",
    ],
)
def test_a_path_that_leads_elsewhere_is_refused(name: str, tmp_path: Path):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        archive.addfile(tarfile.TarInfo(name), io.BytesIO())
    assert "no backup of ours" in refuse(out.getvalue(), tmp_path)
    assert not (tmp_path.parent / "outside").exists()


@pytest.mark.parametrize(
    "kind",
    [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE],
)
def test_only_plain_files_are_taken(kind: bytes, tmp_path: Path):
    member = tarfile.TarInfo("data/x")
    member.type, member.linkname = kind, "/etc/passwd"
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        archive.addfile(member)
    assert "not a plain file" in refuse(out.getvalue(), tmp_path)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04" * 500, b"\0" * 20_000, b"hello\n" * 900])
def test_what_is_no_backup_at_all_is_refused(content: bytes, tmp_path: Path):
    refuse(content, tmp_path)


def test_a_backup_signed_by_nobody_known_is_refused_where_a_key_is_given(
    backup: bytes, made: Path, tmp_path: Path
):
    from app.governance.audit.keys import SigningKey

    (tmp_path / "b.tar").write_bytes(backup)
    key = SigningKey.make(tmp_path / "other.pem").public
    (tmp_path / "other.public").write_text(key.pem(), "ascii")
    order = RestoreOrder(tmp_path / "b.tar", tmp_path / "new", key=tmp_path / "other.public")
    with pytest.raises(BackupFault, match="another data folder"):
        restore(settings_of(tmp_path / "new"), order)


def test_under_a_passphrase_nothing_can_be_read(sealed: bytes, made: Path, tmp_path: Path):
    for word in (b"walnut", b"leave.txt", b"ustar", b"PRIVATE KEY", b"SQLite format"):
        assert word not in sealed
    assert "--passphrase-file" in refuse(sealed, tmp_path)
    assert "passphrase is not the one" in refuse(sealed, tmp_path, "another passphrase 8")
    assert "12 characters" in refuse(sealed, tmp_path, "short")
    (tmp_path / "b.tar").write_bytes(sealed)
    (tmp_path / "key").write_text(PASSPHRASE, "utf-8")
    order = RestoreOrder(tmp_path / "b.tar", tmp_path / "new", passphrase_file=tmp_path / "key")
    assert restore(settings_of(tmp_path / "new"), order).files > 10


def test_a_changed_or_cut_sealed_backup_is_refused(sealed: bytes, tmp_path: Path):
    chance = random.Random(3)
    for place in [30, 45, *(chance.randrange(len(sealed)) for _ in range(2)), len(sealed) - 1]:
        changed = bytearray(sealed)
        changed[place] ^= 4
        refuse(bytes(changed), tmp_path, PASSPHRASE)
    for length in [10, len(sealed) // 2, len(sealed) - 1]:
        refuse(sealed[:length], tmp_path, PASSPHRASE)


def _sealed(content: bytes, step: int = 1000) -> bytes:
    out = io.BytesIO()
    made = Sealing(out, PASSPHRASE)
    for start in range(0, len(content), step):
        made.write(content[start : start + step])
    made.finish()
    return out.getvalue()


def _opened(content: bytes, step: int = -1) -> bytes:
    opening = Opening(io.BytesIO(content), PASSPHRASE)
    if step < 0:
        return opening.read()
    found = b""
    while part := opening.read(step):
        found += part
    return found


def test_what_is_sealed_comes_out_again_in_any_steps():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sealing, "PIECE", 64)
        patch.setattr(sealing, "_COST", 10)

        @settings(max_examples=80, deadline=None)
        @given(st.binary(max_size=400), st.integers(1, 200), st.integers(1, 200))
        def holds(content: bytes, written: int, read: int) -> None:
            assert _opened(_sealed(content, written), read) == content

        holds()


def test_pieces_cannot_be_moved_dropped_repeated_or_cut():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sealing, "PIECE", 64)
        patch.setattr(sealing, "_COST", 10)
        content = bytes(range(256)) * 2
        whole = _sealed(content)
        start = len(sealing.MAGIC) + sealing._HEADER.size
        head, body = whole[:start], whole[start:]
        pieces = [body[at : at + 80] for at in range(0, len(body), 80)]
        assert _opened(head + b"".join(pieces)) == content
        wrong = [pieces[:-1], pieces[1:], [*pieces, pieces[-1]], [pieces[0], *pieces]]
        wrong += [[pieces[1], pieces[0], *pieces[2:]], [*pieces[:-1], pieces[-1][:-1]], []]
        other = _sealed(content)[start:]
        wrong.append([other[:80], *pieces[1:]])
        for chosen in wrong:
            with pytest.raises(BackupFault):
                _opened(head + b"".join(chosen))
