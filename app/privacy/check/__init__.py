"""The proof that nothing leaves this machine."""
