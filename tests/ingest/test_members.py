"""Files within files are documents of their own: attachments, members of archives, portfolios."""

import io
import warnings
import zipfile
from collections.abc import Mapping
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ingest_fakes import MemoryIndex
from PIL import Image
from pypdf import PdfWriter
from scanned_pages import page_of_text

import ingest.members
from ingest.discovery import Candidate
from ingest.members import Taking, Waiting
from ingest.originals import Originals
from ingest.pipeline import FileStatus, IngestReport, ingest_again, ingest_paths
from ingest.sections import LoaderError

SAMPLES = Path(__file__).resolve().parents[1] / "samples"


@pytest.fixture
def index() -> MemoryIndex:
    return MemoryIndex()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "papers"
    folder.mkdir()
    return folder


def packed(files: Mapping[str, bytes | str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def mail(subject: str, body: str, attached: Mapping[str, bytes]) -> EmailMessage:
    message = EmailMessage()
    message["Subject"] = subject
    message["From"] = "Ada King <ada@example.org>"
    message["Date"] = "Mon, 04 Mar 2024 09:00:00 +0100"
    message.set_content(body)
    for name, data in attached.items():
        message.add_attachment(data, "application", "octet-stream", filename=name)
    return message


def portfolio(path: Path, files: Mapping[str, bytes]) -> None:
    writer = PdfWriter(clone_from=SAMPLES / "employee-handbook.pdf")
    for name, data in files.items():
        writer.add_attachment(name, data)
    writer.write(path)


def by_name(report: IngestReport) -> dict[str, FileStatus]:
    names = [status.document for status in report.documents]
    assert len(names) == len(set(names)), "one status a document"
    return {status.document: status for status in report.documents}


def test_each_is_a_document_that_names_its_container(
    index: MemoryIndex, folder: Path, tmp_path: Path
) -> None:
    pdf = (SAMPLES / "employee-handbook.pdf").read_bytes()
    inner = mail("Old terms", "The old rate was 3 percent.", {"rates.csv": b"Year;Rate\n2019;3\n"})
    outer = mail("Offer 17", "Both are attached.", {
        "expenses.pdf": pdf, "bundle.zip": packed({"legal/nda.txt": "The NDA ends in May 2027."}),
    })  # fmt: skip
    outer.add_attachment(inner)
    (folder / "offer.eml").write_bytes(outer.as_bytes())
    portfolio(folder / "board.pdf", {"minutes.txt": b"The board met in Ghent."})
    originals, waiting = Originals(tmp_path / "originals"), tmp_path / "waiting"
    report = ingest_paths(index, [folder], originals=originals, members=waiting)
    containers = {name: record.container for (_, name), record in index.records.items()}
    assert containers == {
        "board.pdf": "",
        "board.pdf/minutes.txt": "board.pdf",
        "offer.eml": "",
        "offer.eml/expenses.pdf": "offer.eml",
        "offer.eml/bundle.zip": "offer.eml",
        "offer.eml/bundle.zip/legal/nda.txt": "offer.eml/bundle.zip",
        "offer.eml/Old terms.eml": "offer.eml",
        "offer.eml/Old terms.eml/rates.csv": "offer.eml/Old terms.eml",
    }
    assert {status.status for status in report.documents} == {"indexed"}
    assert set(by_name(report)) == set(containers)
    # Of its own: words, pages, what it is, and a copy that opens.
    assert "NDA" not in index.text("offer.eml") + index.text("offer.eml/bundle.zip")
    assert "May 2027" in index.text("offer.eml/bundle.zip/legal/nda.txt")
    assert "2019" in index.text("offer.eml/Old terms.eml/rates.csv")
    inside = index.records["general", "offer.eml/expenses.pdf"]
    assert inside.pages
    assert originals.open(inside).read() == pdf  # type: ignore[union-attr]
    about = index.records["general", "offer.eml/Old terms.eml"].about
    assert (about.type, about.author) == ("email", "Ada King <ada@example.org>")
    assert {record.unread for record in index.records.values()} == {0}
    assert not list(waiting.glob("*"))

    puts = index.puts  # nothing of it is read again
    again = ingest_paths(index, [folder], members=waiting)
    assert {one.status for one in again.documents} == {"unchanged"}
    assert index.puts == puts


def test_they_are_replaced_and_go_with_their_container(index: MemoryIndex, folder: Path) -> None:
    path = folder / "all.zip"
    path.write_bytes(packed({"a.txt": "Room 1 is red.", "b/c.txt": "Room 2 is blue."}))
    ingest_paths(index, [folder])
    puts = index.puts
    path.write_bytes(packed({"a.txt": "Room 1 is red.", "d.txt": "Room 3 is green."}))
    report = ingest_paths(index, [folder])
    assert set(by_name(report)) == {"all.zip", "all.zip/a.txt", "all.zip/d.txt"}
    assert by_name(report)["all.zip/a.txt"].status == "unchanged"
    assert index.puts == puts + 2
    assert report.removed == ["all.zip/b/c.txt"]
    assert {name for _, name in index.records} == {"all.zip", "all.zip/a.txt", "all.zip/d.txt"}

    report = ingest_paths(index, [folder.parent])  # it and they have another name now
    renamed = ["papers/all.zip", "papers/all.zip/a.txt", "papers/all.zip/d.txt"]
    assert sorted(name for _, name in index.records) == renamed
    record = index.records["general", "papers/all.zip"]
    assert ingest_again(index, record, path).status == "indexed"  # they are read anew as well
    assert len(index.records) == 3
    (folder / "other.txt").write_text("Another file, or the folder were empty.")
    path.unlink()
    report = ingest_paths(index, [folder.parent], prune=True)
    assert sorted(report.removed) == renamed
    assert {name for _, name in index.records} == {"papers/other.txt"}


def test_what_cannot_be_read_is_named_and_the_others_go_on(
    index: MemoryIndex, folder: Path
) -> None:
    locked = PdfWriter(clone_from=SAMPLES / "employee-handbook.pdf")
    locked.encrypt("secret")
    closed = io.BytesIO()
    locked.write(closed)
    files = {
        "closed.pdf": closed.getvalue(),
        "broken.docx": b"PK\x03\x04 no more than a beginning",
        "tool.exe": b"MZ\0\1\2\3" + bytes(200),
        "fine.txt": b"The gate closes at nine.",
        "nested.zip": packed({"worse.xlsx": b"PK\x03\x04"}),
    }
    (folder / "a.eml").write_bytes(mail("Five", "Look.", files).as_bytes())
    report = by_name(ingest_paths(index, [folder]))
    assert set(report) == {"a.eml", "a.eml/fine.txt", "a.eml/nested.zip"}
    warning = index.records["general", "a.eml"].warning
    assert report["a.eml"].status == "warning"
    assert report["a.eml"].reason == warning
    assert "closed.pdf is encrypted; save a copy without a password" in warning
    assert "broken.docx is damaged" in warning
    assert "tool.exe is a binary file" in warning
    assert "fine.txt" not in warning
    assert "worse.xlsx is damaged" in index.records["general", "a.eml/nested.zip"].warning


def test_names_lead_nowhere_and_none_is_lost(index: MemoryIndex, folder: Path) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive, warnings.catch_warnings(action="ignore"):
        for number, name in enumerate((
            "../../etc/passwd.txt", "/etc/passwd.txt", "C:\\etc\\passwd.txt", "Same.txt",
            "same.TXT", "Same.txt", "line\nbreak.txt", "." * 300 + "/x.txt", "n" * 3_000 + ".txt",
        )):  # fmt: skip
            archive.writestr(name, f"This is file number {number}.")
    (folder / "evil.zip").write_bytes(out.getvalue())
    report = ingest_paths(index, [folder])
    inside = [name for _, name in index.records if name != "evil.zip"]
    texts = " ".join(index.text(name) for name in inside)
    assert all(f"number {number}." in texts for number in range(9))
    assert len({name.casefold() for name in inside}) == 9
    for name in inside:
        parts = name.split("/")
        assert parts[0] == "evil.zip"
        assert not {"", ".", "..", "C:"} & set(parts)
        assert "\n" not in name
        assert len(name) < 400
    assert "evil.zip/etc/passwd (2).txt" in inside
    assert {one.status for one in report.documents} == {"indexed"}


def test_too_deep_too_many_and_too_large_are_said(
    index: MemoryIndex, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = b"The innermost words."
    for level in range(7):
        data = packed({f"level{level}.zip" if level else "inner.txt": data})
    (folder / "deep.zip").write_bytes(data)
    ingest_paths(index, [folder])
    assert max(name.count("/") for _, name in index.records) == 4
    innermost = max((name for _, name in index.records), key=len)
    assert "lies too deep" in index.records["general", innermost].warning

    monkeypatch.setattr(ingest.members, "MOST", 30)  # of the outermost file, whatever lies where
    inner = packed({f"{n}.txt": f"Inner paper {n}." for n in range(20)})
    files: dict[str, bytes | str] = {f"{n}.txt": f"Paper {n}." for n in range(20)}
    (folder / "many.zip").write_bytes(packed({"inner.zip": inner, **files}))
    ingest_paths(index, [folder])
    assert sum(name.startswith("many.zip/") for _, name in index.records) == 30
    said = index.records["general", "many.zip/inner.zip"].warning
    assert said.count("more than 30 files lie in the outermost one; unpack it") == 11

    monkeypatch.setattr(ingest.members, "MOST_BYTES", 1 << 20)
    large = bytes(700_000)
    mails = mail("Large", "Look.", {"1.bin": large, "2.bin": large, "3.txt": b"The small one."})
    (folder / "large.eml").write_bytes(mails.as_bytes())
    ingest_paths(index, [folder])
    assert (
        "2.bin was not read: more than 1 MiB lie in the outermost one; unpack it"
        in index.records["general", "large.eml"].warning
    )
    assert ("general", "large.eml/3.txt") in index.records
    monkeypatch.undo()

    bomb = packed({"zeros.txt": b"0" * (64 << 20)})
    (folder / "bomb.zip").write_bytes(packed({"bomb.zip": bomb, "fine.txt": "Fine words."}))
    ingest_paths(index, [folder])
    assert "damaged or hostile" in index.records["general", "bomb.zip"].warning
    assert ("general", "bomb.zip/fine.txt") in index.records


def test_a_cut_goes_on_where_it_was(index: MemoryIndex, folder: Path, tmp_path: Path) -> None:
    class Cut(Exception):
        pass

    files = {f"{number}.txt": f"Number {number} is here.".encode() for number in range(6)}
    (folder / "box.eml").write_bytes(mail("Box", "All of them.", files).as_bytes())
    put = index.put

    def cut(document, *rest, **more):
        if document.name.endswith("4.txt"):
            raise Cut
        return put(document, *rest, **more)

    index.put = cut  # type: ignore[method-assign]
    waiting = tmp_path / "waiting"
    with pytest.raises(Cut):
        ingest_paths(index, [folder], members=waiting)
    assert not list(waiting.glob("*"))  # nothing is left lying about
    assert index.records["general", "box.eml"].unread == 6
    index.put = put  # type: ignore[method-assign]
    report = by_name(ingest_paths(index, [folder], members=waiting))
    assert report["box.eml"].status == "indexed"
    assert report["box.eml/2.txt"].status == "unchanged"
    assert report["box.eml/5.txt"].status == "indexed"
    assert index.records["general", "box.eml"].unread == 0


def test_scans_within_wait_for_the_other_files(index: MemoryIndex, folder: Path) -> None:
    page = page_of_text("The gatehouse of the old mill is painted ochre every spring.", dpi=150)
    scan, sunset = io.BytesIO(), io.BytesIO()
    page.convert("RGB").save(scan, "PDF", resolution=150)
    Image.effect_noise((600, 600), 90).save(sunset, "PNG")
    message = mail("Mill", "Attached.", {"1.pdf": scan.getvalue(), "2.txt": b"Words at once."})
    message.add_attachment(sunset.getvalue(), "image", "png", filename="sunset.png")
    (folder / "mill.eml").write_bytes(message.as_bytes())
    (folder / "z.txt").write_text("The last file.")
    report = ingest_paths(index, [folder])
    names = [status.document for status in report.documents]
    assert sorted(names[:3]) == ["mill.eml", "mill.eml/2.txt", "z.txt"]
    assert names[3:] == ["mill.eml/1.pdf"]
    assert "ochre" in index.text("mill.eml/1.pdf")
    (reading,) = index.readings["general", "mill.eml/1.pdf"]
    assert (reading.page, reading.how) == (1, "ocr")
    assert index.records["general", "mill.eml"].warning == ""  # a photograph needs no words


def test_a_mailbox_and_a_namesake(index: MemoryIndex, folder: Path) -> None:
    mails = [
        b"From a@b.example Mon Mar  4 09:00:00 2024\n"
        + mail(
            f"Offer {n}", f"Offer {n} is attached.", {"t.txt": f"Terms {n}.".encode()}
        ).as_bytes()
        for n in (1, 2)
    ]
    (folder / "a.mbox").write_bytes(b"\n\n".join(mails))
    ingest_paths(index, [folder])
    assert "Terms 2." in index.text("a.mbox/2 Offer 2/t.txt")
    assert "Terms" not in index.text("a.mbox")
    # A folder of the same name as a file elsewhere: nobody takes the other's place.
    other = folder.parent / "other" / "a.mbox" / "2 Offer 2"
    other.mkdir(parents=True)
    (other / "t.txt").write_text("Not the terms.")
    report = by_name(ingest_paths(index, [folder.parent / "other"]))
    assert report["a.mbox/2 Offer 2/t.txt"].status == "rejected"
    assert "Terms 2." in index.text("a.mbox/2 Offer 2/t.txt")


def test_a_parser_that_promises_what_no_file_holds_is_stopped(tmp_path: Path) -> None:
    with Waiting(tmp_path) as waiting:
        taking = Taking(waiting, Candidate(tmp_path / "x.zip", "x.zip"), "upload")
        with pytest.raises(LoaderError, match="hostile"), taking.take("a", 1 << 40, needed=True):
            pass
        assert taking.files == []


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.text(max_size=40) | st.sampled_from(["a.txt", "A.TXT", "a (2).txt", "../.."])))
def test_any_names_become_names_of_their_own(tmp_path: Path, names: list[str]) -> None:
    with Waiting(tmp_path) as waiting:
        taking = Taking(waiting, Candidate(tmp_path / "x.zip", "in/x.zip"), "upload")
        for number, name in enumerate(names):
            with taking.take(name, 8, needed=True) as file:
                file.write(number.to_bytes(8, "big"))
        assert [one.path.read_bytes() for one in taking.files] == [
            number.to_bytes(8, "big") for number in range(len(names))
        ]
        made = [one.name for one in taking.files]
    assert len({name.casefold() for name in made}) == len(names)
    for name in made:
        parts = name.removeprefix("in/x.zip/").split("/")
        assert name.startswith("in/x.zip/")
        assert not {"", ".", ".."} & set(parts)
        assert name.isprintable()
    assert list(tmp_path.iterdir()) == []
