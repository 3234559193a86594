"""What the administrators' pages tell of an open data folder and its models."""

from collections import Counter
from collections.abc import Callable, Sequence

from app.engine.gguf import GgufError, read_gguf
from app.engine.hardware import detect_from_outside
from app.engine.models import ModelError, adapters_in_use, default_chat_model
from app.engine.plan import PlanError
from app.engine.plan import plan as make_plan
from app.governance.audit.usage import Day, usage_by_day
from app.people.access import Rules, is_private
from app.workspace.checkup import Finding, check
from app.workspace.costs import Prices
from app.workspace.workspace import Workspace


class HomeOverview:
    """Implements `app.web.pages.routes_administration.Overview` over `Workspace`."""

    def __init__(self, home: Workspace, rules: Callable[[], Rules]) -> None:
        self._home = home
        self._rules = rules

    def health(self) -> Sequence[Finding]:
        settings = self._home.settings
        return [
            *check(settings),
            *self._engine(),
            *self._documents(),
        ]

    def usage(self, days: int) -> Sequence[Day]:
        return usage_by_day(self._home.trail.folder, days)

    def models(self) -> Sequence[tuple[str, str, str]]:
        settings = self._home.settings
        told: list[tuple[str, str, str]] = []
        if settings.engine.url:
            told.append(("chat", self._home.chat.name(), settings.engine.url))
        else:
            try:
                chat = default_chat_model(settings)
                told.append(("chat", chat.name, f"{chat.about}, {chat.size / 1e9:,.2f} GB"))
            except ModelError as error:
                told.append(("chat", "–", str(error)))
        told += [
            ("adapter", one.name, one.problem or one.about) for one in adapters_in_use(settings)
        ]
        embedder = self._home.index.embedder
        about = f"{embedder.dimension} dimensions, reads {embedder.window} tokens"
        told.append(("embedder", embedder.name, about))
        return told

    def plan(self) -> str:
        settings = self._home.settings
        if settings.engine.url:
            return ""
        try:
            model = read_gguf(default_chat_model(settings).path)
            return make_plan(
                model,
                detect_from_outside(),
                context=settings.engine.context,
                kv_type=settings.engine.kv_type,
            ).in_words()
        except (ModelError, GgufError, PlanError) as error:
            return str(error)

    def spaces(self) -> Sequence[tuple[str, int]]:
        held = Counter(record.space for record in self._home.index.documents())
        return sorted((space, count) for space, count in held.items() if not is_private(space))

    def _engine(self) -> list[Finding]:
        state = self._home.chat.state()
        if state.status in ("failed", "restarting"):
            return [Finding("models", "failed", f"the engine is {state.status}: {state.reason}")]
        if state.restarts:
            told = f"the engine is {state.status}, restarted {state.restarts} times since the start"
            return [Finding("models", "warning", told)]
        chat = self._home.chat
        # Of the starter the check-up says it.
        if state.status == "running" and chat.is_weak() and not chat.is_starter():
            told = f"{chat.name()} is too small to write answers of its own"
            return [Finding("models", "warning", told, "strongroom models add MODEL.gguf")]
        return [Finding("models", "ok", f"the engine is {state.status}")]

    def _documents(self) -> list[Finding]:
        records = self._home.index.documents()
        partly = sum(bool(record.warning) for record in records)
        rules = self._rules().spaces
        closed = {
            record.space
            for record in records
            if not is_private(record.space) and record.space not in rules
        }
        found = [Finding("index", "ok", f"{len(records):,} documents")]
        if partly:
            found.append(
                Finding(
                    "index",
                    "warning",
                    f"{partly:,} documents were not read completely",
                    "see their warnings under Documents",
                )
            )
        found += [
            Finding(
                "index",
                "warning",
                f"only administrators may read the space {space}",
                f"strongroom spaces grant {space} everyone",
            )
            for space in sorted(closed)
        ]
        return found


def prices_of(home: Workspace) -> Prices:
    """The prices that the settings name."""
    costs = home.settings.costs
    return Prices(
        currency=costs.currency,
        per_million_in=costs.per_million_in,
        per_million_out=costs.per_million_out,
        per_hour=costs.per_hour,
        tokens_source=costs.tokens_source,
        hour_source=costs.hour_source,
    )
