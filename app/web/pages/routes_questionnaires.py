"""Questionnaires over the web: hand one in, watch it, take the answers away."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from app.batch.queue.answer_files import FORMATS
from app.batch.queue.service import QuestionnaireQueue
from app.batch.queue.submission import OfficeNotThere, Run
from app.people.access import Person, private_space
from app.web.auth.signed_in import person_of
from app.web.fair_share import FairShare
from app.web.i18n.languages import language_for
from app.web.i18n.words import QuestionnaireTexts
from app.web.pages.rendering import render
from app.web.refusals import refusing_route

PREFIX = "/questionnaires"
LARGEST = 16 << 20  # bytes of one questionnaire
_LONGEST_NAME = 200

# The spaces that a person may read now.
Readable = Callable[[Person], list[str]]
# Notes in the audit trail that answers were handed out: person's id, and what.
Handed = Callable[[str, dict[str, Any]], None]


def questionnaire_routes(
    office: QuestionnaireQueue, readable: Readable, handed: Handed
) -> APIRouter:
    """The routes below `PREFIX`; each shows a person their own questionnaires alone."""
    router = APIRouter(prefix=PREFIX, route_class=_Route)
    reading, writing = FairShare("reads-questionnaires"), FairShare("writes-answers")

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
            told=_told,
        )

    @router.get("/state")
    def state(request: Request) -> JSONResponse:
        texts = _texts(request)
        runs = office.runs(person_of(request.scope).id)
        return JSONResponse({"runs": [_told(run, texts) for run in runs]})

    @router.post("/take")
    async def take(
        request: Request,
        name: str,
        space: Annotated[list[str] | None, Query()] = None,
        each: bool = False,
        hidden: bool = False,
    ) -> JSONResponse:
        person = person_of(request.scope)
        if not set(space or ()) <= set(readable(person)):
            raise OfficeNotThere("there is no such space")
        content = await request.body()
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
                stopped=gone,
            ),
        )
        return JSONResponse(_told(run, _texts(request)))

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

    @router.get("/answers")
    async def answers(request: Request, run: str, kind: str) -> Response:
        person = person_of(request.scope)
        suffix = f".{kind}"

        def written(gone: Callable[[], bool]) -> bytes:
            with office.results(person.id, run, suffix) as file:
                content = file.read_bytes()
            about = {"questionnaire": run, "format": kind, "bytes": len(content)}
            handed(person.id, about)
            return content

        content = await writing.do(request, person.id, written)
        name = f"answers-{run[-8:]}{suffix}"
        return Response(
            content,
            media_type=FORMATS[suffix],
            headers={"content-disposition": f'attachment; filename="{name}"'},
        )

    return router


def _told(run: Run, texts: QuestionnaireTexts) -> dict[str, Any]:
    """What the page shows of a run."""
    counts = run.counts
    left = counts.left_seconds
    words = {
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
        (counts.not_found, texts.not_found),
        (counts.failed, texts.rows_failed),
    ]
    summary = ", ".join(f"{count:,} {name}" for count, name in parts if count)
    return {
        "id": run.id,
        "name": run.name,
        "state": run.state,
        "words": words,
        "reason": run.reason,
        # What the command line's options would do about it is of no use here.
        "remarks": [remark.partition("; --")[0] for remark in run.remarks],
        "done": counts.done,
        "total": counts.total,
        "progress": texts.progress.format(done=f"{counts.done:,}", total=f"{counts.total:,}"),
        "summary": summary,
        "left": texts.left.format(minutes=max(1, round(left / 60)))
        if left and run.state == "running"
        else "",
    }


def _texts(request: Request) -> QuestionnaireTexts:
    return language_for(request.headers.get("accept-language", "")).questionnaires


_Route = refusing_route(
    "questionnaires_refused.html",
    lambda request: _texts(request).at_once,  # each of their other refusals has words
    lambda request: {"texts": _texts(request)},
    as_json=lambda path: path.endswith("/take"),
)
