"""The engine's HTTP face: the OpenAI protocol over a scheduler, for one model."""

import asyncio
import contextlib
import hmac
import logging
import secrets
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response

from vectorstore.disk import sha256_of

from . import protocol
from .jobs import Busy, Event, Failed, Finished, Job, Score, Scored, Started, Text
from .metrics import Metrics
from .options import EngineOptions
from .protocol import BadRequest, ChatBody, CompletionBody, GenerationBody, Writer
from .residents import Ints
from .scheduler import Scheduler
from .templates import ChatTemplate, Turn, chat_template
from .tokenizer import Tokenizer

if TYPE_CHECKING:
    pass

log = logging.getLogger(__name__)

SIGN_OF_LIFE_SECONDS = 5.0  # between comments to a client that waits for its first word


class Engine:
    """One loaded model with its owner thread. Everything the routes need."""

    def __init__(self, options: EngineOptions, gpu_layers: int) -> None:
        """Raises ModelLoadError."""
        from .choosing import Sampler, check_grammar, grammar_for
        from .llama import Llama

        self.options = options
        self.metrics = Metrics()
        self._files = {path: _state(path) for path in (options.model, *_adapters(options))}
        self.llama: Llama = Llama(options, gpu_layers)
        self.window = min(options.context, self.llama.n_cells)
        self.name = options.name or options.model.stem
        self._grammar_for = grammar_for
        self._check_grammar = check_grammar
        self._grammars: dict[str, str] = {}
        self._template: ChatTemplate | None = None
        self._hashes: dict[str, Any] | None = None
        self._lock = threading.Lock()
        self._lock_of_hashes = threading.Lock()  # nobody's prompt waits for a file to be read
        self._grammar_lock = threading.Lock()  # its own: no prompt waits for a grammar
        self.fault: BaseException | None = None
        self.on_fault: Callable[[], None] = lambda: None
        self.scheduler = Scheduler(
            self.llama,
            lambda spec: Sampler(self.llama, spec),
            self.metrics,
            parallel=options.parallel,
            queue=options.queue,
            slice_seconds=options.slice_seconds,
            on_fault=self._note_fault,
        )

    def _note_fault(self, error: BaseException) -> None:
        self.fault = error
        self.on_fault()

    def close(self) -> None:
        self.scheduler.stop()
        self.llama.close()

    def job(self, body: GenerationBody, prompt: Ints, report: Callable[[Event], None]) -> Job:
        """A checked request. Raises BadRequest."""
        if body.n not in (None, 1):
            raise BadRequest("n: one answer a request; send several requests at once")
        if not len(prompt):
            raise BadRequest("prompt: is empty")
        if prompt.min() < 0 or prompt.max() >= self.llama.n_vocab:
            raise BadRequest(f"prompt: token ids of this model are 0 to {self.llama.n_vocab - 1}")
        room = self.window - len(prompt)
        wanted = self._answer_tokens(body)
        if room < (wanted or 1):
            raise BadRequest(
                f"the prompt's {len(prompt)} tokens and an answer of {wanted or 1} do not fit into "
                f"the context window of {self.window}",
                code="context_length_exceeded",
            )
        return Job(
            prompt=prompt,
            max_tokens=wanted or room,
            sampling=body.sampling(self._grammar(body)),
            stop=body.stops(),
            person=body.user or "",
            exact=body.reproducible,
            background=body.background,
            report=report,
            arrived=time.monotonic(),
            likest=body.logprobs if isinstance(body, CompletionBody) else None,
            scores_prompt=isinstance(body, CompletionBody)
            and bool(body.echo)
            and body.logprobs is not None,
        )

    @staticmethod
    def _answer_tokens(body: GenerationBody) -> int | None:
        """Longest answer asked for; None: whatever fits."""
        if isinstance(body, ChatBody):
            return body.max_completion_tokens or body.max_tokens
        if body.max_tokens == 0:
            return 1  # the prompt alone is wanted; what follows is not shown
        return body.max_tokens or 16  # OpenAI's default for text

    def _grammar(self, body: GenerationBody) -> str:
        schema = body.schema_wanted()
        if schema is None:
            return ""
        key = repr(schema)
        with self._grammar_lock:
            known = self._grammars.get(key)
            if known is None:
                try:
                    known = self._grammar_for(schema)
                    self._check_grammar(self.llama, known)
                except ValueError as error:
                    raise BadRequest(f"response_format: {error}") from None
                if len(self._grammars) > 32:
                    self._grammars.clear()
                self._grammars[key] = known
            return known

    def choice(
        self,
        index: int,
        body: CompletionBody,
        job: Job,
        text: str,
        scores: Sequence[Score],
        end: Finished,
    ) -> dict[str, Any]:
        """One entry of `choices`, with the prompt before the answer where `echo` wants it."""
        prompt = job.prompt.tolist() if body.echo else []
        before = b"".join(self.llama.piece(token) for token in prompt)
        said = "" if body.max_tokens == 0 else text
        if body.max_tokens == 0:
            scores = scores[: len(job.prompt)]
        return {
            "index": index,
            "text": before.decode("utf-8", "replace") + said,
            "finish_reason": "length" if body.max_tokens == 0 else end.reason,
            "logprobs": None
            if body.logprobs is None
            else protocol.scores_in_json(scores, self.llama.piece),
        }

    def text_prompt(self, prompt: str | list[int]) -> Ints:
        from .llama import as_ints

        try:
            return as_ints(self.llama.tokenize(prompt) if isinstance(prompt, str) else prompt)
        except OverflowError:
            raise BadRequest("prompt: token ids must be 32-bit numbers") from None

    def tokens(self, body: protocol.TokenizeBody) -> dict[str, Any]:
        """What vLLM answers to /tokenize."""
        ids = self.llama.tokenize(body.prompt, add_special=body.add_special_tokens, named=True)
        return {"tokens": ids, "count": len(ids), "max_model_len": self.window}

    def text(self, body: protocol.DetokenizeBody) -> dict[str, str]:
        """What vLLM answers to /detokenize. Raises BadRequest."""
        if any(token >= self.llama.n_vocab for token in body.tokens):
            raise BadRequest(f"tokens: ids of this model are 0 to {self.llama.n_vocab - 1}")
        pieces = b"".join(self.llama.piece(token) for token in body.tokens)
        return {"prompt": pieces.decode("utf-8", "replace")}

    def chat_prompt(self, messages: Sequence[protocol.Message]) -> tuple[Ints, tuple[str, ...]]:
        """Token ids by the model's chat template, and the texts that end its answers."""
        from .llama import as_ints

        with self._lock:
            if self._template is None:
                self._template = chat_template(Tokenizer(self.options.model))
            system, turns = conversation(messages)
            return as_ints(self._template.encode(system, turns)), self._template.stop

    def hashes(self) -> dict[str, Any]:
        """SHA-256 of the model file and its adapters; reads the files, once.

        "" for a file that was changed since it was loaded: what is in memory has no hash then.
        """
        with self._lock_of_hashes:
            if self._hashes is None:
                self._hashes = {
                    "sha256": self._hash(self.options.model),
                    "adapters": [
                        {"name": one.path.name, "scale": one.scale, "sha256": self._hash(one.path)}
                        for one in self.options.adapters
                    ],
                }
            return self._hashes

    def _hash(self, path: Path) -> str:
        sha256 = sha256_of(path)
        return sha256 if _state(path) == self._files[path] else ""

    def card(self) -> dict[str, Any]:
        """The model's entry in /v1/models."""
        llama = self.llama
        meta = {
            "n_ctx": self.window,
            "n_ctx_train": llama.trained_context,
            "n_vocab": llama.n_vocab,
            "n_params": llama.n_params,
            "size": llama.n_bytes,
            "parallel": self.options.parallel,
            "kv_cells": llama.n_cells,
        }
        return {
            "id": self.name,
            "object": "model",
            "created": 0,
            "owned_by": "strongroom",
            "meta": meta | self.hashes(),
        }


