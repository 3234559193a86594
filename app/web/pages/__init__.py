"""The plain HTML pages beside the chat."""
