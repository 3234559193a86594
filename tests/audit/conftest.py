"""A trail to read, to edit and to write on."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.governance.audit.keys import SigningKey
from app.governance.audit.records import RecordKind
from app.governance.audit.trail import Trail

KINDS = (RecordKind.QUESTION, RecordKind.PASSAGES, RecordKind.ANSWER, RecordKind.SIGNED_IN)


@pytest.fixture(scope="session")
def key(tmp_path_factory: pytest.TempPathFactory) -> SigningKey:
    return SigningKey.make(tmp_path_factory.mktemp("keys") / "trail.pem")


@pytest.fixture
def folder(tmp_path: Path, key: SigningKey) -> Path:
    """Where a trail has begun."""
    Trail.begin(tmp_path / "audit", key, {})
    return tmp_path / "audit"


@pytest.fixture
def trail(folder: Path, key: SigningKey) -> Iterator[Trail]:
    opened = Trail.open(folder, key, rotate_bytes=6_000)
    yield opened
    opened.close()


@pytest.fixture
def filled(trail: Trail, folder: Path) -> Path:
    """A trail of 60 records in several files."""
    for number in range(59):
        trail.record(
            KINDS[number % 4],
            person=f"person {number % 3}",
            data={"text": f"How many days of leave, {number}? ü €", "n": [number, None, 0.25]},
        )
    trail.close()
    return folder
