"""LDAP directories on loopback: Debian's slapd where it is, and a small server in this process."""

import datetime
import ipaddress
import shutil
import socket
import socketserver
import ssl
import subprocess
import threading
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from ldap3.protocol.rfc4511 import (
    LDAPDN,
    BindResponse,
    ExtendedResponse,
    LDAPMessage,
    LDAPString,
    PartialAttribute,
    PartialAttributeList,
    ProtocolOp,
    ResultCode,
    SearchResultDone,
    SearchResultEntry,
    Vals,
)
from pyasn1.codec.ber import encoder

SLAPD = shutil.which("slapd", path="/usr/sbin:/usr/lib/openldap:/usr/bin")
SLAPADD = shutil.which("slapadd", path="/usr/sbin:/usr/bin")
BASE = "dc=calloway,dc=example"
PEOPLE, GROUPS = f"ou=people,{BASE}", f"ou=groups,{BASE}"
READER, READERS_PASSWORD = f"cn=reader,{BASE}", "a service account's"
MANAGER, MANAGERS_PASSWORD = f"cn=manager,{BASE}", "only the test knows"
Entry = Mapping[str, Sequence[str | bytes]]


class DirectoryServer(Protocol):
    """A directory that a test fills."""

    url: str
    authorities: Path

    def put(self, dn: str, entry: Entry) -> None: ...
    def set(self, dn: str, name: str, *values: str | bytes) -> None: ...
    def remove(self, dn: str) -> None: ...


def certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for loopback that vouches for itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    names: list[x509.GeneralName] = [
        x509.DNSName("localhost"),
        x509.IPAddress(ipaddress.ip_address("127.0.0.1")),
    ]
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    written, kept = folder / "directory.pem", folder / "directory.key"
    written.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    kept.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return written, kept


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as one:
        return int(one.getsockname()[1])


# Debian's slapd


@dataclass
class Slapd:
    """slapd with its data in a folder of the test's; changed with ldap3, as its manager."""

    url: str
    authorities: Path
    plain: str

    def _do(self, change: Any) -> None:
        from ldap3 import NONE, Connection, Server

        server = Server(self.plain, get_info=NONE)
        with Connection(server, MANAGER, MANAGERS_PASSWORD, auto_bind=True) as connection:
            change(connection)
            assert connection.result["result"] == 0, connection.result

    def put(self, dn: str, entry: Entry) -> None:
        self._do(lambda connection: connection.add(dn, attributes=dict(entry)))

    def set(self, dn: str, name: str, *values: str | bytes) -> None:
        self._do(
            lambda connection: connection.modify(dn, {name: [("MODIFY_REPLACE", list(values))]})
        )

    def remove(self, dn: str) -> None:
        self._do(lambda connection: connection.delete(dn))


@contextmanager
def slapd(folder: Path, scheme: str) -> Iterator[Slapd]:
    """slapd on loopback until the block ends."""
    assert SLAPD is not None
    written, key = certificate(folder)
    data = folder / "data"
    data.mkdir()
    plain, tls = free_port(), free_port()
    configuration = folder / "slapd.conf"
    configuration.write_text(
        f"""
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/nis.schema
include /etc/ldap/schema/inetorgperson.schema
pidfile {folder}/slapd.pid
modulepath /usr/lib/ldap
moduleload back_mdb
moduleload ppolicy
TLSCertificateFile {written}
TLSCertificateKeyFile {key}
database mdb
maxsize 16777216
suffix "{BASE}"
rootdn "{MANAGER}"
rootpw "{MANAGERS_PASSWORD}"
directory {data}
index entryUUID eq
overlay ppolicy
access to attrs=userPassword by anonymous auth by * none
access to * by dn.exact="{READER}" read by * none
""",
        "utf-8",
    )
    urls = f"ldap://127.0.0.1:{plain}/ ldaps://127.0.0.1:{tls}/"
    process = subprocess.Popen(
        [SLAPD, "-d", "0", "-f", str(configuration), "-h", urls],
        stdout=subprocess.DEVNULL,
        stderr=(folder / "slapd.log").open("wb"),
    )
    try:
        for _ in range(600):
            if process.poll() is not None:
                raise AssertionError((folder / "slapd.log").read_text("utf-8"))
            try:
                socket.create_connection(("127.0.0.1", plain), 1).close()
                break
            except OSError:
                time.sleep(0.1)
        url = f"ldaps://127.0.0.1:{tls}" if scheme == "ldaps" else f"ldap://127.0.0.1:{plain}"
        server = Slapd(url, written, f"ldap://127.0.0.1:{plain}")
        server.put(BASE, {"objectClass": ["dcObject", "organization"], "o": ["Calloway"]})
        yield server
    finally:
        process.terminate()
        process.wait(30)


