"""Two MCP clients against the server: over HTTP with keys, and over stdin and stdout."""

import asyncio
import json
import sys
from collections.abc import Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import httpx2
import pytest
from fastmcp import Client as OtherClient
from fastmcp.client.transports import StreamableHttpTransport
from mcp import Client, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client
from people.people_fakes import GOOD
from web.whole import SPACE, Whole

from app.data_folder.layout import DataFolder
from app.governance.audit.administration import people_changes
from app.governance.audit.reading import records
from app.people.access import EVERYONE, Right
from app.people.accounts import open_people
from app.people.keys import May
from app.settings import load_settings
from app.workspace.wiring import open_workspace

LEAVE = "How many days of annual leave does a full-time employee have?"
TOOLS = {"search", "ask", "read_page", "list_documents"}
Make = Callable[..., str]


@asynccontextmanager
async def agent(company: Whole, secret: str):
    """The SDK's own client."""
    headers = {"authorization": f"Bearer {secret}"}
    async with (
        httpx2.AsyncClient(headers=headers, trust_env=False, timeout=120) as http,
        Client(streamable_http_client(f"{company.url}/mcp", http_client=http)) as client,
    ):
        yield client


def test_an_agent_asks_and_is_cited_and_is_on_record(company: Whole, key_of: Make) -> None:
    async def use() -> dict[str, Any]:
        async with agent(company, key_of("kim")) as client:
            assert {tool.name for tool in (await client.list_tools()).tools} == TOOLS
            found = await client.call_tool("search", {"query": "annual leave", "k": 3})
            assert len(found.structured_content["passages"]) == 3
            page = await client.call_tool(
                "read_page", {"space": SPACE, "document": "employee-handbook.pdf", "page": 6}
            )
            assert "leave" in page.structured_content["text"].lower()
            listed = await client.call_tool("list_documents", {})
            assert [one["document"] for one in listed.structured_content["documents"]] == [
                "employee-handbook.pdf"
            ]
            answer = await client.call_tool("ask", {"question": LEAVE})
            assert not answer.is_error
            return dict(answer.structured_content)

    before = max(one.seq for one in records(company.home.trail.folder))
    told = asyncio.run(use())
    assert told["outcome"] == "answered"
    assert told["citations"][0]["url"].startswith(f"{company.url}/source?")
    kim = company.house.people.named("kim").id
    kinds = [
        one.kind
        for one in records(company.home.trail.folder)
        if one.seq > before and one.person == kim
    ]
    assert kinds == ["search", "source-opened", "question", "passages", "answer"]


def test_documents_are_resources_of_those_who_may_read_them(company: Whole, key_of: Make) -> None:
    async def use(name: str) -> tuple[list[str], str]:
        async with agent(company, key_of(name)) as client:
            uris = [str(one.uri) for one in (await client.list_resources()).resources]
            try:
                read = await client.read_resource("strongroom://board/minutes.md")
            except Exception as error:  # noqa: BLE001 -- the SDK's own, whatever its kind
                return uris, f"refused: {error}"
            return uris, read.contents[0].text

    uris, text = asyncio.run(use("lee"))
    assert "strongroom://board/minutes.md" in uris
    assert "Pavarotti" in text
    uris, text = asyncio.run(use("kim"))
    assert uris == [f"strongroom://{SPACE}/employee-handbook.pdf"]
    assert text.startswith("refused")
    assert "Pavarotti" not in text


def test_nothing_is_told_that_the_person_may_not_see(company: Whole, key_of: Make) -> None:
    """With the other client, and with a key that is confined."""

    async def use(secret: str) -> tuple[str, list[str]]:
        transport = StreamableHttpTransport(
            f"{company.url}/mcp", headers={"authorization": f"Bearer {secret}"}
        )
        async with OtherClient(transport) as client:
            names = {tool.name for tool in await client.list_tools()}
            assert names == TOOLS
            told = []
            for name, arguments in (
                ("ask", {"question": "Who is Pavarotti?"}),
                ("search", {"query": "canary"}),
                ("list_documents", {}),
                ("search", {"query": "canary", "spaces": ["board"]}),
                ("read_page", {"space": "board", "document": "minutes.md"}),
                ("read_page", {"space": "board", "document": "there-is-none.md"}),
            ):
                done = await client.call_tool(name, arguments, raise_on_error=False)
                told.append("".join(part.text for part in done.content))
            return told[0] + told[1] + told[2], told[3:]

    seen, asked = asyncio.run(use(key_of("lee")))
    assert "canary of the board" in seen
    assert "minutes.md" in seen
    assert "Pavarotti" in asked[1]
    for secret in (key_of("kim"), key_of("lee", spaces=[SPACE])):
        seen, asked = asyncio.run(use(secret))
        assert "canary of the board" not in seen + "".join(asked)
        assert "minutes.md" not in seen
        assert asked[1] == asked[2]


def test_a_key_opens_the_tools_that_it_may(company: Whole, key_of: Make) -> None:
    async def use() -> tuple[set[str], bool]:
        async with agent(company, key_of("kim", may=[May.SEARCH])) as client:
            names = {tool.name for tool in (await client.list_tools()).tools}
            try:
                await client.call_tool("ask", {"question": LEAVE})
            except Exception:  # noqa: BLE001 -- the SDK's own, whatever its kind
                return names, True
            return names, False

    assert asyncio.run(use()) == (TOOLS - {"ask"}, True)


def test_no_cookie_and_no_stranger_opens_it(company: Whole) -> None:
    hello = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
    with company.client("lee") as lee:
        for who in (lee, httpx.Client(base_url=company.url, trust_env=False)):
            for method in ("GET", "POST", "DELETE"):
                answered = who.request(method, "/mcp", json=hello)
                assert answered.status_code == 401
                assert answered.headers["www-authenticate"] == "Bearer"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder that nobody serves: everyone reads `open`, and nobody `closed`."""
    papers, home = tmp_path_factory.mktemp("papers"), tmp_path_factory.mktemp("home")
    (papers / "open.md").write_text("# Open\n\nThe office opens at 8.\n", "utf-8")
    (papers / "closed.md").write_text("# Closed\n\nThe vault opens at 9.\n", "utf-8")
    settings = load_settings({"home": home})
    with (
        open_workspace(settings, "test") as held,
        open_people(settings, people_changes(held.trail)) as house,
    ):
        held.ingest([papers / "open.md"], space="open")
        held.ingest([papers / "closed.md"], space="closed")
        house.people.add("kim", GOOD)
        house.people.grant("open", EVERYONE, Right.READ)
    return home


@pytest.mark.parametrize("who", [None, "kim"])
def test_over_stdin_and_stdout(folder: Path, who: str | None) -> None:
    """A process of its own: everything, or what one person may read."""

    async def use() -> tuple[str, str]:
        words = ["-m", "app.cli", "--home", str(folder), "mcp", *(["--as", who] if who else [])]
        async with Client(StdioServerParameters(command=sys.executable, args=words)) as client:
            listed = await client.call_tool("list_documents", {})
            found = await client.call_tool("search", {"query": "When does it open?"})
            return json.dumps(listed.structured_content), json.dumps(found.structured_content)

    before = len(list(records(DataFolder(folder).audit)))
    listed, found = asyncio.run(use())
    assert "open.md" in listed
    assert "office opens at 8" in found
    assert ("closed.md" in listed) == (who is None)
    assert ("vault opens at 9" in found) == (who is None)
    assert "search" in [one.kind for one in list(records(DataFolder(folder).audit))[before:]]
