"""The arguments of `strongroom backup` and `restore`; argparse only, so that --help is quick."""

import argparse


def add_backup_arguments(backup: argparse.ArgumentParser) -> None:
    """What `backup` takes."""
    backup.add_argument("out", nargs="?", metavar="OUT", help="a new file, or a folder")
    backup.add_argument(
        "--passphrase-file", metavar="FILE", help="seal it with the passphrase in FILE's first line"
    )
    backup.add_argument(
        "--without-keys", action="store_true", help="leave out the key that signs the trail"
    )
    backup.add_argument(
        "--keep-days", type=int, metavar="N", help="its end of life (backup.keep_days); 0 for none"
    )
    backup.add_argument("--list", action="store_true", help="list the backups made, and their ends")
    backup.add_argument(
        "--prune", action="store_true", help="delete the backups whose end has come; serve does it"
    )
    backup.add_argument("--verify", metavar="FILE", help="say whether a backup is whole")


def add_restore_arguments(restore: argparse.ArgumentParser) -> None:
    """What `restore` takes."""
    restore.add_argument("file", metavar="FILE")
    restore.add_argument("--to", metavar="DIR", help="data folder to restore to (--home)")
    restore.add_argument(
        "--replace", action="store_true", help="move aside the data folder that is there"
    )
    restore.add_argument("--passphrase-file", metavar="FILE")
    restore.add_argument("--key", metavar="FILE", help="public key that has to have signed it")
    restore.add_argument(
        "--deletions",
        metavar="FILE",
        help="receipts or an exported trail: what was deleted since is deleted again",
    )
