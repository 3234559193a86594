"""users, groups, spaces: who may sign in, and what their groups may read and curate."""

import getpass
import sys
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime

from app.commands.output import fail, print_json, settings_of
from app.data_folder.layout import DataFolder
from app.governance.audit.administration import people_changes
from app.governance.audit.deletion_receipt import Removal
from app.governance.audit.opening import open_trail
from app.governance.keepers.registry import forget_person
from app.people.access import EVERYONE, Person, Right, is_private, private_space
from app.people.accounts import Accounts, open_people, read_people
from app.people.keys import USUAL, as_mays, plain
from app.people.passwords import make_password
from app.people.store import Account, PeopleError
from app.settings import Settings
from app.workspace.wiring import open_operations


def list_users(arguments: Namespace) -> int:
    """Print everyone who can sign in."""
    with read_people(settings_of(arguments)) as house:
        accounts = house.people.accounts()
    if arguments.json:
        print_json({"users": [_plain(account) for account in accounts]})
        return 0
    for account in accounts:
        person = account.person
        print(f"{person.name}  {_role(account)}", end="")
        print(f"  ({person.full_name})" if person.full_name else "", end="")
        print(f"  in {', '.join(sorted(person.groups))}" if person.groups else "")
    if not accounts:
        print("nobody yet: strongroom serve makes the first administrator")
    return 0


def add_user(arguments: Namespace) -> int:
    """Add a person, with a one-time password or one typed in."""
    if arguments.service:
        return _add_service(arguments)
    typed = _typed_password() if arguments.type_password else None
    password = typed or make_password()
    with _changing(arguments, "users add") as house:
        for group in arguments.group or ():
            _require_group(house, group)
        person = house.people.add(
            arguments.name,
            password,
            full_name=arguments.full_name or "",
            must_change=typed is None,
            administrator=arguments.administrator,
            auditor=arguments.auditor,
            groups=arguments.group or (),
        )
    made = None if typed else password
    if arguments.json:
        print_json({"name": person.name, "id": person.id, "one_time_password": made})
    else:
        print(f"added {person.name}")
        _tell_password(made)
    return 0


def _add_service(arguments: Namespace) -> int:
    """Add an account as which nobody signs in: a program comes with its keys."""
    if arguments.administrator or arguments.auditor or arguments.type_password:
        raise PeopleError("a service account has no role and no password; its keys say what it may")
    with _changing(arguments, "users add") as house:
        for group in arguments.group or ():
            _require_group(house, group)
        made = house.people.add_service(
            arguments.name, full_name=arguments.full_name or "", groups=arguments.group or ()
        )
    if arguments.json:
        print_json({"name": made.name, "id": made.id, "one_time_password": None})
    else:
        print(
            f"added the service account {made.name}; make a key for it: "
            f"strongroom keys add {made.name} NAME"
        )
    return 0


def list_keys(arguments: Namespace) -> int:
    """Print the keys of programs; no secret is kept that could be printed."""
    with read_people(settings_of(arguments)) as house:
        person = house.people.named(arguments.person).id if arguments.person else None
        held = house.keys.of(person)
        ended = {key.id for key in held if house.keys.ended(key)}
    if arguments.json:
        print_json({"keys": [{**plain(key), "ended": key.id in ended} for key in held]})
        return 0
    for key in held:
        told = plain(key)
        where = ", ".join(key.spaces) if key.spaces is not None else "all spaces"
        until = "ended" if key.id in ended else f"until {told['ends_at'][:10]}"
        used = f"last used {told['used_at'][:10]}" if told["used_at"] else "never used"
        print(
            f"{key.id}  {key.person}: {key.name}  ({', '.join(told['may'])}; {where}; {until}; "
            f"{used})"
        )
    if not held:
        print("no keys yet: strongroom keys add PERSON NAME")
    return 0


def add_key(arguments: Namespace) -> int:
    """Make a key for a program; it is printed once and kept nowhere."""
    with _changing(arguments, "keys add") as house:
        person = house.people.named(arguments.person)
        key, secret = house.keys.make(
            person.id,
            arguments.name,
            may=as_mays(arguments.may) if arguments.may else USUAL,
            spaces=arguments.space,
            days=arguments.days,
        )
    if arguments.json:
        print_json({**plain(key), "secret": secret})
    else:
        print(
            f"{secret}\n(shown only now; {key.id} of {key.person}, until "
            f"{plain(key)['ends_at'][:10]})"
        )
    return 0


