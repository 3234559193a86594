"""Reads files, cuts them into chunks and hands them to the index."""
