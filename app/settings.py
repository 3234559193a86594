"""Every setting, typed and frozen; read once, at the command line's entry.

Order of precedence: command-line flags, `STRONGROOM_*` variables, `strongroom.toml` in the
working directory, the defaults below. A section's field is `STRONGROOM_<SECTION>_<FIELD>`.
"""

import codecs
import os
import re
import tomllib
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

SETTINGS_FILE = Path("strongroom.toml")
# What editors put before a text. UTF-32's begins like UTF-16's, so it comes first.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_PLACE = re.compile(r"\(at line (\d+), column \d+\)")
MOST_DAYS = 36_500  # that anything can be kept for before it goes: a calendar has an end


class SettingsError(Exception):
    """A setting has an unusable value; the message names it and where it may come from."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one setting: pydantic's kind, its limit where it has one, its words."""

    name: str
    kind: str
    limit: str
    words: str


class UnusableSettings(SettingsError):
    """Settings that cannot be used; the message names each, `problems` has them apart."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__(
            "unusable setting (see strongroom.toml and the STRONGROOM_* variables): "
            + "; ".join(f"{one.name}: {one.words}" for one in problems)
        )
        self.problems = problems


class SettingsFileError(SettingsError):
    """The file of settings cannot be read; the message names it and the line."""

    exit_code = 2  # a slip of whoever writes it, as on the command line


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class WebSettings(_Section):
    """The web chat."""

    host: str = Field("127.0.0.1", description="address that the web chat listens on")
    port: int = Field(7860, ge=0, le=65535, description="port that the web chat listens on")
    examples: tuple[str, ...] = Field(
        (), description="questions that an empty chat suggests; by default made of the documents"
    )
    hosts: tuple[str, ...] = Field(
        (), description="names under which others reach the web chat, beside this machine's own"
    )
    tls_certificate: Path | None = Field(
        None, description="PEM file of the certificate, for https without a proxy in front"
    )
    tls_key: Path | None = Field(None, description="PEM file of its private key")
    behind_tls: bool = Field(
        False, description="a reverse proxy in front speaks https with the browsers"
    )
    proxies: tuple[str, ...] = Field(
        (), description="addresses or networks (CIDR) of the reverse proxies in front"
    )
    plain_http: bool = Field(
        False, description="let others in without https: passwords can be read on the network"
    )
    questions_at_once: int = Field(
        2, ge=1, description="questions of one person that are answered at the same time"
    )
    upload_mib: int = Field(512, ge=1, description="largest file that one can upload, MiB")
    questions_a_minute: int = Field(
        20, ge=1, description="questions of one person in a minute, at most"
    )
    questionnaire_questions: int = Field(
        100_000,
        ge=1,
        description="questions in all questionnaires of one person, at most; a question that is "
        "asked of every document counts once for each document",
    )


class SignInSettings(_Section):
    """Who gets in: people with a password here, with the company's sign-in, or with a proxy's."""

    passwords: bool = Field(True, description="people may have passwords kept here")
    idle_minutes: float = Field(
        30, gt=0, description="a session ends so many minutes after its last request"
    )
    longest_hours: float = Field(
        12, gt=0, description="a session ends so many hours after it began"
    )
    one_time_hours: float = Field(
        72, gt=0, description="a one-time password that nobody used ends after so many hours"
    )
    prove_minutes: float = Field(
        30,
        ge=0,
        description="administrators show their password again before they change something, "
        "when it is so many minutes ago; 0: never",
    )
    company_name: str = Field(
        "your company", description="name on the button for the company's sign-in"
    )
    company_issuer: str | None = Field(
        None, description="OpenID Connect: the issuer's https address"
    )
    company_client: str | None = Field(None, description="client id of Strongroom at the issuer")
    company_secret: SecretStr | None = Field(None, description="client secret at the issuer")
    company_scopes: str = Field("openid profile email", description="scopes that are requested")
    company_name_claim: str = Field(
        "preferred_username", description="claim that holds the person's name"
    )
    company_groups_claim: str = Field("groups", description="claim that holds the groups")
    header: str | None = Field(
        None,
        description="header in which a proxy of web.proxies names the person who signed in there",
    )
    header_groups: str | None = Field(
        None, description="header in which the proxy lists the person's groups, with commas between"
    )
    groups: dict[str, str] = Field(
        {},
        description="the company's groups, and the group here for each; if empty, the same names, "
        "but for groups that were made here",
    )
    administrators: str | None = Field(
        None, description="the company's group whose people administer Strongroom"
    )


class DirectorySettings(_Section):
    """The company's directory over LDAP, Active Directory among them; off unless `url` is set."""

    url: str | None = Field(
        None,
        pattern=r"^ldaps?://[^/@\s]+$",
        description="address of the directory, such as ldaps://dc.example.com; ldap:// starts TLS "
        "before anything is said",
    )
    ca: Path | None = Field(
        None, description="certificates that vouch for the directory; by default the system's"
    )
    account: str | None = Field(
        None, description="the service account that looks people up: its entry's full name"
    )
    password_file: Path | None = Field(None, description="file that holds its password")
    people: str | None = Field(
        None, description="the entry below which people are, such as ou=people,dc=example,dc=com"
    )
    groups: str | None = Field(
        None, description="the entry below which groups are; by default that of the people"
    )
    name: str = Field(
        "uid",
        pattern=r"^[A-Za-z][A-Za-z0-9-]*$",
        description="attribute that people type as their name; sAMAccountName in Active Directory",
    )
    filter: str = Field(
        "(objectClass=person)",
        pattern=r"^\(.+\)$",
        description="filter that lets people in whom it fits",
    )
    look_s: float = Field(
        20,
        ge=1,
        le=60,
        description="seconds between looks whether people are still in the directory",
    )
    plain: bool = Field(
        False, description="without TLS; for a directory on this machine itself alone"
    )


