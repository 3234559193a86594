"""Questionnaires as they come in: files, headers and rows."""
