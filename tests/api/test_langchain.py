"""LangChain's own agent over a running Strongroom on loopback, with a key."""

from collections.abc import Callable
from typing import Any

import pytest
from langchain.agents import create_agent
from langchain_core.language_models import GenericFakeChatModel
from langchain_core.messages import AIMessage, HumanMessage, ToolMessage
from langchain_core.tools import create_retriever_tool
from pydantic import SecretStr
from web.whole import Whole

from app.clients.for_langchain import StrongroomChat, StrongroomRefused, StrongroomRetriever
from app.people.keys import May

LEAVE = "How many days of annual leave does a full-time employee have?"


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)


def chat(company: Whole, secret: str, **more: Any) -> StrongroomChat:
    return StrongroomChat(base_url=f"{company.url}/v1", api_key=SecretStr(secret), **more)


def test_an_agent_answers_with_citations_and_keeps_the_conversation(
    company: Whole, key_of: Callable[..., str]
) -> None:
    agent = create_agent(chat(company, key_of("kim")), tools=[])
    said = agent.invoke({"messages": [HumanMessage(LEAVE)]})["messages"]
    told = said[-1].response_metadata["strongroom"]
    assert told["outcome"] == "answered"
    assert told["citations"][0]["document"] == "employee-handbook.pdf"
    said = agent.invoke({"messages": [*said, HumanMessage("And in part time?")]})["messages"]
    assert len(said) == 4
    told = said[-1].response_metadata["strongroom"]
    assert "leave" in " ".join(one["quote"] for one in told["citations"]).lower()


class Scripted(GenericFakeChatModel):
    """A model that calls the tools that it was told to call; tools can be bound to it."""

    def bind_tools(self, tools: Any, **kwargs: Any) -> Any:
        return self


def test_an_agents_own_model_searches_as_the_keys_person(
    company: Whole, key_of: Callable[..., str]
) -> None:
    def found(name: str) -> str:
        retriever = StrongroomRetriever(
            base_url=f"{company.url}/v1", api_key=SecretStr(key_of(name)), k=3
        )
        tool = create_retriever_tool(retriever, "search", "Searches the company's documents.")
        call = {"name": "search", "args": {"query": "canary"}, "id": "1", "type": "tool_call"}
        model = Scripted(
            messages=iter([AIMessage("", tool_calls=[call]), AIMessage("That is all.")])
        )
        agent = create_agent(model, tools=[tool])
        said = agent.invoke({"messages": [HumanMessage("Who is Pavarotti?")]})["messages"]
        (answer,) = [one for one in said if isinstance(one, ToolMessage)]
        return str(answer.content)

    assert "Pavarotti" in found("lee")
    told = found("kim")
    assert told
    assert "Pavarotti" not in told


def test_a_stream_and_a_refusal(company: Whole, key_of: Callable[..., str]) -> None:
    pieces = list(chat(company, key_of("kim")).stream([HumanMessage(LEAVE)]))
    (told,) = [one.response_metadata for one in pieces if one.response_metadata.get("strongroom")]
    text = "".join(str(one.content) for one in pieces)
    assert text.endswith(told["strongroom"]["answer"])
    with pytest.raises(StrongroomRefused) as refused:
        chat(company, key_of("kim"), model="strongroom/board").invoke([HumanMessage("Who?")])
    assert (refused.value.status, refused.value.code) == (404, "not_found")
    with pytest.raises(StrongroomRefused) as refused:
        list(chat(company, key_of("kim", may=[May.SEARCH])).stream([HumanMessage(LEAVE)]))
    assert (refused.value.status, refused.value.code) == (403, "key_scope")
