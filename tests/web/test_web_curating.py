"""The curators' and administrators' pages, asked as a browser asks: what each person can reach."""

import io
import re
import threading
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from argon2 import PasswordHasher
from fastapi import FastAPI
from fpdf import FPDF, TextMode
from scanned_pages import ENGLISH, page_of_text
from starlette.testclient import TestClient

from app.governance.audit.administration import people_changes
from app.people.access import Person, Right, private_space
from app.people.accounts import Accounts, open_people
from app.people.conversations.store import Conversations
from app.people.curating.curation import Curation
from app.people.curating.uploads import Limits, Uploads
from app.people.passwords import Passwords
from app.settings import load_settings
from app.web.auth.csrf import Csrf, csrf_token
from app.web.auth.security import App, Receive, Scope, Send
from app.web.auth.signed_in import set_person
from app.web.pages.routes_administration import administration_routes
from app.web.pages.routes_documents import documents_routes
from app.workspace.administration import Administration
from app.workspace.curated_documents import CuratedDocuments, SavedComplaints
from app.workspace.overview import HomeOverview, prices_of
from app.workspace.wiring import open_workspace

PASSWORD = "quiet-otter-lamps-42"
SECRET = b"s" * 32


class ByHeader:
    """A sign-in that believes a header; the tests' browser says whose it is."""

    def __init__(self, app: App, house: Accounts) -> None:
        self._app = app
        self._house = house

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            name = dict(scope["headers"])[b"x-person"].decode()
            set_person(scope, self._house.people.named(name), secret=SECRET)
        await self._app(scope, receive, send)


class Office:
    """A running desk with three people at it."""

    def __init__(self, client: TestClient, house: Accounts, desk: Curation) -> None:
        self.client = client
        self.house = house
        self.desk = desk
        self.csrf = csrf_token({"strongroom.secret": SECRET})

    def get(self, person: str, path: str) -> str:
        answer = self.client.get(path, headers={"x-person": person})
        assert answer.status_code == 200, answer.text
        return answer.text

    def status(self, person: str, path: str) -> tuple[int, str]:
        answer = self.client.get(path, headers={"x-person": person})
        return answer.status_code, re.sub(r"<header.*?</header>", "", answer.text, flags=re.DOTALL)

    def post(self, who: str, path: str, /, **form: object) -> tuple[int, str]:
        answer = self.client.post(
            path,
            data={"csrf": self.csrf, **form},
            headers={"x-person": who},
            follow_redirects=True,
        )
        return answer.status_code, answer.text

    def person(self, name: str) -> Person:
        return self.house.people.named(name)

    def upload(self, person: str, space: str, name: str, content: bytes) -> None:
        headers = {"x-person": person, "x-csrf-token": self.csrf}
        begun = self.client.post("/documents/uploads", data={"space": space}, headers=headers)
        assert begun.status_code == 200, begun.text
        place = f"/documents/uploads/{begun.json()['id']}"
        sent = self.client.post(
            f"{place}/files", params={"name": name}, content=content, headers=headers
        )
        assert sent.status_code == 200, sent.text
        assert self.client.post(f"{place}/start", headers=headers).status_code == 200
        for _ in range(3000):
            listed = self.client.get(f"/documents/uploads?space={space}", headers=headers).json()
            if all(one["state"] in ("done", "failed") for one in listed["uploads"]):
                return
            threading.Event().wait(0.02)
        pytest.fail("the upload never ended")


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    settings = load_settings({"home": tmp_path_factory.mktemp("office")})
    cheap = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    with (
        open_workspace(settings, "test") as home,
        open_people(settings, people_changes(home.trail), cheap) as house,
    ):
        people = house.people
        people.add("ada", PASSWORD, administrator=True)
        people.add("kim", PASSWORD)
        people.add("lee", PASSWORD)
        people.add_group("hr")
        people.join(people.named("kim").id, "hr")
        people.grant("policies", "hr", Right.CURATE)
        people.grant("policies", "everyone", Right.READ)
        people.grant("board", "hr", Right.READ)
        folder = tmp_path_factory.mktemp("documents")
        (folder / "leave.md").write_text("# Leave\n\n28 days of leave.", "utf-8")
        (folder / '<b>odd & "name".txt').write_text("A strange name.", "utf-8")
        home.ingest([folder], space="policies")
        home.ingest([folder / "leave.md"], space="board")
        conversations = Conversations(settings.home / "conversations.sqlite3")
        uploads = Uploads(settings.home / "uploads", home, Limits(2**20, 2**21))
        desk = Curation(
            CuratedDocuments(home), uploads, SavedComplaints(conversations), people.rules
        )
        app = FastAPI()
        app.include_router(documents_routes(desk, uploads))
        overview = HomeOverview(home, people.rules)
        app.include_router(
            administration_routes(
                people, house.sessions, overview, prices_of(home), house=Administration(home)
            )
        )
        app.add_middleware(Csrf, exempt=lambda _: False)
        app.add_middleware(ByHeader, house=house)
        with TestClient(app) as client:
            yield Office(client, house, desk)
        uploads.close()
        conversations.close()


