"""Moves this process into a network namespace of its own, with loopback and nothing else (Linux).

What runs here afterwards, in whichever language, finds no way to another machine. Sockets that
were opened before keep working, so that the web chat is still reached from outside.
"""

import ctypes
import fcntl
import os
import signal
import socket
import struct
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

_NEW_USER, _NEW_NETWORK = 0x10000000, 0x40000000  # CLONE_NEWUSER, CLONE_NEWNET
_GET_FLAGS, _SET_FLAGS, _IS_UP = 0x8913, 0x8914, 1  # SIOCGIFFLAGS, SIOCSIFFLAGS, IFF_UP
_CAPABILITIES = 0x20080522  # _LINUX_CAPABILITY_VERSION_3
_LONGEST_TRIAL = 10  # seconds
_SELF = Path("/proc/self")


class Kernel:
    """What is asked of the kernel here; each call raises OSError where it refuses."""

    def leave_network(self, *, as_user: bool) -> None:
        """Enter a new network namespace; `as_user` through a user namespace, without being root."""
        user, group = os.geteuid(), os.getegid()
        _done(ctypes.CDLL(None, use_errno=True).unshare(_NEW_NETWORK | (_NEW_USER * as_user)))
        if as_user:  # we stay who we are, and so do our files
            (_SELF / "setgroups").write_text("deny")
            (_SELF / "uid_map").write_text(f"{user} {user} 1")
            (_SELF / "gid_map").write_text(f"{group} {group} 1")

    def raise_loopback(self) -> None:
        """Let this namespace's own addresses 127.0.0.0/8 and ::1 work."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
            request = struct.pack("16sH14x", b"lo", 0)
            (flags,) = struct.unpack_from("H", fcntl.ioctl(any_socket, _GET_FLAGS, request), 16)
            request = struct.pack("16sH14x", b"lo", flags | _IS_UP)
            fcntl.ioctl(any_socket, _SET_FLAGS, request)

    def drop_capabilities(self) -> None:
        """Give back what a new user namespace gave us."""
        header, none = struct.pack("Ii", _CAPABILITIES, 0), bytes(24)
        _done(ctypes.CDLL(None, use_errno=True).capset(header, none))


def enter(kernel: Kernel | None = None) -> str:
    """Enter; "" on success, else why the kernel does not let us, and then nothing has changed.

    Only while this process has a single thread: the kernel moves threads, not processes.
    """
    if not sys.platform.startswith("linux"):
        return f"network namespaces are Linux's, and this is {sys.platform}"
    threads = len(list((_SELF / "task").iterdir()))
    if threads > 1:
        return f"this process has {threads} threads already"
    kernel = kernel or Kernel()
    # As far as a child comes: a refusal halfway would leave us without even loopback.
    if reason := trial(kernel):
        return reason
    _enter(kernel)
    return ""


def trial(kernel: Kernel | None = None) -> str:
    """Whether `enter` would succeed: "" or why not. Changes nothing."""
    if not sys.platform.startswith("linux"):
        return f"network namespaces are Linux's, and this is {sys.platform}"
    chosen = kernel or Kernel()

    def attempt() -> str:
        try:
            _enter(chosen)
        except OSError as error:
            return f"the kernel refuses it: {error.strerror or error}"
        return ""

    return in_a_child(attempt)


def in_a_child(attempt: Callable[[], str]) -> str:
    """What `attempt` says where it changes a child of ours, and not us."""
    ours, childs = os.pipe()
    child = os.fork()
    if child == 0:
        said = "the attempt ended in an error"
        try:
            signal.alarm(_LONGEST_TRIAL)
            said = attempt()
        finally:
            os.write(childs, b"\0" + said.encode())
            os._exit(0)
    os.close(childs)
    with os.fdopen(ours, "rb") as pipe:
        told = pipe.read()
    os.waitpid(child, 0)
    return told[1:].decode() if told else "the attempt died"


def is_apart(process: int, noted: int | None = None) -> bool | None:
    """Whether `process` is in another network namespace than we are; None if we may not know.

    `noted` is the number of its namespace by its own word, for a process that we may not look into.
    """
    try:
        ours = os.stat(_SELF / "ns" / "net").st_ino
        with suppress(OSError):
            noted = os.stat(f"/proc/{process}/ns/net").st_ino
    except OSError:
        return None
    return None if noted is None else noted != ours


def _enter(kernel: Kernel) -> None:
    # Root in a user namespace would be root over its own files alone, so root tries nothing else.
    as_user = os.geteuid() != 0
    kernel.leave_network(as_user=as_user)
    kernel.raise_loopback()
    if as_user:
        kernel.drop_capabilities()


def _done(returned: int) -> None:
    if returned:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))
