"""Which exceptions are meant for a person; all others are defects and keep their traceback."""

OURS = {"app", "ingest", "vectorstore", "prompts"}


def words_for(error: BaseException) -> str | None:
    """Return the message of an exception class that one of our packages defines, else None."""
    for kind in type(error).__mro__:
        if kind.__module__.split(".")[0] in OURS:
            return str(error) or kind.__name__
    return None