def conversation(messages: Sequence[protocol.Message]) -> tuple[str, list[Turn]]:
    """System text and turns of an OpenAI message list. Raises BadRequest."""
    system = [one.text() for one in messages if one.role in ("system", "developer")]
    turns: list[Turn] = []
    for one in messages:
        if one.role == "user":
            if turns and turns[-1].answer is None:
                turns[-1] = Turn(f"{turns[-1].user}\n\n{one.text()}", None)
            else:
                turns.append(Turn(one.text(), None))
        elif one.role == "assistant":
            if not turns or turns[-1].answer is not None:
                raise BadRequest("messages: an assistant message must follow a user message")
            turns[-1] = Turn(turns[-1].user, one.text())
    if not turns or turns[-1].answer is not None:
        raise BadRequest("messages: the last message must be the user's")
    return "\n\n".join(system), turns


class _Answer(Response):
    """Streams a job's events, and aborts the job as soon as the client goes away.

    Starlette's own streaming response notices that only when it next sends something, which for a
    waiting request is never.
    """

    def __init__(self, events: AsyncIterator[bytes], abort: Callable[[], None]) -> None:
        super().__init__(media_type="text/event-stream", headers={"Cache-Control": "no-store"})
        del self.headers["content-length"]
        self._events = events
        self._abort = abort

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        gone = asyncio.create_task(_gone(receive))
        try:
            await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
            body = asyncio.create_task(self._send_all(send))
            await asyncio.wait((gone, body), return_when=asyncio.FIRST_COMPLETED)
            body.cancel()
            with contextlib.suppress(asyncio.CancelledError, OSError):
                await body
        finally:
            gone.cancel()
            self._abort()

    async def _send_all(self, send: Any) -> None:
        async for piece in self._events:
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _gone(receive: Any) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def create_app(engine: Engine, key: str) -> FastAPI:
    """The routes; everything but /health wants `Authorization: Bearer <key>`."""
    app = FastAPI(title="Strongroom engine", docs_url=None, redoc_url=None, openapi_url=None)

    @app.middleware("http")
    async def guard(request: Request, call: Callable[[Request], Awaitable[Response]]) -> Response:
        if request.url.path != "/health" and not _authorised(request, key):
            return _error("a valid key is needed in the Authorization header", 401, "invalid_key")
        return await call(request)

    @app.exception_handler(BadRequest)
    async def bad_request(_: Request, error: BadRequest) -> Response:
        return _error(str(error), error.status, error.code)

    @app.exception_handler(Busy)
    async def busy(_: Request, error: Busy) -> Response:
        answer = _error(str(error), 429, "busy")
        answer.headers["Retry-After"] = str(error.seconds)
        return answer

    @app.exception_handler(404)
    async def unknown(_: Request, __: Exception) -> Response:
        return _error("there is no such route", 404, "not_found")

    @app.get("/health")
    async def health() -> Response:
        if engine.fault is not None:
            return _error("the engine had a fault and is about to restart", 503, "fault")
        took = engine.scheduler.step_seconds()
        return JSONResponse({"status": "ok", "step_seconds": round(took, 3)})

    @app.get("/metrics")
    async def metrics() -> Response:
        return PlainTextResponse(engine.metrics.text())

    @app.get("/v1/models")
    async def models() -> Response:
        card = await asyncio.to_thread(engine.card)
        return JSONResponse({"object": "list", "data": [card]})

    # lm-evaluation-harness takes a model's own tokens from these three, as vLLM has them, so that
    # it needs no tokenizer's files from elsewhere.
    @app.get("/tokenizer_info")
    async def tokenizer_info() -> Response:
        return JSONResponse(await asyncio.to_thread(engine.llama.vocabulary_facts))

    @app.post("/tokenize")
    async def tokenize(request: Request) -> Response:
        body = protocol.parse(protocol.TokenizeBody, await _read(request))
        return JSONResponse(await asyncio.to_thread(engine.tokens, body))

    @app.post("/detokenize")
    async def detokenize(request: Request) -> Response:
        body = protocol.parse(protocol.DetokenizeBody, await _read(request))
        return JSONResponse(await asyncio.to_thread(engine.text, body))

    @app.post("/v1/completions")
    async def completions(request: Request) -> Response:
        body = protocol.parse(CompletionBody, await _read(request))
        if body.comes_whole():
            return await _whole(engine, request, body)
        (only,) = body.prompts()
        prompt = await asyncio.to_thread(engine.text_prompt, only)
        return await _answer(engine, request, body, prompt, chat=False)

    @app.post("/v1/chat/completions")
    async def chat(request: Request) -> Response:
        body = protocol.parse(ChatBody, await _read(request))
        prompt, stop = await asyncio.to_thread(engine.chat_prompt, body.messages)
        return await _answer(engine, request, body, prompt, chat=True, stop=stop)

    return app


