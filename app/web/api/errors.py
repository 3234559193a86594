"""What programs are answered when something is refused: one table from errors to statuses."""

import logging
import math
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from fastapi.routing import APIRoute

from app.answering.filters.screen import QuestionRefused
from app.batch.execution.provenance import NothingToAsk
from app.batch.queue.submission import OfficeNotThere, QuestionnaireRefused
from app.errors import words_for
from app.governance.audit.records import TrailFault
from app.people.allowance import TooMuch
from app.people.curating.curation import CurationRefused, NotThere
from app.people.curating.uploads import UploadRefused
from app.people.keys import May
from app.people.names import PeopleError
from app.people.sources.library import NoSuchSource
from app.web.auth.security import error_body
from app.web.auth.signed_in import holder_of
from app.web.chat.backend import AnswerFailed, FailureKind
from app.web.fair_share import ClientGone, TooMuchAtOnce
from vectorstore.faults import UnknownName

log = logging.getLogger(__name__)

NOT_THERE = "there is nothing of this name that this key may use"


class ApiError(Exception):
    """A request that is answered with an error; `seconds`: after how long to try again."""

    def __init__(
        self,
        message: str,
        status: int = 400,
        code: str | None = None,
        *,
        param: str | None = None,
        seconds: float | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.code = code
        self.param = param
        self.seconds = seconds

    def body(self) -> dict[str, Any]:
        """As JSON."""
        return error_body(self.message, self.status, self.code, self.param)

    def response(self) -> JSONResponse:
        """As an answer."""
        answer = JSONResponse(self.body(), self.status)
        if self.seconds is not None:
            answer.headers["retry-after"] = str(max(1, math.ceil(self.seconds)))
        return answer


_FAILURES: dict[FailureKind, tuple[int, str, str]] = {
    FailureKind.BUSY: (429, "busy", "too many questions are waiting; try again later"),
    FailureKind.TOO_MANY_OWN: (
        429,
        "rate_limit_exceeded",
        "this person's other questions are being answered, or there were too many in a minute",
    ),
    FailureKind.STARTING: (503, "starting", "the language model is being loaded; try again"),
    FailureKind.DOWN: (503, "engine_down", "the language model does not run"),
    FailureKind.TOO_LONG: (
        400,
        "context_length_exceeded",
        "the question alone does not fit into the model's window",
    ),
    FailureKind.FILTERED: (
        400,
        "content_filter",
        "the company's filters do not let this question through",
    ),
    FailureKind.GONE: (404, "not_found", NOT_THERE),
    FailureKind.UNRECORDED: (
        503,
        "unrecorded",
        "the audit trail cannot be written, so nothing is answered",
    ),
}


def of_failure(failed: AnswerFailed) -> ApiError:
    """The error of a question that was not answered."""
    unknown = (500, "failed", "the question was not answered; the server's log says why")
    status, code, words = _FAILURES.get(failed.kind, unknown)
    seconds = failed.seconds
    if seconds is None and status in (429, 503):
        seconds = 5.0
    return ApiError(words, status, code, seconds=seconds)


_MISSING = (NotThere, NoSuchSource, OfficeNotThere, UnknownName, NothingToAsk)
_REFUSED = (QuestionnaireRefused, CurationRefused, UploadRefused, PeopleError)


def as_told(error: Exception) -> ApiError | None:
    """The error that a program is told; None for a defect of ours, and where nobody listens."""
    told: ApiError | None = None
    match error:
        case ApiError():
            told = error
        case AnswerFailed():
            told = of_failure(error)
        case QuestionRefused():
            told = of_failure(AnswerFailed(FailureKind.FILTERED))
        case TrailFault():
            log.error("%s", error)
            told = of_failure(AnswerFailed(FailureKind.UNRECORDED))
        case TooMuch() | TooMuchAtOnce():
            seconds = getattr(error, "seconds", None) or 5.0
            words = "too many calls of one person"
            told = ApiError(words, 429, "rate_limit_exceeded", seconds=seconds)
        case RequestValidationError():
            first = error.errors()[0]
            place = ".".join(str(part) for part in first["loc"][1:])
            told = ApiError(f"{place or 'the body'}: {first['msg']}", param=place or None)
        case RecursionError():
            told = ApiError("the body is nested too deeply")
        case HTTPException() if not isinstance(error, ClientGone):
            told = ApiError(str(error.detail), error.status_code)
        case _ if isinstance(error, _MISSING):
            told = ApiError(NOT_THERE, 404, "not_found")
        case _ if isinstance(error, _REFUSED):
            told = ApiError(words_for(error) or "refused", 409, "refused")
    return told


class ApiRoute(APIRoute):
    """A route whose refusals are errors of the OpenAI protocol."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def answer(request: Request) -> Response:
            try:
                return await handle(request)
            except Exception as error:
                told = as_told(error)
                if told is None:
                    raise
                return told.response()

        return answer


def opened_with(*wanted: May) -> Callable[[Request], None]:
    """What lets a request on whose key opens one of these; else it is told which key would."""

    def check(request: Request) -> None:
        holder = holder_of(request.scope)
        if holder is None or not any(holder.opens(one) for one in wanted):
            names = " or ".join(f"`{one.value}`" for one in wanted)
            raise ApiError(f"this key does not open this: it takes one that may {names}", 403,
                           "key_scope")  # fmt: skip

    return check
