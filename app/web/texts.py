"""Every word that the web chat shows, in each language."""

from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Texts:
    """One language. A pair is (for one, for other numbers); braces are filled in by the page."""

    language: str
    title: str
    promise: str  # under the name
    new_conversation: str
    skip_to_question: str

    status_ready: str
    status_starting: str
    status_restarting: str
    status_failed: str
    starter_title: str
    starter: str
    starter_remedy: str
    no_model_title: str
    no_model: str

    welcome: str
    welcome_documents: tuple[str, str]
    welcome_promise: str
    examples: str
    no_documents_title: str
    no_documents: str

    question_label: str
    question_placeholder: str
    ask: str
    stop: str
    documents_label: str
    all_documents: str

    waiting: str
    searching: str
    searching_in: tuple[str, str]
    reading: tuple[str, str]
    writing: str
    stopped: str
    stopped_draft: str
    not_found_title: str
    not_found: str
    quoted: str
    unsupported_mark: str
    unsupported_legend: tuple[str, str]
    left_out_passages: tuple[str, str]
    left_out_turns: tuple[str, str]
    left_out: str  # {what}
    and_: str
    only_in: str  # {documents}
    more_documents: tuple[str, str]
    answered_by: str  # {model}, {seconds}
    copy: str
    copied: str
    retry: str
    edit: str
    good: str
    bad: str
    suggestions: str
    suggested: str  # {document}, {heading}
    withheld: str
    notice_orders: tuple[str, str]
    notice_links: tuple[str, str]
    notice_question: tuple[str, str]  # {kind}, {done}
    notice_answer: tuple[str, str]  # {kind}, {done}
    notice_mark: str
    notice_mask: str
    notice_refuse: str
    filter_withheld: str
    not_saved: str
    own_space: str
    question_number: str

    sources: str
    nearest: str
    no_nearest: str
    other_passages: tuple[str, str]
    passages_read: tuple[str, str]
    page: str
    source_number: str
    open_source: str  # {document}

    failed_title: str
    busy: str
    busy_seconds: tuple[str, str]
    too_many_own: str
    too_many_own_seconds: tuple[str, str]
    starting: str
    down: str
    too_long: str
    filtered: str
    gone: str
    unrecorded: str
    unknown: str

    def count(self, pair: tuple[str, str], n: int) -> str:
        """Return the form of `pair` for `n`, with the number filled in."""
        return pair[0 if n == 1 else 1].format(n=f"{n:,}" if self.language == "en" else f"{n}")


