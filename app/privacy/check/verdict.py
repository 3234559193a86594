"""Whether what a check found is a proof: judged by the check, and again from its report."""

from collections.abc import Mapping
from typing import Any

from app.privacy.check.breakout import ON_ANY, WITH_NAMES

FORMAT = 4  # of the report; another for each change of what has to be in it
STEPS = ("ingest", "ask", "serve")


def passed(found: Mapping[str, Any]) -> bool:
    """Whether the job was done and turned to nobody, and every attempt was refused and recorded."""
    trail, browser = found.get("trail"), found["browser"]
    return (
        not found["reached_outside_during_job"]
        and all(step["done"] and not step["foreign"] for step in found["job"])
        and (trail is None or trail["in_trail"] == trail["recorded"])
        and all(one["proved"] is not False for one in found["attempts"])
        and (browser is None or browser["proved"] is not False)
    )


def lacking(found: Mapping[str, Any]) -> list[str]:
    """The steps and attempts that belong to a whole check and are not in this one.

    Of a report that another version made, only that it has attempts can be told.
    """
    steps = {step["name"] for step in found["job"]}
    tried = {one["name"] for one in found["attempts"]}
    missing = [f"the step {name}" for name in STEPS if name not in steps]
    if found["format"] != FORMAT:
        return missing + ["every attempt"] * (not tried)
    expected = (*ON_ANY, *(WITH_NAMES if found["isolated"] else ()))
    return missing + [f"the attempt {name}" for name in expected if name not in tried]
