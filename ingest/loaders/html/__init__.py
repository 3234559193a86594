"""HTML files, and what of them a reader sees."""
