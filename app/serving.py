"""What `strongroom serve` runs: the data folder, its engine and the web chat, in one process."""

import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from functools import partial
from typing import Any

from fastapi import FastAPI

from app.batch.queue.service import QuestionnaireQueue
from app.data_folder.layout import DataFolder
from app.data_folder.ownership import socket_path
from app.data_folder.protection import protect
from app.governance.audit.administration import conversation_changes, people_changes
from app.governance.audit.forwarding import Forwarder
from app.governance.audit.records import RecordKind
from app.governance.audit.usage import seconds_an_answer
from app.governance.deletion.places import DrawnPages
from app.governance.keepers.registry import forget_person
from app.logs import write_log
from app.people.access import Person, private_space_of
from app.people.accounts import Accounts, company_sign_in, open_people
from app.people.allowance import Limits
from app.people.conversations.store import Conversations
from app.people.curating.curation import Curation
from app.people.curating.uploads import Limits as UploadLimits
from app.people.curating.uploads import Uploads
from app.people.directory_watch import DirectoryWatch
from app.people.sources.library import Sources
from app.people.sources.links import source_link
from app.people.sources.rendering import PageRenderer
from app.people.store import People, PeopleError
from app.people.vouching import Groups
from app.settings import Settings, SettingsError
from app.web.api.description import Described
from app.web.api.mcp_http import McpDoor
from app.web.api.metrics import Activity, Gauge, metrics_routes, of_process
from app.web.api.routes_administration import key_list_routes
from app.web.api.routes_answers import AnswerDesk, answer_routes, searches_beside
from app.web.api.routes_files import FileDesk, file_routes
from app.web.auth.key_door import KeyDoor
from app.web.auth.proxies import networks
from app.web.auth.routes_account import account_routes
from app.web.auth.routes_sign_in import Doors, sign_in_routes
from app.web.auth.security import App, refuse_open_door
from app.web.auth.sign_in import SignIn, TrustedHeader
from app.web.chat.places import Places, usual_places
from app.web.chat.workspace_backend import WorkspaceBackend
from app.web.pages.routes_administration import administration_routes, name_of
from app.web.pages.routes_documents import documents_routes
from app.web.pages.routes_keys import all_keys_routes, key_routes
from app.web.pages.routes_library import library_routes
from app.web.pages.routes_questionnaires import LARGEST as QUESTIONNAIRE_BYTES
from app.web.pages.routes_questionnaires import questionnaire_routes
from app.web.pages.routes_saved import saved_routes
from app.web.pages.routes_sharing import sharing_routes
from app.web.pages.routes_sources import source_routes
from app.web.pages.routes_trail import trail_routes
from app.web.server import Outside, PageGroup, create_app, run_web
from app.workspace.administration import Administration
from app.workspace.control import take_work
from app.workspace.curated_documents import CuratedDocuments, SavedComplaints
from app.workspace.daily_retention import retention_daily
from app.workspace.embedder_in_use import advice_to_move
from app.workspace.overview import HomeOverview, prices_of
from app.workspace.personal_workspace import PersonalWorkspace
from app.workspace.wiring import open_workspace
from app.workspace.workspace import Workspace

_FORM_BYTES = 64 << 10  # what a form has around a file


def run(
    settings: Settings, *, listeners: list[socket.socket] | None = None, network: str = ""
) -> None:
    """Serve until a signal; the address is printed when the page answers.

    `listeners` have the address of the settings already; `network` says for the start what this
    process can reach. Raises HostRefused for an address that others could reach unprotected.
    """
    web = settings.web
    refuse_open_door(
        web.host,
        hosts=web.hosts,
        https=web.behind_tls or web.tls_certificate is not None,
        plain_http=web.plain_http,
    )
    outside, tls = _outside(settings), _tls(settings)
    write_log(settings.monitoring.logs)
    protect(settings.home)
    door = socket_path(settings.home)
    if network:
        print(network, flush=True)
    if advice := advice_to_move(settings):
        print(advice, flush=True)
    print("Opening the index and loading the embedder…", flush=True)
    with (
        open_workspace(settings, "strongroom serve", socket=door) as home,
        open_people(
            settings, people_changes(home.trail), shared=conversation_changes(home.trail)
        ) as house,
        take_work(home, door),
        home.watched.watching(),
        retention_daily(home),
        closing(_conversations(settings, home)) as conversations,
        closing(_uploads(settings, home)) as uploads,
        closing(_office(settings, home, house)) as office,
        _forwarding(settings, home) as forwarder,
        _directory_watched(settings, house) as directory,
    ):
        if settings.engine.url is None:
            print(f"Starting the chat model {home.chat.name()}…", flush=True)
        else:
            print(f"Answers are written by {home.chat.name()}.", flush=True)
        home.chat.start()
        first = house.people.first_administrator() if settings.sign_in.passwords else None
        run_web(
            web_app(
                settings,
                home,
                house,
                conversations,
                uploads,
                office,
                outside,
                forwarder=forwarder,
                directory=directory,
            ),
            host=web.host,
            port=web.port,
            listeners=listeners,
            tls=tls,
            ready=partial(_say_ready, _welcome(house, first)),
        )


