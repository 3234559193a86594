"""The words around conversations: their list, its dialogs, the menus and exported files."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ConversationTexts:
    """One language. A pair is (for one, for other numbers); braces are filled in by the page."""

    language: str
    conversations: str
    show_list: str
    hide_list: str
    new: str
    search: str
    none_yet: str
    none_found: str
    today: str
    yesterday: str
    this_week: str
    this_month: str
    older: str
    rename: str  # {title}
    delete: str  # {title}

    rename_title: str
    rename_label: str
    save: str
    cancel: str
    delete_title: str
    delete_words: str
    delete_yes: str
    edit_title: str
    edit_label: str
    edit_warning: str
    edit_yes: str
    comment_title: str
    comment_label: str
    comment_words: str
    comment_send: str
    thanks: str
    failed: str

    scope_button: str
    scope_title: str
    scope_words: str
    scope_find: str
    scope_all: str
    scope_spaces: str
    scope_documents: str
    scope_more: tuple[str, str]
    scope_none: str
    scope_use: str
    scope_clear: str
    remove: str  # {name}

    menu: str
    export: str
    export_markdown: str
    export_pdf: str
    account: str
    my_documents: str
    curate: str
    questionnaires: str
    administer: str
    sign_out: str

    exported: str  # {date}
    export_not_found: str
    export_stopped: str
    export_failed: str
    not_there: str


ENGLISH = ConversationTexts(
    language="en",
    conversations="Conversations",
    show_list="Show conversations",
    hide_list="Hide conversations",
    new="New conversation",
    search="Search conversations",
    none_yet="Your conversations will be listed here. Only you can see them.",
    none_found="No conversation holds these words.",
    today="Today",
    yesterday="Yesterday",
    this_week="Last 7 days",
    this_month="Last 30 days",
    older="Older",
    rename="Rename “{title}”",
    delete="Delete “{title}”",
    rename_title="Rename conversation",
    rename_label="New name",
    save="Save",
    cancel="Cancel",
    delete_title="Delete this conversation?",
    delete_words="Its questions and answers are erased from this machine for good.",
    delete_yes="Delete",
    edit_title="Edit the question",
    edit_label="Question",
    edit_warning="This question and everything after it will be replaced.",
    edit_yes="Ask this instead",
    comment_title="What shall the curators know?",
    comment_label="Comment (optional)",
    comment_words="The curators of these documents will read the question, the answer and your "
    "comment, without your name.",
    comment_send="Send",
    thanks="Thank you. The curators will see it.",
    failed="That did not work. Reload the page and try again.",
    scope_button="Choose where to search",
    scope_title="Search in",
    scope_words="Choose spaces or single documents. The choice is remembered.",
    scope_find="Find a document",
    scope_all="All documents",
    scope_spaces="Spaces",
    scope_documents="Documents",
    scope_more=(
        "{n} more document. Type a part of its name.",
        "{n} more documents. Type a part of a name.",
    ),
    scope_none="No document has such a name.",
    scope_use="Use this choice",
    scope_clear="Search everything",
    remove="Remove {name}",
    menu="Account",
    export="Export",
    export_markdown="As Markdown",
    export_pdf="As PDF",
    account="Your account",
    my_documents="My documents",
    curate="Documents and spaces",
    questionnaires="Questionnaires",
    administer="Administration",
    sign_out="Sign out",
    exported="Exported from Strongroom on {date}",
    export_not_found="The documents that were searched do not seem to answer this.",
    export_stopped="This answer was stopped before it was complete and checked.",
    export_failed="There was no answer to this question.",
    not_there="There is no such conversation.",
)

GERMAN = ConversationTexts(
    language="de",
    conversations="Gespräche",
    show_list="Gespräche anzeigen",
    hide_list="Gespräche ausblenden",
    new="Neues Gespräch",
    search="Gespräche durchsuchen",
    none_yet="Hier erscheinen Ihre Gespräche. Nur Sie können sie sehen.",
    none_found="Kein Gespräch enthält diese Wörter.",
    today="Heute",
    yesterday="Gestern",
    this_week="Letzte 7 Tage",
    this_month="Letzte 30 Tage",
    older="Älter",
    rename="„{title}“ umbenennen",
    delete="„{title}“ löschen",
    rename_title="Gespräch umbenennen",
    rename_label="Neuer Name",
    save="Speichern",
    cancel="Abbrechen",
    delete_title="Dieses Gespräch löschen?",
    delete_words="Seine Fragen und Antworten werden auf diesem Rechner endgültig gelöscht.",
    delete_yes="Löschen",
    edit_title="Frage ändern",
    edit_label="Frage",
    edit_warning="Diese Frage und alles, was danach kam, wird ersetzt.",
    edit_yes="Stattdessen das fragen",
    comment_title="Was sollen die Betreuenden wissen?",
    comment_label="Kommentar (freiwillig)",
    comment_words="Wer diese Dokumente pflegt, liest die Frage, die Antwort und Ihren Kommentar, "
    "ohne Ihren Namen.",
    comment_send="Absenden",
    thanks="Danke. Wer die Dokumente pflegt, bekommt es zu sehen.",
    failed="Das hat nicht geklappt. Laden Sie die Seite neu und versuchen Sie es noch einmal.",
    scope_button="Auswählen, wo gesucht wird",
    scope_title="Suchen in",
    scope_words="Wählen Sie Bereiche oder einzelne Dokumente. Die Auswahl wird behalten.",
    scope_find="Dokument finden",
    scope_all="Alle Dokumente",
    scope_spaces="Bereiche",
    scope_documents="Dokumente",
    scope_more=(
        "{n} weiteres Dokument. Geben Sie einen Teil seines Namens ein.",
        "{n} weitere Dokumente. Geben Sie einen Teil eines Namens ein.",
    ),
    scope_none="Kein Dokument heißt so.",
    scope_use="Auswahl übernehmen",
    scope_clear="Überall suchen",
    remove="{name} entfernen",
    menu="Konto",
    export="Exportieren",
    export_markdown="Als Markdown",
    export_pdf="Als PDF",
    account="Ihr Konto",
    my_documents="Meine Dokumente",
    curate="Dokumente und Bereiche",
    questionnaires="Fragebögen",
    administer="Verwaltung",
    sign_out="Abmelden",
    exported="Aus Strongroom exportiert am {date}",
    export_not_found="Die durchsuchten Dokumente beantworten das offenbar nicht.",
    export_stopped="Diese Antwort wurde angehalten, bevor sie fertig und geprüft war.",
    export_failed="Auf diese Frage kam keine Antwort.",
    not_there="Dieses Gespräch gibt es nicht.",
)

LANGUAGES = {texts.language: texts for texts in (ENGLISH, GERMAN)}