# A small one in this process


@dataclass
class Small:
    """What of LDAP a sign-in needs, spoken over TLS; entries stay in memory."""

    url: str
    authorities: Path
    entries: dict[str, dict[str, list[bytes]]] = field(default_factory=dict)
    binds: list[str] = field(default_factory=list)

    def put(self, dn: str, entry: Entry) -> None:
        kept = {name.lower(): [_bytes(one) for one in values] for name, values in entry.items()}
        kept.setdefault("entryuuid", [str(uuid.uuid4()).encode()])
        if "objectguid" in kept:
            del kept["entryuuid"]
        kept["dn"] = [dn.encode()]
        self.entries[dn.lower()] = kept

    def set(self, dn: str, name: str, *values: str | bytes) -> None:
        entry = self.entries[dn.lower()]
        entry.pop(name.lower(), None)
        if values:
            entry[name.lower()] = [_bytes(one) for one in values]

    def remove(self, dn: str) -> None:
        del self.entries[dn.lower()]

    def lets_in(self, dn: str, password: str) -> bool:
        self.binds.append(dn)
        if not password:
            return True  # as the protocol says: nobody, and anybody
        entry = self.entries.get(dn.lower(), {})
        locked = entry.get("pwdaccountlockedtime") or entry.get("lockouttime")
        return password.encode() in entry.get("userpassword", ()) and not locked


def _bytes(value: str | bytes) -> bytes:
    return value.encode() if isinstance(value, str) else value


@dataclass(frozen=True, slots=True)
class Told:
    """One element of BER: its tag, its content, and what is within it."""

    tag: int
    content: bytes

    @property
    def parts(self) -> list["Told"]:
        found, left = [], self.content
        while left:
            tag, length, start = left[0], left[1], 2
            if length & 0x80:
                start = 2 + (length & 0x7F)
                length = int.from_bytes(left[2:start], "big")
            found.append(Told(tag, left[start : start + length]))
            left = left[start + length :]
        return found


_AND, _OR, _EQUAL, _PRESENT = 0xA0, 0xA1, 0xA3, 0x87
_BIND, _UNBIND, _SEARCH, _EXTENDED = 0x60, 0x42, 0x63, 0x77


def _fits(asked: Told, entry: Mapping[str, list[bytes]]) -> bool:
    if asked.tag == _AND:
        return all(_fits(one, entry) for one in asked.parts)
    if asked.tag == _OR:
        return any(_fits(one, entry) for one in asked.parts)
    if asked.tag == _PRESENT:
        return True
    assert asked.tag == _EQUAL, hex(asked.tag)
    name, wanted = (one.content for one in asked.parts)
    held = entry.get(name.decode().lower(), ())
    return any(one.lower() == wanted.lower() for one in held)


