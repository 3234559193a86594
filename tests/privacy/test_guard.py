"""What any library tries is refused and recorded, and loopback works; no real host is tried."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from app.governance.audit.egress import recorded_in
from app.privacy.allowed import Allowed, Host
from app.privacy.attempts import Attempt, AttemptFile
from app.privacy.check.breakout import BELOW, ON_ANY, UNRECORDED
from app.privacy.check.foreign_host import outside_on_loopback
from app.privacy.guard import Guard
from app.privacy.switches import SWITCHES

# Of this process alone: processes that share the tests must not count each other's visitors.
FOREIGN = f"127.66.{os.getpid() // 250 % 250}.{os.getpid() % 250 + 1}"
TRIED = tuple(name for name in ON_ANY if name not in BELOW)
GUARDED = tuple(name for name in TRIED if name not in UNRECORDED)


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[bool, bool, bool]]:
    """For each attempt: whether it got out bare, whether guarded, and whether that is recorded."""
    found: dict[str, list[bool]] = {name: [] for name in TRIED}
    # Other tests run commands in this process, which set every library's own switch.
    bare = {name: value for name, value in os.environ.items() if name not in SWITCHES}
    with outside_on_loopback(FOREIGN) as visits:
        for how in ("bare", "guarded"):
            home = tmp_path_factory.mktemp(how)
            record = AttemptFile(home)
            command = [
                sys.executable,
                "-m",
                "app.privacy.check.breakout",
                str(home),
                FOREIGN,
                "8000",
            ]
            child = subprocess.Popen(
                [*command, how],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                env={**bare, "HOME": str(home)},
            )
            assert child.stdin is not None
            assert child.stdout is not None
            with child:
                for name in TRIED:
                    before = len(record.read())
                    print(name, file=child.stdin, flush=True)
                    json.loads(child.stdout.readline())
                    patience = 5.0 if how == "bare" else 0.0
                    found[name].append(visits.arrived(0.2, patience=patience))
                    if how == "guarded":
                        found[name].append(len(record.read()) > before)
    return {name: (one[0], one[1], one[2]) for name, one in found.items()}


@pytest.mark.parametrize("name", GUARDED)
def test_attempt_is_refused_and_recorded(
    outcomes: dict[str, tuple[bool, bool, bool]], name: str
) -> None:
    # The first says that the attempt is a real one: without the guard it gets out.
    assert outcomes[name] == (True, False, True)


def test_c_library_in_a_parser_is_refused(outcomes: dict[str, tuple[bool, bool, bool]]) -> None:
    assert outcomes["c_library_in_a_parser"][:2] == (True, False)


RUN = """
import sys
from pathlib import Path
from app.privacy.allowed import Allowed
from app.privacy.attempts import AttemptFile
from app.privacy.guard import EgressRefused, Guard
Guard(Allowed(), AttemptFile(Path(sys.argv[1]))).install()
import socket
try:
    {code}
except EgressRefused as refused:
    print(refused)
