"""The OpenAI protocol's files and batches: documents, and questionnaires with their answers."""

import asyncio
import binascii
import json
import threading
import time
import uuid
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote as quoted

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response, StreamingResponse

from app.batch.queue.answer_files import FORMATS
from app.batch.queue.service import QuestionnaireQueue
from app.batch.queue.submission import OfficeNotThere, Run
from app.people.access import Person, private_space
from app.people.curating.curation import Curation, CurationRefused, NotThere
from app.people.curating.uploads import Upload, Uploads, safe_name
from app.people.keys import May
from app.people.sources.library import Sources
from app.web.api.bodies import BatchBody, Message, conversation, scope_of
from app.web.api.errors import ApiError, ApiRoute, opened_with
from app.web.api.multipart import read_form
from app.web.auth.signed_in import person_of
from app.web.fair_share import FairShare
from app.workspace.personal_workspace import PersonalWorkspace
from vectorstore.records import DocumentRecord

QUESTIONNAIRE_BYTES = 16 << 20
_HELD_S = 3600.0  # a questionnaire waits so long for its batch
_HELD_EACH = 4  # of one person, whatever keys they have; those that are on their way count
_PIECE = 1 << 20
_PAGE = 1000  # documents listed at a time
# Notes in the audit trail that answers were handed out: person's id, and what.
Handed = Callable[[str, dict[str, Any]], None]
_STATUS = {
    "waiting": "in_progress",
    "running": "in_progress",
    "done": "completed",
    "stopped": "cancelled",
    "failed": "failed",
    "changed": "failed",
}


@dataclass(frozen=True, slots=True)
class FileDesk:
    """What keeps documents and answers questionnaires: the same as behind the pages."""

    curation: Curation
    uploads: Uploads
    sources: Sources
    office: QuestionnaireQueue
    workspace_of: Callable[[Person], PersonalWorkspace]
    handed: Handed


def file_routes(desk: FileDesk) -> APIRouter:
    """The routes below /v1 for documents and questionnaires."""
    router = APIRouter(prefix="/v1", route_class=ApiRoute)
    held = _Held()
    adding = Depends(opened_with(May.ADD))
    looking = Depends(opened_with(May.SEARCH))
    asking = Depends(opened_with(May.ASK))
    _add_intake(router, desk, held)
    _add_files(router, desk, held, adding, looking)
    _add_batches(router, desk, held, asking)
    return router


def _add_intake(router: APIRouter, desk: FileDesk, held: "_Held") -> None:
    @router.post("/files", tags=["Files"], openapi_extra=_FORM,
                 dependencies=[Depends(opened_with(May.ADD, May.ASK))])  # fmt: skip
    async def create(request: Request) -> dict[str, Any]:
        """Put a document into `space` (by default the person's own), or with the purpose `batch`
        hand in a questionnaire for /v1/batches. Fields come before the file."""
        person = person_of(request.scope)
        form = await read_form(request)
        purpose = form.fields.get("purpose", "user_data")
        opened_with(May.ASK if purpose == "batch" else May.ADD)(request)
        name = form.filename or "file"
        if purpose == "batch":
            with held.receiving(person):
                content = bytearray()
                async for piece in form.pieces:
                    content += piece
                    if len(content) > QUESTIONNAIRE_BYTES:
                        raise ApiError("a questionnaire has 16 MiB at most", 413)
                return held.keep(person, name, bytes(content))
        space = form.fields.get("space") or private_space(person)
        name = str(safe_name(form.fields.get("name") or name))
        upload = desk.curation.begin_upload(person, space)
        try:
            upload = await desk.uploads.receive(upload.id, name, form.pieces)
        except BaseException:
            await asyncio.to_thread(desk.uploads.abandon, upload.id)
            raise
        upload = await asyncio.to_thread(desk.uploads.start, upload.id)
        return _uploading(upload, upload.files[0])