class _Conversation(socketserver.BaseRequestHandler):
    """One connection."""

    def handle(self) -> None:
        server: Any = self.server
        directory, context = server.directory, server.context
        if server.tls:
            self.request = context.wrap_socket(self.request, server_side=True)
        bound = ""
        while message := self._message():
            number, operation = int.from_bytes(message[0].content, "big"), message[1]
            if operation.tag == _UNBIND:
                return
            if operation.tag == _BIND:
                _, user, password = (one.content.decode() for one in operation.parts)
                let_in = directory.lets_in(user, password)
                bound = user if let_in and password else ""
                self._answer(number, "bindResponse", _result(BindResponse(), 0 if let_in else 49))
            elif operation.tag == _EXTENDED:
                self._answer(number, "extendedResp", _result(ExtendedResponse(), 0))
                self.request = context.wrap_socket(self.request, server_side=True)
            else:
                assert operation.tag == _SEARCH, hex(operation.tag)
                self._search(number, operation.parts, directory, bound)

    def _search(self, number: int, asked: list[Told], directory: Small, bound: str) -> None:
        base = asked[0].content.decode().lower()
        if base not in directory.entries or bound != READER:  # others are shown nothing
            self._answer(number, "searchResDone", _result(SearchResultDone(), 32))
            return
        wanted = [one.content.decode() for one in asked[7].parts]
        alone = asked[1].content == b"\0"
        for dn, entry in sorted(directory.entries.items()):
            below = dn == base if alone else dn == base or dn.endswith("," + base)
            if not below or not _fits(asked[6], entry):
                continue
            found = SearchResultEntry()
            found["object"] = LDAPDN(entry["dn"][0].decode())
            found["attributes"] = PartialAttributeList()
            for name in wanted:
                if name.lower() in entry:
                    told = PartialAttribute()
                    told["type"] = name
                    told["vals"] = Vals()
                    for index, value in enumerate(entry[name.lower()]):
                        told["vals"][index] = value
                    found["attributes"].append(told)
            self._answer(number, "searchResEntry", found)
        self._answer(number, "searchResDone", _result(SearchResultDone(), 0))

    def _message(self) -> list[Told]:
        head = self._exactly(2)
        if len(head) < 2:
            return []
        length = head[1]
        if length & 0x80:
            more = self._exactly(length & 0x7F)
            length = int.from_bytes(more, "big")
        return Told(head[0], self._exactly(length)).parts

    def _exactly(self, length: int) -> bytes:
        got = b""
        while len(got) < length:
            piece = self.request.recv(length - len(got))
            if not piece:
                return b""
            got += piece
        return got

    def _answer(self, number: int, kind: str, body: Any) -> None:
        message = LDAPMessage()
        message["messageID"] = int(number)
        operation = ProtocolOp()
        operation.setComponentByName(kind, body)
        message["protocolOp"] = operation
        self.request.sendall(encoder.encode(message))


def _result(body: Any, code: int) -> Any:
    body["resultCode"] = ResultCode(code)
    body["matchedDN"] = LDAPDN("")
    body["diagnosticMessage"] = LDAPString("")
    return body


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that does not trust the certificate hangs up: no news."""


@contextmanager
def small(folder: Path, scheme: str) -> Iterator[Small]:
    """The small server on loopback until the block ends."""
    written, key = certificate(folder)
    server = _Server(("127.0.0.1", 0), _Conversation)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(written, key)
    directory = Small(f"{scheme}://127.0.0.1:{server.server_address[1]}", written)
    server.directory, server.context = directory, context  # type: ignore[attr-defined]
    server.tls = scheme == "ldaps"  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        directory.put(BASE, {"objectClass": ["organization"]})
        yield directory
    finally:
        server.shutdown()
        server.server_close()


def fill(server: DirectoryServer) -> None:
    """Kim is in `chemists`, which is in `laboratory`, which is in `chemists` again; Lee in none."""
    for dn in (PEOPLE, GROUPS):
        server.put(dn, {"objectClass": ["organizationalUnit"], "ou": [dn[3:9]]})
    server.put(
        READER,
        {
            "objectClass": ["organizationalRole", "simpleSecurityObject"],
            "cn": ["reader"],
            "userPassword": [READERS_PASSWORD],
        },
    )
    for name, full in (("kim", "Kim Li"), ("lee", "Lee Ünal"), ("a*b(c)", "Star")):
        server.put(
            person(name),
            {
                "objectClass": ["inetOrgPerson", "organizationalPerson", "person"],
                "uid": [name],
                "cn": [full],
                "sn": [full],
                "userPassword": [password_of(name)],
            },
        )
    for name, members in (
        ("chemists", [person("kim"), group("laboratory")]),
        ("laboratory", [group("chemists")]),
        ("cooks", [person("lee")]),
    ):
        server.put(group(name), {"objectClass": ["groupOfNames"], "cn": [name], "member": members})


def person(name: str) -> str:
    return f"uid={name},{PEOPLE}"


def group(name: str) -> str:
    return f"cn={name},{GROUPS}"


def password_of(name: str) -> str:
    return f"the password of {name}"
