"""The samples in a real index with their originals, and the source pages over it."""

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from word_embedder import WordEmbedder

from app.people.access import Person, Rules, SpaceRule
from app.people.sources.library import Sources
from app.people.sources.rendering import PageRenderer
from app.web.auth.csrf import Csrf
from app.web.auth.security import App, Headers, Receive, Scope, Send
from app.web.auth.signed_in import set_person
from app.web.pages.routes_sources import source_routes
from ingest.originals import Originals
from ingest.pipeline import IngestReport, ingest_paths
from vectorstore.index import Index
from vectorstore.records import Hit

TESTS = Path(__file__).resolve().parents[1]
SAMPLES = TESTS / "samples"
KIM = Person("1", "kim", "Kim Example", groups=frozenset({"staff"}))


@dataclass
class Reading:
    """The pages, and what lies behind them. Kim may read "general", Lee only "other"."""

    index: Index
    originals: Originals
    app: FastAPI
    folder: Path
    opened: list[Mapping[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.kim = TestClient(self.app)
        self.lee = TestClient(self.app, cookies={"who": "lee"})

    def ingest(self, *paths: Path, space: str = "general", **more: Any) -> IngestReport:
        return ingest_paths(self.index, list(paths), space=space, originals=self.originals, **more)

    def passage(self, name: str, words: str, space: str = "general") -> Hit:
        chunks = self.index.chunks(space, name)
        return next(one for one in chunks if words in one.text)


def make_reading(folder: Path) -> Reading:
    """An empty one."""
    index = Index.open(folder / "index", WordEmbedder())
    originals = Originals(folder / "originals")
    rules = Rules(
        {
            "general": SpaceRule(readers=frozenset({"staff"})),
            "other": SpaceRule(readers=frozenset({"everyone"})),
        }
    )
    opened: list[Mapping[str, Any]] = []
    sources = Sources(
        index, originals, lambda: rules, lambda person, about: opened.append(about), PageRenderer()
    )
    app = FastAPI()
    app.include_router(source_routes(sources))
    for middleware in (Csrf, TwoPeople, Headers):
        app.add_middleware(middleware, **({"exempt": _never} if middleware is Csrf else {}))
    return Reading(index, originals, app, folder, opened)


class TwoPeople:
    """A sign-in for tests: Kim of the staff, unless the request has Lee's cookie."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            lee = b"who=lee" in dict(scope["headers"]).get(b"cookie", b"")
            person = Person("2", "lee") if lee else KIM
            set_person(scope, person, secret=person.name.encode() * 12)
        await self._app(scope, receive, send)


def _never(path: str) -> bool:
    return False


@pytest.fixture(scope="session")
def reading(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reading]:
    """The samples; tests only read it."""
    made = make_reading(tmp_path_factory.mktemp("sources"))
    made.ingest(SAMPLES)
    yield made
    made.index.close()


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Reading]:
    """For one test to fill."""
    made = make_reading(tmp_path / "home")
    yield made
    made.index.close()


@pytest.fixture
def moved(tmp_path: Path) -> Path:
    """A folder of one's own with the handbook in it."""
    folder = tmp_path / "documents"
    folder.mkdir()
    shutil.copy(SAMPLES / "employee-handbook.pdf", folder)
    return folder
