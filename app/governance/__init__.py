"""What a company has to account for: trail, deletion, backups, bundles."""