class IngestSettings(_Section):
    """Limits on one file while it is read, and the size of chunks."""

    memory_mib: int = Field(1024, ge=128, description="memory of the parsing process, MiB")
    seconds: float = Field(
        60,
        gt=0,
        description="time for parsing one file, and for recognising one page of a scan, seconds",
    )
    max_chunks: int = Field(30_000, ge=1, description="largest document, in chunks")
    chunk_tokens: int = Field(
        140, ge=32, description="size of a chunk in the embedder's tokens; capped by its window"
    )
    keep_originals: bool = Field(
        True, description="keep a copy of each file, so that its sources can always be opened"
    )


class IndexSettings(_Section):
    """How passages are found."""

    embedder: Path | None = Field(
        None, description="folder of the embedder; the starter embedder by default"
    )
    reranker: Path | None = Field(
        None, description="folder of a cross-encoder that reads the best passages again"
    )
    chroma_url: str | None = Field(
        None,
        pattern=r"^https?://[^/\s]+/?$",
        description="address of a Chroma server on a closed network, which then keeps the vectors",
    )


class EngineSettings(_Section):
    """The language model, and the process that runs it."""

    model: Path | None = Field(
        None, description="GGUF file of the chat model; by default the one that was added"
    )
    context: int = Field(4096, ge=256, description="context window of one chat, in tokens")
    parallel: int | None = Field(None, ge=1, description="chats decoded together; planned if unset")
    gpu_layers: int | None = Field(
        None, ge=-1, description="layers on the GPU; as many as fit if unset, -1 for all"
    )
    threads: int | None = Field(None, ge=1, description="CPU threads; cores - 1 if unset")
    kv_type: Literal["f16", "q8_0"] = Field(
        "f16",
        description="how what a chat has read is kept: 'q8_0' takes about half of the memory of "
        "'f16', so that more chats fit; answers may differ in a word, and are slower on a CPU",
    )
    lora: tuple[str, ...] = Field((), description="adapters, FILE or FILE:SCALE each")
    url: str | None = Field(
        None,
        pattern=r"^https?://[^/\s]",
        description="an OpenAI-compatible engine elsewhere on the company's network",
    )
    key: SecretStr | None = Field(None, description="the key of that engine")


class AnswerSettings(_Section):
    """How a question is answered."""

    passages: int = Field(24, ge=1, le=100, description="passages offered to the model at most")
    reading_s: float = Field(
        8.0,
        gt=0,
        description="seconds that the model may read before its first words; with its speed in the "
        "self-test, this decides how many passages it is given",
    )
    max_tokens: int = Field(320, ge=16, description="longest answer, in the model's tokens")
    unsupported: str = Field(
        "mark",
        pattern="^(mark|withhold)$",
        description="what happens to a sentence without support: 'mark' or 'withhold'",
    )
    refuse_below: float | None = Field(
        None, ge=0, le=1, description="confidence under which the answer is 'not found'"
    )


