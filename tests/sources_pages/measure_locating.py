"""Measures how many sentences of PDF documents are found again on their page.

python tests/sources_pages/measure_locating.py FOLDER...
"""

import hashlib
import sys
from functools import partial
from io import FileIO
from pathlib import Path

from app.answering.language import sentences
from app.people.sources.locating import lines_of, locate
from app.people.sources.rendering import PageRenderer
from ingest.sandbox.parsing import ParseLimits, Sandbox


def main() -> None:
    """Print the share for each document and for all, and what was not found with -v."""
    verbose = "-v" in sys.argv
    files = sorted(
        {path for folder in sys.argv[1:] if folder != "-v" for path in Path(folder).rglob("*.pdf")}
    )
    renderer = PageRenderer()
    everything = found_all = whole_pages = all_pages = 0
    with Sandbox(ParseLimits()) as sandbox:
        for path in files:
            pages: dict[int, list[str]] = {}
            for section in sandbox.read(path, path.name).sections:
                pages.setdefault(section.page or 1, []).extend(sentences(section.text))
            sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
            asked = found = 0
            for number, quotes in pages.items():
                drawn = renderer.draw(sha256, number, partial(FileIO, path))
                missing = [
                    quote
                    for quote in quotes
                    if not lines_of(locate(quote, drawn.text), drawn.text, drawn.boxes)
                ]
                asked += len(quotes)
                found += len(quotes) - len(missing)
                all_pages += 1
                whole_pages += not missing
                if verbose:
                    for quote in missing:
                        print("   ", number, repr(quote[:200]))
            print(f"{path.name}: {found} of {asked} sentences on {len(pages)} pages")
            everything += asked
            found_all += found
    print(
        f"All: {found_all} of {everything} sentences ({found_all / max(everything, 1):.4f}); "
        f"{whole_pages} of {all_pages} pages whole"
    )


if __name__ == "__main__":
    main()