def _add_files(router: APIRouter, desk: FileDesk, held: "_Held", adding: Any, looking: Any) -> None:
    reading = FairShare("hands-out-files")

    @router.get("/files", tags=["Files"], dependencies=[looking])
    def listed(
        request: Request, space: str = "", after: str = "", limit: int = _PAGE
    ) -> dict[str, Any]:
        """The documents that the key may read, by space and name."""
        workspace = desk.workspace_of(person_of(request.scope))
        known = workspace.documents([space] if space else None)
        start = 0
        if after:
            places = [(one.space, one.name) for one in known]
            last = _place(after)
            start = places.index(last) + 1 if last in places else len(known)
        size = max(1, min(limit, _PAGE))
        shown = [_document(one) for one in known[start : start + size]]
        return {
            "object": "list",
            "data": shown,
            "first_id": shown[0]["id"] if shown else None,
            "last_id": shown[-1]["id"] if shown else None,
            "has_more": len(known) > start + size,
        }

    @router.get("/files/{file}", tags=["Files"], dependencies=[
        Depends(opened_with(May.SEARCH, May.ADD, May.ASK))])  # fmt: skip
    def one(request: Request, file: str) -> dict[str, Any]:
        """One document, or one that is being read (`status`: uploaded, processed, error)."""
        person = person_of(request.scope)
        if waiting := held.find(person, file):
            return waiting
        space, name = _place(file)
        # While a new version is read, that is what whoever sent it asks about.
        newest = _newest_upload(desk, person, space, name)
        if newest is not None and newest.state not in ("done", "failed"):
            return _uploading(newest, name)
        if newest is not None and _reason(newest, name):
            return _uploading(newest, name)
        record = _record(desk, person, space, name)
        if record is None:
            raise NotThere
        return _document(record)

    @router.get("/files/{file}/content", tags=["Files"],
                dependencies=[Depends(opened_with(May.SEARCH, May.ASK))])  # fmt: skip
    async def content(request: Request, file: str, format: str = "jsonl") -> Response:
        """A document's file as it was put in; or of a batch's output the answers, by default as
        JSON Lines (`format`: jsonl, xlsx, csv, html, pdf)."""
        person = person_of(request.scope)
        if run := _run_of(file):
            opened_with(May.ASK)(request)
            return await _answers(request, desk, reading, run, f".{format}")
        opened_with(May.SEARCH)(request)
        space, name = _place(file)
        source = desk.sources.find(person, space, name)
        desk.sources.note_opened(person, source, "original", None)
        opened = desk.sources.original(source)

        def pieces() -> Any:
            with opened:
                while piece := opened.read(_PIECE):
                    yield piece

        return StreamingResponse(
            pieces(),
            media_type="application/octet-stream",
            headers={"content-disposition": _disposition(name)},
        )

    @router.delete("/files/{file}", tags=["Files"], dependencies=[adding])
    def remove(request: Request, file: str) -> dict[str, Any]:
        """Delete a document with all that quotes it; a hold keeps it (409)."""
        person = person_of(request.scope)
        if held.drop(person, file):
            return {"id": file, "object": "file", "deleted": True}
        space, name = _place(file)
        if _record(desk, person, space, name) is None:
            raise NotThere
        if stays := desk.curation.remove(person, space, [name]):
            raise CurationRefused(stays[name])
        return {"id": file, "object": "file", "deleted": True}


async def _answers(
    request: Request, desk: FileDesk, reading: FairShare, run_id: str, suffix: str
) -> Response:
    person = person_of(request.scope)
    run = _visible(desk, person, run_id)
    if suffix not in FORMATS:
        raise ApiError(f"format: one of {', '.join(one[1:] for one in FORMATS)}", param="format")

    def written(gone: Callable[[], bool]) -> bytes:
        with desk.office.results(person.id, run.id, suffix) as file:
            answers = file.read_bytes()
        about = {"questionnaire": run.id, "format": suffix[1:], "bytes": len(answers)}
        desk.handed(person.id, about)
        return answers

    answers = await reading.do(request, person.id, written)
    return Response(
        answers,
        media_type=FORMATS[suffix],
        headers={"content-disposition": _disposition(f"answers{suffix}")},
    )


def _add_batches(router: APIRouter, desk: FileDesk, held: "_Held", asking: Any) -> None:
    reading = FairShare("reads-batches")

    @router.post("/batches", tags=["Batches"], dependencies=[asking])
    async def create(request: Request, body: BatchBody) -> dict[str, Any]:
        """Have a questionnaire answered: a file with the purpose `batch`, as CSV, XLSX, JSON Lines
        or one question a line, or as the protocol's own requests."""
        person = person_of(request.scope)
        name, content = held.content(person, body.input_file_id)
        scope = scope_of(body.model, body.strongroom)
        if scope.documents is not None:
            raise ApiError("strongroom.documents: a column of the questionnaire names documents")
        readable = desk.workspace_of(person).readable()
        spaces = scope.spaces
        if spaces is None and person.only is not None:
            spaces = tuple(readable)
        if spaces is not None and (not spaces or not set(spaces) <= set(readable)):
            raise NotThere
        name, content = _as_questionnaire(name, content)
        run = await reading.do(
            request,
            person.id,
            lambda gone: desk.office.take(person.id, name, content, spaces=spaces, stopped=gone),
        )
        held.drop(person, body.input_file_id)
        return _batch(run, body.input_file_id, body.metadata)

    @router.get("/batches", tags=["Batches"], dependencies=[asking])
    def listed(request: Request) -> dict[str, Any]:
        """The person's questionnaires that the key may read, the newest first."""
        person = person_of(request.scope)
        shown = [_batch(run) for run in desk.office.runs(person.id) if _covers(person, run)]
        return {
            "object": "list",
            "data": shown,
            "first_id": shown[0]["id"] if shown else None,
            "last_id": shown[-1]["id"] if shown else None,
            "has_more": False,
        }

    @router.get("/batches/{batch}", tags=["Batches"], dependencies=[asking])
    def one(request: Request, batch: str) -> dict[str, Any]:
        """How far one is; its answers are the content of `output_file_id`."""
        return _batch(_visible(desk, person_of(request.scope), batch))

    @router.post("/batches/{batch}/cancel", tags=["Batches"], dependencies=[asking])
    def cancel(request: Request, batch: str) -> dict[str, Any]:
        """Stop one; the answers so far stay."""
        person = person_of(request.scope)
        run = _visible(desk, person, batch)
        desk.office.stop(person.id, run.id)
        now = _batch(_visible(desk, person, batch))
        if now["status"] == "in_progress":  # the answer in hand ends first
            now["status"] = "cancelling"
        return now

    @router.delete("/batches/{batch}", tags=["Batches"], dependencies=[asking])
    def remove(request: Request, batch: str) -> dict[str, Any]:
        """Forget one, and its answers."""
        person = person_of(request.scope)
        desk.office.delete(person.id, _visible(desk, person, batch).id)
        return {"id": batch, "object": "batch", "deleted": True}


