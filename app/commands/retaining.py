"""retention and holds: what is forgotten in time, and what must not be."""

from argparse import Namespace
from dataclasses import asdict

from app.commands.output import fail, print_json, settings_of
from app.governance.audit.opening import local_person, open_trail
from app.governance.deletion.rules import RuleBook
from app.settings import MOST_DAYS
from app.workspace.wiring import open_operations


def show(arguments: Namespace) -> int:
    """Print the rules and the holds."""
    rules = RuleBook(settings_of(arguments).home).read()
    if arguments.json:
        print_json({"days": dict(rules.days), "holds": [asdict(hold) for hold in rules.holds]})
        return 0
    for space, days in sorted(rules.days.items()):
        print(f"{space}: documents are forgotten after {days} days")
    for hold in rules.holds:
        what = f"{hold.space}/{hold.document}" if hold.document else f"all of {hold.space}"
        print(f"{what} is held since {hold.since[:10]} by {hold.person}: {hold.reason}")
    if not rules.days and not rules.holds:
        print("no rules: documents stay until someone removes them")
    return 0


def forget_after(arguments: Namespace) -> int:
    """Forget a space's documents so many days after they were indexed."""
    if not 1 <= arguments.days <= MOST_DAYS:
        fail(f"DAYS has to be 1 to {MOST_DAYS}")
        return 2
    _set(arguments, arguments.days)
    print(f"documents in {arguments.space} are forgotten after {arguments.days} days")
    return 0


def lift(arguments: Namespace) -> int:
    """Keep a space's documents until someone removes them."""
    _set(arguments, None)
    print(f"documents in {arguments.space} stay until someone removes them")
    return 0


def run(arguments: Namespace) -> int:
    """Delete now what the rules say."""
    with open_operations(settings_of(arguments), "strongroom retention run") as operations:
        removals = operations.apply_retention()
    if arguments.json:
        print_json({"documents": [asdict(removal) for removal in removals]})
    else:
        for removal in removals:
            said = "forgotten" if removal.removed else removal.reason
            print(f"{removal.space}/{removal.document}: {said}")
        if not removals:
            print("nothing is due")
    return 0 if all(one.receipt is None or one.receipt["gone"] for one in removals) else 1


def hold(arguments: Namespace) -> int:
    """Forbid to delete documents."""
    settings = settings_of(arguments)
    with open_trail(settings, "strongroom holds add") as trail:
        book = RuleBook(settings.home)
        for name in arguments.names or [""]:
            book.hold(trail, local_person(), arguments.space, name, arguments.reason)
    print(f"held: {', '.join(arguments.names) or 'everything'} in {arguments.space}")
    return 0


def release(arguments: Namespace) -> int:
    """Lift holds."""
    settings = settings_of(arguments)
    with open_trail(settings, "strongroom holds release") as trail:
        book = RuleBook(settings.home)
        for name in arguments.names or [""]:
            book.release(trail, local_person(), arguments.space, name, arguments.reason)
    print(f"released: {', '.join(arguments.names) or 'everything'} in {arguments.space}")
    return 0


def _set(arguments: Namespace, days: int | None) -> None:
    settings = settings_of(arguments)
    with open_trail(settings, "strongroom retention") as trail:
        RuleBook(settings.home).forget_after(trail, local_person(), arguments.space, days)
