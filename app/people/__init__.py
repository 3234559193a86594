"""People, groups and spaces: who someone is, and what they may see."""
