"""Whatever is done to the files of a trail without its key is found."""

import json
import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from app.governance.audit.head import Head, kept_line, load_head
from app.governance.audit.keys import SigningKey
from app.governance.audit.reading import files
from app.governance.audit.records import (
    Record,
    RecordKind,
    body_of,
    canonical,
    line_of,
    read_line,
    sha256_of,
)
from app.governance.audit.trail import Trail
from app.governance.audit.verifying import verify

SOME = 240  # of each kind twenty


def flip_a_bit(path: Path, dice: random.Random) -> None:
    content = bytearray(path.read_bytes())
    content[dice.randrange(len(content))] ^= 1 << dice.randrange(8)
    path.write_bytes(content)


def change_a_byte(path: Path, dice: random.Random) -> None:
    content = bytearray(path.read_bytes())
    place = dice.randrange(len(content))
    content[place] = dice.choice([n for n in range(256) if n != content[place]])
    path.write_bytes(content)


def lines_of(path: Path) -> list[bytes]:
    return path.read_bytes().splitlines(keepends=True)


def remove_a_line(path: Path, dice: random.Random) -> None:
    lines = lines_of(path)
    del lines[dice.randrange(len(lines))]
    path.write_bytes(b"".join(lines))


def swap_two_lines(path: Path, dice: random.Random) -> None:
    lines = lines_of(path)
    one, other = dice.sample(range(len(lines)), 2) if len(lines) > 1 else (0, 0)
    lines[one], lines[other] = lines[other], lines[one]
    path.write_bytes(b"".join(lines))


def repeat_a_line(path: Path, dice: random.Random) -> None:
    lines = lines_of(path)
    lines.insert(dice.randrange(len(lines) + 1), dice.choice(lines))
    path.write_bytes(b"".join(lines))


def cut_the_end(path: Path, dice: random.Random) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: dice.randrange(len(content))])


def cut_whole_lines(path: Path, dice: random.Random) -> None:
    lines = lines_of(path)
    path.write_bytes(b"".join(lines[: dice.randrange(len(lines))]))


def insert_bytes(path: Path, dice: random.Random) -> None:
    content = path.read_bytes()
    place = dice.randrange(len(content) + 1)
    path.write_bytes(content[:place] + dice.randbytes(dice.randrange(1, 9)) + content[place:])


def hash_again(path: Path, dice: random.Random) -> None:
    """Change a record's content, and make the chain behind it come out again; no key, though."""
    folder = path.parent
    all_lines = [(file, line) for file in files(folder) for line in lines_of(file)]
    start = dice.randrange(len(all_lines))
    previous = ""
    for number in range(start, len(all_lines)):
        file, line = all_lines[number]
        value = json.loads(line)
        if number == start:
            value["person"] += "!"
        else:
            value["previous"] = previous
        signature = value.pop("signature")
        line = canonical(value)[:-1] + f',"signature":"{signature}"}}\n'.encode()
        all_lines[number] = (file, line)
        previous = sha256_of(line)
    for file in files(folder):
        file.write_bytes(b"".join(line for place, line in all_lines if place == file))


def delete_the_file(path: Path, dice: random.Random) -> None:
    del dice
    path.unlink()


def move_a_line_to_another_file(path: Path, dice: random.Random) -> None:
    one, other = dice.sample(files(path.parent), 2)
    lines, more = lines_of(one), lines_of(other)
    moved = lines.pop(dice.randrange(len(lines)))
    more.insert(dice.randrange(len(more) + 1), moved)
    one.write_bytes(b"".join(lines))
    other.write_bytes(b"".join(more))


EDITING: list[Callable[[Path, random.Random], None]] = [
    flip_a_bit, flip_a_bit, change_a_byte, remove_a_line, swap_two_lines, repeat_a_line,
    cut_the_end, cut_whole_lines, insert_bytes, hash_again, delete_the_file,
    move_a_line_to_another_file,
]  # fmt: skip


def content_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize("edits", [SOME, pytest.param(1_000, marks=pytest.mark.slow)])
def test_random_edits_are_all_found(
    filled: Path, key: SigningKey, tmp_path: Path, edits: int
) -> None:
    whole = content_of(filled)
    assert verify(filled, key.public).whole
    assert len(files(filled)) > 3
    edited = tmp_path / "edited" / "audit"
    shutil.copytree(filled, edited)
    missed = []
    done = 0
    for seed in range(edits * 2):
        dice = random.Random(seed)
        edit = EDITING[seed % len(EDITING)]
        chosen = dice.choice([*files(edited), edited / "head"])
        edit(chosen, dice)
        now = content_of(edited)
        if now != whole:  # a swap of a line with itself is no edit
            done += 1
            found = verify(edited, key.public)
            if found.whole or not all(problem.what for problem in found.problems):
                missed.append((seed, edit.__name__, chosen.name))
        for name, content in whole.items():
            if now.get(name) != content:
                (edited / name).write_bytes(content)
        if done == edits:
            break
    assert done == edits
    assert missed == []


@pytest.mark.parametrize("seed", range(40))
def test_the_record_is_named(filled: Path, key: SigningKey, seed: int):
    dice = random.Random(seed)
    path = dice.choice(files(filled))
    lines = lines_of(path)
    place = dice.randrange(len(lines))
    seq = read_line(lines[place]).seq
    changed = bytearray(lines[place])
    spot = dice.randrange(len(changed) - 1)
    changed[spot] ^= 1
    if changed[spot] == 10:
        changed[spot] ^= 3
    lines[place] = bytes(changed)
    path.write_bytes(b"".join(lines))
    (first, *_) = verify(filled, key.public).problems
    assert (first.file, first.line, first.seq) == (path.name, place + 1, seq)


