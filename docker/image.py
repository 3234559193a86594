"""Makes the root file system of Strongroom's images; both Dockerfiles and the tests call it.

    image.py root ROOT                   the image's files from the environment that runs this
    image.py check ROOT                  what the image promises about its files

The image holds one Python, the libraries
that Strongroom needs, and the system libraries that those load: no shell, no package manager.
"""

import argparse
import hashlib
import os
import platform
import re
import shutil
import stat
import subprocess
import sys
import sysconfig
import tempfile
import tomllib
from collections.abc import Iterable, Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

SOURCE = Path(__file__).resolve().parent.parent
PACKAGES = ("app", "ingest", "vectorstore", "prompts")
USER = 10001  # and group: of nobody on the host
PREFIX = Path("opt/strongroom")  # the environment inside the image
BILL = Path("share/bill-of-materials.cdx.json")  # below PREFIX
BASE_PREFIX = Path("opt/python")  # the interpreter and its standard library
LIBRARIES = Path("usr/lib") / f"{platform.machine()}-linux-gnu"  # searched without any cache
LOADERS = {"x86_64": "lib64/ld-linux-x86-64.so.2", "aarch64": "lib/ld-linux-aarch64.so.1"}
# Parts of the standard library that need a screen, install packages, or test Python itself.
LEFT_OUT_OF_PYTHON = ("test", "idlelib", "tkinter", "turtledemo", "ensurepip", "lib2to3",
                      "site-packages", "dist-packages", "__pycache__", "config-*",
                      "_tkinter*.so", "libpython*.a")  # fmt: skip
# Chroma's client of a Kubernetes cluster, which nothing of ours runs; and what reads or converts
# embedders and rerankers other than the starter's kind, with 1.2 GB of libraries behind it.
LEFT_OUT = ("kubernetes", "torch", "sentence-transformers", "onnx")
# The graphics driver's own libraries come from the host when the container starts.
FROM_THE_HOST = re.compile(r"lib(cuda|nvidia-ml|nvcuvid|nvidia-encode)\.so\.1")
# What llama.cpp's build puts beside its package a second time.
BUILD_FILES = frozenset({"bin", "include", "lib"})
DATA = "share/tessdata/*"  # beside site-packages: Tesseract's models
COMMANDS = {"strongroom": "app.cli:main", "chroma": "chromadb.cli.cli:app"}
# Loaded by name while the program runs, so that no file names them as needed.
ALSO_LOADED = ("libgcc_s.so.1",)
SHELLS = frozenset({"sh", "bash", "dash", "ash", "ksh", "zsh", "busybox", "toybox", "perl", "apt",
                    "apt-get", "dpkg", "apk", "rpm", "dnf", "pip", "pip3", "curl", "wget", "nc",
                    "su", "sudo", "mount", "ssh"})  # fmt: skip
PASSWD = "root:x:0:0:root:/:/nonexistent\nstrongroom:x:{0}:{0}::/data:/nonexistent\n"
GROUP = "root:x:0:\nstrongroom:x:{0}:\n"


class ImageError(Exception):
    """A step cannot be done; the message says what and why."""


# ---- the root file system ----------------------------------------------------------------------


def root(target: Path, left_out: Iterable[str], starter_models: Path | None) -> None:
    """Lay out the image's files in the empty folder `target`."""
    from materials import bill_of_materials

    if target.exists() and any(target.iterdir()):
        raise ImageError(f"{target} is not empty")
    python = f"python{sys.version_info.major}.{sys.version_info.minor}"
    _folders(target)
    _interpreter(target, python)
    packages = target / PREFIX / "lib" / python / "site-packages"
    packages.mkdir(parents=True)
    without = frozenset(map(_normal, left_out))
    needed = _needed(without)
    for one in needed:
        _copy_distribution(one, packages)
    _ourselves(packages)
    _environment_files(target, python)
    if starter_models is not None:
        # Without PyTorch nothing reads an embedder's weights: its int8 form stands for them.
        unread = ["model.safetensors"] if "torch" in without else []
        shutil.copytree(starter_models, target / PREFIX / "share/strongroom/models",
                        ignore=shutil.ignore_patterns(".*.lock", *unread))  # fmt: skip
    libraries = _system_libraries(target)
    bill = bill_of_materials(needed, libraries, starter_models)
    (target / PREFIX / "share").mkdir(exist_ok=True)
    (target / PREFIX / BILL).write_text(bill, encoding="utf-8")
    _one_copy(target)
    _compile(target, python)
    _plain_modes(target)


def _folders(target: Path) -> None:
    for name in ("usr/lib", "usr/lib64", "etc/strongroom", "data", "models", "tmp", "run", "proc",
                 "sys", "dev", str(LIBRARIES)):  # fmt: skip
        (target / name).mkdir(parents=True, exist_ok=True)
    (target / "lib").symlink_to("usr/lib")
    (target / "lib64").symlink_to("usr/lib64")
    (target / "etc/passwd").write_text(PASSWD.format(USER))
    (target / "etc/group").write_text(GROUP.format(USER))
    (target / "etc/nsswitch.conf").write_text("hosts: files dns\n")
    zones = Path("/usr/share/zoneinfo")  # so that the variable TZ means something
    if zones.is_dir():
        shutil.copytree(zones, target / "usr/share/zoneinfo", symlinks=True,
                        ignore=shutil.ignore_patterns("right", "posix"))  # fmt: skip


