"""How commands read their settings and speak: JSON alone on stdout, failures on stderr."""

import json
import sys
from argparse import Namespace
from pathlib import Path
from typing import Any

from app.data_folder.protection import refuse_other_things
from app.privacy.process_guard import obey
from app.settings import Settings, load_settings


def settings_of(arguments: Namespace, **flags: dict[str, Any]) -> Settings:
    """The settings with this command's flags on top; flags that are None were not given.

    Raises SettingsError, and NotAFolder for a home that can be none.
    """
    given: dict[str, Any] = {
        section: {name: value for name, value in values.items() if value is not None}
        for section, values in flags.items()
    }
    if getattr(arguments, "home", None):
        given["home"] = Path(arguments.home)
    settings = load_settings(given)
    refuse_other_things(settings.home)
    obey(settings)
    return settings


def print_json(value: object) -> None:
    """Write `value` to stdout as JSON."""
    json.dump(value, sys.stdout, ensure_ascii=False, indent=2)
    print()


def fail(message: str) -> None:
    """Say on stderr, in one line, what failed."""
    print(f"strongroom: {message}", file=sys.stderr)
