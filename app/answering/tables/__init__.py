"""Answers from tables: a question becomes a small computation over rows, by code alone."""
