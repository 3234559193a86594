"""Questionnaires: many questions asked of the documents, each row with its evidence."""
