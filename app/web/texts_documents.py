"""Every word of the curators' pages, in each language."""

from dataclasses import dataclass

from app.web.texts import texts_for


@dataclass(frozen=True, slots=True)
class DocumentTexts:
    """One language. A pair is (for one, for other numbers)."""

    language: str
    documents: str
    my_documents: str
    my_documents_hint: str
    spaces: str
    space_hint: str
    curators_only: str
    count: tuple[str, str]

    add: str
    drop: str
    choose_files: str
    choose_folder: str
    needs_script: str
    sending: str  # {name}
    waiting: str
    reading: str  # {done}, {total}, {name}
    finished: str  # {indexed}, {rejected}
    not_taken: str
    failed: str
    show_details: str
    connection_lost: str
    status_indexed: str
    status_unchanged: str
    status_warning: str
    status_rejected: str
    uploads: str

    find: str
    find_go: str
    nothing_here: str
    nothing_found: str
    choose_all: str
    choose_one: str  # {name}
    name: str
    title: str
    pages: str
    chunks: str
    indexed: str
    warning: str
    source: str
    uploaded: str
    sha256: str
    space: str
    with_chosen: str
    move_to: str
    move: str
    again: str
    again_hint: str
    remove: str
    remove_sure: str
    cancel: str
    did_remove: tuple[str, str]
    did_move: tuple[str, str]
    did_again: tuple[str, str]
    kept: tuple[str, str]
    chunk: str  # {n}
    page: str  # {n}
    chunks_hint: str
    back: str
    earlier: str
    later: str
    part: str  # {page}, {pages}

    questions: str
    questions_hint: str
    nothing: str
    nothing_empty: str
    down: str
    down_empty: str
    up: str
    up_empty: str
    nearest: str
    answer: str
    comment: str
    not_there: str
    refused: str


ENGLISH = DocumentTexts(
    language="en",
    documents="Documents",
    my_documents="My documents",
    my_documents_hint="Only you can see these, ask about them and open them.",
    spaces="Spaces",
    space_hint="Everyone who may read this space can ask about its documents.",
    curators_only="Nobody but administrators can read this space yet. Give a group access under "
    "Administration.",
    count=("1 document", "{n} documents"),
    add="Add documents",
    drop="Drop files or a folder here",
    choose_files="Choose files",
    choose_folder="Choose a folder",
    needs_script="Uploading needs JavaScript in your browser.",
    sending="Sending {name}",
    waiting="Waiting for its turn",
    reading="Reading {name} ({done} of {total})",
    finished="Done: {indexed} readable, {rejected} not taken",
    not_taken="Not taken",
    failed="Nothing of this upload was read",
    show_details="File by file",
    connection_lost="The connection was lost. What had been sent completely goes on.",
    status_indexed="readable",
    status_unchanged="unchanged",
    status_warning="readable in part",
    status_rejected="not taken",
    uploads="Uploads",
    find="Find a document by its name",
    find_go="Find",
    nothing_here="No documents here yet.",
    nothing_found="No document of this name.",
    choose_all="Choose all on this page",
    choose_one="Choose {name}",
    name="Name",
    title="Title",
    pages="Pages",
    chunks="Chunks",
    indexed="Read (UTC)",
    warning="Not read completely",
    source="Came from",
    uploaded="an upload",
    sha256="SHA-256",
    space="Space",
    with_chosen="With the chosen documents:",
    move_to="Move to",
    move="Move",
    again="Read again",
    again_hint="after a change of settings or of the program",
    remove="Delete",
    remove_sure="Delete for good? This cannot be undone.",
    cancel="Cancel",
    did_remove=("One document was deleted.", "{n} documents were deleted."),
    did_move=("One document was moved.", "{n} documents were moved."),
    did_again=("One document is being read again.", "{n} documents are being read again."),
    kept=(
        "One document stays: it is on hold, gone already, or its name is taken there.",
        "{n} documents stay: they are on hold, gone already, or their names are taken there.",
    ),
    chunk="Chunk {n}",
    page="page {n}",
    chunks_hint="This is the document as it is searched, in the order of its text.",
    back="Back to the documents",
    earlier="Earlier",
    later="Later",
    part="Part {page} of {pages}",
    questions="What people did not find",
    questions_hint="Nobody's name is shown. Only questions whose passages are all in this space "
    "appear.",
    nothing="Questions without an answer",
    nothing_empty="Every question found an answer so far.",
    down="Answers voted down",
    down_empty="No answer was voted down so far.",
    up="Answers voted up",
    up_empty="No answer was voted up so far.",
    nearest="Nearest documents",
    answer="Answer",
    comment="Comment",
    not_there="There is no such space or document, or it is not yours to curate.",
    refused="That was not done",
)

