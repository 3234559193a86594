"""Vectors in Chroma's own server, on a closed network: it asks nobody who they are."""

from typing import Any
from urllib.parse import urlsplit

import httpx

from vectorstore.chroma import ChromaVectors, library
from vectorstore.vectors import OutOfReach

_CONNECT_S = 5.0
_ANSWER_S = 30.0  # for a call; the slowest stores a thousand vectors


class ServerVectors(ChromaVectors):
    """Collections of one index on a server that may hold others'.

    All failures are OutOfReach: one that was emptied is as good as one that does not answer.
    """

    rows_a_call = 1_000

    def __init__(self, url: str, home: str, number: str) -> None:
        """`home` tells this index from others there; `number` goes up when it is made anew."""
        self._url = url
        super().__init__(f"strongroom-{home}-{number}-", f"strongroom-{home}-")

    def _connect(self) -> Any:
        answering(self._url)  # Chroma's client itself would wait without end
        chromadb = library()
        parts = urlsplit(self._url)
        secure = parts.scheme == "https"
        client = chromadb.HttpClient(
            host=parts.hostname or "",
            port=parts.port or (443 if secure else 80),
            ssl=secure,
            settings=chromadb.Settings(anonymized_telemetry=False),
        )
        # There is no setting for it; a test has a server that takes a call and never answers.
        client._server._session.timeout = _timeout()
        return client

    def compact(self) -> None:
        """Its files are the server's: what deleted vectors leave there, nobody sees from here."""

    def _fault(self, done: str, error: Exception) -> OutOfReach:
        return OutOfReach(
            f"The vectors on the Chroma server {self._url} (index.chroma_url) could not be {done} "
            f"({type(error).__name__}). Everything is in the catalogue, from which they are made "
            "again when it answers: start `chroma run` there, and see that this machine reaches it."
        )


def answering(url: str) -> None:
    """Ask whether a Chroma server is at `url`; raises httpx.HTTPError when none answers there."""
    with httpx.Client(timeout=_timeout(), trust_env=False) as client:
        client.get(f"{url.rstrip('/')}/api/v2/heartbeat").raise_for_status()


def _timeout() -> httpx.Timeout:
    return httpx.Timeout(_ANSWER_S, connect=_CONNECT_S)
