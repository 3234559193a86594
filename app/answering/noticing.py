"""What was done to an answer on its way, in words for command line and tables."""

from collections.abc import Iterable

from app.answering.events import Notice

_DONE = {"mark": "found", "mask": "masked", "refuse": "found, so nothing of it is shown"}


def told(notices: Iterable[Notice]) -> list[str]:
    """One line for each notice."""
    return [_line(notice) for notice in notices]


def _line(notice: Notice) -> str:
    if notice.kind == "orders":
        return f"orders to an assistant in the passages, not followed: {notice.count}"
    if notice.kind == "links":
        return f"links or images shown as text, none opened: {notice.count}"
    if notice.kind == "scans":
        return f"cited pages read from a scan with little certainty, compare them: {notice.count}"
    if notice.kind == "documents":
        return f"no document is known to be “{notice.label}”, so all were searched"
    done = _DONE.get(notice.action, notice.action)
    return f"filter, {notice.kind}: {notice.count} × {notice.label} {done}"
