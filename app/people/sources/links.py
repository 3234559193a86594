"""Addresses of source pages: what a citation or a passage links to."""

from typing import Protocol
from urllib.parse import quote as quoted

PREFIX = "/source"
_LONGEST_QUOTE = 600  # characters of a sentence in an address; servers before ours cut long ones


class Place(Protocol):
    """What `Hit` and `Citation` have in common."""

    @property
    def space(self) -> str: ...
    @property
    def document(self) -> str: ...
    @property
    def page(self) -> int | None: ...
    @property
    def chunk_id(self) -> str: ...


def source_link(place: Place) -> str:
    """Where a citation or a passage can be seen: a path on this server, safe inside `href`.

    It names the document beside the passage, so that it still leads to the document, and says
    that the document has changed, when the passage is not there any more.
    """
    return document_link(
        place.space,
        place.document,
        page=place.page,
        chunk=place.chunk_id,
        quote=getattr(place, "quote", ""),
    )


def document_link(
    space: str,
    document: str,
    *,
    page: int | None = None,
    chunk: str = "",
    quote: str = "",
    part: str = "",
) -> str:
    """Where a document, a page of it, or a `part` ("page.png", "original") is served."""
    query = {
        "space": space,
        "name": document,
        "page": "" if page is None else str(page),
        "chunk": chunk,
        "quote": quote[:_LONGEST_QUOTE],
    }
    given = {key: value for key, value in query.items() if value}
    # Everything but letters and digits as %XX: no name can leave its place in the address.
    encoded = "&".join(f"{key}={_quoted(value)}" for key, value in given.items())
    return f"{PREFIX}{'/' if part else ''}{part}?{encoded}"


def _quoted(text: str) -> str:
    return quoted(text.encode("utf-8", "replace"), safe="")
