"""Opens the people of a data folder: store, sessions, and the ways in that the settings name."""

import logging
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

from app.data_folder.layout import DataFolder
from app.data_folder.protection import protect
from app.people.access import Person
from app.people.attempts import Attempts
from app.people.company import CompanySignIn, Registration
from app.people.database import Database, Record
from app.people.directory import ORIGIN, Directory, DirectoryFault, DirectoryPlace
from app.people.keys import Keys
from app.people.passwords import Passwords
from app.people.saved import Saved
from app.people.schema import PeopleFault
from app.people.sessions import Sessions
from app.people.sharing import Shares
from app.people.sign_in import PasswordSignIn
from app.people.store import People, PeopleError
from app.people.vouching import Groups, let_in
from app.settings import DirectorySettings, Settings, SettingsError, SignInSettings

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Accounts:
    """The people of a data folder and what lets them in."""

    people: People
    sessions: Sessions
    attempts: Attempts
    door: PasswordSignIn
    keys: Keys
    shares: Shares
    saved: Saved
    directory: Directory | None = None


@contextmanager
def read_people(settings: Settings) -> Iterator[Accounts]:
    """The same, for reading alone: whoever changes something gets PeopleFault."""
    with open_people(settings, _refused) as house:
        yield house


def _refused(by: str, about: Mapping[str, Any]) -> None:
    raise PeopleFault("The file of people was opened for reading; nothing was changed.")


@contextmanager
def open_people(
    settings: Settings,
    record: Record,
    passwords: Passwords | None = None,
    *,
    shared: Record | None = None,
) -> Iterator[Accounts]:
    """The people of the data folder, until the block ends; other processes may have them open.

    `record` puts every change that an administrator makes on record, before it is kept; `shared`
    does so with what people share, or `record` as well.
    Raises PeopleFault for a file that cannot be used, and FolderOpenToOthers.
    """
    protect(settings.home)
    database = Database(DataFolder(settings.home).people)
    try:
        people = People(
            database,
            passwords or Passwords(),
            record,
            one_time_s=settings.sign_in.one_time_hours * 3600,
        )
        sessions = Sessions(
            database,
            idle_s=settings.sign_in.idle_minutes * 60,
            longest_s=settings.sign_in.longest_hours * 3600,
            record=record,
            prove_s=settings.sign_in.prove_minutes * 60,
        )
        attempts = Attempts(database)
        directory = company_directory(settings.directory)
        groups = Groups(settings.sign_in.groups, settings.sign_in.administrators)
        door = PasswordSignIn(
            people,
            sessions,
            attempts,
            here=settings.sign_in.passwords,
            elsewhere=None
            if directory is None
            else partial(_from_directory, directory, people, groups),
        )
        yield Accounts(
            people,
            sessions,
            attempts,
            door,
            Keys(database, record),
            Shares(database, shared or record),
            Saved(database, record),
            directory,
        )
    except sqlite3.Error as error:
        raise PeopleFault(f"The file of people could not be used ({error}).") from error
    finally:
        database.close()


def _from_directory(
    directory: Directory, people: People, groups: Groups, name: str, password: str
) -> Person | None:
    """Whom the directory knows by this pair. Raises DirectoryFault."""
    vouched = directory.check(name, password)
    if vouched is None:
        return None
    try:
        return let_in(people, vouched, groups, ORIGIN, returns=True)
    except PeopleError as refused:
        log.warning("the directory's sign-in let nobody in: %s", refused)
        return None


def company_directory(settings: DirectorySettings) -> Directory | None:
    """The company's directory, if the settings name one. Raises SettingsError for half of one."""
    if settings.url is None:
        return None
    if settings.account is None or settings.password_file is None or settings.people is None:
        raise SettingsError(
            "directory.url needs directory.account, directory.password_file and directory.people: "
            "who looks people up there, and where they are"
        )
    try:
        return Directory(
            DirectoryPlace(
                url=settings.url,
                people=settings.people,
                groups=settings.groups or settings.people,
                account=settings.account,
                password_file=settings.password_file,
                name=settings.name,
                filter=settings.filter,
                authorities=settings.ca,
                plain=settings.plain,
            )
        )
    except DirectoryFault as fault:
        raise SettingsError(str(fault)) from fault


def company_sign_in(settings: SignInSettings) -> CompanySignIn | None:
    """The company's sign-in, if the settings name one. Raises SettingsError for half of one."""
    if settings.company_issuer is None:
        return None
    if settings.company_client is None:
        raise SettingsError("sign_in.company_issuer needs sign_in.company_client: our id there")
    secret = settings.company_secret
    return CompanySignIn(
        Registration(
            issuer=settings.company_issuer,
            client_id=settings.company_client,
            client_secret=secret.get_secret_value() if secret else None,
            scopes=settings.company_scopes,
            name_claim=settings.company_name_claim,
            groups_claim=settings.company_groups_claim,
        )
    )
