"""Which exceptions are meant for a person; all others are defects and keep their traceback."""


def words_for(error: BaseException) -> str | None:
    """Return the message to show for an error that we raise on purpose, else None."""
    # Errors for people are defined where they are raised and carry this mark by name, so that
    # showing one imports nothing heavy.
    for kind in type(error).__mro__:
        if kind.__module__.split(".")[0] in {"app", "ingest", "vectorstore", "prompts"}:
            return str(error) or kind.__name__
    return None
