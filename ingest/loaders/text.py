"""Reads plain text."""

from collections.abc import Iterator

from ingest.encoding import decode
from ingest.sections import Findings, Section

_PIECE = 1 << 18  # characters: large files go on in pieces, so that no step needs all of it twice


def load_text(data: bytes, findings: Findings) -> Iterator[Section]:
    """The text, cut between paragraphs (or lines, or words) where it is long."""
    text, warning = decode(data)
    if warning:
        findings.warn(warning)
    start = 0
    while start < len(text):
        end = start + _PIECE
        if end < len(text):
            end = max(
                (at for at in (text.rfind(mark, start, end) for mark in ("\n\n", "\n", " "))
                 if at > start + _PIECE // 2),
                default=end,
            )  # fmt: skip
        yield Section(text[start:end])
        start = end
