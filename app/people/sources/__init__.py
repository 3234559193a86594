"""Opening the sources of answers: copies of files, pictures of pages, passages in their text."""
