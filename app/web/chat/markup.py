"""The page's own HTML. Everything that is not ours is escaped here, on its way into it."""

import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.answering.filters.screen import is_withheld
from app.people.access import is_private
from app.people.sources.links import document_link, source_link
from app.web.chat.backend import AnswerFailed, FailureKind
from app.web.chat.icons import PENCIL, THUMB_DOWN, THUMB_UP
from app.web.chat.view import Piece, Source, Stage, Turn, pieces, sources
from app.web.i18n.words import Texts
from ingest.clean import visible

_BOLD = re.compile(r"\*\*(?=\S)([^*\n]+?)(?<=\S)\*\*")
_MARKS = re.compile(r"\s*\[(\d{1,3}(?:\s*,\s*\d{1,3})*)\]")

_CODE_INGEST = "strongroom ingest FOLDER"


def escape(text: str) -> str:
    """Return foreign text as harmless HTML: no tags, no control or reordering characters."""
    return html.escape(visible(text), quote=True)


def welcome_html(texts: Texts, documents: int, examples: Sequence[str], note: str = "") -> str:
    """Return what stands in place of a conversation before the first question."""
    said = f'<p class="sr-box" role="alert">{escape(note)}</p>' if note else ""
    if not documents:
        return (
            f'<div class="sr-welcome">{said}<h2>{escape(texts.no_documents_title)}</h2>'
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
        f'<div class="sr-welcome">{said}<h2>{escape(texts.welcome)}</h2>'
        f"<p>{escape(texts.welcome_documents.count(documents))} "
        f"{escape(texts.welcome_promise)}</p>{offered}</div>"
    )


@dataclass(frozen=True, slots=True)
class Around:
    """What surrounds a turn on the page. `searched` is the number of documents in reach.

    Only the `last` turn can be asked again and has `next_questions`; `saved` is false for an
    answer that could not be kept.
    """

    conversation: str = ""
    last: bool = True
    searched: int = 0
    next_questions: Sequence[str] = ()
    saved: bool = True


def turns_html(texts: Texts, turns: Sequence[Turn], conversation: str = "") -> str:
    """Return turns that have ended and that another question followed."""
    around = Around(conversation, last=False)
    return "".join(turn_html(texts, turn, around) for turn in turns)


def turn_html(texts: Texts, turn: Turn, around: Around = Around()) -> str:
    """Return one question with its answer and sources."""
    number = texts.question_number.format(n=turn.number)
    edit = ""
    if not turn.running:
        edit = (
            f'<button type="button" class="sr-icon" data-action="edit" '
            f'data-number="{turn.number}" aria-label="{escape(texts.edit)}" '
            f'title="{escape(texts.edit)}">{PENCIL}</button>'
        )
    return (
        f'<section class="sr-turn" id="turn-{turn.number}" aria-label="{escape(number)}" '
        f'data-stage="{turn.stage.value}" data-conversation="{escape(around.conversation)}">'
        f'<div class="sr-asked"><h2 class="sr-question">{escape(turn.question)}</h2>{edit}</div>'
        f"{_only_in(texts, turn)}"
        f'<div class="sr-grid"><div class="sr-answer">{_stage(texts, turn, around.searched)}'
        f"{_body(texts, turn)}{_left_out(texts, turn)}{_notices(texts, turn)}"
        f"{_foot(texts, turn, around)}{_next(texts, around)}</div>"
        f"{_aside(texts, turn)}</div></section>"
    )


def _only_in(texts: Texts, turn: Turn) -> str:
    chosen = [space_name(texts, space) for space in turn.selection.spaces]
    chosen += [name for _, name in turn.selection.documents]
    if not chosen:
        return ""
    names = ", ".join(chosen[:3])
    if len(chosen) > 3:
        names += texts.and_ + texts.more_documents.count(len(chosen) - 3)
    return f'<p class="sr-only-in">{escape(texts.only_in.format(documents=names))}</p>'


