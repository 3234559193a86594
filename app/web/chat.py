"""The chat page: Gradio's widgets, and what happens when they are used. Import only to serve."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import gradio as gr

from app.events import Event
from app.people.access import Person
from app.web import markup, view
from app.web.asking import Asking
from app.web.backend import AnswerFailed, ChatBackend, FailureKind
from app.web.signed_in import person_of
from app.web.texts import Texts, labels, texts_for
from app.web.view import Turn
from vectorstore.records import DocumentRecord

# Longer questions are refused before anything counts their tokens; no window holds so much.
QUESTION_CHARACTERS = 20_000
_SCRIPT = Path(__file__).with_name("chat.js")
Update = dict[Any, Any]


class Conversation:
    """The turns of one tab; lives as long as the tab. Only the event loop touches it."""

    def __init__(self) -> None:
        self.turns: list[Turn] = []
        self.asking: Asking | None = None
        self.left = False  # its reader has begun another one; nothing more of it is shown
        self._idle = asyncio.Event()
        self._idle.set()

    def begin(self, turn: Turn, asking: Asking) -> None:
        self.turns.append(turn)
        self.asking = asking
        self._idle.clear()

    def end(self, turn: Turn) -> None:
        self.turns[-1] = turn
        self.asking = None
        self._idle.set()

    def stop(self) -> None:
        if self.asking is not None:
            self.asking.stop()

    async def leave(self) -> None:
        """Stop, and wait until the page has been told the last of it."""
        self.left = True
        self.stop()
        await self._idle.wait()


def words() -> gr.I18n:
    """Return the labels of the widgets; the browser picks the language."""
    return gr.I18n(**labels())


def build_page(backend: ChatBackend, *, questions_at_once: int, waiting: int) -> gr.Blocks:
    """Return the page. `questions_at_once` are answered together, `waiting` more may queue."""
    word = words()
    script = _SCRIPT.read_text(encoding="utf-8")
    with gr.Blocks(analytics_enabled=False, title="Strongroom", fill_width=True) as page:
        conversation = gr.State(None)
        header = gr.HTML(elem_id="sr-header", js_on_load=script, apply_default_css=False)
        with gr.Column(elem_id="sr-talk"):
            past = gr.HTML(elem_id="sr-past", js_on_load=script, apply_default_css=False)
            live = gr.HTML(elem_id="sr-live", js_on_load=script, apply_default_css=False)
        with gr.Column(elem_id="sr-composer"):
            with gr.Row(elem_id="sr-ask-row"):
                question = gr.Textbox(
                    label=word("question_label"),
                    show_label=False,
                    placeholder=word("question_placeholder"),
                    lines=1,
                    max_lines=7,
                    container=False,
                    autofocus=True,
                    elem_id="sr-question-box",
                    scale=1,
                )
                ask = gr.Button(word("ask"), variant="primary", elem_id="sr-ask", scale=0)
                stop = gr.Button(word("stop"), visible=False, elem_id="sr-stop", scale=0)
            with gr.Row(elem_id="sr-scope-row"):
                chosen = gr.Dropdown(
                    label=word("documents_label"),
                    choices=[],
                    multiselect=True,
                    filterable=True,
                    value=[],
                    elem_id="sr-documents",
                    scale=1,
                )
        while_starting = gr.Timer(3, active=False)
        shown = [conversation, past, live, question, ask, stop]
        handlers = _Handlers(backend, conversation, past, live, question, ask, stop)

        async def open_page(request: gr.Request) -> Update:
            texts = _texts(request)
            documents, examples, bar = await asyncio.gather(
                asyncio.to_thread(backend.documents, _person(request)),
                asyncio.to_thread(backend.examples, _person(request)),
                asyncio.to_thread(_header, backend, texts),
            )
            return {
                conversation: Conversation(),
                header: bar,
                live: markup.welcome_html(texts, len(documents), examples),
                chosen: gr.update(choices=[(d.name, _key(d)) for d in documents], value=[]),
                while_starting: gr.update(active=backend.readiness().status != "ready"),
            }

        async def look_again(request: gr.Request) -> Update:
            return {
                header: await asyncio.to_thread(_header, backend, _texts(request)),
                while_starting: gr.update(active=backend.readiness().status != "ready"),
            }

        quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
        alone: dict[str, Any] = {**quiet, "concurrency_limit": None}
        answering: dict[str, Any] = {
            **quiet,
            "concurrency_limit": questions_at_once,
            "concurrency_id": "answers",
        }
        page.load(open_page, outputs=[conversation, header, live, chosen, while_starting], **alone)
        while_starting.tick(look_again, outputs=[header, while_starting], **alone)
        gr.on(
            [question.submit, ask.click],
            handlers.ask,
            inputs=[question, chosen, conversation],
            outputs=shown,
            **answering,
        )
        live.example(handlers.example, inputs=[chosen, conversation], outputs=shown, **answering)
        live.retry(handlers.retry, inputs=[conversation], outputs=shown, **answering)
        stop.click(handlers.stop, inputs=[conversation], **alone)
        header.fresh(handlers.fresh, inputs=[conversation], outputs=shown, **alone)
    page.queue(
        default_concurrency_limit=questions_at_once,
        max_size=questions_at_once + waiting,
        api_open=False,
    )
    return page


class _Handlers:
    """What the page's buttons do."""

    def __init__(self, backend: ChatBackend, *shown: Any) -> None:
        self._backend = backend
        (
            self._conversation,
            self._past,
            self._live,
            self._question,
            self._ask,
            self._stop,
        ) = shown

    async def ask(
        self,
        question: str,
        chosen: list[str],
        conversation: Conversation | None,
        request: gr.Request,
    ) -> AsyncIterator[Update]:
        talk = conversation or Conversation()
        question = (question or "").strip()
        if not question or talk.asking is not None:
            yield {self._conversation: talk}
            return
        documents = await self._chosen(chosen, request)
        turn = Turn(len(talk.turns) + 1, question, documents)
        gone = bool(chosen) and not documents
        async for update in self._answer(talk, turn, request, gone=gone):
            yield update

    async def example(
        self,
        chosen: list[str],
        conversation: Conversation | None,
        request: gr.Request,
        event: gr.EventData,
    ) -> AsyncIterator[Update]:
        examples = await asyncio.to_thread(self._backend.examples, _person(request))
        index = getattr(event, "index", None)
        if isinstance(index, int) and 0 <= index < len(examples):
            async for update in self.ask(examples[index], chosen, conversation, request):
                yield update

    async def retry(
        self, conversation: Conversation | None, request: gr.Request
    ) -> AsyncIterator[Update]:
        if conversation is None or not conversation.turns or conversation.asking is not None:
            return
        last = conversation.turns.pop()
        turn = Turn(last.number, last.question, last.documents)
        async for update in self._answer(conversation, turn, request, keep_box=True):
            yield update

    async def stop(self, conversation: Conversation | None) -> None:
        if conversation is not None:
            conversation.stop()

    async def fresh(self, conversation: Conversation | None, request: gr.Request) -> Update:
        if conversation is not None:
            await conversation.leave()
        person = _person(request)
        documents = await asyncio.to_thread(self._backend.documents, person)
        examples = await asyncio.to_thread(self._backend.examples, person)
        return {
            self._conversation: Conversation(),
            self._past: "",
            self._live: markup.welcome_html(_texts(request), len(documents), examples),
            self._question: "",
            self._ask: gr.update(visible=True),
            self._stop: gr.update(visible=False),
        }

    async def _answer(
        self,
        talk: Conversation,
        turn: Turn,
        request: gr.Request,
        *,
        keep_box: bool = False,
        gone: bool = False,
    ) -> AsyncIterator[Update]:
        """Answer `turn`; `gone` when none of the chosen documents is there any more."""
        texts, person = _texts(request), _person(request)
        earlier = view.earlier_answers(talk.turns)
        past = markup.turns_html(texts, talk.turns)
        searched = len(await asyncio.to_thread(self._backend.documents, person))
        if talk.asking is not None:  # another question was quicker
            return
        question, documents = turn.question, turn.documents

        def begin() -> Iterator[Event]:
            if gone:  # never search everything instead
                raise AnswerFailed(FailureKind.GONE)
            if len(question) > QUESTION_CHARACTERS:
                raise AnswerFailed(FailureKind.TOO_LONG)
            return self._backend.ask(
                question, earlier=earlier, documents=documents or None, person=person
            )

        asking = Asking(begin)
        talk.begin(turn, asking)
        first: Update = {
            self._conversation: talk,
            self._past: past,
            self._live: markup.turn_html(texts, turn, searched=searched),
            self._ask: gr.update(visible=False),
            self._stop: gr.update(visible=True),
        }
        try:
            yield first if keep_box else {**first, self._question: ""}
            async for events in asking.batches():
                for event in events:
                    turn = view.advance(turn, event)
                if not talk.left:
                    yield {self._live: markup.turn_html(texts, turn, searched=searched)}
            turn = view.stop(turn)
        except AnswerFailed as failure:
            turn = view.fail(turn, failure)
        finally:
            # Also when the tab was closed, which cancels this generator: the engine is freed.
            asking.stop()
            turn = view.stop(turn)
            talk.end(turn)
        if talk.left:
            return
        yield {
            self._live: markup.turn_html(texts, turn),
            self._ask: gr.update(visible=True),
            self._stop: gr.update(visible=False),
        }

    async def _chosen(self, keys: list[str], request: gr.Request) -> tuple[DocumentRecord, ...]:
        if not keys:
            return ()
        wanted = set(keys)
        documents = await asyncio.to_thread(self._backend.documents, _person(request))
        return tuple(document for document in documents if _key(document) in wanted)


def _header(backend: ChatBackend, texts: Texts) -> str:
    return markup.header_html(texts, backend.readiness(), backend.model())


def _key(document: DocumentRecord) -> str:
    return f"{document.space}/{document.name}"


def _person(request: gr.Request) -> Person:
    return person_of(request.request.scope)


def _texts(request: gr.Request) -> Texts:
    return texts_for(request.headers.get("accept-language", ""))
