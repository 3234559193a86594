"""Hosted tracing cannot be switched on through the environment."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

RUN = """
import sys
if sys.argv[1] == "ours":
    from app.privacy import work_offline
    work_offline()
from langchain_core.runnables import RunnableLambda
RunnableLambda(lambda question: question).invoke("How many days of leave?")
from langchain_core.tracers.langchain import wait_for_all_tracers
wait_for_all_tracers()
"""


@pytest.fixture
def listener() -> Iterator[tuple[str, list[str]]]:
    """A server on loopback in the place of the tracing service; it notes what it is asked."""
    asked: list[str] = []

    class Note(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"{}")

        do_POST = do_PATCH = do_GET  # noqa: N815 -- http.server's names

        def log_message(self, *_: object) -> None:
            """Stay quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Note)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()


@pytest.mark.parametrize(("whose", "calls_out"), [("theirs", True), ("ours", False)])
def test_hosted_tracing_stays_off(
    listener: tuple[str, list[str]], whose: str, calls_out: bool
) -> None:
    address, asked = listener
    tracing = {
        "LANGSMITH_TRACING": "true",
        "LANGCHAIN_TRACING_V2": "true",
        "LANGSMITH_ENDPOINT": address,
        "LANGSMITH_API_KEY": "lsv2_pt_" + "0" * 32 + "_" + "0" * 10,
    }
    subprocess.run(
        [sys.executable, "-c", RUN, whose],
        env={**os.environ, **tracing},
        check=True,
        capture_output=True,
        timeout=120,
    )
    assert bool(asked) is calls_out
