"""The page's small drawings, made for it: 20 units wide, in the colour of the text around them."""


def _drawn(path: str) -> str:
    return (
        '<svg class="sr-drawn" viewBox="0 0 20 20" width="18" height="18" aria-hidden="true">'
        f'<path d="{path}"/></svg>'
    )


MARK = (
    '<svg class="sr-mark" viewBox="0 0 32 32" aria-hidden="true">'
    '<rect x="2" y="2" width="28" height="28" rx="8"/>'
    '<path d="M16 7a5.6 5.6 0 0 0-2.9 10.4L11.4 25h9.2l-1.7-7.6A5.6 5.6 0 0 0 16 7z"/></svg>'
)
PENCIL = _drawn("M4 16l.8-3.6L13.2 4l2.8 2.8-8.4 8.4L4 16zM11.6 5.6l2.8 2.8")
THUMB_UP = _drawn(
    "M6.5 9v7.5M3.5 9h3v7.5h-3zM6.5 9.3L9.6 3.5c1.3 0 2.2 1 1.9 2.3L11 8h4.2c.9 0 1.6.9 1.3 1.8"
    "l-1.5 5.4c-.2.8-.8 1.3-1.6 1.3H6.5"
)
THUMB_DOWN = _drawn(
    "M13.5 11V3.5M16.5 11h-3V3.5h3zM13.5 10.7l-3.1 5.8c-1.3 0-2.2-1-1.9-2.3L9 12H4.8"
    "c-.9 0-1.6-.9-1.3-1.8L5 4.8c.2-.8.8-1.3 1.6-1.3h6.9"
)
SIDEBAR = _drawn("M3.5 4.5h13v11h-13zM8 4.5v11")
PLUS = _drawn("M10 4.5v11M4.5 10h11")
BIN = _drawn("M4.5 6h11M8 6V4h4v2M6 6l.7 10h6.6L14 6M8.7 8.8v4.6M11.3 8.8v4.6")
CROSS = _drawn("M6 6l8 8M14 6l-8 8")
DOWN = _drawn("M5.5 8l4.5 4.5L14.5 8")
FOLDER = _drawn("M3.5 6v9.5h13V7.5H10L8.5 5h-5z")
PERSON = _drawn("M10 10a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM4 16.5c.6-3 3-4.5 6-4.5s5.4 1.5 6 4.5")
EXPORT = _drawn("M10 3.5v9M6.5 9L10 12.5 13.5 9M4 14v2.5h12V14")
