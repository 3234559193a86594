"""The commands behind the command line: each parses nothing, calls, and formats."""
