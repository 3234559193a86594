"""Files after public bug reports of others: each says what it shows, and nothing else."""

from pathlib import Path

import pytest

from ingest.sandbox.reading import read_sections
from ingest.sections import Findings, LoaderError

pytestmark = pytest.mark.shared

READ = [
    ("13-office-type-by-embedded-part/x_embeds_docx.xlsx",
     ["Year: 2021; Revenue: 1,500,000 EUR"], []),
    ("15-docx-style-without-id/style_without_id.docx", ["opens at nine in the morning"], []),
    ("16-xlsx-narrow-column-merged/x_narrow_merged.xlsx",
     ["Quarterly report of the ferry line", "Passengers: 18250"], []),
    ("17-xlsx-merged-row-labels/x_merged_rows.xlsx",
     ["Department: Purchasing; Name: Cai Berg; Extension: 4103"], []),
    ("18-xlsx-merged-headings/x_merged_header.xlsx",
     ["Region: North; 2023 Sales: 10; 2023 Cost: 7; 2024 Sales: 12; 2024 Cost: 8"], []),
    ("20-xlsx-formula-without-value/x_uncached.xlsx", ["Item: Sum; Total: 2080"], []),
    ("22-xlsx-number-formats/x_formats.xlsx",
     ["00042", "01067", "12.5 kg", "8 mm", "06:30", "26:30", "Mar 24", "17.5%", "(1,234.50)"], []),
    ("23-table-heading-without-values/blank_form.docx", ["Kilometres driven | Hotel costs"], []),
    ("23-table-heading-without-values/x_blank_form.xlsx", ["Responsible | Accountable"], []),
    ("24-docx-list-numbers/clauses.docx", ["2.2 Termination for cause needs no notice."], []),
    ("25-docx-exponents/superscript.docx", ["10^6 per litre", "500 euros^1"], ["106", "euros1"]),
    ("27-docx-altchunk/altchunk.docx", ["The pump P-17 leaks"], []),
    ("28-docx-form-values/legacy_form.docx", ["[x] yes [ ] no", "request: Research"], []),
    ("28-docx-form-values/checkbox_sym.docx", ["[x] Plane", "[ ] Train"], []),
    ("29-docx-chart/chart.docx", ["Q2; Complaints: 52"], []),
    ("30-docx-ruby/ruby.docx", ["会議は東京で行われます。"], ["とうきょう"]),
    ("32-struck-through/strike.docx", ["The membership fee is 95 euros a year."], ["80"]),
    ("32-struck-through/dl.html", ["The fee is 45 EUR. Area 300 m², count 10^9, H2O.",
                                   "4. Press the red button", "Blue"], ["30 45"]),
    ("33-markdown-front-matter/md.md", ["owner: Platform team", "version: 3.2"], ["old limit"]),
    ("35-csv-unclosed-quote/unclosed.csv", ["id: 4; name: Dia; comment: fine"], []),
    ("52-encrypted-mail-and-raw-subject/raw8.eml", ["Subject: Gebühr März"], ["\ufffd"]),
]  # fmt: skip


def _text(path: Path) -> str:
    with path.open("rb") as file:
        return "\n".join(
            f"{one.heading}\n{one.text}" for one in read_sections(file, path.name, Findings())
        )


@pytest.mark.parametrize(("name", "shown", "not_shown"), READ)
def test_a_case(name: str, shown: list[str], not_shown: list[str], shared_dir: Path) -> None:
    text = _text(shared_dir / "cases" / name)
    assert [part for part in shown if part not in text] == []
    assert [part for part in not_shown if part in text] == []


def test_an_encrypted_mail_is_refused_in_words(shared_dir: Path) -> None:
    with pytest.raises(LoaderError, match="is an encrypted e-mail"):
        _text(shared_dir / "cases" / "52-encrypted-mail-and-raw-subject" / "p7m.eml")
