"""What programs are answered: answers, passages and documents as JSON of the OpenAI protocol."""

import json
import re
import time
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from app.answering.events import Answer, Citation
from app.people.sources.links import source_link
from vectorstore.records import Hit

_MARK = re.compile(r"\[(\d{1,4})\]")


def sse(data: dict[str, Any], event: str = "") -> bytes:
    """One server-sent event."""
    named = f"event: {event}\n" if event else ""
    return f"{named}data: {json.dumps(data, ensure_ascii=False)}\n\n".encode()


def cited(citation: Citation, base: str) -> dict[str, Any]:
    """A citation, with the address of its page for a person who has signed in."""
    return {**asdict(citation), "url": base + source_link(citation)}


def passage(hit: Hit, base: str) -> dict[str, Any]:
    """A passage."""
    plain = asdict(hit)
    del plain["signals"]
    return {"object": "search.result", **plain, "url": base + source_link(hit)}


def about(answer: Answer, base: str) -> dict[str, Any]:
    """The extra field `strongroom` of an answer."""
    return {
        "id": answer.id,
        "answer": answer.answer,
        "outcome": answer.outcome,
        "found": answer.found,
        "form": answer.form,
        "missing": list(answer.missing),
        "quoted": answer.quoted,
        "confidence": answer.confidence,
        "citations": [cited(one, base) for one in answer.citations],
        "evidence": [cited(one, base) for one in answer.evidence],
        "notices": [asdict(one) for one in answer.notices],
        "model": asdict(answer.model),
        "timings": answer.timings,
    }


def annotations(
    text: str, citations: Sequence[Citation], base: str, *, start: int = 0
) -> list[dict[str, Any]]:
    """Where `text` cites what, as the protocol tells it. Places count from `start`."""
    known = {one.n: one for one in citations}
    found = []
    for mark in _MARK.finditer(text):
        citation = known.get(int(mark[1]))
        if citation is not None:
            found.append(
                {
                    "start_index": start + mark.start(),
                    "end_index": start + mark.end(),
                    "url": base + source_link(citation),
                    "title": citation.document
                    + (f", page {citation.page}" if citation.page is not None else ""),
                }
            )
    return found


class Chat:
    """Writes one chat completion."""

    def __init__(self, id: str, model: str) -> None:
        self._head = {"id": f"chatcmpl-{id}", "created": int(time.time()), "model": model}

    def whole(self, answer: Answer, base: str) -> dict[str, Any]:
        """All of it at once."""
        message = {
            "role": "assistant",
            "content": answer.answer,
            "refusal": None,
            "annotations": _chat_annotations(answer.answer, answer, base, 0),
        }
        return {
            "object": "chat.completion",
            **self._head,
            "choices": [{"index": 0, "message": message, "finish_reason": "stop",
                         "logprobs": None}],
            "usage": _chat_usage(answer),
            "strongroom": about(answer, base),
        }  # fmt: skip

    def opening(self) -> bytes:
        return self._chunk({"role": "assistant", "content": ""})

    def text(self, text: str) -> bytes:
        return self._chunk({"content": text})

    def ending(self, answer: Answer, base: str, *, start: int, with_usage: bool) -> bytes:
        """The citations and the outcome; `start` is where the answer begins in what was sent."""
        told = _chat_annotations(answer.answer, answer, base, start)
        end = self._chunk({"annotations": told}, "stop", strongroom=about(answer, base))
        usage = {"object": "chat.completion.chunk", **self._head, "choices": []}
        counted = sse({**usage, "usage": _chat_usage(answer)}) if with_usage else b""
        return end + counted + b"data: [DONE]\n\n"

    def _chunk(self, delta: dict[str, Any], end: str | None = None, **more: Any) -> bytes:
        choice = {"index": 0, "delta": delta, "finish_reason": end, "logprobs": None}
        return sse({"object": "chat.completion.chunk", **self._head, "choices": [choice], **more})


