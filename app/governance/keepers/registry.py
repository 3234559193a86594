"""The registry of all that keeps data in a data folder.

Whoever adds something that keeps data adds one entry here. Deletions, backups, restores, checks
of versions and the removal of people follow the registry.
"""

import shutil
import sqlite3
from contextlib import closing, suppress

from app.batch import journal
from app.batch.forgetting import erase_results
from app.batch.moving import relabel_results
from app.batch.queue.folders import delete_of_person
from app.data_folder.layout import LAYOUT, DataFolder
from app.governance.audit import text_keys as text_key_tables
from app.governance.audit.records import TrailFault
from app.governance.audit.text_keys import TextKeys, text_keys
from app.governance.deletion.unfinished import Deletion
from app.governance.keepers.keeper import Keeper, Moved, RestoredData, Tables
from app.people import schema as people
from app.people.conversations import store as conversations
from app.people.conversations.store import Conversations
from app.people.curating.waiting_files import drop_waiting
from app.people.restored import end_keys, end_sessions, take_over_removals
from app.watching import schema as watched
from vectorstore import schema as index
from vectorstore.disk import sha256_of
from vectorstore.restored import forget_data_folder
from vectorstore.versions import copies_before_updates


def move_document(folder: DataFolder, moved: Moved) -> None:
    """Have every copy of a document's words know the space that it was moved to."""
    for keeper in KEEPERS:
        if keeper.move_document:
            keeper.move_document(folder, moved)


def forget_person(folder: DataFolder, person: str) -> None:
    """Delete what is kept of a person, by their id, who was removed."""
    for keeper in KEEPERS:
        if keeper.forget_person:
            keeper.forget_person(folder, person)


def _drop_original(folder: DataFolder, deletion: Deletion) -> int:
    # Unfinished copies begin with the hash, too.
    copies = (folder.originals / deletion.sha256[:2]).glob(f"{deletion.sha256}*")
    found = [path for path in copies if path.is_file()]
    for path in found:
        path.unlink()
    return len(found)


def _erase_saved_answers(folder: DataFolder, deletion: Deletion) -> int:
    if not folder.conversations.exists():
        return 0
    with closing(Conversations(folder.conversations)) as saved:
        return sum(
            saved.forget_document(space, name, deletion.chunk_ids) for space, name in deletion.names
        )


def _move_saved_answers(folder: DataFolder, moved: Moved) -> int:
    if not folder.conversations.exists():
        return 0
    with closing(Conversations(folder.conversations)) as saved:
        return saved.move_document(moved.space, moved.document, moved.to_space)


def _move_results(folder: DataFolder, moved: Moved) -> int:
    return relabel_results(folder.questionnaires, moved.space, moved.document, moved.to_space)


def _delete_conversations(folder: DataFolder, person: str) -> None:
    if folder.conversations.exists():
        with closing(Conversations(folder.conversations)) as saved:
            saved.delete_person(person)


def _erase_results(folder: DataFolder, deletion: Deletion) -> int:
    return sum(
        erase_results(folder.questionnaires, space, name, set(deletion.chunk_ids))
        for space, name in deletion.names
    )


def _delete_questionnaires(folder: DataFolder, person: str) -> None:
    delete_of_person(folder.questionnaires, person)


def _drop_waiting_uploads(folder: DataFolder, deletion: Deletion) -> int:
    return drop_waiting(folder.uploads, deletion.names, deletion.sha256)


def _drop_restored_uploads(data: RestoredData) -> None:
    for path in data.folder.uploads.rglob("*"):
        if path.is_file() and sha256_of(path) in data.deleted:
            path.unlink()


def _drop_copies_before_updates(folder: DataFolder, deletion: Deletion) -> int:
    del deletion  # they may hold any document, and cannot be searched
    copies = copies_before_updates(folder.root)
    for path in copies:
        path.unlink()
    return len(copies)


def _separate_index(data: RestoredData) -> None:
    """Where the backup's own data folder may still be in use: have other collections than it."""
    if data.former is None:
        forget_data_folder(data.folder.catalogue)


def _restore_people(data: RestoredData) -> None:
    if data.former is not None:
        take_over_removals(data.former.people, data.folder.people)
    end_sessions(data.folder.people)
    end_keys(data.former.people if data.former else None, data.folder.people)


def _erase_recorded_texts(folder: DataFolder, deletion: Deletion) -> int:
    with text_keys(folder.audit_texts) as keys:
        return keys.forget_documents(deletion.names) if keys else 0


def _move_recorded_texts(folder: DataFolder, moved: Moved) -> int:
    with text_keys(folder.audit_texts) as keys:
        return keys.move_document(moved.space, moved.document, moved.to_space) if keys else 0


def _erase_texts_of_person(folder: DataFolder, person: str) -> None:
    with text_keys(folder.audit_texts) as keys:
        if keys:
            keys.forget_person(person)


