"""Opens the trail of a data folder, begins it where there is none, and records the settings."""

import getpass
import importlib.metadata
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from app.data_folder.layout import DataFolder
from app.data_folder.protection import protect
from app.governance.audit.head import load_head
from app.governance.audit.keys import AuditorKey, SigningKey
from app.governance.audit.reading import newest
from app.governance.audit.records import RecordKind, TrailFault, TrailFull, canonical, sha256_of
from app.governance.audit.text_keys import TextKeys
from app.governance.audit.texts import Texts
from app.governance.audit.trail import Trail
from app.settings import Settings
from vectorstore.disk import sync_folder


def trail_folder(settings: Settings) -> Path:
    """Where the trail of this data folder is."""
    return DataFolder(settings.home).audit


def key_file(settings: Settings) -> Path:
    """Where its private key is."""
    return settings.audit.key or DataFolder(settings.home).trail_key


def local_person() -> str:
    """Who works at the command line, as the operating system knows them."""
    try:
        return f"os:{getpass.getuser()}"
    except (KeyError, OSError):  # a user id without a name, as in a container
        return f"os:{os.getuid()}"


@contextmanager
def open_trail(settings: Settings, command: str) -> Iterator[Trail]:
    """The trail, open for writing until the block ends; both moments are recorded.

    Raises TrailFault where it is damaged or missing, TrailFull where it cannot be written, and
    FolderOpenToOthers.
    """
    protect(settings.home)
    texts_mode = settings.audit.texts
    auditor = None
    if texts_mode == "encrypted":
        if settings.audit.auditor_key is None:
            raise TrailFault(
                "audit.texts is 'encrypted', so audit.auditor_key has to name the auditor's public "
                "key: strongroom audit keys --auditor FILE makes one"
            )
        auditor = AuditorKey.read(settings.audit.auditor_key)
    key = _key(settings)
    keys = TextKeys(DataFolder(settings.home).audit_texts)
    try:
        trail = Trail.open(
            trail_folder(settings),
            key,
            texts=Texts(texts_mode, key, auditor, keys),
            rotate_bytes=settings.audit.rotate_mib << 20,
        )
    except BaseException:
        keys.close()
        raise
    try:
        keys.set_ages(settings.audit.texts_least_days, settings.audit.texts_most_days)
        _mark_begun(settings)
        _record_settings(trail, settings)
        said = {"command": command, "process": os.getpid(), "version": version()}
        trail.record(RecordKind.TRAIL_OPENED, person=local_person(), data=said)
        closed: dict[str, Any] = {"command": command}
        try:
            yield trail
        except BaseException as error:
            closed["error"] = type(error).__name__
            raise
        finally:
            trail.record(RecordKind.TRAIL_CLOSED, person=local_person(), data=closed)
    finally:
        trail.close()
        keys.close()


def version() -> str:
    """This program's version."""
    return importlib.metadata.version("strongroom")


def renew(settings: Settings, reason: str) -> Path:
    """Move a damaged trail away and begin another, whose first record says so; returns the old.

    The key stays. What the old one's end was is recorded as far as it can be read.
    """
    folder = trail_folder(settings)
    key = SigningKey.open(key_file(settings))
    former: dict[str, Any] = {"reason": reason, "person": local_person(), "former": None}
    moved = DataFolder(settings.home).former_audit(datetime.now(UTC))
    if folder.exists():
        former["former"] = {"folder": moved.name}
        try:
            head = load_head(folder, key.public)
            former["former"] |= {"seq": head.seq, "sha256": head.sha256, "time": head.time}
        except TrailFault as error:
            former["former"]["end"] = str(error)
        os.rename(folder, moved)
    Trail.begin(folder, key, former)
    return moved


def _key(settings: Settings) -> SigningKey:
    """The key; makes it, and the trail, in a data folder that never had one."""
    folder, file = trail_folder(settings), key_file(settings)
    begun = DataFolder(settings.home).trail_begun
    if folder.exists() or begun.exists():
        if not folder.exists():
            raise TrailFault(
                f"The audit trail {folder} is missing, so nothing is answered or changed. Put it "
                "back; or `strongroom audit renew --reason …` begins another that says why."
            )
        return SigningKey.open(file)
    key = SigningKey.open(file) if file.exists() else SigningKey.make(file)
    # Someone who deletes the whole trail gets a new one that begins with documents in the house.
    Trail.begin(folder, key, {"documents_before": DataFolder(settings.home).index.exists()})
    return key


def _mark_begun(settings: Settings) -> None:
    """Note that a trail has to be there from now on."""
    begun = DataFolder(settings.home).trail_begun
    if not begun.exists():
        try:
            begun.parent.mkdir(exist_ok=True, mode=0o700)
            begun.touch(mode=0o600)
            sync_folder(begun.parent)
        except OSError as error:
            raise TrailFull(f"{begun} cannot be written ({error.strerror})") from error


def effective(settings: Settings, key: SigningKey) -> dict[str, Any]:
    """Every setting by its dotted name, as plain JSON; secrets as keyed hashes."""
    found: dict[str, Any] = {}

    def walk(name: str, value: Any) -> None:
        if isinstance(value, Mapping):
            for inner, content in value.items():
                walk(f"{name}.{inner}" if name else str(inner), content)
        elif isinstance(value, SecretStr):
            found[name] = {"hmac": key.hashed(value.get_secret_value())}
        else:
            found[name] = json.loads(json.dumps(value, default=str))

    walk("", settings.model_dump())
    return found


def _record_settings(trail: Trail, settings: Settings) -> None:
    """Record the settings where they are not those of the last time, and what changed."""
    now = effective(settings, trail.key)
    digest = sha256_of(canonical(now))
    last = newest(trail.folder, RecordKind.SETTINGS.value)
    before = dict(last.data["settings"]) if last else {}
    if last and last.data["sha256"] == digest:
        return
    changed = {
        name: {"was": before.get(name), "is": now.get(name)}
        for name in sorted({*now, *before})
        if last and now.get(name) != before.get(name)
    }
    trail.record(
        RecordKind.SETTINGS,
        person=local_person(),
        data={"sha256": digest, "settings": now, "changed": changed},
    )
