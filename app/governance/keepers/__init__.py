"""What keeps data in a data folder, and what each does for deletions, backups and restores."""
