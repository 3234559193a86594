"""Parsing in a process with limits and without a network."""
