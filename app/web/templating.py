"""The one environment of the interface's HTML: Jinja templates, with every value escaped."""

from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from ingest.clean import visible

_HERE = Path(__file__).parent


def render_html(template: str, /, **values: object) -> str:
    """Return what `template` makes of `values`; raises UndefinedError for a value it lacks.

    Every template of the pages and of the chat is compiled once.
    """
    return _environment().get_template(template).render(values)


@lru_cache(maxsize=1)
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader([_HERE / "pages" / "templates", _HERE / "chat" / "templates"]),
        autoescape=True,
        finalize=_shown,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )


def _shown(value: object) -> object:
    """What a template writes: foreign text loses the characters one cannot see."""
    if not isinstance(value, str) or isinstance(value, Markup):
        return value
    # Printable text has none of them; a streamed answer is drawn many times a second.
    return value if value.isprintable() else visible(value)
