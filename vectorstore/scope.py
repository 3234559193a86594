"""Where a question is searched: one value, from the question's arrival down to the index."""

from collections.abc import Sequence
from dataclasses import dataclass

# A document's name, in whichever space of the scope it is, or the pair of its space and its name.
DocumentChoice = str | tuple[str, str]


@dataclass(frozen=True, slots=True)
class Scope:
    """Names of spaces, and of documents in these spaces.

    None stands for all of them, an empty tuple for none: an empty scope finds nothing.
    """

    spaces: tuple[str, ...] | None = None
    documents: tuple[DocumentChoice, ...] | None = None

    @classmethod
    def of(
        cls,
        spaces: Sequence[str] | None = None,
        documents: Sequence[str | Sequence[str]] | None = None,
    ) -> "Scope":
        """The scope of two lists as command lines and JSON give them, which has no pairs."""
        return cls(
            None if spaces is None else tuple(spaces),
            None
            if documents is None
            else tuple(one if isinstance(one, str) else (one[0], one[1]) for one in documents),
        )

    @property
    def is_empty(self) -> bool:
        """Whether nothing can be found in it."""
        return self.spaces == () or self.documents == ()

    @property
    def is_everything(self) -> bool:
        """Whether nothing was chosen, so that everything is searched."""
        return self.spaces is None and self.documents is None


EVERYTHING = Scope()
