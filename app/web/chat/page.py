"""The chat page: Gradio's widgets and what they are bound to. Import only to serve."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection
from typing import Any

import gradio as gr

from app.people.access import only_audits
from app.people.conversations.store import Conversations
from app.web.auth.csrf import csrf_token
from app.web.auth.security import Scope
from app.web.auth.signed_in import can_sign_out, person_of
from app.web.chat import frame
from app.web.chat.answers import Answers
from app.web.chat.backend import ChatBackend
from app.web.chat.handlers import Handlers, Shown, Update, texts_of, words_of
from app.web.i18n.languages import LANGUAGES, language_for, widget_labels
from app.web.preferences import PATH, preferences_of

# chat.js, which the page loads once, takes every part over.
_SCRIPT = "(window.strongroomParts ??= []).push([element, trigger, watch]);"
# The conversation in the address, which only the browser knows.
_ASKED_FOR = "() => [new URLSearchParams(window.location.search).get('c') || '']"
# The words that Gradio's own widgets show.
_LABELS = ("question_label", "question_placeholder", "ask", "stop")
# What the page's script sends.
_EVENTS = (
    "ask", "example", "suggestion", "retry", "everywhere", "edit", "open", "fresh", "choose",
    "stop", "withdraw",
)  # fmt: skip
# Events of the page that are no questions: opening, stopping, choosing. Each takes a moment.
_ROOM_FOR_OTHERS = 100


def words() -> gr.I18n:
    """Return the labels of the widgets; the browser picks the language."""
    return gr.I18n(**widget_labels(_LABELS))


def build_page(
    backend: ChatBackend,
    conversations: Conversations,
    answers: Answers,
    *,
    at_once: int,
    links: Collection[str] = (),
    upload_mib: int = 0,
) -> gr.Blocks:
    """Return the page, which shows how `answers` come; `at_once` of them are under way at most.

    A file that is added has `upload_mib` at most. `links` are the paths of the other pages that
    there are.
    """
    word = words()

    def part(name: str, sends: Collection[str] = ()) -> gr.HTML:
        # Gradio looks into the script for the names of the events that a part can send.
        script = _SCRIPT + "".join(f"  // {event!r}" for event in sends)
        return gr.HTML(elem_id=f"sr-{name}", js_on_load=script, apply_default_css=False)

    with gr.Blocks(analytics_enabled=False, title="Strongroom", fill_width=True) as page:
        talk = gr.State(None)
        asked_for = gr.Textbox(visible=False)
        around = part("frame", _EVENTS)
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
                    interactive=True,
                    elem_id="sr-question-box",
                    scale=1,
                )
                # Which of the two is seen is for the style sheet: by whether an answer is written.
                gr.Button(word("ask"), variant="primary", elem_id="sr-ask", scale=0)
                stop = gr.Button(word("stop"), elem_id="sr-stop", scale=0)
            scope = part("scope")
        while_starting = gr.Timer(3, active=False)
        shown = Shown(talk, past, live, question, scope)
        handlers = Handlers(backend, conversations, answers, shown)

        async def open_page(wanted: str, request: gr.Request) -> AsyncIterator[Update]:
            account = await asyncio.to_thread(
                account_of, backend, request.request.scope, links, upload_mib
            )
            bar = await asyncio.to_thread(_header, backend, request, account)
            first = {
                around: frame.frame_html(texts_of(request), words_of(request), account),
                header: bar,
                while_starting: gr.update(active=backend.readiness().status != "ready"),
            }
            async for drawn in handlers.open_first(wanted or "", request):
                yield {**first, **drawn}
                first = {}

        async def look_again(request: gr.Request) -> Update:
            account = await asyncio.to_thread(
                account_of, backend, request.request.scope, links, upload_mib
            )
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
        stop.click(handlers.stop, inputs=[talk], **free)
        # Not the box's own event for a question: Gradio reads a box a moment after it was sent,
        # when its reader may have gone on writing.
        events: dict[str, Callable[..., object]] = {
            name: getattr(handlers, name) for name in _EVENTS
        }
        silent = ("stop", "withdraw")  # what they do is shown by whoever follows the answer
        # By default Gradio drops an event until the one before it is over, which it is a moment
        # after its answer was shown. Whether a question is on its way is ours to say.
        for name, handler in events.items():
            getattr(around, name)(
                handler,
                inputs=[talk],
                outputs=[] if name in silent else all_shown,
                trigger_mode="multiple",
                **free,
            )
    # Gradio runs so many events at once, whatever they are; a question that waits is one of them.
    page.max_threads = _ROOM_FOR_OTHERS + at_once
    page.queue(default_concurrency_limit=None, api_open=False)
    return page


def account_of(
    backend: ChatBackend, scope: Scope, links: Collection[str], upload_mib: int = 0
) -> frame.Account:
    """Whose page a request is for, and which of the pages at `links` are theirs.

    `upload_mib` is the largest file that can be added.
    """
    person = person_of(scope)
    return frame.Account(
        name=person.full_name or person.name,
        person=person.id,
        csrf=csrf_token(scope),
        signs_out=can_sign_out(scope),
        has_account="/account" in links and can_sign_out(scope),
        has_library="/library" in links and not only_audits(person),
        adds_documents="/documents" in links and not only_audits(person),
        has_questionnaires="/questionnaires" in links and not only_audits(person),
        has_shared="/shared" in links and not only_audits(person),
        has_saved="/saved" in links and not only_audits(person),
        curates=backend.curates(person),
        administers="/administration" in links and person.administrator,
        administrator=person.administrator,
        upload_mib=upload_mib,
        looks=looks_of(scope) if PATH in links else None,
    )


def looks_of(scope: Scope) -> frame.Looks:
    """How the pages look to whoever sends this request."""
    headers = dict(scope["headers"])
    language = language_for(headers.get(b"accept-language", b"").decode("latin-1"))
    return frame.Looks(
        language.code,
        [(code, one.layout.language_name) for code, one in LANGUAGES.items()],
        preferences_of(scope).light,
        language.layout,
    )


def _header(backend: ChatBackend, request: gr.Request, account: frame.Account) -> str:
    return frame.header_html(
        texts_of(request), words_of(request), backend.readiness(), backend.model(), account
    )
