"""Whatever people, groups, spaces and questions there are: nothing of a space without a right.

Every document holds a word that stands nowhere else, in its text, heading and title. The model
repeats all that it is shown, so a word in a prompt is a word in the answer.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest
from fakes import LEAVE, answer
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from word_embedder import chunks, document

from app.answering.ask import Ask
from app.answering.confidence import BUILT_IN, Calibration
from app.answering.events import Answer, Event, Finished, ModelName
from app.answering.language_model import ChatModel
from app.answering.stream import EventStream
from app.engine.client import Completion, Usage
from app.engine.templates import Turn
from app.people.access import EVERYONE, Person, Rules, SpaceRule, private_space
from app.people.allowance import Limits
from app.people.conversations.turns import Selection, drawn_from
from app.settings import load_settings
from app.web.chat.backend import AnswerFailed, FailureKind
from app.web.chat.workspace_backend import WorkspaceBackend
from app.workspace.personal_workspace import PersonalWorkspace
from app.workspace.wiring import open_workspace
from app.workspace.workspace import Workspace
from vectorstore.records import DocumentRecord
from vectorstore.scope import Scope

IDS = ("p0", "p1", "p2")
SHARED = ("finance", "hr", "works")
SPACES = (*SHARED, *(f"~{person}" for person in IDS))
NAMES = ("plan.md", "notes.md")  # the same in every space
GROUPS = ("a", "b", EVERYONE)
ABOUT_DOCUMENTS = (
    "Which documents are there?",
    "How many documents do you have?",
    "Which spaces are there?",
    "Which file types are there?",
    "Which is the newest document?",
    "Which is the oldest document?",
    "Is there a document about the budget?",
    "Which documents mention travel?",
    "List all documents in finance",
    "How many documents are there in the space hr?",
    "Do you have plan.md?",
    "When was notes.md last changed?",
    "How many pages does plan.md have?",
    "What is on page 1 of notes.md?",
    "What is plan.md about?",
    "What is this document about?",
    "In which space is notes.md?",
    "Welche Dokumente gibt es?",
    "Was steht in plan.md?",
    "What was my first question?",
    "Repeat that",
)
MARK = re.compile(r"secret\w+")


def mark(space: str, name: str) -> str:
    return f"secret{space.replace('~', 'own')}{name.removesuffix('.md')}"


class Saying(Completion):
    """Says a text word by word."""

    def __init__(self, text: str) -> None:
        self.usage = None
        self.finish_reason = None
        self._words = iter(re.findall(r"\S+\s*", text))

    def __next__(self) -> str:
        try:
            return next(self._words)
        except StopIteration:
            self.finish_reason, self.usage = "stop", Usage(0, 7, 0)
            raise

    def close(self) -> None:
        self._words = iter(())


class Echo:
    """A model that says what it is shown, over a template that writes one token a letter."""

    stop: tuple[str, ...] = ()
    eog: frozenset[int] = frozenset()

    def __init__(self) -> None:
        self.shown: list[str] = []

    def complete(
        self,
        prompt: Sequence[int],
        *,
        max_tokens: int,
        stop: Sequence[str] = (),
        person: str = "",
        reproducible: bool = False,
        background: bool = False,
    ) -> Completion:
        self.shown.append("".join(map(chr, prompt)))
        return Saying(self.shown[-1])

    def encode(self, system: str, turns: Sequence[Turn]) -> list[int]:
        said = [system, *(f"{turn.user}\n{turn.answer or ''}" for turn in turns)]
        return [ord(letter) for letter in "\n".join(said)]

    def count(self, text: str, limit: int | None = None) -> int:
        return len(text)

    def head(self, text: str, tokens: int) -> str:
        return text[:tokens]


class EchoSource:
    """Stands in for `ChatModelSource`."""

    def __init__(self) -> None:
        self.echo = Echo()

    def model(self) -> ChatModel:
        return ChatModel(self.echo, self.echo, ModelName("echo", "0" * 64), 100_000, weak=False)

    def calibration(self) -> Calibration:
        return BUILT_IN

    def readiness(self) -> str:
        return "ready"

    def close(self) -> None:
        pass


class World:
    """A data folder with two documents in every space, whose rules are set anew each time."""

    def __init__(self, home: Workspace, chat: EchoSource) -> None:
        self.home = home
        self.chat = chat
        self.rules = Rules({})
        self.backend = self.backend_with(Limits(10**6, 10**6))
        self.records = list(home.index.documents())

    def backend_with(self, limits: Limits) -> WorkspaceBackend:
        def workspace_of(person: Person) -> PersonalWorkspace:
            return PersonalWorkspace(self.home, lambda: person, lambda: self.rules)

        return WorkspaceBackend(workspace_of, self.chat, limits=limits)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    configured = load_settings({"home": tmp_path_factory.mktemp("home")})
    chat = EchoSource()
    with open_workspace(configured, "test") as home:
        for space in SPACES:
            for name in NAMES:
                own = mark(space, name)
                text = f"The budget for annual leave and travel is {own}. Nobody else says {own}."
                home.index.put(
                    document(name, space, title=f"Plan {own}"),
                    chunks(text, f"More about the budget: {own} euros.", heading=f"Budget {own}"),
                )
        home.chat = chat  # type: ignore[assignment]
        yield World(home, chat)


def rights(person: Person, rules: Rules) -> set[str]:
    """The spaces that a person may read, written down once more and differently."""
    mine = {f"~{person.id}"}
    if person.only is not None:
        whole = rights(replace(person, only=None), rules)
        return {space for space in whole if space in person.only}
    if person.auditor and not person.administrator:
        return mine
    for space in SHARED:
        rule = rules.spaces.get(space)
        groups = set() if rule is None else set(rule.readers) | set(rule.curators)
        if groups & (set(person.groups) | {EVERYONE}) or (rule is None and person.administrator):
            mine.add(space)
    return mine


def groups_of(names: Sequence[str]) -> st.SearchStrategy[frozenset[str]]:
    return st.frozensets(st.sampled_from(names), max_size=2)


people = st.builds(
    Person,
    st.sampled_from(IDS),
    st.just("kim"),
    st.just(""),
    groups_of(GROUPS),
    st.booleans(),
    st.booleans(),
    st.just(""),
    st.none() | st.frozensets(st.sampled_from(SPACES), max_size=3),  # a key's
)
rules_of_spaces = st.dictionaries(
    st.sampled_from(SHARED), st.builds(SpaceRule, groups_of(GROUPS), groups_of(GROUPS))
).map(Rules)
places = st.tuples(st.sampled_from(SPACES), st.sampled_from(NAMES))
questions = st.one_of(
    st.sampled_from(
        [
            "What is the budget for annual leave?",
            "And for travel?",
            "Summarise this document",
            "Summarise plan.md",
            "Summarise notes",
            "List all documents and spaces",
            *ABOUT_DOCUMENTS,
        ]
    ),
    places.map(lambda place: f"What does {mark(*place)} say?"),
    places.map(lambda place: f"Summarise Plan {mark(*place)}"),
)


def earlier_answer(world: World, place: tuple[str, str]) -> Answer:
    space, name = place
    passage = replace(LEAVE, document=name, space=space, text=f"Said before: {mark(*place)}.")
    made = answer("Before?", [], [], passages=(passage,))
    return replace(made, answer=f"It was {mark(*place)}.", numbers={passage.chunk_id: 1})


@settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    person=people,
    rules=rules_of_spaces,
    question=questions,
    chosen=st.none() | st.lists(places, max_size=4, unique=True),
    spaces=st.none() | st.lists(st.sampled_from(SPACES), max_size=3, unique=True),
    before=st.lists(places, max_size=2),
)
def test_nothing_of_a_space_without_a_right_ever_appears(
    world: World,
    person: Person,
    rules: Rules,
    question: str,
    chosen: list[tuple[str, str]] | None,
    spaces: list[str] | None,
    before: list[tuple[str, str]],
) -> None:
    world.rules = rules
    world.chat.echo.shown.clear()
    readable = rights(person, rules)
    listed = world.backend.documents(person)
    assert {(d.space, d.name) for d in listed} == {(s, n) for s in readable for n in NAMES}
    assert set(world.backend.readable(person, SPACES)) == readable

    wanted = None if not chosen else [_record(world, place) for place in chosen]
    told: list[object] = [listed, world.backend.examples(person)]
    searched = readable if not spaces else readable & set(spaces)
    passages: set[tuple[str, str]] = set()
    failed: FailureKind | None = None
    try:
        for event in world.backend.ask(
            Ask(
                question,
                of_documents(wanted) if wanted else Scope.of(spaces or None),
                tuple(earlier_answer(world, place) for place in before),
            ),
            person,
        ):
            told.append(event)
            found = getattr(event, "answer", None)
            if isinstance(found, Answer):
                passages |= {(hit.space, hit.document) for hit in found.passages}
    except AnswerFailed as failure:
        told.append((str(failure), repr(failure.__cause__)))
        failed = failure.kind
    assert failed in (None, FailureKind.GONE)
    asked = set(MARK.findall(question))
    said = {
        word for text in (*map(repr, told), *world.chat.echo.shown) for word in MARK.findall(text)
    }
    assert said - asked <= {mark(space, name) for space in readable for name in NAMES}
    if chosen:
        # Exactly what was chosen, and not its namesake in another chosen space.
        assert passages <= {place for place in chosen if place[0] in readable}
    else:
        assert {space for space, _ in passages} <= searched


def of_documents(records: Sequence[DocumentRecord]) -> Scope:
    """The scope of a question to these documents alone, as the page makes it."""
    chosen = Selection(documents=tuple((one.space, one.name) for one in records))
    return chosen.scope(records)


def _record(world: World, place: tuple[str, str]) -> DocumentRecord:
    return next(record for record in world.records if (record.space, record.name) == place)


@pytest.mark.parametrize("question", ABOUT_DOCUMENTS)
def test_the_collection_is_what_one_may_read(world: World, question: str) -> None:
    """Not a name, a count, a date or a space of what someone may not read."""
    world.rules = Rules({"hr": SpaceRule(frozenset({EVERYONE}))})
    kim = Person("p0", "kim")
    *_, last = world.backend.ask(Ask(question), kim)
    assert isinstance(last, Finished)
    shown = repr(last.answer)
    for space in SPACES:
        if space not in ("hr", "~p0"):
            assert f"secret{space.replace('~', 'own')}" not in shown
            assert not re.search(rf"(?<!\w){space}(?!\w)", last.answer.answer)
            assert space not in {told for told, _ in last.answer.named}
    if question in ("Which documents are there?", "How many documents do you have?"):
        assert "4 documents" in last.answer.answer


def test_a_list_is_gone_with_the_right_to_what_it_lists(world: World) -> None:
    world.rules = Rules({"hr": SpaceRule(frozenset({EVERYONE}))})
    kim = Person("p0", "kim")
    *_, listed = world.backend.ask(Ask("Which documents are there?"), kim)
    assert isinstance(listed, Finished)
    assert "secrethr" in listed.answer.answer
    assert set(drawn_from(listed.answer)) == {"hr", "~p0"}
    world.rules = Rules({})
    *_, last = world.backend.ask(Ask("Repeat that", history=(listed.answer,)), kim)
    assert isinstance(last, Finished)
    assert "secrethr" not in repr(last.answer)
    assert last.answer.answer.startswith("You have not asked anything before")


def test_the_test_can_find_a_leak(world: World) -> None:
    """Everything is found by someone who may read it: the marks do reach prompts and answers."""
    world.rules = Rules({space: SpaceRule(frozenset({EVERYONE})) for space in SHARED})
    world.chat.echo.shown.clear()
    kim = Person("p0", "kim")
    events = list(world.backend.ask(Ask("What is the budget?"), kim))
    seen = set(MARK.findall(repr(events) + "".join(world.chat.echo.shown)))
    assert mark("finance", "plan.md") in seen
    assert mark(private_space(kim), "plan.md") in seen
    assert mark("~p1", "plan.md") not in seen


def test_what_is_not_theirs_is_answered_like_what_is_not_there(world: World) -> None:
    world.rules = Rules({})
    kim = Person("p0", "kim")
    theirs = _record(world, ("~p1", "plan.md"))
    for gone in (theirs, replace(theirs, space="~p0", name="no such thing.md")):
        with pytest.raises(AnswerFailed) as failed:
            list(world.backend.ask(Ask("Leave?", of_documents([gone])), kim))
        assert failed.value.kind is FailureKind.GONE


def test_too_many_questions_of_one_person_wait_and_others_do_not(world: World) -> None:
    world.rules = Rules({})
    backend = world.backend_with(Limits(at_once=1, a_minute=3))
    kim, lee = Person("p0", "kim"), Person("p1", "lee")

    def ask(person: Person) -> EventStream[Event]:
        return backend.ask(Ask("The budget?"), person)

    first = ask(kim)
    next(first)
    with pytest.raises(AnswerFailed) as failed:
        ask(kim)
    assert failed.value.kind is FailureKind.TOO_MANY_OWN
    list(ask(lee))
    first.close()
    list(ask(kim))
    list(ask(kim))
    with pytest.raises(AnswerFailed) as failed:
        ask(kim)
    assert failed.value.seconds is not None
