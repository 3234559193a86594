"""The data folder on the disk: where things lie in it, and who has it open."""