ENGLISH = Texts(
    language="en",
    title="Strongroom",
    promise="Answers from your documents, on your own machine",
    new_conversation="New conversation",
    skip_to_question="Skip to the question box",
    status_ready="Ready",
    status_starting="Loading the model…",
    status_restarting="Restarting…",
    status_failed="Not running",
    starter_title="Starter model.",
    starter="{model} is here so that you can try everything out. It is too small to trust: "
    "check each answer against its sources.",
    starter_remedy="An administrator adds a stronger one with",
    no_model_title="No chat model.",
    no_model="Questions cannot be answered until an administrator adds one with",
    welcome="What would you like to know?",
    welcome_documents=("{n} document is ready to search.", "{n} documents are ready to search."),
    welcome_promise="Every answer names the pages it comes from. "
    "Nothing you ask leaves this machine.",
    examples="For example",
    no_documents_title="There are no documents yet",
    no_documents="Once documents have been added, you can ask about them here. "
    "An administrator adds a folder with",
    question_label="Your question",
    question_placeholder="Ask about your documents…",
    ask="Ask",
    stop="Stop",
    documents_label="Search in",
    all_documents="All documents",
    waiting="Waiting for a free place…",
    searching="Searching…",
    searching_in=("Searching {n} document…", "Searching {n} documents…"),
    reading=("Reading {n} passage…", "Reading {n} passages…"),
    writing="Writing…",
    stopped="You stopped this answer.",
    stopped_draft="You stopped this answer. What was written so far has not been checked.",
    not_found_title="Not in the documents",
    not_found="The documents that were searched do not seem to answer this. "
    "The passages shown came closest.",
    quoted="In the document’s own words",
    unsupported_mark="not confirmed by the sources",
    unsupported_legend=(
        "No passage confirms the underlined sentence. Treat it with care.",
        "No passage confirms the underlined sentences. Treat them with care.",
    ),
    left_out_passages=("{n} passage", "{n} passages"),
    left_out_turns=("{n} earlier question", "{n} earlier questions"),
    left_out="The model could not take in everything at once: {what} had to be left out.",
    and_=" and ",
    only_in="Only in {documents}",
    more_documents=("{n} more", "{n} more"),
    answered_by="{model} · {seconds} s",
    copy="Copy",
    copied="Copied",
    retry="Ask again",
    edit="Edit the question",
    good="Good answer",
    bad="Not a good answer",
    suggestions="You could ask next",
    suggested="What does {document} say about “{heading}”?",
    withheld="This answer was drawn from documents that you can no longer read.",
    notice_orders=(
        "{n} sentence of the passages gives orders to an assistant. It was not followed.",
        "{n} sentences of the passages give orders to an assistant. They were not followed.",
    ),
    notice_links=(
        "{n} link or image is shown as text; nothing was opened.",
        "{n} links or images are shown as text; nothing was opened.",
    ),
    notice_question=(
        "In your question, {n} × {{kind}} {{done}}.",
        "In your question, {n} × {{kind}} {{done}}.",
    ),
    notice_answer=(
        "In this answer, {n} × {{kind}} {{done}}.",
        "In this answer, {n} × {{kind}} {{done}}.",
    ),
    notice_mark="was found by a filter",
    notice_mask="was masked by a filter",
    notice_refuse="was found by a filter, so it is not shown",
    filter_withheld="This answer is withheld: it holds what a filter of your company does not let "
    "through.",
    not_saved="This answer could not be saved. Copy it if you need it later.",
    own_space="My documents",
    question_number="Question {n}",
    sources="Sources",
    nearest="Nearest passages",
    no_nearest="No passage came close.",
    other_passages=("{n} more passage was found", "{n} more passages were found"),
    passages_read=("{n} passage is being read", "{n} passages are being read"),
    page="page {page}",
    source_number="Source {n}",
    open_source="Open {document} at this place, in a new tab",
    failed_title="No answer this time",
    busy="Many questions are being answered right now. Please ask again in a moment.",
    busy_seconds=(
        "Many questions are being answered right now. Please ask again in about a second.",
        "Many questions are being answered right now. Please ask again in about {n} seconds.",
    ),
    too_many_own="Several of your questions are still being answered. Please wait for one of them "
    "to end, or stop it.",
    too_many_own_seconds=(
        "You have asked many questions in a short time. Please ask again in about a second.",
        "You have asked many questions in a short time. Please ask again in about {n} seconds.",
    ),
    starting="The model is being loaded. Please ask again in a moment.",
    down="The model is not running. Please tell your administrator; `strongroom check` says why.",
    too_long="This question is too long for the model. Please shorten it, "
    "or ask about one part at a time.",
    gone="The documents that you chose are no longer there. Reload the page and choose again.",
    filtered="Your question was not asked: it holds what a filter of your company does not let "
    "through. Please ask without it.",
    unrecorded="Nothing can be answered at the moment, because the audit trail cannot be written. "
    "Please tell your administrator.",
    unknown="Something went wrong while answering. Please ask again; if it happens twice, "
    "tell your administrator. The log says what it was.",
)