def space_name(texts: Texts, space: str) -> str:
    """Return what a space is called; a private one is only ever shown to its owner."""
    return texts.own_space if is_private(space) else space


def _stage(texts: Texts, turn: Turn, searched: int) -> str:
    # The element stays in place while the words change, so that screen readers announce them.
    in_reach = (0 if turn.selection.spaces else len(turn.selection.documents)) or searched
    words = {
        Stage.WAITING: texts.searching,
        Stage.QUEUED: texts.waiting,
        Stage.SEARCHING: texts.searching_in.count(in_reach) if in_reach else texts.searching,
        Stage.READING: texts.reading.count(len(turn.passages)),
        Stage.WRITING: texts.writing,
        Stage.STOPPED: texts.stopped_draft if turn.draft.strip() else texts.stopped,
    }.get(turn.stage, "")
    state = "busy" if turn.running else "quiet"
    return f'<p class="sr-stage sr-{state}" role="status">{escape(words)}</p>'


def _body(texts: Texts, turn: Turn) -> str:
    answer = turn.answer
    if turn.withheld or (answer is not None and is_withheld(answer)):
        words = texts.withheld if turn.withheld else texts.filter_withheld
        return f'<p class="sr-box sr-withheld">{escape(words)}</p>'
    if turn.failure is not None:
        return (
            f'<div class="sr-box sr-failed" role="alert"><h3>{escape(texts.failed_title)}</h3>'
            f"<p>{_code(escape(failure_words(texts, turn.failure)))}</p></div>"
        )
    if answer is None:
        return f'<div class="sr-prose sr-draft">{_draft(turn.draft)}</div>' if turn.draft else ""
    if not answer.found:
        return (
            f'<div class="sr-box sr-not-found"><h3>{escape(texts.not_found_title)}</h3>'
            f"<p>{escape(texts.not_found)}</p></div>"
        )
    parts = pieces(answer)
    links = {citation.n: source_link(citation) for citation in answer.citations}
    prose = "".join(_piece(texts, turn.number, piece, links) for piece in parts)
    if answer.quoted:
        return (
            f'<figure class="sr-quoted"><figcaption>{escape(texts.quoted)}</figcaption>'
            f'<blockquote class="sr-prose">{prose}</blockquote></figure>'
        )
    unsupported = sum(not piece.supported for piece in parts)
    legend = ""
    if unsupported:
        words = texts.unsupported_legend.count(unsupported)
        legend = f'<p class="sr-legend">{escape(words)}</p>'
    return f'<div class="sr-prose">{prose}</div>{legend}'


