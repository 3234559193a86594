"""What is right on this machine, what is not, and what to do about it."""

import os
import platform
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from app.data_folder.layout import DataFolder
from app.data_folder.ownership import find_owner
from app.data_folder.protection import OTHERS, of_another_user, unwritable
from app.engine.models import ModelError, default_chat_model, is_starter
from app.engine.options import usable_cores
from app.privacy import SWITCHES, UNSET, namespace
from app.privacy import network_isolation as apart
from app.privacy.allowed import named_in
from app.settings import Settings
from app.workspace.embedder_in_use import advice_to_move, embedder_in_use
from ingest.sandbox import confinement

if TYPE_CHECKING:
    from vectorstore.vector_index import Server

LEAST_FREE_DISK = 2 * 2**30


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. `remedy` is "" when all is well."""

    area: Literal["hardware", "models", "index", "privacy"]
    status: Literal["ok", "warning", "failed"]
    what: str
    remedy: str = ""


def check(
    settings: Settings,
    *,
    network: namespace.Kernel | None = None,
    calls: confinement.Kernel | None = None,
) -> Iterator[Finding]:
    """Look at hardware, models, index and privacy; changes nothing. The kernel is asked through
    `network` and `calls`.
    """
    yield from _hardware(settings)
    yield from _models(settings)
    yield from _folder(settings.home)
    usable = not unwritable(settings.home)
    if usable:
        yield from _index(settings)
    yield from _privacy(settings)
    yield _namespace(settings, network)
    if usable:
        yield from _serving(settings)
    yield _filter(calls)


def _hardware(settings: Settings) -> Iterator[Finding]:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    cores = usable_cores()
    yield Finding(
        "hardware", "ok", f"{platform.machine()}, {cores} cores, {memory:.0f} GiB of memory"
    )
    threads = settings.engine.threads
    if threads and threads >= cores > 1:
        yield Finding(
            "hardware",
            "warning",
            f"engine.threads is {threads} of {cores} cores: any other load then stalls the model",
            f"set it to {cores - 1} or leave it out",
        )
    existing = next(p for p in (settings.home, *settings.home.parents) if p.exists())
    free = shutil.disk_usage(existing).free
    yield Finding(
        "hardware",
        "ok" if free > LEAST_FREE_DISK else "warning",
        f"{free / 2**30:.0f} GiB free for {settings.home}",
        "" if free > LEAST_FREE_DISK else "make room before you ingest more",
    )


def _models(settings: Settings) -> Iterator[Finding]:
    yield _engine_elsewhere(settings) if settings.engine.url else _chat_model(settings)
    try:
        told, advice = f"embedder: {embedder_in_use(settings).name}", advice_to_move(settings)
        yield Finding("models", "warning" if advice else "ok", told, advice)
    except ModelError as error:
        yield Finding("models", "failed", f"embedder: {error}", "strongroom models fetch")
    if settings.index.reranker:
        yield _reranker(settings.index.reranker.expanduser())


def _reranker(folder: Path) -> Finding:
    """Whether it loads, and gives one number for a question and a passage."""
    from vectorstore.loading import load_reranker
    from vectorstore.rerank import RERANKED, RerankerError

    try:
        reranker = load_reranker(folder)
        reranker.scores("How long?", ["It lasts a day."])
    except RerankerError as error:
        return Finding("models", "failed", f"reranker: {error}", "see index.reranker")
    return Finding("models", "ok", f"reranker: {reranker.name}, reads the {RERANKED} best passages")


def _chat_model(settings: Settings) -> Finding:
    try:
        chat = default_chat_model(settings)
    except ModelError as error:
        return Finding("models", "failed", f"chat model: {error}", "strongroom models fetch")
    if is_starter(chat):
        return Finding(
            "models",
            "warning",
            f"chat model: {chat.name}, the starter; good for trying out, too small to trust",
            "strongroom models add llama-2-7b-chat.Q4_K_M.gguf",
        )
    return Finding("models", "ok", f"chat model: {chat.name} ({chat.about})")


def _engine_elsewhere(settings: Settings) -> Finding:
    """Whether it answers, takes our key, and has the vocabulary that `engine.model` names."""
    from app.answering.chat_model import ChatModelSource
    from app.errors import words_for

    source = ChatModelSource(settings)
    try:
        model = source.model()
    except Exception as error:
        words = words_for(error)
        if words is None:
            raise
        return Finding("models", "failed", f"chat model: {words}", "see engine.* in the settings")
    finally:
        source.close()
    return Finding(
        "models",
        "ok",
        f"chat model: {model.name.name} at {settings.engine.url}, "
        f"window {model.context_window:,} tokens",
    )


def _folder(home: Path) -> Iterator[Finding]:
    """Whether it can be written, and others kept out; looked at before it is opened."""
    if reason := unwritable(home):
        yield Finding(
            "hardware",
            "failed",
            f"cannot write to {home} ({reason})",
            "make room there, make it writable for this user, or name another place with --home",
        )
    if home.exists() and (theirs := of_another_user(home)):
        yield Finding(
            "privacy", "failed", theirs, "name a folder of your own, or one below it, with --home"
        )
    elif home.exists() and home.stat().st_mode & OTHERS:
        yield Finding(
            "privacy",
            "warning",
            f"{home} can be read by other users of this machine",
            f"chmod 700 {home}",
        )


def _index(settings: Settings) -> Iterator[Finding]:
    newer = list(_newer(settings.home))
    if newer:
        yield from newer
        return
    owner = find_owner(settings.home)
    if owner is not None:
        served = "takes work from other commands" if owner.socket else "works alone"
        yield Finding(
            "index",
            "ok",
            f"{settings.home} is open in `{owner.command}` (process {owner.pid}), which {served}",
        )
        return
    if not DataFolder(settings.home).index.exists():
        yield Finding(
            "index",
            "warning",
            f"{settings.home} holds no documents yet",
            "strongroom ingest FOLDER",
        )
        return
    yield from _open_index(settings)


def _newer(home: Path) -> Iterator[Finding]:
    """What a newer program wrote; looked at without opening anything, whoever has it open."""
    from app.governance.backup.formats import newer_in

    for words in newer_in(home):
        yield Finding(
            "index",
            "failed",
            words,
            "use that one, or restore the backup that was made before the update",
        )


def _open_index(settings: Settings) -> Iterator[Finding]:
    from app.errors import local_words_for
    from app.workspace.wiring import open_workspace

    try:
        with open_workspace(settings, "strongroom check") as home:
            records = home.documents()
            chunks = sum(record.chunks for record in records)
            yield Finding("index", "ok", f"{len(records)} documents, {chunks} chunks, consistent")
            yield from _chroma(home.index.server)
            calibration = home.chat.calibration()
            yield Finding(
                "index",
                "ok",
                f"refuses below a confidence of {calibration.refuse_below:.2f} "
                f"({calibration.source})",
            )
            for record in records:
                if record.warning:
                    yield Finding(
                        "index", "warning", f"{record.space}/{record.name}: {record.warning}"
                    )
    except Exception as error:
        words = local_words_for(error)
        if words is None:
            raise
        yield Finding("index", "failed", words)


def _chroma(server: "Server | None") -> Iterator[Finding]:
    """Whether the server that has the vectors answers, and has those of the catalogue."""
    if server is None:
        return
    if server.out_of_reach:
        yield Finding("index", "failed", server.out_of_reach, "see index.chroma_url")
    else:
        said = f"the Chroma server {server.url} answers, and has every vector of the catalogue"
        yield Finding("index", "ok", said)


def _privacy(settings: Settings) -> Iterator[Finding]:
    wrong = [
        name for name, value in SWITCHES.items() if _spelt(os.environ.get(name)) != _spelt(value)
    ]
    wrong += [name for name in UNSET if name in os.environ]
    if wrong:
        yield Finding(
            "privacy", "failed", "not switched off: " + ", ".join(wrong), "report this as a defect"
        )
    else:
        yield Finding("privacy", "ok", "telemetry, hubs and hosted tracing are switched off")
    if settings.engine.url:
        yield Finding("privacy", "ok", f"questions and passages go to {settings.engine.url} only")
    if settings.index.chroma_url:
        said = f"vectors of passages and questions go to {settings.index.chroma_url} only"
        yield Finding("privacy", "ok", said)


def _namespace(settings: Settings, kernel: namespace.Kernel | None) -> Finding:
    """Whether our processes can have one; in a process that tried, whether it has."""
    wanted, tried = settings.privacy.namespace, apart.own()
    if tried is not None:
        reason = tried.reason
    else:
        reason = apart.OFF if wanted == "off" else namespace.trial(kernel)
    if not reason:
        hosts = sorted({f"{host.name} port {host.port}" for host in named_in(settings)})
        relay = f", and a relay to {', '.join(hosts)}" if hosts else ""
        return Finding(
            "privacy",
            "ok",
            f"what serves, ingests and answers has a network namespace of its own, with loopback "
            f"alone{relay}",
        )
    return Finding(
        "privacy",
        "failed" if wanted == "required" else "warning",
        f"what serves, ingests and answers has no network namespace of its own: {reason}; there, "
        "what a library tries below Python is not seen",
        "set privacy.namespace to auto"
        if wanted == "off"
        else "permit user namespaces on this machine or in this container, or close its network",
    )


def _serving(settings: Settings) -> Iterator[Finding]:
    """Whether another process that has the folder open went apart when it started."""
    owner = find_owner(settings.home)
    if owner is None or owner.pid in (0, os.getpid()) or settings.privacy.namespace == "off":
        return
    gone = namespace.is_apart(owner.pid, owner.network)
    if gone is not None:
        yield Finding(
            "privacy",
            "ok" if gone else "warning",
            f"`{owner.command}` (process {owner.pid}) "
            + ("is in one" if gone else "has the machine's own network"),
        )


def _filter(kernel: confinement.Kernel | None) -> Finding:
    """Whether the kernel closes the parsers, the drawing of pages and the engine."""
    need, tried = confinement.Need.NOTHING, apart.own()
    if tried is not None and tried.unfiltered != apart.OFF:
        reason = tried.unfiltered
    else:
        reason = namespace.in_a_child(lambda: confinement.confine(need, kernel))
    if not reason:
        return Finding(
            "privacy", "ok", "parsers, the drawing of pages and the engine: closed by the kernel"
        )
    return Finding(
        "privacy",
        "warning",
        f"parsers, the drawing of pages and the engine are not closed by the kernel: {reason}; "
        "what a library tries there below Python is refused by a network namespace alone",
        "use Linux 4.14 or later with CONFIG_SECCOMP_FILTER, on x86-64 or aarch64",
    )


def _spelt(value: str | None) -> str | None:
    """One spelling of a switch: libraries write each other's anew, as "1" or as "True"."""
    lower = (value or "").lower()
    if lower in {"1", "true", "on", "yes"}:
        return "on"
    return "off" if lower in {"0", "false", "off", "no"} else value


def worst(findings: list[Finding]) -> str:
    """The gravest status among the findings."""
    order = ("ok", "warning", "failed")
    return max((finding.status for finding in findings), key=order.index, default="ok")
