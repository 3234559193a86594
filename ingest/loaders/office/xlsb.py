"""Reads binary workbooks of Excel (XLSB): values as their number formats show them."""

from collections.abc import Iterator
from typing import BinaryIO

from ingest.loaders.office.calamine import sheets_with_calamine
from ingest.loaders.office.ooxml import Package
from ingest.loaders.office.xlsb_formats import formats_of
from ingest.sections import Findings, Section


def load_xlsb(file: BinaryIO, findings: Findings) -> Iterator[Section]:
    """Visible sheets row by row; a blank row ends a table. Formulas give their last value."""
    package = Package(file)  # checks for bombs before the other library opens the file
    findings.title, findings.stated = package.title(), package.stated()
    formats = formats_of(package)
    file.seek(0)
    yield from sheets_with_calamine(file, findings, lambda name: formats.get(name, {}))
