"""The page's own HTML. Everything that is not ours is escaped here, on its way into it."""

import html
import re
from collections.abc import Sequence

from app.web.backend import AnswerFailed, FailureKind, ModelNotice, Readiness
from app.web.foreign import visible
from app.web.texts import Texts
from app.web.view import Piece, Source, Stage, Turn, pieces, sources

_BOLD = re.compile(r"\*\*(?=\S)([^*\n]+?)(?<=\S)\*\*")
_MARKS = re.compile(r"\s*\[(\d{1,3}(?:\s*,\s*\d{1,3})*)\]")

_CODE_ADD_MODEL = "strongroom models add MODEL.gguf"
_CODE_INGEST = "strongroom ingest FOLDER"
_MARK_SVG = (
    '<svg class="sr-mark" viewBox="0 0 32 32" aria-hidden="true">'
    '<rect x="2" y="2" width="28" height="28" rx="8"/>'
    '<path d="M16 7a5.6 5.6 0 0 0-2.9 10.4L11.4 25h9.2l-1.7-7.6A5.6 5.6 0 0 0 16 7z"/></svg>'
)


def escape(text: str) -> str:
    """Return foreign text as harmless HTML: no tags, no control or reordering characters."""
    return html.escape(visible(text), quote=True)


def header_html(texts: Texts, readiness: Readiness, model: ModelNotice | None) -> str:
    """Return the band at the top: name, state of the engine, notices."""
    words = {
        "ready": texts.status_ready,
        "starting": texts.status_starting,
        "restarting": texts.status_restarting,
        "failed": texts.status_failed,
    }[readiness.status]
    return (
        f'<a class="sr-skip" href="#question" data-action="focus-question">'
        f"{escape(texts.skip_to_question)}</a>"
        f'<div class="sr-bar"><div class="sr-brand">{_MARK_SVG}<div>'
        f'<h1 class="sr-name">{escape(texts.title)}</h1>'
        f'<p class="sr-promise">{escape(texts.promise)}</p></div></div>'
        f'<div class="sr-tools" data-all-documents="{escape(texts.all_documents)}">'
        f'<span class="sr-state sr-state-{readiness.status}" role="status">'
        f"{escape(words)}</span>"
        f'<button type="button" class="sr-button" data-action="fresh">'
        f"{escape(texts.new_conversation)}</button></div></div>{_notice(texts, model)}"
    )


def _notice(texts: Texts, model: ModelNotice | None) -> str:
    if model is None:
        title, words = texts.no_model_title, escape(texts.no_model)
    elif model.starter:
        name = f"<b>{escape(model.name)}</b>"
        title = texts.starter_title
        words = escape(texts.starter).replace("{model}", name) + " " + escape(texts.starter_remedy)
    else:
        return ""
    return (
        f'<p class="sr-notice" role="note"><strong>{escape(title)}</strong> {words} '
        f"<code>{_CODE_ADD_MODEL}</code>.</p>"
    )


def welcome_html(texts: Texts, documents: int, examples: Sequence[str]) -> str:
    """Return what stands in place of a conversation before the first question."""
    if not documents:
        return (
            f'<div class="sr-welcome"><h2>{escape(texts.no_documents_title)}</h2>'
            f"<p>{escape(texts.no_documents)} <code>{_CODE_INGEST}</code>.</p></div>"
        )
    cards = "".join(
        f'<li><button type="button" class="sr-example" data-action="example" '
        f'data-index="{index}">{escape(question)}</button></li>'
        for index, question in enumerate(examples)
    )
    offered = (
        f'<p class="sr-examples-title">{escape(texts.examples)}</p>'
        f'<ul class="sr-examples">{cards}</ul>'
        if cards
        else ""
    )
    return (
        f'<div class="sr-welcome"><h2>{escape(texts.welcome)}</h2>'
        f"<p>{escape(texts.count(texts.welcome_documents, documents))} "
        f"{escape(texts.welcome_promise)}</p>{offered}</div>"
    )


def turns_html(texts: Texts, turns: Sequence[Turn]) -> str:
    """Return turns that have ended and that another question followed."""
    return "".join(turn_html(texts, turn, last=False) for turn in turns)


