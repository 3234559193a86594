"""Changes strongroom.toml from the browser: which settings, and how a new file is written.

A new file is judged whole, by the code that reads it at the start, before it takes the place of
the old one. Comments and the order of what stands there are kept.
"""

import os
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import tomlkit
from pydantic import BaseModel, SecretStr
from tomlkit.exceptions import TOMLKitError

from app.settings import SETTINGS_FILE, Settings, SettingsError, SettingsFileError, read_settings
from vectorstore.disk import write_whole

Kind = Literal["switch", "choice", "number", "text", "lines", "pairs"]

# What administrators change in the browser. All others decide what of this machine is reached:
# its files and folders, its network, who gets in, and what is recorded. They are for who can write
# the file on the server. What is new is not in the list until somebody has thought about it.
IN_BROWSER = frozenset(
    """
    web.examples web.questions_at_once web.questions_a_minute web.upload_mib
    web.questionnaire_questions
    sign_in.idle_minutes sign_in.longest_hours sign_in.one_time_hours sign_in.company_name
    ingest.memory_mib ingest.seconds ingest.max_chunks ingest.chunk_tokens
    engine.context engine.parallel engine.gpu_layers engine.threads
    answer.passages answer.reading_s answer.max_tokens answer.unsupported answer.refuse_below
    costs.currency costs.per_million_in costs.per_million_out costs.tokens_source costs.per_hour
    costs.hour_source
    retention.quotations backup.keep_days
    filters.questions filters.answers filters.personal_data filters.countries
    """.split()
)
# Sections that are looked at for every question; all others are read once, at the start.
AT_ONCE = frozenset({"answer", "filters"})
_WRITING = threading.Lock()


@dataclass(frozen=True, slots=True)
class SettingLine:
    """One setting: `value` is what holds now, as one would write it, "" for none.

    `waiting` is what the file says where that holds only after a restart; None where it holds.
    `by` is the variable or "command line" that decides instead of the file, "" for neither.
    """

    name: str  # as in strongroom.toml, with its section
    value: str
    default: str
    about: str
    kind: Kind = "text"
    choices: Sequence[str] = ()
    editable: bool = False
    at_once: bool = False
    waiting: str | None = None
    by: str = ""

    @property
    def changed(self) -> bool:
        return self.value != self.default or self.waiting is not None


class SettingsFile:
    """The file of settings of a running program; `running` are those that it was started with."""

    def __init__(self, running: Settings, path: Path = SETTINGS_FILE) -> None:
        self.path = path
        self._started = running
        try:
            self._at_start: Settings | None = read_settings(path)
        except SettingsError:
            self._at_start = None  # it has changed since, and says so when it is changed again

    def lines(
        self, section: BaseModel, waiting: BaseModel | None, prefix: str
    ) -> list[SettingLine]:
        """The settings of a section; `waiting` is the same as the file has it now."""
        found = []
        for name, field in type(section).model_fields.items():
            value = getattr(section, name)
            if isinstance(value, BaseModel):
                continue
            full = prefix + name
            default = field.get_default(call_default_factory=True)
            later = value if waiting is None else getattr(waiting, name)
            by = self.decided_by(full)
            found.append(
                SettingLine(
                    full,
                    written(value),
                    written(default),
                    field.description or "",
                    kind_of(field.annotation, field.metadata),
                    _choices(field.metadata),
                    editable=full in IN_BROWSER and not by,
                    at_once=full.partition(".")[0] in AT_ONCE,
                    waiting=None if by or later == value else written(later),
                    by=by,
                )
            )
        return found

    def now(self) -> Settings | None:
        """The settings as the next start would read them; None where it could not."""
        try:
            return read_settings(self.path)
        except SettingsError:
            return None

    def decided_by(self, name: str) -> str:
        """What sets a setting before the file is asked: a variable, or the command line; or ""."""
        variable = "STRONGROOM_" + name.replace(".", "_", 1).upper()
        if any(variable == known.upper() for known in os.environ):
            return variable
        at_start = self._at_start
        if at_start is not None and _value_of(at_start, name) != _value_of(self._started, name):
            return "the command line"
        return ""

    def put(
        self, values: Mapping[str, Any], before: Callable[[Settings], None] = lambda _: None
    ) -> Settings:
        """Write settings by name; None takes one out. Returns what then holds.

        `before` sees what will hold, and may refuse it. Raises SettingsError, with the words of
        the start, for what could not be started with; the file is as it was then.
        """
        with _WRITING:
            content = self._with(values)
            judged = self.path.with_name(f".{self.path.name}.judged")
            try:
                write_whole(judged, content)
                settings = read_settings(judged)
                before(settings)
                mode = self.path.stat().st_mode & 0o777 if self.path.exists() else 0o600
                write_whole(self.path, content, mode=mode)
            except OSError as error:
                raise SettingsFileError(
                    f"{self.path.absolute()} cannot be written ({error.strerror}); change it on "
                    "the server"
                ) from None
            finally:
                judged.unlink(missing_ok=True)
        return settings

    def _with(self, values: Mapping[str, Any]) -> str:
        """The file's text with these settings."""
        read_settings(self.path)  # a slip that is there already is named with its line
        try:
            old = self.path.read_text(encoding="utf-8-sig") if self.path.exists() else ""
            document = tomlkit.parse(old)
            for name, value in values.items():
                _put(document, name, value)
            return tomlkit.dumps(document)
        except (UnicodeDecodeError, TOMLKitError) as error:
            raise SettingsFileError(
                f"{self.path} can be read, but not changed without loss ({error}); save it as "
                "UTF-8, or change it on the server"
            ) from None


