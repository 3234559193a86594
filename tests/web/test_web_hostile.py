"""Hostile uploads and hostile names, against the whole application over HTTP and in a browser."""

import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import quote, urlencode

import httpx
import pytest
from fakes import POISON
from playwright.sync_api import Browser
from web.signing_in import token_of
from web.whole import Whole, expect, reader, whole

from app.people.access import EVERYONE, Right, private_space
from app.people.sources.links import document_link

# Names are short; each of these alone would run or load something.
NAMES = {
    "boss": "\"><img src=http://evil.example/p onerror=alert('boss')>",
    "kim": "<script>alert('kim')</script>",
    "lee": "</title><svg/onload=alert('lee')>",
}
GROUP = "\"><svg/onload=alert('group')>"
NAMED_SPACE = "'\"><img src=x onerror=alert(3)>&amp;{{7*7}}"
FILE = "\"><img src=http:x onerror=alert('file')>.md"
HOSTILE = (
    "iframe, style, object, embed, form[action^='http'], [onerror], [onload], "
    ":is(img, script, link, a, svg, use)[src^='http:'], :is(a, link)[href^='http:'], "
    "[href^='javascript:'], main svg:not([viewBox])"
)


@pytest.fixture(scope="module")
def attacked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Whole]:
    with whole(tmp_path_factory.mktemp("attacked"), NAMES) as served:
        yield served


def upload(client: httpx.Client, space: str, files: Mapping[str, bytes]) -> dict[str, str]:
    """Send files as the page does; the reason or the status of each, by name."""
    headers = {"x-csrf-token": token_of(client, "/account")}
    begun = client.post("/documents/uploads", data={"space": space}, headers=headers)
    place = f"/documents/uploads/{begun.json()['id']}"
    told: dict[str, str] = {}
    for name, content in files.items():
        sent = client.post(
            f"{place}/files", params={"name": name}, content=content, headers=headers
        )
        assert sent.status_code in (200, 409, 413), (name, sent.text)
        if sent.status_code != 200:
            told[name] = sent.json()["error"] if sent.status_code == 409 else sent.text
    assert client.post(f"{place}/start", headers=headers).status_code == 200
    for _ in range(6000):
        (now, *_) = client.get("/documents/uploads", params={"space": space}).json()["uploads"]
        assert client.get("/health").status_code == 200
        if now["state"] in ("done", "failed"):
            assert now["state"] == "done", now["reason"]
            statuses = {one["document"]: one for one in now["statuses"]}
            assert len(statuses) == len(now["statuses"])
            return told | {
                name: one["status"] if one["status"] == "indexed" else one["reason"]
                for name, one in statuses.items()
            }
        time.sleep(0.1)
    pytest.fail("the upload never ended")


def take_all(attacked: Whole, folder: Path, files: list[Path]) -> None:
    contents = {str(path.relative_to(folder)): path.read_bytes() for path in files}
    with attacked.client("lee") as lee:
        space = private_space(attacked.house.people.named("lee"))
        told = upload(lee, space, contents)
        inside = {name for name in told if any(name.startswith(f"{one}/") for one in contents)}
        assert set(told) - inside == set(contents)  # a container's members have names of their own
        for name, words in told.items():
            assert words == "indexed" or len(words) > 10, (name, words)
            assert "Traceback" not in words
        held = {record.name for record in attacked.home.index.documents([space])}
        for name in sorted(held & set(contents)):
            for link in (f"/documents/one?{urlencode({'space': space, 'name': name})}",
                         document_link(space, name)):  # fmt: skip
                answered = lee.get(link)
                assert answered.status_code == 200, (name, answered.text)
                assert "root:x:0" not in answered.text
    assert list((attacked.home.settings.home / "uploads").iterdir()) == []


@pytest.mark.shared
@pytest.mark.slow
@pytest.mark.timeout(900)
def test_every_odd_file_gets_a_status_and_leaves_nothing(attacked: Whole, shared_dir: Path) -> None:
    folder = shared_dir / "badinput"
    take_all(attacked, folder, sorted(path for path in folder.rglob("*") if path.is_file()))


@pytest.mark.shared
@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_every_bomb_gets_a_status_and_leaves_nothing(
    attacked: Whole, shared_dir: Path, tmp_path: Path
) -> None:
    generator = shared_dir / "badinput" / "generate.py"
    subprocess.run([sys.executable, generator, tmp_path], check=True, capture_output=True)
    take_all(attacked, tmp_path, sorted(path for path in tmp_path.iterdir()))
    assert not Path("/tmp/pwned.txt").exists()


@pytest.mark.browser
def test_names_and_texts_run_nothing_on_any_page(attacked: Whole, browser: Browser) -> None:
    people = attacked.house.people
    people.add_group(GROUP)
    people.join(people.named("kim").id, GROUP)
    people.grant(NAMED_SPACE, GROUP, Right.CURATE)
    people.grant(NAMED_SPACE, EVERYONE, Right.READ)
    own = private_space(people.named("kim"))
    page = (f"<title>{POISON}</title><h1>{POISON}</h1><p>{POISON}</p>" * 3).encode()
    text = f"# {POISON}\n\n{POISON}\n\n| {POISON} |\n|---|\n| {POISON} |\n\n## <b>x</b>\n".encode()
    table = f'"{FILE}","=cmd|calc"\n"{POISON.replace(chr(34), "")}","2"\n'.encode()
    files = {FILE: text, "page.html": page, "table.csv": table}
    with attacked.client("kim") as kim:
        for space in (own, NAMED_SPACE):
            assert set(upload(kim, space, files)) == set(files)
        taken = kim.post(
            "/questionnaires/take",
            params={"name": f"{FILE}.txt"},
            content=f"{POISON}\n".encode(),
            headers={"x-csrf-token": token_of(kim, "/account")},
        )
        assert taken.status_code == 200, taken.text
        for name in files:
            original = kim.get(document_link(NAMED_SPACE, name, part="original"))
            assert original.headers["content-disposition"].startswith("attachment")
            assert "sandbox" in original.headers["content-security-policy"]
    pages = ["/account", "/questionnaires", "/", "/documents"]
    for space in (own, NAMED_SPACE):
        pages.append(f"/documents?space={quote(space, safe='')}")
        pages.append(f"/documents?{urlencode({'space': space, 'find': POISON})}")
        for name in files:
            pages.append(f"/documents/one?{urlencode({'space': space, 'name': name})}")
            pages.append(document_link(space, name, quote=POISON))
    pages.append(f"/documents/questions?space={quote(NAMED_SPACE, safe='')}")
    theirs = {
        "kim": pages,
        "boss": [f"/administration{part}" for part in ("", "/people", "/spaces", "/models")],
    }
    for name, paths in theirs.items():
        with reader(browser, attacked.url) as at:
            at.sign_in(name)
            for path in paths:
                at.page.goto(attacked.url + path)
                expect(at.page.locator("body")).to_contain_text(NAMES[name])
                # Gradio logs an error when it is left while it starts.
                expect(at.page.locator("#sr-first")).to_have_count(0)
                found = at.page.locator(f":is({HOSTILE})")
                marks = found.evaluate_all("all => all.map(one => one.outerHTML.slice(0, 200))")
                # Gradio's own page has styles and a form of its own.
                assert path == "/" or marks == [], path
