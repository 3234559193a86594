"""Answers in the documents' own words take the form that the question asks for."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from app.answering.composing import Composed, at_length, compose, nearest
from app.answering.confidence import Calibration
from app.answering.finding import Around, Finding, are_of_others, judge
from app.answering.plan import plan
from app.engine.models import STARTER_EMBEDDER, installed_models_dir
from vectorstore.embedder import Embedder
from vectorstore.loading import load_embedder
from vectorstore.records import Hit

EVERYTHING_FOUND = Calibration(weights={}, bias=5.0, refuse_below=0.3)
TOOLS = "The tool room lends:\n- drills\n- ladders\n- pressure washers"
BOOKING = "Open the calendar. Choose a free slot. Confirm it with your badge number."
ROWS = "Plan: Basic; Price (EUR): 9; Users: 2\nPlan: Team; Price (EUR): 25; Users: 10"
CONTENTS = "1. Tools: 2\n2. Rooms: 3\n3. Studio: 4\n4. Leaving: 5"


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return load_embedder(Path(installed_models_dir() / STARTER_EMBEDDER))


def _hit(number: int, text: str, heading: str = "Rules") -> Hit:
    signals = {"cosine": 0.6, "likeness": 0.6}
    return Hit(f"d{number}.pdf", number, heading, text, 1.0, f"{number:016x}", "s", number, signals)


def _composed(embedder: Embedder, question: str, hits: Sequence[Hit]) -> Composed | None:
    planned = plan(question)
    around = Around(lambda hit: [hit], lambda hit: list(hits))
    parts = [
        judge(part, hits, hits, embedder, EVERYTHING_FOUND, {}, around=around)
        for part in planned.parts
    ]
    numbers = {hit.chunk_id: number for number, hit in enumerate(hits, start=1)}
    return compose(
        planned,
        Finding(parts, hits, {}),
        lambda hit: numbers[hit.chunk_id],
        around,
        lambda part: False,
    )


def test_a_list_is_whole_and_every_item_is_cited(embedder: Embedder) -> None:
    found = _composed(embedder, "Which tools are lent by the tool room?", [_hit(1, TOOLS)])
    assert found is not None
    assert found.form == "list"
    assert found.text.splitlines() == ["- drills [1]", "- ladders [1]", "- pressure washers [1]"]
    assert all(one.supported and one.citations == (1,) for one in found.sentences)


def test_a_table_of_contents_is_no_list_of_what_one_of_its_lines_names(embedder: Embedder) -> None:
    contents = "- Getting started\n- Our rituals\n- Travel\n- Devices at work\n- Severance"
    found = _composed(embedder, "What rituals do we have?", [_hit(1, contents, "Contents")])
    assert found is not None
    assert "rituals" in found.text
    assert "Severance" not in found.text


def test_steps_are_numbered_in_their_order(embedder: Embedder) -> None:
    hits = [_hit(1, BOOKING, "Booking the studio")]
    found = _composed(embedder, "How do I go about booking the studio?", hits)
    assert found is not None
    assert found.form == "steps"
    assert [line[:2] for line in found.text.splitlines()] == ["1.", "2.", "3."]


def test_how_one_row_of_a_table_is_dealt_with_is_told_by_that_row(embedder: Embedder) -> None:
    rows = (
        "Code: F-07; Meaning: Lamp dark; Remedy: Change the lamp\n"
        "Code: F-12; Meaning: Belt loose; Remedy: Tighten the belt\n"
        "Code: F-31; Meaning: Tank empty; Remedy: Fill the tank"
    )
    found = _composed(embedder, "How do I fix fault F-12?", [_hit(1, rows, "Faults")])
    assert found is not None
    assert "Tighten the belt" in found.text
    assert "Change the lamp" not in found.text
    assert "Fill the tank" not in found.text


def test_each_part_has_its_own_sentence_and_what_is_missing_is_named(embedder: Embedder) -> None:
    hits = [_hit(1, "Interns have 20 days of leave."), _hit(2, "Managers have 30 days of leave.")]
    found = _composed(embedder, "Compare the leave of interns and managers", hits)
    assert found is not None
    assert found.form == "comparison"
    head, _, row = found.text.splitlines()
    assert head == "| interns | managers |"
    assert "20 days" in row
    assert "30 days" in row
    assert {one.n for one in found.citations} == {1, 2}


def test_one_row_of_many_is_never_the_extreme(embedder: Embedder) -> None:
    assert _composed(embedder, "Which plan is the cheapest?", [_hit(1, ROWS)]) is None


def test_one_figure_is_no_sum(embedder: Embedder) -> None:
    text = "265 people work in Galway and 98 in Graz."
    assert (
        _composed(embedder, "How many people work in both sites together?", [_hit(1, text)]) is None
    )


def test_a_table_of_contents_answers_nothing(embedder: Embedder) -> None:
    found = _composed(
        embedder, "What does it say about the studio?", [_hit(1, CONTENTS), _hit(2, BOOKING)]
    )
    assert found is not None
    assert all(one.chunk_id == _hit(2, "").chunk_id for one in found.citations)


def test_yes_or_no_only_where_the_rule_has_the_questions_own_words(embedder: Embedder) -> None:
    rule = _hit(1, "Smoking is not allowed on the platform.")
    plain = _composed(embedder, "Is smoking allowed on the platform?", [rule])
    assert plain is not None
    assert plain.text.startswith("No. “Smoking is not allowed")
    bounded = _hit(1, "Smoking is allowed on the platform only after 22:00.")
    limited = _composed(embedder, "Is smoking allowed on the platform?", [bounded])
    assert limited is not None
    assert limited.text.startswith("“Smoking is allowed")


def test_a_german_question_is_answered_in_german(embedder: Embedder) -> None:
    rule = _hit(1, "Das Rauchen ist auf dem Bahnsteig nicht erlaubt.")
    found = _composed(embedder, "Ist das Rauchen auf dem Bahnsteig erlaubt?", [rule])
    assert found is not None
    assert found.text.startswith("Nein.")


def test_a_text_is_not_written_but_its_rules_are_shown(embedder: Embedder) -> None:
    hits = [_hit(1, "Visitors sign in at the gate. They wear a yellow badge.")]
    found = _composed(embedder, "Write a note to visitors about signing in at the gate", hits)
    assert found is not None
    assert "gate" in found.text
    assert found.citations


SITES = "The fire officer in Cork is Ann Daly; in Linz it is Max Kern; in Gent it is Lies Smet."


@pytest.mark.parametrize(
    ("site", "told"),
    [
        ("Cork", "“The fire officer in Cork is Ann Daly …” [1]"),
        ("Linz", "“… in Linz it is Max Kern …” [1]"),
        ("Gent", "“… in Gent it is Lies Smet.” [1]"),
    ],
)
def test_of_several_places_the_clause_about_one_is_told(
    embedder: Embedder, site: str, told: str
) -> None:
    found = _composed(embedder, f"Who is the fire officer in {site}?", [_hit(1, SITES)])
    assert found is not None
    assert found.text == told
    assert found.citations[0].quote == SITES


PAY = (
    "The company pays the full salary for the first eight weeks of an illness. "
    "After that the insurance pays 60 per cent of it. "
    "Whoever is ill tells the team leader by nine o'clock."
)


def test_several_sentences_are_told_where_none_stands_out(embedder: Embedder) -> None:
    found = _composed(embedder, "What do I get when I am ill?", [_hit(1, PAY)])
    assert found is not None
    assert found.form == "list"
    assert "full salary" in found.text
    assert len(found.text.splitlines()) > 1
    assert all(line.startswith("- “") for line in found.text.splitlines())


def test_a_sentence_that_stands_out_is_told_alone(embedder: Embedder) -> None:
    question = "How many weeks of full salary does the company pay during an illness?"
    found = _composed(embedder, question, [_hit(1, PAY)])
    assert found is not None
    assert found.form == "text"
    assert "eight weeks" in found.text
    assert "60 per cent" not in found.text


def test_what_is_near_stands_in_the_answer_unless_it_is_of_something_else(
    embedder: Embedder,
) -> None:
    hits = [_hit(1, PAY)]
    question = "Who pays me while I am ill?"
    part = judge(question, hits, hits, embedder, EVERYTHING_FOUND, {})
    finding = Finding([part], hits, {})
    around = Around(lambda hit: [hit], lambda hit: list(hits))
    near = nearest(plan(question), finding, lambda hit: 1, around)
    assert near is not None
    assert "> “The company pays the full salary" in near.text
    assert [one.supported for one in near.sentences] == [False]
    other = nearest(plan(question), finding, lambda hit: 1, around, "Not said of interns.")
    assert other is not None
    assert "salary" not in other.text
    assert other.citations


def test_a_replaced_edition_is_not_told_beside_the_one_in_force(embedder: Embedder) -> None:
    rule = "Full-time employees have {days} working days of annual leave."
    now, old = (_hit(n, rule.format(days=days)) for n, days in ((1, 28), (2, 25)))
    old = replace(old, signals={**old.signals, "edition_cost": 0.2})
    question = "How many days of annual leave does a full-time employee have?"
    for hits in ([now, old], [old, now]):
        found = _composed(embedder, question, hits)
        assert found is not None
        assert "28" in found.text
        assert "25" not in found.text


def test_what_stands_below_the_line_that_is_asked_about_is_told_as_it_stands(
    embedder: Embedder,
) -> None:
    text = (
        "The studio belongs to everybody. You can use the studio for:\n- rehearsals\n- recordings\n"
        "  - of one voice\n- talks\nIt closes at night."
    )
    found = _composed(embedder, "what can I use the studio for?", [_hit(1, text, "Studio")])
    assert found is not None
    assert [line.lstrip("- ") for line in found.text.splitlines() if "- " in line] == [
        "rehearsals [1]",
        "recordings [1]",
        "of one voice [1]",
        "talks [1]",
    ]


def test_steps_of_the_section_that_tells_how_are_told_whole(embedder: Embedder) -> None:
    hits = [
        _hit(1, "This page says how to sign up for the bus pass and how to cancel it.", "Bus pass"),
        _hit(2, "- Open the portal\n- Click on Apply\n- Send the form", "Getting the bus pass"),
        _hit(3, "- Open the portal\n- Click on Withdraw", "Cancelling the bus pass"),
    ]
    found = _composed(embedder, "How do I cancel my bus pass?", hits)
    assert found is not None
    assert found.text.splitlines() == ["1. Open the portal [3]", "2. Click on Withdraw [3]"]


def test_of_two_halves_that_are_asked_about_both_are_told(embedder: Embedder) -> None:
    text = "Senior guides get nine days. Junior guides get four days. Dogs stay outside."
    found = _composed(embedder, "how many days do senior and junior guides get?", [_hit(1, text)])
    assert found is not None
    assert "nine" in found.text
    assert "four" in found.text


def test_what_is_said_of_another_number_is_not_told_beside_the_one_asked_for(
    embedder: Embedder,
) -> None:
    text = "Gifts by years:\n- Year 2: 100 euros\n- Year 3: 150 euros\n- Year 4: 200 euros"
    found = _composed(embedder, "how much is the gift in year 3?", [_hit(1, text, "Gifts")])
    assert found is not None
    assert "150" in found.text
    assert "200" not in found.text


def test_things_that_have_sections_are_compared_by_how_these_begin(embedder: Embedder) -> None:
    hits = [
        _hit(
            1, "The hours are fixed. Nobody works at night. New staff start on it.", "Fixed shift"
        ),
        _hit(2, "You come between seven and ten. Ask your team.", "Gliding shift"),
    ]
    found = _composed(embedder, "compare fixed shift and gliding shift", hits)
    assert found is not None
    assert found.form == "comparison"
    assert "The hours are fixed" in found.text
    assert "between seven and ten" in found.text


LOANS = (
    "A tool is lent for five days. Whoever needs it longer asks the desk. "
    "Tools that come back late cost 4 euros a day."
)


def test_a_longer_answer_tells_the_rest_of_what_it_cites(embedder: Embedder) -> None:
    hits = [_hit(1, LOANS), _hit(2, ROWS)]
    short = _composed(embedder, "For how many days is a tool lent?", hits)
    assert short is not None
    long = at_length(short, lambda one: hits[one.n - 1])
    assert long.text.startswith(short.text)
    assert list(long.citations) == list(short.citations)
    for sentence in LOANS.split(". "):
        assert long.text.count(sentence.rstrip(".")) == 1
    assert all(one.supported and one.citations == (1,) for one in long.sentences)
    # Other rows of a table are no part of an answer about one.
    row = _composed(embedder, "What does the plan Team cost?", [_hit(1, ROWS)])
    assert row is not None
    assert at_length(row, lambda one: hits[1]).text == row.text


def test_a_denial_of_something_else_is_no_no(embedder: Embedder) -> None:
    rule = _hit(
        1,
        "Employees hit by the layoffs that Kestrel announced in 2022 are no longer counted in "
        "our reported headcount of March 2023.",
    )
    found = _composed(embedder, "Did Kestrel announce layoffs in March 2023?", [rule])
    assert found is None or not found.text.startswith("No")


@pytest.mark.parametrize(
    ("question", "near", "told"),
    [
        (
            "How many hotels does Kestrel run?",
            "In 2023 Kestrel ran its trains on 41 lines.",
            "In 2023 Kestrel ran 41 hotels.",
        ),
        (
            "What were Kestrel's net sales in Africa in 2023?",
            "Net sales of Kestrel in Japan rose to 20 million in 2023.",
            "Net sales of Kestrel in Africa rose to 20 million in 2023.",
        ),
        (
            "How many people does Kestrel employ?",
            "Kestrel lets 41 flats in Graz.",
            "Kestrel had 41 employees in 2023.",
        ),
        (
            "Who is the chief technology officer of Kestrel?",
            "Kestrel thanks Ines Quill for her work on the technology.",
            "The chief technology officer of Kestrel is Ines Quill.",
        ),
    ],
    ids=["what is counted", "where", "people", "office"],
)
def test_what_is_near_is_told_only_where_it_speaks_of_what_is_asked(
    embedder: Embedder, question: str, near: str, told: str
) -> None:
    assert _composed(embedder, question, [_hit(1, near)]) is None
    found = _composed(embedder, question, [_hit(1, told)])
    assert found is not None
    assert told in found.text


def test_what_a_report_of_another_says_is_not_told(embedder: Embedder) -> None:
    texts = ("Our revenue in 2023 was 41 million.", "Our revenue in 2023 was 95 million.")
    own, other = (replace(_hit(n, text), document=name) for n, text, name in (
        (1, texts[0], "kestrel.pdf"), (2, texts[1], "dunlin.pdf"),
    ))  # fmt: skip
    for hits in ([own, other], [other, own]):
        found = _composed(embedder, "What was the revenue of Kestrel in 2023?", hits)
        assert found is not None
        assert "41 million" in found.text
        assert "95 million" not in found.text


def test_who_asks_why_is_told_the_reason_behind(embedder: Embedder) -> None:
    text = (
        "Expenses of Kestrel fell by 22% in 2023 to 52,702 EUR. They are listed below. This is due "
        "to a cheaper contract with the insurer. The office stays open."
    )
    found = _composed(embedder, "Why did Kestrel's expenses fall in 2023?", [_hit(1, text)])
    assert found is not None
    assert [one.text[:12] for one in found.sentences] == ["“Expenses of", "“This is due"]
    plain = _composed(embedder, "By how much did Kestrel's expenses fall?", [_hit(1, text)])
    assert plain is None or "due to" not in plain.text


def test_a_reason_in_the_best_sentence_is_told_alone(embedder: Embedder) -> None:
    text = "Expenses of Kestrel fell in 2023 because of its insurer. Rents rose due to the flood."
    found = _composed(embedder, "Why did Kestrel's expenses fall in 2023?", [_hit(1, text)])
    assert found is not None
    assert "flood" not in found.text


def test_rows_of_a_report_of_another_are_known() -> None:
    own, other = (replace(_hit(n, "Segment: Rail"), document=name) for n, name in (
        (1, "kestrel-2023.pdf"), (2, "dunlin-2023.pdf"),
    ))  # fmt: skip

    def others(question: str, said: str = "Rail") -> bool:
        return are_of_others(question, {("s", other.document)}, said, [own, other], lambda hit: "")

    assert others("Which segments does Kestrel report?")
    assert not others("Which segments does Dunlin report?")
    assert not others("Which segments does Kestrel report?", "Kestrel Rail")
    assert not others("Which segments are reported?")
