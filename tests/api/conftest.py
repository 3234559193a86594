"""A company that programs call: the whole application, with the starter model."""

from collections.abc import Callable, Iterator

import pytest
from web.whole import SAMPLES, SPACE, Whole, ready, whole

from app.people.access import Right
from app.people.keys import May

SECRET = "The canary of the board is called Pavarotti and sings on the 14th of every month."
ALL = frozenset({May.ASK, May.SEARCH, May.ADD})


@pytest.fixture(scope="session")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Whole]:
    """Kim curates `general`; only Lee reads `board`, where SECRET is."""
    people = {"kim": "Kim Li", "lee": "", "boss": "The Boss"}
    folder = tmp_path_factory.mktemp("company")
    with whole(folder, people) as served:
        served.home.ingest([SAMPLES / "employee-handbook.pdf"], space=SPACE)
        paper = tmp_path_factory.mktemp("paper") / "minutes.md"
        paper.write_text(f"# Minutes\n\n{SECRET}\n", "utf-8")
        served.home.ingest([paper], space="board")
        store = served.house.people
        store.add_group("directors")
        store.join(store.named("lee").id, "directors")
        store.grant("board", "directors", Right.READ)
        ready(served.home)
        yield served


@pytest.fixture
def key_of(company: Whole) -> Iterator[Callable[..., str]]:
    """Makes keys, which are gone after the test."""
    made: list[str] = []

    def make(name: str, **more: object) -> str:
        person = company.house.people.named(name)
        wanted: dict[str, object] = {"may": ALL, "days": 1, **more}
        key, secret = company.house.keys.make(person.id, "a test", **wanted)  # type: ignore[arg-type]
        made.append(key.id)
        return secret

    yield make
    for key in made:
        company.house.keys.revoke(key)
