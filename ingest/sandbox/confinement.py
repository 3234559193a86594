"""Takes the network away from this process below Python: a seccomp filter that the kernel applies.

Whatever runs here afterwards, a C library, or code of an attacker who took a parser over, asks the
kernel in vain, and so does each program that it starts. There is no way back. The filter is
written out by hand, since it is small: load the system call's number, compare, refuse.
"""

import ctypes
import platform
import struct
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

from ingest.sandbox.landlock import stay_apart, touch_nothing, work_in
from ingest.sandbox.rights import give_up_rights

# From <linux/bpf_common.h>: load a 32-bit word of the call's description; compare; return.
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER, _ARCHITECTURE = 0, 4  # offsets in struct seccomp_data
_ALLOW, _KILL, _REFUSE = 0x7FFF0000, 0x80000000, 0x00050001  # the last: fail with EPERM
_PR_SET_NO_NEW_PRIVS = 38
_SET_MODE_FILTER, _ALL_THREADS, _LOG = 1, 1, 2  # the kernel's audit log notes each refusal
_X32 = 0x40000000  # x86-64's second set of numbers for the same calls
_FAST_OPEN = 0x20000000  # MSG_FASTOPEN: a send that connects
_AF_UNIX, _AF_NETLINK = 1, 16  # both end on this machine
_AF_INET, _AF_INET6 = 2, 10


class Need(Enum):
    """What a process still needs."""

    NOTHING = "no sockets, no other programs"
    HANDED = "files that its parent hands over, on a socket that is open already"
    ACCEPT = "its listening socket, which is open already"
    LOOPBACK = "this machine's own sockets, and programs"  # in a network namespace of its own
    CONVERT = "a foreign program, its own files, and sockets that lead nowhere else"


@dataclass(frozen=True, slots=True)
class _Machine:
    architecture: int  # AUDIT_ARCH_*
    seccomp: int
    calls: dict[str, int]


_NAMES = ("socket socketpair connect bind listen accept accept4 sendto sendmsg sendmmsg recvmsg "
          "execve execveat ptrace process_vm_readv process_vm_writev pidfd_getfd io_uring_setup "
          "io_uring_enter io_uring_register unshare setns bpf").split()  # fmt: skip


def _numbers(text: str) -> dict[str, int]:
    return dict(zip(_NAMES, map(int, text.split()), strict=True))


# From <asm/unistd.h> of each machine.
_MACHINES = {
    "x86_64": _Machine(
        0xC000003E, 317,
        _numbers("41 53 42 49 50 43 288 44 46 307 47 59 322 101 310 311 438 425 426 427 272 308 "
                 "321")),
    "aarch64": _Machine(
        0xC00000B7, 277,
        _numbers("198 199 203 200 201 202 242 206 211 269 212 221 281 117 270 271 438 425 426 427 "
                 "97 268 280")),
}  # fmt: skip

# Ways around: reaching into other processes, taking their sockets, asking by shared memory.
_AROUND = _NAMES[_NAMES.index("ptrace") :]
_REFUSED = {
    Need.NOTHING: _NAMES[: _NAMES.index("ptrace")],
    # What the parent sends over that socket is all that can come.
    Need.HANDED: [name for name in _NAMES[: _NAMES.index("ptrace")] if name != "recvmsg"],
    Need.ACCEPT: ["connect", "bind"],
    Need.LOOPBACK: [],
    # It listens for a second one of its kind, and asks whether there is a first one.
    Need.CONVERT: ["connect", "sendto", "sendmsg", "sendmmsg"],
}
# Other families, such as a virtual machine's to its host, belong to no network namespace.
_FAMILIES = {
    Need.ACCEPT: (_AF_UNIX, _AF_NETLINK),
    Need.LOOPBACK: (_AF_UNIX, _AF_INET, _AF_INET6, _AF_NETLINK),
    Need.CONVERT: (_AF_UNIX,),
}
_SENDS = {"sendto": 3, "sendmsg": 2, "sendmmsg": 3}  # which argument has the flags


