"""Requests that are made to keep the web chat busy: others' pages answer as before."""

import socket
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import pytest
from batch.test_batch_confined import far_cell
from people.people_fakes import GOOD
from web.signing_in import serving, sign_in, token_of
from web.test_changes_on_record import Site
from web.test_changes_on_record import site as site  # noqa: PLC0414 -- a fixture

from app.people.access import private_space
from app.people.company import CompanySignIn, Registration
from app.people.sources.links import document_link

AT_ONCE = 45  # requests; the pages share 40 threads
PATIENCE_S = 5.0  # for a page that takes some hundredths of a second; this machine may be busy


def slow_page(times: int = 20_000) -> bytes:
    """A PDF of about 1 KiB whose only page is read at once and takes minutes to draw."""
    drawn = zlib.compress(
        b"BT /F 12 Tf 72 700 Td (Parental leave is ninety days.) Tj ET\n" + b"/S sh\n" * times
    )
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources "
        b"<< /Shading << /S 5 0 R >> /Font << /F 6 0 R >> >> >>",
        b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(drawn), drawn),
        b"<< /ShadingType 2 /ColorSpace /DeviceRGB /Coords [0 0 600 800] /Extend [true true] "
        b"/Function << /FunctionType 2 /Domain [0 1] /C0 [1 1 1] /C1 [0.9 0.9 1] /N 1 >> >>",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    out, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    end = b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (size, len(out))
    return out + b"xref\n0 %d\n0000000000 65535 f \n" % size + table + end


@contextmanager
def many(count: int, attack: Callable[[int], object]) -> Iterator[None]:
    """Attack from so many threads, each of which may be cut off by its own impatience."""

    def one(number: int) -> None:
        with suppress(httpx.HTTPError, OSError):
            attack(number)

    threads = [threading.Thread(target=one, args=(number,), daemon=True) for number in range(count)]
    for thread in threads:
        thread.start()
    time.sleep(2.5)  # those who were to hang up have
    try:
        yield
    finally:
        for thread in threads:
            thread.join(60)


def seconds(client: httpx.Client, path: str) -> float:
    since = time.monotonic()
    answer = client.get(path, timeout=30)
    assert answer.status_code == 200, (path, answer.status_code)
    return time.monotonic() - since


def assert_answers(client: httpx.Client, *paths: str) -> None:
    for path in paths:
        taken = seconds(client, path)
        assert taken < PATIENCE_S, (path, taken)


def test_pages_that_take_minutes_to_draw_hold_up_nobody(site: Site, tmp_path: Path) -> None:
    (tmp_path / "slow.pdf").write_bytes(slow_page())
    own = private_space(site.kim)
    site.home.ingest([tmp_path], space=own)
    kim, boss = site.client("kim"), site.client("boss")
    picture = document_link(own, "slow.pdf", page=1, part="page.png")
    cookies = dict(kim.cookies)

    def attack(number: int) -> None:
        address = site.url + (picture if number % 2 else document_link(own, "slow.pdf"))
        httpx.get(address, cookies=cookies, timeout=2, trust_env=False)

    with many(AT_ONCE, attack):
        assert_answers(boss, "/account", "/administration/people", "/documents")
    # What was asked for and is waited for no more is not drawn.
    assert_answers(kim, "/account")
    until = time.monotonic() + 20
    while drawers():
        assert time.monotonic() < until
        time.sleep(0.1)


def drawers() -> int:
    """How many processes that draw pages there are on this machine."""
    found = 0
    for task in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            found += b"app.people.sources.page_worker" in (task / "cmdline").read_bytes()
    return found


def test_questionnaires_that_take_hours_to_read_hold_up_nobody(site: Site) -> None:
    kim, boss = site.client("kim"), site.client("boss")
    token = token_of(kim, "/account")
    cookies = dict(kim.cookies)
    hostile = far_cell(400)

    def attack(number: int) -> None:
        httpx.post(
            f"{site.url}/questionnaires/take",
            params={"name": f"{number}.xlsx"},
            headers={"x-csrf-token": token},
            cookies=cookies,
            content=hostile,
            timeout=2 if number % 2 else 30,
            trust_env=False,
        )

    with many(20, attack):
        assert_answers(boss, "/account", "/questionnaires", "/conversations", "/documents")
        answer = httpx.post(
            f"{site.url}/questionnaires/take",
            params={"name": "own.txt"},
            headers={"x-csrf-token": token_of(boss, "/account")},
            cookies=dict(boss.cookies),
            content=b"How many days?\n",
            timeout=60,
            trust_env=False,
        )
        assert answer.status_code == 200, answer.text
    site.held.go()


