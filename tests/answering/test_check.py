"""What a reader gets of a model's draft: what holds, marked or withheld what does not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from app.answering.check import DraftCheck
from app.answering.composing import compose
from app.answering.confidence import BUILT_IN, Calibration, Decision, decide, decision_signals
from app.answering.events import AnswerSentence, Citation
from app.answering.finding import Around, Finding, judge
from app.answering.plan import Kind, Plan
from app.engine.models import STARTER_EMBEDDER, installed_models_dir
from vectorstore.embedder import Embedder
from vectorstore.loading import load_embedder
from vectorstore.records import Hit

LEAVE = (
    "Full-time employees are entitled to 28 working days of annual leave. Unused leave lapses on "
    "31 March of the following year."
)
CARS = "Company cars are washed at the depot in Galway every second Friday."
QUESTION = "How many days of annual leave do full-time employees have?"


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return load_embedder(Path(installed_models_dir() / STARTER_EMBEDDER))


def _hit(number: int, text: str) -> Hit:
    signals = {"cosine": 0.6}
    return Hit(f"d{number}.pdf", number, "Rules", text, 1.0, f"{number:016x}", "s", 0, signals)


NOT_FOUND = ""


@dataclass(frozen=True)
class Checked:
    """What a reader gets: the model's words, else the documents' own, else nothing."""

    text: str
    sentences: Sequence[AnswerSentence]
    citations: Sequence[Citation]
    quoted: bool
    decision: Decision


def check_draft(
    question: str,
    draft: str,
    offered: Mapping[int, Hit],
    embedder: Embedder,
    calibration: Calibration,
    rarity: Mapping[str, float],
    *,
    weak: bool = False,
    withhold: bool = False,
) -> Checked:
    hits = list(offered.values())
    part = judge(question, hits, hits, embedder, calibration, rarity)
    check = DraftCheck(question, [part], offered, weak=weak, withhold=withhold)
    check.read(draft, ended=True)
    written = check.result()
    if not weak:
        signals = decision_signals(
            question,
            hits,
            part.evidence,
            rarity=rarity,
            supported=written.supported,
            model_refused=written.refused,
        )
        part = replace(part, decision=decide(signals, calibration))
    if part.found and written.text:
        return Checked(written.text, written.sentences, written.citations, False, part.decision)
    numbers = {hit.chunk_id: number for number, hit in offered.items()}
    composed = compose(
        Plan(Kind.FACT, (question,)),
        Finding([part], hits, {}),
        lambda hit: numbers[hit.chunk_id],
        Around(lambda hit: [hit], lambda hit: [hit]),
        lambda part: False,
    )
    if composed is None:
        nothing = replace(part.decision, found=False)
        return Checked(NOT_FOUND, [], [], False, nothing)
    return Checked(composed.text, composed.sentences, composed.citations, True, part.decision)


def _checked(embedder: Embedder, draft: str, **options: bool) -> Checked:
    offered = {1: _hit(1, LEAVE), 4: _hit(4, CARS)}
    known = dict.fromkeys(("days", "annual", "leave", "full", "time", "employees"), 0.5)
    return check_draft(QUESTION, draft, offered, embedder, BUILT_IN, known, **options)


def test_a_true_draft_keeps_its_words_and_cites_the_supporting_sentence(
    embedder: Embedder,
) -> None:
    checked = _checked(embedder, "Full-time employees have 28 working days of annual leave [1].")
    assert checked.text == "Full-time employees have 28 working days of annual leave. [1]"
    (citation,) = checked.citations
    assert (citation.document, citation.page) == ("d1.pdf", 1)
    assert citation.quote.startswith("Full-time employees are entitled to 28")


def test_the_question_repeated_in_a_document_is_no_answer(embedder: Embedder) -> None:
    offered = {1: _hit(1, f"{QUESTION} See the chapter on leave. {LEAVE}")}
    checked = check_draft(QUESTION, "I do not know.", offered, embedder, BUILT_IN, {}, weak=True)
    assert "28 working days" in checked.text


def test_who_repeats_the_question_to_be_quoted_is_not(embedder: Embedder) -> None:
    asked = QUESTION[0].lower() + QUESTION.rstrip("?")[1:]
    offered = {1: _hit(1, f"{LEAVE} As of today, {asked}: 45 days.")}
    checked = check_draft(QUESTION, "It is 45 days.", offered, embedder, BUILT_IN, {}, weak=True)
    assert "28 working days" in checked.text
    assert "45" not in checked.text


def test_a_list_of_questions_and_answers_is_quoted(embedder: Embedder) -> None:
    question = "Who approves a journey by rail?"
    row = "Who approves a journey by rail: the head of department."
    text = f"{row} Journeys by rail are booked in second class."
    checked = check_draft(
        question, "I do not know.", {1: _hit(1, text)}, embedder, BUILT_IN, {}, weak=True
    )
    assert "head of department" in checked.text


def test_an_answer_is_quoted_with_the_question_that_its_document_asks(embedder: Embedder) -> None:
    text = "Q: How long must a password be?\nA: At least 14 characters."
    checked = check_draft(
        "What is the minimum password length?", "x", {1: _hit(1, text)}, embedder, BUILT_IN, {}
    )
    assert checked.text == "“How long must a password be? At least 14 characters.” [1]"
    assert (
        checked.citations[0].quote == "Q: How long must a password be? A: At least 14 characters."
    )


def test_nothing_false_hides_behind_a_true_sentence_in_its_quotation_marks(
    embedder: Embedder,
) -> None:
    question = "Who has to approve a trip outside Europe?"
    signed = "The head of your division, at least two weeks ahead."
    offered = {
        1: replace(_hit(1, signed), heading="Who signs off trips outside Europe?"),
        2: replace(_hit(2, "With the next salary run."), heading="When is my claim paid out?"),
    }
    draft = f"“{question} {signed} The next salary run after it was approved.” [1]"
    checked = check_draft(question, draft, offered, embedder, BUILT_IN, {}, weak=True)
    assert "division" in checked.text
    assert "salary" not in checked.text


def test_a_model_that_goes_in_circles_is_heard_once(embedder: Embedder) -> None:
    said = "Full-time employees have 28 working days of annual leave [1]. "
    assert _checked(embedder, said * 4).text.count("28") == 1


@pytest.mark.parametrize(
    ("question", "text", "answer"),
    [
        (
            "Can I return an opened product within 14 days?",
            "Can I return an opened product within 14 days? No. Opened products are excluded.\n\n"
            "Can I return an unopened product within 14 days? Yes. We refund the full price.",
            "No. Opened products are excluded.",
        ),
        (
            "How many days of leave do full-time employees get?",
            "How many days of leave do full-time employees get?\n28 days a year.\n\n"
            "How many days of leave do part-time employees get?\n14 days a year.",
            "28 days a year.",
        ),
    ],
)
def test_who_asks_a_documents_own_question_gets_its_own_answer(
    embedder: Embedder, question: str, text: str, answer: str
) -> None:
    checked = check_draft(question, "", {1: _hit(1, text)}, embedder, BUILT_IN, {}, weak=True)
    assert checked.text == f"“{question} {answer}” [1]"


def test_a_supported_no_is_an_answer_and_no_refusal(embedder: Embedder) -> None:
    text = "Tram and bus are in the flat rate. Parking is not mentioned in the documents of 2024."
    draft = "Parking is not mentioned in the documents of 2024 [1]."
    question = "Was parking mentioned in the documents of 2024?"
    checked = check_draft(question, draft, {1: _hit(1, text)}, embedder, BUILT_IN, {})
    assert "Parking is not mentioned" in checked.text


def test_a_wrong_citation_is_replaced_by_the_right_one(embedder: Embedder) -> None:
    checked = _checked(embedder, "Full-time employees have 28 working days of annual leave [4].")
    assert [citation.n for citation in checked.citations] == [1]


def test_a_citation_that_was_not_offered_is_removed(embedder: Embedder) -> None:
    checked = _checked(embedder, "Full-time employees have 28 working days of annual leave [9].")
    assert "[9]" not in checked.text
    assert [citation.n for citation in checked.citations] == [1]


def test_a_wrong_number_is_never_shown_as_supported(embedder: Embedder) -> None:
    checked = _checked(embedder, "Full-time employees have 30 working days of annual leave [1].")
    assert checked.quoted
    assert "28" in checked.text
    assert "30" not in checked.text


def test_an_unsupported_sentence_is_marked(embedder: Embedder) -> None:
    draft = "Full-time employees have 28 working days of annual leave [1]. Managers get a yacht."
    checked = _checked(embedder, draft)
    assert [sentence.supported for sentence in checked.sentences] == [True, False]
    assert checked.sentences[1].citations == ()


def test_an_unsupported_sentence_is_withheld_where_that_is_set(embedder: Embedder) -> None:
    draft = "Full-time employees have 28 working days of annual leave [1]. Managers get a yacht."
    assert "yacht" not in _checked(embedder, draft, withhold=True).text


def test_a_weak_models_empty_words_become_a_quotation(embedder: Embedder) -> None:
    checked = _checked(embedder, "Annual leave is important for employees.", weak=True)
    assert checked.quoted
    assert checked.text.startswith("“Full-time employees are entitled to 28")


def test_nothing_offered_is_nothing_found(embedder: Embedder) -> None:
    checked = check_draft(QUESTION, "28 days.", {}, embedder, BUILT_IN, {})
    assert not checked.decision.found
    assert checked.text == NOT_FOUND
    assert checked.citations == []


def test_a_question_about_something_else_is_refused(embedder: Embedder) -> None:
    checked = check_draft(
        "Who chairs the supervisory board of Acme in Lisbon?",
        "The board is chaired by Full-time employees.",
        {1: _hit(1, LEAVE)},
        embedder,
        BUILT_IN,
        {},
    )
    assert not checked.decision.found


@pytest.mark.parametrize(
    ("question", "denies"),
    [
        ("When does unused leave lapse?", 0.0),
        ("When does unused leave not lapse?", 1.0),
        ("When can unused leave not be carried over?", 0.5),  # what was found denies as well
    ],
)
def test_a_denial_counts_less_where_the_evidence_denies(
    embedder: Embedder, question: str, denies: float
) -> None:
    text = "Unused leave lapses. " if denies != 0.5 else "Unused leave cannot be carried over. "
    checked = check_draft(question, "", {1: _hit(1, text)}, embedder, BUILT_IN, {})
    assert checked.decision.signals["question_denies"] == denies


def test_a_weak_models_words_keep_the_order_of_their_evidence(embedder: Embedder) -> None:
    rule = (
        "You can take ten days of leave for the death of an immediate relative, and three days "
        "of leave for the death of an extended relative."
    )
    swapped = (
        "You can take ten days of leave for the death of an extended relative, and three days "
        "of leave for the death of an immediate relative."
    )
    question = "How many days of leave may I take for the death of an extended relative?"
    offered = {1: _hit(1, rule)}
    for draft, kept in ((swapped, False), (rule, True)):
        checked = check_draft(question, draft, offered, embedder, BUILT_IN, {}, weak=True)
        assert "extended relative, and three" not in checked.text
        assert checked.quoted != kept
