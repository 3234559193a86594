"""Source pages through HTTP: who sees what, and what a link still shows later."""

from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path

import pytest
from sources_pages.conftest import SAMPLES, Reading

from app.answering.events import Citation
from app.people.sources.library import highlights
from app.people.sources.links import document_link, source_link
from app.people.sources.locating import locate
from app.people.sources.rendering import PageRenderer

HANDBOOK = "employee-handbook.pdf"


def citation(hit, quote: str) -> Citation:
    return Citation(1, hit.document, hit.page, hit.heading, quote, hit.chunk_id, hit.space)


def test_the_highlight_lies_over_the_quote(reading: Reading) -> None:
    import pypdfium2

    document = pypdfium2.PdfDocument(SAMPLES / HANDBOOK)
    renderer = PageRenderer()
    for number in (4, 6):
        hit = next(one for one in reading.index.chunks("general", HANDBOOK) if one.page == number)
        quote = hit.text.split(". ")[1].strip()
        drawn = renderer.draw(str(number), number, lambda: (SAMPLES / HANDBOOK).open("rb"))
        boxes = highlights(drawn, quote, hit)
        assert boxes
        page = document[number - 1]
        width, height = page.get_size()
        seen = "".join(
            page.get_textpage().get_text_bounded(
                left / 10_000 * width - 1,
                height - bottom / 10_000 * height - 1,
                right / 10_000 * width + 1,
                height - top / 10_000 * height + 1,
            )
            for left, top, right, bottom in boxes
        )
        letters = "".join(filter(str.isalnum, seen))
        wanted = "".join(filter(str.isalnum, quote))
        assert wanted in letters
        assert len(letters) < 1.3 * len(wanted) + 20


def test_a_citation_opens_its_page(reading: Reading) -> None:
    hit = next(one for one in reading.index.chunks("general", HANDBOOK) if one.page == 6)
    quote = hit.text.split(". ")[0].strip()
    page = reading.kim.get(source_link(citation(hit, quote)))
    assert page.status_code == 200
    assert 'class="so-mark"' in page.text
    assert "Page 6 of 13" in page.text
    assert reading.opened[-1]["chunk_id"] == hit.chunk_id
    picture = reading.kim.get(document_link("general", HANDBOOK, page=6, part="page.png"))
    assert picture.headers["content-type"] == "image/png"
    assert picture.content.startswith(b"\x89PNG")


@pytest.mark.parametrize(
    "name",
    sorted(path.name for path in SAMPLES.iterdir() if path.suffix not in {".pdf"}),
)
def test_other_formats_mark_the_passage(reading: Reading, name: str) -> None:
    hit = reading.index.chunks("general", name)[-1]
    quote = hit.text.split("\n")[0].strip()
    page = reading.kim.get(source_link(citation(hit, quote)))
    assert page.status_code == 200
    assert page.text.count('id="passage"') == 1
    assert "<mark>" in page.text


def test_not_yours_and_not_there_are_the_same(reading: Reading) -> None:
    hit = reading.index.chunks("general", HANDBOOK)[0]
    theirs = reading.lee.get(source_link(hit))
    absent = reading.lee.get(source_link(replace(hit, document="absent.pdf")))
    assert theirs.status_code == absent.status_code == 404
    assert theirs.text == absent.text
    for part in ("page.png", "original"):
        hidden = reading.lee.get(document_link("general", HANDBOOK, page=1, part=part))
        gone = reading.lee.get(document_link("general", "absent.pdf", page=1, part=part))
        assert hidden.status_code == gone.status_code == 404
        assert hidden.text == gone.text


