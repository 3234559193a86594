"""For programs elsewhere: what calls a running Strongroom with a key."""
