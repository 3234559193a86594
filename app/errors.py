"""Which exceptions are meant for a person; all others are defects and keep their traceback."""

import traceback

OURS = {"app", "ingest", "vectorstore", "prompts"}


def words_for(error: BaseException) -> str | None:
    """Return the message of an exception class that one of our packages defines, else None."""
    for kind in type(error).__mro__:
        if kind.__module__.split(".")[0] in OURS:
            return str(error) or kind.__name__
    return None


def without_words(error: BaseException) -> str:
    """Name an error and its place; its message may quote a question or a document."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" in {frames[-1].name}, {frames[-1].filename}:{frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{place}"