class AuditSettings(_Section):
    """The audit trail; there is no setting that turns it off."""

    texts: str = Field(
        "full",
        pattern="^(full|hashed|encrypted)$",
        description="how questions and answers are kept: 'full', 'hashed', or 'encrypted' for the "
        "auditor's key",
    )
    auditor_key: Path | None = Field(None, description="the auditor's public key, a PEM file")
    texts_least_days: int = Field(
        0,
        ge=0,
        le=MOST_DAYS,
        description="for how many days the trail's questions and answers stay readable whatever is "
        "deleted; 0: until their document or person is deleted",
    )
    texts_most_days: int = Field(
        0,
        ge=0,
        le=MOST_DAYS,
        description="after how many days the trail's questions and answers are erased; 0: never "
        "by their age",
    )
    key: Path | None = Field(
        None, description="the private key that signs the trail; by default inside the data folder"
    )
    rotate_mib: int = Field(64, ge=1, description="size of one file of the trail, MiB")

    @model_validator(mode="after")
    def _ages_in_order(self) -> "AuditSettings":
        if 0 < self.texts_most_days < self.texts_least_days:
            raise ValueError("texts_most_days is less than texts_least_days")
        return self


class RetentionSettings(_Section):
    """What stays when a document is deleted."""

    quotations: str = Field(
        "remove",
        pattern="^(keep|remove)$",
        description="what becomes of a deleted document's quotations in conversations and "
        "questionnaires: 'keep' or 'remove'",
    )


class BackupSettings(_Section):
    """Copies of the whole data folder."""

    keep_days: int = Field(
        30,
        ge=0,
        le=MOST_DAYS,
        description="how long a backup is kept, in days; 0: until someone deletes it",
    )
    folder: Path | None = Field(
        None,
        description="folder on this machine for backups that administrators make in the browser; "
        "without it they make none",
    )
    passphrase_file: Path | None = Field(
        None, description="file with the passphrase that seals backups made in the browser"
    )


class PrivacySettings(_Section):
    """How this machine's network is kept from our processes."""

    namespace: str = Field(
        "auto",
        pattern="^(auto|off|required)$",
        description="a network namespace for each process of ours: 'auto' where the kernel allows, "
        "'required', or 'off'",
    )


_ACTIONS = "^(off|mark|mask|refuse)$"


class FilterSettings(_Section):
    """What may not be asked or shown; off unless set."""

    questions: str = Field(
        "off",
        pattern=_ACTIONS,
        description="what becomes of a question in which a filter finds something: 'off', 'mark', "
        "'mask' or 'refuse'",
    )
    answers: str = Field(
        "off",
        pattern=_ACTIONS,
        description="what becomes of an answer in which a filter finds something, and of the "
        "passages beside it",
    )
    personal_data: bool = Field(
        False, description="look for e-mail addresses, telephone, account, card and ID numbers"
    )
    countries: tuple[str, ...] = Field(
        ("US", "GB", "DE", "AT", "CH", "FR", "IT", "ES", "NL", "BE", "PL", "SE"),
        description="whose telephone and personal numbers are looked for",
    )
    lists: tuple[Path, ...] = Field((), description="files of words and patterns to look for")


class CostSettings(_Section):
    """Prices of services outside, for the administrators' comparison."""

    currency: str = Field("USD", description="currency of the prices")
    per_million_in: float = Field(2.5, ge=0, description="price of a million tokens read")
    per_million_out: float = Field(10.0, ge=0, description="price of a million tokens written")
    tokens_source: str = Field(
        "List price of OpenAI's GPT-4o, May 2026",
        description="whose prices per token these are, and of when",
    )
    per_hour: float = Field(6.88, ge=0, description="price of a rented GPU for an hour")
    hour_source: str = Field(
        "One H100 of an AWS p5.48xlarge, on demand, us-east-1, November 2026",
        description="whose price per hour that is, and of when",
    )


