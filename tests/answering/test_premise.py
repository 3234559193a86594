"""Nothing is given because a question said it."""

import json
from pathlib import Path

import pytest

from app.answering.confidence import BUILT_IN
from app.answering.finding import judge
from app.answering.premise import unheld_premise, unheld_shares, unheld_subject
from app.answering.support import find_support
from app.engine.models import STARTER_EMBEDDER, installed_models_dir
from vectorstore.embedder import Embedder
from vectorstore.loading import load_embedder
from vectorstore.records import Hit

OPENS = "The new warehouse in Husum opens on 1 September 2024."
BOUGHT = "The board approved the purchase of a forklift for 23,400 euros."
LED = "The personnel department is led by Dr. Ines K. Mayer."
TRAVEL = "The total of travel costs in 2023 was 48,300 euros."
LAGER = "Das neue Lager in Husum wird am 1. September 2024 eröffnet."
CLINIC = "The clinic in Lund was enlarged in March 2021 by the architect Siv Dahl."


@pytest.mark.parametrize(
    ("said", "passage"),
    [
        ("The warehouse in Husum burned down on 1 September 2024.", OPENS),
        ("The forklift was stolen on 1 September 2024.", f"{BOUGHT} {OPENS}"),
        ("The forklift was sold on 1 September 2024.", f"{BOUGHT} {OPENS}"),
        ("The warehouse in Husum sold on 1 September 2024.", OPENS),
        ("The warehouse in Husum closed on 1 September 2024.", OPENS),
        ("The personnel department was fired by Dr. Ines K. Mayer.", LED),
        ("The total of travel costs in 2024 was 48,300 euros.", TRAVEL),
        ("The clinic in Lund was demolished in March 2021.", CLINIC),
        ("The clinic in Malmö was enlarged in March 2021.", CLINIC),
        ("The clinic in Lund was bought in March 2021 by the architect Siv Dahl.", CLINIC),
        ("The school in Lund was enlarged in March 2021.", CLINIC),
        ("Das Lager in Husum wurde am 1. September 2024 verkauft.", LAGER),
        ("Das Lager in Husum brannte am 1. September 2024 ab.", LAGER),
        ("Das Lager in Kiel wird am 1. September 2024 eröffnet.", LAGER),
    ],
)
def test_the_questions_words_support_nothing(said: str, passage: str) -> None:
    assert find_support(said, [passage], f"{said.rstrip('.')}?") is None


@pytest.mark.parametrize(
    ("said", "passage"),
    [
        ("The warehouse in Husum opened on 1 September 2024.", OPENS),
        ("The warehouse was opened on 1.9.2024.", OPENS),
        ("A forklift was approved for 23,400 euros.", BOUGHT),
        ("The board approved buying a forklift.", BOUGHT),
        ("Dr. Mayer heads the personnel department.", LED),
        ("In 2023 the travel costs were 48,300 euros in total.", TRAVEL),
        ("The architect Siv Dahl enlarged the clinic.", CLINIC),
        ("Das Lager öffnet am 1. September 2024.", LAGER),
    ],
)
def test_a_paraphrase_is_supported_without_the_question(said: str, passage: str) -> None:
    assert find_support(said, [passage]) is not None


@pytest.mark.parametrize(
    ("question", "said", "passage"),
    [
        ("When did the warehouse burn down?", "On 1 September 2024.", OPENS),
        ("When was the clinic in Lund sold?", "In March 2021.", CLINIC),
        ("Wann wurde das Lager verkauft?", "Am 1. September 2024.", LAGER),
        ("What were the travel costs in 2024?", "The travel costs were 48,300 euros.", TRAVEL),
    ],
)
def test_an_answer_that_leans_on_a_false_question_is_not_supported(
    question: str, said: str, passage: str
) -> None:
    assert find_support(said, [passage], question) is None


@pytest.mark.parametrize(
    ("question", "said", "passage"),
    [
        ("When does the warehouse open?", "On 1 September 2024.", OPENS),
        ("When was the clinic enlarged?", "In March 2021.", CLINIC),
        ("Wann wird das Lager eröffnet?", "Am 1. September 2024.", LAGER),
        ("What were the travel costs in 2023?", "The travel costs were 48,300 euros.", TRAVEL),
    ],
)
def test_a_short_answer_to_a_true_one_is(question: str, said: str, passage: str) -> None:
    assert find_support(said, [passage], question) is not None


@pytest.mark.parametrize(
    ("question", "evidence", "unheld"),
    [
        ("When did the warehouse in Husum burn down?", OPENS, ("burn",)),
        ("When was the forklift stolen?", BOUGHT, ("stolen",)),
        ("Who was fired by the personnel department?", LED, ("fired",)),
        ("What was the total of travel costs in 2024?", TRAVEL, ("2024",)),
        ("Who enlarged the clinic in Malmö?", CLINIC, ("Malmö",)),
        ("Wann ist das Lager abgebrannt?", LAGER, ("abgebrannt",)),
        ("When does the warehouse open?", OPENS, ()),
        ("Who leads the personnel department?", LED, ()),
        ("Who enlarged the clinic, and when?", CLINIC, ()),
        ("What did travel cost in 2023?", TRAVEL, ()),
        ("Wann wird das neue Lager eröffnet?", LAGER, ()),
    ],
)
def test_what_the_documents_do_not_say_is_named(
    question: str, evidence: str, unheld: tuple[str, ...]
) -> None:
    assert unheld_premise(question, evidence) == unheld


