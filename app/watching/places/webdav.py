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

from app.watching.places.bounds import Coming, Look, TooMuch, check_list, refuse_packed
from app.watching.places.port import FileAway, Listed, Listing, PlaceAway
from ingest.discovery import is_hidden

_PATIENCE_S = 60.0  # for one answer
_DEEPEST = 64  # folders within folders: a server may say that one lies in itself
_PIECE = 1 << 20
# What the program says, whatever a system's library is called; and nothing is to be packed.
_HEADERS = {"User-Agent": "Strongroom", "Accept-Encoding": "identity"}


class WebDav:
    """Implements `Place`; each folder is listed with one request."""

    batch = 100
    anchor = ""
    root = ""

    def __init__(self, place: str, user: str, secret: str) -> None:
        self._place = place.rstrip("/")
        self._look = Look()
        self._http = httpx.Client(
            auth=(user, secret) if user else None,
            timeout=_PATIENCE_S,
            headers=_HEADERS,
            transport=_OneHost(httpx.URL(place), self._look),
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
        self._look.lists()
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
        except TooMuch as error:
            raise PlaceAway(f"{self._place} {error}") from error
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


class _OneHost(httpx.BaseTransport):
    """Asks the place's own server and no other, wherever it sends us, and bounds its answers.

    A server that could send us on would have us ask what only this machine can reach.
    """

    def __init__(self, place: httpx.URL, look: Look) -> None:
        self._place = place
        self._look = look
        # the system's authorities
        self._inner = httpx.HTTPTransport(verify=ssl.create_default_context(), trust_env=False)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if _server(request.url) != _server(self._place):
            raise TooMuch(f"sends us on to {request.url.host}, which the source does not name")
        answer = self._inner.handle_request(request)
        try:
            refuse_packed(answer.headers.get("content-encoding"))
            if request.method == "GET":  # its reader counts the bytes
                stream = _Paced(answer.stream)
                return httpx.Response(
                    answer.status_code, headers=answer.headers, stream=stream,
                    extensions=answer.extensions,
                )  # fmt: skip
            self._look.asks()
            content = b"".join(_Paced(answer.stream, Coming()))
        except BaseException:
            answer.close()
            raise
        answer.close()
        if answer.status_code == httpx.codes.MULTI_STATUS:
            check_list(content)
        # Without what says how the bytes came: they are here.
        headers = [(k, v) for k, v in answer.headers.raw if k.lower() != b"transfer-encoding"]
        return httpx.Response(answer.status_code, headers=headers, content=content)

    def close(self) -> None:
        self._inner.close()


class _Paced(httpx.SyncByteStream):
    def __init__(self, stream: httpx.SyncByteStream | httpx.AsyncByteStream,
                 coming: Coming | None = None) -> None:  # fmt: skip
        assert isinstance(stream, httpx.SyncByteStream)  # of a transport that does not await
        self._stream = stream
        self._coming = coming or Coming(None)

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._stream:
            self._coming.took(len(piece))
            yield piece

    def close(self) -> None:
        self._stream.close()


def _server(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port  # the port is None where it is the scheme's own


def _said(place: str, status: int) -> str:
    if status in (401, 403):
        return (
            f"{place} refuses the sign-in ({status}); check user and password. Nextcloud wants a "
            "password for apps where the account has a second factor"
        )
    return f"{place} answers {status}; look into the server's log"
