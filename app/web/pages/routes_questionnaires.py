"""Questionnaires over the web: hand one in, watch it, take the answers away."""

from collections.abc import Callable, Iterable
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from app.batch.queue.answer_files import FORMATS
from app.batch.queue.service import QuestionnaireQueue
from app.batch.queue.submission import (
    ColumnNotClear,
    OfficeNotThere,
    Run,
)
from app.people.access import Person, private_space
from app.web.auth.signed_in import person_of
from app.web.fair_share import FairShare
from app.web.i18n.languages import language_for
from app.web.i18n.said import say
from app.web.i18n.words import QuestionnaireTexts
from app.web.pages.rendering import render
from app.web.pages.routes_questionnaire_answers import PREFIX, Handed, add_answer_routes
from app.web.refusals import refusing_route

LARGEST = 16 << 20  # bytes of one questionnaire
_LONGEST_NAME = 200

# The spaces that a person may read now.
Readable = Callable[[Person], list[str]]


def questionnaire_routes(
    office: QuestionnaireQueue, readable: Readable, handed: Handed
) -> APIRouter:
    """The routes below `PREFIX`; each shows a person their own questionnaires alone."""
    router = APIRouter(prefix=PREFIX, route_class=_Route)
    reading = FairShare("reads-questionnaires")
    add_answer_routes(router, office, handed)

    @router.get("")
    def page(request: Request) -> HTMLResponse:
        person = person_of(request.scope)
        return render(
            request,
            "questionnaires.html",
            texts=_texts(request),
            runs=office.runs(person.id),
            spaces=readable(person),
            own=private_space(person),
            formats=[suffix[1:] for suffix in FORMATS],
            told=lambda run, texts: _told(run, texts, _code(request)),
        )

    @router.get("/state")
    def state(request: Request) -> JSONResponse:
        texts = _texts(request)
        runs = office.runs(person_of(request.scope).id)
        return JSONResponse({"runs": [_told(run, texts, _code(request)) for run in runs]})

    @router.post("/take")
    async def take(
        request: Request,
        name: str,
        space: Annotated[list[str] | None, Query()] = None,
        each: bool = False,
        hidden: bool = False,
        wait: bool = False,
        column: str = "",
    ) -> JSONResponse:
        """Take a file in; with `wait` it is only read, and its page says what was understood."""
        person, texts = person_of(request.scope), _texts(request)
        if not set(space or ()) <= set(readable(person)):
            raise OfficeNotThere("there is no such space")
        content = await request.body()
        try:
            run = await reading.do(
                request,
                person.id,
                lambda gone: office.take(
                    person.id,
                    name.replace("/", "_").replace("\\", "_")[-_LONGEST_NAME:],
                    content,
                    spaces=space,
                    each_document=each,
                    hidden_rows=hidden,
                    question_column=column or None,
                    propose=wait,
                    stopped=gone,
                ),
            )
        except ColumnNotClear as unclear:
            told = {"error": texts.which_column, "columns": list(unclear.headings)}
            return JSONResponse(told, status_code=409)
        return JSONResponse(_told(run, texts, _code(request)))

    @router.get("/preview")
    def preview(request: Request, run: str) -> HTMLResponse:
        """What was understood of a file, before it is asked."""
        person, texts = person_of(request.scope), _texts(request)
        held = office.run(person.id, run)
        proposal = office.proposal(person.id, run)
        return render(
            request,
            "questionnaire_preview.html",
            texts=texts,
            run=held,
            proposal=proposal,
            meanings=_meanings(texts),
            kinds=_kinds(texts),
            time=_time(proposal.seconds, texts),
            remarks=_remarks(proposal.remarks),
            own=private_space(person),
        )

    @router.post("/column")
    async def other_column(
        request: Request, run: Annotated[str, Form()], column: Annotated[str, Form()]
    ) -> Response:
        person = person_of(request.scope).id
        await reading.do(
            request, person, lambda gone: office.read_again(person, run, column, stopped=gone)
        )
        return RedirectResponse(f"{PREFIX}/preview?{urlencode({'run': run})}", 303)

    @router.post("/stop")
    def stop(request: Request, run: Annotated[str, Form()]) -> Response:
        office.stop(person_of(request.scope).id, run)
        return RedirectResponse(PREFIX, 303)

    @router.post("/go-on")
    def go_on(request: Request, run: Annotated[str, Form()]) -> Response:
        office.go_on(person_of(request.scope).id, run)
        return RedirectResponse(PREFIX, 303)

    @router.post("/start-over")
    async def start_over(request: Request, run: Annotated[str, Form()]) -> Response:
        person = person_of(request.scope).id
        await reading.do(request, person, lambda gone: office.start_over(person, run, stopped=gone))
        return RedirectResponse(PREFIX, 303)

    @router.post("/delete")
    def delete(request: Request, run: Annotated[str, Form()]) -> Response:
        office.delete(person_of(request.scope).id, run)
        return RedirectResponse(PREFIX, 303)

    return router