class _Held:
    """Questionnaires that wait in memory for their batch."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: OrderedDict[str, tuple[str, float, str, bytes]] = OrderedDict()
        self._coming: Counter[str] = Counter()  # by the person's id

    @contextmanager
    def receiving(self, person: Person) -> Iterator[None]:
        """A block in which one is received and kept; its bytes are in memory from the first on."""
        with self._lock:
            old = time.time() - _HELD_S
            for key in [key for key, one in self._held.items() if one[1] < old]:
                del self._held[key]
            here = sum(one[0].partition(" ")[0] == person.id for one in self._held.values())
            if here + self._coming[person.id] >= _HELD_EACH:
                raise ApiError(
                    f"{_HELD_EACH} of your questionnaires wait for their batch; begin one, or "
                    "delete its file", 409, "refused",
                )  # fmt: skip
            self._coming[person.id] += 1
        try:
            yield
        finally:
            with self._lock:
                self._coming[person.id] -= 1

    def keep(self, person: Person, name: str, content: bytes) -> dict[str, Any]:
        key = f"file-q{uuid.uuid4().hex}"
        with self._lock:
            self._held[key] = (self._whose(person), time.time(), name, content)
        return self.find(person, key) or {}

    def find(self, person: Person, key: str) -> dict[str, Any] | None:
        with self._lock:
            one = self._held.get(key)
        if one is None or one[0] != self._whose(person):
            return None
        return _file(key, one[2], len(one[3]), int(one[1]), "processed", purpose="batch")

    def content(self, person: Person, key: str) -> tuple[str, bytes]:
        with self._lock:
            one = self._held.get(key)
        if one is None or one[0] != self._whose(person):
            raise ApiError("there is no such questionnaire; hand it in again", 404, "not_found",
                           param="input_file_id")  # fmt: skip
        return one[2], one[3]

    def drop(self, person: Person, key: str) -> bool:
        with self._lock:
            one = self._held.get(key)
            if one is None or one[0] != self._whose(person):
                return False
            del self._held[key]
            return True

    @staticmethod
    def _whose(person: Person) -> str:
        """The key's: another one of the same person may be confined to less."""
        return f"{person.id} {person.key}"


def _covers(person: Person, run: Run) -> bool:
    """Whether a key may see a questionnaire of its person: all that it asks lies in the key's."""
    if person.only is None:
        return True
    return run.order.spaces is not None and set(run.order.spaces) <= person.only


def _visible(desk: FileDesk, person: Person, batch: str) -> Run:
    run = desk.office.run(person.id, batch.removeprefix("batch_"))
    if not _covers(person, run):
        raise OfficeNotThere("there is no such questionnaire")
    return run


def _run_of(file: str) -> str:
    """The questionnaire whose answers a file has; "" for another file."""
    return file.removeprefix("file-answers-") if file.startswith("file-answers-") else ""


def _batch(
    run: Run, input_file: str = "", metadata: Mapping[str, str] | None = None
) -> dict[str, Any]:
    ended = not run.open
    failed = run.state in ("failed", "changed")
    error = {"code": run.state, "message": run.reason, "line": None, "param": None}
    return {
        "id": f"batch_{run.id}",
        "object": "batch",
        "endpoint": "/v1/chat/completions",
        "completion_window": "24h",
        "input_file_id": input_file or "file-gone",
        "output_file_id": f"file-answers-{run.id}" if ended and run.counts.done else None,
        "error_file_id": None,
        "errors": {"object": "list", "data": [error]} if failed else None,
        "status": _STATUS[run.state],
        "created_at": 0,
        "metadata": dict(metadata) if metadata else None,
        "request_counts": {
            "total": run.counts.total,
            "completed": run.counts.done - run.counts.failed,
            "failed": run.counts.failed,
        },
        "strongroom": {
            "name": run.name,
            "state": run.state,
            "reason": run.reason,
            "remarks": list(run.remarks),
            "found": run.counts.found,
            "partly_supported": run.counts.partly_supported,
            "not_found": run.counts.not_found,
        },
    }


