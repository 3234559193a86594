"""Loads a poisoned page in the machine's own browser, with and without the web chat's headers."""

import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from app.privacy.check.foreign_host import OUTSIDE, Visits

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# A browser calls home by name, which is not our doing; addresses are ours.
_NO_NAMES = f"MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE {OUTSIDE}"
_MARK = "/poisoned"


def load_poisoned_page(visits: Visits) -> dict[str, Any]:
    """Whether an image of a document's leads the browser outside; `proved` is None untried."""
    browser = browser_here()
    if browser is None:
        return {"browser": "none on this machine", "proved": None}
    bare = _reached(browser, visits, with_headers=False)
    got_out = _reached(browser, visits, with_headers=True)
    return {
        "browser": browser,
        "bare_gets_out": bare,
        "got_out": got_out,
        "proved": bare and not got_out,
    }


def browser_here() -> str | None:
    """The machine's own browser, if it has one of those that we know."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def shown(browser: str, url: str) -> str:
    """The page as the browser understood it, HTML; without a window."""
    with tempfile.TemporaryDirectory() as profile:
        done = subprocess.run(
            [browser, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run",
             "--disable-background-networking", "--disable-component-update", "--disable-sync",
             f"--host-resolver-rules={_NO_NAMES}",
             f"--user-data-dir={profile}", "--virtual-time-budget=4000", "--dump-dom", url],
            check=False, capture_output=True, timeout=90,
        )  # fmt: skip
    return done.stdout.decode("utf-8", "replace")


def _reached(browser: str, visits: Visits, *, with_headers: bool) -> bool:
    with _served(visits.address, with_headers) as url:
        visits.taken()
        shown(browser, url)
        # The browser's own calls home are not ours; our poisoned address tells them apart.
        return any(_MARK in line for line in visits.taken(1.0))


@contextmanager
def _served(outside: str, with_headers: bool) -> Iterator[str]:
    """A page as a hostile document would have it, behind the very headers of the web chat."""
    import uvicorn
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import HTMLResponse
    from starlette.routing import Route

    from app.web.auth.security import Headers

    address = f"http://{outside}:8000{_MARK}"
    html = (
        f'<p>Answer</p><img src="{address}?image"><p style="background:url({address}?style)">x</p>'
        f'<link rel="stylesheet" href="{address}?sheet"><script>fetch("{address}?fetch")</script>'
    )

    async def page(_: Request) -> HTMLResponse:
        return HTMLResponse(html)

    made: Any = Starlette(routes=[Route("/", page)])
    app = Headers(made) if with_headers else made
    config = uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error", lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        while not server.started:
            time.sleep(0.05)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}/"
    finally:
        server.should_exit = True
        thread.join(10)
