"""A bucket of an S3 server such as MinIO, or what lies below a prefix in it."""

import ssl
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import urllib3
from minio import Minio
from minio.error import MinioException, S3Error

from app.watching.places.bounds import Coming, Look, TooMuch, check_list, refuse_packed
from app.watching.places.port import FileAway, Listed, Listing, PlaceAway
from ingest.discovery import is_hidden

_PATIENCE_S = 60.0  # for one answer
_PIECE = 1 << 20


class S3:
    """Implements `Place`; a thousand objects are listed with one request."""

    batch = 100
    anchor = ""
    root = ""

    def __init__(self, place: str, user: str, secret: str) -> None:
        """`user` is the access key, `secret` the secret key; without both nobody signs in."""
        parts = urlsplit(place)
        self._place = place.rstrip("/")
        bucket, _, prefix = unquote(parts.path).strip("/").partition("/")
        self._bucket, self._prefix = bucket, f"{prefix}/" if prefix else ""
        self._look = Look()
        self._pool = _Bounded(
            self._look,
            timeout=_PATIENCE_S,
            # A server may say that it wants to be asked again in a year.
            retries=urllib3.Retry(total=1, redirect=0, respect_retry_after_header=False),
            ssl_context=ssl.create_default_context(),  # the system's authorities
        )
        self._s3 = Minio(
            parts.netloc.rpartition("@")[2],
            user or None,
            secret or None,
            secure=parts.scheme == "https",
            http_client=self._pool,
        )
        # Else the bucket becomes a part of the host's name, which nobody has named.
        self._s3.disable_virtual_style_endpoint()  # type: ignore[no-untyped-call]
        self._sizes: dict[str, int] = {}

    def list(self) -> Listing:
        files = []
        with self._asking():
            for one in self._s3.list_objects(self._bucket, prefix=self._prefix, recursive=True):
                self._look.lists()
                path = (one.object_name or "").removeprefix(self._prefix)
                if one.is_dir or not path or path.endswith("/"):
                    continue
                if any(is_hidden(part) for part in path.split("/")):
                    continue
                self._sizes[path] = one.size or 0
                files.append(Listed(path, f"{one.etag}.{one.size}", one.size or 0))
        return Listing(files)

    def fetch(self, path: str, folder: Path) -> Path:
        to = folder / uuid.uuid4().hex
        with self._asking():
            answer = self._s3.get_object(self._bucket, self._prefix + path)
            coming = Coming(None)  # its bytes are counted here
            with closing(answer), to.open("wb") as file:
                for piece in answer.stream(_PIECE, decode_content=False):
                    coming.took(len(piece))
                    file.write(piece)
                    if file.tell() > self._sizes[path]:
                        raise FileAway("the server sends more of it than it said")
        return to

    def origin(self, path: str) -> str:
        return f"{self._place}/{path}"

    def close(self) -> None:
        self._pool.clear()

    @contextmanager
    def _asking(self) -> Iterator[None]:
        try:
            yield
        except TooMuch as error:
            raise PlaceAway(f"{self._place} {error}") from error
        except S3Error as error:
            if error.code == "NoSuchKey":
                raise FileAway("it is gone by now") from error
            remedy = {
                "NoSuchBucket": "has the bucket another name now?",
                "AccessDenied": "may the access key list and read the bucket?",
                "InvalidAccessKeyId": "check the access key",
                "SignatureDoesNotMatch": "check the secret key",
            }.get(error.code or "", "look into the server's log")
            raise PlaceAway(f"{self._place} answers {error.code}; {remedy}") from error
        except (MinioException, urllib3.exceptions.HTTPError, ValueError) as error:
            raise PlaceAway(
                f"{self._place} does not answer ({error}); is the server running, and is its "
                "address right?"
            ) from error


class _Bounded(urllib3.PoolManager):
    """Reads answers that are lists with limits, and takes nothing that is packed."""

    def __init__(self, look: Look, **more: Any) -> None:
        super().__init__(**more)
        self._look = look

    def urlopen(  # type: ignore[override]
        self, method: str, url: str, redirect: bool = True, **more: Any
    ) -> urllib3.BaseHTTPResponse:
        whole = more.pop("preload_content", True)
        answer = super().urlopen(
            method, url, redirect, preload_content=False, decode_content=False, **more
        )
        try:
            refuse_packed(answer.headers.get("content-encoding") if whole else None)
            if not whole:
                return answer
            self._look.asks()
            coming, data = Coming(), bytearray()
            for piece in answer.stream(_PIECE, decode_content=False):
                coming.took(len(piece))
                data += piece
        except BaseException:
            answer.close()
            raise
        answer.release_conn()
        if data:
            check_list(bytes(data))
        return urllib3.HTTPResponse(
            bytes(data), answer.headers, answer.status, reason=answer.reason,
            request_method=method, request_url=url,
        )  # fmt: skip