async def _answer(
    engine: Engine,
    request: Request,
    body: GenerationBody,
    prompt: Ints,
    *,
    chat: bool,
    stop: tuple[str, ...] = (),
) -> Response:
    loop = asyncio.get_running_loop()
    events: asyncio.Queue[Event] = asyncio.Queue()

    def report(event: Event) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed: the process is ending
            loop.call_soon_threadsafe(events.put_nowait, event)

    job = await asyncio.to_thread(engine.job, body, prompt, report)
    job.stop = (*job.stop, *stop)
    writer = Writer(secrets.token_hex(12), engine.name, chat=chat)
    engine.scheduler.submit(job)

    def abort() -> None:
        engine.scheduler.abort(job)

    if body.stream:
        pieces = _stream(events, writer, with_usage=body.wants_usage())
        return _Answer(pieces, abort)
    gone = asyncio.create_task(_gone(request.receive))
    whole = asyncio.create_task(_collect(events))
    try:
        await asyncio.wait((gone, whole), return_when=asyncio.FIRST_COMPLETED)
        if not whole.done():
            return Response(status_code=499)  # nobody reads it
        text, end = whole.result()
    finally:
        gone.cancel()
        whole.cancel()
        abort()
    if isinstance(end, Failed):
        return _error(end.message, 500, "engine_failed")
    return JSONResponse(writer.whole(text, end))


