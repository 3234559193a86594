"""What quotes a document is shown by the rights of the space that the document is in now."""

import asyncio
import threading
from collections.abc import Iterable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
from deletion.folders import SECRET, files_with, opened, quote, written
from fakes import FakeBackend

from app.answering.filters.opening import screen_of
from app.batch.journal import open_journal
from app.data_folder.layout import DataFolder
from app.people.access import Person, Rules, SpaceRule
from app.people.conversations.store import Conversations
from app.settings import FilterSettings
from app.web.chat.answers import Answers, Line, Question
from app.web.chat.view import Stage, Turn
from app.workspace.personal_workspace import PersonalWorkspace
from app.workspace.workspace import Workspace

KIM = Person("kim", "kim")
WORDS = SECRET.decode()


def spaces_in(home: Workspace, folder: Path) -> set[str]:
    """Every space that anything saved says it quotes."""
    found: set[str] = set()
    with closing(Conversations(DataFolder(folder).conversations)) as saved:
        for listed in saved.listed("kim"):
            conversation = saved.read("kim", listed.id, set)
            assert conversation is not None
            for turn in conversation.turns:
                assert turn.answer is not None
                found |= {one.space for one in turn.answer.citations}
                assert found <= set(turn.spaces)
    for run in DataFolder(folder).questionnaires.iterdir():
        with open_journal(run) as journal:
            for result in journal.results():
                found |= {one.space for one in (*result.evidence, *result.nearest)}
    return found


def test_what_was_quoted_moves_with_the_document(tmp_path: Path) -> None:
    folder = tmp_path / "home"
    with opened(folder) as home:
        home.ingest([written(tmp_path / "files")], space="general")
        quote(home, "merger.txt")
        assert spaces_in(home, folder) == {"general"}
        home.move("merger.txt", space="general", to_space="board")
        assert spaces_in(home, folder) == {"board"}
        # General holds other documents, and its readers see nothing of this one any more.
        with closing(Conversations(DataFolder(folder).conversations)) as saved:
            (listed,) = saved.listed("kim")
            seen = saved.read("kim", listed.id, lambda spaces: set(spaces) & {"general"})
            assert seen is not None
            assert seen.turns[0].withheld
            assert WORDS not in str(seen)


def test_a_turn_after_one_that_quotes_it_moves_too(tmp_path: Path) -> None:
    folder = tmp_path / "home"
    with opened(folder) as home:
        home.ingest([written(tmp_path / "files")], space="general")
        quote(home, "merger.txt")
        with closing(Conversations(DataFolder(folder).conversations)) as saved:
            (listed,) = saved.listed("kim")
            held = saved.read("kim", listed.id, set)
            assert held is not None
            after = replace(held.turns[0], number=2, answer=None, draft=WORDS, state="stopped")
            assert saved.keep("kim", listed.id, after)
        home.move("merger.txt", space="general", to_space="board")
        with closing(Conversations(DataFolder(folder).conversations)) as saved:
            seen = saved.read("kim", listed.id, lambda spaces: set(spaces) & {"general"})
            assert seen is not None
            assert [turn.withheld for turn in seen.turns] == [True, True]


class Deleting(FakeBackend):
    """A backend over a real data folder, for what is asked when a turn is kept."""

    def __init__(self, home: Workspace) -> None:
        super().__init__()
        rules = Rules({"general": SpaceRule(frozenset({"everyone"}))})
        self.view = PersonalWorkspace(home, lambda: KIM, lambda: rules)

    def may_keep(self, question: str, person: Person) -> str:
        return self.view.may_keep(question)

    def were_deleted(self, documents: Iterable[tuple[str, str]], person: Person) -> bool:
        return self.view.were_deleted(documents)


@pytest.mark.parametrize("when", ["before it is kept", "while it is kept", "after"])
def test_a_deletion_during_an_answer_leaves_no_word(tmp_path: Path, when: str) -> None:
    folder = tmp_path / "home"
    with opened(folder) as home:
        home.ingest([written(tmp_path / "files")], space="general")
        (hit,) = home.index.chunks("general", "merger.txt")
        turn = Turn(1, "Who is taken over?", stage=Stage.STOPPED, passages=(hit,), draft=WORDS)
        with closing(Conversations(DataFolder(folder).conversations)) as saved:
            deleting: list[threading.Thread] = []

            def delete() -> None:
                (removal,) = home.remove(["merger.txt"], space="general")
                assert removal.receipt is not None
                if when != "while it is kept":
                    assert removal.receipt["gone"]

            keep = saved.keep

            def kept(*arguments: Any, **more: Any) -> bool:
                if when == "while it is kept":
                    deleting.append(threading.Thread(target=delete))
                    deleting[0].start()
                return keep(*arguments, **more)

            cast(Any, saved).keep = kept
            if when == "before it is kept":
                delete()
            answers = Answers(Deleting(home), saved, cast(Any, None))
            asyncio.run(answers._save(Line(KIM, "talk", saved=False), turn, ()))
            for thread in deleting:
                thread.join(60)
            if when == "after":
                delete()
        assert files_with(folder, SECRET) == []


@pytest.mark.parametrize(
    ("action", "kept"),
    [("off", True), ("mark", True), ("mask", False), ("refuse", False)],
)
def test_a_question_that_a_filter_hides_is_no_title(
    tmp_path: Path, action: str, kept: bool
) -> None:
    folder, address = tmp_path / "home", "orla.brennan@example.com"
    with opened(folder) as home:
        screen = screen_of(FilterSettings(personal_data=True, questions=action))
        screened = Workspace(home.settings, home.index, home.chat, home.trail, home.deleter, screen)
        with closing(Conversations(DataFolder(folder).conversations)) as saved:
            answers = Answers(Deleting(screened), saved, cast(Any, None))
            question = Question(f"Who is {address}?")
            asyncio.run(answers._begun(Line(KIM, "talk", saved=False), question))
            (listed,) = saved.listed("kim")
            assert (address in listed.title) is kept
            assert bool(saved.search("kim", "orla", set)) is kept
        assert bool(files_with(folder, address.encode())) is kept
