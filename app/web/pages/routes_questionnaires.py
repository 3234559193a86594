"""Questionnaires over the web: hand one in, watch it, take the answers away."""

import re
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import PurePosixPath
from typing import Annotated, Any
from urllib.parse import quote as quoted
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from app.batch.output.tables import read_results
from app.batch.queue.answer_files import FORMATS
from app.batch.queue.service import QuestionnaireQueue
from app.batch.queue.submission import OfficeNotThere, Run
from app.batch.records import RowResult
from app.people.access import Person, private_space
from app.people.sources.links import source_link
from app.printing.markdown import as_text, read_markdown
from app.web.auth.signed_in import person_of
from app.web.fair_share import FairShare
from app.web.i18n.languages import language_for
from app.web.i18n.words import QuestionnaireTexts
from app.web.pages.rendering import render
from app.web.refusals import refusing_route

PREFIX = "/questionnaires"
LARGEST = 16 << 20  # bytes of one questionnaire
_LONGEST_NAME = 200
_ROWS = 50  # answers listed at a time
_UNSAFE = re.compile(r"[^A-Za-z0-9._ -]")

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
        stem = PurePosixPath(office.run(person.id, run).name).stem[:80] or "questionnaire"
        plain = _UNSAFE.sub("_", stem)
        named = quoted(f"{stem}-answers{suffix}".encode("utf-8", "replace"), safe="")
        disposition = f'attachment; filename="{plain}-answers{suffix}"; '
        return Response(
            content,
            media_type=FORMATS[suffix],
            headers={"content-disposition": f"{disposition}filename*=UTF-8''{named}"},
        )

    @router.get("/results")
    async def results(
        request: Request, run: str, outcome: str = "", find: str = "", page: int = 1
    ) -> HTMLResponse:
        """The answers so far, to read in the browser."""
        person, texts = person_of(request.scope), _texts(request)

        def read(gone: Callable[[], bool]) -> list[RowResult]:
            with office.results(person.id, run, ".jsonl") as file:
                held = read_results(file)[1] if file.stat().st_size else []
            handed(person.id, {"questionnaire": run, "format": "page", "rows": len(held)})
            return held

        held = await writing.do(request, person.id, read)
        counts: Counter[str] = Counter(row.outcome for row in held)
        words = find[:200].casefold().split()
        fitting = [
            row
            for row in held
            if outcome in ("", row.outcome)
            and all(word in f"{row.question.text} {row.answer}".casefold() for word in words)
        ]
        pages = max(1, -(-len(fitting) // _ROWS))
        number = min(max(page, 1), pages)
        return render(
            request,
            "questionnaire_results.html",
            texts=texts,
            run=office.run(person.id, run),
            rows=fitting[(number - 1) * _ROWS : number * _ROWS],
            outcomes=[(name, said, counts[name]) for name, said in _outcomes(texts)],
            said=dict(_outcomes(texts)),
            outcome=outcome,
            find=find[:200],
            number=number,
            pages=pages,
            url=partial(_results_url, run=run, outcome=outcome, find=find[:200]),
            shown=lambda row: as_text(read_markdown(row.answer)),
            link=source_link,
        )

    return router


def _outcomes(texts: QuestionnaireTexts) -> list[tuple[str, str]]:
    return [
        ("found", texts.found),
        ("partly_supported", texts.partly),
        ("not_found", texts.not_found),
        ("failed", texts.rows_failed),
    ]


def _results_url(**query: object) -> str:
    return f"{PREFIX}/results?{urlencode({key: value for key, value in query.items() if value})}"


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
