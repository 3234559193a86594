"""The OpenAI protocol's ways to ask: chat completions, responses, models; and a search."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, Response

from app.answering.ask import Ask
from app.people.access import Person
from app.people.allowance import Allowance, Limits
from app.people.keys import May
from app.web.api.asking import Asked, Ended, streamed, whole
from app.web.api.bodies import MODEL, ChatBody, ResponseBody, SearchBody, scope_of
from app.web.api.errors import ApiError, ApiRoute, opened_with
from app.web.api.replies import Chat, passage, sse
from app.web.api.replies import Response as Told
from app.web.auth.signed_in import person_of
from app.web.chat.places import Places
from app.web.fair_share import FairShare
from app.workspace.personal_workspace import PersonalWorkspace

# A question makes several searches; so many a minute are fair beside the limit of questions.
_SEARCHES_A_QUESTION = 6


@dataclass(frozen=True, slots=True)
class AnswerDesk:
    """What answers programs: the same that answers the web chat."""

    ask: Asked
    places: Places
    workspace_of: Callable[[Person], PersonalWorkspace]
    searches: Allowance


def answer_routes(desk: AnswerDesk) -> APIRouter:
    """The routes below /v1 that ask and search."""
    router = APIRouter(prefix="/v1", route_class=ApiRoute, tags=["Answers"])
    searching = FairShare("searches", at_once=4, of_each=2)

    @router.post("/chat/completions", dependencies=[Depends(opened_with(May.ASK))])
    async def chat(request: Request, body: ChatBody) -> Response:
        """Ask, in a chat. The extra field `strongroom` of the answer (of the last piece of a
        stream) has the citations and the outcome; `annotations` say where what is cited."""
        person, base = person_of(request.scope), base_of(request)
        ask = body.question()
        writer = Chat(_id(), body.model)
        if body.stream:
            with_usage = body.stream_options is not None and body.stream_options.include_usage
            pieces = _ChatPieces(writer, base, with_usage)
            return await streamed(ask, person, desk.ask, desk.places, pieces)
        answer = await whole(request, ask, person, desk.ask, desk.places)
        return JSONResponse(writer.whole(answer, base))

    @router.post("/responses", dependencies=[Depends(opened_with(May.ASK))])
    async def respond(request: Request, body: ResponseBody) -> Response:
        """Ask, in the newer form. Nothing is stored: send the conversation in `input`."""
        person, base = person_of(request.scope), base_of(request)
        ask = body.question()
        writer = Told(_id(), body.model)
        if body.stream:
            pieces = _ResponsePieces(writer, base)
            return await streamed(ask, person, desk.ask, desk.places, pieces)
        answer = await whole(request, ask, person, desk.ask, desk.places)
        return JSONResponse(writer.whole(answer, base))

    @router.get("/models", dependencies=[Depends(opened_with(May.ASK, May.SEARCH))])
    def models(request: Request) -> dict[str, Any]:
        """`strongroom` searches all that the key may read; `strongroom/SPACE` one space."""
        readable = desk.workspace_of(person_of(request.scope)).readable()
        names = [MODEL, *(f"{MODEL}/{space}" for space in readable)]
        return {"object": "list", "data": [_model(name) for name in names]}

    @router.get("/models/{model:path}", dependencies=[Depends(opened_with(May.ASK, May.SEARCH))])
    def model(request: Request, model: str) -> dict[str, Any]:
        """One of the models."""
        readable = desk.workspace_of(person_of(request.scope)).readable()
        if model != MODEL and model not in {f"{MODEL}/{space}" for space in readable}:
            raise ApiError("there is no such model", 404, "model_not_found")
        return _model(model)

    @router.post("/search", dependencies=[Depends(opened_with(May.SEARCH))])
    async def search(request: Request, body: SearchBody) -> dict[str, Any]:
        """Find passages, best first; no model writes."""
        person, base = person_of(request.scope), base_of(request)
        ask = Ask(body.query, scope_of(body.model, body.strongroom))
        end = desk.searches.take(person.id)
        try:
            found = await searching.do(
                request,
                person.id,
                lambda gone: desk.workspace_of(person).search(ask, body.k),
            )
        finally:
            end()
        return {
            "object": "list",
            "data": [passage(hit, base) for hit in found.hits],
            "timings": found.timings,
        }

    return router


def searches_beside(limits: Limits) -> Allowance:
    """How much each person may search, beside these limits of questions."""
    return Allowance(Limits(4, _SEARCHES_A_QUESTION * limits.a_minute))


def base_of(request: Request) -> str:
    """The address of this server, as the caller named it; the gate has checked the host."""
    return f"{request.scope['scheme']}://{request.headers['host']}"


class _ChatPieces:
    """A streamed chat."""

    def __init__(self, chat: Chat, base: str, with_usage: bool) -> None:
        self._chat, self._base, self._with_usage = chat, base, with_usage

    def opening(self) -> bytes:
        return self._chat.opening()

    def words(self, text: str) -> bytes:
        return self._chat.text(text)

    def ending(self, ended: Ended) -> bytes:
        return self._chat.ending(
            ended.answer, self._base, start=ended.start, with_usage=self._with_usage
        )

    def failed(self, error: ApiError) -> bytes:
        return sse(error.body())


class _ResponsePieces:
    """A streamed response."""

    def __init__(self, told: Told, base: str) -> None:
        self._told, self._base = told, base

    def opening(self) -> bytes:
        return self._told.opening()

    def words(self, text: str) -> bytes:
        return self._told.text(text)

    def ending(self, ended: Ended) -> bytes:
        return self._told.ending(ended.answer, self._base, sent=ended.sent, start=ended.start)

    def failed(self, error: ApiError) -> bytes:
        return self._told.failed(error.body())


def _model(name: str) -> dict[str, Any]:
    return {"id": name, "object": "model", "created": 0, "owned_by": MODEL}


def _id() -> str:
    return uuid.uuid4().hex
