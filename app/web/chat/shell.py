"""Makes Gradio's HTML document ours: our style sheet, no foreign addresses, a nonce per script."""

import re
from collections.abc import Awaitable, Callable

from app.web.auth.security import App, Message, Receive, Scope, Send
from app.web.i18n.languages import language_for
from app.web.preferences import preferences_of

_FOREIGN = re.compile(
    r'(?<!\s)\s*(?:<meta\s+(?:property|name)="(?:og|twitter):[^>]*>|<link rel="manifest"[^>]*>)',
    re.DOTALL,
)
_RESIZER = "iframeResizer"
# Where the list stands is known before anything is drawn, so that nothing jumps.
_HEAD = (
    '<meta name="color-scheme" content="light dark" />\n'
    "<script>{const page = document.documentElement.dataset;"
    'page.first = "yes";'
    'page.side = matchMedia("(max-width: 900px)").matches || '
    'localStorage.getItem("strongroom.side") === "closed" ? "closed" : "open";}</script>\n'
    '<link rel="icon" type="image/svg+xml" href="/strongroom/icon.svg" />\n'
    '<link rel="manifest" href="/strongroom/app.webmanifest" />\n'
    '<link rel="apple-touch-icon" href="/strongroom/icon-touch.png" />\n'
    '<meta name="theme-color" content="#1c5a49" />\n'
    '<link rel="stylesheet" href="/strongroom/style.css" />\n'
    '<link rel="stylesheet" href="/strongroom/pane.css" />\n'
    '<script type="module" src="/strongroom/chat.js"></script>\n</head>'
)


class Shell:
    """Rewrites the document at "/"; every other answer streams through untouched.

    `first` draws what stands in it before the scripts.
    """

    def __init__(self, app: App, *, first: Callable[[Scope], Awaitable[str]]) -> None:
        self._app = app
        self._first = first

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != "/":
            await self._app(scope, receive, send)
            return
        languages = dict(scope["headers"]).get(b"accept-language", b"").decode("latin-1")
        # Uncompressed, so that it can be rewritten.
        kept = [pair for pair in scope["headers"] if pair[0] != b"accept-encoding"]
        start: Message = {}
        body = bytearray()

        async def collect(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
                return
            body.extend(message.get("body", b""))
            if message.get("more_body"):
                return
            ours = bytes(body)
            if start["status"] == 200:
                nonce, language = scope["strongroom.nonce"], language_for(languages).code
                first = await self._first(scope)
                light = preferences_of(scope).light
                ours = rewrite(ours.decode(), nonce, language, first, light).encode()
            headers = [pair for pair in start["headers"] if pair[0].lower() != b"content-length"]
            length = (b"content-length", str(len(ours)).encode())
            await send({**start, "headers": [*headers, length]})
            await send({"type": "http.response.body", "body": ours})

        await self._app({**scope, "headers": kept}, receive, collect)


def rewrite(document: str, nonce: str, language: str, first: str = "", light: str = "") -> str:
    """Return Gradio's document with our head, in `language`, its scripts allowed by `nonce`.

    Gradio writes its configuration into a script with "<" escaped, and the templates of `first`
    escape all values, so every "<script" is a tag.
    """
    document = _without_resizer(_FOREIGN.sub("", document))
    chosen = f' data-light="{light}"' if light else ""
    document = document.replace('lang="en"', f'lang="{language}"{chosen}', 1)
    document = document.replace("</head>", _HEAD, 1)
    document = document.replace("<gradio-app", f"{first}\n\t\t<gradio-app", 1)
    return document.replace("<script", f'<script nonce="{nonce}"')


def _without_resizer(document: str) -> str:
    """Without the script that fetches what pages within frames of other sites need: ours has none.

    No site may frame it.
    """
    before, found, behind = document.partition(_RESIZER)
    if not found:
        return document
    start, end = before.rfind("<script"), behind.find("</script>")
    return before[:start] + behind[end + len("</script>") :]
