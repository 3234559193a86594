"""Summaries of whole documents, also of those that no context window holds."""
