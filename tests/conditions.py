"""Runs every command of the parser where something is wrong with the machine, each in a fork.

argv: a scratch folder, and the names of the conditions. Prints a JSON line for each run: the
condition, the command, its exit code (None: it did not end), and what it said. Everything heavy is
imported once; a fork is then the command as a person starts it, guard and namespace included.
"""

import argparse
import codecs
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

# As little as each command takes to get to the data folder.
WORDS = {
    "serve": ["--port", "0"],
    "engine": ["--model", "absent.gguf"],
    "ingest": ["one.txt"],
    "documents": [],
    "remove": ["one.txt"],
    "retention list": [],
    "retention set": ["general", "30"],
    "retention lift": ["general"],
    "retention run": [],
    "holds list": [],
    "holds add": ["one.txt", "--reason", "a lawsuit"],
    "holds release": ["one.txt", "--reason", "it is over"],
    "sources list": [],
    "sources show": ["share"],
    "sources add": ["share", "one.txt"],
    "sources now": ["share"],
    "sources pause": ["share"],
    "sources resume": ["share"],
    "sources remove": ["share"],
    "search": ["how many days?"],
    "ask": ["how many days?"],
    "summarise": ["one.txt"],
    "batch": ["questions.txt", "--out", "answers.csv"],
    "models list": [],
    "models fetch": ["no-model-of-ours"],
    "models add": ["one.txt"],
    "models compare": ["one.txt", "two.txt", "--questions", "questions.jsonl"],
    "training": ["--out", "training"],
    "models test": ["one.txt"],
    "models plan": [],
    "audit verify": [],
    "audit show": [],
    "audit export": ["--out", "export.jsonl"],
    "audit keys": [],
    "audit head": [],
    "audit renew": ["--reason", "it was lost"],
    "users list": [],
    "users add": ["kim"],
    "users remove": ["kim"],
    "users password": ["kim"],
    "users role": ["kim", "reader"],
    "users groups": ["kim", "staff"],
    "users sign-out": ["kim"],
    "keys list": [],
    "keys add": ["kim", "A bot"],
    "keys revoke": ["A bot"],
    "mcp": [],
    "groups list": [],
    "groups add": ["staff"],
    "groups remove": ["staff"],
    "spaces list": [],
    "spaces grant": ["general", "everyone"],
    "spaces revoke": ["general", "everyone"],
    "eval": ["questions.jsonl"],
    "check": [],
    "health": [],
    "reindex": [],
    "backup": ["saved.tar"],
    "restore": ["saved.tar"],
    "bundle": ["--verify", "saved.tar"],
}
ODD = os.fsdecode(b"lunch \xfc")
LONGEST_S = 90.0


def commands(parser: argparse.ArgumentParser, before: str = "") -> Iterator[str]:
    """The name of every command, such as "users add"."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, child in action.choices.items():
                yield from commands(child, f"{before} {name}".strip())
            return
    yield before


class Where:
    """A place to run in, and the data folder to name."""

    def __init__(self, folder: Path, home: Path | str, mended: Callable[[], None] | None) -> None:
        self.folder, self.home, self.mended = folder, str(home), mended


def plain_file(folder: Path) -> Where:
    (folder / "home").write_text("not a folder\n")
    return Where(folder, folder / "home", None)


def below_a_file(folder: Path) -> Where:
    (folder / "paper").write_text("not a folder\n")
    return Where(folder, folder / "paper" / "home", None)


def forbidden(folder: Path) -> Where:
    """Another user, who may enter the folder and write nothing into it."""
    (folder / "locked").mkdir()
    (folder / "locked").chmod(0o555)
    return Where(folder, folder / "locked" / "home", _become_nobody)


def foreign(folder: Path) -> Where:
    (folder / "home").mkdir(0o755)
    return Where(folder, folder / "home", _become_nobody)


def read_only(folder: Path) -> Where:
    return _mounted(folder, "ro")


def read_only_with_data(folder: Path) -> Where:
    return _mounted(folder, "ro", filled=True)


def full(folder: Path) -> Where:
    return _mounted(folder, "full")


def full_with_data(folder: Path) -> Where:
    return _mounted(folder, "full", filled=True)


def slip(folder: Path) -> Where:
    return _settings(folder, b"[web\nport = 7861\n")


def slip_after_a_mark(folder: Path) -> Where:
    return _settings(folder, b"\xef\xbb\xbf[web]\nport = 7861\nport 3\n")


def slip_in_utf16(folder: Path) -> Where:
    return _settings(folder, "[web]\r\nport = = 3\r\n".encode("utf-16"))


def settings_in_latin1(folder: Path) -> Where:
    return _settings(folder, '[web]\nexamples = ["Größe?"]\n'.encode("latin-1"))


def settings_are_a_folder(folder: Path) -> Where:
    (folder / "strongroom.toml").mkdir()
    return Where(folder, folder / "home", None)


def odd_home(folder: Path) -> Where:
    return Where(folder, folder / ODD, None)


def odd_words(folder: Path) -> Where:
    return Where(folder, folder / "home", None)


CONDITIONS: dict[str, Callable[[Path], Where]] = {
    made.__name__: made
    for made in (
        plain_file, below_a_file, forbidden, foreign, read_only, read_only_with_data, full,
        full_with_data, slip, slip_after_a_mark, slip_in_utf16, settings_in_latin1,
        settings_are_a_folder, odd_home, odd_words,
    )
}  # fmt: skip
NEED_MOUNTS = {"read_only", "read_only_with_data", "full", "full_with_data"}
NEED_ROOT = {"forbidden", "foreign"}
SETTINGS = {
    "slip", "slip_after_a_mark", "slip_in_utf16", "settings_in_latin1", "settings_are_a_folder"
}  # fmt: skip


def _settings(folder: Path, content: bytes) -> Where:
    (folder / "strongroom.toml").write_bytes(content)
    return Where(folder, folder / "home", None)


def _mounted(folder: Path, how: str, *, filled: bool = False) -> Where:
    """A disk of its own, which this process's mount namespace alone has."""
    disk = folder / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m,mode=700", "none", disk], check=True)
    if filled:
        _fill(disk / "home")
    if how == "ro":
        subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
    else:
        file = os.open(disk / "ballast", os.O_WRONLY | os.O_CREAT)
        with suppress(OSError):
            while True:
                os.write(file, bytes(4096))
        os.close(file)
    return Where(folder, disk / "home", None)


