"""Reads what lies in a file beside its own text: attachments, members of an archive."""

import io
from collections.abc import Iterator

from ingest.sections import HEADING_SEPARATOR, Findings, LoaderError, LoadWithin, Section


def sections_within(
    data: bytes,
    name: str,
    place: str,
    what: str,
    findings: Findings,
    load: LoadWithin,
    *,
    needed: bool = True,
) -> Iterator[Section]:
    """The sections of a file within another one, below the heading `place`.

    The outer file has no pages, so pages of the inner one stand in the heading. What the file
    cannot be read for is a warning that begins with `what` and its name; a file that is not
    `needed` may have no words.
    """
    inner = Findings()
    try:
        inner = findings.within()
        for section in load(io.BytesIO(data), name, inner):
            parts = [place, section.heading]
            if section.page is not None:
                parts.insert(1, f"page {section.page}")
            heading = HEADING_SEPARATOR.join(part for part in parts if part)
            yield section._replace(page=None, heading=heading)
    except LoaderError as error:
        if needed:
            findings.warn(f"{what} {name} {error}")
    for warning in inner.warnings:
        findings.warn(f"{what} {name}: {warning}")