GERMAN = DocumentTexts(
    language="de",
    documents="Dokumente",
    my_documents="Meine Dokumente",
    my_documents_hint="Nur Sie können diese sehen, befragen und öffnen.",
    spaces="Bereiche",
    space_hint="Wer diesen Bereich lesen darf, kann seine Dokumente befragen.",
    curators_only="Diesen Bereich kann außer der Administration noch niemand lesen. Geben Sie "
    "unter Administration einer Gruppe Zugang.",
    count=("1 Dokument", "{n} Dokumente"),
    add="Dokumente hinzufügen",
    drop="Dateien oder einen Ordner hierher ziehen",
    choose_files="Dateien wählen",
    choose_folder="Ordner wählen",
    needs_script="Zum Hochladen braucht Ihr Browser JavaScript.",
    sending="Sende {name}",
    waiting="Wartet, bis die Reihe daran ist",
    reading="Lese {name} ({done} von {total})",
    finished="Fertig: {indexed} lesbar, {rejected} nicht angenommen",
    not_taken="Nicht angenommen",
    failed="Nichts davon wurde gelesen",
    show_details="Datei für Datei",
    connection_lost="Die Verbindung ist abgerissen. Was ganz gesendet war, wird gelesen.",
    status_indexed="lesbar",
    status_unchanged="unverändert",
    status_warning="teilweise lesbar",
    status_rejected="nicht angenommen",
    uploads="Hochgeladen",
    find="Dokument nach Namen suchen",
    find_go="Suchen",
    nothing_here="Hier sind noch keine Dokumente.",
    nothing_found="Kein Dokument dieses Namens.",
    choose_all="Alle auf dieser Seite wählen",
    choose_one="{name} wählen",
    name="Name",
    title="Titel",
    pages="Seiten",
    chunks="Abschnitte",
    indexed="Gelesen (UTC)",
    warning="Nicht vollständig gelesen",
    source="Stammt aus",
    uploaded="einem Upload",
    sha256="SHA-256",
    space="Bereich",
    with_chosen="Mit den gewählten Dokumenten:",
    move_to="Verschieben nach",
    move="Verschieben",
    again="Neu lesen",
    again_hint="nach einer Änderung der Einstellungen oder des Programms",
    remove="Löschen",
    remove_sure="Endgültig löschen? Das lässt sich nicht rückgängig machen.",
    cancel="Abbrechen",
    did_remove=("Ein Dokument wurde gelöscht.", "{n} Dokumente wurden gelöscht."),
    did_move=("Ein Dokument wurde verschoben.", "{n} Dokumente wurden verschoben."),
    did_again=("Ein Dokument wird neu gelesen.", "{n} Dokumente werden neu gelesen."),
    kept=(
        "Ein Dokument bleibt: Es ist gesperrt, schon weg, oder sein Name ist dort vergeben.",
        "{n} Dokumente bleiben: Sie sind gesperrt, schon weg, oder ihre Namen sind dort vergeben.",
    ),
    chunk="Abschnitt {n}",
    page="Seite {n}",
    chunks_hint="So wird das Dokument durchsucht, in der Reihenfolge seines Textes.",
    back="Zurück zu den Dokumenten",
    earlier="Zurück",
    later="Weiter",
    part="Teil {page} von {pages}",
    questions="Was nicht gefunden wurde",
    questions_hint="Namen werden nicht gezeigt. Es erscheinen nur Fragen, deren Fundstellen alle "
    "in diesem Bereich liegen.",
    nothing="Fragen ohne Antwort",
    nothing_empty="Bisher fand jede Frage eine Antwort.",
    down="Als schlecht bewertete Antworten",
    down_empty="Bisher wurde keine Antwort als schlecht bewertet.",
    up="Als gut bewertete Antworten",
    up_empty="Bisher wurde keine Antwort als gut bewertet.",
    nearest="Nächste Dokumente",
    answer="Antwort",
    comment="Anmerkung",
    not_there="Diesen Bereich oder dieses Dokument gibt es nicht, oder Sie betreuen es nicht.",
    refused="Das wurde nicht getan",
)

_LANGUAGES = {texts.language: texts for texts in (ENGLISH, GERMAN)}


def document_texts_for(accept_language: str) -> DocumentTexts:
    """The best language for a browser's Accept-Language header; English if none fits."""
    return _LANGUAGES[texts_for(accept_language).language]
