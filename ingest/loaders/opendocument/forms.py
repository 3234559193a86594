"""Reads what people typed into the forms of OpenDocument files, and what they ticked."""

from collections.abc import Iterator

from lxml import etree

from ingest.loaders.office.ooxml import attribute, local

_TICKED, _BOX = "[x]", "[ ]"
_TYPED = ("current-value", "value")  # what is there now, else what was there at first


def controls(tree: etree._Element) -> dict[str, str]:
    """What each control of the forms in a file shows, by its id."""
    found: dict[str, str] = {}
    for element in tree.iter():
        if isinstance(element.tag, str) and ":form:" in element.tag:
            key = attribute(element, "id")
            if key and (said := " ".join(filter(None, _shown(element)))):
                found[key] = said
    return found


def _shown(control: etree._Element) -> Iterator[str]:
    kind = local(control)
    if kind in {"hidden", "password", "button", "image", "image-frame"}:
        return
    if kind in {"checkbox", "radio"}:
        state = attribute(control, "current-state") or attribute(control, "state")
        chosen = attribute(control, "current-selected") or attribute(control, "selected")
        yield _TICKED if state == "checked" or chosen == "true" else _BOX
        yield attribute(control, "label") or ""
        return
    yield attribute(control, "label") or ""
    typed = (attribute(control, name) for name in _TYPED)
    yield next(filter(None, typed), "")
    for part in control:
        if local(part) == "option" and "true" in {
            attribute(part, "current-selected"),
            attribute(part, "selected"),
        }:
            yield attribute(part, "label") or ""


def ticked(mark: etree._Element) -> str:
    """The box to tick that Word left in a text; "" for other marks of fields."""
    if not (attribute(mark, "type") or "").endswith("FORMCHECKBOX"):
        return ""
    given = {attribute(part, "name"): attribute(part, "value") for part in mark}
    return _TICKED if given.get("Checkbox_Checked") == "true" else _BOX
