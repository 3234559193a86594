"""Real servers on loopback: WebDAV (WsgiDAV), S3 (moto's, where it is), IMAP (Dovecot)."""

import imaplib
import io
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any, Protocol
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from minio import Minio
from wsgidav.wsgidav_app import WsgiDAVApp

USER, SECRET = "anna", "a secret of hers"
MOTO = os.environ.get("STRONGROOM_TEST_MOTO") or shutil.which("moto_server")
DOVECOT = shutil.which("dovecot", path=f"{os.environ['PATH']}:/usr/sbin")


class Server(Protocol):
    """A place that a test fills; `requests` are those that fetched a file's content."""

    kind: Any
    place: str
    fetched: list[str]

    def put(self, name: str, text: str) -> None: ...
    def remove(self, name: str) -> None: ...
    def move(self, name: str, to: str) -> None: ...


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as one:
        return int(one.getsockname()[1])


def wait_for(port: int) -> None:
    for _ in range(600):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"nothing listens on port {port}")


class _Threads(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, *args: object) -> None:
        """Say nothing."""


@dataclass
class Dav:
    folder: Path
    place: str
    kind: str = "webdav"
    fetched: list[str] = field(default_factory=list)

    def put(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")

    def remove(self, name: str) -> None:
        (self.folder / name).unlink()

    def move(self, name: str, to: str) -> None:
        (self.folder / to).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / name).rename(self.folder / to)


@contextmanager
def webdav(folder: Path) -> Iterator[Dav]:
    folder.mkdir()
    app = WsgiDAVApp({
        "provider_mapping": {"/dav files": str(folder)},
        "simple_dc": {"user_mapping": {"*": {USER: {"password": SECRET}}}},
        "http_authenticator": {"accept_basic": True, "accept_digest": False},
        "verbose": 0,
        "logging": {"enable": False},
    })  # fmt: skip
    dav = Dav(folder, "")

    def counted(environ: dict[str, Any], start: Any) -> Any:
        if environ["REQUEST_METHOD"] == "GET":
            dav.fetched.append(environ["PATH_INFO"])
        return app(environ, start)

    server = make_server("127.0.0.1", 0, counted, _Threads, _Quiet)
    dav.place = f"http://127.0.0.1:{server.server_port}/dav%20files"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield dav
    finally:
        server.shutdown()
        server.server_close()


@dataclass
class Bucket:
    place: str
    client: Minio
    kind: str = "s3"
    fetched: list[str] = field(default_factory=list)

    def put(self, name: str, text: str) -> None:
        data = text.encode()
        self.client.put_object("papers", f"in/{name}", io.BytesIO(data), len(data))

    def remove(self, name: str) -> None:
        self.client.remove_object("papers", f"in/{name}")

    def move(self, name: str, to: str) -> None:
        answer = self.client.get_object("papers", f"in/{name}")
        self.put(to, answer.read().decode())
        answer.close()
        self.remove(name)


@contextmanager
def s3(folder: Path) -> Iterator[Bucket]:
    """moto's server, a program of its own: its libraries need others than ours."""
    assert MOTO
    folder.mkdir()
    port = free_port()
    process = subprocess.Popen(
        [MOTO, "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=folder,
    )
    try:
        wait_for(port)
        client = Minio(f"127.0.0.1:{port}", USER, SECRET, secure=False, region="us-east-1")
        client.make_bucket("papers")
        client.put_object("papers", "elsewhere.txt", io.BytesIO(b"no"), 2)
        yield Bucket(f"http://127.0.0.1:{port}/papers/in", client)
    finally:
        process.kill()
        process.wait()


@dataclass
class Mail:
    place: str
    port: int
    kind: str = "imap"
    fetched: list[str] = field(default_factory=list)

    @contextmanager
    def signed_in(self) -> Iterator[imaplib.IMAP4]:
        imap = imaplib.IMAP4("127.0.0.1", self.port)
        imap.login(USER, SECRET)
        try:
            yield imap
        finally:
            imap.logout()

    def put(self, name: str, text: str) -> None:
        folder, _, subject = name.rpartition("/")
        message = EmailMessage()
        message["From"], message["To"] = "kim@example.com", "anna@example.com"
        message["Subject"] = subject
        message["Message-ID"] = f"<{abs(hash(name))}@example.com>"
        message.set_content(text)
        box = f"INBOX.{folder}" if folder else "INBOX"
        with self.signed_in() as imap:
            imap.create(box)
            assert imap.append(box, "", None, bytes(message))[0] == "OK"

    def remove(self, name: str) -> None:
        folder, _, subject = name.rpartition("/")
        with self.signed_in() as imap:
            imap.select(f"INBOX.{folder}" if folder else "INBOX")
            found = imap.search(None, "SUBJECT", f'"{subject}"')[1][0].split()
            for one in found:
                imap.store(one.decode(), "+FLAGS", "\\Deleted")
            imap.expunge()

    def move(self, name: str, to: str) -> None:
        raise NotImplementedError


@contextmanager
def imap(folder: Path) -> Iterator[Mail]:
    """Dovecot; where root runs the tests, as its own user, who cannot enter pytest's folders."""
    assert DOVECOT
    del folder
    with tempfile.TemporaryDirectory(prefix="dovecot") as place:
        Path(place).chmod(0o755)
        with _dovecot(Path(place)) as mail:
            yield mail


@contextmanager
def _dovecot(folder: Path) -> Iterator[Mail]:
    assert DOVECOT
    port, me = free_port(), pwd.getpwuid(os.geteuid())
    (folder / "mail").mkdir()
    (folder / "passwd").write_text(f"{USER}:{{PLAIN}}{SECRET}\n")
    mailer = pwd.getpwnam("dovecot") if me.pw_uid == 0 else me
    unprivileged = pwd.getpwnam("dovenull").pw_name if me.pw_uid == 0 else me.pw_name
    if me.pw_uid == 0:
        os.chown(folder / "mail", mailer.pw_uid, mailer.pw_gid)
    configuration = folder / "dovecot.conf"
    configuration.write_text(f"""
protocols = imap
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
default_internal_user = {mailer.pw_name}
default_login_user = {unprivileged}
first_valid_uid = 0
mail_location = maildir:{folder}/mail
namespace inbox {{
  inbox = yes
  separator = .
  prefix = INBOX.
}}
passdb {{
  driver = passwd-file
  args = {folder}/passwd
}}
userdb {{
  driver = static
  args = uid={mailer.pw_uid} gid={mailer.pw_gid} home={folder}/mail
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
""")
    process = subprocess.Popen([DOVECOT, "-F", "-c", str(configuration)])
    try:
        wait_for(port)
        yield Mail(f"imap://127.0.0.1:{port}/INBOX", port)
    finally:
        process.terminate()
        process.wait(timeout=30)