class MonitoringSettings(_Section):
    """What other programs are told of how it runs."""

    logs: str = Field(
        "text",
        pattern="^(text|json)$",
        description="how the log on stderr is written: 'text', or 'json', one object a line",
    )
    syslog: str | None = Field(
        None,
        pattern=r"^(tls|tcp)://[^/@]+:[0-9]+$",
        description="where the records of the audit trail are sent as syslog (RFC 5424), such as "
        "tls://siem.example.com:6514; off by default",
    )
    syslog_ca: Path | None = Field(
        None,
        description="certificates that vouch for the syslog server; by default the system's",
    )
    syslog_texts: bool = Field(
        False, description="send what stands in the trail of questions and answers, too"
    )


class Settings(BaseSettings):
    """The whole tree."""

    model_config = SettingsConfigDict(
        frozen=True,
        extra="forbid",
        env_prefix="STRONGROOM_",
        env_nested_delimiter="_",
        env_nested_max_split=1,
        toml_file=SETTINGS_FILE,
    )

    home: Path = Field(Path("data"), description="folder of everything that Strongroom writes")
    models_dir: Path | None = Field(None, description="folder of models, beside the usual places")
    web: WebSettings = WebSettings()
    sign_in: SignInSettings = SignInSettings()
    directory: DirectorySettings = DirectorySettings()
    ingest: IngestSettings = IngestSettings()
    index: IndexSettings = IndexSettings()
    engine: EngineSettings = EngineSettings()
    answer: AnswerSettings = AnswerSettings()
    costs: CostSettings = CostSettings()
    monitoring: MonitoringSettings = MonitoringSettings()
    audit: AuditSettings = AuditSettings()
    privacy: PrivacySettings = PrivacySettings()
    retention: RetentionSettings = RetentionSettings()
    backup: BackupSettings = BackupSettings()
    filters: FilterSettings = FilterSettings()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, _SettingsFile(settings_cls)


class _SettingsFile(TomlConfigSettingsSource):
    """strongroom.toml as people's editors write it: UTF-8 or UTF-16, with a mark or without."""

    def _read_file(self, file_path: "Path | Traversable") -> dict[str, Any]:
        try:
            content = file_path.read_bytes()
        except OSError as error:
            raise SettingsFileError(f"{file_path} cannot be read ({error.strerror})") from None
        return _parsed(str(file_path), content)


def _parsed(file: str, content: bytes) -> dict[str, Any]:
    """Raises SettingsFileError with the line of a slip."""
    encoding = next((name for mark, name in _MARKS if content.startswith(mark)), "utf-8")
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        found = content[error.start : error.start + 1].hex()
        raise SettingsFileError(
            f"{file}, line {line}: the byte {found} is not {encoding}; save the file as UTF-8"
        ) from None
    try:
        return tomllib.loads(text.replace("\r\n", "\n"))
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        said = str(error)
        place = _PLACE.search(said)
        line = int(place[1]) if place else text.count("\n") + 1
        words = said[: place.start()].strip() if place else said.partition(" (at end")[0]
        raise SettingsFileError(f"{file}, line {line}: {words}") from None


def _reading(file: Path) -> type[Settings]:
    """The settings with their file in this place."""
    if file == SETTINGS_FILE:
        return Settings

    class Elsewhere(Settings):
        model_config = SettingsConfigDict(toml_file=file)

    return Elsewhere


def load_settings(flags: dict[str, Any] | None = None) -> Settings:
    """Read the settings; `flags` is a nested dict of what the command line set.

    Raises SettingsError that names each unusable setting.
    """
    return read_settings(SETTINGS_FILE, flags)


def read_settings(file: Path, flags: dict[str, Any] | None = None) -> Settings:
    """The same from another file in the place of strongroom.toml."""
    if os.path.lexists(file) and not file.is_file():
        raise SettingsFileError(f"{file} is no file that can be read; move it away")
    try:
        settings = _reading(file)(**(flags or {}))
    except ValidationError as error:
        raise UnusableSettings(
            tuple(
                Problem(
                    ".".join(str(part) for part in problem["loc"]),
                    problem["type"],
                    ", ".join(str(one) for one in problem.get("ctx", {}).values()),
                    problem["msg"],
                )
                for problem in error.errors()
            )
        ) from None
    return settings.model_copy(update={"home": settings.home.expanduser().resolve()})
