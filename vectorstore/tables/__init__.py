"""Tables of documents, kept as data: what their cells say, and their rows in the catalogue."""
