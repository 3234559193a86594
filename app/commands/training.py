"""training: what people corrected, as files from which an adapter can be trained."""

from argparse import Namespace
from pathlib import Path

from app.commands.output import print_json, settings_of
from app.governance.audit.opening import local_person
from app.people.accounts import read_people
from app.workspace.training_data import training_data
from app.workspace.wiring import open_workspace
from vectorstore.disk import write_whole


def training(arguments: Namespace) -> int:
    """Write chat examples, preference pairs, and what they were made of, into a folder."""
    settings = settings_of(arguments)
    out = Path(arguments.out)
    with (
        open_workspace(settings, "strongroom training") as home,
        read_people(settings) as house,
    ):
        made = training_data(home, house.people.rules(), arguments.space, by=local_person())
    out.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name, data in made.files().items():
        write_whole(out / name, data)
    if arguments.json:
        print_json(made.about())
        return 0
    print(f"{made.examples} examples and {made.pairs} preference pairs in {out}")
    print(f"from {len(made.documents)} documents in {', '.join(made.spaces) or 'no space'}")
    for reason, count in made.left_out.items():
        print(f"left out: {count}: {reason}")
    return 0
