"""Which embedder a data folder is opened with, and what to say where it is an earlier one."""

from pathlib import Path

from app.data_folder.layout import DataFolder
from app.engine.models import default_embedder, former_embedder
from app.settings import Settings
from vectorstore.index import Index


def embedder_in_use(settings: Settings) -> Path:
    """The embedder's folder: the default, but for an index that an earlier starter made.

    Such an index stays as it is and can be searched as before, until `strongroom reindex`; where
    that embedder is gone, opening the index says so. Raises ModelError, and IndexFault.
    """
    return _former(settings) or default_embedder(settings)


def advice_to_move(settings: Settings) -> str:
    """Why and how to move an index away from an earlier starter; "" where there is no need."""
    former = _former(settings)
    if former is None:
        return ""
    return (
        f"The index was made with {former.name}, which knows English alone. `strongroom reindex` "
        f"makes it anew with {default_embedder(settings).name}, which also finds documents in "
        "another language than the question's."
    )


def _former(settings: Settings) -> Path | None:
    made_with = Index.made_with(DataFolder(settings.home).index)
    return former_embedder(settings, made_with) if made_with else None
