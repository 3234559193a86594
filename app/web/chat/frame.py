"""The HTML around a conversation: the band at the top, the list at the side, the dialogs."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from app.people.conversations.turns import TRAITS, Listed, Selection, trait_of
from app.web.chat.backend import ModelNotice, Readiness
from app.web.chat.markup import space_name, trait_name
from app.web.i18n.words import ConversationTexts, LayoutTexts, Texts
from app.web.templating import render_html
from vectorstore.records import DocumentRecord

# As many documents are listed at once; the others are found by typing.
MOST_VALUES = 16  # of a trait, that are offered
MOST_CHOICES = 100


@dataclass(frozen=True, slots=True)
class Looks:
    """How the page looks now, and the words for choosing it; `light` is "" where nobody chose."""

    language: str
    languages: Sequence[tuple[str, str]]  # code and own name
    light: str
    layout: LayoutTexts


@dataclass(frozen=True, slots=True)
class Account:
    """Whose page it is, and which other pages are theirs; `csrf` is "" where none is needed.

    `administers` where they have the administrators' pages, too. `person` is their id.
    """

    name: str
    csrf: str = ""
    signs_out: bool = False
    has_account: bool = False
    has_library: bool = False
    adds_documents: bool = False
    has_questionnaires: bool = False
    has_shared: bool = False
    has_saved: bool = False
    curates: bool = False
    administers: bool = False
    administrator: bool = False
    person: str = ""
    upload_mib: int = 0  # the largest file that they can add
    looks: Looks | None = None


def header_html(
    texts: Texts,
    words: ConversationTexts,
    readiness: Readiness,
    model: ModelNotice | None,
    account: Account,
) -> str:
    """Return the band at the top: state of the engine, export, the person's menu, notices.

    That a stronger model is missing is told to those who can add one.
    """
    pages = (
        (account.has_library, "/library", words.library),
        (account.adds_documents and account.curates, "/documents", words.curate),
        (account.adds_documents and not account.curates, "/documents", words.my_documents),
        (account.has_questionnaires, "/questionnaires", words.questionnaires),
        (account.has_shared, "/shared", words.shared),
        (account.has_saved, "/saved", words.saved),
        (account.administers, "/administration", words.administer),
        (account.has_account, "/account", words.account),
    )
    return render_html(
        "header.html",
        texts=texts,
        words=words,
        status=readiness.status,
        model=model,
        account=account,
        pages=[(path, name) for has, path, name in pages if has],
        looks=account.looks,
    )


def frame_html(texts: Texts, words: ConversationTexts, account: Account) -> str:
    """Return the side and the dialogs; drawn once, then the script alone works in them."""
    return render_html("frame.html", texts=texts, words=words, account=account)


def list_html(
    words: ConversationTexts,
    listed: Sequence[Listed],
    today: date,
    *,
    searched: bool = False,
    under_way: Collection[str] = (),
    current: str = "",
) -> str:
    """Return the list of conversations by day, as it stands on `today`.

    What was found by searching is in one list by day, pinned and archived or not. `under_way` are
    those in which an answer is written, `current` is the one on show.
    """
    days: dict[str, list[Listed]] = {}
    archived: list[Listed] = []
    for entry in listed:
        changed = datetime.fromtimestamp(entry.changed).date()
        if entry.archived and not searched:
            archived.append(entry)
            continue
        pinned = entry.pinned and not searched
        day = words.pinned if pinned else _day(words, changed, today)
        days.setdefault(day, []).append(entry)
    return render_html(
        "list.html",
        words=words,
        days=days,
        archived=archived,
        searched=searched,
        under_way=under_way,
        current=current,
        beside=_beside(listed, today),
    )


def _beside(listed: Sequence[Listed], today: date) -> dict[str, str]:
    """When those were last used whose titles are the same, which tells them apart, by id."""
    titles = Counter(entry.title.casefold() for entry in listed)
    beside: dict[str, str] = {}
    for entry in listed:
        if titles[entry.title.casefold()] > 1:
            changed = datetime.fromtimestamp(entry.changed)
            form = "%H:%M" if changed.date() >= today else "%Y-%m-%d %H:%M"
            beside[entry.id] = changed.strftime(form)
    return beside


def _day(words: ConversationTexts, changed: date, today: date) -> str:
    if changed >= today:
        return words.today
    if changed == today - timedelta(days=1):
        return words.yesterday
    if changed > today - timedelta(days=7):
        return words.this_week
    return words.this_month if changed > today - timedelta(days=30) else words.older


def scope_html(
    texts: Texts, words: ConversationTexts, selection: Selection, *, adds: bool = False
) -> str:
    """Return the line under the question box: where is searched, and the way to change it.

    `adds` where its reader can add files.
    """
    spaces = [("space", space, space_name(texts, space)) for space in selection.spaces]
    documents = [("document", f"{space}/{name}", name) for space, name in selection.documents]
    traits = [(trait, one, trait_name(texts, trait, one)) for trait, one in selection.traits]
    chosen = spaces + documents + traits
    return render_html("scope.html", texts=texts, words=words, chosen=chosen, adds=adds)


def choices_html(
    texts: Texts,
    words: ConversationTexts,
    documents: Sequence[DocumentRecord],
    find: str = "",
) -> str:
    """Return the boxes to tick: every space, and the documents whose name holds `find`.

    Where documents differ by type, year or language, these can be ticked as well. The script
    ticks what is chosen now.
    """
    wanted = find.casefold().split()
    names = {document.space: space_name(texts, document.space) for document in documents}
    several = len(names) > 1
    fitting = [
        (f"{document.space}/{document.name}", document.name, names[document.space] * several)
        for document in documents
        if all(word in document.name.casefold() for word in wanted)
    ]
    return render_html(
        "choices.html",
        words=words,
        spaces=sorted(names.items()) if several and not wanted else (),
        traits=[] if wanted else list(_traits(texts, words, documents)),
        documents=fitting[:MOST_CHOICES],
        more=max(0, len(fitting) - MOST_CHOICES),
    )


def _traits(
    texts: Texts, words: ConversationTexts, documents: Sequence[DocumentRecord]
) -> Iterator[tuple[str, str, list[tuple[str, str, int]]]]:
    """What documents differ by: kind of trait, its name, and values with name and count."""
    called = {
        "type": words.scope_types,
        "year": words.scope_years,
        "language": words.scope_languages,
    }
    for trait in TRAITS:
        counts = Counter(trait_of(document, trait) for document in documents)
        if len(counts) < 2:
            continue  # it tells none from another
        values = [
            (value, trait_name(texts, trait, value), count)
            for value, count in counts.items()
            if value
        ]
        if trait == "year":
            values.sort(reverse=True)
        else:
            values.sort(key=lambda one: one[1].casefold())
        yield trait, called[trait], values[:MOST_VALUES]
