"""Answering a questionnaire: the run, its outcomes and what decides them."""
