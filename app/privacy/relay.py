"""The way to the hosts that the settings name, for a process in a network namespace of its own.

A process outside passes bytes on: each listening socket, opened inside, leads to one host at one
port. Inside, that host's name and address stand for the socket. TLS is between us and the host.
"""

import array
import asyncio
import json
import os
import socket
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

from app.privacy.allowed import Allowed, Host
from app.privacy.guard import guard_child
from ingest.sandbox.rights import give_up_rights

_PIECE = 1 << 16  # bytes passed on at once
_ROOM = 32  # hosts that settings may name


class Relay:
    """The process outside; start it before this one enters its namespace. It ends with us."""

    def __init__(self, hosts: Sequence[Host]) -> None:
        self._hosts = tuple(hosts)
        self._ours, theirs = socket.socketpair()
        command = [sys.executable, "-m", "app.privacy.relay", str(theirs.fileno())]
        places = json.dumps([(host.name, host.port) for host in self._hosts])
        self._process = subprocess.Popen(
            [*command, places],
            stdin=subprocess.DEVNULL,
            pass_fds=(theirs.fileno(),),
            start_new_session=True,  # Ctrl-C is for us to handle
        )
        theirs.close()

    def lead(self) -> None:
        """Open the ways, inside: from now on this process reaches the hosts, and none beside."""
        listeners = [socket.create_server(("127.0.0.1", 0), backlog=64) for _ in self._hosts]
        descriptors = array.array("i", (one.fileno() for one in listeners))
        self._ours.sendmsg([b"!"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, descriptors)])
        _stand_for({
            (host.name, host.port): listener.getsockname()[:2]
            for host, listener in zip(self._hosts, listeners, strict=True)
        })  # fmt: skip
        for listener in listeners:
            listener.close()  # the relay has it

    def leads_to(self, host: str, port: int) -> bool:
        """Whether there is a way to this host at this port."""
        return any((one.name, one.port) == (host, port) for one in self._hosts)

    def close(self) -> None:
        """End it."""
        self._ours.close()
        self._process.wait()


def _stand_for(ways: dict[tuple[str, int], tuple[str, int]]) -> None:
    """Let each host of `ways` be found, and connected to, at its place on loopback."""
    resolve, connect = socket.getaddrinfo, socket.socket.connect
    connect_ex = socket.socket.connect_ex

    def way(host: Any, port: Any) -> tuple[str, int] | None:
        name = host.decode() if isinstance(host, bytes) else host
        if not isinstance(name, str) or not str(port).isdigit():
            return None
        return ways.get((name.rstrip(".").lower(), int(port)))

    def getaddrinfo(host: Any, port: Any, *arguments: Any, **named: Any) -> Any:
        place = way(host, port)
        if place is None:
            return resolve(host, port, *arguments, **named)
        return [(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", place)]

    def led(address: Any) -> Any:
        return (way(*address[:2]) or address) if isinstance(address, tuple) else address

    socket.getaddrinfo = getaddrinfo
    socket.socket.connect = lambda self, address: connect(self, led(address))  # type: ignore[method-assign]
    socket.socket.connect_ex = lambda self, address: connect_ex(self, led(address))  # type: ignore[method-assign]


def main() -> None:
    """argv: the socket over which the listening sockets come, and the hosts in their order."""
    give_up_rights()
    control = socket.socket(fileno=int(sys.argv[1]))
    places = [(str(name), int(port)) for name, port in json.loads(sys.argv[2])]
    guard_child(Allowed(tuple(Host(name, port, "settings") for name, port in places)))
    room = socket.CMSG_SPACE(_ROOM * array.array("i").itemsize)
    _, sent, _, _ = control.recvmsg(1, room)
    descriptors = array.array("i")
    for _, _, data in sent:
        descriptors.frombytes(data)
    if descriptors:  # else who started us went away before
        asyncio.run(_serve(control, list(descriptors), places))


async def _serve(
    control: socket.socket, descriptors: list[int], places: list[tuple[str, int]]
) -> None:
    servers = [
        await asyncio.start_server(_caller(*place), sock=socket.socket(fileno=descriptor))
        for descriptor, place in zip(descriptors, places, strict=True)
    ]
    control.setblocking(False)
    await asyncio.get_running_loop().sock_recv(control, 1)  # ends when who started us has ended
    for server in servers:
        server.close()
    os._exit(0)


def _caller(host: str, port: int) -> Any:
    async def call(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        ends = [writer]
        try:
            theirs = await asyncio.open_connection(host, port)
            ends.append(theirs[1])
            await asyncio.gather(_pass_on(reader, theirs[1]), _pass_on(theirs[0], writer))
        except OSError:
            for one in ends:
                one.transport.abort()  # whoever is left finds the connection reset, as without us
        finally:
            for one in ends:
                one.close()

    return call


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Pass everything on, and then that nothing more comes. Raises OSError once an end is gone."""
    while piece := await reader.read(_PIECE):
        writer.write(piece)
        await writer.drain()
    writer.write_eof()


if __name__ == "__main__":
    main()
