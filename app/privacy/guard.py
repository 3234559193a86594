"""The egress guard: refuses, in this process, every way out that Python code can take.

It is a Python audit hook, so it sees what any library does through Python's own modules, and
cannot be taken off again. It does not see a library written in C, C++ or Rust that calls the
operating system itself: that is for `ingest.sandbox.confinement`, and for the network around the
machine.
"""

import os
import shutil
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
# Raised by us before Python resolves a name, and before it starts a program.
ADDRESSED, BOUND = "strongroom.address", "strongroom.bind"
FORKED = "strongroom.fork_exec"
RECORD_VARIABLE = "STRONGROOM_EGRESS_HOME"  # tells our child processes where to record
# Networks on loopback that count as outside for our child processes, too; for the check.
FOREIGN_VARIABLE = "STRONGROOM_EGRESS_FOREIGN"

_INET = frozenset({socket.AF_INET, socket.AF_INET6})
# -1 stands for "as the descriptor says"; netlink and alg end in this kernel.
_FAMILIES = frozenset(
    {-1, socket.AF_UNIX, *_INET, getattr(socket, "AF_NETLINK", -1), getattr(socket, "AF_ALG", -1)}
)
_KINDS = frozenset({-1, socket.SOCK_STREAM, socket.SOCK_DGRAM})
_KIND_BITS = 0xF  # beside it are flags such as SOCK_CLOEXEC
# Programs that libraries of ours start to look at this machine; none of them talks to others. Only
# where this system keeps its programs: anybody can call a program of their own by such a name.
TOOLS = frozenset({"nvidia-smi", "ldconfig", "ldconfig.real", "gcc", "cc", "ld", "objdump",
                   "uname", "lscpu", "file", "rocm-smi"})  # fmt: skip
_SYSTEM_PLACES = ("/usr/", "/bin/", "/sbin/", "/lib/", "/lib64/", "/opt/rocm", "/etc/alternatives/")
_OVERFLOW_USER = 65534
# These start others that options and variables name; asked of them is only where a library is.
_COMPILERS = frozenset({"gcc", "cc", "ld"})
_ASKING = ("-l", "-L")
_ASKING_WHOLE = frozenset({"-t", "-Wl,-t", "-o", "-L"})
_COMPILER_VARIABLES = ("COMPILER_PATH", "GCC_EXEC_PREFIX")
_LOADER_VARIABLES = ("LD_PRELOAD", "LD_AUDIT", "DYLD_INSERT_LIBRARIES")
_OUR_MODULES = ("app.", "ingest.", "vectorstore.", "app", "ingest", "vectorstore")
_ROOT = Path(__file__).resolve().parents[2]
_OUR_ROOMS = ("app", "ingest", "vectorstore", "prompts")
# How multiprocessing starts its children: code that gets a guard before it runs.
_CHILD_CODE = "from multiprocessing."
_GUARD_FIRST = (
    f"import sys; sys.path.append({str(_ROOT)!r}); "
    "from app.privacy.guard import guard_child; guard_child(); "
)
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
        self._preloaded: dict[str, str] = {}
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
            "subprocess.Popen": self._opened,
            FORKED: self._opened,
            "os.exec": self._executed,
            "os.posix_spawn": self._executed,
            "os.spawn": self._spawned,
            "os.system": self._shell,
            REPORTED: self._told,
        }

    def install(self) -> None:
        """Look at every event of this process from now on; there is no way back."""
        self._preloaded = {name: os.environ.get(name, "") for name in _LOADER_VARIABLES}
        sys.addaudithook(self.hook)
        _look_before_resolving()
        _look_before_forking()

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

    def _opened(self, arguments: tuple[Any, ...]) -> str | None:
        """`subprocess`, and what it and multiprocessing are made of."""
        program, command, folder, environment = arguments
        return self._started(program, command, folder, environment, rewritten=True)

    def _executed(self, arguments: tuple[Any, ...]) -> str | None:
        program, command, environment = arguments
        return self._started(program, command, None, environment, rewritten=False)

    def _spawned(self, arguments: tuple[Any, ...]) -> str | None:
        return self._executed(arguments[1:])

    def _started(
        self, program: Any, command: Any, folder: Any, environment: Any, *, rewritten: bool
    ) -> str | None:
        """`rewritten`: code for a Python of ours gets a guard on its way there."""
        words = [command] if isinstance(command, (str, bytes)) else list(command)
        texts = [_text(word) for word in words]
        variables = _environment(environment)
        path = _found(program, variables, folder)
        if _same(path, sys.executable):
            ours = _is_ours(texts[1:], variables, _text(folder or "."), rewritten=rewritten)
            said = "" if ours or self._fetching else "a Python program that is not ours"
        else:
            said = self._tool(path, texts[1:], variables)
        loaded = any(variables.get(one, "") != before for one, before in self._preloaded.items())
        if not said and loaded and not self._fetching:
            said = f"the program {Path(path).name} with a library of somebody's"
        return said or None

    def _tool(self, path: str, words: list[str], variables: dict[str, str]) -> str:
        """What is wrong with starting a program that is no Python; "" for one of the tools."""
        name = Path(path).name
        if name not in self._tools:
            return f"the program {name}"
        real = os.path.realpath(path)
        if not real.startswith(_SYSTEM_PLACES) or not _of_the_system(real):
            return f"the program {path}, which is not this system's"
        if name in _COMPILERS and not _only_asks(words, variables):
            return f"the program {name} with options or variables that start others"
        return ""

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
    foreign = tuple(os.environ.get(FOREIGN_VARIABLE, "").split())
    record = AttemptFile(Path(home)) if home else None
    Guard(allowed or Allowed(foreign=foreign), record).install()


