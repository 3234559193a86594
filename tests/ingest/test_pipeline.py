"""Folders come into the index file by file, each with one status that holds."""

import os
import shutil
from pathlib import Path

import pytest
from fpdf import FPDF, TextMode
from ingest_fakes import FastEmbedder, MemoryIndex

from ingest.pipeline import IngestReport, Progress, ingest_again, ingest_paths
from ingest.sandbox.parsing import ParseLimits
from vectorstore.index import Index
from vectorstore.scope import Scope

SAMPLES = Path(__file__).resolve().parents[1] / "samples"


@pytest.fixture
def index() -> MemoryIndex:
    return MemoryIndex()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "policies"
    (folder / "hr").mkdir(parents=True)
    (folder / "hr" / "leave.md").write_text("# Leave\n\n28 working days.")
    (folder / "travel.txt").write_text("Economy class only.")
    return folder


def by_name(report: IngestReport) -> dict[str, tuple[str, str]]:
    names = [status.document for status in report.documents]
    assert len(names) == len(set(names)), "one status a file"
    return {status.document: (status.status, status.reason) for status in report.documents}


def test_a_folder_twice_and_once_more_after_a_change(index, folder):
    seen: list[Progress] = []
    report = ingest_paths(index, [folder], progress=seen.append)
    assert by_name(report) == {"hr/leave.md": ("indexed", ""), "travel.txt": ("indexed", "")}
    assert index.records["general", "hr/leave.md"].title == "Leave"
    assert index.text("hr/leave.md").strip() == "28 working days."  # the title is no heading too
    assert seen[0].files_done == 0
    assert (seen[-1].files_done, seen[-1].files_total, seen[-1].chunks) == (2, 2, 2)
    assert seen[-1].bytes_done == seen[-1].bytes_total > 0
    assert set(report.timings) >= {"parse_s", "chunk_s", "index_s", "total_s"}

    os.utime(folder / "travel.txt")  # a new date is no new content
    assert {s for s, _ in by_name(ingest_paths(index, [folder])).values()} == {"unchanged"}
    assert index.puts == 2

    (folder / "travel.txt").write_text("Business class too!")
    os.utime(folder / "travel.txt", (0, 0))  # and an old date no old one
    statuses = by_name(ingest_paths(index, [folder]))
    assert statuses["travel.txt"] == ("indexed", "")
    assert index.text("travel.txt").strip() == "Business class too!"


def test_a_single_file_has_its_own_name(index, folder):
    assert by_name(ingest_paths(index, [folder / "hr" / "leave.md"])) == {
        "leave.md": ("indexed", "")
    }


def test_warnings_are_told_again_when_nothing_changed(index, folder):
    (folder / "odd.txt").write_bytes("Zo\u200be".encode())
    assert by_name(ingest_paths(index, [folder]))["odd.txt"][0] == "warning"
    again = by_name(ingest_paths(index, [folder]))["odd.txt"]
    assert again == ("unchanged", "1 invisible characters were dropped")


def test_a_rejected_file_costs_the_others_nothing_and_keeps_its_old_version(index, folder):
    (folder / "plan.docx").write_text("The plan in words.")
    ingest_paths(index, [folder])
    (folder / "plan.docx").write_bytes(b"PK\x03\x04 broken")
    (folder / "empty.txt").write_bytes(b"")
    statuses = by_name(ingest_paths(index, [folder]))
    assert statuses["plan.docx"][0] == statuses["empty.txt"][0] == "rejected"
    assert "damaged" in statuses["plan.docx"][1]
    assert "stays searchable" in statuses["plan.docx"][1]
    assert statuses["travel.txt"][0] == "unchanged"
    assert "The plan" in index.text("plan.docx")


def test_same_content_under_two_names_is_two_documents(index, folder):
    shutil.copy(folder / "travel.txt", folder / "copy.txt")
    statuses = by_name(ingest_paths(index, [folder]))
    assert statuses["copy.txt"] == ("indexed", "")
    assert statuses["travel.txt"] == ("indexed", "same content as copy.txt")


