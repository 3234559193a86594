"""What curators do with the documents of a space: upload, move, re-index, delete."""
