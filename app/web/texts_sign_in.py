"""The words around every plain page, and those of signing in and of one's account."""

from dataclasses import dataclass

from app.web.texts import texts_for


@dataclass(frozen=True, slots=True)
class LayoutTexts:
    """What stands around a page, in one language."""

    language: str
    brand: str
    promise: str
    skip: str
    menu: str
    chat: str
    documents: str
    questionnaires: str
    administration: str
    account: str
    sign_out: str


@dataclass(frozen=True, slots=True)
class SignInTexts:
    """The pages of signing in and of one's account, in one language."""

    sign_in: str
    welcome: str
    name: str
    password: str
    go: str
    company: str  # {company}
    or_: str
    where_from: str
    wrong: str
    wait: tuple[str, str]  # {n} seconds
    wait_minutes: tuple[str, str]  # {n} minutes
    ended: str
    company_failed: str
    company_unreachable: str
    header_missing_title: str
    header_missing: str

    account: str
    signed_in_as: str
    roles: str
    role_administrator: str
    role_auditor: str
    role_reader: str
    groups: str
    no_groups: str
    spaces_read: str
    spaces_curate: str
    no_spaces: str
    sessions: str
    only_here: str
    other_browsers: tuple[str, str]
    end_others: str
    ended_others: str

    password_title: str
    password_first_title: str
    password_first: str
    password_now: str
    password_new: str
    password_again: str
    password_rule: str
    password_change: str
    password_changed: str
    password_elsewhere: str
    wrong_password_now: str
    passwords_differ: str
    password_short: str  # {n}
    password_long: str
    password_like_name: str
    password_common: str
    password_same: str


ENGLISH_LAYOUT = LayoutTexts(
    language="en",
    brand="Strongroom",
    promise="Answers from your documents. Nothing leaves this house.",
    skip="Skip to the content",
    menu="Pages",
    chat="Ask",
    documents="Documents",
    questionnaires="Questionnaires",
    administration="Administration",
    account="Your account",
    sign_out="Sign out",
)
GERMAN_LAYOUT = LayoutTexts(
    language="de",
    brand="Strongroom",
    promise="Antworten aus Ihren Dokumenten. Nichts verlässt dieses Haus.",
    skip="Zum Inhalt springen",
    menu="Seiten",
    chat="Fragen",
    documents="Dokumente",
    questionnaires="Fragebögen",
    administration="Verwaltung",
    account="Ihr Konto",
    sign_out="Abmelden",
)

