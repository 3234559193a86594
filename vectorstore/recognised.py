"""Pages that were recognised of files whose reading has not ended, so that a cut goes on."""

from datetime import UTC, datetime, timedelta

from vectorstore.catalogue import Catalogue
from vectorstore.page_rows import FIELDS, readings, values
from vectorstore.records import PageReading

_KEPT_DAYS = 14  # for a file that nobody goes on with; then its words go


class RecognisedPages:
    """Keeps pages by the hash of their file until its document is stored; for many threads.

    Each page is durable when `keep` returns. Whatever deletes a document deletes what is here of
    its content.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    def known(self, sha256: str) -> list[PageReading]:
        """The pages that were recognised of this content."""
        with self._catalogue.reading() as connection:
            rows = connection.execute(
                f"SELECT {FIELDS} FROM recognised WHERE sha256 = ? ORDER BY page", (sha256,)
            )
            return readings(rows)

    def keep(self, sha256: str, reading: PageReading) -> None:
        """Add a page of this content."""
        now = datetime.now(UTC).isoformat(timespec="seconds")
        with self._catalogue.writing() as writer:
            writer.execute(
                f"INSERT OR REPLACE INTO recognised (sha256, {FIELDS}, at) "
                "VALUES (?, ?, ?, ?, ?, ?, ?)",
                (sha256, *values(reading), now),
            )

    def drop(self, sha256: str) -> None:
        """Forget the pages of this content."""
        with self._catalogue.writing() as writer:
            writer.execute("DELETE FROM recognised WHERE sha256 = ?", (sha256,))

    def drop_old(self, now: datetime) -> int:
        """Forget pages that nobody went on with for two weeks; how many there were."""
        before = (now - timedelta(days=_KEPT_DAYS)).isoformat(timespec="seconds")
        with self._catalogue.writing() as writer:
            return writer.execute("DELETE FROM recognised WHERE at < ?", (before,)).rowcount
