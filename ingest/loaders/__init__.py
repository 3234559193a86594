"""One small module per file format: each yields the sections of a document."""