def test_a_removed_record_is_named(filled: Path, key: SigningKey):
    path = files(filled)[1]
    lines = lines_of(path)
    gone = read_line(lines.pop(3)).seq
    path.write_bytes(b"".join(lines))
    (problem,) = verify(filled, key.public).problems
    assert (problem.file, problem.line, problem.seq) == (path.name, 4, gone + 1)
    assert f"record {gone} is missing" in problem.what


def test_cut_off_records_are_named(filled: Path, key: SigningKey):
    path = files(filled)[-1]
    lines = lines_of(path)
    path.write_bytes(b"".join(lines[:-1]))
    (problem,) = verify(filled, key.public).problems
    assert "record 60 is missing at the end" in problem.what


def test_an_earlier_state_put_back_is_found_with_a_line_kept_elsewhere(
    folder: Path, key: SigningKey, tmp_path: Path
):
    trail = Trail.open(folder, key)
    trail.record(RecordKind.QUESTION, person="a", data={})
    earlier = content_of(folder)
    trail.record(RecordKind.ANSWER, person="a", data={})
    line = trail.head().line(key)
    trail.close()
    for name, content in earlier.items():
        (folder / name).write_bytes(content)
    # Without the line this is what the trail looked like once: nothing here can tell.
    assert verify(folder, key.public).whole
    found = verify(folder, key.public, kept_line(line, key.public))
    assert [problem.seq for problem in found.problems] == [3]


def test_a_trail_of_another_key_is_no_trail_of_ours(filled: Path, tmp_path: Path):
    other = SigningKey.make(tmp_path / "other.pem")
    assert not verify(filled, other.public).whole


def test_a_forged_end_without_the_key_is_found(filled: Path, key: SigningKey, tmp_path: Path):
    other = SigningKey.make(tmp_path / "other.pem")
    head = load_head(filled, key.public)
    path = filled / head.file
    lines = lines_of(path)
    path.write_bytes(b"".join(lines[:-1]))
    last = read_line(lines[-2])
    forged = Head(
        head.trail, head.file, last.seq, sha256_of(lines[-2]),
        head.size - len(lines[-1]), last.time,
    )  # fmt: skip
    (filled / "head").write_bytes(forged.written(other))
    assert not verify(filled, key.public).whole


def forged_lines(after: bytes, count: int) -> bytes:
    """Records that follow the line `after` as they should, but for their signatures."""
    last, made = read_line(after), b""
    for seq in range(last.seq + 1, last.seq + 1 + count):
        record = Record(seq, last.time, "deletion", "nobody", {"forged": seq}, sha256_of(after))
        after = line_of(body_of(record), bytes(64))
        made += after
    return made


@pytest.mark.parametrize("torn", [b"", b"x", b'{"data":'])
@pytest.mark.parametrize("count", [1, 3])
def test_records_appended_without_the_key_are_found_before_half_a_line_too(
    filled: Path, key: SigningKey, torn: bytes, count: int
):
    path = files(filled)[-1]
    lines = lines_of(path)
    path.write_bytes(b"".join(lines) + forged_lines(lines[-1], count) + torn)
    problems = verify(filled, key.public).problems
    assert [problem.seq for problem in problems] == list(range(61, 61 + count))


@pytest.mark.parametrize("torn", [b"", b"x"])
def test_records_rewritten_behind_an_older_end_put_back_are_found(
    folder: Path, key: SigningKey, torn: bytes
):
    trail = Trail.open(folder, key)
    trail.record(RecordKind.QUESTION, person="a", data={})
    older = (folder / "head").read_bytes()  # every backup holds one
    for _ in range(3):
        trail.record(RecordKind.ANSWER, person="a", data={})
    trail.close()
    (path,) = files(folder)
    lines = lines_of(path)
    path.write_bytes(b"".join(lines[:2]) + forged_lines(lines[1], 3) + torn)
    (folder / "head").write_bytes(older)
    assert [problem.seq for problem in verify(folder, key.public).problems] == [3, 4, 5]


def test_half_a_record_is_excused_at_the_very_end_alone(filled: Path, key: SigningKey):
    """Behind an older end put back, a record made half cannot hide between two files."""
    trail = Trail.open(filled, key, rotate_bytes=6_000)
    older = (filled / "head").read_bytes()
    before = len(files(filled))
    while len(files(filled)) < before + 2:
        trail.record(RecordKind.ANSWER, person="a", data={"text": "x" * 400})
    trail.close()
    (filled / "head").write_bytes(older)
    assert verify(filled, key.public).whole  # as after a power cut
    path = files(filled)[-2]
    gone = read_line(lines_of(path)[-1]).seq
    path.write_bytes(path.read_bytes()[:-50])
    assert gone in [problem.seq for problem in verify(filled, key.public).problems]


def test_what_cannot_be_read_is_named_and_the_rest_verified(filled: Path, key: SigningKey):
    (filled / "trail-000000000099.jsonl").mkdir()
    lines = lines_of(files(filled)[0])
    files(filled)[0].write_bytes(b"".join([lines[1], lines[0], *lines[2:]]))
    said = [problem.in_words() for problem in verify(filled, key.public).problems]
    assert any("trail-000000000099.jsonl: cannot be read" in one for one in said)
    assert any("line 1" in one for one in said)
