"""The report of a privacy check: what was checked, what was tried, what came of it; signed."""

import hashlib
import importlib.metadata
import json
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from app.engine.models import ModelError
from app.governance.audit.keys import SigningKey, VerifyKey
from app.governance.audit.opening import key_file, version
from app.governance.audit.records import canonical
from app.privacy.allowed import named_in
from app.privacy.check.limits import limits
from app.privacy.check.local_settings import Alone, alone
from app.privacy.check.proof import ISOLATED
from app.privacy.check.verdict import FORMAT, lacking, passed
from app.privacy.process_guard import allow_programs
from app.settings import Settings
from vectorstore.disk import sha256_of

PURPOSE = "privacy report"
_ROOT = Path(__file__).resolve().parents[3]
_PACKAGES = ("app", "ingest", "vectorstore", "prompts")
_LONGEST_SECONDS = 900


class PrivacyReportError(Exception):
    """A report that cannot be made, read or believed; the message says why."""


def make_report(settings: Settings, attempts: Sequence[str] = ()) -> dict[str, Any]:
    """Check this machine, which takes a minute or two, and sign what came of it.

    `attempts` names the ones to make; all by default.
    """
    try:
        job = alone(settings)
    except ModelError as error:
        raise PrivacyReportError(f"the check needs models to work with: {error}") from error
    content = {
        "format": FORMAT,
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "strongroom": version(),
        "code_sha256": code_sha256(_ROOT),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "packages": {
            one.metadata["Name"]: one.version for one in importlib.metadata.distributions()
        },
        "models": _models(job.settings),
        "allowed_by_settings": [
            f"{host.name} port {host.port} ({host.because})" for host in named_in(settings)
        ],
        "set_aside_for_the_job": list(job.set_aside),
        **(proof := _proof(attempts, job)),
        "limits": list(limits(apart=not proof["not_apart"], turnable=proof["turnable"])),
    }
    file = key_file(settings)
    key = SigningKey.open(file) if file.exists() else SigningKey.make(file)
    signature = key.sign(PURPOSE, canonical(content)).hex()
    return {"content": content, "public_key": key.public.pem(), "signature": signature}


def verify_report(file: Path, settings: Settings, key: Path | None = None) -> dict[str, Any]:
    """The content of a report of a whole check, as it was signed: with the public key in the file
    `key` if there is one, else with this data folder's own. Raises PrivacyReportError for any
    other.
    """
    try:
        report = json.loads(file.read_text("utf-8"))
        content: dict[str, Any] = report["content"]
        pem = str(report["public_key"])
        signature = bytes.fromhex(report["signature"])
        said = canonical(content)
        its = VerifyKey.from_pem(pem.encode(), str(file))
        missing, proof = lacking(content), passed(content)
        told = content["passed"]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise PrivacyReportError(f"{file} is no report of a privacy check ({error})") from error
    if not its.signed(PURPOSE, said, signature):
        raise PrivacyReportError(
            f"{file} was changed after it was signed: do not believe it; ask for the original"
        )
    own = key_file(settings)
    whose = f"the key in {key}" if key else "this data folder's own"
    if key is None and not own.exists():
        raise PrivacyReportError(
            f"{file} is signed with key {its.id}, and there is none here to compare it with: give "
            "the public key of who made it with --key (`strongroom audit keys --out FILE` there)"
        )
    trusted = VerifyKey.read(key) if key else SigningKey.open(own).public
    if not trusted.signed(PURPOSE, said, signature):
        raise PrivacyReportError(
            f"{file} is signed with key {its.id}, which is not {whose} ({trusted.id}): anybody "
            "can sign such a report; give the public key of who made it with --key"
        )
    if missing:
        raise PrivacyReportError(f"{file} is of no whole check: it lacks {', '.join(missing)}")
    if told != proof:
        raise PrivacyReportError(f"{file} says of itself another result than it lists")
    return content


def code_sha256(root: Path) -> str:
    """The hash of every file of our packages below `root`, by name and content."""
    together = hashlib.sha256()
    for package in _PACKAGES:
        for path in sorted((root / package).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                name = path.relative_to(root).as_posix()
                together.update(f"{sha256_of(path)}  {name}\n".encode())
    return together.hexdigest()


def _models(settings: Settings) -> dict[str, Any]:
    """The models that the job works with."""
    embedder, chat = settings.index.embedder, settings.engine.model
    assert embedder is not None
    assert chat is not None
    weights = sorted(path for path in embedder.rglob("*") if path.is_file())
    files = {str(path.relative_to(embedder)): sha256_of(path) for path in weights}
    return {
        "embedder": {"name": embedder.name, "files": files},
        "chat": {"name": chat.name, "sha256": sha256_of(chat)},
    }


def _proof(attempts: Sequence[str], job: Alone) -> dict[str, Any]:
    """What the observer found, in a namespace of its own where that is permitted."""
    allow_programs("unshare")
    command = [sys.executable, "-m", "app.privacy.check.proof", *attempts]
    namespace = isolation()
    environment = {**job.environment(), **({ISOLATED: "1"} if namespace else {})}
    try:
        done = subprocess.run(
            [*namespace, *command],
            capture_output=True,
            text=True,
            env=environment,
            timeout=_LONGEST_SECONDS,
            check=False,
        )
        result: dict[str, Any] = json.loads(done.stdout)
    except subprocess.TimeoutExpired:
        raise PrivacyReportError("the privacy check did not end; is the machine busy?") from None
    except ValueError:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise PrivacyReportError(f"the privacy check could not be made: {last}") from None
    return result


def isolation() -> list[str]:
    """The command that enters a network namespace with nothing in it, or none."""
    if not (shutil.which("unshare") and shutil.which("ip") and shutil.which("mount")):
        return []
    user = [] if os.geteuid() == 0 else ["--map-root-user"]
    enter = ["unshare", *user, "--net", "--mount", "--kill-child"]
    done = subprocess.run([*enter, "true"], capture_output=True, check=False)
    return enter if done.returncode == 0 else []
