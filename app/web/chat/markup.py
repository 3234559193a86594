"""A conversation's HTML: which words, pieces and sources stand in the templates that draw it."""

import re
from collections.abc import Callable, Container, Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from app.answering.events import Answer, Citation
from app.answering.filters.screen import is_withheld
from app.people.access import is_private
from app.people.sources.links import document_link, source_link
from app.printing.markdown import as_html, read_markdown
from app.web.chat.backend import AnswerFailed, FailureKind
from app.web.chat.view import (
    Source,
    Stage,
    Turn,
    as_quoted,
    as_shown,
    evidence_first,
    is_quoted,
    is_talk,
    outcome,
    places,
    sources,
)
from app.web.i18n.words import Texts
from app.web.templating import render_html
from ingest.clean import visible
from vectorstore.languages import language

# Splitting by this gives the text around what is marked and the marked text, by turns.
_CODE = re.compile(r"`([^`]+)`")
_ANY_NUMBER = range(1, 1000)


def welcome_html(
    texts: Texts, documents: int, examples: Sequence[str], note: str = "", *, adds: bool = False
) -> str:
    """Return what stands in place of a conversation before the first question.

    `adds` where its reader can add documents.
    """
    return render_html(
        "welcome.html",
        texts=texts,
        documents=documents,
        examples=examples,
        note=note,
        adds=adds,
    )


@dataclass(frozen=True, slots=True)
class Around:
    """What surrounds a turn on the page. `searched` is the number of documents in reach.

    Only the `last` turn can be asked again and has `next_questions`; `saved` is false for an
    answer that could not be kept. An earlier answer is `open` where there is none after it.
    """

    conversation: str = ""
    last: bool = True
    searched: int = 0
    next_questions: Sequence[str] = ()
    saved: bool = True
    open: bool = False


def turns_html(texts: Texts, turns: Sequence[Turn], conversation: str = "") -> str:
    """Return turns that have ended and that another question followed."""
    around = Around(conversation, last=False)
    return "".join(turn_html(texts, turn, around) for turn in turns)


def turn_html(texts: Texts, turn: Turn, around: Around = Around()) -> str:
    """Return one question with its answer and sources."""
    turn = as_shown(turn)
    answer = turn.answer
    evidence = evidence_first(turn)
    return render_html(
        "turn.html",
        texts=texts,
        turn=turn,
        around=around,
        only_in=_only_in(texts, turn),
        asked_again=_asked_again(texts, turn),
        ways=_ways(texts, turn),
        earlier=[Markup(turn_html(texts, one, _beside(turn, around))) for one in turn.earlier],
        stage=_stage(texts, turn, around.searched),
        withheld=_withheld(texts, turn),
        failure=failure_words(texts, turn.failure) if turn.failure else "",
        evidence=_prose(texts, turn, as_quoted(evidence), evidence) if evidence else "",
        evidence_places=places(evidence),
        said=_said(texts, turn),
        quoted=answer is not None and is_quoted(answer),
        talk=answer is not None and is_talk(answer),
        outcome=outcome(answer) if answer else "",
        answer_places=places(answer.citations) if answer else (),
        unsupported=_unsupported(answer),
        notes=[*_left_out(texts, turn), *_notices(texts, turn), *_style(texts, answer)],
        copied=copy_text(texts, turn),  # numbering what is numbered changes nothing
        sources=sources(turn),
        link=_link,
        source_link=source_link,
        code=_CODE,
    )


def waiting_html(texts: Texts, waiting: Sequence[tuple[str, str]]) -> str:
    """Return the questions that wait for the answer before them, by key, or ""."""
    return render_html("waiting.html", texts=texts, waiting=waiting) if waiting else ""


