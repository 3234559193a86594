"""Which questions of a conversation ask for a summary, and what a reader then gets."""

from pathlib import Path

import pytest

from app.answering.ask import Ask
from app.answering.events import Finished, Progress
from app.answering.summarising.in_chat import document_to_summarise
from app.people.access import EVERYONE, Person, Rules, SpaceRule
from app.printing.markdown import Items, Mark, Paragraph, read_markdown
from app.settings import load_settings
from app.web.chat.workspace_backend import WorkspaceBackend
from app.workspace.personal_workspace import PersonalWorkspace
from app.workspace.wiring import open_workspace
from vectorstore.records import DocumentRecord
from vectorstore.scope import Scope

SECURITY = Path(__file__).parents[1] / "samples" / "security.html"


def _record(name: str, title: str = "", space: str = "general") -> DocumentRecord:
    return DocumentRecord(space, name, title, "0" * 64, "x", 1, 3, "", "2026-11-01")


HANDBOOK = _record("hr/Handbook.pdf", "Employee handbook")
TRAVEL = _record("travel.docx", "Travel policy")
TWIN = _record("old/travel.docx", "Travel policy 2021")
KNOWN = [HANDBOOK, TRAVEL, TWIN]


@pytest.mark.parametrize(
    ("question", "chosen", "found"),
    [
        ("Summarise this document", [TRAVEL], TRAVEL),
        ("please summarize the document.", [TRAVEL], TRAVEL),
        ("Fasse dieses Dokument bitte zusammen", [TRAVEL], TRAVEL),
        ("Summarise this document", [TRAVEL, HANDBOOK], None),
        ("Summarise this document", None, None),
        ("Can you summarise “Handbook.pdf”?", None, HANDBOOK),
        ("Give me a summary of the employee handbook, please", None, HANDBOOK),
        ("Summarise the travel policy", None, TRAVEL),
        ("Summarise travel", None, None),
        ("Summarise the rules for sick leave", [HANDBOOK], None),
        ("Who has to summarise the employee handbook?", None, None),
    ],
)
def test_only_a_clear_wish_is_a_wish(
    question: str, chosen: list[DocumentRecord] | None, found: DocumentRecord | None
) -> None:
    assert document_to_summarise(question, chosen, KNOWN) == found


KIM = Person("1", "kim")


def test_the_chat_answers_with_a_summary_and_goes_on(tmp_path: Path) -> None:
    with open_workspace(load_settings({"home": tmp_path}), "test") as home:
        home.ingest([SECURITY], space="general")
        rules = Rules({"general": SpaceRule(frozenset({EVERYONE}))})
        chat = WorkspaceBackend(
            lambda person: PersonalWorkspace(home, lambda: person, lambda: rules), home.chat
        )
        only = Scope(("general",), (("general", SECURITY.name),))
        events = list(chat.ask(Ask("Summarise this document", only), KIM))
        assert isinstance(events[0], Progress)
        last = events[-1]
        assert isinstance(last, Finished)
        answer = last.answer
        assert answer.found
        assert answer.quoted
        numbers = {citation.n for citation in answer.citations}
        (shown,) = read_markdown(answer.answer, cited=numbers)
        assert isinstance(shown, Items)
        assert len(shown.items) > 3
        assert all(
            isinstance(point, Paragraph) and isinstance(point.words[-1], Mark)
            for (point,) in shown.items
        )
        assert all(sentence.supported for sentence in answer.sentences)
        question = "How long does a password have to be?"
        *_, after = chat.ask(Ask(question, history=(answer,)), KIM)
        assert isinstance(after, Finished)
        assert after.answer.turns[0].question == "Summarise this document"
        assert after.answer.citations
