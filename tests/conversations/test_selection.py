"""What a reader ticked becomes the scope of a question: nothing ticked is everything."""

from fakes import document

from app.people.conversations.turns import Selection
from vectorstore.scope import EVERYTHING, Scope

NOTES = document("notes.md", space="hr")
PAY = document("pay.md", space="hr")
PLAN = document("plan.md", space="works")
DOCUMENTS = (NOTES, PAY, PLAN)


def test_nothing_ticked_is_everything() -> None:
    assert Selection().scope(DOCUMENTS) == EVERYTHING
    assert EVERYTHING.is_everything
    assert not EVERYTHING.is_empty


def test_whole_spaces_are_a_scope_of_spaces() -> None:
    assert Selection(("works", "hr")).scope(DOCUMENTS) == Scope(("hr", "works"))


def test_documents_beside_spaces_are_named_one_by_one() -> None:
    ticked = Selection(("works",), (("hr", "pay.md"),))
    assert ticked.of(DOCUMENTS) == [PAY, PLAN]
    assert ticked.scope(DOCUMENTS) == Scope(
        ("hr", "works"), (("hr", "pay.md"), ("works", "plan.md"))
    )


def test_what_is_gone_leaves_nothing_and_never_everything() -> None:
    for ticked in (Selection(("gone",)), Selection((), (("hr", "gone.md"),))):
        scope = ticked.scope(DOCUMENTS)
        assert scope.is_empty
        assert not scope.is_everything


def test_json_has_no_pairs() -> None:
    assert Scope.of(["hr"], ["pay.md", ["hr", "notes.md"]]) == Scope(
        ("hr",), ("pay.md", ("hr", "notes.md"))
    )
