"""What administrators and auditors look at and change of an open data folder, beside its people."""

import json
import re
import tempfile
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel

from app.answering.filters.opening import screen_of
from app.answering.filters.screen import Screen
from app.answering.filters.word_lists import read_word_list
from app.answering.language_model import ChatModel
from app.answering.self_test import examine, store, stored
from app.data_folder.layout import DataFolder
from app.engine.client import EngineError
from app.engine.gguf import GgufError, read_gguf
from app.engine.hardware import detect_from_outside
from app.engine.models import (
    Model,
    ModelError,
    adapters_in_use,
    add,
    list_models,
    own_places,
    places,
)
from app.engine.plan import PlanError
from app.engine.plan import plan as make_plan
from app.governance.audit.exporting import export
from app.governance.audit.reading import records
from app.governance.audit.records import Record, RecordKind, TrailFault
from app.governance.audit.text_keys import TextKeys, text_keys
from app.governance.audit.texts import readable
from app.governance.backup import making
from app.governance.backup.contents import BackupFault
from app.governance.backup.register import Kept, Register
from app.governance.deletion.rules import RuleBook, Rules
from app.people.access import Rules as SpaceRules
from app.settings import SETTINGS_FILE, Settings, SettingsError
from app.workspace.settings_file import (
    AT_ONCE,
    IN_BROWSER,
    SettingLine,
    SettingsFile,
    typed,
    written,
)
from app.workspace.training_data import TrainingData, training_data
from app.workspace.workspace import Workspace
from vectorstore.disk import write_whole

_LIST_NAME = re.compile(r"\w[\w -]{0,59}")  # of a word list, and so of its file
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
class WordListShown:
    """A word list of the filters; `text` and `editable` only of one that is kept in the browser."""

    name: str
    file: str
    editable: bool
    text: str = ""