def test_a_curator_sees_their_spaces_and_nobody_elses(office: Office) -> None:
    page = office.get("kim", "/documents?space=policies")
    assert "leave.md" in page
    assert "&lt;b&gt;odd &amp; &#34;name&#34;.txt" in page
    assert "<b>odd" not in page
    assert "/documents?space=board" not in page
    assert "/library?space=board" in page  # which kim may only read
    assert "board" not in office.get("lee", "/documents")
    assert "28 days of leave." in office.get("kim", "/documents/one?space=policies&name=leave.md")
    assert "/documents?space=policies" not in office.get("lee", "/documents")


# A reader, and an administrator without the right: both are told the same as of what is not there.
@pytest.mark.parametrize(("person", "nowhere"), [("lee", "nowhere"), ("ada", "~nobody")])
def test_what_is_not_theirs_looks_like_what_is_not_there(
    office: Office, person: str, nowhere: str
) -> None:
    for path in (
        "/documents?space={}",
        "/documents/one?space={}&name=leave.md",
        "/documents/questions?space={}",
        "/documents/uploads?space={}",
    ):
        closed = office.status(person, path.format("policies"))
        assert closed[0] == 404
        assert closed == office.status(person, path.format(nowhere))
    private = private_space(office.person("kim"))
    assert office.status(person, f"/documents?space={private}")[0] == 404
    for path, form in (
        ("/documents/remove", {"name": ["leave.md"]}),
        ("/documents/again", {"name": ["leave.md"]}),
        ("/documents/move", {"name": ["leave.md"], "to": private_space(office.person(person))}),
        ("/documents/uploads", {}),
    ):
        assert office.post(person, path, space="policies", **form)[0] == 404
    own = private_space(office.person(person))
    moved = office.post(person, "/documents/move", space=own, name=["leave.md"], to="policies")
    assert moved[0] == 404
    assert "leave.md" in office.get("kim", "/documents?space=policies")


def test_an_upload_goes_to_its_space_and_only_its_person_follows_it(office: Office) -> None:
    private = private_space(office.person("kim"))
    office.upload("kim", private, "notes/mine.txt", b"My own note about canaries.")
    assert "notes/mine.txt" in office.get("kim", "/documents")
    assert "mine.txt" not in office.get("ada", "/documents")
    begun = office.desk.begin_upload(office.person("kim"), "policies")
    headers = {"x-person": "lee", "x-csrf-token": office.csrf}
    for action in ("files?name=x.txt", "start", "abandon"):
        answer = office.client.post(f"/documents/uploads/{begun.id}/{action}", headers=headers)
        assert answer.status_code == 404
    headers["x-person"] = "kim"
    answer = office.client.post(
        f"/documents/uploads/{begun.id}/files?name=../../people.sqlite3",
        content=b"x", headers=headers,
    )  # fmt: skip
    assert (answer.status_code, "no usable file name" in answer.json()["error"]) == (409, True)
    abandoned = office.client.post(f"/documents/uploads/{begun.id}/abandon", headers=headers)
    assert abandoned.status_code == 204