def _look_before_forking() -> None:
    """What `subprocess` is made of starts programs without a word to audit hooks, and is what
    multiprocessing and others call themselves. Python code that it hands to a child of ours is
    given a guard, which a child has not by itself.
    """
    import _posixsubprocess
    import subprocess

    original = _posixsubprocess.fork_exec

    def fork_exec(
        args: Any, programs: Any, close: Any, kept: Any, folder: Any, environment: Any, *others: Any
    ) -> int:
        sys.audit(FORKED, tuple(programs), tuple(args), folder, environment)
        words = _with_guard(list(args))
        return original(words, programs, close, kept, folder, environment, *others)

    _posixsubprocess.fork_exec = fork_exec
    if hasattr(subprocess, "_fork_exec"):  # a name of its own for the same
        subprocess._fork_exec = fork_exec


def _with_guard(words: list[Any]) -> list[Any]:
    """The words of a command; multiprocessing's code in it begins with a guard."""
    for at, word in enumerate(words[1:-1], 1):
        if word in ("-c", b"-c"):
            code = words[at + 1]
            if _text(code).startswith(_CHILD_CODE):
                said = _GUARD_FIRST + _text(code)
                words[at + 1] = os.fsencode(said) if isinstance(code, bytes) else said
            break
    return words


def _is_ours(
    words: list[str], environment: dict[str, str], folder: str, *, rewritten: bool
) -> bool:
    """Whether a Python is started with a module of ours, or with what is given a guard first."""
    apart = False  # from the folder that it starts in, and from what variables name
    while words and words[0].startswith("-") and words[0] not in ("-m", "-c"):
        apart = apart or words[0] == "-I"
        taken = 2 if words[0] in ("-X", "-W") else 1
        words = words[taken:]
    if len(words) < 2:
        return False
    if words[0] == "-c":
        return rewritten and words[1].startswith(_CHILD_CODE)
    if words[0] != "-m":
        return False
    named = words[1].startswith(_OUR_MODULES[:3]) or words[1] in _OUR_MODULES[3:]
    places = [] if apart else [folder, *environment.get("PYTHONPATH", "").split(os.pathsep)]
    return named and not any(_shadows(place) for place in places if place)


def _shadows(folder: str) -> bool:
    """Whether a Python that looks into this folder first finds another package of our names."""
    for name in _OUR_ROOMS:
        place = Path(folder) / name
        if place.with_suffix(".py").exists():
            return True
        if place.exists() and not _same(str(place), str(_ROOT / name)):
            return True
    return False


def _environment(given: Any) -> dict[str, str]:
    """The variables that a program gets, however they are given."""
    if given is None:
        return dict(os.environ)
    if isinstance(given, dict) or hasattr(given, "items"):
        return {_text(name): _text(value) for name, value in given.items()}
    pairs = (_text(one).partition("=") for one in given)
    return {name: value for name, _, value in pairs}


def _found(program: Any, environment: dict[str, str], folder: Any) -> str:
    """The path of the program that the system would start."""
    candidates = list(program) if isinstance(program, (tuple, list)) else [program]
    first = _text(candidates[0]) if candidates else ""
    if len(candidates) == 1 and os.sep not in first:
        path = environment.get("PATH", os.defpath)
        return shutil.which(first, path=path) or first
    base = _text(folder) if folder else os.curdir
    for one in candidates:
        path = os.path.join(base, _text(one))
        if os.access(path, os.X_OK):
            return os.path.abspath(path)
    return first


def _of_the_system(real: str) -> bool:
    """Whether only root can change a program."""
    try:
        state = os.stat(real)
    except OSError:
        return True  # it is not there: nothing is started
    # In a user namespace, root outside of it is shown as this user, whom no program belongs to.
    return state.st_uid in (0, _OVERFLOW_USER) and not state.st_mode & 0o022


def _only_asks(words: list[str], environment: dict[str, str]) -> bool:
    """Whether a compiler is asked where a library is, as `ctypes.util` does, and nothing else."""
    if any(environment.get(name) for name in _COMPILER_VARIABLES):
        return False
    before = ""
    for word in words:
        plain = before in ("-o", "-L") and not word.startswith(("-", "@"))
        if not plain and word not in _ASKING_WHOLE and not word.startswith(_ASKING):
            return False
        before = word
    return True


def _same(program: str, other: str) -> bool:
    return program == other or os.path.realpath(program) == os.path.realpath(other)


def _text(value: Any) -> str:
    return os.fsdecode(value) if isinstance(value, (str, bytes, os.PathLike)) else str(value)
