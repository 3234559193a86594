"""What a curator may not move or replace because of a hold, and what they are told."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

from deletion.folders import TEXTS, ended, opened, written

from app.data_folder.layout import DataFolder
from app.governance.deletion.rules import RuleBook
from app.people.access import Person, Rules, SpaceRule
from app.people.conversations.store import Conversations
from app.people.curating.curation import Curation
from app.people.curating.uploads import Limits, Uploads
from app.workspace.curated_documents import CuratedDocuments, SavedComplaints

KIM = Person("kim", "kim", groups=frozenset({"staff"}))
CURATED = SpaceRule(curators=frozenset({"staff"}))


def test_a_held_document_stays_when_it_is_moved_or_uploaded_anew(tmp_path: Path):
    folder = tmp_path / "home"
    with opened(folder) as home:
        home.ingest([written(tmp_path / "files")], space="general", uploaded=True)
        RuleBook(folder).hold(home.trail, "lee", "general", "merger.txt", "litigation Nordwind")
        uploads = Uploads(folder / "uploads", home, Limits(1 << 20, 1 << 20))
        saved = Conversations(DataFolder(folder).conversations)
        rules = Rules({"general": CURATED, "board": CURATED})
        desk = Curation(CuratedDocuments(home), uploads, SavedComplaints(saved), lambda: rules)
        stay = desk.move(KIM, "general", ["merger.txt", "leave.txt"], "board")
        assert list(stay) == ["merger.txt"]
        assert "litigation Nordwind" in stay["merger.txt"]

        async def pieces() -> AsyncIterator[bytes]:
            yield b"The takeover of the walnut company never was planned at all."

        begun = desk.begin_upload(KIM, "general")
        asyncio.run(uploads.receive(begun.id, "merger.txt", pieces()))
        uploads.start(begun.id)
        done = ended(uploads, begun.id)
        uploads.close()
        (status,) = done.statuses
        assert (done.state, status.status) == ("done", "rejected")
        assert "litigation Nordwind" in status.reason
        _, chunks = desk.document(KIM, "general", "merger.txt")
        assert chunks[0].text == TEXTS["merger.txt"]
        assert {one.name for one in desk.documents(KIM, "board")} == {"leave.txt"}
        saved.close()
