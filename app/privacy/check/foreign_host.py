"""The outside of a privacy check: a host in a network namespace of its own, that notes who comes.

It is joined to the checked namespace by a pair of virtual cables, answers every name with its own
address, and is the only other host there is: nothing leads on from it.
"""

import json
import queue
import socket
import socketserver
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

HERE, OUTSIDE = "198.51.100.1", "198.51.100.2"  # RFC 5737: addresses for documentation only
PORTS = (25, 80, 443, 8000)
DNS_PORT = 53
ARRIVED = "somebody arrived"


@dataclass(slots=True)
class Visits:
    """What has reached the outside; `address` is where it listens."""

    address: str
    _lines: "queue.SimpleQueue[str]" = field(default_factory=queue.SimpleQueue)

    def add(self, line: str) -> None:
        """Note one visit."""
        self._lines.put(line)

    def taken(self, wait: float = 0.3) -> list[str]:
        """The visits since the last call, after a moment for those that are on their way."""
        time.sleep(wait)
        found = []
        while not self._lines.empty():
            found.append(self._lines.get())
        return found

    def arrived(self, wait: float = 0.3, *, patience: float = 0.0) -> bool:
        """Whether anybody has come since the last call of either.

        With `patience`, the first is waited for so many seconds: a busy machine is slow.
        """
        until = time.monotonic() + patience
        while self._lines.empty() and time.monotonic() < until:
            time.sleep(0.02)
        return any(ARRIVED in line for line in self.taken(wait))


@contextmanager
def joined_outside() -> Iterator[Visits]:
    """The host, while the block runs; this process must be in a namespace of its own already."""
    child = subprocess.Popen(
        ["unshare", "--net", sys.executable, "-m", "app.privacy.check.foreign_host"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdin is not None
    assert child.stdout is not None
    visits = Visits(OUTSIDE)
    try:
        _expect(child.stdout.readline(), "waiting")
        for command in (
            "link set lo up",
            f"link add inside type veth peer name outside netns {child.pid}",
            f"addr add {HERE}/24 dev inside",
            "link set inside up",
        ):
            _ip(command)
        child.stdin.write("go\n")
        child.stdin.flush()
        _expect(child.stdout.readline(), "ready")
        _ip(f"route add default via {OUTSIDE}")
        threading.Thread(target=_pass_on, args=(child.stdout, visits), daemon=True).start()
        yield visits
    finally:
        child.kill()
        child.wait()


@contextmanager
def outside_on_loopback(address: str = "127.66.66.66") -> Iterator[Visits]:
    """Where namespaces are not permitted: an address of loopback that counts as foreign."""
    visits = Visits(address)
    servers = _listen(address, (8000,), visits.add)
    try:
        yield visits
    finally:
        for server in servers:
            server.shutdown()
            server.server_close()


def main() -> None:
    """Wait for the cable, listen, and print a line of JSON for each visit until stdin closes."""
    print("waiting", flush=True)
    sys.stdin.readline()
    for command in ("link set lo up", f"addr add {OUTSIDE}/24 dev outside", "link set outside up"):
        _ip(command)
    _listen(OUTSIDE, PORTS, lambda line: print(line, flush=True))
    threading.Thread(target=_answer_names, daemon=True).start()
    print("ready", flush=True)
    sys.stdin.read()


def _listen(
    address: str, ports: tuple[int, ...], note: Callable[[str], None]
) -> list[socketserver.ThreadingTCPServer]:
    class Visitor(socketserver.StreamRequestHandler):
        timeout = 1.0

        def handle(self) -> None:
            note(json.dumps({"port": self.connection.getsockname()[1], "said": ARRIVED}))
            try:
                first = self.rfile.readline(500).decode("latin-1").strip()
                if first.startswith(("GET", "POST", "HEAD", "PUT")):
                    self.wfile.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
                    note(json.dumps({"asked": first}))
            except OSError:
                return  # it has been noted already

    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address = True
        daemon_threads = True

    servers: list[socketserver.ThreadingTCPServer] = []
    for port in ports:
        server = Server((address, port), Visitor)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
    return servers


def _pass_on(lines: Iterable[str], visits: Visits) -> None:
    for line in lines:
        visits.add(line.strip())


def _answer_names() -> None:
    """Answer every question for a name with our own address (RFC 1035), and note it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as resolver:
        resolver.bind((OUTSIDE, DNS_PORT))
        while True:
            packet, sender = resolver.recvfrom(2048)
            print(json.dumps({"port": DNS_PORT, "said": ARRIVED}), flush=True)
            if len(packet) < 17:
                continue
            end = packet.index(b"\0", 12) + 5
            is_a = packet[end - 4 : end - 2] == b"\0\1"
            head = packet[:2] + b"\x81\x80\0\1" + (b"\0\1" if is_a else b"\0\0") + bytes(4)
            body = b"\xc0\x0c\0\1\0\1\0\0\0\1\0\4" + socket.inet_aton(OUTSIDE) if is_a else b""
            resolver.sendto(head + packet[12:end] + body, sender)


def _ip(command: str) -> None:
    subprocess.run(["ip", *command.split()], check=True, capture_output=True, text=True)


def _expect(line: str, word: str) -> None:
    if line.strip() != word:
        raise RuntimeError(f"the outside host of the privacy check does not start ({line!r})")


if __name__ == "__main__":
    main()