def web_app(
    settings: Settings,
    home: Workspace,
    house: Accounts,
    conversations: Conversations,
    uploads: Uploads,
    office: QuestionnaireQueue,
    outside: Outside = Outside(),  # noqa: B008 -- frozen
    *,
    forwarder: Forwarder | None = None,
    directory: DirectoryWatch | None = None,
) -> FastAPI:
    """The whole web application over an open data folder: the chat, and every page beside it."""
    web = settings.web
    limits = Limits(at_once=web.questions_at_once, a_minute=web.questions_a_minute)
    workspace_of = _workspaces(home, house)
    backend = WorkspaceBackend(workspace_of, home.chat, web.examples, limits, house.saved)
    places = usual_places()  # programs and the chat wait in one line
    answers = AnswerDesk(backend.ask, places, workspace_of, searches_beside(limits))
    agents = McpDoor(answers)
    activity = Activity()
    home.trail.watchers.append(activity.noted)
    started = time.time()

    def numbers() -> list[Gauge]:
        return [
            *of_process(settings.home, started),
            *_of_house(home, places, uploads, office),
            *([] if forwarder is None else _of_syslog(forwarder)),
            *([] if directory is None else _of_directory(directory)),
        ]

    return create_app(
        backend,
        conversations,
        sign_in=_sign_in(settings, house),
        pages=[
            *_pages(settings, home, house, conversations, uploads, office, answers),
            PageGroup(agents.router()),
            PageGroup(metrics_routes(activity, numbers)),
        ],
        refused=partial(_refused, home),
        outside=outside,
        places=places,
        lifespan=agents.lifespan,
    )


def _workspaces(home: Workspace, house: Accounts) -> Callable[[Person], PersonalWorkspace]:
    """Each person's view of the data folder, with the rights that they have when it is used.

    An answer goes on after its page is closed, and questions wait in line: meanwhile somebody may
    have left a group, or the house, or their key may have been revoked.
    """
    return lambda person: PersonalWorkspace(home, partial(_now, house, person), house.people.rules)


def _now(house: Accounts, person: Person) -> Person | None:
    """A person as they are now; None where they, or the key that they come with, are gone."""
    if not person.key:
        return house.people.present(person.id)
    holder = house.keys.holder(person.key)
    return None if holder is None else holder.person


def _conversations(settings: Settings, home: Workspace) -> Conversations:
    return Conversations(
        DataFolder(settings.home).conversations, record=conversation_changes(home.trail)
    )


def _uploads(settings: Settings, home: Workspace) -> Uploads:
    """The uploads of the data folder; those that an earlier process had accepted go on."""
    largest = settings.web.upload_mib << 20
    uploads = Uploads(DataFolder(settings.home).uploads, home, UploadLimits(largest, 4 * largest))
    uploads.resume()
    return uploads


def _office(settings: Settings, home: Workspace, house: Accounts) -> QuestionnaireQueue:
    """People's questionnaires; those that an earlier process had accepted go on."""

    def library_of(person: str) -> PersonalWorkspace:
        return PersonalWorkspace(home, partial(house.people.present, person), house.people.rules)

    base = f"http://{settings.web.host}:{settings.web.port}"
    office = QuestionnaireQueue(
        DataFolder(settings.home).questionnaires,
        library_of,
        lambda one: base + source_link(one),
        most_questions=settings.web.questionnaire_questions,
        pace=partial(seconds_an_answer, home.trail.folder),
    )
    office.resume()
    return office


