"""The rule in force comes before the one it replaced, unless the old one is asked for."""

import pytest

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


@pytest.mark.parametrize(
    "opening",
    [
        "The 2022 policy is no longer in force.",
        "The 2022 edition has been replaced by this one.",
        "A lost badge is replaced within two days. Obsolete badges are handed in.",
        "Consent can be withdrawn on request.",
        "Worn belts are replaced by the service team.",
        "The boiler, replaced by a heat pump in 2019, stood in the cellar.",
        "This document lists parts that are no longer made.",
        "This policy replaces the one of 2022, which was withdrawn on 1 May 2024.",
        "Die Fassung von 2022 wurde durch diese Richtlinie ersetzt.",
        "Ein verlorener Ausweis wird ersetzt.",
    ],
)
def test_an_edition_in_force_tells_of_other_things_that_were_replaced(opening: str) -> None:
    assert not read_edition("policy-2024.txt", f"Policy 2024\n{opening}").replaced


@pytest.mark.parametrize(
    "opening",
    [
        "Status: superseded",
        "Travel policy 2022 (obsolete)",
        "Travel policy 2022 - WITHDRAWN",
        "No longer valid since 1 July 2024.",
        "Superseded by HR-12.",
        "Valid until 30 June 2024, then replaced by version 3.1.",
        "This travel policy has been replaced by version 3.1.",
        "This version was withdrawn on 30 June 2024.",
        "These rules are no longer in force.",
        "The 2022 policy is no longer in force.",
        "Diese Richtlinie ist nicht mehr gültig.",
        "Diese Reiserichtlinie wurde am 1. Juli 2024 durch Fassung 3.1 ersetzt.",
        "Ersetzt durch Fassung 3.1.",
        "Außer Kraft seit 1. Juli 2024",
    ],
)
def test_a_document_says_in_other_words_that_it_was_replaced(opening: str) -> None:
    assert read_edition("policy-2022.txt", f"Travel policy\n{opening}\nThe rate is 0.30.").replaced
