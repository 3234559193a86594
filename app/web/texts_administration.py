"""Every word of the administrators' pages, in each language."""

from dataclasses import dataclass

from app.web.texts import texts_for


@dataclass(frozen=True, slots=True)
class AdministrationTexts:
    """One language. A pair is (for one, for other numbers)."""

    language: str
    administration: str
    overview: str
    people: str
    spaces: str
    models: str

    health: str
    status_ok: str
    status_warning: str
    status_failed: str
    remedy: str
    usage: str
    last_days: str  # {n}
    questions: tuple[str, str]
    tokens: tuple[str, str]
    chart_questions: str
    chart_tokens: str
    chart_first: str
    chart_most: str  # {n}
    chart_table: str
    day: str
    no_usage: str
    costs: str
    costs_hint: str
    by_token: str
    by_hour: str
    by_hour_hint: str  # {days}
    here: str
    here_hint: str
    price_in: str
    price_out: str
    price_hour: str

    name: str
    full_name: str
    role: str
    role_reader: str
    role_administrator: str
    role_auditor: str
    groups: str
    last_seen: str
    never: str
    actions: str
    add_person: str
    add_person_hint: str
    add: str
    new_password: str
    end_sessions: str
    remove: str
    remove_sure: str  # {name}
    uploads: str
    uploads_keep: str
    uploads_delete: str
    uploads_held: str  # {count}
    change: str
    you: str
    told_title: str  # {name}
    told: str
    company: str
    manage: str  # {name}
    add_group: str
    group_name: str
    group_people: tuple[str, str]
    join: str
    leave: str  # {group}

    space: str
    documents: str
    who: str
    nobody: str
    everyone: str
    may_read: str
    may_curate: str
    grant: str
    grant_title: str
    grant_hint: str
    right: str
    revoke: str  # {group}, {space}

    model_role: str
    model_name: str
    model_about: str
    role_chat: str
    role_embedder: str
    role_adapter: str
    role_reranker: str
    plan: str
    plan_hint: str
    plan_none: str
    not_there: str
    gone: str
    refused: str
    back: str


ENGLISH = AdministrationTexts(
    language="en",
    administration="Administration",
    overview="Overview",
    people="People and groups",
    spaces="Spaces",
    models="Models",
    health="Health",
    status_ok="fine",
    status_warning="look at this",
    status_failed="not working",
    remedy="What to do",
    usage="Usage",
    last_days="{n} days",
    questions=("1 question", "{n} questions"),
    tokens=("1 token", "{n} tokens"),
    chart_questions="Questions",
    chart_tokens="Tokens read and written",
    chart_first="Seconds to the first word (median)",
    chart_most="highest {n}",
    chart_table="As a table",
    day="Day (UTC)",
    no_usage="Nothing was asked in this time.",
    costs="What this would have cost elsewhere",
    costs_hint="The same tokens at services outside, at the list prices named below. They are "
    "settings; other tokenisers count a little differently.",
    by_token="Paid per token",
    by_hour="Rented GPU, always on",
    by_hour_hint="{days} days of 24 hours",
    here="Here",
    here_hint="Paid with the hardware; nothing per question",
    price_in="per million tokens read",
    price_out="per million tokens written",
    price_hour="per hour",
    name="Name",
    full_name="Full name",
    role="Role",
    role_reader="Reader",
    role_administrator="Administrator",
    role_auditor="Auditor",
    groups="Groups",
    last_seen="Last seen",
    never="never",
    actions="Change",
    add_person="Add a person",
    add_person_hint="They get a one-time password, which you will see once, and have to choose "
    "another when they first sign in.",
    add="Add",
    new_password="New one-time password",
    end_sessions="Sign out everywhere",
    remove="Remove",
    remove_sure="Yes, remove {name}",
    uploads="Their own uploads",
    uploads_keep="keep, for nobody to read",
    uploads_delete="delete",
    uploads_held="The person was removed; {count} of their uploads are held and stay.",
    change="Change",
    you="you",
    told_title="One-time password for {name}",
    told="Hand it over in person. It is shown this one time only.",
    company="signs in through the company",
    manage="Change {name}",
    add_group="Add a group",
    group_name="Name of the group",
    group_people=("1 person", "{n} people"),
    join="Add to group",
    leave="Take out of {group}",
    space="Space",
    documents="Documents",
    who="Who may do what",
    nobody="Nobody but administrators",
    everyone="everyone",
    may_read="may read",
    may_curate="may read and curate",
    grant="Give access",
    grant_title="Give a group access",
    grant_hint="Reading also means asking about and opening the documents. Curating means adding, "
    "moving and deleting them. A new name makes a new space.",
    right="Right",
    revoke="Take the access of {group} to {space} away",
    model_role="Used for",
    model_name="Model",
    model_about="Details",
    role_chat="writing answers",
    role_embedder="finding passages",
    role_adapter="adapter of the chat model",
    role_reranker="ordering passages",
    plan="How the engine uses this machine",
    plan_hint="Models are added on the server: strongroom models add FILE.",
    plan_none="The engine has not said yet.",
    not_there="There is no such page.",
    gone="This person is no longer there.",
    refused="That was not done",
    back="Back",
)

