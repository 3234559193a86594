"""The OpenAI protocol: what requests may say, checked, and how answers are written."""

import json
import time
from collections.abc import Callable, Sequence
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from .jobs import Finished, Score
from .sampling import SamplingSpec, usable_seed

LARGEST_BODY = 8 * 2**20  # bytes; a full window of token ids is far smaller
MOST_PROMPTS = 256  # in one request
MOST_LIKEST = 20  # tokens that a score names
Stop = Annotated[str, StringConstraints(min_length=1, max_length=200)]


Body = TypeVar("Body", bound=BaseModel)


class BadRequest(Exception):
    """What is wrong with a request, for the one who wrote the client."""

    def __init__(self, message: str, status: int = 400, code: str = "invalid_request") -> None:
        super().__init__(message)
        self.status = status
        self.code = code


class _Body(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, allow_inf_nan=False)


class StreamOptions(_Body):
    include_usage: bool = False


class JsonSchema(_Body):
    schema_: dict[str, Any] = Field(alias="schema")


class ResponseFormat(_Body):
    type: Literal["text", "json_object", "json_schema"] = "text"
    json_schema: JsonSchema | None = None


class GenerationBody(_Body):
    """Fields that text and chat requests have in common; the defaults are OpenAI's."""

    model: str = ""
    max_tokens: int | None = Field(None, ge=1)
    temperature: float | None = Field(None, ge=0, le=10)
    top_p: float | None = Field(None, gt=0, le=1)
    top_k: int | None = Field(None, ge=0, le=1_000_000)
    min_p: float | None = Field(None, ge=0, le=1)
    repeat_penalty: float | None = Field(None, gt=0, le=10)
    frequency_penalty: float | None = Field(None, ge=-2, le=2)
    presence_penalty: float | None = Field(None, ge=-2, le=2)
    seed: int | None = None
    stop: Stop | list[Stop] | None = None
    stream: bool | None = False
    stream_options: StreamOptions | None = None
    user: Annotated[str, StringConstraints(max_length=200)] | None = None
    n: int | None = 1
    response_format: ResponseFormat | None = None
    reproducible: bool = False  # ours: the same bits, whatever else the engine is doing
    background: bool = False  # ours: requests without it go first

    def stops(self) -> tuple[str, ...]:
        words = [self.stop] if isinstance(self.stop, str) else (self.stop or [])
        if len(words) > 16:
            raise BadRequest("stop: at most 16 strings")
        return tuple(words)

    def sampling(self, grammar: str) -> SamplingSpec:
        return SamplingSpec(
            temperature=1.0 if self.temperature is None else self.temperature,
            top_p=self.top_p or 1.0,
            top_k=self.top_k or 0,
            min_p=self.min_p or 0.0,
            repeat_penalty=self.repeat_penalty or 1.0,
            frequency_penalty=self.frequency_penalty or 0.0,
            presence_penalty=self.presence_penalty or 0.0,
            seed=usable_seed(self.seed),
            grammar=grammar,
        )

    def wants_usage(self) -> bool:
        return bool(self.stream_options and self.stream_options.include_usage)

    def schema_wanted(self) -> dict[str, Any] | None:
        """The JSON schema that the answer must follow, if any."""
        wanted = self.response_format
        if wanted is None or wanted.type == "text":
            return None
        if wanted.type == "json_object":
            return {"type": "object"}
        if wanted.json_schema is None:
            raise BadRequest("response_format: json_schema needs a json_schema with a schema")
        return wanted.json_schema.schema_


class CompletionBody(GenerationBody):
    """Text to go on with. With `echo`, the prompt is part of the answer, and of its scores."""

    prompt: str | list[int] | list[str] | list[list[int]]
    max_tokens: int | None = Field(None, ge=0)
    echo: bool | None = False
    logprobs: int | None = Field(None, ge=0, le=MOST_LIKEST)

    def prompts(self) -> list[str | list[int]]:
        """One or more prompts. Raises BadRequest."""
        prompt: Any = self.prompt
        if not isinstance(prompt, list) or not prompt or isinstance(prompt[0], int):
            return [prompt]
        if len(prompt) > MOST_PROMPTS:
            raise BadRequest(f"prompt: at most {MOST_PROMPTS} in one request")
        return prompt

    def comes_whole(self) -> bool:
        """Whether it wants what cannot be streamed. Raises BadRequest where it is to be."""
        more = len(self.prompts()) > 1 or bool(self.echo) or self.logprobs is not None
        if more and self.stream:
            raise BadRequest("stream: several prompts, echo and logprobs come whole alone")
        if self.max_tokens == 0 and not self.echo:
            raise BadRequest("max_tokens: 0 needs echo, or there is nothing to say")
        return more


class TextPart(_Body):
    type: Literal["text"]
    text: str


class Message(_Body):
    role: Literal["system", "developer", "user", "assistant"]
    content: str | list[TextPart]

    def text(self) -> str:
        if isinstance(self.content, str):
            return self.content
        return "\n".join(part.text for part in self.content)


