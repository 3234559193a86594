"""Every word of the questionnaires' page, in each language."""

from dataclasses import dataclass

from app.web.texts import texts_for


@dataclass(frozen=True, slots=True)
class QuestionnaireTexts:
    """One language."""

    language: str
    questionnaires: str
    hint: str
    hand_in: str
    choose: str
    formats: str
    where: str
    everywhere: str
    my_documents: str
    each: str
    each_hint: str
    hidden: str
    hidden_hint: str
    read_so: str
    needs_script: str
    sending: str
    yours: str
    none: str
    waiting: str
    running: str
    done: str
    stopped: str
    failed: str
    changed: str
    changed_hint: str
    found: str
    partly: str
    not_found: str
    rows_failed: str
    progress: str  # {done}, {total}
    left: str  # {minutes}
    download: str
    stop: str
    go_on: str
    start_over: str
    delete: str
    delete_sure: str  # {name}
    refused: str
    back: str


ENGLISH = QuestionnaireTexts(
    language="en",
    questionnaires="Questionnaires",
    hint="Hand in a spreadsheet of questions; every row comes back answered, with its evidence. "
    "Only documents that you may read are asked.",
    hand_in="Hand in a questionnaire",
    choose="Choose a file",
    formats="XLSX, CSV, JSON lines, or a text file with one question a line; 16 MiB at most. "
    "Columns for answer type, documents and spaces are understood, all others pass through.",
    where="Ask the documents of",
    everywhere="everything that I may read",
    my_documents="My documents",
    each="Ask every question of every document",
    each_hint="gives a table: documents down, questions across",
    hidden="Ask hidden rows of a workbook, too",
    hidden_hint="otherwise they are left out, and the answers say which",
    read_so="How it was read",
    needs_script="Handing in needs JavaScript in your browser.",
    sending="Checking the rows…",
    yours="Your questionnaires",
    none="None yet.",
    waiting="waiting for its turn",
    running="being answered",
    done="done",
    stopped="stopped",
    failed="stopped by an error",
    changed="stopped: something changed",
    changed_hint="Since this questionnaire was begun, something changed that decides its answers, "
    "and old and new ones are not mixed. You can download the answers so far, or start over: then "
    "every question is asked again, of what is there now, and the answers here are replaced.",
    found="found",
    partly="partly supported",
    not_found="not found",
    rows_failed="failed",
    progress="{done} of {total}",
    left="about {minutes} min left",
    download="Download",
    stop="Stop",
    go_on="Go on",
    start_over="Start over",
    delete="Delete",
    delete_sure="Yes, delete {name}",
    refused="That was not done",
    back="Back to the questionnaires",
)

GERMAN = QuestionnaireTexts(
    language="de",
    questionnaires="Fragebögen",
    hint="Geben Sie eine Tabelle mit Fragen ab; jede Zeile kommt beantwortet und belegt zurück. "
    "Befragt werden nur Dokumente, die Sie lesen dürfen.",
    hand_in="Fragebogen abgeben",
    choose="Datei wählen",
    formats="XLSX, CSV, JSON-Zeilen oder eine Textdatei mit einer Frage je Zeile; höchstens "
    "16 MiB. Spalten für Antworttyp, Dokumente und Bereiche werden verstanden, alle anderen "
    "bleiben, wie sie sind.",
    where="Befragt werden die Dokumente von",
    everywhere="allem, was ich lesen darf",
    my_documents="Meine Dokumente",
    each="Jede Frage jedem Dokument stellen",
    each_hint="ergibt eine Tabelle: Dokumente in Zeilen, Fragen in Spalten",
    hidden="Auch ausgeblendete Zeilen einer Arbeitsmappe fragen",
    hidden_hint="sonst bleiben sie weg, und die Antworten sagen, welche",
    read_so="So wurde er gelesen",
    needs_script="Zum Abgeben braucht Ihr Browser JavaScript.",
    sending="Zeilen werden geprüft…",
    yours="Ihre Fragebögen",
    none="Noch keine.",
    waiting="wartet, bis die Reihe daran ist",
    running="wird beantwortet",
    done="fertig",
    stopped="angehalten",
    failed="durch einen Fehler angehalten",
    changed="angehalten: etwas hat sich geändert",
    changed_hint="Seit dieser Fragebogen begonnen wurde, hat sich etwas geändert, das über die "
    "Antworten entscheidet; alte und neue werden nicht vermischt. Sie können die bisherigen "
    "Antworten herunterladen oder neu beginnen: Dann wird jede Frage noch einmal gestellt, und "
    "die Antworten hier werden ersetzt.",
    found="gefunden",
    partly="teilweise belegt",
    not_found="nicht gefunden",
    rows_failed="fehlgeschlagen",
    progress="{done} von {total}",
    left="noch etwa {minutes} min",
    download="Herunterladen",
    stop="Anhalten",
    go_on="Weiter",
    start_over="Neu beginnen",
    delete="Löschen",
    delete_sure="Ja, {name} löschen",
    refused="Das wurde nicht getan",
    back="Zurück zu den Fragebögen",
)

_LANGUAGES = {texts.language: texts for texts in (ENGLISH, GERMAN)}


def questionnaire_texts_for(accept_language: str) -> QuestionnaireTexts:
    """The best language for a browser's Accept-Language header; English if none fits."""
    return _LANGUAGES[texts_for(accept_language).language]