def test_what_stands_around_the_evidence_holds_too() -> None:
    question = "How long is the notice period for suppliers?"
    assert unheld_premise(question, "It is six weeks.") == ("notice", "period", "suppliers")
    assert unheld_premise(question, "It is six weeks.", ["Suppliers > Notice period"]) == ()


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return load_embedder(Path(installed_models_dir() / STARTER_EMBEDDER))


@pytest.mark.parametrize(
    ("question", "evidence", "unheld"),
    [
        ("When did the warehouse in Husum burn down?", OPENS, ("burn",)),
        ("When did the warehouse in Husum close?", OPENS, ("close",)),
        ("When was the forklift sold?", BOUGHT, ("sold",)),
        ("Who was fired by the personnel department?", LED, ("fired",)),
        ("When was the clinic in Malmö demolished?", CLINIC, ("Malmö", "demolished")),
        ("Wann wurde das Lager in Husum geschlossen?", LAGER, ("geschlossen",)),
        ("When was the clinic in Lund extended?", CLINIC, ()),
        ("Who approves buying a lift truck?", BOUGHT, ()),
    ],
)
def test_with_an_embedder_a_likely_word_holds_but_its_opposite_does_not(
    embedder: Embedder, question: str, evidence: str, unheld: tuple[str, ...]
) -> None:
    assert unheld_premise(question, evidence, embedder=embedder) == unheld


@pytest.mark.shared
@pytest.mark.parametrize(
    ("question", "rule", "measured", "held"),
    [
        ("How many weeks after 5 years?", "Two weeks for over 1 year of employment.", False, True),
        ("Is a flight of 12 hours paid?", "Flights of over 7 hours are paid.", True, True),
        ("Is a deposit of 40 euros enough?", "The deposit is 60 euros.", True, True),
        ("What does the deposit of 40 euros buy?", "The deposit is 60 euros.", False, False),
        ("How much in 2024?", "The sum of 2023 was 40 euros.", True, False),
        ("Is the flight of 12 hours paid?", "A flight costs 12 euros.", True, True),
        ("Is the flight of 13 hours paid?", "A flight costs 12 euros.", True, False),
    ],
)
def test_a_figure_may_be_a_case_of_a_rule_of_its_unit(
    question: str, rule: str, measured: bool, held: bool
) -> None:
    values, _ = unheld_shares(question, rule, [], measured=measured)
    assert (values == 0) == held


def test_case_37(shared_dir: Path) -> None:
    folder = shared_dir / "cases/37-false-premise-shown-as-supported"
    texts = [
        (folder / name).read_text() for name in ("meeting.txt", "handbook.md", "contract_2024.txt")
    ]
    case = json.loads((folder / "case.json").read_text())
    for line in case["got"]:
        question, _, answer = line.partition(" -> ")
        said = answer.partition(" [1]")[0]
        assert find_support(said, texts, question) is None, said
        assert unheld_premise(question, texts[0], texts[1:]), question


@pytest.mark.parametrize(
    ("question", "evidence", "subject"),
    [
        (
            "How much notice do interns get?",
            "Full-time employees get 28 days of notice.",
            "interns",
        ),
        ("How much notice do managers get?", "Managers get 90 days of notice.", ""),
        (
            "How much revenue did the Western region have?",
            "Region: Highmoor; Revenue: 254",
            "Western",
        ),
        ("When does the warehouse open?", "The warehouse opens on 1 September 2024.", ""),
        ("When is payday?", "Salaries are paid on the 27th of the month.", ""),
        ("What life is assumed for pumps?", "Pumps: Useful life 18 years", ""),
        ("Was kostet ein Stellplatz im Monat?", "Die Kilowattstunde kostet 39 Cent.", "Stellplatz"),
    ],
)
def test_what_is_said_of_another_is_no_answer(
    question: str, evidence: str, subject: str, embedder: Embedder
) -> None:
    found = unheld_subject(question, evidence, ["handbook.pdf"], evidence, embedder)
    assert (subject in found) if subject else found == ""


@pytest.mark.parametrize(
    ("question", "likeness", "found"),
    [
        ("When does the new warehouse in Husum open?", 0.6, True),
        ("Where is the sauna?", 0.26, False),
        ("Where is the swimming pool?", 0.26, False),
    ],
)
def test_what_is_wholly_unlike_in_another_language_is_no_answer(
    embedder: Embedder, question: str, likeness: float, found: bool
) -> None:
    """Likeness as a search over a club's German rules gave it."""
    signals = {"cosine": likeness, "likeness": likeness}
    hits = [Hit("lager.md", None, "Lager", LAGER, 1.0, "0" * 16, "s", 1, signals)]
    part = judge(question, hits, hits, embedder, BUILT_IN, {})
    assert part.decision.signals["other_language"]
    assert part.found is found
