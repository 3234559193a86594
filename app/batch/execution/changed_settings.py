"""What decides a run's answers and is not as it was, and how the run's files come to say so."""

from collections.abc import Sequence
from dataclasses import replace

from app.batch.journal import Journal
from app.batch.records import RunInfo


def note_changes(journal: Journal, changed: Sequence[str]) -> RunInfo:
    """Write into the run that these `changes` came while it went on, so that its files say so.

    Returns the run's information as it is now.
    """
    info = journal.info()
    assert info is not None  # a run that goes on was begun
    fresh = tuple(words for words in changed if words not in info.changed)
    if fresh:
        remark = (
            f"while it was being answered something changed ({'; '.join(fresh)}): some answers "
            "are of what was there before, some of what came after"
        )
        info = replace(info, changed=(*info.changed, *fresh), remarks=(*info.remarks, remark))
        journal.retell(info)
    return info


def changes(before: RunInfo, now: RunInfo) -> list[str]:
    """What decides answers and is not as it was, in words."""
    words = {
        "model": "another chat model",
        "model_sha256": "another file of the chat model",
        "adapters": "other adapters",
        "embedder_sha256": "another embedder",
        "index_sha256": "other documents",
        "version": "another version of Strongroom",
        "reproducible": "--reproducible or not",
    }
    found = [
        f"{text}: {_short(getattr(before, name))} then, {_short(getattr(now, name))} now"
        for name, text in words.items()
        if getattr(before, name) != getattr(now, name)
    ]
    keys = sorted({*before.settings, *now.settings})
    found += [
        f"setting {key}: {before.settings.get(key, '–')} then, {now.settings.get(key, '–')} now"
        for key in keys
        if before.settings.get(key) != now.settings.get(key)
    ]
    return found


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 40 else text[:12] + "…"
