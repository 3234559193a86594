"""search and ask."""

import sys
from argparse import Namespace
from dataclasses import asdict

from app.commands.output import fail, print_json, settings_of
from app.events import Answer, Finished
from app.wiring import open_operations
from vectorstore.records import Hit


def search(arguments: Namespace) -> int:
    """Print the passages that a question finds."""
    with open_operations(settings_of(arguments), "strongroom search") as operations:
        result = operations.search(
            arguments.question, k=arguments.k, spaces=arguments.space, documents=arguments.document
        )
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
        for event in operations.ask(
            arguments.question, spaces=arguments.space, documents=arguments.document
        ):
            if isinstance(event, Finished):
                answer = event.answer
    if answer is None:
        fail("the engine ended without an answer; try again")
        return 1
    if arguments.json:
        print_json(answer.public())
        return 0
    print(answer.answer)
    unsupported = [sentence for sentence in answer.sentences if not sentence.supported]
    if answer.found:
        for sentence in unsupported:
            print(f"  (no passage supports: {sentence.text})")
        print()
        for citation in answer.citations:
            page = f", page {citation.page}" if citation.page is not None else ""
            heading = f", {citation.heading}" if citation.heading else ""
            print(f"[{citation.n}] {citation.document}{page}{heading}\n    “{citation.quote}”")
    else:
        print("\nThe nearest passages:")
        for hit in answer.passages[:3]:
            print(f"- {place(hit)}\n{_indented(hit.text[:300])}")
    dropped = answer.usage.dropped
    if dropped.passages or dropped.history_turns:
        print(
            f"(left out of the window: {dropped.passages} passages, {dropped.history_turns} turns)",
            file=sys.stderr,
        )
    return 0


def place(hit: Hit) -> str:
    """Document, page and heading of a passage, for a person."""
    page = f", page {hit.page}" if hit.page is not None else ""
    return f"{hit.document}{page}{', ' + hit.heading if hit.heading else ''}"


def _indented(text: str) -> str:
    return "\n".join("    " + line for line in text.splitlines())
