"""Citation marks are read, and those of passages that nobody offered disappear."""

from hypothesis import given
from hypothesis import strategies as st

from app.answering.citations import read_draft, says_not_found


def test_marks_belong_to_their_sentence() -> None:
    draft = "Leave is 28 days [1]. Norway pays 65 EUR.[2] Both are new [1, 2]."
    assert [(s.text, s.cited) for s in read_draft(draft, {1, 2})] == [
        ("Leave is 28 days.", (1,)),
        ("Norway pays 65 EUR.", (2,)),
        ("Both are new.", (1, 2)),
    ]


def test_a_number_that_was_not_offered_is_removed() -> None:
    (sentence,) = read_draft("Leave is 28 days [7].", {1, 2})
    assert sentence.cited == ()
    assert "7" not in sentence.text


def test_a_year_in_brackets_is_no_citation() -> None:
    (sentence,) = read_draft("The handbook (2021) says 28 days [1].", {1})
    assert sentence.text == "The handbook (2021) says 28 days."


def test_sentences_in_one_pair_of_quotation_marks_are_judged_one_by_one() -> None:
    draft = "“Who signs? The head of division. It is paid with the next salary.” [1]"
    assert [sentence.text for sentence in read_draft(draft, {1})] == [
        "Who signs?",
        "The head of division.",
        "It is paid with the next salary.",
    ]
    (quoted,) = read_draft("“The head of division.” [1]", {1})
    assert quoted.text == "“The head of division.”"


@given(st.text(alphabet="ab [](),.;0123456789\n", max_size=200))
def test_no_draft_cites_what_was_not_offered(draft: str) -> None:
    for sentence in read_draft(draft, {1, 2, 3}):
        assert set(sentence.cited) <= {1, 2, 3}


def test_the_models_own_no_is_heard() -> None:
    assert says_not_found("NOT FOUND")
    assert says_not_found("The passages do not mention a company car.")
    assert says_not_found("The price is not stated in the passages.")
    assert not says_not_found("Lost property not collected is given away.")
    assert not says_not_found("No, breakfast is not included in the hotel rate [1].")
