"""Reads what keeps its lines as they are: source code, settings, logs."""

from collections.abc import Iterator

from ingest.encoding import decode
from ingest.sections import Findings, Section

_PIECE = 1 << 16  # characters of a section


def load_code(data: bytes, findings: Findings) -> Iterator[Section]:
    """The lines as they stand, in pieces that end with a line."""
    text, warning = decode(data)
    if warning:
        findings.warn(warning)
    yield from code_sections(text.replace("\r\n", "\n"))


def code_sections(text: str) -> Iterator[Section]:
    """The same for text that is already decoded."""
    at = 0
    while at < len(text):
        end = at + _PIECE
        if end < len(text):
            cut = text.rfind("\n", at, end)
            end = cut + 1 if cut > at else end
        if text[at:end].strip():
            yield Section(text[at:end].strip("\n"), kind="code")
        at = end
