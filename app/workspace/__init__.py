"""The open data folder: what one may do with it, here or through its owner."""
