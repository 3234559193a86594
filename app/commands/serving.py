"""serve: the web chat, its engine, and the door for other commands."""

from argparse import Namespace

from app.commands.output import settings_of
from app.serving import run


def serve(arguments: Namespace) -> int:
    """Serve until interrupted."""
    run(settings_of(arguments, web={"host": arguments.host, "port": arguments.port}))
    return 0
