"""Many signed-in people at once on a real `strongroom serve`: waiting times, errors, memory.

    python tests/bench/web_load.py [--people N] [--questions N]

Everybody signs in at the same moment, then everybody opens the chat page (the HTML, its
configuration, and the event that fills it), then everybody asks, over HTTP on loopback and as
Gradio's page does: join the queue, listen to the stream. Passwords cost what they cost in use;
so many at once from one address are told to wait a moment, and do, which their time includes.
The questions are about the samples and are answered by the starter model, all of it on the one
machine that also runs the clients; so the times say how the waiting is shared, and how long it is
on this processor, not what a GPU would make of it. "First words" is the time from asking until the
answer begins to appear. Linux only: memory is read from /proc.
"""

import argparse
import asyncio
import json
import os
import re
import secrets
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Coroutine, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from app.people.access import EVERYONE, Right
from app.people.accounts import open_people
from app.settings import load_settings

TESTS = Path(__file__).resolve().parents[1]
STRONGROOM = [sys.executable, "-m", "app.cli", "--home"]
STAGE = re.compile(r'data-stage=\\"(\w+)\\"')
WORDS = re.compile(r'sr-failed\\"[^>]*>(.*?)</div>', re.DOTALL)
TOKEN = re.compile(r'name="csrf" value="([0-9a-f]{64})"')
LONGEST_S = 240  # whoever waits longer gives up, and that is an error


@dataclass(slots=True)
class Seen:
    """What the people saw: seconds, and what went wrong."""

    sign_in: list[float] = field(default_factory=list)
    told_to_wait: int = 0  # at the sign-in
    page: list[float] = field(default_factory=list)
    first_words: list[float] = field(default_factory=list)
    answer: list[float] = field(default_factory=list)
    busy: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    middle_mib: tuple[int, int] = (0, 0)


class Person:
    """One browser: its cookies, its tab."""

    def __init__(self, address: str, name: str, seen: Seen) -> None:
        self.name = name
        self.seen = seen
        self.tab = secrets.token_hex(8)
        self.ask_event = -1
        self.client = httpx.AsyncClient(base_url=address, trust_env=False, timeout=LONGEST_S)

    async def sign_in(self, password: str) -> None:
        began = time.perf_counter()
        form = TOKEN.search((await self.client.get("/sign-in")).text)
        data = {"name": self.name, "password": password, "csrf": form[1] if form else ""}
        answer = await self.client.post("/sign-in", data=data)
        # One address may have so many attempts on the way; the page says when to try again.
        while answer.status_code == 429 and time.perf_counter() - began < LONGEST_S:
            self.seen.told_to_wait += 1
            await asyncio.sleep(float(answer.headers["retry-after"]))
            answer = await self.client.post("/sign-in", data=data)
        if answer.status_code != 303:
            self.seen.errors.append(f"sign-in: {answer.status_code}")
        self.seen.sign_in.append(time.perf_counter() - began)

    async def open_page(self) -> None:
        began = time.perf_counter()
        page = await self.client.get("/")
        config = (await self.client.get("/config")).json()
        self.ask_event = next(
            one["id"] for one in config["dependencies"] if one["targets"][0][1] == "ask"
        )
        drawn = "".join([line async for line in self._event(0, [""])])
        if page.status_code != 200 or "sr-welcome" not in drawn:
            self.seen.errors.append(f"page: {page.status_code}, {len(drawn)} characters drawn")
        self.seen.page.append(time.perf_counter() - began)

    async def ask(self, question: str) -> None:
        began = time.perf_counter()
        stage, last, words = "", "", False
        async with asyncio.timeout(LONGEST_S):
            async for line in self._event(self.ask_event, [None], {"question": question}):
                if not words and ("sr-quoted" in line or "sr-prose" in line):
                    words = True  # of a document or of an answer
                    self.seen.first_words.append(time.perf_counter() - began)
                for found in STAGE.findall(line):
                    stage, last = found, line
        self.seen.answer.append(time.perf_counter() - began)
        if stage == "failed":
            told_why = WORDS.search(last)
            said = re.sub(r"<[^>]*>", " ", told_why[1]).strip() if told_why else last[:300]
            kind = self.seen.busy if "are being answered right now" in said else self.seen.errors
            kind.append(said)
        elif stage != "done":
            self.seen.errors.append(f"the stream ended while {stage or 'nothing was shown'}")

    async def _event(
        self, event: int, data: Sequence[object], sent: dict[str, str] | None = None
    ) -> AsyncIterator[str]:
        body = {"data": data, "fn_index": event, "session_hash": self.tab, "event_data": sent}
        (await self.client.post("/gradio_api/queue/join", json=body)).raise_for_status()
        listen = {"session_hash": self.tab}
        async with self.client.stream("GET", "/gradio_api/queue/data", params=listen) as stream:
            async for line in stream.aiter_lines():
                yield line
                if '"close_stream"' in line or '"unexpected_error"' in line:
                    return


