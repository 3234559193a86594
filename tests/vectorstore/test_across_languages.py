"""A question in German finds English documents, and the other way round, with the starter."""

from pathlib import Path

import pytest

from app.answering.confidence import BUILT_IN, decide, decision_signals
from app.answering.evaluation.questions import read_questions
from app.answering.evaluation.report import evaluate
from app.answering.evidence import rank_evidence
from app.answering.language import telling_words
from ingest.pipeline import ingest_paths
from vectorstore.index import Index
from vectorstore.loading import load_embedder
from vectorstore.records import Chunk, NewDocument
from vectorstore.scope import Scope

TESTS = Path(__file__).parents[1]
ENGLISH = (
    "Full-time employees have 28 working days of annual leave in each calendar year.",
    "Laptops lock themselves after five minutes without use.",
    "The main gate is closed from 22:00 to 5:30; the night porter opens it.",
)
GERMAN = (
    "Die Kaffeemaschine im Pausenraum wird jeden ersten Montag im Monat entkalkt.",
    "Besucher melden sich am Empfang an und tragen einen gelben Ausweis.",
    "Die Sicherheitsschuhe werden einmal im Jahr ersetzt.",
)
ASKED = (
    ("Wie viele Urlaubstage haben Vollzeitbeschäftigte?", ENGLISH[0]),
    ("Wann sperrt sich der Rechner von selbst?", ENGLISH[1]),
    ("Wer macht nachts das Tor auf?", ENGLISH[2]),
    ("When must the coffee machine be descaled?", GERMAN[0]),
    ("What do visitors have to wear?", GERMAN[1]),
    ("How often do I get new safety shoes?", GERMAN[2]),
)


@pytest.fixture(scope="module")
def mixed(starter_embedder: Path, tmp_path_factory: pytest.TempPathFactory) -> Index:
    index = Index.open(tmp_path_factory.mktemp("mixed"), load_embedder(starter_embedder))
    for number, text in enumerate((*ENGLISH, *GERMAN)):
        name = f"{number}.txt"
        index.put(NewDocument("general", name, name, name, "", None, ""), [Chunk(text, None, "")])
    return index


@pytest.mark.parametrize(("question", "wanted"), ASKED)
def test_the_other_language_is_found_first(mixed: Index, question: str, wanted: str):
    assert mixed.search(question, Scope(("general",)), 3).hits[0].text == wanted


@pytest.mark.slow
@pytest.mark.parametrize(
    ("folders", "questions", "least"),
    [
        ((TESTS / "samples", TESTS / "corpus"), "german_unseen.jsonl", 0.8),
        ((TESTS / "languages" / "german",), "english_unseen.jsonl", 0.6),
    ],
)
def test_recall_on_questions_that_nothing_was_fitted_to(
    starter_embedder: Path, tmp_path: Path, folders: tuple[Path, ...], questions: str, least: float
):
    index = Index.open(tmp_path, load_embedder(starter_embedder))
    ingest_paths(index, list(folders), space="general")
    asked = read_questions(TESTS / "languages" / questions)
    scope = Scope(("general",))
    report = evaluate(asked, lambda question, words: index.search(words, scope, 20).hits)
    index.close()
    assert report["retrieval"]["recall@5"] >= least


@pytest.mark.parametrize(("question", "wanted"), [ASKED[0], ASKED[3]])
def test_what_was_found_across_languages_is_taken_for_an_answer(
    mixed: Index, question: str, wanted: str
):
    hits = mixed.search(question, Scope(("general",)), 8).hits
    rare = mixed.rarity(telling_words(question), None)
    evidence = rank_evidence(question, hits, mixed.embedder, rare)
    signals = decision_signals(
        question, hits, evidence, rarity=rare, supported=1.0, model_refused=False
    )
    assert evidence[0].sentence == wanted
    assert signals["other_language"] == 1.0
    assert decide(signals, BUILT_IN).found
