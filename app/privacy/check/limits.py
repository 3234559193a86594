"""Ways out in C, past everything that Python can see; and what no guard of ours can keep in."""

import ctypes
import socket
import struct
import sys

_FAMILY, _STREAM, _DATAGRAM = int(socket.AF_INET), int(socket.SOCK_STREAM), int(socket.SOCK_DGRAM)


def connect_in_c(host: str, port: int, descriptor: int = -1) -> int:
    """Connect through the C library alone; 0 when it got out, else the system's error number.

    With the `descriptor` of a socket that listens, or has called before, that one is turned round.
    """
    libc = _libc()
    made = libc.socket(_FAMILY, _STREAM, 0) if descriptor < 0 else descriptor
    if made < 0:
        return ctypes.get_errno()
    if descriptor >= 0:  # an unspecified family ends whatever the socket was doing
        libc.connect(made, bytes(16), 16)
    wait = struct.pack("qq", 3, 0)
    libc.setsockopt(made, int(socket.SOL_SOCKET), int(socket.SO_SNDTIMEO), wait, len(wait))
    place = _place(host, port)
    error = ctypes.get_errno() if libc.connect(made, place, len(place)) else 0
    libc.close(made)
    return error


def send_in_c(host: str, port: int) -> int:
    """Send one packet through the C library alone; 0 or the system's error number."""
    libc = _libc()
    made = libc.socket(_FAMILY, _DATAGRAM, 0)
    if made < 0:
        return ctypes.get_errno()
    place = _place(host, port)
    error = ctypes.get_errno() if libc.sendto(made, b"leak", 4, 0, place, len(place)) < 0 else 0
    libc.close(made)
    return error


def resolve_in_c(name: str) -> int:
    """Look a name up through the C library alone; 0 or getaddrinfo's error number."""
    libc, found = _libc(), ctypes.c_void_p()
    error = int(libc.getaddrinfo(name.encode(), None, None, ctypes.byref(found)))
    if not error:
        libc.freeaddrinfo(found)
    return error


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _place(host: str, port: int) -> bytes:
    """struct sockaddr_in."""
    number = bytes(map(int, host.split(".")))
    return struct.pack("=HH4s8x", _FAMILY, socket.htons(port), number)


# Where the kernel gives our processes a network namespace of their own, and where it does not.
APART = (
    "A library in C, C++ or Rust that calls the operating system itself finds nobody to reach in "
    "the network namespace of the process that serves, ingests or answers. Services of this "
    "machine that listen on Unix sockets, such as a cache of names, are still there for it."
)
NOT_APART = (
    "A library in C, C++ or Rust that calls the operating system itself is not seen in the "
    "process that serves, ingests or answers, because the kernel gives it no network namespace "
    "here; parsers, the drawing of pages and the engine are closed below Python. Their own "
    "switches keep such libraries quiet."
)
ALWAYS = (
    "Whoever administers this machine, its kernel and its other programs can send what they "
    "please; so can, for a process with the machine's own network, a forwarder that listens here.",
    "`strongroom models fetch` and `strongroom bundle` start programs that reach out: they are "
    "the commands for that.",
)


TURNABLE = (
    "Somebody whose own code runs in the process that serves could turn the web chat's socket "
    "round, to call others"
)


def limits(*, apart: bool, turnable: str = "") -> tuple[str, ...]:
    """What the guard cannot do, for a machine with or without namespaces; `turnable` says why the
    web chat's socket has no filter.
    """
    turned = (f"{TURNABLE}: {turnable}.",) if apart and turnable else ()
    return (APART if apart else NOT_APART, *turned, *ALWAYS)


def main() -> int:
    """Connect as a library in C in a parser would. argv: host, port, "bare" or "guarded"."""
    from ingest.sandbox.confinement import Need, confine

    if sys.argv[3] == "guarded":
        confine(Need.NOTHING)
    return connect_in_c(sys.argv[1], int(sys.argv[2]))


if __name__ == "__main__":
    sys.exit(main())
