"""The layout of a data folder: what lies where. No other module spells these names."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from vectorstore import schema


@dataclass(frozen=True, slots=True)
class DataFolder:
    """Paths below `root`, the setting `home`; nothing is opened or made."""

    root: Path

    @property
    def index(self) -> Path:
        """Folder of the document catalogue and of the vectors."""
        return self.root / "index"

    @property
    def catalogue(self) -> Path:
        """Database of what is indexed."""
        return self.index / schema.FILE

    @property
    def calibration(self) -> Path:
        """When to refuse an answer, as measured on this index."""
        return self.index / "calibration.json"

    @property
    def originals(self) -> Path:
        """Folder of copies of ingested files, by content."""
        return self.root / "originals"

    @property
    def uploads(self) -> Path:
        """Folder of uploads that wait to be read; one folder for each."""
        return self.root / "uploads"

    @property
    def members(self) -> Path:
        """Folder of files within files, such as attachments, while they are read."""
        return self.root / "members-in-hand"

    @property
    def conversations(self) -> Path:
        """Database of people's saved conversations."""
        return self.root / "conversations.sqlite3"

    @property
    def questionnaires(self) -> Path:
        """Folder of questionnaires and their answers; one folder for each run."""
        return self.root / "batches"

    @property
    def people(self) -> Path:
        """Database of people, groups, rules of spaces and sessions."""
        return self.root / "people.sqlite3"

    @property
    def syslog(self) -> Path:
        """How much of the trail was sent to a syslog server."""
        return self.root / "syslog.json"

    @property
    def watched(self) -> Path:
        """Database of watched sources and of what is known of their files."""
        return self.root / "watched.sqlite3"

    @property
    def watched_hosts(self) -> Path:
        """The hosts that watched sources name; any process may read it."""
        return self.root / "watched-hosts.json"

    @property
    def watched_files(self) -> Path:
        """Folder of files that were fetched from a watched source, while they are read."""
        return self.root / "watched-in-hand"

    @property
    def retention(self) -> Path:
        """Rules of retention and holds."""
        return self.root / "retention.json"

    @property
    def deletions(self) -> Path:
        """Folder of notes of deletions that have begun."""
        return self.root / "deleting"

    @property
    def audit(self) -> Path:
        """Folder of the audit trail."""
        return self.root / "audit"

    @property
    def audit_texts(self) -> Path:
        """Database of the keys of the texts in the audit trail."""
        return self.root / "audit-texts.sqlite3"

    def former_audit(self, moment: datetime) -> Path:
        """Where a damaged trail is moved to, when another one begins."""
        return self.audit.with_name(f"{self.audit.name}-until-{moment:%Y%m%dT%H%M%SZ}")

    @property
    def keys(self) -> Path:
        """Folder of private keys."""
        return self.root / "keys"

    @property
    def trail_key(self) -> Path:
        """Private key that signs the audit trail."""
        return self.keys / "trail.pem"

    @property
    def trail_begun(self) -> Path:
        """Empty file that says that an audit trail has to be there."""
        return self.keys / "trail-begun"

    @property
    def bundle_key(self) -> Path:
        """Private key that signs bundles; whoever has it can sign an update."""
        return self.root / "bundle.key"

    @property
    def egress_attempts(self) -> Path:
        """Attempts to open connections that are not on the audit trail yet."""
        return self.root / "egress.jsonl"

    @property
    def word_lists(self) -> Path:
        """Folder of the word lists that administrators keep in the browser."""
        return self.root / "word-lists"

    @property
    def models(self) -> Path:
        """Folder of the administrator's models."""
        return self.root / "models"

    @property
    def backups(self) -> Path:
        """Register of the backups that were made."""
        return self.root / "backups.json"

    @property
    def backup_in_hand(self) -> Path:
        """Folder of copies of databases while a backup is made."""
        return self.root / "backup-in-hand"

    @property
    def restored(self) -> Path:
        """Note of what is still to be done after a restore."""
        return self.root / "restored.json"

    @property
    def restored_settings(self) -> Path:
        """Where a restore puts the backup's settings; they have no effect."""
        return self.root / "strongroom.toml.of-the-backup"

    @property
    def restoring(self) -> Path:
        """Empty file that marks a folder into which a backup is being unpacked."""
        return self.root / ".restore-unfinished"

    @property
    def owner(self) -> Path:
        """Note of the process that has the folder open."""
        return self.root / "owner.json"

    @property
    def owner_lock(self) -> Path:
        """Lock that this process holds."""
        return self.root / "owner.lock"

    @property
    def owner_socket(self) -> Path:
        """Where this process listens for other commands' work."""
        return self.root / "owner.sock"


LAYOUT = DataFolder(Path())  # the same paths, relative to the data folder
