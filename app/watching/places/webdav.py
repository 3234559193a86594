"""A folder on a WebDAV server, such as Nextcloud's or SharePoint Server's."""

import ssl
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import httpx
from webdav4.client import Client, ClientError, HTTPError, ResourceNotFound
from webdav4.multistatus import MultiStatusResponseError

from app.watching.places.port import FileAway, Listed, Listing, PlaceAway
from ingest.discovery import is_hidden

_PATIENCE_S = 60.0  # for one answer
_DEEPEST = 64  # folders within folders: a server may say that one lies in itself
_PIECE = 1 << 20
# What the program says, whatever a system's library is called.
_HEADERS = {"User-Agent": "Strongroom"}


class WebDav:
    """Implements `Place`; each folder is listed with one request."""

    batch = 100
    anchor = ""

    def __init__(self, place: str, user: str, secret: str) -> None:
        self._place = place.rstrip("/")
        self._http = httpx.Client(
            auth=(user, secret) if user else None,
            timeout=_PATIENCE_S,
            headers=_HEADERS,
            verify=ssl.create_default_context(),  # the system's authorities
            trust_env=False,
        )
        self._dav = Client(f"{self._place}/", http_client=self._http, retry=False)
        self._sizes: dict[str, int] = {}

    def list(self) -> Listing:
        files: list[Listed] = []
        unlisted: list[tuple[str, str]] = []
        todo = [""]
        while todo:
            folder = todo.pop()
            try:
                with self._asking():
                    found = self._dav.ls(folder, allow_listing_resource=False)
            except PlaceAway as error:
                if not folder:
                    raise
                unlisted.append((folder, f"cannot be listed: {error}"))
                continue
            for one in found:
                assert isinstance(one, dict)  # it was asked for details
                path = str(one["name"]).strip("/")
                name = path.rpartition("/")[2]
                if not path.startswith(f"{folder}/" if folder else "") or is_hidden(name):
                    continue
                if one["type"] != "directory":
                    files.append(self._listed(path, one))
                elif path.count("/") < _DEEPEST:
                    todo.append(path)
        return Listing(files, unlisted)

    def fetch(self, path: str, folder: Path) -> Path:
        to = folder / uuid.uuid4().hex
        most = self._sizes[path]
        address = f"{self._place}/{quote(path)}"
        with self._asking(), self._http.stream("GET", address) as answer, to.open("wb") as file:
            if answer.status_code != httpx.codes.OK:
                raise FileAway(f"the server answers {answer.status_code}")
            for piece in answer.iter_bytes(_PIECE):
                file.write(piece)
                if file.tell() > most:
                    raise FileAway("the server sends more of it than it said")
        return to

    def origin(self, path: str) -> str:
        return f"{self._place}/{path}"

    def close(self) -> None:
        self._http.close()

    def _listed(self, path: str, one: dict[str, object]) -> Listed:
        size, etag, modified = one.get("content_length"), one.get("etag"), one.get("modified")
        if not isinstance(size, int) or size < 0:
            return Listed(path, refusal="the server does not say how large it is")
        self._sizes[path] = size
        stamp = str(etag) if etag else f"{size}.{modified}" if modified else ""
        return Listed(path, stamp, size)

    @contextmanager
    def _asking(self) -> Iterator[None]:
        try:
            yield
        except ResourceNotFound as error:
            raise PlaceAway(f"{self._place} is not there; has it moved?") from error
        except HTTPError as error:
            raise PlaceAway(_said(self._place, error.status_code)) from error
        except (httpx.HTTPError, httpx.InvalidURL, ssl.SSLError) as error:
            raise PlaceAway(
                f"{self._place} does not answer ({error}); is the server running, and is its "
                "address right?"
            ) from error
        except (ClientError, MultiStatusResponseError, ValueError) as error:
            raise PlaceAway(f"{self._place} does not answer as WebDAV does ({error})") from error


def _said(place: str, status: int) -> str:
    if status in (401, 403):
        return (
            f"{place} refuses the sign-in ({status}); check user and password. Nextcloud wants a "
            "password for apps where the account has a second factor"
        )
    return f"{place} answers {status}; look into the server's log"
