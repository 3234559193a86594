"""Opening the sources of answers: copies of the files, pages as pictures, passages in their text."""