async def _whole(engine: Engine, request: Request, body: CompletionBody) -> Response:
    """Answers to one or more prompts in one piece, with prompt and scores where they are wanted."""
    loop = asyncio.get_running_loop()
    jobs: list[Job] = []
    room = asyncio.Semaphore(max(1, engine.options.parallel))  # others' requests wait in between

    async def one(prompt: str | list[int]) -> tuple[Job, str, list[Score], Finished | Failed]:
        events: asyncio.Queue[Event] = asyncio.Queue()

        def report(event: Event) -> None:
            with contextlib.suppress(RuntimeError):  # the loop is closed: the process is ending
                loop.call_soon_threadsafe(events.put_nowait, event)

        async with room:
            ids = await asyncio.to_thread(engine.text_prompt, prompt)
            job = await asyncio.to_thread(engine.job, body, ids, report)
            jobs.append(job)
            engine.scheduler.submit(job)
            return job, *await _collect_scored(events)

    gone = asyncio.create_task(_gone(request.receive))
    whole = asyncio.gather(*(one(prompt) for prompt in body.prompts()))
    try:
        await asyncio.wait((gone, whole), return_when=asyncio.FIRST_COMPLETED)
        if not whole.done():
            return Response(status_code=499)  # nobody reads it
        answers = whole.result()
    finally:
        gone.cancel()
        whole.cancel()
        with contextlib.suppress(asyncio.CancelledError, Exception):
            await whole  # so that no prompt of the request begins any more
        for job in jobs:
            engine.scheduler.abort(job)
    choices, ends = [], []
    for index, (job, text, scores, end) in enumerate(answers):
        if isinstance(end, Failed):
            return _error(end.message, 500, "engine_failed")
        choices.append(engine.choice(index, body, job, text, scores, end))
        ends.append(end)
    return JSONResponse(
        Writer(secrets.token_hex(12), engine.name, chat=False).choices(choices, ends)
    )


async def _collect_scored(
    events: "asyncio.Queue[Event]",
) -> tuple[str, list[Score], Finished | Failed]:
    parts: list[str] = []
    scores: list[Score] = []
    while True:
        event = await events.get()
        if isinstance(event, Text):
            parts.append(event.text)
        elif isinstance(event, Scored):
            scores += event.scores
        elif isinstance(event, Finished | Failed):
            return "".join(parts), scores, event


async def _collect(events: "asyncio.Queue[Event]") -> tuple[str, Finished | Failed]:
    parts = []
    while True:
        event = await events.get()
        if isinstance(event, Text):
            parts.append(event.text)
        elif isinstance(event, Finished | Failed):
            return "".join(parts), event


async def _stream(
    events: "asyncio.Queue[Event]", writer: Writer, *, with_usage: bool
) -> AsyncIterator[bytes]:
    """Server-sent events. Comments tell a waiting client that we are alive and when it is its turn:
    the supervisor's client may ask again elsewhere only while its request has not begun."""
    while True:
        try:
            event = await asyncio.wait_for(events.get(), SIGN_OF_LIFE_SECONDS)
        except TimeoutError:
            yield b": waiting\n\n"
            continue
        if isinstance(event, Started):
            yield b": started\n\n" + writer.opening()
        elif isinstance(event, Text):
            yield writer.text(event.text)
        elif isinstance(event, Failed):
            yield protocol.sse(protocol.error_body(event.message, 500, "engine_failed"))
            return
        elif isinstance(event, Finished):
            yield writer.ending(event, with_usage=with_usage)
            return


async def _read(request: Request) -> bytes:
    """The body, unless it is absurdly long."""
    data = bytearray()
    async for part in request.stream():
        data += part
        if len(data) > protocol.LARGEST_BODY:
            raise BadRequest("the request is too long", 413, "too_long")
    return bytes(data)


def _adapters(options: EngineOptions) -> list[Path]:
    return [one.path for one in options.adapters]


def _state(path: Path) -> tuple[int, ...]:
    """What changes with a file's content; the last cannot be set back. () without a file."""
    try:
        state = path.stat()
    except OSError:
        return ()
    return (state.st_dev, state.st_ino, state.st_size, state.st_mtime_ns, state.st_ctime_ns)


def _authorised(request: Request, key: str) -> bool:
    given = request.headers.get("authorization", "").encode()
    return hmac.compare_digest(given, f"Bearer {key}".encode())


def _error(message: str, status: int, code: str) -> JSONResponse:
    return JSONResponse(protocol.error_body(message, status, code), status_code=status)
