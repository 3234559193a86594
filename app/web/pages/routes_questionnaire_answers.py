"""A questionnaire's answers over the web: read them, decide about them, take them away."""

import re
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import PurePosixPath
from typing import Annotated, Any
from urllib.parse import quote as quoted
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from app.batch.output.tables import read_results
from app.batch.queue.answer_files import FORMATS
from app.batch.queue.service import QuestionnaireQueue
from app.batch.queue.submission import QuestionnaireRefused
from app.batch.records import RowResult, RowReview, Verdict
from app.people.sources.links import source_link
from app.printing.markdown import as_text, read_markdown
from app.web.auth.signed_in import person_of
from app.web.fair_share import FairShare
from app.web.i18n.languages import language_for
from app.web.i18n.words import QuestionnaireTexts
from app.web.pages.rendering import render

PREFIX = "/questionnaires"
_LONGEST_ANSWER = 20_000  # characters of somebody's own words
_LONGEST_REASON = 2_000
_ROWS = 50  # answers listed at a time
_UNSAFE = re.compile(r"[^A-Za-z0-9._ -]")

# Notes in the audit trail that answers were handed out: person's id, and what.
Handed = Callable[[str, dict[str, Any]], None]


def add_answer_routes(router: APIRouter, office: QuestionnaireQueue, handed: Handed) -> None:
    """Add the routes about answers to those of the questionnaires."""
    writing = FairShare("writes-answers")

    @router.post("/review")
    async def review(
        request: Request,
        run: Annotated[str, Form()],
        row: Annotated[str, Form()],
        verdict: Annotated[Verdict, Form()],
        answer: Annotated[str, Form()] = "",
        was: Annotated[str, Form()] = "",
        reason: Annotated[str, Form()] = "",
        back: Annotated[str, Form()] = "",
    ) -> Response:
        """Keep what a person decided about a row; `was` are the words that they were shown."""
        person = person_of(request.scope)
        said, shown = _plain(answer), _plain(was)
        decided = RowReview(
            verdict=verdict,
            answer="" if said == shown else said,
            reason=_plain(reason)[:_LONGEST_REASON],
            by=person.full_name or person.name,
            at=datetime.now(UTC).isoformat(timespec="seconds"),
        )
        if len(decided.answer) > _LONGEST_ANSWER:
            raise QuestionnaireRefused(_texts(request).answer_too_long)
        await writing.do(
            request, person.id, lambda gone: office.review(person.id, run, row, decided)
        )
        query = back if back.startswith("run=") and "\n" not in back else urlencode({"run": run})
        return RedirectResponse(f"{PREFIX}/results?{query}#row-{quoted(row)}", 303)

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
        request: Request,
        run: str,
        outcome: str = "",
        find: str = "",
        page: int = 1,
        decided: str = "",
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
        verdicts: Counter[str] = Counter(_decided(row) for row in held)
        words = find[:200].casefold().split()
        fitting = [
            row
            for row in held
            if outcome in ("", row.outcome)
            and decided in ("", _decided(row))
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
            verdicts=[(name, words, verdicts[name]) for name, words in _verdicts(texts)],
            decided_as=dict(_verdicts(texts)),
            formats=[suffix[1:] for suffix in FORMATS],
            outcome=outcome,
            decided=decided,
            find=find[:200],
            number=number,
            pages=pages,
            here=request.url.query,
            url=partial(_results_url, run=run, outcome=outcome, find=find[:200], decided=decided),
            shown=lambda row: as_text(read_markdown(row.answer)),
            link=source_link,
        )


def _outcomes(texts: QuestionnaireTexts) -> list[tuple[str, str]]:
    return [
        ("found", texts.found),
        ("partly_supported", texts.partly),
        ("unconfirmed", texts.unconfirmed),
        ("not_found", texts.not_found),
        ("failed", texts.rows_failed),
    ]


def _verdicts(texts: QuestionnaireTexts) -> list[tuple[str, str]]:
    return [
        ("undecided", texts.undecided),
        ("edited", texts.edited),
        ("approved", texts.approved),
        ("rejected", texts.rejected),
    ]


def _decided(row: RowResult) -> str:
    return "undecided" if row.review is None else row.review.verdict


def _results_url(**query: object) -> str:
    return f"{PREFIX}/results?{urlencode({key: value for key, value in query.items() if value})}"


def _plain(written: str) -> str:
    """A form's text with the ends of lines that we keep, and no space around it."""
    return written.replace("\r\n", "\n").strip()


def _texts(request: Request) -> QuestionnaireTexts:
    return language_for(request.headers.get("accept-language", "")).questionnaires
