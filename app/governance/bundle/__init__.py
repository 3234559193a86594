"""The bundle: everything that a machine without a network needs, signed, and its installer."""
