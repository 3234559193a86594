"""The HTML around a conversation: the band at the top, the list at the side, the dialogs."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from app.people.conversations.turns import Listed, Selection
from app.web.chat.backend import ModelNotice, Readiness
from app.web.chat.icons import BIN, CROSS, DOWN, EXPORT, FOLDER, MARK, PENCIL, PERSON, PLUS, SIDEBAR
from app.web.chat.markup import escape, space_name
from app.web.i18n.words import ConversationTexts, Texts
from vectorstore.records import DocumentRecord

# As many documents are listed at once; the others are found by typing.
MOST_CHOICES = 100
_CODE_ADD_MODEL = "strongroom models add MODEL.gguf"


@dataclass(frozen=True, slots=True)
class Account:
    """Whose page it is, and which other pages are theirs; `csrf` is "" where none is needed."""

    name: str
    csrf: str = ""
    signs_out: bool = False
    has_account: bool = False
    adds_documents: bool = False
    has_questionnaires: bool = False
    curates: bool = False
    administers: bool = False


def header_html(
    texts: Texts,
    words: ConversationTexts,
    readiness: Readiness,
    model: ModelNotice | None,
    account: Account,
) -> str:
    """Return the band at the top: state of the engine, export, the person's menu, notices."""
    status = {
        "ready": texts.status_ready,
        "starting": texts.status_starting,
        "restarting": texts.status_restarting,
        "failed": texts.status_failed,
    }[readiness.status]
    return (
        f'<a class="sr-skip" href="#question" data-action="focus-question">'
        f"{escape(texts.skip_to_question)}</a>"
        f'<header class="sr-bar"><div class="sr-brand">'
        f"{_icon_button('side', words.show_list, SIDEBAR, more='aria-controls=sr-side')}"
        f'{MARK}<div><h1 class="sr-name">{escape(texts.title)}</h1>'
        f'<p class="sr-promise">{escape(texts.promise)}</p></div></div>'
        f'<div class="sr-tools">'
        f'<span class="sr-state sr-state-{readiness.status}" role="status">'
        f"{escape(status)}</span>{_export(words)}{_account(words, account)}</div></header>"
        f"{_notice(texts, model)}"
    )


def _export(words: ConversationTexts) -> str:
    # The links get their addresses from the script, which knows the conversation.
    return (
        f'<details class="sr-menu" data-export hidden><summary class="sr-button" '
        f'aria-label="{escape(words.export)}">{EXPORT}'
        f'<span>{escape(words.export)}</span></summary><div class="sr-menu-list">'
        f'<a data-file="md" download>{escape(words.export_markdown)}</a>'
        f'<a data-file="pdf" download>{escape(words.export_pdf)}</a></div></details>'
    )