def turn_html(texts: Texts, turn: Turn, *, last: bool = True, searched: int = 0) -> str:
    """Return one question with its answer and sources.

    Only the `last` one can be asked again; `searched` is the number of documents in reach.
    """
    only_in = ""
    if turn.documents:
        names = ", ".join(document.name for document in turn.documents[:3])
        rest = len(turn.documents) - 3
        if rest > 0:
            names += texts.and_ + texts.count(texts.more_documents, rest)
        only_in = f'<p class="sr-only-in">{escape(texts.only_in.format(documents=names))}</p>'
    number = texts.question_number.format(n=turn.number)
    return (
        f'<section class="sr-turn" id="turn-{turn.number}" aria-label="{escape(number)}" '
        f'data-stage="{turn.stage.value}">'
        f'<h2 class="sr-question">{escape(turn.question)}</h2>{only_in}'
        f'<div class="sr-grid"><div class="sr-answer">{_stage(texts, turn, searched)}'
        f"{_body(texts, turn)}{_left_out(texts, turn)}{_foot(texts, turn, last)}</div>"
        f"{_aside(texts, turn)}</div></section>"
    )


def _stage(texts: Texts, turn: Turn, searched: int) -> str:
    # The element stays in place while the words change, so that screen readers announce them.
    in_reach = len(turn.documents) or searched
    words = {
        Stage.WAITING: texts.searching,
        Stage.SEARCHING: texts.count(texts.searching_in, in_reach) if in_reach else texts.searching,
        Stage.READING: texts.count(texts.reading, len(turn.passages)),
        Stage.WRITING: texts.writing,
        Stage.STOPPED: texts.stopped_draft if turn.draft.strip() else texts.stopped,
    }.get(turn.stage, "")
    state = "busy" if turn.running else "quiet"
    return f'<p class="sr-stage sr-{state}" role="status">{escape(words)}</p>'


def _body(texts: Texts, turn: Turn) -> str:
    if turn.failure is not None:
        return (
            f'<div class="sr-box sr-failed" role="alert"><h3>{escape(texts.failed_title)}</h3>'
            f"<p>{_code(escape(failure_words(texts, turn.failure)))}</p></div>"
        )
    answer = turn.answer
    if answer is None:
        return f'<div class="sr-prose sr-draft">{_draft(turn.draft)}</div>' if turn.draft else ""
    if not answer.found:
        return (
            f'<div class="sr-box sr-not-found"><h3>{escape(texts.not_found_title)}</h3>'
            f"<p>{escape(texts.not_found)}</p></div>"
        )
    parts = pieces(answer)
    prose = "".join(_piece(texts, turn.number, piece) for piece in parts)
    if answer.quoted:
        return (
            f'<figure class="sr-quoted"><figcaption>{escape(texts.quoted)}</figcaption>'
            f'<blockquote class="sr-prose">{prose}</blockquote></figure>'
        )
    unsupported = sum(not piece.supported for piece in parts)
    legend = ""
    if unsupported:
        words = texts.count(texts.unsupported_legend, unsupported)
        legend = f'<p class="sr-legend">{escape(words)}</p>'
    return f'<div class="sr-prose">{prose}</div>{legend}'


def _piece(texts: Texts, turn: int, piece: Piece) -> str:
    words = _bold(escape(piece.text))
    if not piece.supported:
        mark = escape(texts.unsupported_mark)
        words = (
            f'<span class="sr-unsupported" title="{mark}">{words}'
            f'<span class="sr-unseen"> ({mark})</span></span>'
        )
    marks = "".join(
        f'<a class="sr-cite" href="#turn-{turn}-source-{n}" data-action="source" '
        f'aria-label="{escape(texts.source_number.format(n=n))}">{n}</a>'
        for n in piece.citations
    )
    return f"{escape(piece.gap)}{words}{marks}"


def _draft(text: str) -> str:
    return _MARKS.sub(r'<span class="sr-cite sr-cite-draft">\1</span>', _bold(escape(text)))


def _bold(escaped: str) -> str:
    return _BOLD.sub(r"<strong>\1</strong>", escaped)


def _code(escaped: str) -> str:
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escaped)


def failure_words(texts: Texts, failure: AnswerFailed) -> str:
    """Return what a reader is told when no answer came."""
    if failure.kind is FailureKind.BUSY and failure.seconds:
        return texts.count(texts.busy_seconds, max(1, round(failure.seconds)))
    return {
        FailureKind.BUSY: texts.busy,
        FailureKind.STARTING: texts.starting,
        FailureKind.DOWN: texts.down,
        FailureKind.TOO_LONG: texts.too_long,
        FailureKind.GONE: texts.gone,
        FailureKind.UNRECORDED: texts.unrecorded,
        FailureKind.UNKNOWN: texts.unknown,
    }[failure.kind]


