"""The rule in force comes before the one it replaced, unless the old one is asked for."""

from app.answering.editions import prefer_editions, read_edition
from vectorstore.records import Hit

OLD = "Valid from 1 March 2022 until 30 June 2024. Replaced by version 3.1."
NEW = "Version 3.1. Valid from 1 July 2024. This version replaces the policy of 1 March 2022."
OPENINGS = {"policy-2022.txt": OLD, "policy.docx": NEW}


def _hit(document: str, score: float) -> Hit:
    return Hit(document, None, "", "0.36 euros", score, document, "general", 3)


def _order(question: str) -> list[str]:
    hits = [_hit("policy-2022.txt", 0.9), _hit("policy.docx", 0.8)]
    return [h.document for h in prefer_editions(question, hits, lambda h: OPENINGS[h.document])]


def test_a_document_says_that_it_was_replaced() -> None:
    assert read_edition("policy-2022.txt", OLD).replaced
    assert not read_edition("policy.docx", NEW).replaced


def test_the_rule_in_force_comes_first() -> None:
    assert _order("What is paid for a private car?") == ["policy.docx", "policy-2022.txt"]


def test_the_old_rule_comes_first_when_it_is_asked_for() -> None:
    assert _order("What was paid before for a private car?")[0] == "policy-2022.txt"
    assert _order("What is paid for a car by the 2022 policy?")[0] == "policy-2022.txt"


def test_a_replaced_edition_stays_when_it_alone_answers() -> None:
    hits = [_hit("policy-2022.txt", 0.9), _hit("policy.docx", 0.3)]
    ordered = prefer_editions("Which form is used?", hits, lambda h: OPENINGS[h.document])
    assert ordered[0].document == "policy-2022.txt"
