"""Files of text: plain, Markdown, CSV and mail."""