@dataclass(frozen=True, slots=True)
class Switch:
    """A change of the chat model: `ended` says how it came out, "" while it goes on."""

    model: str
    ended: Literal["", "done", "failed"] = ""
    reason: str = ""  # why it failed
    test: str = ""  # the self-test's result in words


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

    def __init__(self, home: Workspace, rows_left: Callable[[], int] = lambda: 0) -> None:
        """`rows_left`: of questionnaires that are being answered."""
        self._home = home
        self._rules = RuleBook(home.settings.home)
        self._backups = Register(home.settings.home)
        self._file = SettingsFile(home.settings)
        self._rows_left = rows_left
        self._changing = threading.Lock()
        self._switch: Switch | None = None
        self.watched = home.watched

    def settings(self) -> Sequence[tuple[str, str, Sequence[SettingLine]]]:
        """Every setting by section: its name ("" for those of none), what it is about, its lines.

        A secret's value is not told, only whether it is set.
        """
        settings, later = self._home.settings, self._file.now()
        found: list[tuple[str, str, Sequence[SettingLine]]] = [
            ("", "", self._file.lines(settings, later, ""))
        ]
        for name in type(settings).model_fields:
            section = getattr(settings, name)
            if isinstance(section, BaseModel):
                about = (type(section).__doc__ or "").strip().splitlines()[0]
                waiting = None if later is None else getattr(later, name)
                found.append((name, about, self._file.lines(section, waiting, f"{name}.")))
        return found

    @property
    def settings_path(self) -> Path:
        """The file that changes of settings are written to."""
        return self._file.path.absolute()

    def change_setting(self, name: str, text: str | None, by: str) -> None:
        """Write a setting as it was typed, None: its default; on record before.

        What is looked at for each question holds at once. Raises SettingsError, TrailFault, and
        what `screen_of` raises where the filters could not work with it.
        """
        if name not in IN_BROWSER:
            raise SettingsError(f"{name} is changed in {self._file.path} on the server alone")
        self._put(name, None if text is None else typed(name, text), by)

    def _put(self, name: str, value: Any, by: str) -> None:
        """Judge a setting, put it on record, write it, and have it hold where it does at once."""
        if decided := self._file.decided_by(name):
            raise SettingsError(f"{name} is set by {decided}, which goes before the file")
        section, _, key = name.partition(".")

        def before(settings: Settings) -> None:
            asked = getattr(getattr(settings, section), key)
            now = _with(self._home.settings, section, key, asked)
            screen = screen_of(now.filters) if section == "filters" else self._home.screen
            was = written(getattr(getattr(self._home.settings, section), key))
            about = {"change": "setting", "name": name, "from": was, "to": written(asked)}
            self._home.trail.record(RecordKind.SETTINGS, person=by, data=about)
            ready.append((now, screen))

        ready: list[tuple[Settings, Screen]] = []
        with self._changing:
            self._file.put({name: value}, before)
            if section in AT_ONCE or name == "engine.model":
                self._home.apply(*ready[0])

    # Word lists of the filters

    def word_lists(self) -> Sequence[WordListShown]:
        """The lists that the filters use; those that are kept here with their text."""
        folder = DataFolder(self._home.settings.home).word_lists
        found = []
        for path in self._home.settings.filters.lists:
            mine = path.parent == folder and path.is_file()
            text = path.read_text("utf-8") if mine else ""
            found.append(WordListShown(path.stem, str(path), mine, text))
        return found

    def keep_word_list(self, name: str, text: str, by: str) -> None:
        """Keep a list, a word or phrase a line, and use it at once; on record without its words.

        Raises SettingsError, WordListError, TrailFault.
        """
        name = " ".join(name.split())
        if not _LIST_NAME.fullmatch(name):
            raise SettingsError("a word list has a name of letters, digits, spaces and hyphens")
        path = DataFolder(self._home.settings.home).word_lists / f"{name}.txt"
        path.parent.mkdir(mode=0o700, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=path.parent) as place:
            judged = Path(place) / path.name
            write_whole(judged, text)
            read_word_list(judged)
        about = {"change": "word list", "list": name, "lines": len(text.splitlines())}
        self._home.trail.record(RecordKind.SETTINGS, person=by, data=about)
        write_whole(path, text)
        known = [str(one) for one in self._home.settings.filters.lists]
        if str(path) in known:
            settings = self._home.settings
            self._home.apply(settings, screen_of(settings.filters))
        else:
            self._put("filters.lists", [*known, str(path)], by)

    def drop_word_list(self, name: str, by: str) -> None:
        """Use a list that is kept here no more, and erase it.

        Raises SettingsError, TrailFault, and NothingToFilter where the filters have no other.
        """
        shown = next((one for one in self.word_lists() if one.editable and one.name == name), None)
        if shown is None:
            raise SettingsError(f"there is no word list {name} that is kept here")
        lists = self._home.settings.filters.lists
        self._put("filters.lists", [str(one) for one in lists if str(one) != shown.file], by)
        Path(shown.file).unlink(missing_ok=True)

    # Models

    @property
    def switch(self) -> Switch | None:
        """The last change of the chat model since the start."""
        return self._switch

    def switch_model(self, name: str, by: str) -> None:
        """Begin to use another chat model that is at hand; on record. `switch` says how it goes.

        It is loaded and tested first; the old one goes on until then, and if that fails. Raises
        ModelError, SettingsError, TrailFault.
        """
        settings = self._home.settings
        if settings.engine.url:
            raise ModelError(f"answers are written by the engine at {settings.engine.url}")
        if decided := self._file.decided_by("engine.model"):
            raise SettingsError(f"engine.model is set by {decided}, which goes before the file")
        if rows := self._rows_left():
            raise ModelError(
                f"{rows:,} rows of questionnaires wait for the model in use; switch when they have "
                "been answered"
            )
        usable = (one for one in list_models(places(settings)) if one.kind == "chat")
        model = next((one for one in usable if one.name == name and not one.problem), None)
        if model is None:
            raise ModelError(f"there is no chat model {name} at hand that can be used")
        with self._changing:
            if self._switch is not None and not self._switch.ended:
                raise ModelError(f"{self._switch.model} is being loaded already")
            about = {"change": "model", "from": self._home.chat.name(), "to": model.name}
            self._home.trail.record(RecordKind.SETTINGS, person=by, data=about)
            self._switch = Switch(model.name)
        threading.Thread(
            target=self._do_switch, args=(model, by), name="model-switch", daemon=True
        ).start()

    def _do_switch(self, model: Model, by: str) -> None:
        told = Switch(model.name)

        def accept(loaded: ChatModel) -> None:
            nonlocal told
            result = stored(model.path, loaded.name.sha256)
            if result is None:
                result = examine(loaded)
                store(result, model.path)
            told = Switch(model.name, test=result.in_words())
            self._put("engine.model", str(model.path), by)

        try:
            self._home.chat.switch(model, accept, beside=_fits_beside(model, self._home.settings))
            self._switch = replace(told, ended="done")
        except (EngineError, ModelError, SettingsError, TrailFault, OSError) as error:
            self._switch = replace(told, ended="failed", reason=str(error))
        except BaseException:
            self._switch = replace(
                told, ended="failed", reason="an error of Strongroom; see its log"
            )
            raise

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

    def training_data(self, spaces: SpaceRules, by: str) -> TrainingData:
        """What people corrected in spaces that everyone may read; on record.

        Raises JournalError, ConversationsError and TrailFault.
        """
        return training_data(self._home, spaces, None, by=by)

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


def _with(settings: Settings, section: str, key: str, value: Any) -> Settings:
    """Settings with one of them changed."""
    part = getattr(settings, section).model_copy(update={key: value})
    return settings.model_copy(update={section: part})


def _fits_beside(model: Model, settings: Settings) -> bool:
    """Whether a model can be loaded while the one in use still is."""
    try:
        make_plan(
            read_gguf(model.path),
            detect_from_outside(),
            context=settings.engine.context,
            kv_type=settings.engine.kv_type,
        )
    except (GgufError, PlanError):
        return False
    return True


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