def _put(document: tomlkit.TOMLDocument, name: str, value: Any) -> None:
    section, _, key = name.rpartition(".")
    table: Any = document
    if section:
        if section not in document:
            if value is None:
                return
            document[section] = tomlkit.table()
        table = document[section]
    if value is None:
        table.pop(key, None)
    else:
        table[key] = value


def _field(name: str) -> Any:
    """The field of a setting. Raises SettingsError for one that there is not."""
    section, _, key = name.rpartition(".")
    holder: Any = Settings.model_fields.get(section) if section else None
    fields = holder.annotation.model_fields if holder is not None else Settings.model_fields
    if key not in fields:
        raise SettingsError(f"there is no setting {name}")
    return fields[key]


def _value_of(settings: Settings, name: str) -> Any:
    section, _, key = name.rpartition(".")
    return getattr(getattr(settings, section) if section else settings, key)


def kind_of(annotation: Any, metadata: Sequence[Any]) -> Kind:
    """How a setting is typed in a form."""
    of = {one for one in get_args(annotation) or (annotation,) if one is not type(None)}
    if get_origin(annotation) is tuple:
        return "lines"
    if get_origin(annotation) is dict:
        return "pairs"
    if bool in of:
        return "switch"
    if of & {int, float}:
        return "number"
    return "choice" if _choices(metadata) else "text"


def _choices(metadata: Sequence[Any]) -> tuple[str, ...]:
    """The words that a setting can have, where its pattern lists them."""
    pattern = next((one.pattern for one in metadata if getattr(one, "pattern", None)), "")
    listed = str(pattern).removeprefix("^(").removesuffix(")$")
    plain = str(pattern).startswith("^(") and listed.replace("|", "").isalpha()
    return tuple(listed.split("|")) if plain else ()


def typed(name: str, text: str) -> Any:
    """What is written into the file for what was typed; pydantic judges it afterwards."""
    field = _field(name)
    text = text.strip()
    match kind_of(field.annotation, field.metadata):
        case "switch":
            return {"true": True, "false": False}.get(text, text)
        case "number":
            return _number(text)
        case "lines":
            return [line.strip() for line in text.splitlines() if line.strip()]
        case "pairs":
            pairs = (line.partition("=") for line in text.splitlines() if line.strip())
            return {key.strip(): value.strip() for key, _, value in pairs}
    return text or None


def _number(text: str) -> Any:
    """A number; "" is none, and what is no number stays as it was typed, to be refused."""
    if not text:
        return None
    for read in (int, float):
        try:
            return read(text.replace(",", ".") if read is float else text)
        except ValueError:
            continue
    return text


def written(value: object) -> str:
    """A setting's value as people type it; a secret's is not told, only whether it is set."""
    if value is None or isinstance(value, SecretStr):
        return "•••" if value else ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:.15g}"
    if isinstance(value, tuple | list):
        return "\n".join(str(one) for one in value)
    if isinstance(value, dict):
        return "\n".join(f"{key} = {one}" for key, one in value.items())
    return str(value)
