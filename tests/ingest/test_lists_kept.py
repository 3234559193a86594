"""Lists in the text of documents are kept beside the tables, and what is no list is not."""

import io

import docx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_tables_kept import cells, kept, names

from ingest.lists import lists_in
from ingest.sections import Section
from vectorstore.tables.values import read_value

ITEMS = [["Passport", "45 EUR"], ["Visa", "60 EUR"], ["Permit for dogs", "129 EUR"]]


def found(text: str) -> list[tuple[str, list[list[str]]]]:
    return [(one.lead, [item.cells for item in one.items]) for one in lists_in(Section(text))]


def word_file(*, style: str) -> bytes:
    document = docx.Document()
    document.add_heading("Fees", 1)
    document.add_paragraph("The fees are:")
    for label, fee in ITEMS:
        document.add_paragraph(f"{label}: {fee}", style=style)
    document.add_paragraph("They are paid in advance.")
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def web_page(items: str) -> str:
    return f"<h1>Fees</h1><p>The fees are:</p>{items}<p>They are paid in advance.</p>"


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.docx", word_file(style="List Bullet")),
        ("b.docx", word_file(style="List Number")),
        ("c.html", web_page("<ul>" + "".join(f"<li>{a}: {b}</li>" for a, b in ITEMS) + "</ul>")),
        ("d.html", web_page("<dl>" + "".join(f"<dt>{a}<dd>{b}" for a, b in ITEMS) + "</dl>")),
        ("e.html", web_page("<p>" + "<br>".join(f"{a} – {b}" for a, b in ITEMS) + "</p>")),
        ("f.md", "# Fees\n\nThe fees are:\n\n" + "".join(f"* **{a}**: {b}\n" for a, b in ITEMS)),
        ("g.txt", "FEES\n\nThe fees are:\n" + "".join(f"{a} ({b})\n" for a, b in ITEMS)),
    ],
    ids=lambda one: one if isinstance(one, str) and len(one) < 8 else "",
)
def test_a_list_of_labels_and_figures_is_a_table_in_every_format(tmp_path, name, data):
    (table,), _ = kept(tmp_path, name, data)
    assert cells(table) == ITEMS
    assert table.name == "The fees are:"
    assert (table.columns[1].kind, table.columns[1].unit) == ("money", "EUR")


def test_a_list_over_a_page_border_is_one(tmp_path):
    sections = [
        Section("The rules are:\n• Lock the door.\n• Wear the badge.", 1, "Visitors"),
        Section("• Sign out.\n\nThank you.", 2, "Visitors"),
    ]
    from ingest.tables import tables_of
    from vectorstore.records import Chunk

    (table,) = tables_of(sections, [Chunk(s.text, s.page, s.heading) for s in sections])
    assert cells(table) == [["Lock the door."], ["Wear the badge."], ["Sign out."]]
    assert [(row.page, row.position) for row in table.rows] == [(1, 0), (1, 0), (2, 1)]


def test_lists_within_lists_are_lists_of_their_own():
    text = "Bring:\n\n1. A bag\n   - of cloth\n   - of paper\n2. A pass"
    assert found(text) == [
        ("Bring:", [["A bag"], ["A pass"]]),
        ("A bag", [["of cloth"], ["of paper"]]),
    ]


def test_sentences_that_name_several_things_with_their_figures(tmp_path):
    text = (
        "At the end of 2024 we were 412 people: 265 in Galway, 98 in Graz and 49 in Ghent.\n\n"
        "Grade A is paid 30 euro an hour, grade B 40 euro and grade C 55.50 euro.\n\n"
        "Erwachsene zahlen 12 Euro, Kinder 5 Euro und Gruppen 60 Euro."
    )
    people, grades, tickets = kept(tmp_path, "a.md", text)[0]
    assert cells(people) == [["Galway", "265"], ["Graz", "98"], ["Ghent", "49"]]
    assert names(people) == ["", "people"]
    assert cells(grades) == [
        ["Grade A", "30 euro"],
        ["grade B", "40 euro"],
        ["grade C", "55.50 euro"],
    ]
    assert names(grades) == ["Grade", "is paid an hour"]
    assert names(tickets) == ["", "zahlen"]


@pytest.mark.parametrize(
    "text",
    [
        "Passport: 45 EUR\nVisa: 60 GBP\nPermit: 90 EUR",  # units differ
        "Passport: 45 EUR\nVisa: 60 EUR per day\nPermit: 90 EUR",
        "Passport: 45 EUR\nVisa: 60 EUR",  # too few
        "Galway: 091 555 123\nGraz: 0316 555 99\nGhent: 09 555 1234",  # telephone numbers
        "Monday: 8:00\nTuesday: 8:30\nFriday: 9:00",  # times of day
        "Order: 4411\nCustomer: 812\nInvoice: 77",  # a form
        "Passport: 45 EUR\nPassport: 60 EUR\nPermit: 90 EUR",  # one thing twice
        "It rose to 4.1 million EUR, fell to 3.2 million EUR and then to 1.9 million EUR.",
        "We met on 3 May, had 12 guests and 4 cars, and left at 8.",
        "Heron costs 40 EUR, and whoever buys 3 pays 90 EUR, but not after 4 May.",
    ],
)
def test_what_differs_is_no_table_of_figures(text):
    assert found(text) == []
    marked = "\n".join(f"- {line}" for line in text.split("\n"))
    assert all(len(items[0]) == 1 for _, items in found(marked))


LABEL = st.lists(
    st.sampled_from("alder birch cedar elm fir hazel larch maple oak pine rowan yew".split()),
    min_size=1,
    max_size=3,
).map(lambda words: " ".join(words).capitalize())
AMOUNT = st.decimals(min_value=1, max_value=99_999, places=2).map(lambda n: f"{n:,.2f}")


@settings(max_examples=150, deadline=None)
@given(
    labels=st.lists(LABEL, min_size=3, max_size=12, unique_by=str.casefold),
    data=st.data(),
    unit=st.sampled_from(("{} EUR", "€{}", "{} kg", "{} days", "{} %", "GBP {}", "{} EUR per day")),
    separator=st.sampled_from((": ", " – ", " - ", " — ", " = ")),
    mark=st.sampled_from(("• ", "- ", "* ", "1. ", "a) ", "")),
    gap=st.sampled_from(("\n", "\n\n")),
    end=st.sampled_from(("", ";", ".")),
)
def test_items_of_one_shape_are_read_as_they_were_written(
    labels, data, unit, separator, mark, gap, end
):
    figures = [unit.format(data.draw(AMOUNT)) for _ in labels]
    lines = [
        f"{mark}{label}{separator}{one}{end}" for label, one in zip(labels, figures, strict=True)
    ]
    text = f"The weights are these:\n\n{gap.join(lines)}\n\nAll else is told elsewhere."
    assert found(text) == [
        ("The weights are these:", [list(pair) for pair in zip(labels, figures, strict=True)])
    ]
    assert all(read_value(one, ".") is not None for one in figures)
    odd = data.draw(st.integers(0, len(labels) - 1))
    lines[odd] = f"{mark}{labels[odd]}{separator}as agreed{end}"
    tables = [items for _, items in found("\n".join(lines)) if len(items[0]) > 1]
    assert all(len(items) < len(labels) for items in tables)
    assert not mark or tables == []
