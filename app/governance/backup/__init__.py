"""Backups of a data folder, restoring them, and when they end."""
