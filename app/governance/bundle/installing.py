"""The installer's work: verify, install beside the version in use, try it, and switch.

Standard library only: with the modules that it names it becomes the bundle's install.sh.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from app.governance.bundle.contents import (
    MANIFEST,
    PUBLIC_KEY,
    UNLISTED,
    BundleFault,
    BundleFile,
    Manifest,
    digest_of,
    expected_fingerprint,
    files_in,
    find_faults,
    fingerprint,
    public_key_of,
    refuse,
    trusted_manifest,
)
from app.governance.bundle.machine import refuse_full_disk, refuse_other_machine
from app.governance.bundle.places import Places, is_complete, mark_complete, write_whole

MODELS_IN_VENV = "share/strongroom/models"
INSTALLED_WITH_FAULTS = 3
NEWER_DATA = "written by a newer Strongroom"  # in what `check` says of a data folder
_DOES_NOT_RUN = (
    "what was installed does not run on this machine; the version in use is as it was. Where a "
    "library such as libgomp.so.1 is missing, install it from the system's own packages; signal 4 "
    "means a processor without instructions that it was compiled for"
)


def main(argv: Sequence[str] | None = None, bundle: Path | None = None) -> int:
    """Run the installer; `bundle` is the unpacked folder, by default the one of this file."""
    parser = argparse.ArgumentParser(
        prog="install.sh",
        description="Verify this bundle, install it without any network, and switch to it.",
        epilog="Exit codes: 0 done, 1 not installed (said on stderr), 2 wrong usage, 3 installed, "
        "but `strongroom check` found faults.",
    )
    default = "/opt/strongroom" if os.geteuid() == 0 else "~/strongroom"
    parser.add_argument("--to", default=default, metavar="DIR", help=f"where to ({default})")
    parser.add_argument(
        "--key", metavar="FINGERPRINT_OR_FILE", help="the key that has to have signed the bundle"
    )
    parser.add_argument(
        "--verify", action="store_true", help="only say whether the bundle is whole"
    )
    parser.add_argument(
        "--rollback", action="store_true", help="go back to the version that was current before"
    )
    parser.add_argument(
        "--force",
        action="store_true",
        help="go back to an earlier version, or to one that the data folder is too new for",
    )
    given = parser.parse_args(argv)
    os.umask(0o022)
    bundle = bundle or Path(__file__).resolve().parent
    try:
        places = Places(Path(os.path.abspath(os.path.expanduser(given.to))))
        if given.rollback:
            return roll_back(places, force=given.force)
        if given.verify:
            _verified(bundle, places, given.key)
            return 0
        return install(bundle, places, given.key, force=given.force)
    except BundleFault as fault:
        print(f"install.sh: {fault}", file=sys.stderr)
    except OSError as error:
        print(f"install.sh: {error}; the version in use is as it was", file=sys.stderr)
    except KeyboardInterrupt:
        print("install.sh: interrupted; run it again to go on", file=sys.stderr)
        return 130
    return 1


def install(bundle: Path, places: Places, key: str | None, *, force: bool) -> int:
    """Verify and install the bundle; returns the exit code. Raises BundleFault."""
    manifest = _verified(bundle, places, key)
    with places.alone():
        now, version = places.current_version(), places.version(manifest.version_id)
        if now is not None and not force:
            _refuse_earlier(manifest, now)
        if is_complete(version):
            _say(f"{manifest.version_id} is installed already")
        else:
            _build(bundle, version, manifest, now)
        fine, said = _check(places, version)
        if NEWER_DATA in said and version != now and not force:
            raise BundleFault(
                f"{manifest.version_id} cannot work with the data folder, which a newer Strongroom "
                f"wrote, see above; {now.name if now else 'no version'} stays current. Install "
                "that one, or restore the backup that was made before the update. To switch all "
                "the same: --force"
            )
        write_whole(places.trusted, (bundle / PUBLIC_KEY).read_bytes())
        places.write_programs()
        places.switch(version)
    _say(f"Current is now {manifest.version_id}")
    _say_what_next(places, manifest, fine=fine)
    return 0 if fine else INSTALLED_WITH_FAULTS


def _refuse_earlier(manifest: Manifest, now: Path) -> None:
    """A signature does not age: an old bundle, with the faults of then, is signed for ever."""
    current = Manifest.parse((now / MANIFEST).read_bytes())
    if _release(manifest) < _release(current):
        raise BundleFault(
            f"this bundle is of version {manifest.fields['version']}, and current is the later "
            f"{current.fields['version']}, which stays. --rollback goes back to the version before "
            "an update; to install this one all the same: --force"
        )


def _release(manifest: Manifest) -> list[int]:
    """The numbers that a version begins with, 1.0 the same as 1."""
    start = re.match(r"[0-9.]*", str(manifest.fields["version"]))
    numbers = [int(one) for one in (start[0] if start else "").split(".") if one]
    while numbers and not numbers[-1]:
        numbers.pop()
    return numbers


def roll_back(places: Places, *, force: bool) -> int:
    """Make the previous version current again. Raises BundleFault."""
    with places.alone():
        now, before = places.current_version(), places.previous_version()
        if now is None or before is None or not is_complete(before):
            raise BundleFault(f"{places.root} holds no earlier version to go back to")
        fine, _ = _check(places, before)
        if not fine and not force:
            raise BundleFault(
                f"{before.name} cannot work with {_home(places)} as it is, see above; "
                f"{now.name} stays current. If the data folder is newer, restore the backup that "
                f"was made before the update. To go back all the same: --rollback --force"
            )
        places.switch(before)
    _say(f"Current is now {before.name}; restart `strongroom serve`. Once more goes to {now.name}.")
    return 0


def _check(places: Places, version: Path) -> tuple[bool, str]:
    """Whether a version's own `check` finds all well with the data folder, and what it says.

    The data folder's format only goes forward: an earlier version says if it cannot read it.
    """
    command = [str(version / "venv/bin/strongroom"), "--home", _home(places), "check"]
    done = subprocess.run(
        command,
        env=_clean_environment(),
        stdout=subprocess.PIPE,
        text=True,
        errors="replace",
        check=False,
    )
    _say(done.stdout.rstrip())
    return done.returncode == 0, done.stdout


def _home(places: Places) -> str:
    return os.environ.get("STRONGROOM_HOME", str(places.root / "data"))


def _verified(bundle: Path, places: Places, key: str | None) -> Manifest:
    """The manifest, once signature, every file and this machine are right. Raises BundleFault."""
    expected = expected_fingerprint(key) if key else None
    if expected is None and places.trusted.is_file():
        trusted = public_key_of(places.trusted.read_bytes(), str(places.trusted))
        expected = fingerprint(trusted)
    manifest, signed_by = trusted_manifest(_reader(bundle), expected)
    refuse_other_machine(manifest.fields)
    total = sum(file.size for file in manifest.files)
    _say(f"Verifying {len(manifest.files):,} files ({total / 1e6:,.0f} MB)")
    refuse(find_faults(manifest, files_in(bundle)))
    _say(f"Every file is as listed, and the list is signed with the key\n  {signed_by}")
    if expected is None:
        _say(
            "  Compare this fingerprint with the one printed where the bundle was made: until\n"
            "  then the files are known to be whole, not whose they are (--key does it for you)."
        )
    return manifest


def _reader(bundle: Path) -> Callable[[str], bytes]:
    def read(name: str) -> bytes:
        try:
            return (bundle / name).read_bytes()
        except OSError as error:
            raise BundleFault(
                f"{name} is missing or cannot be read in {bundle} ({error.strerror}): copy and "
                "unpack the bundle again"
            ) from error

    return read


def _build(bundle: Path, version: Path, manifest: Manifest, current: Path | None) -> None:
    """Make a version whole, from the start; what an interrupted run left is thrown away."""
    if version.exists():
        _say(f"Starting over what was interrupted: {version.name}")
        shutil.rmtree(version)
    links = {file.path for file in _unchanged(manifest, current)}
    new_models = sum(file.size for file in manifest.below("models") if file.path not in links)
    refuse_full_disk(version, int(manifest.fields["installed_bytes"]) + new_models)
    _say(f"Installing {version.name}: Python's packages first")
    version.mkdir(parents=True)
    environment = version / "venv"
    _run(
        [sys.executable, "-I", "-m", "venv", "--without-pip", str(environment)],
        "a virtual environment cannot be made; Debian, Ubuntu: apt install python3-venv",
    )
    python = str(environment / "bin/python")
    _install_wheels(bundle, version, manifest, python)
    _say("Models")
    for file in manifest.below("models"):
        target = environment / MODELS_IN_VENV / file.path.removeprefix("models/")
        target.parent.mkdir(parents=True, exist_ok=True)
        if file.path in links and current is not None:
            os.link(_model_in(current, file), target)
        else:
            _copy(bundle / file.path, target, file)
    for name in (*UNLISTED, "install.sh", "sbom.cdx.json", "THIRD-PARTY.txt"):
        if (bundle / name).is_file():
            shutil.copyfile(bundle / name, version / name)
    if (bundle / "licences").is_dir():
        shutil.copytree(bundle / "licences", version / "licences")
    if manifest.fields["imports"]:
        # This leaves, too, the compiled form of what is used most, for whom may not write here.
        _say("Trying it")
        words = f"import {', '.join(manifest.fields['imports'])}"
        _run([python, "-I", "-c", words], _DOES_NOT_RUN, manifest.fields["environment"])
    mark_complete(version)


def _install_wheels(bundle: Path, version: Path, manifest: Manifest, python: str) -> None:
    """With the bundle's own pip, from its files alone, each checked once more by pip."""
    lines = [
        f"{(bundle / file.path).as_uri()} --hash=sha256:{file.sha256}\n"
        for file in manifest.below("wheels")
    ]
    listed = version / "requirements.txt"
    listed.write_text("".join(lines), "utf-8")
    (pip,) = (bundle / file.path for file in manifest.below("installer"))
    command = [python, "-I", f"{pip}/pip", "install", "--quiet", "--no-index", "--no-deps"]
    command += ["--require-hashes", "--only-binary", ":all:", "--no-compile", "-r", str(listed)]
    _run(command, "a package cannot be installed")
    listed.unlink()