def _said(texts: Texts, turn: Turn) -> Markup:
    """The words of an answer, or what there is of them so far."""
    answer = turn.answer
    if answer is None:
        return _drawn(turn.draft, cite=_draft_mark, cited=_ANY_NUMBER)
    said = _without_missing(answer)
    if outcome(answer) == "unconfirmed" and "\n> " not in said:  # told by an earlier version
        quotes = (f"> “{' '.join(one.quote.split())}” [{one.n}]" for one in answer.citations)
        said = "\n\n".join((said, *quotes))
    # What is only near supports nothing, and is told as that; no sentence of it is in doubt.
    sentences = [(one.text, one.supported) for one in answer.sentences] if answer.found else []
    return _prose(texts, turn, said, answer.citations, sentences)


def _without_missing(answer: Answer) -> str:
    """An answer without the sentence that names what is missing: the page has a note for that."""
    if not answer.missing or answer.plan is None:
        return answer.answer
    words = language(answer.plan.language).outcomes.partly.format(missing=", ".join(answer.missing))
    return answer.answer.removesuffix(words).rstrip()


def _prose(
    texts: Texts,
    turn: Turn,
    text: str,
    citations: Sequence[Citation],
    sentences: Sequence[tuple[str, bool]] = (),
) -> Markup:
    links = {one.n: source_link(one) for one in citations}
    names = {one.n: visible(one.document) for one in citations}

    def cite(n: int) -> str:
        return Markup(
            '<a class="sr-cite" href="{link}" target="_blank" rel="noopener" '
            'data-card="turn-{turn}-source-{n}" data-source="{turn}.{n}" '
            'aria-label="{label}">{n}</a>'
        ).format(
            link=links[n],
            turn=turn.name,
            n=n,
            label=f"{texts.source_number.format(n=n)}: {names[n]}",
        )

    def doubt(words: str) -> str:
        return Markup(
            '<span class="sr-unsupported" title="{mark}">{words}'
            '<span class="sr-unseen"> ({mark})</span></span>'
        ).format(mark=texts.unsupported_mark, words=Markup(words))

    return _drawn(text, cite=cite, cited=links, doubt=doubt, sentences=sentences)


def _draft_mark(n: int) -> str:
    return f'<span class="sr-cite sr-cite-draft">{n}</span>'


def _drawn(
    text: str,
    *,
    cite: Callable[[int], str],
    cited: Container[int],
    doubt: Callable[[str], str] = str,
    sentences: Sequence[tuple[str, bool]] = (),
) -> Markup:
    """Foreign Markdown as HTML of ours."""
    seen = [(visible(sentence), supported) for sentence, supported in sentences]
    blocks = read_markdown(visible(text), cited=cited, sentences=seen)
    return Markup(as_html(blocks, mark=cite, doubt=doubt))


def _unsupported(answer: Answer | None) -> int:
    """How many sentences of an answer no passage supports."""
    if answer is None or not answer.found:
        return 0
    return sum(not one.supported for one in answer.sentences)


def _beside(turn: Turn, around: Around) -> Around:
    """What surrounds an answer that `turn` had before."""
    ended_without = turn.answer is None and not turn.running
    return Around(around.conversation, last=False, saved=around.saved, open=ended_without)


def _ways(texts: Texts, turn: Turn) -> list[tuple[str, str]]:
    """The other ways in which a question can be asked once more, by name; none of small talk."""
    if turn.answer is None or is_talk(turn.answer):
        return []
    ways = [("passages", texts.again_passages), ("longer", texts.again_longer)]
    return [*ways, ("all", texts.again_everywhere)] if turn.selection else ways


def _asked_again(texts: Texts, turn: Turn) -> str:
    """How an answer was asked for, where it was not the first."""
    return {
        "same": texts.asked_again,
        "passages": texts.asked_again_passages,
        "longer": texts.asked_again_longer,
        "everywhere": texts.asked_again_everywhere,
    }.get(turn.way, "")


def _only_in(texts: Texts, turn: Turn) -> str:
    names = _chosen(texts, turn)
    return texts.only_in.format(documents=names) if names else ""


def _chosen(texts: Texts, turn: Turn) -> str:
    """The first few of what the reader chose to search in; "" where that is everything."""
    chosen = [space_name(texts, space) for space in turn.selection.spaces]
    chosen += [name for _, name in turn.selection.documents]
    chosen += [trait_name(texts, trait, value) for trait, value in turn.selection.traits]
    names = ", ".join(chosen[:3])
    if len(chosen) > 3:
        names += texts.and_ + texts.more_documents.count(len(chosen) - 3)
    return names


