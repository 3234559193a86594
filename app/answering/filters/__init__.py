"""What may not be asked or shown: filters on questions and answers."""
