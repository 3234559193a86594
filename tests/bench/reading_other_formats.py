"""Words of web pages and Office files that a browser or an office program shows, and reading loses.

    python tests/bench/reading_other_formats.py FOLDER... [--limit 200]

Chromium prints each web page to PDF, LibreOffice each Word document, slide deck and workbook. They
run in a network namespace with nothing in it, because a page may name pictures elsewhere. The
words of the PDF are then compared with what reading the file gives, as `strongroom check
--reading` does for PDF files. Words that the program adds (a browser prints list numbers, an
office program page numbers) count as lost, so look at the examples.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from ingest.coverage import compare_pdf
from ingest.sandbox.reading import read_sections
from ingest.sections import Findings, LoaderError

PAGES = (".html", ".htm", ".xhtml")
OFFICE = (".docx", ".pptx", ".xlsx")
SECONDS = 60.0
TOLERATED = 0.03


def main() -> int:
    """Compare every file below the folders, and print those that lose words."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--limit", type=int, default=200, help="files, evenly chosen (200)")
    arguments = parser.parse_args()
    files = sorted(
        file
        for folder in arguments.folders
        for file in folder.rglob("*")
        if file.suffix.lower() in PAGES + OFFICE and file.is_file()
    )
    files = files[:: max(1, -(-len(files) // arguments.limit))]
    total: dict[str, list[int]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for file in files:
            counted = _compare(file, Path(folder))
            if counted is None:
                continue
            words, lost, examples = counted
            kind = total.setdefault(file.suffix.lower(), [0, 0, 0, 0])
            kind[0] += 1
            kind[1] += words
            kind[2] += lost
            kind[3] += lost > TOLERATED * words
            if lost:
                print(f"{lost:6} of {words:6}  {file}: {', '.join(examples[:8])}")
    for suffix, (count, words, lost, over) in sorted(total.items()):
        share = 100 * lost / max(1, words)
        print(f"{suffix}: {count} files, {words:,} words, {share:.3f} % lost, {over} over 3 %")
    return 0


def _compare(file: Path, folder: Path) -> tuple[int, int, list[str]] | None:
    try:
        with file.open("rb") as opened:
            sections = list(read_sections(opened, file.name, Findings()))
    except LoaderError as error:
        print(f"   refused  {file}: {error}", file=sys.stderr)
        return None
    printed = _print(file, folder)
    if printed is None:
        print(f"not drawn  {file}", file=sys.stderr)
        return None
    # No pages, so that each printed page is compared with the whole file.
    unpaged = [section._replace(page=None) for section in sections]
    with printed.open("rb") as opened:
        pages = list(compare_pdf(opened, unpaged, Findings()))
    printed.unlink()
    examples = [word for page in pages for word in page.examples]
    return sum(page.words for page in pages), sum(page.lost for page in pages), examples


def _print(file: Path, folder: Path) -> Path | None:
    """The file as the program that people use shows it, as PDF; None where it does not."""
    target = folder / "page.pdf"
    if file.suffix.lower() in PAGES:
        program = shutil.which("chromium") or "chromium"
        command = [program, "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer",
                   f"--user-data-dir={folder / 'profile'}", f"--print-to-pdf={target}",
                   file.resolve().as_uri()]  # fmt: skip
    else:
        copy = folder / f"page{file.suffix.lower()}"
        shutil.copyfile(file, copy)
        command = ["soffice", f"-env:UserInstallation={(folder / 'office').as_uri()}", "--headless",
                   "--convert-to", "pdf", "--outdir", str(folder), str(copy)]  # fmt: skip
    try:
        subprocess.run(
            [*_alone(), *command], check=True, capture_output=True, timeout=SECONDS, cwd=folder
        )
    except (subprocess.SubprocessError, OSError):
        return None
    return target if target.exists() else None


def _alone() -> list[str]:
    return ["unshare", "--map-root-user", "--net"]


if __name__ == "__main__":
    sys.exit(main())