def _interpreter(target: Path, python: str) -> None:
    binary = target / BASE_PREFIX / "bin" / python
    binary.parent.mkdir(parents=True)
    shutil.copyfile(Path(sys._base_executable).resolve(), binary)  # type: ignore[attr-defined]
    binary.chmod(0o755)
    shutil.copytree(sysconfig.get_path("stdlib"), target / BASE_PREFIX / "lib" / python,
                    symlinks=False, ignore_dangling_symlinks=True,
                    ignore=shutil.ignore_patterns(*LEFT_OUT_OF_PYTHON))  # fmt: skip


def _direct_dependencies() -> list[str]:
    project = tomllib.loads((SOURCE / "pyproject.toml").read_text("utf-8"))["project"]
    return list(project["dependencies"])


def _needed(left_out: frozenset[str]) -> list[Distribution]:
    """What Strongroom's direct dependencies need, and those again, without `left_out`."""
    from packaging.requirements import Requirement

    found: dict[str, Distribution] = {}
    waiting = [(Requirement(line), "") for line in _direct_dependencies()]
    seen = set()
    while waiting:
        wanted, by = waiting.pop()
        name = _normal(wanted.name)
        key = (name, frozenset(wanted.extras))
        if name in left_out or key in seen:
            continue
        seen.add(key)
        try:
            found[name] = distribution(name)
        except PackageNotFoundError:
            raise ImageError(
                f"{name}, which {by or 'Strongroom'} needs, is not installed"
            ) from None
        for line in found[name].requires or ():
            one = Requirement(line)
            extras = wanted.extras or {""}
            if one.marker is None or any(one.marker.evaluate({"extra": e}) for e in extras):
                waiting.append((one, name))
    return list(found.values())


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _copy_distribution(one: Distribution, packages: Path) -> None:
    """Its modules, metadata and the data that it reads. What else it has beside site-packages are
    commands and manuals, of which none is needed."""
    for file in one.files or ():
        beside = ".." in file.parts and not file.match(DATA)
        if beside or file.suffix == ".pyc" or file.parts[0] in BUILD_FILES:
            continue
        source = Path(str(file.locate()))
        if not source.is_file():
            continue  # old ways to install list files that they then leave out
        copy = packages / file
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, copy)


def _ourselves(packages: Path) -> None:
    """Strongroom as a wheel, built from a copy: a build leaves files where it runs."""
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch) / "source"
        copy.mkdir()
        for name in PACKAGES:
            shutil.copytree(SOURCE / name, copy / name,
                            ignore=shutil.ignore_patterns("__pycache__"))  # fmt: skip
        for name in ("pyproject.toml", "README.md", "LICENSE"):
            shutil.copy(SOURCE / name, copy)
        pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
        build = ["wheel", "--no-deps", "--no-index", "--no-build-isolation", "-w", scratch]
        subprocess.run([*pip, *build, str(copy)], check=True)
        (wheel,) = Path(scratch).glob("strongroom-*.whl")
        shutil.unpack_archive(str(wheel), str(packages), "zip")


def _environment_files(target: Path, python: str) -> None:
    prefix = target / PREFIX
    (prefix / "pyvenv.cfg").write_text(
        f"home = /{BASE_PREFIX}/bin\ninclude-system-site-packages = false\n"
        f"version = {platform.python_version()}\n"
    )
    programs = prefix / "bin"
    programs.mkdir()
    (programs / "python").symlink_to(f"/{BASE_PREFIX}/bin/{python}")
    for name, entry in COMMANDS.items():
        module, _, function = entry.partition(":")
        (programs / name).write_text(
            f"#!/{PREFIX}/bin/python\nimport sys\nfrom {module} import {function}\n"
            f"sys.exit({function}())\n"
        )
        (programs / name).chmod(0o755)
    first = (SOURCE / "docker/init.py").read_text("utf-8")
    (programs / "init").write_text(f"#!/{PREFIX}/bin/python -IS\n{first}")
    (programs / "init").chmod(0o755)


def _system_libraries(target: Path) -> dict[str, Path]:
    """The loader, and beside it every library from outside that some file in the image loads.

    Returns each one's name, and where it came from.
    """
    loader = LOADERS.get(platform.machine())
    if loader is None:
        raise ImageError(f"no image for {platform.machine()}: the name of its loader is not known")
    (target / loader).parent.mkdir(parents=True, exist_ok=True)
    _copy_program(Path("/") / loader, target / loader)
    inside = {path.name for path in target.rglob("*.so*")}
    missing: dict[str, str] = {}
    wanted: dict[str, Path] = {}
    for path in _elf_files(target):
        for name, place in _loads(Path("/") / loader, path):
            if place is None:
                if name not in inside and not FROM_THE_HOST.match(name):
                    missing[name] = str(path.relative_to(target))
            elif not place.is_relative_to(target):
                wanted[name] = place
    for name in ALSO_LOADED:
        place = _nearby(name)
        if place is None:
            missing[name] = "Python's threads"
        else:
            wanted[name] = place
    if missing:
        said = ", ".join(f"{name} (for {by})" for name, by in sorted(missing.items()))
        raise ImageError(f"system libraries are not installed: {said}")
    for name, place in wanted.items():
        _copy_program(place, target / LIBRARIES / name)
    return {Path(loader).name: Path("/") / loader, **wanted}


