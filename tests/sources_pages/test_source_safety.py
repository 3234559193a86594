"""Hostile and damaged files cost a page, never the server; what is deleted is gone."""

import os
import threading
from collections.abc import Iterator
from functools import partial
from io import FileIO
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from fastapi.responses import FileResponse
from playwright.sync_api import expect, sync_playwright
from sources_pages.conftest import TESTS, Reading
from web.chromium import CHROMIUM_FLAGS, find_chromium

from app.data_folder.layout import DataFolder
from app.governance.deletion.places import Place, places_of
from app.governance.deletion.unfinished import Deletion
from app.people.sources.links import document_link
from app.people.sources.rendering import PageFault, PageRenderer
from vectorstore.records import DocumentRecord

HANDBOOK = "employee-handbook.pdf"


@pytest.mark.parametrize(
    "data",
    [
        b"%PDF-1.7\n" + b"\x00\xff" * 5_000,
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
        b"2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>",
        b"not a PDF",
        b"",
    ],
)
def test_a_damaged_file_is_a_fault(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "bad.pdf").write_bytes(data)
    with pytest.raises(PageFault):
        PageRenderer().draw("bad", 1, lambda: (tmp_path / "bad.pdf").open("rb"))


def test_a_catalogue_that_is_its_own_page_tree_ends(tmp_path: Path) -> None:
    data = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 1 0 R>>endobj\ntrailer<</Root 1 0 R>>"
    (tmp_path / "loop.pdf").write_bytes(data)
    drawn = PageRenderer().draw("loop", 1, lambda: (tmp_path / "loop.pdf").open("rb"))
    assert drawn.text == ""
    assert drawn.pages == 1


def test_too_little_memory_is_a_fault() -> None:
    path = TESTS / "samples" / HANDBOOK
    with pytest.raises(PageFault):
        PageRenderer(memory_mib=32).draw("small", 1, lambda: path.open("rb"))


@pytest.mark.shared
def test_bad_files_cost_a_page_and_no_more(shared_dir: Path) -> None:
    renderer = PageRenderer(seconds=5)
    files = sorted(path for path in (shared_dir / "badinput").rglob("*.pdf") if path.is_file())
    assert files
    for path in files[:12]:
        try:
            drawn = renderer.draw(path.name, 1, partial(FileIO, path))
        except PageFault:
            continue
        assert drawn.pages >= 0
        assert len(drawn.png) < 64 << 20


def going(record: DocumentRecord) -> Deletion:
    here = (record.space, record.name)
    return Deletion(*here, record.sha256, "", record.indexed_at, (here,), (record.space,), ())


def kept_originals(reading: Reading) -> Place:
    places = places_of(DataFolder(reading.folder), reading.index.documents)
    return next(place for place in places if place.name == "originals")


def test_a_deleted_document_leaves_no_original(empty: Reading, moved: Path) -> None:
    empty.ingest(moved)
    (record,) = empty.index.documents()
    link = document_link("general", HANDBOOK, page=1)
    assert empty.kim.get(link).status_code == 200
    empty.index.remove("general", HANDBOOK)
    assert kept_originals(empty).forget(going(record)) == 1
    assert not list((empty.folder / "originals").glob("??/*"))
    for part in ("", "page.png", "original"):
        gone = empty.kim.get(document_link("general", HANDBOOK, page=1, part=part))
        assert gone.status_code == 404


def test_the_copy_stays_while_a_twin_has_it(empty: Reading, moved: Path) -> None:
    (moved / "twin.pdf").write_bytes((moved / HANDBOOK).read_bytes())
    empty.ingest(moved)
    first, _ = empty.index.documents()
    empty.index.remove("general", first.name)
    assert kept_originals(empty).forget(going(first)) == 0
    assert len(list((empty.folder / "originals").glob("??/*"))) == 1


def test_a_changed_document_says_so(empty: Reading, tmp_path: Path) -> None:
    folder = tmp_path / "notes"
    folder.mkdir()
    (folder / "note.txt").write_text("The pump is serviced in May. Call Kim.")
    empty.ingest(folder)
    (old,) = empty.index.chunks("general", "note.txt")
    (folder / "note.txt").write_text("The pump is serviced in June. Call Kim.")
    empty.ingest(folder)
    ask: dict[str, Any] = {"chunk": old.chunk_id}
    still = empty.kim.get(document_link("general", "note.txt", quote="Call Kim.", **ask))
    gone = empty.kim.get(document_link("general", "note.txt", quote="serviced in May", **ask))
    assert "has changed" in still.text
    assert "not in it any more" not in still.text
    assert "<mark>" in still.text
    assert "not in it any more" in gone.text


@pytest.fixture
def address(reading: Reading) -> Iterator[str]:
    web = TESTS.parent / "app" / "web"
    if not any(getattr(route, "path", "") == "/strongroom/{name}" for route in reading.app.routes):
        reading.app.get("/strongroom/{name}")(lambda name: FileResponse(web / name))
    server = uvicorn.Server(uvicorn.Config(reading.app, port=0, log_level="critical"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.05)
        assert thread.is_alive()
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(20)


@pytest.mark.browser
def test_the_highlight_is_seen_and_keys_turn_pages(reading: Reading, address: str) -> None:
    path = find_chromium()
    if path is None:
        words = "no Chromium on this machine: install it (Debian: apt-get install chromium)"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(words)
    hit = next(one for one in reading.index.chunks("general", HANDBOOK) if one.page == 6)
    quote = "Public holidays are not counted as leave."
    link = document_link("general", HANDBOOK, page=6, chunk=hit.chunk_id, quote=quote)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_FLAGS)
        page = browser.new_page(viewport={"width": 1280, "height": 860})
        page.goto(address + link)
        picture, marks = page.locator(".so-paper img"), page.locator(".so-mark")
        expect(marks).to_have_count(2, timeout=30_000)
        picture.evaluate("image => image.decode()")  # until then it has no height
        paper, mark = picture.bounding_box(), marks.first.bounding_box()
        assert paper
        assert mark
        assert paper["x"] < mark["x"] < mark["x"] + mark["width"] < paper["x"] + paper["width"]
        assert 0 <= mark["y"] < 860
        page.keyboard.press("ArrowRight")
        page.wait_for_url("**page=7**")
        page.keyboard.press("ArrowLeft")
        page.wait_for_url("**page=6**")
        browser.close()
