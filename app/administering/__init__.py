"""What administrators are shown of the running system."""