def test_a_passage_of_another_document_is_not_shown(reading: Reading, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("Nothing about holidays is written here at all.")
    reading.ingest(tmp_path / "mine.txt", space="other")
    secret = reading.index.chunks("general", HANDBOOK)[5]
    page = reading.lee.get(document_link("other", "mine.txt", chunk=secret.chunk_id))
    assert page.status_code == 200
    assert secret.text[:40] not in page.text
    assert secret.heading not in page.text


@pytest.mark.parametrize(
    "name",
    [
        "a#b?c%d.txt",
        "%2e%2e%2fx.txt",
        "up..%5c..%5cx.txt",
        "\u202egnp.txt",
        '"><script>.txt',
        "x" * 240 + ".txt",
    ],
)
def test_odd_names(empty: Reading, tmp_path: Path, name: str) -> None:
    folder = tmp_path / "odd"
    folder.mkdir()
    try:
        (folder / name).write_text("The pump is tested every second Tuesday.")
    except OSError:
        pytest.skip("this file system takes no such name")
    empty.ingest(folder)
    (record,) = empty.index.documents()
    page = empty.kim.get(source_link(empty.index.chunks("general", record.name)[0]))
    assert page.status_code == 200
    assert 'id="passage"' in page.text
    assert "<script>.txt" not in page.text
    original = empty.kim.get(document_link("general", record.name, part="original"))
    assert original.content == b"The pump is tested every second Tuesday."


def test_an_original_cannot_run(reading: Reading) -> None:
    answer = reading.kim.get(document_link("general", "security.html", part="original"))
    assert answer.content == (SAMPLES / "security.html").read_bytes()
    assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert answer.headers["content-disposition"].startswith("attachment;")
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "..%2f..%2fx", "\x00", ""])
def test_a_name_is_no_path(reading: Reading, name: str) -> None:
    for part in ("", "page.png", "original"):
        assert reading.kim.get(document_link("general", name, part=part)).status_code == 404


@pytest.mark.parametrize("page", ["-1", "0", "99999999999", "x", "999", "٣"])
def test_odd_pages(reading: Reading, page: str) -> None:
    answer = reading.kim.get("/source", params={"space": "general", "name": HANDBOOK, "page": page})
    assert answer.status_code == 200
    assert " of 13" in answer.text


def test_a_sentence_that_is_not_on_the_page_is_said(reading: Reading) -> None:
    hit = next(one for one in reading.index.chunks("general", HANDBOOK) if one.page == 6)
    page = reading.kim.get(source_link(citation(hit, "Nobody ever wrote this sentence down.")))
    assert "could not be located" in page.text
    assert "so-mark" not in page.text


def test_every_page_is_in_german_too(reading: Reading) -> None:
    hit = next(one for one in reading.index.chunks("general", HANDBOOK) if one.page == 6)
    page = reading.kim.get(source_link(hit), headers={"accept-language": "de"})
    assert "Seite 6 von 13" in page.text


def test_a_repeated_sentence_is_found_where_its_passage_is() -> None:
    page = "One. The fee is due. Two. The fee is due. Three. The fee is due."
    assert locate("The fee is due.", page, "Two. The fee is due. Three.") == [(26, 40)]


def test_a_citation_opens_the_right_attachment(empty: Reading, tmp_path: Path) -> None:
    mail = EmailMessage()
    mail["Subject"] = "The handbook"
    mail.set_content("It is attached.")
    data = (SAMPLES / HANDBOOK).read_bytes()
    mail.add_attachment(data, "application", "pdf", filename=HANDBOOK)
    (tmp_path / "new.eml").write_bytes(mail.as_bytes())
    empty.ingest(tmp_path / "new.eml")
    name = f"new.eml/{HANDBOOK}"
    hit = next(one for one in empty.index.chunks("general", name) if one.page == 6)
    page = empty.kim.get(source_link(citation(hit, hit.text.split(". ")[0].strip())))
    assert 'class="so-mark"' in page.text  # on its own page, drawn from its own bytes
    assert "Page 6 of 13" in page.text
    whole = empty.kim.get(document_link("general", name, part="original"))
    assert whole.content == data
    link = document_link("general", "new.eml").replace("&", "&amp;")
    assert f'<a href="{link}">new.eml</a>' in page.text
    assert "It is attached." in empty.kim.get(document_link("general", "new.eml")).text
    assert empty.lee.get(document_link("general", name)).status_code == 404