class Response:
    """Writes one response, whole or as its events."""

    def __init__(self, id: str, model: str) -> None:
        self._id = id
        self._model = model
        self._created = time.time()
        self._number = -1

    def whole(
        self, answer: Answer | None, base: str, *, text: str = "", start: int = 0
    ) -> dict[str, Any]:
        """All of it; without an answer as it is begun. `text` is what was sent in its place."""
        usage = None
        if answer is not None:
            details = {"cached_tokens": answer.usage.cached_tokens}
            usage = {
                "input_tokens": answer.usage.prompt_tokens,
                "input_tokens_details": details,
                "output_tokens": answer.usage.completion_tokens,
                "output_tokens_details": {"reasoning_tokens": 0},
                "total_tokens": answer.usage.prompt_tokens + answer.usage.completion_tokens,
            }
        return {
            "id": f"resp_{self._id}",
            "object": "response",
            "created_at": self._created,
            "status": "in_progress" if answer is None else "completed",
            "error": None,
            "incomplete_details": None,
            "instructions": None,
            "metadata": {},
            "model": self._model,
            "output": []
            if answer is None
            else [self._item(text or answer.answer, self._told(answer, base, start))],
            "parallel_tool_calls": False,
            "previous_response_id": None,
            "store": False,
            "temperature": None,
            "text": {"format": {"type": "text"}},
            "tool_choice": "none",
            "tools": [],
            "top_p": None,
            "usage": usage,
            **({} if answer is None else {"strongroom": about(answer, base)}),
        }

    def opening(self) -> bytes:
        begun = self.whole(None, "")
        item = {**self._item("", []), "status": "in_progress", "content": []}
        return (
            self._event("response.created", response=begun)
            + self._event("response.in_progress", response=begun)
            + self._event("response.output_item.added", output_index=0, item=item)
            + self._in_part("response.content_part.added", part=self._part("", []))
        )

    def text(self, text: str) -> bytes:
        return self._in_part("response.output_text.delta", delta=text, logprobs=[])

    def ending(self, answer: Answer, base: str, *, sent: str, start: int) -> bytes:
        """The citations, and the whole again; `sent` is all text that was sent."""
        told = self._told(answer, base, start)
        notes = b"".join(
            self._in_part(
                "response.output_text.annotation.added", annotation_index=number, annotation=one
            )
            for number, one in enumerate(told)
        )
        whole = self.whole(answer, base, text=sent, start=start)
        return (
            notes
            + self._in_part("response.output_text.done", text=sent, logprobs=[])
            + self._in_part("response.content_part.done", part=self._part(sent, told))
            + self._event("response.output_item.done", output_index=0, item=whole["output"][0])
            + self._event("response.completed", response=whole)
        )

    def failed(self, error: dict[str, Any]) -> bytes:
        """The end of a response that has begun and cannot go on."""
        inner = error["error"]
        return self._event(
            "error", code=inner["code"], message=inner["message"], param=inner["param"]
        )

    def _told(self, answer: Answer, base: str, start: int) -> list[dict[str, Any]]:
        found = annotations(answer.answer, answer.citations, base, start=start)
        return [{"type": "url_citation", **one} for one in found]

    def _part(self, text: str, told: list[dict[str, Any]]) -> dict[str, Any]:
        return {"type": "output_text", "text": text, "annotations": told, "logprobs": []}

    def _item(self, text: str, told: list[dict[str, Any]]) -> dict[str, Any]:
        return {
            "id": f"msg_{self._id}",
            "type": "message",
            "role": "assistant",
            "status": "completed",
            "content": [self._part(text, told)],
        }

    def _in_part(self, kind: str, **more: Any) -> bytes:
        return self._event(kind, item_id=f"msg_{self._id}", output_index=0, content_index=0, **more)

    def _event(self, kind: str, **more: Any) -> bytes:
        self._number += 1
        return sse({"type": kind, "sequence_number": self._number, **more}, kind)


def _chat_annotations(text: str, answer: Answer, base: str, start: int) -> list[dict[str, Any]]:
    found = annotations(text, answer.citations, base, start=start)
    return [{"type": "url_citation", "url_citation": one} for one in found]


def _chat_usage(answer: Answer) -> dict[str, Any]:
    used = answer.usage
    return {
        "prompt_tokens": used.prompt_tokens,
        "completion_tokens": used.completion_tokens,
        "total_tokens": used.prompt_tokens + used.completion_tokens,
        "prompt_tokens_details": {"cached_tokens": used.cached_tokens},
    }
