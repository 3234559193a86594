"""The chat page: Gradio's widgets and what they are bound to. Import only to serve."""

import asyncio
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

import gradio as gr

from app.people.access import only_audits
from app.people.conversations.store import Conversations
from app.web.auth.csrf import csrf_token
from app.web.auth.signed_in import can_sign_out
from app.web.chat import frame
from app.web.chat.backend import ChatBackend
from app.web.chat.handlers import Handlers, Shown, Update, person_behind, texts_of, words_of
from app.web.chat.tab_conversation import Places
from app.web.i18n.languages import widget_labels

_SCRIPT = Path(__file__).parents[1] / "chat.js"
# The conversation in the address, which only the browser knows.
_ASKED_FOR = "() => [new URLSearchParams(window.location.search).get('c') || '']"
# Questions of one person that are answered or wait at the same time, in all of their tabs.
_EACH = 4
# Events of the page that are no questions: opening, stopping, choosing. Each takes a moment.
_ROOM_FOR_OTHERS = 100


def words() -> gr.I18n:
    """Return the labels of the widgets; the browser picks the language."""
    return gr.I18n(**widget_labels())


def build_page(
    backend: ChatBackend,
    conversations: Conversations,
    *,
    questions_at_once: int,
    waiting: int,
    links: Collection[str] = (),
) -> gr.Blocks:
    """Return the page. `questions_at_once` are answered together, `waiting` more may queue.

    `links` are the paths of the other pages that there are.
    """
    word = words()
    script = _SCRIPT.read_text(encoding="utf-8")

    def part(name: str) -> gr.HTML:
        return gr.HTML(elem_id=f"sr-{name}", js_on_load=script, apply_default_css=False)

    with gr.Blocks(analytics_enabled=False, title="Strongroom", fill_width=True) as page:
        talk = gr.State(None)
        asked_for = gr.Textbox(visible=False)
        around = part("frame")
        header = part("header")
        with gr.Column(elem_id="sr-talk"):
            past = part("past")
            live = part("live")
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
            scope = part("scope")
        while_starting = gr.Timer(3, active=False)
        shown = Shown(talk, past, live, question, ask, stop, scope)
        places = Places(questions_at_once, waiting, _EACH)
        handlers = Handlers(backend, conversations, places, shown)

        async def open_page(wanted: str, request: gr.Request) -> Update:
            account = await asyncio.to_thread(_account, backend, request, links)
            bar, drawn = await asyncio.gather(
                asyncio.to_thread(_header, backend, request, account),
                handlers.open_first(wanted or "", request),
            )
            return {
                **drawn,
                around: frame.frame_html(texts_of(request), words_of(request), account),
                header: bar,
                while_starting: gr.update(active=backend.readiness().status != "ready"),
            }

        async def look_again(request: gr.Request) -> Update:
            account = await asyncio.to_thread(_account, backend, request, links)
            return {
                header: await asyncio.to_thread(_header, backend, request, account),
                while_starting: gr.update(active=backend.readiness().status != "ready"),
            }

        # Places limits what runs at once, and has words for it; Gradio's queue would show a notice
        # of its own.
        free: dict[str, Any] = {
            "show_progress": "hidden",
            "api_visibility": "private",
            "concurrency_limit": None,
        }
        all_shown = list(shown)
        page.load(
            open_page,
            inputs=[asked_for],
            outputs=[around, header, while_starting, *all_shown],
            js=_ASKED_FOR,
            **free,
        )
        while_starting.tick(look_again, outputs=[header, while_starting], **free)
        gr.on(
            [question.submit, ask.click],
            handlers.ask,
            inputs=[question, talk],
            outputs=all_shown,
            # By default Gradio drops an event until the one before it is over, which it is a moment
            # after its answer was shown. Whether a question is on its way is ours to say.
            trigger_mode="multiple",
            **free,
        )
        stop.click(handlers.stop, inputs=[talk], **free)
        events: dict[str, Callable[..., object]] = {
            "example": handlers.example,
            "suggestion": handlers.suggestion,
            "retry": handlers.retry,
            "everywhere": handlers.everywhere,
            "edit": handlers.edit,
            "open": handlers.open,
            "fresh": handlers.fresh,
            "choose": handlers.choose,
        }
        for name, handler in events.items():
            getattr(around, name)(
                handler, inputs=[talk], outputs=all_shown, trigger_mode="multiple", **free
            )
    # Gradio runs so many events at once, whatever they are; a question that waits is one of them.
    page.max_threads = _ROOM_FOR_OTHERS + questions_at_once + waiting
    page.queue(default_concurrency_limit=None, api_open=False)
    return page


def _account(backend: ChatBackend, request: gr.Request, links: Collection[str]) -> frame.Account:
    person, scope = person_behind(request), request.request.scope
    return frame.Account(
        name=person.full_name or person.name,
        csrf=csrf_token(scope),
        signs_out=can_sign_out(scope),
        has_account="/account" in links and can_sign_out(scope),
        adds_documents="/documents" in links and not only_audits(person),
        has_questionnaires="/questionnaires" in links and not only_audits(person),
        curates=backend.curates(person),
        administers="/administration" in links and person.administrator,
        administrator=person.administrator,
    )


def _header(backend: ChatBackend, request: gr.Request, account: frame.Account) -> str:
    return frame.header_html(
        texts_of(request), words_of(request), backend.readiness(), backend.model(), account
    )
