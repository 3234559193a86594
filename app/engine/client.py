"""Talks to an engine, ours or another with the OpenAI protocol, by token ids and streaming."""

import json
import socket
import threading
import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Protocol

import httpx

RESTARTED = (
    "The language model stopped while it was answering and is being restarted. "
    "Please ask again in a moment."
)


class EngineError(Exception):
    """No answer; the message is for the person who asked."""


class EngineBusy(EngineError):
    """Too many requests wait already; worth trying again in about `seconds`."""

    def __init__(self, seconds: int) -> None:
        super().__init__(
            f"Many questions are waiting. Please try again in about {seconds} seconds."
        )
        self.seconds = seconds


class EngineDown(EngineError):
    """The engine does not run or cannot be reached."""


@dataclass(frozen=True, slots=True)
class Usage:
    prompt_tokens: int
    completion_tokens: int
    cached_tokens: int  # of the prompt, taken from an earlier computation


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """What an engine says of its model; 0, "" and () where it does not say."""

    name: str  # as requests have to name it; llama.cpp's server says its file's path
    sha256: str
    context_window: int
    vocabulary: int  # number of tokens
    parameters: int
    adapters: tuple[str, ...]


class Gate(Protocol):
    """Knows whether the engine runs (app.engine.supervisor)."""

    def pass_through(self) -> int:
        """Wait until an engine is up and return its generation; raises EngineDown if it is not
        going to be."""
        ...

    def lost(self, generation: int) -> None:
        """A connection to that generation broke: return once its end has been noticed."""
        ...


class Completion(Iterator[str]):
    """One answer being written. Iterating yields text pieces and raises EngineError.

    `usage` and `finish_reason` are set at the end. `close` may be called from any thread, also
    while another one waits for the next piece; the engine then stops within one step.
    """

    def __init__(self, client: "EngineClient", body: dict[str, Any]) -> None:
        self.usage: Usage | None = None
        self.finish_reason: str | None = None
        self._client = client
        self._body = body
        self._lock = threading.Lock()
        self._response: httpx.Response | None = None
        self._closed = False
        self._pieces = self._read()

    def __iter__(self) -> "Completion":
        return self

    def __next__(self) -> str:
        return next(self._pieces)

    def close(self) -> None:
        with self._lock:
            self._closed = True
            response, self._response = self._response, None
        if response is not None:
            _hang_up(response)
        with suppress(ValueError):  # another thread is reading, and will find the line dead
            self._pieces.close()

    def is_closed(self) -> bool:
        with self._lock:
            return self._closed

    def _read(self) -> Generator[str, None, None]:
        """Pieces, over as many engine processes as it takes until the first word.

        A request that only waited is asked again of the next engine for as long as there is one.
        One that had begun is asked again once: it may be what ended the engine.
        """
        second_chances = 1
        while True:
            generation = self._client.gate.pass_through() if self._client.gate else 0
            progress = _Progress()
            try:
                for piece in self._attempt(progress):
                    progress.spoke = True
                    yield piece
                return
            except httpx.HTTPError as error:
                if self.is_closed():
                    return
                if self._client.gate is None:
                    raise EngineDown(_unreachable(self._client.url, error)) from None
                self._client.gate.lost(generation)
                if progress.spoke or (progress.began and not second_chances):
                    raise EngineError(RESTARTED) from None
                second_chances -= progress.began

    def _attempt(self, progress: "_Progress") -> Iterator[str]:
        if self.is_closed():
            return
        with self._client.counted():
            yield from self._streamed(progress)

    def _streamed(self, progress: "_Progress") -> Iterator[str]:
        if self._client.http.is_closed:  # another model has taken its engine's place
            raise EngineError(RESTARTED)
        request = self._client.http.build_request("POST", "/v1/completions", json=self._body)
        response = self._client.http.send(request, stream=True)
        with self._lock:
            self._response = response
        try:
            if self.is_closed():
                _hang_up(response)
                return
            if response.status_code != 200:
                response.read()
                raise _refusal(response)
            for line in response.iter_lines():
                if line.startswith(": started"):
                    progress.began = True
                if not line.startswith("data:"):
                    continue
                data = line[5:].strip()
                if data == "[DONE]":
                    return
                progress.began = True
                if text := self._take(data):
                    yield text
            if self.finish_reason is None and not self.is_closed():
                raise httpx.RemoteProtocolError("the stream ended before the answer did")
        finally:
            with self._lock:
                self._response = None
            response.close()

    def _take(self, data: str) -> str:
        try:
            event = json.loads(data)
            if "error" in event:
                raise EngineError(_message(event))
            if counted := event.get("usage"):
                details = counted.get("prompt_tokens_details") or {}
                self.usage = Usage(
                    counted["prompt_tokens"],
                    counted["completion_tokens"],
                    details.get("cached_tokens") or 0,
                )
            choices = event.get("choices") or [{}]
            self.finish_reason = choices[0].get("finish_reason") or self.finish_reason
            return choices[0].get("text") or ""
        except (ValueError, KeyError, AttributeError, TypeError, IndexError):
            raise EngineError("The engine sent something that is no completion.") from None


@dataclass(slots=True)
class _Progress:
    """How far an attempt came."""

    began: bool = False
    spoke: bool = False