def _pages(
    settings: Settings,
    home: Workspace,
    house: Accounts,
    conversations: Conversations,
    uploads: Uploads,
    office: QuestionnaireQueue,
    answers: AnswerDesk,
) -> list[PageGroup]:
    """Every group of pages beside the chat, and what programs call."""
    ours = settings.sign_in
    groups = Groups(ours.groups, ours.administrators)
    doors = Doors(
        house.door if ours.passwords or house.directory else None,
        company_sign_in(ours),
        ours.company_name,
        groups,
    )

    def record(kind: RecordKind, person: str, about: dict[str, Any]) -> None:
        home.trail.record(kind, person=person, data=about)

    def forget(person: str) -> None:
        office.delete_person(person)  # it stops what is being answered
        forget_person(DataFolder(settings.home), person)

    rules, workspace_of = house.people.rules, _workspaces(home, house)
    desk = Curation(CuratedDocuments(home), uploads, SavedComplaints(conversations), rules)
    overview, administration = HomeOverview(home, rules), Administration(home, office.left)
    prices = prices_of(home)
    opened = partial(record, RecordKind.SOURCE_OPENED)
    renderer = PageRenderer()
    home.deleter.look_also_in(DrawnPages(renderer.forget))
    sources = Sources(home.index, home.originals, rules, opened, renderer)
    handed = partial(record, RecordKind.EXPORT)
    asked = answer_routes(answers)
    files = file_routes(FileDesk(desk, uploads, sources, office, workspace_of, handed))
    described = Described()
    administered = key_list_routes(house.keys, described.openapi)
    described.of(asked, files, administered)
    return [
        PageGroup(asked),
        PageGroup(files, body_bytes=(settings.web.upload_mib << 20) + _FORM_BYTES),
        PageGroup(administered),
        PageGroup(
            key_routes(house.keys, house.people, house.sessions, home.index.spaces, described)
        ),
        PageGroup(all_keys_routes(house.keys, house.people, house.sessions)),
        PageGroup(documents_routes(desk, uploads), body_bytes=settings.web.upload_mib << 20),
        PageGroup(
            administration_routes(
                house.people,
                house.sessions,
                overview,
                prices,
                forget,
                partial(_erase_uploads, home),
                house=administration,
            )
        ),
        PageGroup(
            trail_routes(
                administration,
                house.sessions,
                partial(_id_of, house.people),
                partial(name_of, house.people),
            )
        ),
        PageGroup(sign_in_routes(doors, house.people, house.sessions, record)),
        PageGroup(source_routes(sources)),
        PageGroup(library_routes(workspace_of)),
        PageGroup(saved_routes(house.saved, workspace_of)),
        PageGroup(
            sharing_routes(
                house.shares,
                conversations,
                lambda person, spaces: workspace_of(person).readable(spaces),
            )
        ),
        PageGroup(
            questionnaire_routes(
                office,
                lambda person: workspace_of(person).readable(),
                handed,
            ),
            body_bytes=QUESTIONNAIRE_BYTES,
        ),
        PageGroup(account_routes(doors.password, house.people, house.sessions, home.index.spaces)),
    ]


@contextmanager
def _forwarding(settings: Settings, home: Workspace) -> Iterator[Forwarder | None]:
    """What sends the trail on, until the block ends; None where the settings name no server."""
    ours = settings.monitoring
    if ours.syslog is None:
        yield None
        return
    forwarder = Forwarder(
        home.trail.folder,
        DataFolder(settings.home).syslog,
        ours.syslog,
        texts=ours.syslog_texts,
        authorities=ours.syslog_ca,
    )
    forwarder.start()
    with closing(forwarder):
        yield forwarder


@contextmanager
def _directory_watched(settings: Settings, house: Accounts) -> Iterator[DirectoryWatch | None]:
    """What compares people with the company's directory; None where the settings name none."""
    if house.directory is None:
        yield None
        return
    groups = Groups(settings.sign_in.groups, settings.sign_in.administrators)
    watch = DirectoryWatch(house.directory, house.people, groups)
    with watch.watching(settings.directory.look_s):
        yield watch


def _of_directory(directory: DirectoryWatch) -> list[Gauge]:
    state = directory.state
    return [
        Gauge("directory_failing", "Whether the last look at the directory failed", state.failing),
        Gauge(
            "directory_looked_seconds",
            "When the directory was compared with last, seconds since 1970",
            state.looked_at or 0,
        ),
    ]


def _of_house(
    home: Workspace, places: Places, uploads: Uploads, office: QuestionnaireQueue
) -> list[Gauge]:
    """What there is and what waits, as numbers."""
    running, waiting = places.counts()
    documents = home.index.documents()
    engine, watched = home.chat.state(), home.watched.states()
    return [
        Gauge("questions_running", "Questions that are answered now", running),
        Gauge("questions_waiting", "Questions that wait for their turn", waiting),
        Gauge("questionnaire_rows_left", "Rows of questionnaires to be answered", office.left()),
        Gauge("uploads_open", "Uploads that are not read yet", uploads.open()),
        Gauge("documents", "Documents", len(documents)),
        Gauge(
            "documents_incomplete",
            "Documents that were not read completely",
            sum(bool(one.warning) for one in documents),
        ),
        Gauge("spaces", "Spaces that hold documents", len({one.space for one in documents})),
        Gauge("passages", "Passages in the index", sum(one.chunks for one in documents)),
        Gauge("sources", "Places that are watched", len(watched)),
        Gauge(
            "sources_failing",
            "Watched places whose last look failed",
            sum(one.now == "failed" for one in watched),
        ),
        Gauge(
            "sources_asking",
            "Watched places that ask whether so many documents are to go",
            sum(one.now == "asking" for one in watched),
        ),
        Gauge("engine_up", "Whether the language model answers", home.chat.readiness() == "ready"),
        Gauge(
            "engine_restarts_total",
            "Restarts of the language model's process",
            engine.restarts,
            kind="counter",
        ),
    ]