class ChatBody(GenerationBody):
    messages: list[Message] = Field(min_length=1)
    max_completion_tokens: int | None = Field(None, ge=1)


class TokenizeBody(_Body):
    """vLLM's request for a text's token ids; names of special tokens in it mean these."""

    prompt: str
    add_special_tokens: bool = True


class DetokenizeBody(_Body):
    """vLLM's request for the text of token ids."""

    tokens: list[Annotated[int, Field(ge=0)]]


def parse(kind: type[Body], data: bytes) -> Body:
    """Raises BadRequest, which names fields but never repeats their content."""
    try:
        return kind.model_validate_json(data)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False, include_context=False)[0]
        where = ".".join(str(part) for part in first["loc"] if not str(part).startswith("list["))
        raise BadRequest(f"{where or 'body'}: {first['msg']}") from None


def error_body(message: str, status: int, code: str) -> dict[str, Any]:
    kind = "invalid_request_error" if status < 500 and status != 429 else "server_error"
    return {"error": {"message": message, "type": kind, "param": None, "code": code}}


class Writer:
    """Writes one answer, as text or chat, in pieces or whole."""

    def __init__(self, identity: str, model: str, *, chat: bool) -> None:
        self._chat = chat
        self._model = model
        self._id = ("chatcmpl-" if chat else "cmpl-") + identity
        self._created = int(time.time())

    def opening(self) -> bytes:
        """The first piece; chat streams begin with the role."""
        if not self._chat:
            return b""
        return self._piece({"delta": {"role": "assistant", "content": ""}, "finish_reason": None})

    def text(self, text: str) -> bytes:
        said: dict[str, Any] = {"delta": {"content": text}} if self._chat else {"text": text}
        return self._piece(said | {"finish_reason": None})

    def ending(self, end: Finished, *, with_usage: bool) -> bytes:
        said: dict[str, Any] = {"delta": {}} if self._chat else {"text": ""}
        out = self._piece(said | {"finish_reason": end.reason})
        if with_usage:
            out += sse(self._envelope([]) | {"usage": usage(end)})
        return out + b"data: [DONE]\n\n"

    def whole(self, text: str, end: Finished) -> dict[str, Any]:
        said: dict[str, Any] = (
            {"message": {"role": "assistant", "content": text}} if self._chat else {"text": text}
        )
        choice = {"index": 0, "logprobs": None, "finish_reason": end.reason} | said
        body = self._envelope([choice], streamed=False)
        return body | {"usage": usage(end)}

    def choices(
        self, choices: Sequence[dict[str, Any]], ends: Sequence[Finished]
    ) -> dict[str, Any]:
        """The body of an answer to several prompts."""
        counted = [usage(end) for end in ends]
        total: dict[str, Any] = {
            name: sum(one[name] for one in counted)
            for name in ("prompt_tokens", "completion_tokens", "total_tokens")
        }
        return self._envelope(list(choices), streamed=False) | {"usage": total}

    def _piece(self, said: dict[str, Any]) -> bytes:
        return sse(self._envelope([{"index": 0, "logprobs": None} | said]))

    def _envelope(self, choices: list[Any], *, streamed: bool = True) -> dict[str, Any]:
        kind = "text_completion"
        if self._chat:
            kind = "chat.completion.chunk" if streamed else "chat.completion"
        return {
            "id": self._id,
            "object": kind,
            "created": self._created,
            "model": self._model,
            "choices": choices,
        }


def scores_in_json(scores: Sequence[Score], piece: Callable[[int], bytes]) -> dict[str, Any]:
    """`logprobs` of a text completion.

    Bytes of a character that is spread over several tokens are written as OpenAI does: bytes:\\xe2.
    """
    tokens = [_name(piece(score.token)) for score in scores]
    offsets, at = [], 0
    for score in scores:
        offsets.append(at)
        at += len(piece(score.token).decode("utf-8", "ignore"))
    likest: list[dict[str, float] | None] = []
    for score in scores:
        named: dict[str, float] = {}
        for token, logprob in score.likest:
            named.setdefault(_name(piece(token)), logprob)
        likest.append(None if score.logprob is None else named)
    return {
        "tokens": tokens,
        "token_logprobs": [score.logprob for score in scores],
        "top_logprobs": likest,
        "text_offset": offsets,
    }


def _name(piece: bytes) -> str:
    try:
        return piece.decode()
    except UnicodeDecodeError:
        return "bytes:" + "".join(f"\\x{byte:02x}" for byte in piece)


def usage(end: Finished) -> dict[str, Any]:
    return {
        "prompt_tokens": end.prompt_tokens,
        "completion_tokens": end.completion_tokens,
        "total_tokens": end.prompt_tokens + end.completion_tokens,
        "prompt_tokens_details": {"cached_tokens": end.shared_tokens},
    }


def sse(value: dict[str, Any]) -> bytes:
    return (
        b"data: " + json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\n\n"
    )