GERMAN = Texts(
    language="de",
    title="Strongroom",
    promise="Antworten aus Ihren Dokumenten, auf Ihrem eigenen Rechner",
    new_conversation="Neues Gespräch",
    skip_to_question="Zum Fragefeld springen",
    status_ready="Bereit",
    status_starting="Modell wird geladen…",
    status_restarting="Startet neu…",
    status_failed="Läuft nicht",
    starter_title="Startmodell.",
    starter="{model} ist zum Ausprobieren da. Es ist zu klein, um sich darauf zu verlassen: "
    "Prüfen Sie jede Antwort an ihren Quellen.",
    starter_remedy="Ein stärkeres fügt die Administration hinzu mit",
    no_model_title="Kein Chatmodell.",
    no_model="Fragen werden beantwortet, sobald die Administration eines hinzufügt mit",
    welcome="Was möchten Sie wissen?",
    welcome_documents=(
        "{n} Dokument kann durchsucht werden.",
        "{n} Dokumente können durchsucht werden.",
    ),
    welcome_promise="Jede Antwort nennt die Seiten, von denen sie stammt. "
    "Keine Ihrer Fragen verlässt diesen Rechner.",
    examples="Zum Beispiel",
    no_documents_title="Es gibt noch keine Dokumente",
    no_documents="Sobald Dokumente da sind, können Sie hier danach fragen. "
    "Die Administration fügt einen Ordner hinzu mit",
    question_label="Ihre Frage",
    question_placeholder="Fragen Sie nach Ihren Dokumenten…",
    ask="Fragen",
    stop="Anhalten",
    documents_label="Suchen in",
    all_documents="Alle Dokumente",
    waiting="Wartet auf einen freien Platz…",
    searching="Sucht…",
    searching_in=("Durchsucht {n} Dokument…", "Durchsucht {n} Dokumente…"),
    reading=("Liest {n} Textstelle…", "Liest {n} Textstellen…"),
    writing="Schreibt…",
    stopped="Sie haben diese Antwort angehalten.",
    stopped_draft="Sie haben diese Antwort angehalten. Der Text bis hierher ist nicht geprüft.",
    not_found_title="Nicht in den Dokumenten",
    not_found="Die durchsuchten Dokumente beantworten das offenbar nicht. "
    "Die gezeigten Textstellen kommen der Frage am nächsten.",
    quoted="Im Wortlaut des Dokuments",
    unsupported_mark="durch die Quellen nicht bestätigt",
    unsupported_legend=(
        "Keine Textstelle bestätigt den unterstrichenen Satz. Bitte mit Vorsicht lesen.",
        "Keine Textstelle bestätigt die unterstrichenen Sätze. Bitte mit Vorsicht lesen.",
    ),
    left_out_passages=("{n} Textstelle", "{n} Textstellen"),
    left_out_turns=("{n} frühere Frage", "{n} frühere Fragen"),
    left_out="Das Modell konnte nicht alles auf einmal aufnehmen. Weggelassen: {what}.",
    and_=" und ",
    only_in="Nur in {documents}",
    more_documents=("{n} weiteren", "{n} weiteren"),
    answered_by="{model} · {seconds} s",
    copy="Kopieren",
    copied="Kopiert",
    retry="Erneut fragen",
    edit="Frage ändern",
    good="Gute Antwort",
    bad="Keine gute Antwort",
    suggestions="Mögliche nächste Fragen",
    suggested="Was steht in {document} zu „{heading}“?",
    withheld="Diese Antwort stammt aus Dokumenten, die Sie nicht mehr lesen dürfen.",
    notice_orders=(
        "{n} Satz der Textstellen gibt einem Assistenten Anweisungen. Er wurde nicht befolgt.",
        "{n} Sätze der Textstellen geben einem Assistenten Anweisungen. Sie wurden nicht befolgt.",
    ),
    notice_links=(
        "{n} Verweis oder Bild steht als Text da; geöffnet wurde nichts.",
        "{n} Verweise oder Bilder stehen als Text da; geöffnet wurde nichts.",
    ),
    notice_question=(
        "In Ihrer Frage: {n} × {{kind}} {{done}}.",
        "In Ihrer Frage: {n} × {{kind}} {{done}}.",
    ),
    notice_answer=(
        "In dieser Antwort: {n} × {{kind}} {{done}}.",
        "In dieser Antwort: {n} × {{kind}} {{done}}.",
    ),
    notice_mark="von einem Filter gefunden",
    notice_mask="von einem Filter verdeckt",
    notice_refuse="von einem Filter gefunden; nichts davon wird gezeigt",
    filter_withheld="Diese Antwort wird zurückgehalten: Sie enthält, was ein Filter Ihres "
    "Unternehmens nicht durchlässt.",
    not_saved="Diese Antwort ließ sich nicht speichern. Kopieren Sie sie, falls Sie sie brauchen.",
    own_space="Meine Dokumente",
    question_number="Frage {n}",
    sources="Quellen",
    nearest="Nächstliegende Textstellen",
    no_nearest="Keine Textstelle kam in die Nähe.",
    other_passages=("{n} weitere Textstelle gefunden", "{n} weitere Textstellen gefunden"),
    passages_read=("{n} Textstelle wird gelesen", "{n} Textstellen werden gelesen"),
    page="Seite {page}",
    source_number="Quelle {n}",
    open_source="{document} an dieser Stelle in einem neuen Tab öffnen",
    failed_title="Diesmal keine Antwort",
    busy="Gerade werden viele Fragen beantwortet. Bitte fragen Sie gleich noch einmal.",
    busy_seconds=(
        "Gerade werden viele Fragen beantwortet. Bitte in etwa einer Sekunde noch einmal fragen.",
        "Gerade werden viele Fragen beantwortet. Bitte in etwa {n} Sekunden noch einmal fragen.",
    ),
    too_many_own="Mehrere Ihrer Fragen werden noch beantwortet. Bitte warten Sie auf eine davon, "
    "oder halten Sie sie an.",
    too_many_own_seconds=(
        "Sie haben in kurzer Zeit viel gefragt. Bitte in etwa einer Sekunde noch einmal fragen.",
        "Sie haben in kurzer Zeit viel gefragt. Bitte in etwa {n} Sekunden noch einmal fragen.",
    ),
    starting="Das Modell wird geladen. Bitte fragen Sie gleich noch einmal.",
    down="Das Modell läuft nicht. Bitte wenden Sie sich an die Administration; "
    "`strongroom check` nennt den Grund.",
    too_long="Diese Frage ist zu lang für das Modell. Bitte kürzen Sie sie, "
    "oder fragen Sie nach einem Teil davon.",
    gone="Die gewählten Dokumente gibt es nicht mehr. "
    "Laden Sie die Seite neu und wählen Sie noch einmal.",
    filtered="Ihre Frage wurde nicht gestellt: Sie enthält, was ein Filter Ihres Unternehmens "
    "nicht durchlässt. Bitte fragen Sie ohne das.",
    unrecorded="Zurzeit kann nichts beantwortet werden, weil das Prüfprotokoll nicht geschrieben "
    "werden kann. Bitte sagen Sie es Ihrer Administration.",
    unknown="Beim Antworten ging etwas schief. Bitte fragen Sie noch einmal; wenn es wieder "
    "geschieht, wenden Sie sich an die Administration. Was es war, steht im Protokoll.",
)

LANGUAGES = {texts.language: texts for texts in (ENGLISH, GERMAN)}


def texts_for(accept_language: str) -> Texts:
    """Return the best language for a browser's Accept-Language header; English if none fits."""
    wanted: list[tuple[float, str]] = []
    for part in accept_language[:200].split(","):
        tag, _, weight = part.strip().partition(";q=")
        try:
            wanted.append((float(weight or 1), tag.split("-")[0].lower()))
        except ValueError:
            continue
    for _, language in sorted(wanted, key=lambda pair: -pair[0]):
        if language in LANGUAGES:
            return LANGUAGES[language]
    return ENGLISH


def labels() -> dict[str, dict[str, str]]:
    """Return the words of the page's input fields by language, as the browser picks them."""
    return {
        language: {key: value for key, value in asdict(texts).items() if isinstance(value, str)}
        for language, texts in LANGUAGES.items()
    }