def _of_syslog(forwarder: Forwarder) -> list[Gauge]:
    sent = forwarder.sent()
    return [
        Gauge("syslog_sent_total", "Records sent to syslog", sent.messages, kind="counter"),
        Gauge("syslog_waiting_bytes", "Bytes of the trail that are not sent yet", sent.waiting),
        Gauge("syslog_connected", "Whether the syslog server takes records", sent.connected),
    ]


def _id_of(people: People, name: str) -> str:
    """The id of the person of this name; the name itself where nobody has it."""
    try:
        return people.named(name).id
    except PeopleError:
        return name


def _refused(home: Workspace, person: str, about: Mapping[str, Any]) -> None:
    """Put on record that a person's request was refused."""
    home.trail.record(RecordKind.ACCESS_REFUSED, person=person, data=about)


def _erase_uploads(home: Workspace, person: str, by: str) -> int:
    """Delete the own uploads of a person who was removed; how many are held, and stay."""
    space = private_space_of(person)
    names = [record.name for record in home.index.documents() if record.space == space]
    return sum(not one.removed for one in home.remove(names, space=space, person=by))


def _sign_in(settings: Settings, house: Accounts) -> Callable[[App], App]:
    ours = settings.sign_in
    header = TrustedHeader(ours.header, ours.header_groups) if ours.header else None

    def doors(app: App) -> App:
        pages = SignIn(
            app,
            people=house.people,
            sessions=house.sessions,
            header=header,
            groups=Groups(ours.groups, ours.administrators),
        )
        return KeyDoor(app, pages=pages, keys=house.keys)

    return doors


def _outside(settings: Settings) -> Outside:
    """How others reach us. Raises SettingsError for settings that do not go together."""
    web, ours = settings.web, settings.sign_in
    try:
        proxies = networks(web.proxies)
    except ValueError as error:
        raise SettingsError(f"web.proxies: {error}") from None
    if ours.header and not proxies:
        raise SettingsError(
            "sign_in.header needs web.proxies: anybody could send that header, so it is believed "
            "only from the addresses listed there"
        )
    if not (ours.passwords or ours.company_issuer or ours.header or settings.directory.url):
        raise SettingsError(
            "nobody could sign in: set sign_in.passwords, sign_in.company_issuer, sign_in.header "
            "or directory.url"
        )
    told = tuple(name for name in (ours.header, ours.header_groups) if name)
    return Outside(web.hosts, proxies, told, web.behind_tls)


def _tls(settings: Settings) -> tuple[str, str] | None:
    """The files of the certificate and its key. Raises SettingsError for one without the other."""
    certificate, key = settings.web.tls_certificate, settings.web.tls_key
    if certificate is None and key is None:
        return None
    if certificate is None or key is None:
        raise SettingsError("web.tls_certificate and web.tls_key belong together; one is missing")
    for name, path in (("tls_certificate", certificate), ("tls_key", key)):
        if not path.is_file():
            raise SettingsError(f"web.{name}: there is no file {path}")
    return str(certificate), str(key)


def _welcome(house: Accounts, first: tuple[Person, str] | None) -> str:
    """What to say to whoever starts this for the first time; "" later."""
    if first is not None:
        # Printed and kept nowhere.
        return (
            f"Sign in as {first[0].name} with the one-time password {first[1]}\n"
            "(shown only now; you choose your own at once)"
        )
    waiting = [a.person.name for a in house.people.accounts() if a.must_change and not a.seen_at]
    administrators = [a.person.name for a in house.people.accounts() if a.person.administrator]
    if administrators and set(administrators) <= set(waiting):
        return (
            f"Nobody has signed in as {administrators[0]} yet; another one-time password: "
            f"strongroom users password {administrators[0]}"
        )
    return ""


def _say_ready(welcome: str, address: str) -> None:
    print(f"Strongroom is ready: {address}", flush=True)
    if welcome:
        print(welcome, flush=True)