ENGLISH = SignInTexts(
    sign_in="Sign in",
    welcome="Sign in to ask your company's documents.",
    name="Name",
    password="Password",
    go="Sign in",
    company="Sign in with {company}",
    or_="or",
    where_from="No account, or a forgotten password? Ask your administrator.",
    wrong="Name and password do not fit together.",
    wait=(
        "Too many attempts. Please wait one second and try again.",
        "Too many attempts. Please wait {n} seconds and try again.",
    ),
    wait_minutes=(
        "Too many attempts. Please wait one minute and try again.",
        "Too many attempts. Please wait {n} minutes and try again.",
    ),
    ended="You have signed out.",
    company_failed="The company's sign-in did not let you in. Try again, "
    "or ask your administrator.",
    company_unreachable="The company's sign-in cannot be reached at the moment. "
    "Please try again in a few minutes.",
    header_missing_title="Not signed in",
    header_missing="Sign in at your company's portal and come back through it; "
    "this page cannot be opened directly.",
    account="Your account",
    signed_in_as="Signed in as",
    roles="Role",
    role_administrator="Administrator",
    role_auditor="Auditor",
    role_reader="Reader",
    groups="Groups",
    no_groups="none",
    spaces_read="You may read",
    spaces_curate="You look after",
    no_spaces="no space yet. Your administrator can give one of your groups access.",
    sessions="Where you are signed in",
    only_here="In this browser alone.",
    other_browsers=(
        "In this browser and in one more.",
        "In this browser and in {n} more.",
    ),
    end_others="Sign out everywhere else",
    ended_others="You are signed out everywhere else.",
    password_title="Change password",
    password_first_title="Choose your password",
    password_first="You signed in with a password that somebody else knows. "
    "Choose your own before you go on.",
    password_now="Password now",
    password_new="New password",
    password_again="New password again",
    password_rule="At least {n} characters. A few unrelated words are easy to remember and hard "
    "to guess.",
    password_change="Change password",
    password_changed="Your password has been changed, and you are signed out everywhere else.",
    password_elsewhere="Your password is kept by your company's sign-in. Change it there.",
    wrong_password_now="That is not your password now.",
    passwords_differ="The two new passwords differ.",
    password_short="A password has at least {n} characters.",
    password_long="A password has at most {n} characters.",
    password_like_name="The password must not contain your name.",
    password_common="This password is among the first that anyone would try.",
    password_same="The new password is the old one.",
)
GERMAN = SignInTexts(
    sign_in="Anmelden",
    welcome="Melden Sie sich an, um die Dokumente Ihrer Firma zu befragen.",
    name="Name",
    password="Passwort",
    go="Anmelden",
    company="Mit {company} anmelden",
    or_="oder",
    where_from="Kein Konto oder Passwort vergessen? Fragen Sie Ihre Administration.",
    wrong="Name und Passwort passen nicht zusammen.",
    wait=(
        "Zu viele Versuche. Bitte warten Sie eine Sekunde und versuchen Sie es erneut.",
        "Zu viele Versuche. Bitte warten Sie {n} Sekunden und versuchen Sie es erneut.",
    ),
    wait_minutes=(
        "Zu viele Versuche. Bitte warten Sie eine Minute und versuchen Sie es erneut.",
        "Zu viele Versuche. Bitte warten Sie {n} Minuten und versuchen Sie es erneut.",
    ),
    ended="Sie sind abgemeldet.",
    company_failed="Die Anmeldung Ihrer Firma hat Sie nicht eingelassen. Versuchen Sie es noch "
    "einmal, oder fragen Sie Ihre Administration.",
    company_unreachable="Die Anmeldung Ihrer Firma ist gerade nicht erreichbar. "
    "Bitte versuchen Sie es in einigen Minuten noch einmal.",
    header_missing_title="Nicht angemeldet",
    header_missing="Melden Sie sich am Portal Ihrer Firma an und kommen Sie von dort zurück; "
    "diese Seite lässt sich nicht direkt öffnen.",
    account="Ihr Konto",
    signed_in_as="Angemeldet als",
    roles="Rolle",
    role_administrator="Administration",
    role_auditor="Revision",
    role_reader="Lesen",
    groups="Gruppen",
    no_groups="keine",
    spaces_read="Sie dürfen lesen",
    spaces_curate="Sie betreuen",
    no_spaces="noch keinen Bereich. Ihre Administration kann einer Ihrer Gruppen Zugang geben.",
    sessions="Wo Sie angemeldet sind",
    only_here="Nur in diesem Browser.",
    other_browsers=(
        "In diesem Browser und in einem weiteren.",
        "In diesem Browser und in {n} weiteren.",
    ),
    end_others="Überall sonst abmelden",
    ended_others="Sie sind überall sonst abgemeldet.",
    password_title="Passwort ändern",
    password_first_title="Wählen Sie Ihr Passwort",
    password_first="Sie haben sich mit einem Passwort angemeldet, das noch jemand kennt. "
    "Wählen Sie ein eigenes, bevor es weitergeht.",
    password_now="Bisheriges Passwort",
    password_new="Neues Passwort",
    password_again="Neues Passwort noch einmal",
    password_rule="Mindestens {n} Zeichen. Einige Wörter ohne Zusammenhang merkt man sich leicht, "
    "und sie sind schwer zu erraten.",
    password_change="Passwort ändern",
    password_changed="Ihr Passwort ist geändert, und Sie sind überall sonst abgemeldet.",
    password_elsewhere="Ihr Passwort liegt bei der Anmeldung Ihrer Firma. Ändern Sie es dort.",
    wrong_password_now="Das ist nicht Ihr bisheriges Passwort.",
    passwords_differ="Die beiden neuen Passwörter sind verschieden.",
    password_short="Ein Passwort hat mindestens {n} Zeichen.",
    password_long="Ein Passwort hat höchstens {n} Zeichen.",
    password_like_name="Das Passwort darf Ihren Namen nicht enthalten.",
    password_common="Dieses Passwort würde jeder zuerst versuchen.",
    password_same="Das neue Passwort ist das alte.",
)

_LAYOUTS = {"en": ENGLISH_LAYOUT, "de": GERMAN_LAYOUT}
_TEXTS = {"en": ENGLISH, "de": GERMAN}


def layout_texts_for(accept_language: str) -> LayoutTexts:
    """The words around a page in the best language for an Accept-Language header."""
    return _LAYOUTS[texts_for(accept_language).language]


def sign_in_texts_for(accept_language: str) -> SignInTexts:
    """The sign-in's words in the best language for an Accept-Language header."""
    return _TEXTS[texts_for(accept_language).language]
