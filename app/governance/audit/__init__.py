"""The tamper-evident trail: who asked what, what it was answered from, and what was changed."""
