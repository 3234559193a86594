"""Says why words of a deleted document are still in a file, and whether a rule wants them there."""

from collections.abc import Sequence
from pathlib import Path

from app.data_folder.layout import LAYOUT
from app.governance.audit.deletion_receipt import Leftover
from app.governance.deletion.places import Place
from app.governance.deletion.remains import VECTOR, WHOLE
from app.governance.deletion.unfinished import Deletion
from vectorstore.index import Index

_BY_RULE = {
    LAYOUT.audit.name: "the audit trail keeps questions and answers (audit.texts)",
    LAYOUT.backup_in_hand.name: "a backup is being made; restoring it deletes the document again",
    LAYOUT.members.name: "a file within another one that is being read now, and gone after that",
    LAYOUT.uploads.name: (
        "an upload that is yet to be read, as another document or another version"
    ),
}


class Explainer:
    """Knows the rules and the other documents of one data folder."""

    def __init__(self, index: Index, places: Sequence[Place], *, keep_quotations: bool) -> None:
        """`places` may get longer."""
        self._index = index
        self._places = places
        self._keep_quotations = keep_quotations

    def explain(self, deletion: Deletion, file: str, pieces: Sequence[str]) -> Leftover:
        """`pieces` of the document were found in `file`, whose path is below the data folder."""
        why, expected = self._why(deletion, Path(file).parts[0], pieces)
        return Leftover(file, len(pieces), why, expected)

    def _why(self, deletion: Deletion, top: str, pieces: Sequence[str]) -> tuple[str, bool]:
        rule = next((why for start, why in _BY_RULE.items() if top.startswith(start)), "")
        if rule:
            return rule, True
        others = [self._another(deletion, piece) for piece in pieces]
        if all(others):
            names = sorted({"/".join(other) for other in others if other})
            return "also in " + ", ".join(names[:5]), True
        kept = next((place for place in self._places if top in place.files), None)
        if kept and kept.quotes and deletion.replaced:
            return "quotes the version that was there then", True
        if kept and kept.quotes and self._keep_quotations:
            return f"{kept.name} keep quotations (retention.quotations)", True
        return f"left behind in {kept.name}" if kept else "not explained by any rule", False

    def _another(self, deletion: Deletion, piece: str) -> tuple[str, str] | None:
        """Space and name of a document of which a piece is as well."""
        if piece == VECTOR:
            return None
        if piece == WHOLE:
            twins = (one for one in self._index.documents() if one.sha256 == deletion.sha256)
            return next(((twin.space, twin.name) for twin in twins), None)
        return self._index.presence.containing(piece)
