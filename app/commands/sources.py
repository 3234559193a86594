"""sources: the places that spaces follow."""

import getpass
import sys
from argparse import Namespace
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from tqdm import tqdm

from app.commands.output import fail, print_json, settings_of
from app.commands.people import is_closed, opening
from app.watching.source import NewSource, SourceFault, SourceState
from app.workspace.operations import Operations
from app.workspace.wiring import open_operations
from ingest.pipeline import Progress

_NOW = {
    "waiting": "up to date",
    "looking": "being looked at",
    "paused": "paused",
    "failed": "FAILED",
    "asking": "ASKS",
}


def list_sources(arguments: Namespace) -> int:
    """All sources, a line each; 1 if one of them failed or asks."""
    with open_operations(settings_of(arguments), "strongroom sources list") as operations:
        states = operations.sources()
    if arguments.json:
        print_json({"sources": [asdict(one) for one in states]})
    else:
        for one in states:
            print(f"{one.name}: {_NOW[one.now]}, {one.documents} documents in {one.space}")
            print(f"    {one.place}")
        if not states:
            print("nothing is watched: strongroom sources add NAME PLACE")
    return 1 if any(one.now in {"failed", "asking"} for one in states) else 0


def show(arguments: Namespace) -> int:
    """Everything that is known of one source."""
    with open_operations(settings_of(arguments), "strongroom sources show") as operations:
        return _told(operations.source(arguments.name), arguments)


def add(arguments: Namespace) -> int:
    """Watch a place, and look at it for the first time."""
    new = NewSource(
        name=arguments.name,
        kind=arguments.kind,
        place=_place(arguments),
        space=arguments.space,
        include=tuple(arguments.include or ()),
        exclude=tuple(arguments.exclude or ()),
        largest_mib=arguments.largest,
        every_minutes=arguments.every,
        guard_percent=arguments.guard,
        user=arguments.user or "",
        secret=_secret(arguments),
    )
    with open_operations(settings_of(arguments), "strongroom sources add") as operations:
        operations.add_source(new)
        state = operations.source(new.name) if arguments.later else _look(operations, new.name)
    if not arguments.json and is_closed(settings_of(arguments), state.space):
        print(
            f"only administrators may read the space {state.space}; to open it for everyone: "
            f"{opening(state.space)}"
        )
    return _told(state, arguments)


def now(arguments: Namespace) -> int:
    """Look at a source at once."""
    with open_operations(settings_of(arguments), "strongroom sources now") as operations:
        state = _look(operations, arguments.name, agreed=arguments.agree)
    return _told(state, arguments)


def pause(arguments: Namespace) -> int:
    """Look at a source no more."""
    return _changed(arguments, "pause", lambda operations: operations.pause_source(arguments.name))


def resume(arguments: Namespace) -> int:
    """Look at a source again."""
    return _changed(
        arguments, "resume", lambda operations: operations.resume_source(arguments.name)
    )


def remove(arguments: Namespace) -> int:
    """Watch a source no more; its documents stay unless they are to be deleted."""
    delete = arguments.documents == "delete"
    with open_operations(settings_of(arguments), "strongroom sources remove") as operations:
        held = operations.remove_source(arguments.name, documents=delete)
    if arguments.json:
        print_json({"removed": arguments.name, "held": held})
    else:
        print(f"{arguments.name} is watched no more; its documents {'went' if delete else 'stay'}")
    if held:
        fail(f"{held} documents stay because of a hold")
    return 1 if held else 0


def _changed(arguments: Namespace, what: str, change: Callable[[Operations], SourceState]) -> int:
    with open_operations(settings_of(arguments), f"strongroom sources {what}") as operations:
        state = change(operations)
    if arguments.json:
        print_json(asdict(state))
    else:
        print(f"{state.name}: {_NOW[state.now]}")
    return 0


def _look(operations: Operations, name: str, *, agreed: int = 0) -> SourceState:
    with tqdm(
        desc=name, unit="file", disable=not sys.stderr.isatty(), file=sys.stderr
    ) as progress_bar:

        def tell(now: Progress) -> None:
            progress_bar.total, progress_bar.n = now.files_total, now.files_done
            progress_bar.set_postfix_str(now.current[-40:])

        return operations.follow_source(name, agreed=agreed, progress=tell)


def _told(state: SourceState, arguments: Namespace) -> int:
    failed = state.now in {"failed", "asking"}
    if arguments.json:
        print_json(asdict(state))
        return 1 if failed else 0
    print(f"{state.name}: {_NOW[state.now]}")
    print(f"    {state.kind} {state.place}, followed by the space {state.space}")
    print(f"    looked at every {state.every_minutes:g} minutes while `strongroom serve` runs")
    for words, patterns in (("only", state.include), ("not", state.exclude)):
        if patterns:
            print(f"    {words} {', '.join(patterns)}")
    print(f"    {state.documents} documents, {state.refused_count} files are not as they are there")
    for one in state.refused:
        print(f"        {one.path}: {one.reason}")
    last = state.last
    if last is not None:
        print(f"    last look {_time(last.ended)}, in {last.ended - last.began:.1f} s: ", end="")
        print(
            f"{last.listed} files, {last.new} new, {last.changed} changed, {last.moved} moved, "
            f"{last.deleted} gone"
        )
        for remark in last.remarks:
            print(f"    not looked into: {remark}")
        if last.error:
            fail(f"{state.name}: {last.error}")
        if last.asked:
            fail(asks(state))
    return 1 if failed else 0


def asks(state: SourceState) -> str:
    """What a source asks whose files vanished."""
    asked = state.last.asked if state.last else 0
    return (
        f"{state.name}: {asked} of its {state.documents} documents have no file any more. "
        "Nothing was deleted. If that is as it should be: "
        f"strongroom sources now '{state.name}' --agree {asked}"
    )


def _place(arguments: Namespace) -> str:
    """A folder is meant as the command line has it."""
    if arguments.kind == "folder":
        return str(Path(arguments.place).expanduser().absolute())
    return str(arguments.place)


def _secret(arguments: Namespace) -> str:
    if arguments.password_file:
        try:
            return Path(arguments.password_file).expanduser().read_text("utf-8").rstrip("\r\n")
        except OSError as error:
            raise SourceFault(
                f"{arguments.password_file} cannot be read ({error.strerror})"
            ) from error
    if not arguments.user:
        return ""
    if sys.stdin.isatty():
        return getpass.getpass(f"Password of {arguments.user}: ")
    return sys.stdin.readline().rstrip("\r\n")


def _time(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