def _account(words: ConversationTexts, account: Account) -> str:
    pages = (
        (account.adds_documents and account.curates, "/documents", words.curate),
        (account.adds_documents and not account.curates, "/documents", words.my_documents),
        (account.has_questionnaires, "/questionnaires", words.questionnaires),
        (account.administers, "/administration", words.administer),
        (account.has_account, "/account", words.account),
    )
    items = "".join(f'<a href="{path}">{escape(name)}</a>' for has, path, name in pages if has)
    if account.signs_out:
        items += (
            f'<form method="post" action="/sign-out">'
            f'<input type="hidden" name="csrf" value="{escape(account.csrf)}"/>'
            f'<button type="submit">{escape(words.sign_out)}</button></form>'
        )
    if not items:
        return ""
    return (
        f'<details class="sr-menu sr-account"><summary class="sr-button" '
        f'aria-label="{escape(words.menu)}: {escape(account.name)}">{PERSON}'
        f"<span><bdi>{escape(account.name)}</bdi></span>{DOWN}</summary>"
        f'<div class="sr-menu-list">{items}</div></details>'
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


def frame_html(texts: Texts, words: ConversationTexts, account: Account) -> str:
    """Return the side and the dialogs; drawn once, then the script alone works in them."""
    return (
        f'<div class="sr-veil" data-action="side"></div>'
        f'<nav class="sr-side" id="sr-side" aria-label="{escape(words.conversations)}" '
        f'data-csrf="{escape(account.csrf)}" data-failed="{escape(words.failed)}" '
        f'data-thanks="{escape(words.thanks)}">'
        f'<div class="sr-side-top"><p class="sr-side-name">{MARK}<span>{escape(texts.title)}'
        f"</span></p>{_icon_button('side', words.hide_list, SIDEBAR)}</div>"
        f'<a class="sr-new" href="/" data-action="fresh">{PLUS}<span>{escape(words.new)}</span></a>'
        f'<input type="search" id="sr-search" autocomplete="off" maxlength="200" '
        f'aria-label="{escape(words.search)}" placeholder="{escape(words.search)}"/>'
        f'<div class="sr-list" id="sr-list" tabindex="-1"></div></nav>'
        f"{_dialogs(words)}"
        f'<div class="sr-said" id="sr-said" role="status"></div>'
    )


def _dialogs(words: ConversationTexts) -> str:
    rename = (
        f'<label for="sr-title">{escape(words.rename_label)}</label>'
        f'<input id="sr-title" name="title" maxlength="120" required autocomplete="off"/>'
    )
    delete = f'<p data-title></p><p class="sr-quiet">{escape(words.delete_words)}</p>'
    edit = (
        f'<label for="sr-edited">{escape(words.edit_label)}</label>'
        f'<textarea id="sr-edited" name="question" rows="4" required></textarea>'
        f'<p class="sr-quiet">{escape(words.edit_warning)}</p>'
    )
    comment = (
        f'<label for="sr-comment">{escape(words.comment_label)}</label>'
        f'<textarea id="sr-comment" name="comment" rows="4" maxlength="2000"></textarea>'
        f'<p class="sr-quiet">{escape(words.comment_words)}</p>'
    )
    scope = (
        f'<p class="sr-quiet">{escape(words.scope_words)}</p>'
        f'<input type="search" id="sr-find" autocomplete="off" maxlength="200" '
        f'aria-label="{escape(words.scope_find)}" placeholder="{escape(words.scope_find)}"/>'
        f'<div class="sr-choices" id="sr-choices" tabindex="0" role="group" '
        f'aria-label="{escape(words.scope_title)}"></div>'
    )
    clear = (
        f'<button type="button" class="sr-button sr-left" data-action="scope-clear">'
        f"{escape(words.scope_clear)}</button>"
    )
    return (
        _dialog(words, "rename", words.rename_title, rename, words.save)
        + _dialog(words, "delete", words.delete_title, delete, words.delete_yes, alarm=True)
        + _dialog(words, "edit", words.edit_title, edit, words.edit_yes)
        + _dialog(words, "comment", words.comment_title, comment, words.comment_send)
        + _dialog(words, "scope", words.scope_title, scope, words.scope_use, before=clear)
    )


def _dialog(
    words: ConversationTexts,
    name: str,
    title: str,
    inside: str,
    yes: str,
    *,
    alarm: bool = False,
    before: str = "",
) -> str:
    kind = "sr-primary sr-alarm" if alarm else "sr-primary"
    return (
        f'<dialog class="sr-dialog" id="sr-dialog-{name}" aria-labelledby="sr-dialog-{name}-title">'
        f'<form method="dialog" data-dialog="{name}">'
        f'<h2 id="sr-dialog-{name}-title">{escape(title)}</h2>{inside}'
        f'<div class="sr-dialog-foot">{before}'
        f'<button type="button" class="sr-button" data-action="close">{escape(words.cancel)}'
        f'</button><button type="submit" class="sr-button {kind}">{escape(yes)}</button>'
        f"</div></form></dialog>"
    )


def list_html(
    words: ConversationTexts, listed: Sequence[Listed], today: date, *, searched: bool = False
) -> str:
    """Return the list of conversations by day, as it stands on `today`."""
    if not listed:
        said = words.none_found if searched else words.none_yet
        return f'<p class="sr-quiet">{escape(said)}</p>'
    groups: dict[str, list[str]] = {}
    for entry in listed:
        changed = datetime.fromtimestamp(entry.changed).date()
        groups.setdefault(_day(words, changed, today), []).append(_entry(words, entry))
    return "".join(
        f"<h2>{escape(day)}</h2><ul>{''.join(entries)}</ul>" for day, entries in groups.items()
    )


def _day(words: ConversationTexts, changed: date, today: date) -> str:
    if changed >= today:
        return words.today
    if changed == today - timedelta(days=1):
        return words.yesterday
    if changed > today - timedelta(days=7):
        return words.this_week
    return words.this_month if changed > today - timedelta(days=30) else words.older


def _entry(words: ConversationTexts, entry: Listed) -> str:
    excerpt = f"<small>{escape(entry.excerpt)}</small>" if entry.excerpt else ""
    named = {"data-id": entry.id, "data-title": entry.title}
    values = " ".join(f'{name}="{escape(value)}"' for name, value in named.items())
    return (
        f'<li><a href="/?c={escape(entry.id)}" data-action="open" data-id="{escape(entry.id)}">'
        f"<span><bdi>{escape(entry.title)}</bdi></span>{excerpt}</a>"
        f"{_icon_button('rename', words.rename.format(title=entry.title), PENCIL, more=values)}"
        f"{_icon_button('delete', words.delete.format(title=entry.title), BIN, more=values)}</li>"
    )


def scope_html(texts: Texts, words: ConversationTexts, selection: Selection) -> str:
    """Return the line under the question box: where is searched, and the way to change it."""
    chips = "".join(
        f'<span class="sr-chip" data-{kind}="{escape(key)}"><bdi>{escape(name)}</bdi>'
        f'<button type="button" data-action="scope-remove" data-kind="{kind}" '
        f'data-key="{escape(key)}" '
        f'aria-label="{escape(words.remove.format(name=name))}">{CROSS}</button></span>'
        for kind, key, name in _chosen(texts, selection)
    )
    shown = chips or f"<span>{escape(words.scope_all)}</span>"
    return (
        f'<div class="sr-scope"><button type="button" class="sr-scope-button" '
        f'data-action="scope" aria-haspopup="dialog" aria-label="{escape(words.scope_button)}">'
        f"{FOLDER}<span>{escape(texts.documents_label)}</span></button>{shown}</div>"
    )


def _chosen(texts: Texts, selection: Selection) -> Iterable[tuple[str, str, str]]:
    for space in selection.spaces:
        yield "space", space, space_name(texts, space)
    for space, name in selection.documents:
        yield "document", f"{space}/{name}", name


def choices_html(
    texts: Texts,
    words: ConversationTexts,
    documents: Sequence[DocumentRecord],
    find: str = "",
) -> str:
    """Return the boxes to tick: every space, and the documents whose name holds `find`.

    The script ticks what is chosen now.
    """
    wanted = find.casefold().split()
    spaces = sorted({document.space for document in documents})
    boxes = ""
    if len(spaces) > 1 and not wanted:
        items = "".join(_box("space", space, space_name(texts, space)) for space in spaces)
        boxes += f"<fieldset><legend>{escape(words.scope_spaces)}</legend>{items}</fieldset>"
    fitting = [
        document
        for document in documents
        if all(word in document.name.casefold() for word in wanted)
    ]
    items = "".join(
        _box(
            "document",
            f"{document.space}/{document.name}",
            document.name,
            beside=space_name(texts, document.space) if len(spaces) > 1 else "",
        )
        for document in fitting[:MOST_CHOICES]
    )
    if not fitting:
        items = f'<p class="sr-quiet">{escape(words.scope_none)}</p>'
    if len(fitting) > MOST_CHOICES:
        more = words.scope_more.count(len(fitting) - MOST_CHOICES)
        items += f'<p class="sr-quiet">{escape(more)}</p>'
    return boxes + f"<fieldset><legend>{escape(words.scope_documents)}</legend>{items}</fieldset>"


def _box(kind: str, key: str, name: str, *, beside: str = "") -> str:
    note = f"<small>{escape(beside)}</small>" if beside else ""
    return (
        f'<label class="sr-choice"><input type="checkbox" name="{kind}" value="{escape(key)}"/>'
        f"<span><bdi>{escape(name)}</bdi>{note}</span></label>"
    )


def _icon_button(action: str, label: str, icon: str, *, more: str = "") -> str:
    return (
        f'<button type="button" class="sr-icon" data-action="{action}" '
        f'aria-label="{escape(label)}" title="{escape(label)}" {more}>{icon}</button>'
    )