def test_one_persons_waiting_requests_are_refused_in_words(site: Site) -> None:
    kim = site.client("kim")
    token = token_of(kim, "/account")
    cookies, said = dict(kim.cookies), []
    hostile = far_cell(400)

    def attack(number: int) -> None:
        answer = httpx.post(
            f"{site.url}/questionnaires/take",
            params={"name": f"{number}.xlsx"},
            headers={"x-csrf-token": token},
            cookies=cookies,
            content=hostile,
            timeout=4,
            trust_env=False,
        )
        said.append((answer.status_code, answer.json()["error"]))

    with many(12, attack):
        pass
    assert len(said) == 4  # eight may wait
    for status, words in said:
        assert status == 429
        assert "Please wait" in words


@pytest.fixture
def silent() -> Iterator[str]:
    """The address of a host that takes connections and says nothing."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(200)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


def test_a_silent_company_sign_in_holds_up_nobody(tmp_path: Path, silent: str) -> None:
    company = CompanySignIn(Registration(silent, "strongroom", None))
    with serving(tmp_path, company=company) as served:
        with (
            many(
                60,
                lambda _: httpx.get(f"{served.url}/sign-in/company", timeout=2, trust_env=False),
            ),
            served.client() as client,
        ):
            assert_answers(client, "/sign-in")
            since = time.monotonic()
            assert sign_in(client, "kim", GOOD).status_code == 303
            assert time.monotonic() - since < PATIENCE_S
        # The first has waited for it; for a while the others are told at once.
        until = time.monotonic() + 30
        while True:
            since = time.monotonic()
            answer = httpx.get(f"{served.url}/sign-in/company", timeout=60, trust_env=False)
            assert answer.status_code == 502
            if time.monotonic() - since < 1:
                break
            assert time.monotonic() < until


def test_thousands_of_tabs_end_nobody_elses_answers(tmp_path: Path) -> None:
    """Gradio forgets the tab that it has known longest, whosever it is."""
    with serving(tmp_path) as served:
        kim, boss = served.signed_in("kim"), served.signed_in("boss")
        config = kim.get("/config").json()
        stop = next(one["id"] for one in config["dependencies"] if one["api_name"] == "stop")

        def join(client: httpx.Client, tab: str) -> int:
            body = {"data": [None], "fn_index": stop, "session_hash": tab, "event_data": None}
            return client.post("/gradio_api/queue/join", json=body).status_code

        assert join(boss, "quiet") == 200
        answers = [join(kim, f"tab{number}") for number in range(400)]
        assert set(answers) == {200, 429}
        assert answers.count(200) <= 200
        assert answers[:50] == [200] * 50
        assert join(boss, "another") == 200
        assert (
            "Bitte warten"
            in kim.post(
                "/gradio_api/queue/join",
                json={"data": [], "fn_index": stop, "session_hash": "late"},
                headers={"accept-language": "de"},
            ).text
        )


@pytest.mark.parametrize(
    "hosts",
    [
        ["127.0.0.1", "evil.example"],
        ["evil.example", "127.0.0.1"],
        ["localhost:7903@evil.example"],
        ["localhost/evil.example"],
        ["localhost:80:80"],
    ],
)
def test_a_doubtful_host_is_not_served(tmp_path: Path, hosts: list[str]) -> None:
    """The address that the company's sign-in sends browsers back to is made of it."""
    with serving(tmp_path) as served:
        place = httpx.URL(served.url)
        with socket.create_connection((place.host, place.port), timeout=20) as made:
            fields = "".join(f"Host: {host}\r\n" for host in hosts)
            made.sendall(f"GET /sign-in HTTP/1.1\r\n{fields}Connection: close\r\n\r\n".encode())
            status = made.recv(100).split(b" ")[1]
        assert status in (b"421", b"400")
        with served.client() as client:
            assert client.get("/sign-in").status_code == 200


def test_an_original_is_no_script_of_ours(site: Site, tmp_path: Path) -> None:
    (tmp_path / "notes.md").write_text("# Leave\n\nalert(1)\n")
    own = private_space(site.kim)
    site.home.ingest([tmp_path], space=own)
    answer = site.client("kim").get(document_link(own, "notes.md", part="original"))
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["x-content-type-options"] == "nosniff"
