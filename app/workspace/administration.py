"""What administrators and auditors look at and change of an open data folder, beside its people."""

import json
import tempfile
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, SecretStr

from app.data_folder.layout import DataFolder
from app.engine.models import (
    Model,
    ModelError,
    adapters_in_use,
    add,
    list_models,
    own_places,
    places,
)
from app.governance.audit.exporting import export
from app.governance.audit.reading import records
from app.governance.audit.records import Record, RecordKind
from app.governance.audit.text_keys import TextKeys, text_keys
from app.governance.audit.texts import readable
from app.governance.backup import making
from app.governance.backup.contents import BackupFault
from app.governance.backup.register import Kept, Register
from app.governance.deletion.rules import RuleBook, Rules
from app.settings import SETTINGS_FILE
from app.workspace.workspace import Workspace

# Kinds of records that hold nothing of documents, questions and answers.
_OF_THE_HOUSE = frozenset(
    kind.value
    for kind in (
        RecordKind.TRAIL_BEGUN,
        RecordKind.TRAIL_OPENED,
        RecordKind.TRAIL_CLOSED,
        RecordKind.TRAIL_REPAIRED,
        RecordKind.CLOCK_SET_BACK,
        RecordKind.SETTINGS,
        RecordKind.SIGNED_IN,
        RecordKind.SIGN_IN_FAILED,
        RecordKind.SIGNED_OUT,
        RecordKind.PEOPLE,
        RecordKind.RETENTION,
        RecordKind.HOLD,
        RecordKind.BACKUP,
        RecordKind.RESTORED,
        RecordKind.SOURCES,
    )
)