def _fill(home: Path) -> None:
    """A data folder in which something is."""
    from app.people.accounts import open_people
    from app.settings import load_settings
    from app.workspace.wiring import open_workspace

    settings = load_settings({"home": home})
    child = os.fork()
    if child == 0:
        try:
            with (
                open_workspace(settings, "test"),
                open_people(settings, lambda by, about: None) as house,
            ):
                house.people.add_group("staff")
            os._exit(0)
        finally:
            os._exit(1)
    assert os.waitpid(child, 0)[1] == 0


def _become_nobody() -> None:
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)


def main() -> None:
    """Run them all."""
    from app.cli import build_parser

    scratch = Path(sys.argv[1])
    _import_everything()
    names = list(commands(build_parser()))
    for name in sys.argv[2:]:
        folder = Path(tempfile.mkdtemp(dir=scratch))
        folder.chmod(0o755)
        (folder / "one.txt").write_text("Everybody has 28 days of leave.\n")
        (folder / "questions.txt").write_text("How many days of leave?\n")
        (folder / "questions.jsonl").write_text('{"question": "How many?", "answer": "28"}\n')
        where = CONDITIONS[name](folder)
        for command in names:
            words = [ODD if name == "odd_words" and not word.startswith("-") else word
                     for word in WORDS[command]]  # fmt: skip
            print(json.dumps({"condition": name, **_run(where, command, words)}), flush=True)


def _import_everything() -> None:
    import app.commands.people
    import app.serving  # noqa: F401
    import vectorstore.chroma

    vectorstore.chroma.library()
    for name in ("ascii", "utf-8-sig", "latin-1", "utf-16", "idna"):  # nobody may not read them
        codecs.lookup(name)


def _run(where: Where, command: str, words: list[str]) -> dict[str, object]:
    """One command in a fork."""
    said = tempfile.TemporaryFile()  # noqa: SIM115 -- the child has it too
    child = os.fork()
    if child == 0:
        code = 70
        try:
            os.setsid()
            os.dup2(said.fileno(), 1)
            os.dup2(said.fileno(), 2)
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            os.chdir(where.folder)
            if where.mended:
                where.mended()
            sys.argv = ["strongroom", "--home", where.home, *command.split(), *words]
            from app.cli import main as strongroom

            try:
                code = strongroom()
            except SystemExit as error:
                code = error.code if isinstance(error.code, int) else 1
            except BaseException:  # noqa: BLE001 -- it is what is looked for
                import traceback

                traceback.print_exc()
            sys.stdout.flush()
            sys.stderr.flush()
        finally:
            os._exit(code)
    until = time.monotonic() + LONGEST_S
    status: int | None = None
    while time.monotonic() < until:
        pid, ended = os.waitpid(child, os.WNOHANG)
        if pid:
            status = os.waitstatus_to_exitcode(ended)
            break
        time.sleep(0.02)
    else:
        os.killpg(child, signal.SIGKILL)
        os.waitpid(child, 0)
    said.seek(0)
    return {"command": command, "code": status, "said": said.read().decode("utf-8", "replace")}


if __name__ == "__main__":
    main()
