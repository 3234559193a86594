"""A connection made in C, past everything that Python can see; to show what holds below it."""

import ctypes
import socket
import struct


def connect_in_c(host: str, port: int) -> int:
    """Connect through the C library alone; 0 when it got out, else the system's error number."""
    libc = ctypes.CDLL(None, use_errno=True)
    made = libc.socket(int(socket.AF_INET), int(socket.SOCK_STREAM), 0)
    if made < 0:
        return ctypes.get_errno()
    # struct sockaddr_in
    address = struct.pack("=HH4s8x", int(socket.AF_INET), socket.htons(port),
                          bytes(map(int, host.split("."))))  # fmt: skip
    failed = libc.connect(made, address, len(address))
    error = ctypes.get_errno() if failed else 0
    libc.close(made)
    return error


LIMITS = (
    "A library in C, C++ or Rust that calls the operating system itself is not seen in the "
    "process that serves, ingests or answers; parsers, the drawing of pages and the engine are "
    "closed below Python. Their own switches keep such libraries quiet.",
    "Whoever administers this machine, its kernel and its other programs can send what they "
    "please; so can a forwarder that listens on this machine itself.",
    "`strongroom models fetch` starts programs that reach out: it is the one command for that.",
)
