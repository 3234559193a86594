"""The documents that a command is about: --type, --since, --until, --author, --language, --name."""

from argparse import Namespace
from collections.abc import Callable, Sequence
from dataclasses import fields

from vectorstore.choosing import Choice, WrongChoice, chosen
from vectorstore.faults import UnknownName
from vectorstore.records import DocumentRecord
from vectorstore.scope import Scope

Catalogue = Callable[[Sequence[str] | None], list[DocumentRecord]]
"""The documents of some spaces, or of all."""


def choice_of(arguments: Namespace) -> Choice:
    """What the flags ask of documents. Raises UnknownName for what no document can be."""
    given = {one.name: getattr(arguments, f"only_{one.name}") or "" for one in fields(Choice)}
    try:
        return Choice(**given)
    except WrongChoice as why:
        raise UnknownName(str(why)) from None


def scope_of(arguments: Namespace, catalogue: Catalogue) -> Scope:
    """Where to search: spaces, documents by name, and documents that are as asked.

    Raises UnknownName where no document is.
    """
    choice = choice_of(arguments)
    if choice.is_everything:
        return Scope.of(arguments.space, arguments.document)
    found = [
        (one.space, one.name)
        for one in chosen(catalogue(arguments.space), choice)
        if not arguments.document or one.name in arguments.document
    ]
    if not found:
        raise UnknownName(_NOTHING)
    return Scope.of(arguments.space, found)


def names_of(arguments: Namespace, catalogue: Catalogue) -> list[str] | None:
    """The names of these documents alone; None where all are meant."""
    scope = scope_of(arguments, catalogue)
    if scope.documents is None:
        return None
    return [one if isinstance(one, str) else one[1] for one in scope.documents]


_NOTHING = "no document is as asked; `strongroom documents --json` says what each one is"
