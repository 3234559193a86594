"""Takes the network from a process of ours while it starts, as far as the kernel allows."""

import contextlib
import ctypes
import socket
import struct
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.privacy import namespace
from app.privacy.allowed import Host, named_in
from app.privacy.relay import Relay
from ingest.sandbox.confinement import Need, confine
from ingest.sandbox.landlock import stay_apart
from ingest.sandbox.rights import give_up_rights

if TYPE_CHECKING:
    from app.settings import Settings

_ATTACH_FILTER, _LOCK_FILTER = 26, 44  # from <asm-generic/socket.h>
# In the words of <linux/bpf_common.h>, over a TCP segment: take the byte of flags, keep SYN and
# ACK; with both it is the answer to a call of ours, and dropped; all else passes whole.
_NO_ANSWERS = ((0x30, 0, 0, 13), (0x54, 0, 0, 0x12), (0x15, 0, 1, 0x12), (0x06, 0, 0, 0),
               (0x06, 0, 0, 0xFFFFFFFF))  # fmt: skip
OFF = "privacy.namespace is off"


class NetworkRefused(Exception):
    """The settings require a namespace, or an address to listen on, that cannot be had."""


@dataclass(frozen=True, slots=True)
class Apart:
    """What came of it. `reason` is "" in a namespace of one's own, else why there is none;
    `unfiltered` is "" with a filter of system calls, else why there is none. `relay` leads to the
    hosts that the settings name. `turnable` is "" where the sockets that listen can call nobody,
    else why they are not kept from it. `open_to_us` is "" where the memory of other processes is
    out of reach, else why it is not.
    """

    reason: str
    unfiltered: str
    relay: Relay | None = None
    turnable: str = ""
    open_to_us: str = ""

    def words(self) -> str:
        """One sentence for whoever starts the process."""
        if self.reason:
            return (
                f"This process has the machine's own network ({self.reason}): what its libraries "
                "try in Python is refused, what they try below Python is not seen."
            )
        also = " A relay leads to the hosts that the settings name." if self.relay else ""
        missing = (
            f" It has no filter of system calls: {self.unfiltered}." if self.unfiltered else ""
        )
        return f"This process is in a network namespace with loopback alone.{also}{missing}"


# A process goes apart once, for its life.
_own: list[Apart] = []


def own() -> Apart | None:
    """What came of it in this process; None where it was not tried."""
    return _own[0] if _own else None


def go_apart(
    settings: "Settings",
    listeners: Sequence[socket.socket] = (),
    kernel: namespace.Kernel | None = None,
    also: Sequence[Host] = (),
) -> Apart:
    """Enter a network namespace, with a way to the hosts that the settings name, and to those that
    the command names `also`. The `listeners` stay in the machine's network.

    Call while this process has one thread. Raises NetworkRefused where the settings require it
    and the kernel refuses.
    """
    _own[:] = [_gone_apart(settings, listeners, kernel, also)]
    return _own[0]


def _gone_apart(
    settings: "Settings",
    listeners: Sequence[socket.socket],
    kernel: namespace.Kernel | None,
    also: Sequence[Host],
) -> Apart:
    wanted = settings.privacy.namespace
    if wanted == "off":
        give_up_rights()
        return Apart(OFF, OFF)
    hosts = tuple(dict.fromkeys((*named_in(settings), *also)))
    relay = Relay(hosts) if hosts else None
    reason = namespace.enter(kernel)
    if relay is not None:
        if reason:
            relay.close()
            relay = None
        else:
            relay.lead()
    if reason and wanted == "required":
        raise NetworkRefused(
            f"this process cannot have a network namespace of its own: {reason}. Permit user "
            "namespaces on this machine or in this container, or set privacy.namespace to auto"
        )
    turnable = _only_answer(listeners)  # some kernels let root alone do it
    unfiltered = confine(Need.LOOPBACK)
    # A second domain over the first says whether the kernel has any.
    return Apart(reason, unfiltered, relay, turnable, stay_apart())


def listen(host: str, port: int) -> list[socket.socket]:
    """Take the address while this process still has the machine's network; nobody is let in yet.

    Raises NetworkRefused with the cause and the remedy.
    """
    taken: list[socket.socket] = []
    try:
        for family, kind, protocol, _, place in dict.fromkeys(
            socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        ):
            one = socket.socket(family, kind, protocol)
            taken.append(one)
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            one.bind(place)
    except OSError as error:
        for one in taken:
            with contextlib.suppress(OSError):
                one.close()
        raise NetworkRefused(
            f"cannot listen on {host} port {port} ({error.strerror or error}); is another process "
            "there? Choose another with --port or web.port"
        ) from error
    return taken


def _only_answer(listeners: Sequence[socket.socket]) -> str:
    """Let neither these sockets nor the connections that they take be turned round to call others:
    they belong to the machine's network for ever, and nobody can take it off again.

    Returns "" on success, else why the kernel does not; some allow it to root alone.
    """
    if not sys.platform.startswith("linux"):
        return f"the filter is Linux's, and this is {sys.platform}"
    program = b"".join(struct.pack("HBBI", *line) for line in _NO_ANSWERS)
    buffer = ctypes.create_string_buffer(program, len(program))
    # struct sock_fprog, with its padding
    header = struct.pack("@HP", len(_NO_ANSWERS), ctypes.addressof(buffer))
    try:
        for one in listeners:
            one.setsockopt(socket.SOL_SOCKET, _ATTACH_FILTER, header)
            one.setsockopt(socket.SOL_SOCKET, _LOCK_FILTER, 1)
    except OSError as error:
        return f"the kernel refuses a filter on it ({error.strerror or error})"
    return ""