def _restore_text_keys(data: RestoredData) -> None:
    """Keys that were destroyed since do not come back, and those made since are not lost."""
    if data.former is None or not data.former.audit_texts.is_file():
        return
    with suppress(TrailFault, sqlite3.DatabaseError):  # it may be why the backup is restored
        with closing(TextKeys(data.former.audit_texts)):
            pass  # of this version, and its log in it
        with closing(TextKeys(data.folder.audit_texts)) as keys:
            keys.take_over(data.former.audit_texts)


def _keep_rules(data: RestoredData) -> None:
    """Rules and holds may not fall back to those of the backup."""
    if data.former is not None and data.former.retention.is_file():
        shutil.copy2(data.former.retention, data.folder.retention)


# In the order in which a deletion goes through them.
KEEPERS = (
    Keeper(
        name="models",
        paths=lambda folder: (folder.models,),
        left_out=(str(LAYOUT.models),),  # large, and to be had elsewhere
    ),
    Keeper(
        name="index",
        paths=lambda folder: (folder.index,),
        tables=Tables(index.FILE, index.STEPS),
        left_out=(f"{LAYOUT.index}/chroma-*",),  # made anew from the catalogue
        backup_turn=1,
        after_restore=_separate_index,
    ),
    Keeper(
        name="owner",
        paths=lambda folder: (folder.owner, folder.owner_lock, folder.owner_socket),
        left_out=(LAYOUT.owner.with_suffix(".*").name,),  # of the process that runs
    ),
    Keeper(
        name="originals",
        paths=lambda folder: (folder.originals,),
        by_content=True,
        backup_turn=2,  # after the index: every document in it has its original
        forget_document=_drop_original,
    ),
    Keeper(
        name="conversations",
        paths=lambda folder: (folder.conversations,),
        tables=Tables(LAYOUT.conversations.name, conversations.STEPS),
        quotes=True,
        forget_document=_erase_saved_answers,
        move_document=_move_saved_answers,
        forget_person=_delete_conversations,
    ),
    Keeper(
        name="questionnaires",
        paths=lambda folder: (folder.questionnaires,),
        tables=Tables(journal.FILE, journal.STEPS),
        quotes=True,
        forget_document=_erase_results,
        move_document=_move_results,
        forget_person=_delete_questionnaires,
    ),
    Keeper(
        name="uploads",
        paths=lambda folder: (folder.uploads,),
        backup_turn=-1,  # before the index: an upload that is read meanwhile is in one of them
        forget_document=_drop_waiting_uploads,
        after_restore=_drop_restored_uploads,
    ),
    Keeper(
        name="files within files",
        paths=lambda folder: (folder.members,),
        left_out=(LAYOUT.members.name,),  # gone when they are read
    ),
    Keeper(
        name="copies from before an update",
        paths=lambda folder: (),  # they lie beside their databases
        forget_document=_drop_copies_before_updates,
    ),
    Keeper(
        name="watched sources",
        paths=lambda folder: (folder.watched, folder.watched_hosts, folder.watched_files),
        tables=Tables(LAYOUT.watched.name, watched.STEPS),
        left_out=(LAYOUT.watched_files.name,),  # gone when they are read
        backup_turn=-1,  # before the index: what is taken in meanwhile is found to be there
    ),
    Keeper(
        name="people",
        paths=lambda folder: (folder.people,),
        tables=Tables(LAYOUT.people.name, people.STEPS),
        after_restore=_restore_people,
    ),
    Keeper(
        name="retention",
        paths=lambda folder: (folder.retention, folder.deletions),
        after_restore=_keep_rules,
    ),
    # A backup writes a part of the trail that fits the rest, and a restore chooses between two.
    Keeper(name="audit trail", paths=lambda folder: (folder.audit, folder.egress_attempts)),
    Keeper(
        name="syslog",
        paths=lambda folder: (folder.syslog,),
        left_out=(LAYOUT.syslog.name,),  # of the trail that is here, and no other
    ),
    Keeper(
        name="texts of the audit trail",
        paths=lambda folder: (folder.audit_texts,),
        tables=Tables(LAYOUT.audit_texts.name, text_key_tables.STEPS),
        quotes=True,
        backup_turn=3,  # late: records are written while the others are copied
        forget_document=_erase_recorded_texts,
        move_document=_move_recorded_texts,
        forget_person=_erase_texts_of_person,
        after_restore=_restore_text_keys,
    ),
    Keeper(name="word lists", paths=lambda folder: (folder.word_lists,)),
    Keeper(name="keys", paths=lambda folder: (folder.keys, folder.bundle_key)),
    Keeper(
        name="backups",
        paths=lambda folder: (folder.backups, folder.backup_in_hand, folder.restored),
        left_out=(LAYOUT.backup_in_hand.name,),
    ),
)