class EngineClient:
    """Client of one engine; safe to use from many threads."""

    def __init__(self, url: str, key: str, *, gate: Gate | None = None) -> None:
        # OpenAI's own clients want /v1 at the end, so people write it.
        self.url = url.rstrip("/").removesuffix("/v1")
        self.gate = gate
        self.http = httpx.Client(
            base_url=self.url,
            headers={"Authorization": f"Bearer {key}"} if key else {},
            # An engine of ours gives signs of life; others may be silent while a long prompt waits.
            timeout=httpx.Timeout(10.0, read=600.0),
            limits=httpx.Limits(max_connections=None, max_keepalive_connections=8),
            trust_env=False,  # a proxy variable must not lead prompts out of the house
        )
        self._model: ModelInfo | None = None
        self._counting = threading.Lock()
        self._open = 0
        self._quiet_since = time.monotonic()

    @contextmanager
    def counted(self) -> Iterator[None]:
        """What is done in the block counts as a completion that is being written."""
        with self._counting:
            self._open += 1
        try:
            yield
        finally:
            with self._counting:
                self._open -= 1
                self._quiet_since = time.monotonic()

    def quiet_s(self) -> float:
        """For how many seconds no completion has been written; 0 while one is."""
        with self._counting:
            return 0.0 if self._open else time.monotonic() - self._quiet_since

    def complete(
        self,
        prompt: Sequence[int],
        *,
        max_tokens: int,
        temperature: float = 0.0,
        top_p: float = 1.0,
        seed: int = 0,
        stop: Sequence[str] = (),
        person: str = "",
        json_schema: dict[str, Any] | None = None,
        reproducible: bool = False,
        background: bool = False,
    ) -> Completion:
        """Continue `prompt`, which is used exactly as given. Nothing happens before iteration.

        `reproducible`: the same bits whatever else the engine does, at the cost of speed.
        `background`: requests without it go first.
        """
        body: dict[str, Any] = {
            "model": self._model.name if self._model else self._name(),
            "prompt": [int(token) for token in prompt],
            "max_tokens": max_tokens,
            "temperature": temperature,
            "top_p": top_p,
            "seed": seed,
            "stream": True,
            "stream_options": {"include_usage": True},
        }
        if stop:
            body["stop"] = list(stop)
        if person:
            body["user"] = person
        if reproducible:
            body["reproducible"] = True
        if background:
            body["background"] = True
        if json_schema is not None:
            named = {"name": "answer", "schema": json_schema}
            body["response_format"] = {"type": "json_schema", "json_schema": named}
        return Completion(self, body)

    def model(self) -> ModelInfo:
        """Asked of the engine once. Raises EngineError."""
        if self._model is None:
            card = self._card()
            meta = card.get("meta") or {}
            window = meta.get("n_ctx") or card.get("max_model_len") or 0
            self._model = ModelInfo(
                name=str(card.get("id") or ""),
                sha256=str(meta.get("sha256") or ""),
                context_window=int(window),
                vocabulary=int(meta.get("n_vocab") or 0),
                parameters=int(meta.get("n_params") or 0),
                adapters=tuple(
                    f"{one['name']} ×{one['scale']:g} {one['sha256'][:12]}"
                    for one in meta.get("adapters") or ()
                ),
            )
        return self._model

    def close(self) -> None:
        self.http.close()

    def _name(self) -> str:
        """Other engines want to hear their model's name; ours does not mind."""
        return "" if self.gate else self.model().name

    def _card(self) -> dict[str, Any]:
        response = self._get("/v1/models")
        if response.status_code not in (200, 404):
            raise _refusal(response)
        try:
            card: dict[str, Any] = dict(response.json()["data"][0])
        except (ValueError, KeyError, IndexError, TypeError):
            raise EngineDown(
                f"{self.url} does not answer like an OpenAI engine; check the setting engine.url"
            ) from None
        return card

    def _get(self, path: str) -> httpx.Response:
        """One small answer; of the next engine, for as long as there is one, when one dies."""
        while True:
            generation = self.gate.pass_through() if self.gate else 0
            try:
                return self.http.get(path)
            except httpx.HTTPError as error:
                if self.gate is None:
                    raise EngineDown(_unreachable(self.url, error)) from None
                self.gate.lost(generation)


def _hang_up(response: httpx.Response) -> None:
    """End the connection; wakes a thread that reads from it, which `close` alone does not."""
    stream = response.extensions.get("network_stream")
    raw = stream.get_extra_info("socket") if stream is not None else None
    with suppress(OSError, AttributeError):
        if raw is not None:
            raw.shutdown(socket.SHUT_RDWR)


def _refusal(response: httpx.Response) -> EngineError:
    try:
        words = _message(response.json())
    except ValueError:
        words = f"HTTP status {response.status_code}"
    if response.status_code == 503 and "loading" in words.lower():  # llama.cpp's server
        return EngineDown("The engine is still loading its model. Please ask again in a moment.")
    if response.status_code in (429, 503):
        wait = response.headers.get("retry-after", "")
        return EngineBusy(int(wait) if wait.isdigit() else 10)
    if response.status_code in (401, 403):
        return EngineDown("The engine refuses our key; check the setting engine.key.")
    return EngineError(f"The engine refused the request: {words}")


def _message(body: Any) -> str:
    error = body.get("error") if isinstance(body, dict) else None
    if isinstance(error, dict):
        error = error.get("message")
    return str(error or "no reason given")


def _unreachable(url: str, error: Exception) -> str:
    return f"The engine at {url} cannot be reached ({type(error).__name__}); is it running?"
