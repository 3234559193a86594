"""search, ask and summarise."""

import sys
from argparse import Namespace
from dataclasses import asdict

from tqdm import tqdm

from app.answering.ask import Ask
from app.answering.events import Answer, Citation, Finished
from app.answering.noticing import told
from app.answering.summarising.summary import Joining, ReadingPart, Summarised, Summary
from app.commands.choosing import scope_of
from app.commands.output import fail, print_json, settings_of
from app.workspace.operations import Operations
from app.workspace.wiring import open_operations
from vectorstore.records import Hit
from vectorstore.scope import Scope


def search(arguments: Namespace) -> int:
    """Print the passages that a question finds."""
    with open_operations(settings_of(arguments), "strongroom search") as operations:
        result = operations.search(_asked(arguments, operations), k=arguments.k)
    if arguments.json:
        print_json(asdict(result))
        return 0
    for number, hit in enumerate(result.hits, 1):
        print(f"{number}. {place(hit)}  ({hit.score:.3f})\n{_indented(hit.text)}\n")
    if not result.hits:
        print("nothing found")
    return 0


def ask(arguments: Namespace) -> int:
    """Print one cited answer."""
    answer: Answer | None = None
    with open_operations(settings_of(arguments), "strongroom ask") as operations:
        for event in operations.ask(_asked(arguments, operations)):
            if isinstance(event, Finished):
                answer = event.answer
    if answer is None:
        fail("the engine ended without an answer; try again")
        return 1
    if arguments.json:
        print_json(answer.public())
        return 0
    print_answer(answer)
    for line in told(answer.notices):
        print(f"({line})", file=sys.stderr)
    dropped = answer.usage.dropped
    if dropped.passages or dropped.history_turns:
        print(
            f"(left out of the window: {dropped.passages} passages, {dropped.history_turns} turns)",
            file=sys.stderr,
        )
    return 0


def print_answer(answer: Answer) -> None:
    """The answer in Markdown, then what is doubtful or missing, then where it is from."""
    print(answer.answer)
    if answer.found:
        for sentence in answer.sentences:
            if not sentence.supported:
                print(f"  (no passage supports: {sentence.text})")
    if answer.outcome == "partly":
        print(f"\n(answered in part; missing: {', '.join(answer.missing) or 'see above'})")
    if answer.outcome == "unconfirmed":
        print("\n(nearby, but not confirmed: none of these passages clearly answers the question)")
    if answer.citations:
        print()
        for citation in answer.citations:
            print(f"[{citation.n}] {place(citation)}\n    “{citation.quote}”")
    elif not answer.found:
        print("\nThe nearest passages:")
        for hit in answer.passages[:3]:
            print(f"- {place(hit)}\n{_indented(hit.text[:300])}")


def summarise(arguments: Namespace) -> int:
    """Print the main points of one document."""
    summary: Summary | None = None
    with (
        open_operations(settings_of(arguments), "strongroom summarise") as operations,
        tqdm(
            desc="reading", unit="part", disable=not sys.stderr.isatty(), file=sys.stderr
        ) as progress_bar,
    ):
        for event in operations.summarise(arguments.document, scope=Scope.of(arguments.space)):
            match event:
                case ReadingPart(part, parts, place=begins):
                    progress_bar.total = parts
                    progress_bar.set_postfix_str(begins[-40:], refresh=False)
                    progress_bar.update(part - 1 - progress_bar.n)
                case Joining(points):
                    progress_bar.set_postfix_str(f"joining {points} points", refresh=False)
                    progress_bar.update((progress_bar.total or 0) - progress_bar.n)
                case Summarised(made):
                    progress_bar.update(made.parts - progress_bar.n)
                    summary = made
    if summary is None:
        fail("the engine ended without a summary; try again")
        return 1
    if arguments.json:
        print_json(asdict(summary))
        return 0
    print(summary.title or summary.document, end="\n\n")
    for point in summary.points:
        said = f"“{point.text}”" if point.quoted else point.text
        print(f"- {said}" + "".join(f" [{number}]" for number in point.citations))
    print()
    quoted = {number for point in summary.points if point.quoted for number in point.citations}
    for citation in summary.citations:
        proof = "" if citation.n in quoted else f"\n    “{citation.quote}”"
        print(f"[{citation.n}] {place(citation)}{proof}")
    for line in told(summary.notices):
        print(f"({line})", file=sys.stderr)
    if summary.usage.dropped.passages:
        print(
            f"(not read whole, too long for the window: {summary.usage.dropped.passages} of "
            f"{summary.passages} passages)",
            file=sys.stderr,
        )
    return 0


def _asked(arguments: Namespace, operations: Operations) -> Ask:
    return Ask(arguments.question, scope_of(arguments, operations.documents))


def place(hit: Hit | Citation) -> str:
    """Document, page and heading of a passage, for a person."""
    page = f", page {hit.page}" if hit.page is not None else ""
    return f"{hit.document}{page}{', ' + hit.heading if hit.heading else ''}"


def _indented(text: str) -> str:
    return "\n".join("    " + line for line in text.splitlines())