def _piece(texts: Texts, turn: int, piece: Piece, links: Mapping[int, str]) -> str:
    words = _bold(escape(piece.text))
    if not piece.supported:
        mark = escape(texts.unsupported_mark)
        words = (
            f'<span class="sr-unsupported" title="{mark}">{words}'
            f'<span class="sr-unseen"> ({mark})</span></span>'
        )
    marks = "".join(
        f'<a class="sr-cite" href="{escape(links[n])}" target="_blank" rel="noopener" '
        f'data-card="turn-{turn}-source-{n}" '
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
    if failure.seconds:
        seconds = max(1, round(failure.seconds))
        if failure.kind is FailureKind.BUSY:
            return texts.busy_seconds.count(seconds)
        if failure.kind is FailureKind.TOO_MANY_OWN:
            return texts.too_many_own_seconds.count(seconds)
    return {
        FailureKind.BUSY: texts.busy,
        FailureKind.TOO_MANY_OWN: texts.too_many_own,
        FailureKind.STARTING: texts.starting,
        FailureKind.DOWN: texts.down,
        FailureKind.TOO_LONG: texts.too_long,
        FailureKind.FILTERED: texts.filtered,
        FailureKind.GONE: texts.gone,
        FailureKind.UNRECORDED: texts.unrecorded,
        FailureKind.UNKNOWN: texts.unknown,
    }[failure.kind]


def _left_out(texts: Texts, turn: Turn) -> str:
    if turn.answer is None:
        return ""
    parts = [
        words.count(n)
        for words, n in (
            (texts.left_out_passages, turn.dropped.passages),
            (texts.left_out_turns, turn.dropped.history_turns),
        )
        if n
    ]
    if not parts:
        return ""
    words = texts.left_out.format(what=texts.and_.join(parts))
    return f'<p class="sr-left-out">{escape(words)}</p>'


def _notices(texts: Texts, turn: Turn) -> str:
    """What was done to the answer on its way: counts and kinds, never what it was."""
    if turn.answer is None:
        return ""
    done = {"mark": texts.notice_mark, "mask": texts.notice_mask, "refuse": texts.notice_refuse}
    notices = {
        "orders": texts.notice_orders,
        "links": texts.notice_links,
        "question": texts.notice_question,
        "answer": texts.notice_answer,
    }
    lines = [
        notices[one.kind].count(one.count, kind=one.label, done=done.get(one.action, ""))
        for one in turn.answer.notices
    ]
    return "".join(f'<p class="sr-left-out">{escape(line)}</p>' for line in lines)


def _next(texts: Texts, around: Around) -> str:
    if not around.next_questions:
        return ""
    offered = "".join(
        f'<li><button type="button" class="sr-next" data-action="suggestion" '
        f'data-index="{index}">{escape(question)}</button></li>'
        for index, question in enumerate(around.next_questions)
    )
    return f'<div class="sr-nexts"><h3>{escape(texts.suggestions)}</h3><ul>{offered}</ul></div>'


def _votes(texts: Texts, turn: Turn) -> str:
    given = turn.feedback.verdict if turn.feedback else ""
    buttons = "".join(
        f'<button type="button" class="sr-icon" data-action="vote" data-verdict="{verdict}" '
        f'data-number="{turn.number}" aria-pressed="{str(given == verdict).lower()}" '
        f'aria-label="{escape(words)}" title="{escape(words)}">{icon}</button>'
        for verdict, words, icon in (
            ("up", texts.good, THUMB_UP),
            ("down", texts.bad, THUMB_DOWN),
        )
    )
    return f'<span class="sr-votes">{buttons}</span>'


def _foot(texts: Texts, turn: Turn, around: Around) -> str:
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
    if around.last:
        buttons += (
            f'<button type="button" class="sr-button" data-action="retry">'
            f"{escape(texts.retry)}</button>"
        )
    if turn.answer is not None and around.saved:
        buttons += _votes(texts, turn)
    by = ""
    if turn.answer is not None:
        words = texts.answered_by.format(
            model=turn.answer.model.name, seconds=f"{turn.answer.timings.get('total_s', 0):.1f}"
        )
        by = f'<span class="sr-by">{escape(words)}</span>'
    lost = "" if around.saved else f'<p class="sr-legend">{escape(texts.not_saved)}</p>'
    return f'{lost}<div class="sr-foot">{buttons}{by}</div>'


def _aside(texts: Texts, turn: Turn) -> str:
    if turn.failure is not None or turn.withheld:
        return ""
    shown = sources(turn)
    if turn.answer is None:
        if not shown.others:
            return ""
        words = texts.passages_read.count(len(shown.others))
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
            f"{escape(texts.other_passages.count(len(shown.others)))}</summary>"
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
    link = document_link(
        source.space,
        source.document,
        page=source.page,
        chunk=source.chunk_id,
        quote=source.quote if source.number is not None else "",
    )
    opens = texts.open_source.replace("{document}", source.document)
    return (
        f'<li class="sr-card"{anchor}>{number}<div class="sr-card-body">'
        f'<p class="sr-document"><a href="{escape(link)}" target="_blank" rel="noopener" '
        f'title="{escape(opens)}">{_name(source.document)}</a></p>{where}'
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
