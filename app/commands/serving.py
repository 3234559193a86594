"""serve: the web chat, its engine, and the door for other commands."""

import ipaddress
from argparse import Namespace

from app.commands.output import fail, settings_of


def serve(arguments: Namespace) -> int:
    """Serve until interrupted."""
    settings = settings_of(arguments, web={"host": arguments.host, "port": arguments.port})
    if not _is_loopback(settings.web.host):
        fail(
            f"refused to listen on {settings.web.host}: there is no sign-in yet, so the chat "
            "serves this machine only; use --host 127.0.0.1"
        )
        return 1
    from app.serving import run

    run(settings)
    return 0


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
