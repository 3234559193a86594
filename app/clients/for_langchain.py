"""LangChain's retriever and chat model over the API of a running Strongroom, with a key.

Neither follows orders or calls tools: the chat model answers from the documents, with citations,
and an agent gives the retriever to a model of its own as a tool.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import httpx
from langchain_core.callbacks import CallbackManagerForLLMRun, CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langchain_core.retrievers import BaseRetriever
from pydantic import SecretStr

_ROLES = {"human": "user", "ai": "assistant", "system": "system"}
_TIMEOUT_S = 600.0  # for an answer that waits for its turn


class StrongroomRefused(Exception):
    """The server did not do it; the message is its own, `status` HTTP's, `code` the API's."""

    def __init__(self, message: str, status: int, code: str | None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


class StrongroomRetriever(BaseRetriever):
    """Finds passages that the key's person may read; `model` names one space or all."""

    base_url: str  # such as "https://strongroom.example.com/v1"
    api_key: SecretStr
    model: str = "strongroom"
    k: int = 8

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun
    ) -> list[Document]:
        """The passages, best first. Raises StrongroomRefused, httpx.HTTPError."""
        body = {"query": query, "model": self.model, "k": self.k}
        with _client(self.base_url, self.api_key) as http:
            told = _checked(http.post("search", json=body)).json()
        return [_document(hit) for hit in told["data"]]


class StrongroomChat(BaseChatModel):
    """Answers the last message from the documents, after the conversation before it.

    `response_metadata["strongroom"]` has the outcome and the citations.
    """

    base_url: str
    api_key: SecretStr
    model: str = "strongroom"

    @property
    def _llm_type(self) -> str:
        return "strongroom"

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        """Raises StrongroomRefused, httpx.HTTPError; ValueError for what is not text."""
        with _client(self.base_url, self.api_key) as http:
            answered = _checked(http.post("chat/completions", json=self._body(messages))).json()
        used = answered["usage"]
        message = AIMessage(
            answered["choices"][0]["message"]["content"],
            response_metadata={"model_name": self.model, "strongroom": answered["strongroom"]},
            usage_metadata={
                "input_tokens": used["prompt_tokens"],
                "output_tokens": used["completion_tokens"],
                "total_tokens": used["total_tokens"],
            },
        )
        return ChatResult(generations=[ChatGeneration(message=message)])

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        """Checked sentences as they come; the last chunk has the metadata."""
        body = {**self._body(messages), "stream": True}
        with (
            _client(self.base_url, self.api_key) as http,
            http.stream("POST", "chat/completions", json=body) as answered,
        ):
            if answered.is_error:
                answered.read()
            for told in _events(_checked(answered)):
                choice = told["choices"][0]
                metadata = (
                    {"model_name": self.model, "strongroom": told["strongroom"]}
                    if choice["finish_reason"]
                    else {}
                )
                text = choice["delta"].get("content", "")
                chunk = ChatGenerationChunk(
                    message=AIMessageChunk(content=text, response_metadata=metadata)
                )
                if run_manager is not None:
                    run_manager.on_llm_new_token(text, chunk=chunk)
                yield chunk

    def _body(self, messages: Sequence[BaseMessage]) -> dict[str, Any]:
        told = []
        for one in messages:
            if one.type not in _ROLES or not isinstance(one.content, str):
                raise ValueError(f"messages of the kind {one.type!r} are not read; send text")
            told.append({"role": _ROLES[one.type], "content": one.content})
        return {"model": self.model, "messages": told}


@contextmanager
def _client(base_url: str, key: SecretStr) -> Iterator[httpx.Client]:
    headers = {"authorization": f"Bearer {key.get_secret_value()}"}
    with httpx.Client(base_url=base_url, headers=headers, timeout=_TIMEOUT_S) as http:
        yield http


def _checked(answered: httpx.Response) -> httpx.Response:
    if not answered.is_error:
        return answered
    try:
        error = answered.json()["error"]
        message, code = str(error["message"]), error["code"]
    except (ValueError, KeyError, TypeError):
        message, code = f"the server answered {answered.status_code}", None
    raise StrongroomRefused(message, answered.status_code, code)


def _events(answered: httpx.Response) -> Iterator[dict[str, Any]]:
    for line in answered.iter_lines():
        data = line.removeprefix("data: ")
        if data in (line, "[DONE]"):
            continue
        told = json.loads(data)
        if "error" in told:
            raise StrongroomRefused(told["error"]["message"], 200, told["error"]["code"])
        yield told


def _document(hit: dict[str, Any]) -> Document:
    kept = ("document", "space", "page", "heading", "score", "chunk_id", "url")
    return Document(id=hit["chunk_id"], page_content=hit["text"],
                    metadata={key: hit[key] for key in kept})  # fmt: skip
