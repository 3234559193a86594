"""Settings in, objects out: the only place that chooses an adapter and opens a data folder."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.answering.chat_model import ChatModelSource
from app.answering.filters.opening import screen_of
from app.data_folder.layout import DataFolder
from app.data_folder.ownership import DataFolderInUse, find_owner, own
from app.data_folder.protection import protect
from app.engine.models import default_embedder
from app.governance.audit.egress import recorded_in
from app.governance.audit.opening import local_person, open_trail
from app.governance.backup.finishing import finish_restore
from app.governance.backup.making import sweep
from app.governance.deletion.deleter import Deleter
from app.governance.deletion.places import drop_old_copies, places_of
from app.governance.deletion.rules import RuleBook
from app.settings import Settings
from app.workspace.embedder_in_use import embedder_in_use
from app.workspace.operations import Operations
from app.workspace.remote import RemoteWorkspace
from app.workspace.workspace import Workspace
from ingest.members import sweep as sweep_members
from vectorstore.index import Index
from vectorstore.loading import load_embedder, load_reranker


@contextmanager
def open_workspace(
    settings: Settings, command: str, *, socket: Path | None = None, reindex: bool = False
) -> Iterator[Workspace]:
    """Open the data folder in this process; raises DataFolderInUse while another one has it.

    With `reindex`, the embedder may be another one than the index was made with.
    """
    screen = screen_of(settings.filters)
    with (
        own(settings.home, command, socket),
        open_trail(settings, command) as trail,
        recorded_in(trail, settings.home),
    ):
        embedder = load_embedder(
            default_embedder(settings) if reindex else embedder_in_use(settings)
        )
        chosen = settings.index.reranker
        reranker = load_reranker(chosen.expanduser()) if chosen else None
        index = Index.open(
            DataFolder(settings.home).index,
            embedder,
            rebuild=reindex,
            reranker=reranker,
            server=settings.index.chroma_url,
        )
        deleter = Deleter(
            settings.home,
            index,
            trail,
            RuleBook(settings.home),
            places_of(DataFolder(settings.home), index.documents),
            keep_quotations=settings.retention.quotations == "keep",
        )
        home = Workspace(settings, index, ChatModelSource(settings), trail, deleter, screen)
        try:
            if not reindex:
                deleter.finish_interrupted(local_person())
                finish_restore(settings.home, trail, deleter, person=local_person())
            sweep(settings.home)
            drop_old_copies(settings.home)
            sweep_members(DataFolder(settings.home).members)
            home.originals.sweep({record.sha256 for record in index.documents()})
            yield home
        finally:
            home.close()


@contextmanager
def open_operations(settings: Settings, command: str) -> Iterator[Operations]:
    """Work on the data folder: here if it is free, else through the process that serves it.

    Raises DataFolderInUse if its owner takes no work from others, and FolderOpenToOthers.
    """
    protect(settings.home)  # before the note in it is believed
    owner = find_owner(settings.home)
    if owner is None:
        with open_workspace(settings, command) as home:
            yield home
        return
    if owner.socket is None:
        raise DataFolderInUse(
            f"{settings.home} is in use by `{owner.command}` (process {owner.pid}); "
            "try again when it has ended"
        )
    remote = RemoteWorkspace(Path(owner.socket))
    try:
        yield remote
    finally:
        remote.close()
