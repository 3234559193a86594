"""Strongroom's application: engine, assistant, web chat and command line."""