"""


@pytest.mark.parametrize(
    ("code", "target"),
    [
        ("socket.getaddrinfo('words.outside.example', 443)", "words.outside.example"),
        ("socket.gethostbyname('words.outside.example')", "words.outside.example"),
        ("socket.gethostbyname_ex('words.outside.example')", "words.outside.example"),
        ("socket.gethostbyaddr('192.0.2.1')", "192.0.2.1"),
        ("socket.getnameinfo(('192.0.2.1', 80), 0)", "192.0.2.1"),
        ("socket.socket().connect(('outside.example', 80))", "outside.example port 80"),
        ("socket.socket(type=socket.SOCK_DGRAM).sendto(b'x', ('192.0.2.1', 53))",
         "192.0.2.1 port 53"),
        ("socket.socket(type=socket.SOCK_DGRAM).sendmsg([b'x'], [], 0, ('192.0.2.1', 53))",
         "192.0.2.1 port 53"),
        ("socket.socket(type=socket.SOCK_DGRAM).sendto(b'x', 0, ('words.outside.example', 53))",
         "words.outside.example port 53"),
        ("socket.socket(type=socket.SOCK_DGRAM).sendmsg([b'x'], [], 0, ('words.example', 53))",
         "words.example port 53"),
        ("socket.socket().bind(('words.outside.example', 0))", "words.outside.example"),
        ("socket.socket(socket.AF_INET6).bind(('words.example', 0, 0, 0))", "words.example"),
        ("socket.socket(socket.AF_INET6).connect(('2001:db8::1', 80))", "2001:db8::1 port 80"),
        ("socket.socket(type=socket.SOCK_RAW)", "a raw socket of family 2"),
        ("socket.socket(socket.AF_PACKET, socket.SOCK_RAW)", "a socket of family 17"),
        ("__import__('subprocess').run(['curl', '--version'])", "the program curl"),
        ("__import__('os').system('curl --version')", "the program curl"),
        ("__import__('subprocess').run([sys.executable, '-c', 'import ftplib'])",
         "a Python program that is not ours"),
    ],
)  # fmt: skip
def test_refusal_names_the_target(tmp_path: Path, code: str, target: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", RUN.format(code=code), str(tmp_path)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert target in done.stdout
    (attempt,) = AttemptFile(tmp_path).read()
    assert attempt.target == target


@pytest.mark.parametrize(
    "code",
    [
        "__import__('os').posix_spawn('{tool}', ['uname'], {{}})",
        "__import__('os').spawnv(0, '{tool}', ['uname'])",
        "__import__('os').execv('{tool}', ['uname'])",
        "__import__('os').execvpe('uname', ['uname'], {{'PATH': '{folder}'}})",
        "__import__('subprocess').run('uname', env={{'PATH': '{folder}'}})",
        "__import__('subprocess').run(['./uname'], cwd='{folder}')",
        "__import__('subprocess').run(['uname'], env={{'PATH': '/bin', 'LD_PRELOAD': '/x.so'}})",
        "__import__('subprocess').run(['gcc', '@{tool}'])",
        "__import__('subprocess').run(['gcc', '-B{folder}', '-lc'])",
        "__import__('subprocess').run(['gcc', '-fplugin={tool}', '-lc'])",
        "__import__('subprocess').run([sys.executable, '-c', 'from app import settings'])",
        "__import__('subprocess').run([sys.executable, '-m', 'app.zz'], cwd='{folder}')",
        "__import__('subprocess').run([sys.executable, '-m', 'app.zz'],"
        " env={{'PYTHONPATH': '{folder}'}})",
        "__import__('os').execv(sys.executable,"
        " ['python', '-c', 'from multiprocessing.x import a'])",
        "__import__('subprocess').run([sys.executable, '-m', 'joblib.externals.loky.x'])",
    ],
)  # fmt: skip
def test_a_name_is_no_proof_of_what_is_started(tmp_path: Path, code: str) -> None:
    folder = tmp_path / "theirs"
    (folder / "app").mkdir(parents=True)
    tool = folder / "uname"
    tool.write_text("#!/bin/sh\ntouch started\n", "utf-8")
    tool.chmod(0o755)
    done = subprocess.run(
        [sys.executable, "-c", RUN.format(code=code.format(tool=tool, folder=folder)),
         str(tmp_path)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    # That one is refused in a child, which says nothing.
    assert "which is not allowed" in done.stdout or "spawnv" in code
    assert len(AttemptFile(tmp_path).read()) == 1
    assert not list(tmp_path.rglob("started"))


def test_what_libraries_ask_this_machine_still_works(tmp_path: Path) -> None:
    import ctypes.util

    code = (
        "import ctypes.util, platform, multiprocessing; "
        "print(ctypes.util.find_library('c'), ctypes.util.find_library('nothing-like-it')); "
        "child = multiprocessing.get_context('spawn').Process(target=print, args=('a child',)); "
        "child.start(); child.join(); print(platform.uname().processor, child.exitcode)"
    )
    done = subprocess.run(
        [sys.executable, "-c", RUN.format(code=code), str(tmp_path)],
        capture_output=True, text=True, check=True, cwd=tmp_path,
    )  # fmt: skip
    assert done.stdout.splitlines()[:1] == [f"{ctypes.util.find_library('c')} None"]
    assert "a child" in done.stdout
    assert done.stdout.rstrip().endswith(" 0")
    assert AttemptFile(tmp_path).read() == []


def test_loopback_and_unix_sockets_work(tmp_path: Path) -> None:
    code = (
        "a = socket.create_server(('127.0.0.1', 0)); "
        "socket.create_connection(('localhost', a.getsockname()[1])); "
        "b = socket.socketpair(); b[0].sendmsg([b'x'], ((socket.SOL_SOCKET, 1, b''),)[1:]); "
        "c = socket.socket(); c.bind(('', 0)); d = socket.socket(type=socket.SOCK_DGRAM); "
        "d.bind(('0.0.0.0', 0)); d.sendmsg([b'x'], [], 0, ('localhost', d.getsockname()[1])); "
        "print('works')"
    )
    done = subprocess.run(
        [sys.executable, "-c", RUN.format(code=code), str(tmp_path)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout == "works\n"
    assert AttemptFile(tmp_path).read() == []


def test_named_host_is_reached_at_its_port_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("192.0.2.7", 8000))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: answers)
    allowed = Allowed((Host("gpu-box.internal", 8000, "engine.url"),))
    assert allowed.may_look_up("GPU-box.internal.")
    assert allowed.may_connect("gpu-box.internal", 8000)
    assert allowed.may_connect("192.0.2.7", 8000)
    assert not allowed.may_connect("192.0.2.7", 22)
    assert not allowed.may_connect("192.0.2.8", 8000)
    assert not allowed.may_look_up("evil.gpu-box.internal")


@pytest.mark.parametrize("host", ["::ffff:192.0.2.1", "192.0.2.1", "3221225985", "192.513", ""])
def test_other_spellings_of_an_address_are_no_way_out(host: str) -> None:
    assert Allowed().may_connect(host, 80) is (host == "")


def test_attempts_are_poured_once(tmp_path: Path) -> None:
    file = AttemptFile(tmp_path)
    made = [Attempt.now("socket.connect", f"host{n}", ("lib",), "test") for n in range(3)]
    for attempt in made:
        file(attempt)
    with file.path.open("ab") as cut:
        cut.write(b'{"id": "torn')
    poured: list[Attempt] = []
    assert file.pour(poured.append) == 3
    assert poured == made
    assert file.pour(poured.append) == 0


def test_what_a_parser_tried_reaches_the_record() -> None:
    told: list[Attempt] = []
    guard = Guard(Allowed(), told.append)
    guard.hook(
        "strongroom.egress", ("socket.connect", "192.0.2.1", ("ingest",), "ingest.sandbox.worker")
    )
    assert [(one.event, one.target, one.program) for one in told] == [
        ("socket.connect", "192.0.2.1", "ingest.sandbox.worker")
    ]


def test_attempts_stand_in_the_trail(tmp_path: Path) -> None:
    from app.governance.audit.opening import open_trail
    from app.settings import Settings

    AttemptFile(tmp_path)(Attempt.now("socket.connect", "192.0.2.1 port 80", ("lib",), "test"))
    settings = Settings(home=tmp_path)
    with open_trail(settings, "test") as trail, recorded_in(trail, tmp_path):
        AttemptFile(tmp_path)(Attempt.now("socket.getaddrinfo", "later.example", (), "child"))
    found = []
    with open_trail(settings, "test") as trail:
        found = [record for record in trail.tail(50) if record.kind == "egress-attempt"]
    assert [one.data["target"] for one in found] == ["192.0.2.1 port 80", "later.example"]
    assert AttemptFile(tmp_path).read() == []
