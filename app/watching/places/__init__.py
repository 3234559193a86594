"""The kinds of places that are watched; each lists its files, and hands one over."""
