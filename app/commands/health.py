"""health: whether the web chat, or another server on this machine, still answers."""

import json
import ssl
import urllib.error
import urllib.request
from argparse import Namespace

from app.commands.output import fail, settings_of
from app.privacy.allowed import Host
from app.privacy.process_guard import obey
from app.settings import WebSettings

_SECONDS = 5.0
_LONGEST = 64 * 2**10  # bytes of an answer


def health(arguments: Namespace) -> int:
    """0 if it answers and its engine has not failed; else 1, and why."""
    settings = settings_of(arguments)
    web = settings.web
    # An address of this machine's own is no way out, and nothing else here goes there.
    obey(settings, Host(web.host.rstrip(".").lower(), web.port, "web.host"))
    url = arguments.url or f"{_own_url(web)}/health"
    try:
        said = _ask(url, {} if arguments.url else {"Host": "localhost"})
    except (OSError, ValueError) as error:
        reason = getattr(error, "reason", error)
        fail(f"nothing healthy answers at {url}: {reason}")
        return 1
    if said.get("engine") == "failed":
        fail(f"the web chat answers at {url}, but its engine failed; `strongroom check` says why")
        return 1
    print(f"{url} answers")
    return 0


def _own_url(web: WebSettings) -> str:
    """The web chat's address for this machine itself, wherever else it listens."""
    host = "127.0.0.1" if web.host in ("0.0.0.0", "::") else web.host
    scheme = "https" if web.tls_certificate else "http"
    return f"{scheme}://{f'[{host}]' if ':' in host else host}:{web.port}"


def _ask(url: str, headers: dict[str, str]) -> dict[str, object]:
    """Raises OSError where nobody or somebody unwell answers, ValueError for no JSON."""
    # The certificate is for the name that others use. Nothing is said here that needs to be
    # secret, and nothing heard that is believed beyond "it answers".
    careless = ssl.create_default_context()
    careless.check_hostname = False
    careless.verify_mode = ssl.CERT_NONE
    opener = urllib.request.build_opener(
        urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=careless)
    )
    with opener.open(urllib.request.Request(url, headers=headers), timeout=_SECONDS) as answer:
        said = json.loads(answer.read(_LONGEST))
    return said if isinstance(said, dict) else {}