def revoke_key(arguments: Namespace) -> int:
    """Have a key count no more, at once."""
    with _changing(arguments, "keys revoke") as house:
        named = [one.id for one in house.keys.of() if arguments.key_id in (one.id, one.name)]
        if len(named) > 1:
            raise PeopleError(f"several keys have this name; say which: {', '.join(named)}")
        key = house.keys.revoke(named[0] if named else arguments.key_id)
    return _done(arguments, f"{key.id} of {key.person} counts no more", key=key.id)


def remove_user(arguments: Namespace) -> int:
    """Forget a person and end their sessions."""
    with _changing(arguments, "users remove") as house:
        person = house.people.named(arguments.name)
        house.people.remove(person.id)
        forget_person(DataFolder(settings_of(arguments).home), person.id)
    removals = _delete_uploads(arguments, person) if arguments.documents == "delete" else []
    deleted = [removal.document for removal in removals if removal.removed]
    if arguments.json:
        print_json({"name": person.name, "id": person.id, "documents_deleted": deleted})
    else:
        print(f"removed {person.name}, their conversations and their questionnaires")
        space = private_space(person)
        print(
            f"deleted {len(deleted)} uploads of their own"
            if arguments.documents == "delete"
            else f"their own uploads are in the space {space}, which nobody can read now; to "
            f"delete them: strongroom documents --space {space}, "
            f"strongroom remove NAME --space {space}"
        )
    for removal in removals:
        if not removal.removed:
            fail(f"{removal.document}: {removal.reason} ({removal.space})")
    return 0 if len(deleted) == len(removals) else 1


def _delete_uploads(arguments: Namespace, person: Person) -> list[Removal]:
    space = private_space(person)
    with open_operations(settings_of(arguments), "strongroom users remove") as operations:
        names = [one.name for one in operations.documents(None) if one.space == space]
        return operations.remove(names, space=space) if names else []


def set_password(arguments: Namespace) -> int:
    """Give a person a new password and end their sessions."""
    typed = _typed_password() if arguments.type_password else None
    password = typed or make_password()
    with _changing(arguments, "users password") as house:
        person = house.people.named(arguments.name)
        house.people.set_password(person.id, password, must_change=typed is None)
        house.attempts.forgive(arguments.name)
    made = None if typed else password
    if arguments.json:
        print_json({"name": person.name, "one_time_password": made})
    else:
        print(f"{person.name} has a new password and is signed out everywhere")
        _tell_password(made)
    return 0


def set_role(arguments: Namespace) -> int:
    """Make a person an administrator, an auditor, both or neither."""
    wanted = set(arguments.role)
    with _changing(arguments, "users role") as house:
        person = house.people.named(arguments.name)
        house.people.set_roles(
            person.id, administrator="administrator" in wanted, auditor="auditor" in wanted
        )
    if arguments.json:
        print_json({"name": person.name, "roles": sorted(wanted)})
    else:
        print(f"{person.name}: {', '.join(sorted(wanted))}")
    return 0


def set_groups(arguments: Namespace) -> int:
    """Say which groups a person belongs to: those named here, and no others."""
    wanted = set(arguments.groups)
    with _changing(arguments, "users groups") as house:
        person = house.people.named(arguments.name)
        for group in wanted:
            _require_group(house, group)
        house.people.set_groups(person.id, wanted)
    if arguments.json:
        print_json({"name": person.name, "groups": sorted(wanted)})
    else:
        print(f"{person.name}: {', '.join(sorted(wanted)) or 'in no group'}")
    return 0


def sign_out_user(arguments: Namespace) -> int:
    """End all sessions of a person."""
    with _changing(arguments, "users sign-out") as house:
        person = house.people.named(arguments.name)
        ended = house.sessions.end_all(person.id)
    if arguments.json:
        print_json({"name": person.name, "ended": ended})
    else:
        print(f"{person.name} is signed out ({ended} sessions ended)")
    return 0


def list_groups(arguments: Namespace) -> int:
    """Print all groups and how many people are in each."""
    with read_people(settings_of(arguments)) as house:
        groups = house.people.groups()
    if arguments.json:
        print_json({"groups": [asdict(group) for group in groups]})
        return 0
    for group in groups:
        print(f"{group.name}  ({group.people} people)")
    if not groups:
        print(f"no groups but {EVERYONE}: strongroom groups add NAME")
    return 0


def add_group(arguments: Namespace) -> int:
    """Make a group."""
    with _changing(arguments, "groups add") as house:
        house.people.add_group(arguments.name)
    return _done(arguments, f"added the group {arguments.name}", group=arguments.name)


