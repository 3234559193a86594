"""install.sh as a person runs it: installs, updates, goes back; refuses what is not as signed."""

import os
import platform
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from bundle.bundle_fakes import FakeBundles, command, environment, install, sign_again, version_of

from app.governance.bundle.contents import BundleFault
from app.governance.bundle.machine import INSTRUCTIONS, processor_instructions
from app.governance.bundle.signing import BundleKey
from app.governance.bundle.tarball import verify_tar

SAME = bytes(range(256)) * 400
ModelDir = "current/venv/share/strongroom/models"


@pytest.fixture(scope="module")
def first(bundles: FakeBundles, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = bundles.make("1.0", models={"same.gguf": SAME, "other.gguf": b"one"})
    return bundles.unpacked(made, tmp_path_factory.mktemp("first"))


@pytest.fixture(scope="module")
def second(bundles: FakeBundles, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = bundles.make("2.0", models={"same.gguf": SAME, "other.gguf": b"two"})
    return bundles.unpacked(made, tmp_path_factory.mktemp("second"))


@pytest.fixture(scope="module")
def installed_once(first: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Version 1.0, in a folder whose name has a space."""
    to = tmp_path_factory.mktemp("place") / "strong room"
    done = install(first, to)
    assert done.returncode == 0, done.stderr
    return to


@pytest.fixture
def installed(installed_once: Path, tmp_path: Path) -> Path:
    """The same, not to be shared; environments do not move, but these need not run."""
    to = tmp_path / "strong room"
    shutil.copytree(installed_once, to, symlinks=True)
    return to


def test_installs_says_the_fingerprint_and_runs(
    bundles: FakeBundles, first: Path, tmp_path: Path
) -> None:
    to = tmp_path / "to"
    done = install(first, to)
    assert done.returncode == 0, done.stderr
    assert bundles.key.fingerprint in done.stdout
    assert "Compare this fingerprint" in done.stdout
    assert "ok    hardware" in done.stdout
    assert version_of(to) == "1.0"
    assert (to / ModelDir / "same.gguf").read_bytes() == SAME
    assert (to / "current/licences/strongroom/LICENSE").is_file()
    assert not (to / "data").exists()
    again = install(first, to)
    assert again.returncode == 0
    assert "is installed already" in again.stdout


def test_update_links_what_is_the_same_and_rollback_goes_back(
    first: Path, second: Path, tmp_path: Path
) -> None:
    to = tmp_path / "it's here"
    assert install(first, to).returncode == 0
    old = (to / ModelDir / "same.gguf").stat()
    assert install(second, to).returncode == 0
    assert version_of(to) == "2.0"
    new = to / ModelDir
    assert (new / "same.gguf").stat().st_ino == old.st_ino
    assert (new / "other.gguf").read_bytes() == b"two"

    rollback = [str(to / "bin/strongroom-rollback")]
    done = subprocess.run(
        rollback, capture_output=True, text=True, check=False, env=environment(to)
    )
    assert done.returncode == 0, done.stderr
    assert version_of(to) == "1.0"
    assert (to / ModelDir / "other.gguf").read_bytes() == b"one"

    assert subprocess.run(rollback, check=False, env=environment(to)).returncode == 0
    assert version_of(to) == "2.0"
    (to / "data").mkdir()
    (to / "data/format").write_text("2.0")
    refused = subprocess.run(
        rollback, capture_output=True, text=True, check=False, env=environment(to)
    )
    assert refused.returncode == 1
    assert "written by a newer Strongroom" in refused.stdout
    assert "restore the backup" in refused.stderr
    assert version_of(to) == "2.0"
    assert subprocess.run([*rollback, "--force"], check=False, env=environment(to)).returncode == 0
    assert version_of(to) == "1.0"


def test_rollback_without_an_earlier_version_says_so(first: Path, installed: Path) -> None:
    done = install(first, installed, "--rollback")
    assert done.returncode == 1
    assert "no earlier version" in done.stderr


def _altered_wheel(bundle: Path) -> str:
    (wheel,) = (bundle / "wheels").iterdir()
    content = bytearray(wheel.read_bytes())
    content[len(content) // 2] ^= 1
    wheel.write_bytes(content)
    return f"wheels/{wheel.name} was altered"


def _longer_model(bundle: Path) -> str:
    with (bundle / "models/same.gguf").open("ab") as file:
        file.write(b"!")
    return "models/same.gguf was altered: 102,401 bytes, 102,400 are listed"


def _removed(bundle: Path) -> str:
    (bundle / "models/other.gguf").unlink()
    return "models/other.gguf is missing"


def _extra(bundle: Path) -> str:
    (bundle / "wheels/evil-1.0-py3-none-any.whl").write_bytes(b"")
    return "wheels/evil-1.0-py3-none-any.whl is not listed"


def _link(bundle: Path) -> str:
    (bundle / "models/other.gguf").unlink()
    (bundle / "models/other.gguf").symlink_to("/etc/hostname")
    return "models/other.gguf is no regular file"


def _linked_folder(bundle: Path) -> str:
    shutil.move(bundle / "models", bundle.parent / "elsewhere")
    (bundle / "models").symlink_to(bundle.parent / "elsewhere")
    return "models is not listed"


def _manifest(bundle: Path) -> str:
    path = bundle / "manifest.json"
    path.write_bytes(path.read_bytes().replace(b'"1.0"', b'"1.1"', 1))
    return "the signature manifest.json.sig does not fit"


def _signature(bundle: Path) -> str:
    path = bundle / "manifest.json.sig"
    path.write_bytes(bytes(64))
    return "the signature manifest.json.sig does not fit"


def _no_signature(bundle: Path) -> str:
    (bundle / "manifest.json.sig").unlink()
    return "manifest.json.sig is missing"


def _outside(bundle: Path) -> str:
    key = BundleKey.open(bundle.parents[1] / "bundle.key")
    sign_again(bundle, key, files={"../outside": {"sha256": "0" * 64, "size": 0}})
    return "which is no path in a bundle"


def _format(bundle: Path) -> str:
    sign_again(bundle, BundleKey.open(bundle.parents[1] / "bundle.key"), format=2)
    return "is of format 2"


def _python(bundle: Path) -> str:
    key = BundleKey.open(bundle.parents[1] / "bundle.key")
    sign_again(bundle, key, python={"implementation": "cpython", "version": "3.99"})
    return "it needs cpython 3.99"


def _machine(bundle: Path) -> str:
    key = BundleKey.open(bundle.parents[1] / "bundle.key")
    sign_again(bundle, key, platform={"system": "linux", "machine": "s390x", "glibc": ""})
    return f"it needs linux on s390x, and this is linux on {platform.machine()}"


def _glibc(bundle: Path) -> str:
    key = BundleKey.open(bundle.parents[1] / "bundle.key")
    machine = {"system": "linux", "machine": platform.machine(), "glibc": "2.999"}
    sign_again(bundle, key, platform=machine)
    return "it needs glibc 2.999 or later"


def _processor(bundle: Path) -> str:
    key = BundleKey.open(bundle.parents[1] / "bundle.key")
    sign_again(bundle, key, processor=["not_yet_invented"])
    return "compiled for a processor with not_yet_invented, which this one lacks"


def _disk(bundle: Path) -> str:
    sign_again(bundle, BundleKey.open(bundle.parents[1] / "bundle.key"), installed_bytes=10**18)
    return "1000000000.0 GB are needed"


@pytest.mark.parametrize(
    "harm",
    [
        _altered_wheel, _longer_model, _removed, _extra, _link, _linked_folder, _manifest,
        _signature, _no_signature, _outside, _format, _python, _machine, _glibc, _processor,
        _disk,
    ],
)  # fmt: skip
def test_refuses_what_is_not_right_and_names_it(
    bundles: FakeBundles, first: Path, tmp_path: Path, harm: Callable[[Path], str]
) -> None:
    shutil.copyfile(bundles.folder / "bundle.key", tmp_path / "bundle.key")
    (tmp_path / "bundle.key").chmod(0o600)
    bundle = tmp_path / "unpacked" / first.name
    shutil.copytree(first, bundle)
    words = harm(bundle)
    done = install(bundle, tmp_path / "to")
    assert done.returncode == 1
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "to/current").is_symlink()
    assert not list((tmp_path / "to").glob("versions/*/venv"))


def test_another_key_is_refused_by_fingerprint_by_file_and_once_one_is_trusted(
    bundles: FakeBundles, installed: Path, first: Path, tmp_path: Path
) -> None:
    other = BundleKey.make(tmp_path / "other.key")
    made = bundles.make("9.0", key=other, out="other-key.tar")
    bundle = bundles.unpacked(made, tmp_path / "unpacked")
    ours = bundles.key.fingerprint
    (tmp_path / "ours.pub").write_bytes(bundles.key.public_pem)
    for arguments in (["--key", ours], ["--key", str(tmp_path / "ours.pub")]):
        done = install(bundle, tmp_path / "to", *arguments)
        assert done.returncode == 1
        assert other.fingerprint in done.stderr
        assert ours in done.stderr
    done = install(bundle, installed)
    assert done.returncode == 1
    assert "signed with another key" in done.stderr
    # Who names the key takes it into use.
    spaced = ":".join(other.fingerprint[at : at + 2] for at in range(0, 64, 2)).upper()
    assert install(bundle, installed, "--key", spaced).returncode == 0
    assert install(first, installed).returncode == 1
    unreadable = install(bundle, tmp_path / "to", "--key", "nonsense")
    assert "neither a fingerprint" in unreadable.stderr


def test_without_the_right_python_it_says_which(first: Path, tmp_path: Path) -> None:
    script = (first / "install.sh").read_text("utf-8")
    asked_for = f"sys.version_info[:2] != ({platform.python_version_tuple()[0]}, "
    head = script.partition("\n'''\n")[0].replace(asked_for, "sys.version_info[:2] != (99, ")
    assert "(99, " in head
    (tmp_path / "install.sh").write_text(head)
    done = install(tmp_path, tmp_path / "to")
    assert done.returncode == 1
    assert (
        f"is needed, for which this bundle was made; found: Python {platform.python_version()}"
        in (done.stderr)
    )


def test_what_does_not_run_here_is_not_switched_to(
    bundles: FakeBundles, installed: Path, tmp_path: Path
) -> None:
    made = bundles.make("3.0", imports=("fake_room", "not_there"), out="does-not-run.tar")
    done = install(bundles.unpacked(made, tmp_path / "unpacked"), installed)
    assert done.returncode == 1
    assert "does not run on this machine" in done.stderr
    assert "not_there" in done.stderr
    assert "1.0" in os.readlink(installed / "current")


def _venv(version: Path) -> bool:
    return (version / "venv/pyvenv.cfg").exists()


def _packages(version: Path) -> bool:
    with suppress(FileNotFoundError):  # the folder before goes while it is looked through
        return any(version.glob("venv/lib/*/site-packages/fake_room.py"))
    return False


def _models(version: Path) -> bool:
    return (version / "venv/share/strongroom/models/other.gguf").exists()


def _licences(version: Path) -> bool:
    return (version / "licences").exists()


def _complete(version: Path) -> bool:
    return (version / "complete").exists()


def _at_once(version: Path) -> bool:
    return True


def test_killed_at_any_moment_the_earlier_version_works_and_a_second_run_finishes(
    first: Path, second: Path, tmp_path: Path
) -> None:
    to = tmp_path / "to"
    assert install(first, to).returncode == 0
    version = to / "versions" / second.name.removeprefix("strongroom-")
    killed = 0
    for moment in (_at_once, _venv, _packages, _models, _licences, _complete):
        running = subprocess.Popen(
            command(second, to),
            env=environment(to),
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )
        while running.poll() is None and not moment(version):
            time.sleep(0.001)
        os.killpg(running.pid, signal.SIGKILL)
        killed += running.wait() == -signal.SIGKILL
        # Whole versions only: the old one until the new one is complete.
        assert version_of(to) in (("1.0", "2.0") if _complete(version) else ("1.0",))
    assert killed >= 5
    done = install(second, to)
    assert done.returncode == 0, done.stderr
    assert version_of(to) == "2.0"
    assert os.readlink(to / "previous").endswith(first.name.removeprefix("strongroom-"))


def test_two_installations_at_once_do_not_mix(second: Path, installed: Path) -> None:
    import fcntl

    with (installed / "install.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = install(second, installed)
    assert done.returncode == 1
    assert "another installation works in" in done.stderr


def test_the_file_itself_is_verified_without_unpacking(
    bundles: FakeBundles, tmp_path: Path
) -> None:
    made = bundles.make("1.0", models={"same.gguf": SAME}, out="verify.tar")
    manifest, signed_by = verify_tar(made.out, bundles.key.fingerprint)
    assert manifest == made.manifest
    assert signed_by == bundles.key.fingerprint
    content = made.out.read_bytes()
    for cut in (len(content) // 3, len(content) * 9 // 10, 600, 0):
        (tmp_path / "cut.tar").write_bytes(content[:cut])
        with pytest.raises(BundleFault, match=r"cut off|missing"):
            verify_tar(tmp_path / "cut.tar", None)
    at = content.index(SAME[:512])
    (tmp_path / "changed.tar").write_bytes(content[: at + 9] + b"x" + content[at + 10 :])
    with pytest.raises(BundleFault, match=r"models/same\.gguf was altered"):
        verify_tar(tmp_path / "changed.tar", None)
    with pytest.raises(BundleFault, match="signed with another key"):
        verify_tar(made.out, "0" * 64)


def test_the_same_contents_give_the_same_bytes(bundles: FakeBundles) -> None:
    one = bundles.make("1.0", models={"same.gguf": SAME}, out="one.tar")
    two = bundles.make("1.0", models={"same.gguf": SAME}, out="two.tar")
    assert one.out.read_bytes() == two.out.read_bytes()


def test_instructions_are_read_as_the_kernel_tells_them() -> None:
    told = "processor : 0\nflags\t\t: fpu sse4_2 avx avx2 fma erms\nbugs :\n"
    assert processor_instructions(told) == {"sse4_2", "avx", "avx2", "fma"}
    assert processor_instructions("Features : fp asimddp\n") == {"asimddp"}
    assert processor_instructions("nothing of the kind") == frozenset()
    assert processor_instructions() <= INSTRUCTIONS
