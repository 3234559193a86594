"""The settings of the check's own job: this machine's, without the hosts that they name.

In the check's namespace nobody else is there, so the job works with the models of this machine,
and its web chat and its trail are its own.
"""

import os
from dataclasses import dataclass

from app.engine.models import default_chat_model, default_embedder, is_starter, list_models, places
from app.privacy.allowed import named_in
from app.settings import (
    AuditSettings,
    DirectorySettings,
    EngineSettings,
    MonitoringSettings,
    Settings,
    SignInSettings,
    WebSettings,
)

_SECTIONS = ("web", "sign_in", "directory", "index", "engine", "audit", "monitoring")


@dataclass(frozen=True, slots=True)
class Alone:
    """The settings, and the names of those that were set aside because they name a host."""

    settings: Settings
    set_aside: tuple[str, ...]

    def environment(self) -> dict[str, str]:
        """Our variables, changed so that these settings hold in a process of ours."""
        ours = tuple(f"STRONGROOM_{name.upper()}" for name in _SECTIONS)
        kept = {key: value for key, value in os.environ.items() if not key.startswith(ours)}
        sections = (getattr(self.settings, name) for name in _SECTIONS)
        return kept | {
            variable: section.model_dump_json()
            for variable, section in zip(ours, sections, strict=True)
        }


def alone(settings: Settings) -> Alone:
    """What the job runs with. Raises ModelError where this machine has no model for it."""
    index = {"chroma_url": None, "embedder": default_embedder(settings)}
    changed = {
        "web": WebSettings(),
        "sign_in": SignInSettings(),
        "directory": DirectorySettings(),
        "audit": AuditSettings(),
        "monitoring": MonitoringSettings(),
        "index": settings.index.model_copy(update=index),
        "engine": _engine(settings),
    }
    set_aside = tuple(host.because for host in named_in(settings))
    return Alone(settings.model_copy(update=changed), set_aside)


def _engine(settings: Settings) -> EngineSettings:
    """The engine as it is set; where it is elsewhere, one here with the starter model."""
    if settings.engine.url is None:
        chat = default_chat_model(settings)
        return settings.engine.model_copy(update={"model": chat.path, "key": None})
    usable = (
        one for one in list_models(places(settings)) if one.kind == "chat" and is_starter(one)
    )
    here = EngineSettings()
    local = settings.model_copy(update={"engine": here})
    starter = next((one for one in usable if not one.problem), None) or default_chat_model(local)
    return here.model_copy(update={"model": starter.path})
