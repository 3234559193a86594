"""Measures finding, answering, citing and refusing on anyone's own question file."""
