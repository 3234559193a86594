"""A mailbox's folder and those below it; every message is a file."""

import ssl
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.errors import MessageError
from email.header import decode_header, make_header
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientError, LoginError

from app.watching.places.bounds import ANSWER_BYTES, Coming, Look, TooMuch
from app.watching.places.port import FileAway, Listed, Listing, PlaceAway

_PATIENCE_S = 60.0  # for one answer
_TOGETHER = 500  # messages that are asked about with one request
_SUBJECT = 80  # characters of it in a name
_LARGEST = 256 << 20  # bytes of a message, which is in memory as a whole


class Mailbox:
    """Implements `Place`. Nothing is changed there, not even whether a message was read."""

    batch = 100
    anchor = ""
    root = ""

    def __init__(self, place: str, user: str, secret: str) -> None:
        parts = urlsplit(place)
        self._place = place.rstrip("/")
        self._folder = unquote(parts.path).strip("/")
        self._server = parts.hostname or ""
        self._sealed = parts.scheme == "imaps"
        self._port = parts.port or (993 if self._sealed else 143)
        self._user, self._secret = user, secret
        self._imap: IMAPClient | None = None
        self._selected = ""
        self._look = Look()
        self._coming = Coming()  # of the answer that is read now
        self._messages: dict[str, tuple[str, int]] = {}  # folder and UID, by path

    def list(self) -> Listing:
        files: list[Listed] = []
        with self._asking() as imap:
            self._expects()
            for flags, delimiter, name in imap.list_folders():
                parted = (delimiter or b"/").decode("ascii", "replace")
                shown = str(name).replace(parted, "/")
                below = not self._folder or f"{shown}/".startswith(f"{self._folder}/")
                if below and b"\\Noselect" not in flags and b"\\NonExistent" not in flags:
                    files += self._in(imap, str(name), shown)
        return Listing(files)

    def fetch(self, path: str, folder: Path) -> Path:
        to = folder / uuid.uuid4().hex
        name, uid = self._messages[path]
        with self._asking() as imap:
            self._select(imap, name)
            self._expects(_LARGEST + ANSWER_BYTES)
            found = imap.fetch([uid], ["BODY.PEEK[]"]).get(uid, {}).get(b"BODY[]")
        if found is None:
            raise FileAway("it is gone by now")
        to.write_bytes(found)
        return to

    def origin(self, path: str) -> str:
        return f"{self._place}/{path}"

    def close(self) -> None:
        if self._imap is not None:
            with suppress(IMAPClientError, OSError):
                self._imap.logout()

    def _in(self, imap: IMAPClient, name: str, shown: str) -> Iterator[Listed]:
        valid = self._select(imap, name)
        self._expects()
        uids = imap.search("UNDELETED")
        below = shown.removeprefix(self._folder).strip("/")
        for start in range(0, len(uids), _TOGETHER):
            part = uids[start : start + _TOGETHER]
            self._expects()
            for uid, found in imap.fetch(part, ["ENVELOPE", "RFC822.SIZE"]).items():
                file = f"{_subject(found.get(b'ENVELOPE'))} ({uid}).eml"
                path = f"{below}/{file}" if below else file
                self._look.lists()
                self._messages[path] = (name, uid)
                size = int(found.get(b"RFC822.SIZE", 0))
                refusal = f"is larger than {_LARGEST >> 20} MiB" if size > _LARGEST else ""
                yield Listed(path, f"{valid}.{uid}", size, refusal)

    def _select(self, imap: IMAPClient, name: str) -> int:
        """The folder's UIDVALIDITY, which changes when its UIDs mean other messages."""
        if self._selected != name:
            self._expects()
            self._valid = int(imap.select_folder(name, readonly=True)[b"UIDVALIDITY"])
            self._selected = name
        return self._valid

    def _expects(self, most: int = ANSWER_BYTES) -> None:
        """Another answer is asked for, of so many bytes at most."""
        self._look.asks()
        self._coming = Coming(most)

    def _bound(self, imap: IMAPClient) -> None:
        """Have the bytes counted that its connection reads: a server says itself how many come."""
        connection = imap._imap
        read, readline = connection.read, connection.readline

        def counted(size: int) -> bytes:
            self._coming.took(size)  # before they are waited for
            return bytes(read(size))

        def counted_line() -> bytes:
            line = bytes(readline())
            self._coming.took(len(line))
            return line

        connection.read, connection.readline = counted, counted_line

    @contextmanager
    def _asking(self) -> Iterator[IMAPClient]:
        try:
            if self._imap is None:
                context = ssl.create_default_context() if self._sealed else None
                self._imap = IMAPClient(
                    self._server,
                    self._port,
                    ssl=self._sealed,
                    ssl_context=context,
                    timeout=_PATIENCE_S,
                )
                self._bound(self._imap)
                self._imap.login(self._user, self._secret)
            yield self._imap
        except TooMuch as error:
            raise PlaceAway(f"{self._place} {error}") from error
        except LoginError as error:
            raise PlaceAway(
                f"{self._place} refuses the sign-in of {self._user}; check the password. Some "
                "servers want one for apps"
            ) from error
        except (IMAPClientError, OSError, ValueError, KeyError) as error:
            raise PlaceAway(
                f"{self._place} does not answer ({error}); is the server running, and is its "
                "address right?"
            ) from error


def _subject(envelope: Any) -> str:
    """A message's subject as a part of a name."""
    raw = getattr(envelope, "subject", None) or b""
    text = raw.decode("utf-8", "replace")
    with suppress(MessageError, LookupError, ValueError):
        text = str(make_header(decode_header(text)))
    plain = " ".join("".join(one if one.isprintable() else " " for one in text).split())
    return plain.replace("/", "-")[:_SUBJECT].strip(" .") or "message"