def _loads(loader: Path, path: Path) -> Iterator[tuple[str, Path | None]]:
    """The libraries that `path` loads, theirs included: (name, where; None if nowhere)."""
    done = subprocess.run([str(loader), "--list", str(path)], capture_output=True, text=True,
                          check=False)  # fmt: skip
    for line in done.stdout.splitlines():
        name, arrow, place = line.strip().partition(" => ")
        if arrow and not place.startswith("not found"):
            yield Path(name).name, Path(place.rpartition(" (")[0])
        elif arrow:
            yield name, None


def _nearby(name: str) -> Path | None:
    places = (Path("/") / LIBRARIES, Path("/lib") / LIBRARIES.name, Path("/usr/lib64"),
              Path("/lib64"))  # fmt: skip
    return next((place / name for place in places if (place / name).exists()), None)


def _elf_files(target: Path) -> Iterator[Path]:
    for path in target.rglob("*"):
        if path.is_file() and not path.is_symlink():
            with path.open("rb") as file:
                if file.read(4) == b"\x7fELF":
                    yield path


def _copy_program(source: Path, target: Path) -> None:
    shutil.copyfile(source.resolve(), target)
    target.chmod(0o755)


def _one_copy(target: Path) -> None:
    """A library under several names in one folder, as wheels have it, becomes one and links."""
    known: dict[tuple[Path, bytes], Path] = {}
    for path in sorted(target.rglob("*.so*")):
        if path.is_file() and not path.is_symlink():
            with path.open("rb") as file:
                key = (path.parent, hashlib.file_digest(file, "sha256").digest())
            first = known.setdefault(key, path)
            if first is not path:
                path.unlink()
                path.symlink_to(first.name)


def _compile(target: Path, python: str) -> None:
    """Byte code for every module: nothing can be written there later. It goes by the sources'
    content, not their dates, so that two builds are alike."""
    places = [target / BASE_PREFIX / "lib" / python, target / PREFIX / "lib" / python]
    subprocess.run(
        [sys.executable, "-m", "compileall", "-q", "-j", "0", "--invalidation-mode",
         "unchecked-hash", "-s", str(target), "-p", "/", *map(str, places)],
        check=False,  # packages carry files for other Pythons, and templates that are no Python
        stdout=subprocess.DEVNULL,
    )  # fmt: skip


def _plain_modes(target: Path) -> None:
    """Everybody may read, the owner of the image may write, what was a program stays one."""
    for folder, names, files in os.walk(target):
        for name in names:
            path = Path(folder) / name
            if not path.is_symlink():
                path.chmod(0o755)
        for name in files:
            path = Path(folder) / name
            if not path.is_symlink():
                path.chmod(0o755 if path.stat().st_mode & stat.S_IXUSR else 0o644)
    target.chmod(0o755)
    (target / "data").chmod(0o700)
    (target / "tmp").chmod(0o1777)
    if os.geteuid() == 0:
        os.chown(target / "data", USER, USER)


# ---- what the image promises -------------------------------------------------------------------


def problems(target: Path) -> list[str]:
    """What is wrong with the files of an image, each thing in a sentence."""
    found = []
    for folder, names, files in os.walk(target):
        for name in (*names, *files):
            path = Path(folder) / name
            place = "/" + str(path.relative_to(target))
            mode = path.lstat().st_mode
            if stat.S_ISLNK(mode):
                continue
            if mode & (stat.S_ISUID | stat.S_ISGID):
                found.append(f"{place} runs with the rights of its owner")
            if mode & (stat.S_IWGRP | stat.S_IWOTH) and place != "/tmp":
                found.append(f"{place} can be written by others")
            if stat.S_ISREG(mode) and mode & 0o111 and name in SHELLS:
                found.append(f"{place} is a shell or a tool that an intruder would use")
            if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
                found.append(f"{place} is no plain file")
    return found


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="image.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    steps = parser.add_subparsers(dest="step", required=True)
    laid = steps.add_parser("root")
    laid.add_argument("root", type=Path)
    laid.add_argument("--leave-out", nargs="*", default=list(LEFT_OUT), metavar="LIBRARY")
    laid.add_argument("--models", type=Path, help="folder of models that become part of it")
    steps.add_parser("check").add_argument("root", type=Path)
    given = parser.parse_args()
    try:
        if given.step == "root":
            root(given.root, given.leave_out, given.models)
        elif found := problems(given.root):
            raise ImageError("\n".join(found))
    except (ImageError, subprocess.CalledProcessError) as error:
        print(f"image.py {given.step}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
