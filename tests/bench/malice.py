"""Requests that mean to stop a real `strongroom serve`: how long others wait before and meanwhile.

    python tests/bench/malice.py [--seconds N]

One signed-in person opens two pages over and over; an attacker, also signed in where that is
needed, does one thing at a time from this machine: 45 requests for a page that takes minutes to
draw, 20 questionnaires that once took hours to read, one header without end, 1,100 connections that
never end theirs. All of it over loopback, on one machine with the server. Prints the median, in
milliseconds, before and during each, and ends with 1 where one is more than three times that
before.
"""

import argparse
import multiprocessing
import secrets
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from pathlib import Path

import httpx

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from batch.test_batch_confined import far_cell
from bench.web_load import STRONGROOM, TOKEN, serving
from web.test_web_attacks import slow_page

from app.http_server import raise_open_files
from app.people.access import EVERYONE, Right
from app.people.accounts import open_people
from app.people.sources.links import document_link
from app.settings import load_settings

SPACE = "general"
PAGES = ("/account", "/documents")
MOST_TIMES = 3.0  # as long as before


def signed_in(address: str, name: str, password: str) -> httpx.Client:
    client = httpx.Client(base_url=address, trust_env=False, timeout=60)
    form = TOKEN.search(client.get("/sign-in").text)
    data = {"name": name, "password": password, "csrf": form[1] if form else ""}
    assert client.post("/sign-in", data=data).status_code == 303
    return client


def median_ms(client: httpx.Client, seconds: float) -> float:
    """Of a person's requests, one after the other for so long, and twenty at least."""
    taken: list[float] = []
    began = time.perf_counter()
    while time.perf_counter() - began < seconds or len(taken) < 20:
        for page in PAGES:
            since = time.perf_counter()
            assert client.get(page).status_code == 200, page
            taken.append(time.perf_counter() - since)
    return 1000 * statistics.median(taken)


@contextmanager
def many(count: int, attack: Callable[[int, threading.Event], object]) -> Iterator[None]:
    over = threading.Event()

    def one(number: int) -> None:
        while not over.is_set():
            with suppress(httpx.HTTPError, OSError):
                attack(number, over)
            over.wait(0.2)

    threads = [threading.Thread(target=one, args=(number,), daemon=True) for number in range(count)]
    for thread in threads:
        thread.start()
    time.sleep(2)
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join(60)


@contextmanager
def slow_pages(address: str, attacker: httpx.Client) -> Iterator[None]:
    picture = address + document_link(SPACE, "slow.pdf", page=1, part="page.png")
    cookies = dict(attacker.cookies)

    def attack(_: int, over: threading.Event) -> None:
        httpx.get(picture, cookies=cookies, timeout=2, trust_env=False)

    with many(45, attack):
        yield


@contextmanager
def workbooks(address: str, attacker: httpx.Client) -> Iterator[None]:
    form = TOKEN.search(attacker.get("/account").text)
    assert form
    headers, cookies, hostile = {"x-csrf-token": form[1]}, dict(attacker.cookies), far_cell(400)

    def attack(number: int, over: threading.Event) -> None:
        httpx.post(
            f"{address}/questionnaires/take", params={"name": f"{number}.xlsx"}, headers=headers,
            cookies=cookies, content=hostile, timeout=5, trust_env=False,
        )  # fmt: skip

    with many(20, attack):
        yield


def place(address: str) -> tuple[str, int]:
    url = httpx.URL(address)
    assert url.port
    return url.host, url.port


@contextmanager
def endless_header(address: str, attacker: httpx.Client) -> Iterator[None]:
    def attack(_: int, over: threading.Event) -> None:
        with socket.create_connection(place(address)) as connection:
            connection.sendall(b"GET / HTTP/1.1\r\nX: ")
            while not over.is_set():
                connection.sendall(b"a" * 65536)

    with many(1, attack):
        yield


@contextmanager
def slow_connections(address: str, attacker: httpx.Client) -> Iterator[None]:
    raise_open_files()
    with ExitStack() as stack:
        for _ in range(1100):
            with suppress(OSError):
                one = stack.enter_context(socket.create_connection(place(address), timeout=10))
                one.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n")
        yield


@contextmanager
def apart(
    attack: Callable[[str, httpx.Client], AbstractContextManager[None]],
    address: str,
    attacker: httpx.Client,
) -> Iterator[None]:
    """The attack from a process of its own: its threads must not hold up whoever measures."""
    context = multiprocessing.get_context("fork")
    begun, over = context.Event(), context.Event()

    def work() -> None:
        with attack(address, attacker):
            begun.set()
            over.wait()

    process = context.Process(target=work, daemon=True)
    process.start()
    assert begun.wait(120)
    try:
        yield
    finally:
        over.set()
        process.join(90)


ATTACKS = {
    "45 requests for a slow page": slow_pages,
    "20 hostile workbooks": workbooks,
    "a header without end": endless_header,
    "1,100 slow connections": slow_connections,
}


def main() -> int:
    """Attack, print, and return 1 where others waited too long."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--seconds", type=float, default=8, help="of each measurement")
    chosen = options.parse_args()
    password, worst = secrets.token_urlsafe(16), 0.0
    with tempfile.TemporaryDirectory() as folder:
        home, paper = str(Path(folder, "home")), Path(folder, "slow.pdf")
        paper.write_bytes(slow_page())
        ingest = [*STRONGROOM, home, "ingest", "--space", SPACE, str(paper)]
        subprocess.run(ingest, check=True, stdout=subprocess.DEVNULL)
        with open_people(load_settings({"home": Path(home)}), lambda by, about: None) as house:
            house.people.grant(SPACE, EVERYONE, Right.READ)
            for name in ("attacker", "other"):
                house.people.add(name, password, must_change=False)
        with serving(home) as (address, _):
            attacker, other = (signed_in(address, name, password) for name in ("attacker", "other"))
            median_ms(other, 1)  # what is loaded on first use
            for name, attack in ATTACKS.items():
                before = median_ms(other, chosen.seconds)
                with apart(attack, address, attacker):
                    during = median_ms(other, chosen.seconds)
                worst = max(worst, during / before)
                print(
                    f"{name:30} before {before:7.1f} ms   during {during:7.1f} ms   "
                    f"{during / before:5.2f} times", flush=True,
                )  # fmt: skip
    return 1 if worst > MOST_TIMES else 0


if __name__ == "__main__":
    sys.exit(main())