def _as_questionnaire(name: str, content: bytes) -> tuple[str, bytes]:
    """The protocol's own requests, a line each, as questions by their `custom_id`."""
    if not name.lower().endswith(".jsonl"):
        return name, content
    rows = []
    for line in content.decode("utf-8", "replace").splitlines():
        if not line.strip():
            continue
        try:
            told = json.loads(line)
        except (ValueError, RecursionError):
            return name, content  # the reader of questionnaires says what is wrong
        if not isinstance(told, dict) or "custom_id" not in told or "body" not in told:
            return name, content
        rows.append({"id": str(told["custom_id"]), "question": _asked(told["body"])})
    return name, "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()


def _asked(body: Any) -> str:
    """The question of a request; each stands alone."""
    messages = body.get("messages", body.get("input")) if isinstance(body, dict) else None
    if isinstance(messages, str):
        return messages
    try:
        return conversation([Message.model_validate(one) for one in messages or ()])[0]
    except ValueError as error:
        raise ApiError(f"the questionnaire: {str(error)[:200]}") from None


def file_id(space: str, name: str) -> str:
    """The id by which programs know a document."""
    told = json.dumps([space, name], ensure_ascii=False).encode("utf-8", "surrogatepass")
    return "file-" + urlsafe_b64encode(told).decode().rstrip("=")


def _place(file: str) -> tuple[str, str]:
    """Space and name of a document. Raises NotThere."""
    text = file.removeprefix("file-")
    try:
        told = json.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (ValueError, binascii.Error, RecursionError):
        raise NotThere from None
    if not (isinstance(told, list) and len(told) == 2 and all(isinstance(x, str) for x in told)):
        raise NotThere
    return told[0], told[1]


def _record(desk: FileDesk, person: Person, space: str, name: str) -> DocumentRecord | None:
    known = desk.workspace_of(person).documents([space])
    return next((one for one in known if one.name == name), None)


def _newest_upload(desk: FileDesk, person: Person, space: str, name: str) -> Upload | None:
    """The newest upload of the person's that has this document; None where they may not add."""
    if not desk.workspace_of(person).curated([space]):
        return None
    mine = (one for one in desk.uploads.of_space(space) if one.person == person.id)
    return next((one for one in mine if name in one.files), None)


def _reason(upload: Upload, name: str) -> str:
    """Why a file of an ended upload is no document; "" where it is one."""
    if upload.state == "failed":
        return upload.reason or "failed"
    told = [one for one in upload.statuses if one.document == name]
    return told[0].reason or "rejected" if told and told[0].status == "rejected" else ""


def _uploading(upload: Upload, name: str) -> dict[str, Any]:
    reason = _reason(upload, name)
    status = "error" if reason else "processed" if upload.state == "done" else "uploaded"
    return _file(
        file_id(upload.space, name),
        name,
        upload.size,
        0,
        status,
        reason=reason,
        space=upload.space,
    )


def _document(record: DocumentRecord) -> dict[str, Any]:
    moment = int(datetime.fromisoformat(record.indexed_at).timestamp())
    return _file(
        file_id(record.space, record.name),
        record.name,
        0,
        moment,
        "processed",
        space=record.space,
        title=record.title,
        pages=record.pages,
        sha256=record.sha256,
        warning=record.warning,
    )


def _file(
    id: str,
    name: str,
    size: int,
    created: int,
    status: str,
    *,
    purpose: str = "user_data",
    reason: str = "",
    **more: Any,
) -> dict[str, Any]:
    return {
        "id": id,
        "object": "file",
        "bytes": size,
        "created_at": created,
        "filename": name,
        "purpose": purpose,
        "status": status,
        "status_details": reason or None,
        "strongroom": more,
    }


def _disposition(name: str) -> str:
    file = name.rpartition("/")[2]
    named = quoted(file.encode("utf-8", "replace"), safe="")
    return f"attachment; filename*=UTF-8''{named}"


_FORM = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {
                        "purpose": {
                            "type": "string",
                            "description": "`user_data` for a document, `batch` for a "
                            "questionnaire",
                        },
                        "space": {"type": "string", "description": "the space's name"},
                        "name": {
                            "type": "string",
                            "description": "the document's name, folders included; by default "
                            "the file's",
                        },
                        "file": {"type": "string", "format": "binary"},
                    },
                }
            }
        },
    }
}
