"""Word and PowerPoint up to 2003: no library of ours reads them, LibreOffice converts them."""

from collections.abc import Iterator

from ingest.sections import Findings, NeedsConversion, Section


def load_doc(data: bytes, findings: Findings) -> Iterator[Section]:
    """Raises NeedsConversion."""
    del data, findings
    raise NeedsConversion(
        "is an old Word document; save it as DOCX, or install LibreOffice beside Strongroom", "docx"
    )


def load_ppt(data: bytes, findings: Findings) -> Iterator[Section]:
    """Raises NeedsConversion."""
    del data, findings
    raise NeedsConversion(
        "is an old PowerPoint presentation; save it as PPTX, or install LibreOffice beside "
        "Strongroom",
        "pptx",
    )