def remove_group(arguments: Namespace) -> int:
    """Forget a group and what it could read."""
    with _changing(arguments, "groups remove") as house:
        house.people.remove_group(arguments.name)
    return _done(arguments, f"removed the group {arguments.name}", group=arguments.name)


def list_spaces(arguments: Namespace) -> int:
    """Print the spaces, what they hold and who may read and curate them."""
    settings = settings_of(arguments)
    held: dict[str, int] = {}
    with open_operations(settings, "strongroom spaces") as operations:
        for record in operations.documents(None):
            held[record.space] = held.get(record.space, 0) + 1
    with read_people(settings) as house:
        rules = house.people.rules().spaces
    names = sorted({*rules, *(name for name in held if not is_private(name))})
    spaces = [
        {
            "name": name,
            "documents": held.get(name, 0),
            "readers": sorted(rules[name].readers) if name in rules else [],
            "curators": sorted(rules[name].curators) if name in rules else [],
        }
        for name in names
    ]
    if arguments.json:
        print_json({"spaces": spaces})
        return 0
    for space in spaces:
        print(f"{space['name']}  ({space['documents']} documents)")
        if space["name"] not in rules:
            print("    administrators alone; open it: " + opening(str(space["name"])))
            continue
        for what in ("readers", "curators"):
            if space[what]:
                print(f"    {what}: {', '.join(space[what])}")  # type: ignore[arg-type]
    if not spaces:
        print("no spaces yet: strongroom ingest FOLDER --space NAME")
    return 0


def grant(arguments: Namespace) -> int:
    """Let a group read or curate a space."""
    right = Right.CURATE if arguments.curate else Right.READ
    with _changing(arguments, "spaces grant") as house:
        house.people.grant(arguments.space, arguments.group, right)
    return _done(
        arguments,
        f"{arguments.group} may {right.value} {arguments.space}",
        space=arguments.space,
        group=arguments.group,
        right=right.value,
    )


def revoke(arguments: Namespace) -> int:
    """Take a group's rights in a space."""
    with _changing(arguments, "spaces revoke") as house:
        house.people.revoke(arguments.space, arguments.group)
    return _done(
        arguments,
        f"{arguments.group} has no rights in {arguments.space} any more",
        space=arguments.space,
        group=arguments.group,
    )


def opening(space: str) -> str:
    """The command that lets everyone read a space."""
    return f"strongroom spaces grant {space} {EVERYONE}"


def is_closed(settings: Settings, space: str) -> bool:
    """Whether nobody but administrators may read a space."""
    with read_people(settings) as house:
        return not is_private(space) and space not in house.people.rules().spaces


@contextmanager
def _changing(arguments: Namespace, what: str) -> Iterator[Accounts]:
    """The people, to change something; every change is on record before it is kept."""
    settings = settings_of(arguments)
    with (
        open_trail(settings, f"strongroom {what}") as trail,
        open_people(settings, people_changes(trail)) as house,
    ):
        yield house


def _require_group(house: Accounts, name: str) -> None:
    if name not in {group.name for group in house.people.groups()}:
        raise PeopleError(f"no group named {name!r}; make it with `strongroom groups add {name}`")


def _typed_password() -> str:
    """A password from the terminal, typed twice, or the first line of what is piped in."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    password = getpass.getpass("New password: ")
    if getpass.getpass("Once more: ") != password:
        raise PeopleError("the two passwords differ; nothing was changed")
    return password


def _tell_password(made: str | None) -> None:
    if made is not None:
        print(f"one-time password: {made}\n(shown only now; to be changed at the next sign-in)")


def _done(arguments: Namespace, words: str, **result: str) -> int:
    if arguments.json:
        print_json(result)
    else:
        print(words)
    return 0


def _role(account: Account) -> str:
    person = account.person
    if account.service:
        return "service account"
    roles = [
        *(["administrator"] if person.administrator else []),
        *(["auditor"] if person.auditor else []),
    ]
    held = ", ".join(roles) or "reader"
    return f"{held}, suspended" if account.suspended else held


def _plain(account: Account) -> dict[str, object]:
    person = account.person
    return {
        "name": person.name,
        "full_name": person.full_name,
        "id": person.id,
        "groups": sorted(person.groups),
        "administrator": person.administrator,
        "auditor": person.auditor,
        "service": account.service,
        "local": account.local,
        "suspended": account.suspended,
        "must_change_password": account.must_change,
        "created_at": _time(account.created_at),
        "seen_at": _time(account.seen_at),
    }


def _time(seconds: float | None) -> str | None:
    return (
        None if seconds is None else datetime.fromtimestamp(seconds, UTC).isoformat("T", "seconds")
    )