def test_a_name_that_is_taken_by_another_file(index, folder, tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    (other / "travel.txt").write_text("Another policy.")
    for _ in range(2):  # together in one run, and one after the other
        statuses = by_name_with_source(ingest_paths(index, [folder, other]))
        assert statuses[-1][0] == "rejected"
        assert str(folder / "travel.txt") in statuses[-1][1]
        assert "strongroom remove" in statuses[-1][1]
    assert "Economy" in index.text("travel.txt")
    assert by_name(ingest_paths(index, [other], space="other")) == {"travel.txt": ("indexed", "")}

    (folder / "travel.txt").unlink()  # it is gone: the new one takes its place
    assert by_name(ingest_paths(index, [other])) == {"travel.txt": ("indexed", "")}
    assert "Another" in index.text("travel.txt")


def by_name_with_source(report: IngestReport) -> list[tuple[str, str]]:
    return [(status.status, status.reason) for status in report.documents]


def test_an_identical_copy_elsewhere_is_unchanged(index, folder, tmp_path):
    ingest_paths(index, [folder])
    shutil.copytree(folder, tmp_path / "backup")
    statuses = by_name(ingest_paths(index, [tmp_path / "backup"]))
    assert statuses["travel.txt"] == ("unchanged", f"same content as {folder / 'travel.txt'}")


def test_a_moved_folder_is_followed(index, folder, tmp_path):
    ingest_paths(index, [folder])
    folder.rename(tmp_path / "moved")
    ingest_paths(index, [tmp_path / "moved"])
    assert {record.source for record in index.documents()} == {
        str(tmp_path / "moved" / "travel.txt"),
        str(tmp_path / "moved" / "hr" / "leave.md"),
    }


def test_a_file_has_one_name_in_a_space(index, folder):
    ingest_paths(index, [folder / "hr"])
    statuses = by_name(ingest_paths(index, [folder]))
    assert statuses["hr/leave.md"] == ("indexed", "was leave.md before")
    assert {record.name for record in index.documents()} == {"hr/leave.md", "travel.txt"}
    report = ingest_paths(index, [folder, folder / "hr", folder / "travel.txt"])
    assert set(by_name(report)) == {"hr/leave.md", "travel.txt"}


def test_prune_forgets_what_is_gone_and_nothing_else(index, folder, tmp_path):
    elsewhere = tmp_path / "elsewhere.txt"
    elsewhere.write_text("Kept.")
    ingest_paths(index, [folder, elsewhere])
    elsewhere.unlink()
    (folder / "hr" / "leave.md").unlink()
    assert ingest_paths(index, [folder]).removed == []
    assert ingest_paths(index, [folder], prune=True).removed == ["hr/leave.md"]
    assert {record.name for record in index.documents()} == {"travel.txt", "elsewhere.txt"}


def test_prune_does_not_believe_an_empty_folder(index, folder):
    ingest_paths(index, [folder])
    shutil.rmtree(folder)
    folder.mkdir()
    report = ingest_paths(index, [folder], prune=True)
    assert report.removed == []
    assert "is it mounted?" in report.documents[0].reason
    assert len(index.documents()) == 2


def test_hidden_files_links_and_other_oddities(index, folder, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.txt").write_text("PWNED")
    (folder / ".git").mkdir()
    (folder / ".git" / "config").write_text("x")
    (folder / ".DS_Store").write_text("x")
    (folder / "~$travel.docx").write_text("x")
    (folder / "inside.txt").symlink_to(folder / "travel.txt")
    (folder / "out.txt").symlink_to(outside / "secret.txt")
    (folder / "outdir").symlink_to(outside)
    (folder / "loop").symlink_to(folder)
    (folder / "broken.txt").symlink_to(folder / "nowhere")
    os.mkfifo(folder / "pipe.txt")
    (folder / "line\nbreak.txt").write_text("Odd name.")
    with open(os.fsencode(folder) + b"/caf\xe9.txt", "w") as file:
        file.write("Latin-1 name.")
    statuses = by_name(ingest_paths(index, [folder, tmp_path / "absent.pdf"]))
    assert {name: status for name, (status, _) in statuses.items()} == {
        "travel.txt": "indexed", "hr/leave.md": "indexed", "inside.txt": "indexed",
        "out.txt": "rejected", "outdir": "rejected", "broken.txt": "rejected",
        "pipe.txt": "rejected", "line break.txt": "indexed", "caf\ufffd.txt": "indexed",
        "absent.pdf": "rejected",
    }  # fmt: skip
    assert "PWNED" not in "".join(index.text(record.name) for record in index.documents())


def test_a_document_of_too_many_chunks_is_rejected_with_the_limit(index, folder):
    (folder / "long.txt").write_text("word " * 5000)
    limits = ParseLimits(max_chunks=10)
    status, reason = by_name(ingest_paths(index, [folder], limits=limits))["long.txt"]
    assert status == "rejected"
    assert "more than 10 chunks" in reason
    assert "ingest.max_chunks" in reason


def test_an_error_of_the_index_goes_to_the_caller_and_leaves_no_process(index, folder, monkeypatch):
    def fail(*_, **__):
        raise OSError("disk full")

    monkeypatch.setattr(index, "put", fail)
    with pytest.raises(OSError, match="disk full"):
        ingest_paths(index, [folder])


def test_samples_of_every_format_are_found_in_a_real_index(tmp_path):
    index = Index.open(tmp_path / "index", FastEmbedder())
    report = ingest_paths(index, [SAMPLES])
    assert {status for status, _ in by_name(report).values()} == {"indexed"}
    assert [status.chunks for status in report.documents if status.chunks == 0] == []
    for question, document, page, words in [
        ("meal allowance Norway", "travel-policy.docx", None, "Country: Norway; Meal allowance"),
        ("yearly salary grade B3", "employee-handbook.pdf", 9, "Grade: B3; Typical role"),
        ("liner gasket EPDM price", "price-list.xlsx", None, "Unit price (EUR): 46"),
        ("wrong attempts account locked", "security.html", None, "After eight wrong attempts"),
        ("second assembly hall square metres", "company-briefing.pptx", 4, "3,400 square metres"),
        ("works outing coaches", "works-outing.eml", None, "loading ramp 3"),
        ("Solheim payment terms", "suppliers.csv", None, "Payment terms (days): 45"),
    ]:
        hits = index.search(question, Scope(("general",)), k=3).hits
        assert any(
            hit.document == document and hit.page == page and words in hit.text for hit in hits
        ), (question, [(hit.document, hit.page, hit.text[:80]) for hit in hits])
    index.close()


def test_a_document_is_read_again_on_demand_and_keeps_its_name_and_place(index, folder):
    ingest_paths(index, [folder])
    before = index.records["general", "hr/leave.md"]
    status = ingest_again(index, before, folder / "hr" / "leave.md")
    assert (status.document, status.status, index.puts) == ("hr/leave.md", "indexed", 3)
    assert index.records["general", "hr/leave.md"].source == before.source
    (folder / "hr" / "leave.md").write_bytes(b"")
    assert ingest_again(index, before, folder / "hr" / "leave.md").status == "rejected"
    assert index.text("hr/leave.md").strip() == "28 working days."
    index.remove("general", "hr/leave.md")
    (folder / "hr" / "leave.md").write_text("# Leave\n\n28 working days.")
    status = ingest_again(index, before, folder / "hr" / "leave.md")
    assert (status.status, "was deleted" in status.reason) == ("rejected", True)
    assert not index.text("hr/leave.md")  # deleted means gone


def test_uploads_have_no_place_and_do_not_push_each_other_out(index, folder):
    ingest_paths(index, [folder], uploaded=True)
    shutil.rmtree(folder)
    (folder / "b").mkdir(parents=True)
    (folder / "b" / "travel.txt").write_text("Trains only.")
    statuses = by_name(ingest_paths(index, [folder], uploaded=True))
    assert statuses == {"b/travel.txt": ("indexed", "")}
    assert sorted(name for _, name in index.records) == [
        "b/travel.txt",
        "hr/leave.md",
        "travel.txt",
    ]


def test_a_file_name_that_is_no_utf8_stops_nobody(folder, tmp_path):
    odd = os.fsencode(folder) + b"/lunch \xfc.txt"
    with open(odd, "w") as file:
        file.write("Lunch is at noon.")
    catalogue = Index.open(tmp_path / "index", FastEmbedder())
    report = ingest_paths(catalogue, [folder])
    assert by_name(report)["lunch \ufffd.txt"][0] == "indexed"
    assert len(report.documents) > 1
    record = catalogue.document("general", "lunch \ufffd.txt")
    assert record is not None
    record.source.encode()  # can be shown and stored
    again = by_name(ingest_paths(catalogue, [folder]))
    assert again["lunch \ufffd.txt"][0] == "unchanged"
    os.unlink(odd)
    assert ingest_paths(catalogue, [folder], prune=True).removed == ["lunch \ufffd.txt"]
    catalogue.close()


def test_hidden_words_that_another_page_shows_are_a_note_and_others_a_warning(tmp_path):
    steps = ["The gate opens at six in summer.", "Bring your badge and a photograph."]
    # Its words stand on the slides, too, but not in these rows.
    order = "Bring your photograph at the gate and badge six in summer."
    (tmp_path / "plain.pdf").write_bytes(_slides(steps))
    (tmp_path / "attacked.pdf").write_bytes(_slides(steps, order))
    note = (
        "nothing that people see is missing: 6 invisible words on 1 of 2 pages were left out "
        "(page 1)"
    )
    index = Index.open(tmp_path / "index", FastEmbedder())
    files = [tmp_path / "plain.pdf", tmp_path / "attacked.pdf"]
    first = {one.document: one for one in ingest_paths(index, files).documents}
    again = {one.document: one for one in ingest_paths(index, files).documents}
    kept = {record.name: record.note for record in index.documents()}
    index.close()
    for one in (first["plain.pdf"], again["plain.pdf"]):
        assert (one.reason, list(one.notes)) == ("", [note])
    assert first["plain.pdf"].status == "indexed"
    assert first["attacked.pdf"].status == "warning"
    assert "17 words that the drawn page does not show (page 1)" in first["attacked.pdf"].reason
    assert kept == {"plain.pdf": note, "attacked.pdf": ""}


def _slides(steps: list[str], hidden: str = "") -> bytes:
    """A slide of two lines in two steps: the first page hides what the second shows."""
    document = FPDF()
    document.set_font("Helvetica", size=14)
    for step in range(len(steps)):
        document.add_page()
        for line, words in enumerate(steps):
            document.text_mode = TextMode.FILL if line <= step else TextMode.INVISIBLE
            document.text(20, 40 + 20 * line, words)
        document.text_mode = TextMode.INVISIBLE
        if hidden and step == 0:
            document.text(20, 200, hidden)
    return bytes(document.output())
