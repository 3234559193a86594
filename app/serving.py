"""What `strongroom serve` runs: the data folder, its engine and the web chat, in one process."""

import logging

import uvicorn

from app.backend import HomeBackend
from app.control import take_work
from app.owner import socket_path
from app.settings import Settings
from app.web.server import create_app
from app.wiring import open_home


def run(settings: Settings) -> None:
    """Serve until a signal; the address is printed when the page answers."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    socket = socket_path(settings.home)
    print("Opening the index and loading the embedder…", flush=True)
    with (
        open_home(settings, "strongroom serve", socket=socket) as home,
        take_work(home, socket),
    ):
        print(f"Starting the chat model {home.chat.name()}…", flush=True)
        home.chat.start()
        app = create_app(HomeBackend(home))
        server = _AnnouncingServer(
            uvicorn.Config(
                app,
                host=settings.web.host,
                port=settings.web.port,
                log_level="warning",
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=3,
            )
        )
        server.run()


class _AnnouncingServer(uvicorn.Server):
    """Prints the address once the port is open, as the last line of the start."""

    async def startup(self, sockets: list[object] | None = None) -> None:  # type: ignore[override]
        await super().startup(sockets)  # type: ignore[arg-type]
        if self.started:
            port = self.servers[0].sockets[0].getsockname()[1]
            host = self.config.host
            host = f"[{host}]" if ":" in host else host
            print(f"Strongroom is ready: http://{host}:{port}/", flush=True)