class Kernel:
    """What is asked of the kernel here; each call returns 0, or the system's error number."""

    def no_new_privileges(self) -> int:
        """No program that is started may gain rights; needed for a filter without being root."""
        libc = ctypes.CDLL(None, use_errno=True)
        return ctypes.get_errno() if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) else 0

    def filter_calls(self, number: int, flags: int, program: bytes) -> int:
        """Apply a filter; `number` is that of the call seccomp on this machine."""
        buffer = ctypes.create_string_buffer(program, len(program))
        # struct sock_fprog, with its padding
        header = struct.pack("@HP", len(program) // 8, ctypes.addressof(buffer))
        libc = ctypes.CDLL(None, use_errno=True)
        return ctypes.get_errno() if libc.syscall(number, _SET_MODE_FILTER, flags, header) else 0


def confine(
    need: Need,
    kernel: Kernel | None = None,
    *,
    readable: Sequence[Path] | None = None,
    folder: Path | None = None,
) -> str:
    """Take away what `need` does not have; "" on success, else why the kernel did not.

    `folder` is where a program that converts may write.

    Other processes are out of reach as far as the kernel has Landlock; with `readable`, all files
    but these are. Rights of root's are given up, and nobody but root can look into this process.
    """
    machine = _MACHINES.get(platform.machine())
    if not sys.platform.startswith("linux") or machine is None:
        return f"no filter for {platform.system()} on {platform.machine()}"
    if kernel is None:
        give_up_rights(drives_gpu=need is Need.ACCEPT)
        kernel = Kernel()
    code = b"".join(struct.pack("<HBBI", *line) for line in _program(machine, need))
    if error := kernel.no_new_privileges():
        return f"prctl refuses no-new-privileges (error {error})"
    if need in (Need.NOTHING, Need.HANDED):
        touch_nothing(readable)
    elif need is Need.CONVERT and folder is not None:
        work_in(folder, readable or ())
    else:
        stay_apart()
    for flags in (_ALL_THREADS | _LOG, _ALL_THREADS):
        error = kernel.filter_calls(machine.seccomp, flags, code)
        if not error:
            return ""
    return f"the kernel refuses a seccomp filter (error {error})"


def _program(machine: _Machine, need: Need) -> list[tuple[int, int, int, int]]:
    """The filter, each line its code, how many lines to skip if true and if false, a number."""
    refuse = (_RETURN, 0, 0, _REFUSE)
    lines = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_EQUAL, 1, 0, machine.architecture),
        (_RETURN, 0, 0, _KILL),  # 32-bit calls have other numbers; nothing of ours makes any
        (_LOAD, 0, 0, _NUMBER),
    ]
    if machine.architecture == _MACHINES["x86_64"].architecture:
        lines += [(_AT_LEAST, 0, 1, _X32), refuse]
    for name in (*_REFUSED[need], *_AROUND):
        lines += [(_EQUAL, 0, 1, machine.calls[name]), refuse]
    if families := _FAMILIES.get(need):
        count = len(families)
        lines += [
            (_EQUAL, 0, count + 3, machine.calls["socket"]),
            (_LOAD, 0, 0, _argument(0)),
            *((_EQUAL, count - at, 0, family) for at, family in enumerate(families)),
            refuse,
            (_RETURN, 0, 0, _ALLOW),
        ]
        for name, flags in _SENDS.items():
            lines += [
                (_EQUAL, 0, 4, machine.calls[name]),
                (_LOAD, 0, 0, _argument(flags)),
                (_ANY_BIT, 0, 1, _FAST_OPEN),
                refuse,
                (_RETURN, 0, 0, _ALLOW),
            ]
    return [*lines, (_RETURN, 0, 0, _ALLOW)]


def _argument(index: int) -> int:
    return 16 + 8 * index  # the lower half, on these little-endian machines


# ---- what Python itself can see, so that an attempt is told and not only refused --------------

_WAYS_OUT = ("socket.connect", "socket.sendto", "socket.sendmsg", "socket.getaddrinfo",
             "socket.gethostbyname", "socket.gethostbyaddr", "socket.getnameinfo",
             "subprocess.Popen", "os.exec", "os.posix_spawn", "os.spawn", "os.system",
             "os.fork", "socket.__new__")  # fmt: skip


def refuse_and_tell(tell: Callable[[str, str], None]) -> None:
    """Refuse every socket and program in Python, and tell the event and its target first."""

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event not in _WAYS_OUT:
            return
        if event == "socket.__new__":
            said = f"a socket of family {int(arguments[1])}"
        elif event.startswith("socket."):
            place = arguments[1] if event in ("socket.connect", "socket.sendto") else arguments[0]
            said = str(place)
        else:
            said = f"the program {arguments[0]}" if arguments else "a process"
        tell(event, said[:253])
        raise PermissionError(f"{event} is refused: a parser needs neither network nor programs")

    sys.addaudithook(hook)