def _left_out(texts: Texts, turn: Turn) -> str:
    if turn.answer is None:
        return ""
    parts = [
        texts.count(pair, n)
        for pair, n in (
            (texts.left_out_passages, turn.dropped.passages),
            (texts.left_out_turns, turn.dropped.history_turns),
        )
        if n
    ]
    if not parts:
        return ""
    words = texts.left_out.format(what=texts.and_.join(parts))
    return f'<p class="sr-left-out">{escape(words)}</p>'


def _foot(texts: Texts, turn: Turn, last: bool) -> str:
    if turn.running:
        return ""
    buttons = ""
    text = copy_text(texts, turn)
    if text:
        buttons += (
            f'<button type="button" class="sr-button" data-action="copy" '
            f'data-done="{escape(texts.copied)}">{escape(texts.copy)}</button>'
            f'<pre class="sr-copy" hidden>{escape(text)}</pre>'
        )
    if last:
        buttons += (
            f'<button type="button" class="sr-button" data-action="retry">'
            f"{escape(texts.retry)}</button>"
        )
    by = ""
    if turn.answer is not None:
        words = texts.answered_by.format(
            model=turn.answer.model.name, seconds=f"{turn.answer.timings.get('total_s', 0):.1f}"
        )
        by = f'<span class="sr-by">{escape(words)}</span>'
    return f'<div class="sr-foot">{buttons}{by}</div>'


def _aside(texts: Texts, turn: Turn) -> str:
    if turn.failure is not None:
        return ""
    shown = sources(turn)
    if turn.answer is None:
        if not shown.others:
            return ""
        words = texts.count(texts.passages_read, len(shown.others))
        read = _placeholders(shown.others)
        return f'<aside class="sr-sources"><h3>{escape(words)}</h3>{read}</aside>'
    if not turn.answer.found:
        cards = _cards(texts, turn.number, shown.others)
        if not cards:
            cards = f'<p class="sr-none">{escape(texts.no_nearest)}</p>'
        return f'<aside class="sr-sources"><h3>{escape(texts.nearest)}</h3>{cards}</aside>'
    more = ""
    if shown.others:
        more = (
            f'<details class="sr-more"><summary>'
            f"{escape(texts.count(texts.other_passages, len(shown.others)))}</summary>"
            f"{_cards(texts, turn.number, shown.others)}</details>"
        )
    return (
        f'<aside class="sr-sources"><h3>{escape(texts.sources)}</h3>'
        f"{_cards(texts, turn.number, shown.cited)}{more}</aside>"
    )


def _placeholders(read: Sequence[Source]) -> str:
    names = list(dict.fromkeys(source.document for source in read))[:4]
    return "".join(f'<p class="sr-reading">{_name(name)}</p>' for name in names)


def _cards(texts: Texts, turn: int, shown: Sequence[Source]) -> str:
    cards = "".join(_card(texts, turn, source) for source in shown)
    return f'<ol class="sr-cards">{cards}</ol>' if cards else ""


def _card(texts: Texts, turn: int, source: Source) -> str:
    number, anchor = "", ""
    if source.number is not None:
        anchor = f' id="turn-{turn}-source-{source.number}" tabindex="-1"'
        number = f'<span class="sr-number">{source.number}</span>'
    page = "" if source.page is None else escape(texts.page.format(page=source.page))
    heading = escape(" › ".join(part.strip() for part in source.heading.split(" > ") if part))
    place = " · ".join(part for part in (page, heading) if part)
    where = f'<p class="sr-place">{place}</p>' if place else ""
    quote = f'<blockquote class="sr-quote">{escape(source.quote)}</blockquote>'
    return (
        f'<li class="sr-card"{anchor}>{number}<div class="sr-card-body">'
        f'<p class="sr-document">{_name(source.document)}</p>{where}'
        f"{quote if source.quote else ''}</div></li>"
    )


def _name(document: str) -> str:
    """Return a document's name; its folder, where it has one, stands back."""
    folder, slash, name = document.rpartition("/")
    if not slash:
        return f"<bdi>{escape(name)}</bdi>"
    return f'<bdi><span class="sr-folder">{escape(folder)}/</span>{escape(name)}</bdi>'


def copy_text(texts: Texts, turn: Turn) -> str:
    """Return an answer with its sources as plain text, for the clipboard."""
    answer = turn.answer
    if answer is None or not answer.found:
        return turn.draft.strip() if answer is None else ""
    lines = [answer.answer.strip(), "", texts.sources]
    for source in sources(turn).cited:
        page = "" if source.page is None else ", " + texts.page.format(page=source.page)
        heading = f", {source.heading}" if source.heading else ""
        lines.append(f"[{source.number}] {source.document}{page}{heading}: “{source.quote}”")
    return "\n".join(lines)
