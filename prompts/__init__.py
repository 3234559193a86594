"""The words that Strongroom says to the language model, one Markdown file each."""

from functools import cache
from importlib.resources import files
from string import Template


@cache
def _template(name: str) -> Template:
    return Template(files(__package__).joinpath(f"{name}.md").read_text(encoding="utf-8").strip())


def render(name: str, **values: str) -> str:
    """Return the prompt `name` with `$placeholders` filled; values are inserted as they are.

    Raises KeyError for a placeholder without a value, FileNotFoundError for an unknown name.
    """
    return _template(name).substitute(values)
