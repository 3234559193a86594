"""What programs send: the parts of the OpenAI protocol that mean something here, checked."""

from collections.abc import Iterable
from typing import Any, Literal

from pydantic import BaseModel, Field

from app.answering.ask import Ask
from app.answering.retold import retold
from app.web.api.errors import ApiError
from vectorstore.scope import EVERYTHING, Scope

MODEL = "strongroom"
MOST_TURNS = 50  # of a conversation that is told again, the newest


class Where(BaseModel):
    """The extra field `strongroom` of a request: where to look, beyond what the model says."""

    spaces: list[str] | None = Field(None, description="names of spaces; by default all")
    documents: list[str] | None = Field(None, description="names of documents; by default all")


class TextPart(BaseModel):
    """One part of a message; only text is read."""

    type: str
    text: str = ""


class Message(BaseModel):
    """One message of a conversation."""

    role: str
    content: str | list[TextPart] | None = None
    tool_calls: list[Any] | None = None

    def text(self) -> str:
        """Its words. Raises ApiError where it holds something else."""
        if self.content is None or isinstance(self.content, str):
            return self.content or ""
        wrong = [part.type for part in self.content if part.type not in _TEXTS]
        if wrong:
            raise ApiError(f"messages: {wrong[0]!r} is not read; send text", param="messages")
        return "\n".join(part.text for part in self.content)


_TEXTS = ("text", "input_text", "output_text")


class Answering(BaseModel):
    """What both ways of asking have in common. Fields that are not listed are not read."""

    model: str = Field(MODEL, description="`strongroom`, or `strongroom/SPACE` for one space")
    stream: bool = False
    strongroom: Where = Where()
    tools: list[Any] | None = Field(None, description="refused where it names one")

    def ask(self, messages: Iterable[Message]) -> Ask:
        """The question with its conversation. Raises ApiError."""
        if self.tools:
            raise ApiError(
                "tools: the answers come from documents, and no tool is called", param="tools"
            )
        question, turns = conversation(messages)
        scope = scope_of(self.model, self.strongroom)
        return Ask(question, scope, retold(turns[-MOST_TURNS:]))


class StreamOptions(BaseModel):
    """Of a streamed chat."""

    include_usage: bool = False


class ChatBody(Answering):
    """A chat."""

    messages: list[Message] = Field(
        min_length=1, description="the conversation; the last message is the question"
    )
    n: Literal[1] | None = None
    stream_options: StreamOptions | None = None
    response_format: dict[str, Any] | None = None

    def question(self) -> Ask:
        """What is asked. Raises ApiError."""
        _check_format(self.response_format, "response_format")
        return self.ask(self.messages)


class InputItem(Message):
    """One item of a response's input."""

    type: str = "message"
    role: str = "user"


class ResponseBody(Answering):
    """A response; nothing of it is stored."""

    input: str | list[InputItem] = Field(description="the question, or the conversation")
    previous_response_id: str | None = Field(None, description="refused: nothing is stored")
    text: dict[str, Any] | None = None

    def question(self) -> Ask:
        """What is asked. Raises ApiError."""
        if self.previous_response_id:
            raise ApiError(
                "previous_response_id: nothing is stored; send the conversation in `input`",
                param="previous_response_id",
            )
        _check_format((self.text or {}).get("format"), "text.format")
        if isinstance(self.input, str):
            return self.ask([Message(role="user", content=self.input)])
        wrong = [one.type for one in self.input if one.type not in ("message", "reasoning")]
        if wrong:
            raise ApiError(f"input: {wrong[0]!r} is not read; send messages", param="input")
        return self.ask(one for one in self.input if one.type == "message")


class SearchBody(BaseModel):
    """A search for passages."""

    query: str = Field(min_length=1, max_length=4000)
    model: str = Field(MODEL, description="`strongroom`, or `strongroom/SPACE` for one space")
    k: int = Field(10, ge=1, le=50, description="passages at most")
    strongroom: Where = Where()


class BatchBody(BaseModel):
    """A questionnaire to be answered."""

    input_file_id: str
    endpoint: Literal["/v1/chat/completions", "/v1/responses"] = "/v1/chat/completions"
    completion_window: str = "24h"
    metadata: dict[str, str] | None = None
    model: str = Field(MODEL, description="`strongroom`, or `strongroom/SPACE` for one space")
    strongroom: Where = Where()


def conversation(messages: Iterable[Message]) -> tuple[str, list[tuple[str, str]]]:
    """The question, and the turns before it. Raises ApiError.

    Messages of the system are not followed: the documents decide what is answered.
    """
    turns: list[tuple[str, str | None]] = []
    for one in messages:
        match one.role:
            case "system" | "developer":
                one.text()
            case "user":
                question, answer = turns[-1] if turns else ("", "")
                if turns and answer is None:
                    turns[-1] = (f"{question}\n\n{one.text()}", None)
                else:
                    turns.append((one.text(), None))
            case "assistant":
                if one.tool_calls:
                    raise ApiError("messages: no tool is called here", param="messages")
                if turns:  # else it is a greeting
                    question, answer = turns[-1]
                    turns[-1] = (question, one.text() if answer is None else
                                 f"{answer}\n\n{one.text()}")  # fmt: skip
            case other:
                raise ApiError(f"messages: no role {other[:40]!r} is known", param="messages")
    if not turns or turns[-1][1] is not None or not turns[-1][0].strip():
        raise ApiError("messages: the last message must be the user's question", param="messages")
    return turns[-1][0].strip(), [(question, answer or "") for question, answer in turns[:-1]]


def scope_of(model: str, where: Where) -> Scope:
    """Where to look. Raises ApiError for a model that is not one of ours."""
    spaces = None if where.spaces is None else tuple(where.spaces)
    name, slash, space = model.partition("/")
    if name != MODEL or (slash and not space):
        raise ApiError(
            f"there is no model {model[:80]!r}; GET /v1/models lists them", 404, "model_not_found",
            param="model",
        )  # fmt: skip
    if slash:
        if spaces is not None and spaces != (space,):
            raise ApiError("the model names one space and `strongroom.spaces` others")
        spaces = (space,)
    documents = None if where.documents is None else tuple(where.documents)
    return EVERYTHING if spaces is None and documents is None else Scope(spaces, documents)


def _check_format(wanted: dict[str, Any] | None, field: str) -> None:
    if wanted is not None and wanted.get("type", "text") != "text":
        raise ApiError(f"{field}: answers are text (Markdown)", param=field)
