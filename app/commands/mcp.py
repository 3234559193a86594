"""mcp: an agent's tools over stdin and stdout, for the user of this machine."""

import asyncio
from argparse import Namespace
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from app.answering.ask import Ask
from app.answering.events import Answer, Finished
from app.commands.output import settings_of
from app.people.access import Right, spaces_of
from app.people.accounts import read_people
from app.people.keys import May
from app.settings import Settings
from app.workspace.operations import Operations
from app.workspace.wiring import open_operations
from vectorstore.faults import UnknownName
from vectorstore.records import DocumentRecord, Hit
from vectorstore.scope import Scope


def serve(arguments: Namespace) -> int:
    """Serve until stdin ends. Nothing else is written to stdout."""
    from mcp.server.stdio import stdio_server

    from app.web.api.mcp_server import mcp_server

    settings = settings_of(arguments)
    with open_operations(settings, "strongroom mcp") as operations:
        library = _OwnLibrary(operations, _readable(settings, arguments.as_person))
        server = mcp_server(lambda context: library)

        async def run() -> None:
            async with stdio_server() as (reading, writing):
                await server.run(reading, writing, server.create_initialization_options())

        asyncio.run(run())
    return 0


def _readable(settings: Settings, name: str | None) -> Callable[[Sequence[str]], list[str]]:
    """Which of some spaces may be used: those that the person may read now; without one, all.

    Raises PeopleError for somebody who is not there.
    """
    if name is None:
        return list
    with read_people(settings) as house:
        person_id = house.people.named(name).id

    def readable(spaces: Sequence[str]) -> list[str]:
        with read_people(settings) as house:
            person = house.people.present(person_id)
            if person is None:
                return []
            return spaces_of(person, Right.READ, spaces, house.people.rules())

    return readable


@dataclass(frozen=True, slots=True)
class _OwnLibrary:
    """Implements `app.web.api.mcp_server.Library` for the operating system's user."""

    operations: Operations
    readable: Callable[[Sequence[str]], list[str]]

    def opens(self, may: May) -> bool:
        return may in (May.ASK, May.SEARCH)

    async def documents(self) -> Sequence[DocumentRecord]:
        return await asyncio.to_thread(self._documents)

    async def search(self, question: str, scope: Scope, k: int) -> Sequence[Hit]:
        def search() -> Sequence[Hit]:
            return self.operations.search(Ask(question, self._narrowed(scope)), k=k).hits

        return await asyncio.to_thread(search)

    async def ask(self, question: str, scope: Scope) -> Answer:
        def ask() -> Answer:
            with closing(self.operations.ask(Ask(question, self._narrowed(scope)))) as events:
                for event in events:
                    if isinstance(event, Finished):
                        return event.answer
            raise UnknownName("the engine ended without an answer; try again")

        return await asyncio.to_thread(ask)

    async def read(self, space: str, name: str) -> Sequence[Hit]:
        def read() -> Sequence[Hit]:
            if space not in {one.space for one in self._documents()}:
                raise UnknownName(f"no document named {name!r} in {space!r}")
            return self.operations.read(name, space=space)

        return await asyncio.to_thread(read)

    def link(self, hit: Any) -> str:
        return ""

    def _documents(self) -> list[DocumentRecord]:
        known = self.operations.documents(None)
        held = set(self.readable(sorted({one.space for one in known})))
        return [one for one in known if one.space in held]

    def _narrowed(self, scope: Scope) -> Scope:
        """The scope with spaces that may be used. Raises UnknownName where none is left."""
        held = list(dict.fromkeys(one.space for one in self._documents()))
        spaces = tuple(one for one in held if scope.spaces is None or one in scope.spaces)
        if not spaces:
            raise UnknownName("there is no document that may be asked here")
        return Scope(spaces, scope.documents)
