"""The page of questionnaires as a person sees it when one of them cannot go on."""

from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import httpx
import pytest
from argon2 import PasswordHasher
from batch.office_runs import finished, record
from batch.test_run import Library
from people.people_fakes import GOOD, unrecorded
from web.signing_in import running, sign_in, token_of

from app.batch.queue.service import QuestionnaireQueue
from app.people.accounts import open_people
from app.people.conversations.store import Conversations
from app.people.curating.uploads import Limits, Uploads
from app.people.passwords import Passwords
from app.serving import web_app
from app.settings import load_settings
from app.workspace.wiring import open_workspace

PAGE = "/questionnaires"


class Served:
    """A web chat over a library of ours: no model answers."""

    def __init__(
        self, url: str, office: QuestionnaireQueue, library: Library, kim: str, folder: Path
    ) -> None:
        self.url = url
        self.office = office
        self.library = library
        self.kim = kim
        self.folder = folder

    def client(self, name: str, language: str = "en") -> httpx.Client:
        headers = {"accept-language": language}
        client = httpx.Client(base_url=self.url, headers=headers, trust_env=False, timeout=60)
        assert sign_in(client, name, GOOD).status_code == 303
        return client


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    settings = load_settings({"home": tmp_path})
    quick = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    library = Library()
    with (
        open_workspace(settings, "test") as home,
        open_people(settings, unrecorded, quick) as house,
        closing(Conversations(tmp_path / "conversations.sqlite3")) as talks,
        closing(Uploads(tmp_path / "uploads", home, Limits(2**20, 2**22))) as uploads,
        closing(QuestionnaireQueue(tmp_path / "batches", lambda _: library)) as office,
        ExitStack() as stack,
    ):
        house.people.add("boss", GOOD, administrator=True, must_change=False)
        kim = house.people.add("kim", GOOD, must_change=False).id
        app = web_app(settings, home, house, talks, uploads, office)
        url = stack.enter_context(running(app))
        yield Served(url, office, library, kim, tmp_path / "batches")


def test_changed_documents_end_in_a_button_and_not_in_a_command(served: Served) -> None:
    run = served.office.take(served.kim, "q.txt", b"one?\ntwo?\n")
    finished(served.office, run)
    served.library.records.append(record("new.md"))
    with closing(served.client("kim")) as kim, closing(served.client("kim", "de")) as german:
        form = {"run": run.id, "csrf": token_of(kim, "/account")}
        kim.post(f"{PAGE}/go-on", data=form)
        finished(served.office, run)
        page, seite = kim.get(PAGE).text, german.get(PAGE).text
        assert "Start over" in page
        assert "start over: then every question is asked again" in page
        assert "Neu beginnen" in seite
        assert "wird jede Frage noch einmal gestellt" in seite
        assert "--force" not in page + seite
        assert kim.get(f"{PAGE}/answers", params={"run": run.id, "kind": "csv"}).is_success
        assert kim.post(f"{PAGE}/start-over", data=form).status_code == 303
        (done,) = finished(served.office, run)
        assert (done.state, done.counts.found) == ("done", 2)
        assert "Start over" not in kim.get(PAGE).text


def test_answers_are_read_in_the_browser_and_files_bear_the_questionnaires_name(
    served: Served,
) -> None:
    run = served.office.take(served.kim, "audit 2026.txt", b"one?\ntwo?\n<script>x</script>?\n")
    finished(served.office, run)
    with closing(served.client("kim")) as kim, closing(served.client("boss")) as boss:
        assert f"/questionnaires/results?run={run.id}" in kim.get(PAGE).text
        page = kim.get(f"{PAGE}/results", params={"run": run.id})
        assert page.status_code == 200
        for words in ("one?", "two?", "&lt;script&gt;x&lt;/script&gt;?", 'href="/source?'):
            assert words in page.text
        some = kim.get(f"{PAGE}/results", params={"run": run.id, "find": "two"}).text
        assert "two?" in some
        assert "<h2>one?" not in some
        none = kim.get(f"{PAGE}/results", params={"run": run.id, "outcome": "failed"}).text
        assert "No answer fits." in none
        assert boss.get(f"{PAGE}/results", params={"run": run.id}).status_code == 404
        told = kim.get(f"{PAGE}/answers", params={"run": run.id, "kind": "csv"})
        assert 'filename="audit 2026-answers.csv"' in told.headers["content-disposition"]


def test_a_removed_person_takes_their_questionnaires_along(served: Served) -> None:
    finished(served.office, served.office.take(served.kim, "q.txt", b"one?\n"))
    assert list(served.folder.iterdir())
    with closing(served.client("boss")) as boss:
        form = {"person": served.kim, "csrf": token_of(boss, "/account")}
        assert boss.post("/administration/people/remove", data=form).status_code == 303
    assert list(served.folder.iterdir()) == []
    assert served.office.runs(served.kim) == []


def test_a_file_is_looked_at_first_and_its_answers_are_decided_about(served: Served) -> None:
    file = b"Question;Answer type\none?;text\n<b>two</b>?;number\n"
    with closing(served.client("kim")) as kim, closing(served.client("boss")) as boss:
        token = {"x-csrf-token": token_of(kim, "/account")}
        taken = kim.post(
            f"{PAGE}/take", params={"name": "q.csv", "wait": "true"}, content=file, headers=token
        ).json()
        assert taken["state"] == "proposed"
        asked = {"run": taken["id"]}
        assert f"{PAGE}/preview?run={taken['id']}" in kim.get(PAGE).text
        seen = kim.get(f"{PAGE}/preview", params=asked).text
        for words in ("2 questions", "asked of 3 documents", "&lt;b&gt;two&lt;/b&gt;?", "Begin"):
            assert words in seen
        assert boss.get(f"{PAGE}/preview", params=asked).status_code == 404
        assert served.library.asked == []
        form = {**asked, "csrf": token_of(kim, "/account")}
        assert kim.post(f"{PAGE}/go-on", data=form).status_code == 303
        finished(served.office, served.office.run(served.kim, taken["id"]))
        page = kim.get(f"{PAGE}/results", params=asked).text
        assert "Approve" in page
        decision = {"row": "2", "answer": "<i>mine</i>", "was": "It is one?.", "reason": "so"}
        told = kim.post(f"{PAGE}/review", data={**form, **decision, "verdict": "approved"})
        assert told.headers["location"].endswith("#row-2")
        assert (
            boss.post(
                f"{PAGE}/review",
                data={
                    **decision,
                    **asked,
                    "csrf": token_of(boss, "/account"),
                    "verdict": "rejected",
                },
            ).status_code
            == 404
        )
        page = kim.get(f"{PAGE}/results", params=asked).text
        assert "&lt;i&gt;mine&lt;/i&gt;" in page
        assert "In the words of kim" in page
        assert "It is one?" in page  # the checked answer stays
        only = kim.get(f"{PAGE}/results", params={**asked, "decided": "approved"}).text
        assert 'id="row-2"' in only
        assert 'id="row-3"' not in only
        assert "mine" in kim.get(f"{PAGE}/answers", params={**asked, "kind": "csv"}).text
        unclear = kim.post(
            f"{PAGE}/take", params={"name": "q.csv", "wait": "true"}, headers=token,
            content=b"A,B\nwhat is it?,who is it?\n",
        )  # fmt: skip
        assert unclear.json()["columns"] == ["A", "B"]
