"""Who calls on a Unix socket, as the kernel says it."""

import ctypes
import os
import socket
import struct
from pathlib import Path
from typing import Protocol

_CREDENTIALS = struct.Struct("3i")  # struct ucred: process, user, group
_OVERFLOW = Path("/proc/sys/kernel/overflowuid")  # how a user outside of our namespace is shown
_MAPPED = Path("/proc/self/uid_map")


class Connected(Protocol):
    """As much of a connected socket as is asked of it."""

    def getsockopt(self, level: int, option: int, size: int, /) -> bytes: ...

    def fileno(self) -> int: ...


def may_call(connection: Connected) -> bool:
    """Whether the other end is our own user's, or root's.

    A process in a user namespace of its own cannot tell root from others that are not in it: there
    the modes of the socket and of its folder alone keep them out.
    """
    caller = _user_of(connection)
    if caller in (os.geteuid(), 0):
        return True
    return not _knows_root() and caller == int(_OVERFLOW.read_text())


def _user_of(connection: Connected) -> int:
    if hasattr(socket, "SO_PEERCRED"):  # Linux
        answer = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
        return int(_CREDENTIALS.unpack(answer)[1])
    user, group = ctypes.c_uint(), ctypes.c_uint()
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.getpeereid(connection.fileno(), ctypes.byref(user), ctypes.byref(group)):
        raise OSError(ctypes.get_errno(), "getpeereid")
    return user.value


def _knows_root() -> bool:
    if not _MAPPED.exists():
        return True
    return any(int(line.split()[0]) == 0 for line in _MAPPED.read_text().splitlines())
