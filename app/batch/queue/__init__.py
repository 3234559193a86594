"""Questionnaires of the people of the web chat, answered in turn."""
