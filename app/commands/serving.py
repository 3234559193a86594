"""serve: the web chat, its engine, and the door for other commands."""

from argparse import Namespace

from app.commands.output import settings_of


def serve(arguments: Namespace) -> int:
    """Serve until interrupted."""
    from app.serving import run

    settings = settings_of(arguments, web={"host": arguments.host, "port": arguments.port})
    # Where a program of its own calls us, it has not gone apart, and stays as it is.
    apart = getattr(arguments, "apart", None)
    run(
        settings,
        listeners=getattr(arguments, "listeners", None),
        network=apart.words() if apart else "",
    )
    return 0
