"""Fixtures of the tests of people."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from people.people_fakes import Accounts, opened


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Accounts]:
    with opened(tmp_path / "people.sqlite3") as house:
        yield house