def trait_name(texts: Texts, trait: str, value: str) -> str:
    """Return what a type, a year or a language of documents is called."""
    return str(getattr(texts, f"{trait}_{value}", value))


def space_name(texts: Texts, space: str) -> str:
    """Return what a space is called; a private one is only ever shown to its owner."""
    return texts.own_space if is_private(space) else space


def _stage(texts: Texts, turn: Turn, searched: int) -> str:
    came_to_something = turn.draft.strip() or turn.evidence
    in_reach = (
        0 if turn.selection.spaces or turn.selection.traits else len(turn.selection.documents)
    ) or searched
    return {
        Stage.WAITING: texts.begun,
        Stage.QUEUED: texts.waiting,
        Stage.SEARCHING: _searching(texts, turn, in_reach),
        Stage.READING: (
            texts.progress.format(progress=turn.progress)
            if turn.progress
            else texts.reading.count(len(turn.passages))
        ),
        Stage.WRITING: texts.writing,
        Stage.STOPPED: texts.stopped_draft if came_to_something else texts.stopped,
    }.get(turn.stage, "")


def _searching(texts: Texts, turn: Turn, in_reach: int) -> str:
    if turn.progress:
        return texts.searching_further.format(search=turn.progress)
    return texts.searching_in.count(in_reach) if in_reach else texts.searching


def _withheld(texts: Texts, turn: Turn) -> str:
    if turn.withheld:
        return texts.withheld
    return texts.filter_withheld if turn.answer and is_withheld(turn.answer) else ""


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
        FailureKind.INTERRUPTED: texts.interrupted,
        FailureKind.UNKNOWN: texts.unknown,
    }[failure.kind]


def _left_out(texts: Texts, turn: Turn) -> Iterator[str]:
    parts = [
        words.count(n)
        for words, n in (
            (texts.left_out_passages, turn.dropped.passages),
            (texts.left_out_turns, turn.dropped.history_turns),
        )
        if n
    ]
    if turn.answer and parts:
        yield texts.left_out.format(what=texts.and_.join(parts))


def _notices(texts: Texts, turn: Turn) -> Iterator[str]:
    """What was done to the answer on its way: counts and kinds, never what it was."""
    done = {"mark": texts.notice_mark, "mask": texts.notice_mask, "refuse": texts.notice_refuse}
    notices = {
        "orders": texts.notice_orders,
        "links": texts.notice_links,
        "scans": texts.notice_scans,
        "documents": texts.notice_documents,
        "question": texts.notice_question,
        "answer": texts.notice_answer,
    }
    for one in turn.answer.notices if turn.answer else ():
        yield notices[one.kind].count(one.count, kind=one.label, done=done.get(one.action, ""))


def _style(texts: Texts, answer: Answer | None) -> Iterator[str]:
    """How its writer was told to write."""
    if answer is not None and answer.style:
        yield texts.written_so.format(style=answer.style)


def _link(source: Source) -> str:
    return document_link(
        source.space,
        source.document,
        page=source.page,
        chunk=source.chunk_id,
        quote=source.quote if source.number is not None else "",
    )


def copy_text(texts: Texts, turn: Turn) -> str:
    """Return an answer with its sources as Markdown, for the clipboard."""
    turn = as_shown(turn)
    answer = turn.answer
    if answer is None:
        return turn.draft.strip()
    if outcome(answer) == "not_found":
        return ""
    lines = [answer.answer.strip()]
    cited = sources(turn).cited
    if cited:
        lines += ["", texts.sources]
    for source in cited:
        page = "" if source.page is None else ", " + texts.page.format(page=source.page)
        heading = f", {source.heading}" if source.heading else ""
        lines.append(f"[{source.number}] {source.document}{page}{heading}: “{source.quote}”")
    return "\n".join(lines)
