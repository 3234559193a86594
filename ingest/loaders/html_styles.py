"""What a page's styles hide: by its own style sheets, inline, or in the colour of the ground."""

import re

from lxml import etree

from ingest.loaders.colours import WHITE, Colour, from_hex, nearly_the_same

HIDDEN_STYLE = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|font-size\s*:\s*0(?![.\d]*[1-9])"
    r"|opacity\s*:\s*0(?![.\d]*[1-9])|clip\s*:\s*rect\(\s*0[^)]*0[^)]*\)"
    r"|(?:left|top|text-indent|margin-left)\s*:\s*-\s*\d{3,}"
    r"|(?<![-\w])(?:max-)?(?:width|height)\s*:\s*0(?:px|em|rem|%)?\s*(?:;|$)"
    r"|(?<![-\w])color\s*:\s*(?:transparent|rgba\([^)]*,\s*0(?:\.0+)?\s*\)|#[0-9a-f]{6}00\b)"
    r"|font-size\s*:\s*(?:[01](?:\.\d+)?(?:px|pt)|0?\.[01]\d*r?em|[0-5](?:\.\d+)?%)"
    r"|(?:left|right|top|bottom|text-indent|margin(?:-left|-top)?)\s*:\s*-\s*\d{2,}(?:r?em|vw|vh)"
    r"|transform\s*:[^;]*(?:scale[xy3d]*\(\s*0(?:\.0+)?\s*[,)]|translate[xy3d]*\(\s*-\s*\d{3,})"
    r"|clip-path\s*:\s*(?:inset\(\s*(?:100|[5-9]\d)%|circle\(\s*0)|mso-hide\s*:\s*all"
    r"|content-visibility\s*:\s*hidden",
    re.I,
)
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_OTHER_MEDIA = re.compile(r"@(?:media|supports|font-face|keyframes|page)[^{]*\{", re.IGNORECASE)
_RULE = re.compile(r"([^{}]{1,2000})\{([^{}]{0,5000})\}")
_SIMPLE = re.compile(r"(?:[a-z][a-z0-9]*)?(?:[.#][\w-]+)?", re.IGNORECASE)
_COLOUR = re.compile(r"(?<![-\w])color\s*:\s*([^;!]+)", re.IGNORECASE)
_GROUND = re.compile(r"background(?:-color|-image)?\s*:\s*([^;!]+)", re.IGNORECASE)
_RGB = re.compile(r"rgba?\(\s*(\d{1,3})[\s,]+(\d{1,3})[\s,]+(\d{1,3})")
_HEX = re.compile(r"#(?:[0-9a-f]{6}|[0-9a-f]{3})\b", re.IGNORECASE)
_NAMED = {"white": "ffffff", "black": "000000", "snow": "fffafa", "ivory": "fffff0"}
_MOST_RULES = 5_000
_DEEPEST = 40  # elements above a text that may give it its ground


class Styles:
    """The rules of a page that hide or colour, for selectors of one element, class or id."""

    def __init__(self, tree: etree._Element) -> None:
        self._rules: dict[str, str] = {}
        count = 0
        for sheet in tree.iter("style"):
            text = _without_blocks(_COMMENT.sub(" ", "".join(sheet.itertext())))
            for selectors, declared in _RULE.findall(text):
                count += 1
                if count > _MOST_RULES:
                    return
                if not _GROUND.search(declared) and not _hides_or_colours(declared):
                    continue
                for selector in selectors.split(","):
                    plain = selector.strip()
                    if plain and _SIMPLE.fullmatch(plain):
                        key = plain.lower() if plain.isalnum() else plain
                        self._rules[key] = f"{self._rules.get(key, '')};{declared}"

    def __bool__(self) -> bool:
        return bool(self._rules)

    def of(self, element: etree._Element, name: str) -> str:
        """The declarations for an element; its own come first, and win with `_value`."""
        own = str(element.get("style") or "")
        colour = element.get("color") if name == "font" else None
        ground = element.get("bgcolor")
        own += (f";color:{colour}" if colour else "") + (f";background:{ground}" if ground else "")
        if not self._rules:
            return own
        identity = element.get("id")
        keys = [f"#{identity}", f"{name}#{identity}"] if identity else []
        for one in str(element.get("class") or "").split():
            keys += [f".{one}", f"{name}.{one}"]
        found = [self._rules[key] for key in (*keys, name) if key in self._rules]
        if own and re.search(r"display\s*:\s*(?!none)\w|visibility\s*:\s*visible", own, re.I):
            found = [re.sub(r"(?:display|visibility)\s*:[^;]*", "", one) for one in found]
        return ";".join((own, *found)).strip(";")

    def is_on_its_own(self, element: etree._Element, style: str) -> bool:
        """Whether the text's colour is (nearly) that of the ground behind it."""
        written = _COLOUR.search(style)
        colour = _rgb(written[1]) if written else None
        if colour is None:
            return False
        ground = self._ground(element)
        return ground is not None and nearly_the_same(colour, ground)

    def _ground(self, element: etree._Element) -> Colour | None:
        """The colour behind an element; None where it is a picture or cannot be told."""
        at: etree._Element | None = element
        for _ in range(_DEEPEST):
            if at is None:
                break
            name = at.tag if isinstance(at.tag, str) else ""
            written = _GROUND.search(self.of(at, name))
            if written and "transparent" not in written[1] and "inherit" not in written[1]:
                return None if "url(" in written[1] else _rgb(written[1])
            at = at.getparent()
        return WHITE


def _hides_or_colours(declared: str) -> bool:
    return bool(HIDDEN_STYLE.search(declared) or _COLOUR.search(declared))


def _without_blocks(sheet: str) -> str:
    """A style sheet without the blocks that hold only for some media."""
    kept, at = [], 0
    while found := _OTHER_MEDIA.search(sheet, at):
        kept.append(sheet[at : found.start()])
        depth, at = 1, found.end()
        while depth and at < len(sheet):
            depth += {"{": 1, "}": -1}.get(sheet[at], 0)
            at += 1
    return "".join((*kept, sheet[at:]))


def _rgb(written: str) -> Colour | None:
    text = written.strip().lower()
    if found := _RGB.search(text):
        return int(found[1]), int(found[2]), int(found[3])
    if found := _HEX.search(text):
        return from_hex(found[0])
    return from_hex(_NAMED.get(text.split()[0] if text else "", ""))
