"""Right, wrong or refused: judged as strictly as a reader would."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from app.answering.evaluation.expectations import Expected, parse_expected
from app.answering.evaluation.judging import judge, judge_all
from app.answering.evaluation.kinds import by_kind, interval, kinds_table, side_by_side
from app.answering.evaluation.questions import Place, Question, parse_question
from app.answering.evaluation.report import evaluate, table
from app.answering.events import Answer, Citation
from app.answering.followup import Exchange
from vectorstore.records import Hit

Make = Callable[..., Answer]
MakeHit = Callable[..., Hit]
MakeCitation = Callable[..., Citation]


def expected(**fields: Any) -> Expected:
    return parse_expected(fields)


@pytest.mark.parametrize(
    ("wanted", "text", "right"),
    [
        (28, "You have 28 working days.", True),
        (28, "You have twenty-eight working days.", True),
        (28, "You have 280 days.", False),
        (31200, "At least 31,200 euros a year.", True),
        (31200, "Mindestens 31.200 Euro im Jahr.", True),
        (31200, "Mindestens 31.200,50 Euro im Jahr.", False),
        (4.2, "Das kostet 4,20 Euro.", True),
        (24.9, "It was 24.9 million euros.", True),
        (24900000, "It was 24.9 million euros.", True),
        ("2025-06-20", "Sign up by 20 June.", True),
        ("2025-06-20", "Bis zum 20. Juni 2025.", True),
        ("2025-06-20", "By 20.06.2025.", True),
        ("2025-06-20", "By 20 June 2024.", False),
        ("2025-06-20", "By 21 June 2025.", False),
        ("VP-40-X600", "The VP-40-X600 is the dearest.", True),
        ("VP-40-X600", "The VP-40-X60 is the dearest.", False),
        ("8:15", "Um 8.15 Uhr.", True),
        ("encrypt*", "Only encrypted mail.", True),
        ("encrypt", "Only encrypted mail.", False),
        ("hotel", "HOTELS", False),
    ],
)
def test_a_wanted_value_in_any_usual_form(
    answer: Make, wanted: object, text: str, right: bool
) -> None:
    judged = judge(answer(text), expected(all_of=[[wanted]]))
    assert (judged.verdict == "right") is right
    assert judged.parts == float(right)
    # Of what must not be there the same forms count.
    assert (judge(answer(text), expected(none_of=[wanted])).verdict == "wrong") is right


def test_citation_marks_are_no_figures(answer: Make) -> None:
    assert judge(answer("It opens soon [3] [12, 4]."), expected(none_of=[3, 12, 4])).why == ()


def test_a_list_with_a_missing_entry_is_wrong(answer: Make) -> None:
    wanted = expected(rows=[["Norway"], ["UK", "United Kingdom"]], other_rows=["Denmark"])
    assert judge(answer("Norway and the United Kingdom"), wanted).verdict == "right"
    short = judge(answer("Norway"), wanted)
    assert short.verdict == "wrong"
    assert short.rows == 0.5
    assert short.why == ("missing: UK or United Kingdom",)
    assert judge(answer("Norway, Denmark and the UK"), wanted).verdict == "wrong"


def test_the_winner_has_to_be_said_first(answer: Make) -> None:
    wanted = expected(leads={"name": ["HR-200-E"], "before": ["HR-100-E", "GB-040-P"]})
    assert judge(answer("HR-200-E, then HR-100-E"), wanted).verdict == "right"
    assert judge(answer("HR-100-E, HR-200-E"), wanted).verdict == "wrong"
    assert judge(answer("GB-040-P"), wanted).verdict == "wrong"


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("Matthias Kogler", True),
        ("Matthias Kogler is the one in Graz.", True),
        ("In Galway it is Orla Brennan; in Graz it is Matthias Kogler.", True),
        ("In Graz it is Orla Brennan; in Galway it is Matthias Kogler.", False),
        ("Orla Brennan and Matthias Kogler", False),
        ("Graz", False),
    ],
)
def test_a_name_has_its_own_value(answer: Make, text: str, right: bool) -> None:
    pair = {"name": ["Graz"], "value": ["Kogler"], "others": ["Brennan", "De Smet"]}
    assert (judge(answer(text), expected(pairs=[pair])).verdict == "right") is right


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("On average 562.33 euros.", True),
        ("On average € 562.3.", True),
        ("(465 + 528 + 694) / 3 = 562,33 Euro", True),
        ("About 562 euros.", False),
        ("562.4 euros", False),
        ("562.33 weeks", False),
    ],
)
def test_a_computed_value_has_its_unit_and_may_be_rounded(
    answer: Make, text: str, right: bool
) -> None:
    wanted = expected(computation={"value": 562.33, "unit": ["EUR", "euro*", "€"]})
    assert judge(answer(text), wanted).computation == float(right)


def test_a_refusal_of_what_could_be_answered_is_no_wrong_answer(answer: Make) -> None:
    refused = judge(answer("", found=False), expected(all_of=[[28]], rows=[["a"]]))
    assert (refused.verdict, refused.parts, refused.rows) == ("refused", 0.0, 0.0)


def test_what_must_be_refused_may_be_corrected(answer: Make) -> None:
    false_premise = expected(refused=True, told=[["rose"]], none_of=["fell"])
    assert judge(answer("", found=False), false_premise).verdict == "right"
    assert judge(answer("It fell.", supported=False), false_premise).verdict == "right"
    assert judge(answer("It was 78.6 million."), false_premise).verdict == "wrong"
    assert judge(answer("Revenue rose."), false_premise).verdict == "right"
    assert judge(answer("Revenue rose, then fell."), false_premise).verdict == "wrong"


def test_the_named_documents_must_be_cited(
    answer: Make, hit: MakeHit, citation: MakeCitation
) -> None:
    passage = hit("28 days", document="hr/handbook.pdf")
    cited = answer("28 days", citations=(citation(passage),), passages=(passage,))
    assert judge(cited, expected(document="handbook.pdf")).verdict == "right"
    assert judge(cited, expected(document=["handbook.pdf", "old.pdf"])).why == (
        "not cited: old.pdf",
    )
    assert judge(cited, expected(outcome="collection")).why == ("cites documents",)


def test_the_language_is_that_of_the_own_words(answer: Make, hit: MakeHit) -> None:
    german = expected(language="de")
    english = "You have to tell the team leader by nine on the first day."
    assert judge(answer(english), german).why == ("in another language: en",)
    assert judge(answer(english, passages=(hit(english),)), german).verdict == "right"
    assert judge(answer("Das ist bis neun Uhr zu melden."), german).verdict == "right"
    assert judge(answer("28"), german).verdict == "right"


def test_a_conversation_is_right_if_every_turn_is(answer: Make) -> None:
    right = judge(answer("28"), expected(all_of=[[28]]))
    wrong = judge(answer("25"), expected(all_of=[[28]]))
    refused = judge(answer("", found=False), expected(all_of=[[28]]))
    assert judge_all([right, right]).verdict == "right"
    assert judge_all([wrong, right]).verdict == "wrong"
    assert judge_all([right, refused]).verdict == "refused"


def test_the_report_counts_by_kind(answer: Make, hit: MakeHit) -> None:
    leave = replace(
        parse_question({"qid": "a", "question": "And now?", "expect": {"all_of": [[28]]}}),
        kind="follow_up",
        earlier=(Exchange("Before?", ""),),
        expected_earlier=(expected(all_of=[[25]]),),
        evidence=((Place("h.pdf", text="28 days of leave"),), (Place("h.pdf", text="25 once"),)),
    )
    none = parse_question({"qid": "b", "question": "?", "expect": {"refused": True}, "kind": "no"})
    passage = hit("28 days of annual leave", document="h.pdf")
    shown = replace(answer("28", passages=(passage,)), numbers={"c1": 1})

    def ask(question: Question) -> list[Answer]:
        return [answer("25"), shown] if question is leave else [answer("A lie.")]

    report = evaluate([leave, none], None, ask)
    assert [row["verdict"] for row in report["questions"]] == ["right", "wrong"]
    assert report["questions"][0]["turns_right"] == [True, True]
    assert report["answers"]["evidence_in_prompt"] == 0.5
    assert report["answers"]["right"] == 0.5
    assert report["kinds"]["all"]["right"] == report["kinds"]["follow_up"]["right"] == 1
    assert report["kinds"]["no"]["wrong"] == 1
    assert report["speed"]["first_words_s"]["median"] == 0.2
    assert "follow_up" in table(report)
    assert side_by_side({"A": report["kinds"], "B": report["kinds"]})[-1].split() == [
        "all",
        "2",
        "1",
        "1",
    ]

    def ask_wrongly(question: Question) -> list[Answer]:
        return [answer("24"), shown] if question is leave else [answer("", found=False)]

    again = evaluate([leave, none], None, ask_wrongly)
    assert [row["verdict"] for row in again["questions"]] == ["wrong", "right"]


def test_first_words_may_come_before_the_model_writes(answer: Make) -> None:
    quick = answer("28")
    quick = replace(quick, timings=quick.timings | {"first_words_s": 0.05})
    question = parse_question({"question": "?", "answers": ["28"]}, "1")
    assert evaluate([question], None, lambda _: quick)["speed"]["first_words_s"]["median"] == 0.05


def test_the_interval_is_wilsons() -> None:
    # By hand: the half width is 1.96 / 1.38415 * sqrt(0.025 + 3.8415 / 400) around a half.
    assert interval(5, 10) == pytest.approx((0.23659, 0.76341), abs=1e-4)
    # With none right, the upper end is z² / (n + z²).
    assert interval(0, 6) == pytest.approx((0.0, 3.8415 / 9.8415), abs=1e-4)
    assert by_kind([{"qid": "x", "metrics": {}}]) == {}
    assert len(kinds_table({})) == 1


def test_what_is_only_told_as_near_is_a_refusal_that_says_so(answer: Make) -> None:
    near = replace(answer("These come nearest: “You have 28 days.”"), found=False)
    assert judge(near, expected(all_of=[[28]])).why == ("told as near",)
    assert judge(near, expected(all_of=[[30]])).why == ("refused",)
    assert judge(near, expected(all_of=[[28]])).verdict == "refused"
