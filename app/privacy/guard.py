"""The egress guard: refuses, in this process, every way out that Python code can take.

It is a Python audit hook, so it sees what any library does through Python's own modules, and
cannot be taken off again. It does not see a library written in C, C++ or Rust that calls the
operating system itself: that is for `ingest.sandbox.confinement`, and for the network around the
machine.
"""

import os
import socket
import sys
import sysconfig
import threading
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

from app.privacy.allowed import Allowed
from app.privacy.attempts import Attempt, AttemptFile

REPORTED = "strongroom.egress"  # audit event with which a parent tells what a child attempted
# Raised by us before Python resolves a name.
ADDRESSED, BOUND = "strongroom.address", "strongroom.bind"
RECORD_VARIABLE = "STRONGROOM_EGRESS_HOME"  # tells our child processes where to record

_INET = frozenset({socket.AF_INET, socket.AF_INET6})
# -1 stands for "as the descriptor says"; netlink and alg end in this kernel.
_FAMILIES = frozenset(
    {-1, socket.AF_UNIX, *_INET, getattr(socket, "AF_NETLINK", -1), getattr(socket, "AF_ALG", -1)}
)
_KINDS = frozenset({-1, socket.SOCK_STREAM, socket.SOCK_DGRAM})
_KIND_BITS = 0xF  # beside it are flags such as SOCK_CLOEXEC
# Programs that libraries of ours start to look at this machine; none of them talks to others.
TOOLS = frozenset({"nvidia-smi", "ldconfig", "ldconfig.real", "gcc", "cc", "ld", "objdump",
                   "uname", "lscpu", "file", "rocm-smi"})  # fmt: skip
_OUR_MODULES = ("app.", "ingest.", "vectorstore.", "app", "ingest", "vectorstore")
_OUR_CODE = ("from app.", "import app.", "from multiprocessing.")
_STDLIB = sysconfig.get_path("stdlib")
_PACKAGES = (sysconfig.get_path("purelib"), sysconfig.get_path("platlib"))


class EgressRefused(PermissionError):
    """A library tried to reach beyond this machine; the message says which, and to where."""


Record = Callable[[Attempt], None]