def test_documents_are_moved_read_again_and_deleted(office: Office) -> None:
    private = private_space(office.person("kim"))
    office.upload("kim", "policies", "to move.txt", b"Words about moving house.")
    status, page = office.post(
        "kim", "/documents/move", space="policies", name=["to move.txt"], to=private
    )
    assert (status, "One document was moved." in page) == (200, True)
    assert "to move.txt" not in office.get("kim", "/documents?space=policies")
    assert "to move.txt" in office.get("kim", "/documents")
    status, page = office.post("kim", "/documents/again", space=private, name=["to move.txt"])
    assert (status, "is being read again" in page) == (200, True)
    status, page = office.post(
        "kim", "/documents/remove", space=private, name=["to move.txt", "never there.txt"]
    )
    assert "One document was deleted." in page
    assert "One document stays" in page
    assert "to move.txt" not in office.get("kim", "/documents")


def test_nothing_changes_without_the_pages_token(office: Office) -> None:
    for path in (
        "/documents/remove",
        "/administration/people/role",
        "/administration/spaces/grant",
    ):
        answer = office.client.post(path, data={"space": "policies"}, headers={"x-person": "ada"})
        assert answer.status_code == 403


def test_administration_is_not_there_for_others(office: Office) -> None:
    for path in ("", "/people", "/spaces", "/models"):
        assert office.status("kim", f"/administration{path}")[0] == 404
        office.get("ada", f"/administration{path}")
    kim = office.person("kim")
    form = {"person": kim.id, "role": "administrator"}
    assert office.post("kim", "/administration/people/role", **form)[0] == 404
    assert not office.person("kim").administrator


def test_a_person_is_added_given_rights_and_removed(office: Office) -> None:
    name = "<script>alert(1)</script>"
    status, page = office.post("ada", "/administration/people", name="new", full_name=name)
    assert status == 200
    assert "<script>alert" not in page
    (password,) = re.findall(r'class="sa-secret">([^<]+)<', page)
    assert office.house.people.check("new", password) is not None
    assert password not in office.get("ada", "/administration/people")
    new = office.person("new")
    assert office.post("ada", "/administration/groups", name="pilots")[0] == 200
    office.post("ada", "/administration/people/join", person=new.id, group="pilots")
    office.post(
        "ada", "/administration/spaces/grant", space="fleet", group="pilots", right="curate"
    )
    assert "fleet" in office.get("new", "/documents")
    office.post("ada", "/administration/spaces/revoke", space="fleet", group="pilots")
    assert "fleet" not in office.get("new", "/documents")
    status, page = office.post("ada", "/administration/people", name="new")
    assert (status, "there is already a person named" in page) == (409, True)
    assert office.post("ada", "/administration/people/remove", person=new.id)[0] == 200
    assert "new" not in [one.person.name for one in office.house.people.accounts()]
    ada = office.person("ada")
    status, page = office.post("ada", "/administration/people/role", person=ada.id, role="reader")
    assert status == 409  # somebody has to be left who can administer
    assert office.person("ada").administrator


def test_a_curator_sees_how_pages_were_read(office: Office) -> None:
    private = private_space(office.person("lee"))
    scan = io.BytesIO()
    page_of_text(ENGLISH, dpi=150).save(scan, "PNG")
    office.upload("lee", private, "policy.png", scan.getvalue())
    page = office.get("lee", f"/documents/one?space={quote(private)}&name=policy.png")
    assert "eleven days in a calendar month" in page
    told = re.search(r"from a scan, with a confidence of (\d+) % on average: 1<", page)
    assert told is not None
    assert int(told[1]) > 90
    plain = office.get("kim", "/documents/one?space=policies&name=leave.md")
    assert "How its pages were read" not in plain
    # It is opened from here; what only whoever looks into the machine needs is folded away.
    assert 'href="/source?space=policies&amp;name=leave.md"' in plain
    before, _, details = plain.partition("<details>")
    assert "SHA-256" not in before
    assert "SHA-256" in details


def test_a_curator_sees_what_is_worth_knowing_of_the_reading(office: Office) -> None:
    document = FPDF()
    document.set_font("Helvetica", size=14)
    for mode in (TextMode.INVISIBLE, TextMode.FILL):
        document.add_page()
        document.text(20, 20, "Slides in two steps.")
        document.text_mode = mode
        document.text(20, 40, "The gate opens at six.")
        document.text_mode = TextMode.FILL
    office.upload("kim", "policies", "slides.pdf", bytes(document.output()))
    page = office.get("kim", "/documents/one?space=policies&name=slides.pdf")
    note = "nothing that people see is missing: 5 invisible words on 1 of 2 pages were left out"
    assert note in page
    assert "sd-warning" not in page