def _unchanged(manifest: Manifest, current: Path | None) -> list[BundleFile]:
    """Models that the current version holds with the very same bytes."""
    if current is None:
        return []
    before = Manifest.parse((current / MANIFEST).read_bytes())
    known = {(file.path, file.sha256) for file in before.below("models")}
    found = []
    for file in manifest.below("models"):
        path = _model_in(current, file)
        if (file.path, file.sha256) in known and path.is_file():
            with path.open("rb") as opened:
                if digest_of(opened) == (file.sha256, file.size):
                    found.append(file)
    return found


def _model_in(version: Path, file: BundleFile) -> Path:
    return version / "venv" / MODELS_IN_VENV / file.path.removeprefix("models/")


def _copy(source: Path, target: Path, file: BundleFile) -> None:
    shutil.copyfile(source, target)
    with target.open("rb") as copy:
        if digest_of(copy) != (file.sha256, file.size):
            raise BundleFault(f"{file.path} changed while it was copied; the disk may be failing")


def _run(command: list[str], remedy: str, also: dict[str, str] | None = None) -> None:
    """Run a step, with `also` in its environment. Raises BundleFault that begins with `remedy`."""
    done = subprocess.run(
        command,
        env={**_clean_environment(), **(also or {})},
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines()[-12:]
        how = f"signal {-done.returncode}" if done.returncode < 0 else f"code {done.returncode}"
        raise BundleFault("\n  ".join([f"{remedy} ({how}):", *said]))


def _clean_environment() -> dict[str, str]:
    """Nothing from outside decides where packages come from: no pip settings, no index."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PIP_", "PYTHON", "VIRTUAL_ENV"))
    }
    return {**kept, "PIP_CONFIG_FILE": os.devnull, "PIP_NO_INDEX": "1", "PIP_NO_CACHE_DIR": "1",
            "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PYTHONSAFEPATH": "1"}  # fmt: skip


def _say_what_next(places: Places, manifest: Manifest, *, fine: bool) -> None:
    if not fine:
        _say("It is installed, and the check above names what is still to be done.")
    _say(
        f"\nStrongroom {manifest.fields['version']} is in {places.root}. Next:\n"
        f"  {places.program} ingest FOLDER     your documents\n"
        f"  {places.program} serve             the web chat; restart it if it runs already\n"
        f"  {places.program}-rollback          back to the version before"
    )
    kept = {places.current_version(), places.previous_version()}
    others = [path.name for path in sorted(places.versions.iterdir()) if path not in kept]
    if others:
        _say(f"Not needed any more, in {places.versions}: {', '.join(others)}")


def _say(words: str) -> None:
    print(words, flush=True)
