"""Puts changes of people, groups, the rules of spaces and conversations on the trail."""

from collections.abc import Callable, Mapping
from typing import Any

from app.governance.audit.opening import local_person
from app.governance.audit.records import RecordKind
from app.governance.audit.trail import Trail


def people_changes(trail: Trail) -> Callable[[str, Mapping[str, Any]], None]:
    """What records such a change: who makes it ("" for the command line's user), and what.

    Raises TrailFault where it cannot be recorded.
    """

    def record(by: str, about: Mapping[str, Any]) -> None:
        trail.record(RecordKind.PEOPLE, person=by or local_person(), data=about)

    return record


def conversation_changes(trail: Trail) -> Callable[[str, Mapping[str, Any]], None]:
    """What records that a person erases a conversation or takes it away.

    Raises TrailFault where it cannot be recorded.
    """

    def record(person: str, about: Mapping[str, Any]) -> None:
        exported = about["change"] == "export"
        kind = RecordKind.EXPORT if exported else RecordKind.CONVERSATION
        trail.record(kind, person=person, data=about)

    return record
