"""Which browser somebody signs in with, in words that they recognise it by."""

from app.web.auth.security import Scope

# The first that a browser names decides: many name others as well.
_BROWSERS = (
    ("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox", "Firefox"), ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"), ("Chrom", "Chrome"), ("Safari", "Safari"),
)  # fmt: skip
_SYSTEMS = (
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"),
    ("Mac OS X", "macOS"), ("CrOS", "ChromeOS"), ("Linux", "Linux"),
)  # fmt: skip


def browser_in(scope: Scope) -> str:
    """Such as "Firefox, Linux"; "" for what names neither."""
    said = next(
        (value.decode("latin-1") for name, value in scope["headers"] if name == b"user-agent"), ""
    )
    found = (
        next((words for mark, words in known if mark in said), "")
        for known in (_BROWSERS, _SYSTEMS)
    )
    return ", ".join(words for words in found if words)