def _meanings(texts: QuestionnaireTexts) -> dict[str, str]:
    """What a column can be taken for."""
    return {
        "question": texts.column_question,
        "id": texts.column_id,
        "kind": texts.column_kind,
        "choices": texts.column_choices,
        "unit": texts.column_unit,
        "documents": texts.column_documents,
        "spaces": texts.column_spaces,
    }


def _kinds(texts: QuestionnaireTexts) -> dict[str, str]:
    """The types of answers."""
    return {
        "text": texts.kind_text,
        "yes_no": texts.kind_yes_no,
        "number": texts.kind_number,
        "date": texts.kind_date,
        "choice": texts.kind_choice,
        "list": texts.kind_list,
    }


def _time(seconds: float | None, texts: QuestionnaireTexts) -> str:
    """How long it will take, in words."""
    if seconds is None:
        return texts.time_unknown
    if seconds < 90:
        return texts.time_short
    if seconds < 90 * 60:
        return texts.time_minutes.format(minutes=round(seconds / 60))
    return texts.time_hours.format(hours=f"{seconds / 3600:.0f}")


def _remarks(said: Iterable[str]) -> list[str]:
    """Without what options of the command line would do about it: of no use here."""
    return [remark.partition("; --")[0] for remark in said]


def _told(run: Run, texts: QuestionnaireTexts, code: str) -> dict[str, Any]:
    """What the page shows of a run, in the language of this code."""
    counts = run.counts
    left = counts.left_seconds
    words = {
        "proposed": texts.proposed,
        "waiting": texts.waiting,
        "running": texts.running,
        "done": texts.done,
        "stopped": texts.stopped,
        "failed": texts.failed,
        "changed": texts.changed,
    }[run.state]
    parts = [
        (counts.found, texts.found),
        (counts.partly_supported, texts.partly),
        (counts.unconfirmed, texts.unconfirmed),
        (counts.not_found, texts.not_found),
        (counts.failed, texts.rows_failed),
    ]
    summary = ", ".join(f"{count:,} {name}" for count, name in parts if count)
    return {
        "id": run.id,
        "name": run.name,
        "state": run.state,
        "words": words,
        "reason": say(code, run.reason),
        "remarks": _remarks(run.remarks),
        "done": counts.done,
        "total": counts.total,
        "progress": texts.progress.format(done=f"{counts.done:,}", total=f"{counts.total:,}"),
        "summary": summary,
        "left": texts.left.format(minutes=max(1, round(left / 60)))
        if left and run.state == "running"
        else "",
    }


def _code(request: Request) -> str:
    return language_for(request.headers.get("accept-language", "")).code


def _texts(request: Request) -> QuestionnaireTexts:
    return language_for(request.headers.get("accept-language", "")).questionnaires


_Route = refusing_route(
    "questionnaires_refused.html",
    lambda request: _texts(request).at_once,  # each of their other refusals has words
    lambda request: {"texts": _texts(request)},
    as_json=lambda path: path.endswith("/take"),
)