class Guard:
    """Looks at each audit event and refuses those that lead out."""

    def __init__(
        self,
        allowed: Allowed,
        record: Record | None = None,
        *,
        fetching: bool = False,
        tools: frozenset[str] = TOOLS,
    ) -> None:
        self.allowed = allowed
        self.record = record
        self._fetching = fetching
        self._tools = tools
        self._waiting: list[Attempt] = []  # of the time before there was a place to record
        self._inside = threading.local()
        self._looks: dict[str, Callable[[tuple[Any, ...]], str | None]] = {
            "socket.__new__": self._made,
            "socket.connect": self._addressed,
            ADDRESSED: self._addressed,
            BOUND: self._bound,
            "socket.sendto": self._addressed,
            "socket.sendmsg": self._addressed,
            "socket.getaddrinfo": self._looked_up,
            "socket.gethostbyname": self._looked_up,
            "socket.gethostbyaddr": self._looked_back,
            "socket.getnameinfo": self._named,
            "subprocess.Popen": self._started,
            "os.exec": self._started,
            "os.posix_spawn": self._started,
            "os.spawn": self._spawned,
            "os.system": self._shell,
            REPORTED: self._told,
        }

    def install(self) -> None:
        """Look at every event of this process from now on; there is no way back."""
        sys.addaudithook(self.hook)
        _look_before_resolving()

    def follow(self, allowed: Allowed, record: Record) -> None:
        """Take over what the settings say, once they are read."""
        self.allowed = allowed
        waiting, self._waiting = self._waiting, []
        for attempt in waiting:
            record(attempt)
        self.record = record

    def allow_programs(self, *names: str) -> None:
        """Let this process start these too; for a check that watches other processes."""
        self._tools |= set(names)

    def hook(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Raises EgressRefused for what leads out. Called by Python for each audit event."""
        look = self._looks.get(event)
        if look is None or getattr(self._inside, "busy", False):
            return
        self._inside.busy = True  # what we do ourselves, such as resolving an allowed name
        try:
            target = look(arguments)
            if target is None:
                return
            attempt = self._note(event, arguments, target)
        finally:
            self._inside.busy = False
        if event != REPORTED:
            by = attempt.via[0] if attempt.via else attempt.program
            raise EgressRefused(
                f"{by} tried to reach {attempt.target} ({event}), which is not allowed: nothing "
                "leaves this machine but to hosts that the settings name"
            )

    def _note(self, event: str, arguments: tuple[Any, ...], target: str) -> Attempt:
        if event == REPORTED:
            name, _, via, program = arguments
            attempt = Attempt.now(str(name), target, tuple(via), str(program))
        else:
            via = callers(sys._getframe(2))
            attempt = Attempt.now(event, target, via, Path(sys.argv[0] or "python").name)
        if self.record is None:
            self._waiting.append(attempt)
        else:
            self.record(attempt)
        return attempt

    # Each returns the target in words, or None where nothing leads out.

    def _made(self, arguments: tuple[Any, ...]) -> str | None:
        family, kind = int(arguments[1]), int(arguments[2])
        if family not in _FAMILIES:
            return f"a socket of family {family}"
        if family in _INET and (kind if kind < 0 else kind & _KIND_BITS) not in _KINDS:
            return f"a raw socket of family {family}"
        return None

    def _addressed(self, arguments: tuple[Any, ...]) -> str | None:
        made, address = arguments[0], arguments[1]
        if made.family not in _INET or address is None:
            return None
        if not isinstance(address, tuple) or len(address) < 2:
            return None  # Python itself refuses it
        host, port = _text(address[0]), address[1]
        if isinstance(port, int) and self.allowed.may_connect(host, port):
            return None
        return f"{host} port {port}"

    def _bound(self, arguments: tuple[Any, ...]) -> str | None:
        """A socket may be at any address of this machine's; its name may not be asked for."""
        made, address = arguments[0], arguments[1]
        return self._looked_up(address[:1]) if made.family in _INET and address else None

    def _looked_up(self, arguments: tuple[Any, ...]) -> str | None:
        if arguments[0] is None:
            return None
        name = _text(arguments[0])
        return None if self.allowed.may_look_up(name) else name

    def _looked_back(self, arguments: tuple[Any, ...]) -> str | None:
        host = _text(arguments[0])
        return None if self.allowed.may_look_back(host) else host

    def _named(self, arguments: tuple[Any, ...]) -> str | None:
        return self._looked_back(arguments[0])

    def _started(self, arguments: tuple[Any, ...]) -> str | None:
        program, command = _text(arguments[0]), arguments[1]
        words = [command] if isinstance(command, (str, bytes)) else list(command)
        if program and _same(program, sys.executable):
            if self._fetching or _is_ours([_text(word) for word in words[1:]]):
                return None
            return "a Python program that is not ours"
        return None if Path(program).name in self._tools else f"the program {Path(program).name}"

    def _spawned(self, arguments: tuple[Any, ...]) -> str | None:
        return self._started(arguments[1:])

    def _shell(self, arguments: tuple[Any, ...]) -> str | None:
        words = _text(arguments[0]).split()
        return f"the program {Path(words[0]).name}" if words else None

    def _told(self, arguments: tuple[Any, ...]) -> str | None:
        return str(arguments[1])


def _look_before_resolving() -> None:
    """Python resolves a name that is given as an address before it raises the audit event, and
    with the name words could leave: so each method of its socket class that takes an address
    raises one of ours before.
    """

    def looking(name: str, event: str, places: slice) -> None:
        original = getattr(socket.socket, name)

        def method(self: socket.socket, *arguments: Any) -> Any:
            for address in arguments[places]:
                if isinstance(address, tuple):
                    sys.audit(event, self, address)
            return original(self, *arguments)

        method.__name__, method.__doc__ = name, original.__doc__
        setattr(socket.socket, name, method)

    looking("connect", ADDRESSED, slice(1))
    looking("connect_ex", ADDRESSED, slice(1))
    looking("sendto", ADDRESSED, slice(1, None))  # sometimes with flags before it
    looking("sendmsg", ADDRESSED, slice(3, None))
    looking("bind", BOUND, slice(1))


def callers(frame: FrameType | None) -> tuple[str, ...]:
    """The packages on the stack, nearest first, without the standard library and ourselves."""
    found: list[str] = []
    while frame is not None:
        name, file = str(frame.f_globals.get("__name__", "?")), frame.f_code.co_filename
        standard = file.startswith("<frozen") or (
            file.startswith(_STDLIB) and not file.startswith(_PACKAGES)
        )
        if not standard and not name.startswith("app.privacy.guard"):
            said = name if not found else name.partition(".")[0]
            if said not in found and said != (found[0].partition(".")[0] if found else ""):
                found.append(said)
        frame = frame.f_back
    return tuple(found[:8])


def guard_child(allowed: Allowed | None = None) -> None:
    """Guard a child process of ours; it records where its parent said."""
    home = os.environ.get(RECORD_VARIABLE)
    Guard(allowed or Allowed(), AttemptFile(Path(home)) if home else None).install()


def _is_ours(words: list[str]) -> bool:
    while words and words[0].startswith("-") and words[0] not in ("-m", "-c"):
        taken = 2 if words[0] in ("-X", "-W") else 1
        words = words[taken:]
    if len(words) < 2:
        return False
    if words[0] == "-m":
        return words[1].startswith(_OUR_MODULES[:3]) or words[1] in _OUR_MODULES[3:]
    return words[0] == "-c" and words[1].lstrip().startswith(_OUR_CODE)


def _same(program: str, other: str) -> bool:
    return program == other or os.path.realpath(program) == os.path.realpath(other)


def _text(value: Any) -> str:
    return os.fsdecode(value) if isinstance(value, (str, bytes, os.PathLike)) else str(value)