GERMAN = AdministrationTexts(
    language="de",
    administration="Administration",
    overview="Überblick",
    people="Personen und Gruppen",
    spaces="Bereiche",
    models="Modelle",
    health="Zustand",
    status_ok="in Ordnung",
    status_warning="bitte ansehen",
    status_failed="geht nicht",
    remedy="Was zu tun ist",
    usage="Nutzung",
    last_days="{n} Tage",
    questions=("1 Frage", "{n} Fragen"),
    tokens=("1 Token", "{n} Token"),
    chart_questions="Fragen",
    chart_tokens="Gelesene und geschriebene Token",
    chart_first="Sekunden bis zum ersten Wort (Median)",
    chart_most="höchstens {n}",
    chart_table="Als Tabelle",
    day="Tag (UTC)",
    no_usage="In dieser Zeit wurde nichts gefragt.",
    costs="Was das anderswo gekostet hätte",
    costs_hint="Dieselben Token bei Diensten außer Haus, zu den unten genannten Listenpreisen. Sie "
    "sind Einstellungen; andere Tokenizer zählen etwas anders.",
    by_token="Bezahlt nach Token",
    by_hour="Gemietete GPU, immer an",
    by_hour_hint="{days} Tage zu 24 Stunden",
    here="Hier",
    here_hint="Mit der Hardware bezahlt; nichts je Frage",
    price_in="je Million gelesener Token",
    price_out="je Million geschriebener Token",
    price_hour="je Stunde",
    name="Name",
    full_name="Voller Name",
    role="Rolle",
    role_reader="Lesen",
    role_administrator="Administration",
    role_auditor="Prüfung",
    groups="Gruppen",
    last_seen="Zuletzt da",
    never="noch nie",
    actions="Ändern",
    add_person="Person hinzufügen",
    add_person_hint="Sie bekommt ein Einmalpasswort, das Sie einmal sehen, und muss beim ersten "
    "Anmelden ein anderes wählen.",
    add="Hinzufügen",
    new_password="Neues Einmalpasswort",
    end_sessions="Überall abmelden",
    remove="Entfernen",
    remove_sure="Ja, {name} entfernen",
    uploads="Eigene Dokumente",
    uploads_keep="behalten, für niemanden lesbar",
    uploads_delete="löschen",
    uploads_held="Die Person ist entfernt; {count} ihrer Dokumente sind gesperrt und bleiben.",
    change="Ändern",
    you="Sie",
    told_title="Einmalpasswort für {name}",
    told="Geben Sie es persönlich weiter. Es wird nur dieses eine Mal gezeigt.",
    company="meldet sich über die Firma an",
    manage="{name} ändern",
    add_group="Gruppe hinzufügen",
    group_name="Name der Gruppe",
    group_people=("1 Person", "{n} Personen"),
    join="In Gruppe aufnehmen",
    leave="Aus {group} nehmen",
    space="Bereich",
    documents="Dokumente",
    who="Wer was darf",
    nobody="Niemand außer der Administration",
    everyone="alle",
    may_read="darf lesen",
    may_curate="darf lesen und pflegen",
    grant="Zugang geben",
    grant_title="Einer Gruppe Zugang geben",
    grant_hint="Lesen heißt auch, die Dokumente zu befragen und zu öffnen. Pflegen heißt, sie "
    "hinzuzufügen, zu verschieben und zu löschen. Ein neuer Name legt einen Bereich an.",
    right="Recht",
    revoke="{group} den Zugang zu {space} nehmen",
    model_role="Wozu",
    model_name="Modell",
    model_about="Näheres",
    role_chat="Antworten schreiben",
    role_embedder="Stellen finden",
    role_adapter="Adapter des Chatmodells",
    role_reranker="Stellen ordnen",
    plan="Wie der Motor diese Maschine nutzt",
    plan_hint="Modelle werden auf dem Server hinzugefügt: strongroom models add DATEI.",
    plan_none="Der Motor hat es noch nicht gesagt.",
    not_there="Diese Seite gibt es nicht.",
    gone="Diese Person ist nicht mehr da.",
    refused="Das wurde nicht getan",
    back="Zurück",
)

_LANGUAGES = {texts.language: texts for texts in (ENGLISH, GERMAN)}


def administration_texts_for(accept_language: str) -> AdministrationTexts:
    """The best language for a browser's Accept-Language header; English if none fits."""
    return _LANGUAGES[texts_for(accept_language).language]
