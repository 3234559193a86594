"""What `strongroom serve` runs: the data folder, its engine and the web chat, in one process."""

import logging

from app.backend import HomeBackend
from app.control import take_work
from app.owner import socket_path
from app.people.access import Person
from app.settings import Settings
from app.web.server import create_app, refuse_other_hosts, run_web
from app.web.signed_in import OnePerson
from app.wiring import open_home


def run(settings: Settings) -> None:
    """Serve until a signal; the address is printed when the page answers.

    Raises HostRefused for an address that other machines could reach.
    """
    refuse_other_hosts(settings.web.host)
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    socket = socket_path(settings.home)
    print("Opening the index and loading the embedder…", flush=True)
    with (
        open_home(settings, "strongroom serve", socket=socket) as home,
        take_work(home, socket),
    ):
        if settings.engine.url is None:
            print(f"Starting the chat model {home.chat.name()}…", flush=True)
        else:
            print(f"Answers are written by {home.chat.name()}.", flush=True)
        home.chat.start()
        run_web(
            create_app(
                HomeBackend(home), sign_in=lambda inner: OnePerson(inner, Person("local", "local"))
            ),
            host=settings.web.host,
            port=settings.web.port,
            ready=lambda address: print(f"Strongroom is ready: {address}", flush=True),
        )