async def crowd(
    address: str, names: Sequence[str], password: str, questions: int, pid: int
) -> Seen:
    """Everybody does the same at once; steps follow one another."""
    asked = [
        json.loads(line)["question"]
        for line in (TESTS / "sample_questions.jsonl").read_text("utf-8").splitlines()
    ]
    seen = Seen()
    people = [Person(address, name, seen) for name in names]
    for step in (
        [one.sign_in(password) for one in people],
        [one.open_page() for one in people],
    ):
        await told(step, seen)
    for turn in range(questions):
        step = [one.ask(asked[(n + turn) % len(asked)]) for n, one in enumerate(people)]
        half = len(seen.answer) + len(people) // 2
        await asyncio.gather(told(step, seen), middle(seen, pid, half))
    for one in people:
        await one.client.aclose()
    return seen


async def told(steps: Iterable[Coroutine[None, None, None]], seen: Seen) -> None:
    """Do them together; what fails is on the list, and stops nobody."""
    for result in await asyncio.gather(*steps, return_exceptions=True):
        if isinstance(result, Exception):
            seen.errors.append(f"{type(result).__name__} {result}"[:200])


async def middle(seen: Seen, pid: int, answers: int) -> None:
    """Measure the memory when half of the answers are there."""
    ends = time.perf_counter() + LONGEST_S
    while len(seen.answer) < answers and time.perf_counter() < ends:
        await asyncio.sleep(0.05)
    seen.middle_mib = memory_mib(pid)


def memory_mib(pid: int) -> tuple[int, int]:
    """Resident memory of the web server, and of all processes that it started."""
    parents: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:  # gone meanwhile
            continue
        parents.setdefault(int(fields[1]), []).append(int(stat.parent.name))

    def below(process: int) -> Iterator[int]:
        for child in parents.get(process, ()):
            yield child
            yield from below(child)

    return resident(pid), sum(resident(child) for child in below(pid))


def resident(pid: int) -> int:
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except OSError:
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE") >> 20


@contextmanager
def serving(home: str) -> Iterator[tuple[str, int]]:
    """Run the server until the block ends; its address and process, once its model is loaded."""
    server = subprocess.Popen(
        [*STRONGROOM, home, "serve", "--port", "0"], stdout=subprocess.PIPE, text=True
    )
    try:
        assert server.stdout is not None
        address = next(line for line in server.stdout if "http://" in line).split()[-1].rstrip("/")
        while httpx.get(f"{address}/health", trust_env=False).json()["engine"] != "ready":
            time.sleep(0.2)
        yield address, server.pid
    finally:
        server.terminate()
        server.wait(60)


def line(name: str, seconds: Sequence[float]) -> str:
    if not seconds:
        return f"{name:24} none"
    ordered = sorted(seconds)
    high = ordered[min(len(ordered) - 1, round(0.95 * len(ordered)))]
    median = statistics.median(ordered)
    return f"{name:24} median {median:7.2f} s   95% {high:7.2f} s   worst {ordered[-1]:7.2f} s"


def main() -> int:
    """Run the crowd, print what they saw; 1 if anything failed other than in our own words."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--people", type=int, default=50)
    options.add_argument("--questions", type=int, default=1, help="of each person")
    chosen = options.parse_args()
    password = secrets.token_urlsafe(16)
    with tempfile.TemporaryDirectory() as home:
        samples = [*STRONGROOM, home, "ingest", "--space", "samples", str(TESTS / "samples")]
        subprocess.run(samples, check=True, stdout=subprocess.DEVNULL)
        names = [f"person{number}" for number in range(chosen.people)]
        began = time.perf_counter()
        with open_people(load_settings({"home": Path(home)}), lambda by, about: None) as house:
            house.people.grant("samples", EVERYONE, Right.READ)
            for name in (*names, "first"):
                house.people.add(name, password, must_change=False)
        print(f"{len(names)} people added in {time.perf_counter() - began:.1f} s")
        with serving(home) as (address, pid):
            asyncio.run(crowd(address, ["first"], password, 1, pid))  # what is loaded on first use
            start = memory_mib(pid)
            began = time.perf_counter()
            seen = asyncio.run(crowd(address, names, password, chosen.questions, pid))
            took = time.perf_counter() - began
            end = memory_mib(pid)
    print(line("sign-in, all at once", seen.sign_in))
    print(f"{'':24} told to wait and try again: {seen.told_to_wait}")
    print(line("page, all at once", seen.page))
    print(line("first words", seen.first_words))
    print(line("whole answer", seen.answer))
    print(f"{len(seen.answer)} questions, {took:.0f} s in all; told to come back: {len(seen.busy)}")
    for name, number in (("web server", 0), ("engine and helpers", 1)):
        mib = " / ".join(f"{held[number]:,}" for held in (start, seen.middle_mib, end))
        print(f"memory of {name}, start / middle / end: {mib} MiB")
    for said in sorted(set(seen.busy)):
        print(f"  busy: {said}")
    print(f"errors: {len(seen.errors)}")
    for error in sorted(set(seen.errors)):
        print(f"  {error}")
    return 1 if seen.errors else 0


if __name__ == "__main__":
    sys.exit(main())