@dataclass(frozen=True, slots=True)
class SettingLine:
    """One setting as it is now; `value` is what one would write, "" for none."""

    name: str  # as in strongroom.toml, with its section
    value: str
    default: str
    about: str

    @property
    def changed(self) -> bool:
        return self.value != self.default


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for in the trail; "" for anything. Times: ISO 8601 in UTC, `until` without."""

    since: str = ""
    until: str = ""
    person: str = ""  # id, or the name of a command line's user
    kind: str = ""
    find: str = ""  # words that all stand in a record


@dataclass(frozen=True, slots=True)
class Found:
    """Records of the trail, the newest first, each with its data as it may be shown."""

    shown: Sequence[tuple[Record, dict[str, Any]]]
    total: int


class Administration:
    """The open data folder to whoever runs it. `by` is the id of the person who acts."""

    def __init__(self, home: Workspace) -> None:
        self._home = home
        self._rules = RuleBook(home.settings.home)
        self._backups = Register(home.settings.home)
        self.watched = home.watched

    def settings(self) -> Sequence[tuple[str, str, Sequence[SettingLine]]]:
        """Every setting by section: its name ("" for those of none), what it is about, its lines.

        A secret's value is not told, only whether it is set.
        """
        settings = self._home.settings
        top = [line for line in _lines(settings, "") if "." not in line.name]
        found: list[tuple[str, str, Sequence[SettingLine]]] = [("", "", top)]
        for name in type(settings).model_fields:
            section = getattr(settings, name)
            if isinstance(section, BaseModel):
                about = (type(section).__doc__ or "").strip().splitlines()[0]
                found.append((name, about, list(_lines(section, f"{name}."))))
        return found

    def models(self) -> Sequence[tuple[Model, bool]]:
        """The models at hand, and whether each is in use."""
        settings = self._home.settings
        used = {self._home.chat.name(), self._home.index.embedder.name}
        used |= {adapter.name for adapter in adapters_in_use(settings)}
        return [
            (model, model.name in used or model.path.stem in used)
            for model in list_models(places(settings))
        ]

    def add_model(self, file: str, by: str) -> Model:
        """Copy a model file or folder of this machine to where models lie; on record.

        It is read by a process with limits first. Raises ModelError, TrailFault.
        """
        path = Path(file).expanduser()
        if not path.is_absolute():
            raise ModelError(f"{file} is no whole path on the server; one begins with /")
        about = {"change": "models add", "file": str(path)}
        self._home.trail.record(RecordKind.SETTINGS, person=by, data=about)
        return add(path, own_places(self._home.settings)[0])

    # The trail

    def search(self, wanted: Wanted, by: str, *, texts: bool, most: int, skip: int = 0) -> Found:
        """Records that fit, the newest first; that it was looked for is on record.

        With `texts` all of a record is told, questions and answers as far as this machine can
        read them. Without, it is only told what is about running the house, and of all else who
        did it, when, and of what kind it was. Raises TrailFault.
        """
        about = {"what": "trail", "format": "page", "texts": texts, **_filters(wanted)}
        self._home.trail.record(RecordKind.EXPORT, person=by, data=about)
        last: deque[tuple[Record, dict[str, Any]]] = deque(maxlen=skip + most)
        total = 0
        words = wanted.find.casefold().split()
        with self._texts() as keys:
            for record in self._fitting(wanted):
                data = _told(record, keys) if texts and words else _outline(record)
                if words and not _holds(record, data, words):
                    continue
                total += 1
                last.append((record, data))
            shown = list(last)[::-1][skip:]
            if texts and not words:
                shown = [(record, _told(record, keys)) for record, _ in shown]
        return Found(shown, total)

    def export_trail(self, since: str, until: str, by: str) -> tuple[bytes, bytes]:
        """The trail between two times as JSON lines, and the signature over them; on record.

        Raises TrailFault, also where the trail is not whole.
        """
        trail = self._home.trail
        about = {"what": "trail", "format": "jsonl", "since": since, "until": until}
        trail.record(RecordKind.EXPORT, person=by, data=about)
        with tempfile.TemporaryDirectory(dir=self._home.settings.home) as place:
            out = Path(place) / "trail.jsonl"
            export(trail.folder, trail.key, out, since=since, until=until, keys=trail.texts.keys)
            return out.read_bytes(), out.with_name(out.name + ".signature.json").read_bytes()

    def _fitting(self, wanted: Wanted) -> Iterator[Record]:
        for record in records(
            self._home.trail.folder, since=wanted.since, until=wanted.until, kind=wanted.kind
        ):
            if wanted.person in ("", record.person):
                yield record

    def _texts(self) -> Any:
        return text_keys(DataFolder(self._home.settings.home).audit_texts)

    # What is kept, and for how long

    def rules(self) -> Rules:
        """Retention and holds now. Raises RulesFault."""
        return self._rules.read()

    def forget_after(self, space: str, days: int | None, by: str) -> None:
        """Have a space's documents forgotten after so many days; None: never. Raises RulesFault."""
        self._rules.forget_after(self._home.trail, by, space, days)

    def hold(self, space: str, document: str, reason: str, by: str) -> None:
        """Forbid to delete a document, or with "" all of a space. Raises RulesFault."""
        self._rules.hold(self._home.trail, by, space, document, reason)

    def release(self, space: str, document: str, reason: str, by: str) -> None:
        """Lift a hold. Raises RulesFault where there is none."""
        self._rules.release(self._home.trail, by, space, document, reason)

    def backups(self) -> Sequence[Kept]:
        """All backups that are known, the newest first. Raises BackupFault."""
        return self._backups.all()[::-1]

    @property
    def backup_folder(self) -> Path | None:
        """Where backups are written from the browser; None: nowhere."""
        return self._home.settings.backup.folder

    def back_up(self, by: str) -> making.Made:
        """Write a backup into the folder that the settings name. Raises BackupFault, TrailFault."""
        folder = self.backup_folder
        if folder is None:
            raise BackupFault("the setting backup.folder names no place for backups")
        if not folder.is_dir():
            raise BackupFault(f"there is no folder {folder}; make it, or change backup.folder")
        settings = self._home.settings
        order = making.Order(
            out=folder,
            keep_days=settings.backup.keep_days,
            passphrase_file=settings.backup.passphrase_file,
            settings_file=SETTINGS_FILE,
        )
        return making.back_up(settings.home, self._home.trail, order, person=by)

    def prune_backups(self, by: str) -> Sequence[Kept]:
        """Delete backups whose end of life has come. Raises BackupFault, TrailFault."""
        return self._backups.prune(self._home.trail, by)


def _lines(section: BaseModel, prefix: str) -> Iterator[SettingLine]:
    for name, field in type(section).model_fields.items():
        value = getattr(section, name)
        if isinstance(value, BaseModel):
            continue
        default = field.get_default(call_default_factory=True)
        yield SettingLine(
            prefix + name, _written(value), _written(default), field.description or ""
        )


def _written(value: object) -> str:
    """A setting's value as people write it in the file."""
    if value is None:
        return ""
    if isinstance(value, SecretStr):
        return "•••"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple | list):
        return ", ".join(str(one) for one in value)
    if isinstance(value, dict):
        return ", ".join(f"{key} = {one}" for key, one in value.items())
    return str(value)


def _filters(wanted: Wanted) -> dict[str, str]:
    told = {"since": wanted.since, "until": wanted.until, "of": wanted.person, "kind": wanted.kind}
    return {name: value for name, value in told.items() if value}


def _told(record: Record, keys: TextKeys | None) -> dict[str, Any]:
    found: dict[str, Any] = readable(dict(record.data), None, keys)
    return found


def _outline(record: Record) -> dict[str, Any]:
    """A record's data where it is about running the house; of what people read and asked, none."""
    return dict(record.data) if record.kind in _OF_THE_HOUSE else {}


def _holds(record: Record, data: dict[str, Any], words: Sequence[str]) -> bool:
    said = f"{record.kind} {record.person} {json.dumps(data, ensure_ascii=False)}".casefold()
    return all(word in said for word in words)
