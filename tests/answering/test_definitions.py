"""What is asked to be explained, and which sentence explains it."""

from dataclasses import replace

import pytest
from word_embedder import WordEmbedder

from app.answering.confidence import BUILT_IN
from app.answering.definitions import defining_passages, term_of
from app.answering.finding import Around, Part, judge
from vectorstore.records import Hit

EMBEDDER = WordEmbedder()


def _hit(number: int, heading: str, text: str, document: str = "relay.md") -> Hit:
    signals = {"cosine": 0.6, "likeness": 0.6}
    return Hit(document, None, heading, text, 1.0, f"{number:016x}", "s", number, signals)


def _judged(question: str, *hits: Hit) -> Part:
    around = Around(
        lambda hit: [one for one in hits if one.heading == hit.heading],
        lambda hit: [one for one in hits if one.document == hit.document],
    )
    return judge(question, hits, hits, EMBEDDER, BUILT_IN, {}, around=around)


@pytest.mark.parametrize(
    ("question", "term"),
    [
        ("What is the failover relay?", "failover relay"),
        ('What does "use or lose" mean?', "use or lose"),
        ("What does --force do?", "--force"),
        ("Explain split horizon", "split horizon"),
        ("Was ist ein Lastabwurf?", "Lastabwurf"),
        ("Was bedeutet Lastabwurf?", "Lastabwurf"),
        ("What is the difference between a relay and a fuse?", ""),
        ("How many relays are there?", ""),
        ("What is the price of the relay that was sold to the hospital in Ghent?", ""),
    ],
)
def test_what_is_to_be_defined(question: str, term: str) -> None:
    assert term_of(question) == term


def test_a_definition_comes_before_other_sentences_about_the_thing() -> None:
    part = _judged(
        "What is load shedding?",
        _hit(1, "Effects", "You can disable load shedding. Load shedding never stops the relay."),
        _hit(2, "Load shedding", "Load shedding is the planned loss of consumers."),
    )
    assert part.evidence[0].sentence == "Load shedding is the planned loss of consumers."


def test_the_section_about_the_thing_is_read_even_if_search_did_not_find_it() -> None:
    found = _hit(1, "Effects", "You can disable load shedding.")
    opening = replace(_hit(2, "Load shedding", "It parts consumers from the grid."), signals={})
    outline = [found, opening]
    (more,) = defining_passages("What is load shedding?", [found], lambda hit: outline)
    assert more.chunk_id == opening.chunk_id
    assert more.signals == found.signals
    assert not defining_passages("How is load shedding stopped?", [found], lambda hit: outline)


MESSAGE = "relayd: cannot open socket 7: address already in use"
HELP = f"This happens after a crash.\n\n{MESSAGE}\n\nStop the old process with kill."


@pytest.mark.parametrize("behind", ["", " Why does this happen?"])
def test_a_pasted_message_is_answered_by_what_stands_around_it(behind: str) -> None:
    part = _judged(f"{MESSAGE}{behind}", _hit(1, "Questions", HELP))
    assert part.block is not None
    told = [item.text for item in part.block.items]
    assert told == ["This happens after a crash.", "Stop the old process with kill."]


def test_a_question_that_a_sentence_answers_in_its_own_words_is_no_message() -> None:
    part = _judged(
        "Is it true that unused leave lapses at the end of March?",
        _hit(1, "Leave", "Unused leave lapses at the end of March. It is not paid."),
    )
    assert part.block is None


def test_the_options_of_a_command_are_a_list() -> None:
    part = _judged(
        "Which options does relay export have?",
        _hit(
            1,
            "relay export",
            "Writes all settings to a file.\n\n--config is the file that is read.\n\n"
            "--pretty makes the output readable.\n\n--force writes over a file.",
        ),
    )
    assert part.block is not None
    assert [item.text.split()[0] for item in part.block.items] == [
        "--config",
        "--pretty",
        "--force",
    ]
