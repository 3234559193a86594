"""Who may call the web chat, what exists there, and what it tells browsers."""

import re
from collections.abc import Iterator

import httpx
import pytest
from web.running import Site

from app.web.auth.security import HostRefused, content_security_policy, refuse_open_door


def get(site: Site, path: str, **headers: str) -> httpx.Response:
    return httpx.get(site.url + path, headers=headers, trust_env=False)


@pytest.mark.parametrize("path", ["/", "/config", "/health", "/strongroom/style.css", "/nothing"])
def test_every_answer_carries_the_headers(site: Site, path: str) -> None:
    headers = get(site, path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["x-frame-options"] == "DENY"
    assert "camera=()" in headers["permissions-policy"]
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert "server" not in headers
    policy = headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "img-src 'self' data: blob:" in policy
    assert "connect-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy


def test_what_may_quote_documents_is_in_no_cache(site: Site) -> None:
    for path in ("/", "/config", "/health"):
        assert get(site, path).headers["cache-control"] == "no-store"


def test_inline_scripts_run_only_with_the_nonce_of_their_page(site: Site) -> None:
    first, second = get(site, "/"), get(site, "/")
    for answer in (first, second):
        policy = answer.headers["content-security-policy"]
        scripts = re.search(r"script-src ([^;]*)", policy)
        assert scripts is not None
        assert "unsafe-inline" not in scripts[1]
        nonce = re.search(r"'nonce-([^']+)'", scripts[1])
        assert nonce is not None
        tags = re.findall(r"<script[^>]*>", answer.text)
        assert tags
        assert all(f'nonce="{nonce[1]}"' in tag for tag in tags)
    assert first.headers["content-security-policy"] != second.headers["content-security-policy"]


def test_the_document_names_no_other_host(site: Site) -> None:
    document = get(site, "/").text
    assert "http" not in re.sub(r"http://127\.0\.0\.1:\d+", "", document.replace("http-equiv", ""))
    assert "Built with" not in document


def test_the_document_speaks_the_browsers_language(site: Site) -> None:
    assert '<html\n\tlang="de"' in get(site, "/", **{"accept-language": "de-AT,en;q=0.5"}).text
    assert '<html\n\tlang="en"' in get(site, "/", **{"accept-language": "fr"}).text


def test_gradios_switches_are_off(site: Site) -> None:
    config = get(site, "/config").json()
    assert config["analytics_enabled"] is False
    assert config["run_history"] is False
    assert config["show_error"] is False
    assert config["footer_links"] == []


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:7860", "192.168.1.5:7860", "127.0.0.1.evil.example", ""]
)
def test_other_host_names_are_refused(site: Site, host: str) -> None:
    assert get(site, "/", host=host).status_code in (400, 421)


@pytest.mark.parametrize("host", ["localhost:9", "LOCALHOST", "127.0.0.1:1", "[::1]:80"])
def test_loopback_names_are_served(site: Site, host: str) -> None:
    assert get(site, "/health", host=host).json() == {"status": "ok", "engine": "ready"}


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1:1"])
def test_calls_from_other_origins_are_refused(site: Site, origin: str) -> None:
    assert get(site, "/config", origin=origin).status_code == 403
    assert get(site, "/config", origin=site.url).status_code == 200


def test_scripts_and_images_of_other_sites_are_refused_but_links_work(site: Site) -> None:
    foreign = {"sec-fetch-site": "cross-site"}
    assert get(site, "/config", **foreign, **{"sec-fetch-mode": "no-cors"}).status_code == 403
    assert get(site, "/", **foreign, **{"sec-fetch-mode": "navigate"}).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/gradio_api/info",
        "/gradio_api/openapi.json",
        "/gradio_api/upload",
        "/gradio_api/file=/etc/passwd",
        "/gradio_api/proxy=https://evil.example",
        "/gradio_api/run/ask",
        "/gradio_api/call/ask",
        "/gradio_api/runs",
        "/gradio_api/vibe-code",
        "/gradio_api/mcp",
        "/monitoring",
        "/manifest.json",
        "/docs",
        "/openapi.json",
        "/login",
        "//gradio_api/info",
        "/gradio_api/../gradio_api/info",
    ],
)
def test_what_the_page_does_not_need_does_not_exist(site: Site, path: str) -> None:
    for method in ("GET", "POST"):
        answer = httpx.request(method, site.url + path, trust_env=False)
        assert answer.status_code == 404


def test_huge_bodies_are_refused(site: Site) -> None:
    path = site.url + "/gradio_api/queue/join"
    body = b'{"data": ["' + b"x" * 2**21 + b'"]}'
    assert httpx.post(path, content=body, trust_env=False).status_code == 413

    def unannounced() -> Iterator[bytes]:
        for start in range(0, len(body), 2**16):
            yield body[start : start + 2**16]

    try:
        answer = httpx.post(path, content=unannounced(), trust_env=False)
    except httpx.HTTPError:
        return  # hung up on, which is as good
    assert answer.status_code >= 400
    assert not site.backend.asked


OPEN = ["0.0.0.0", "192.168.1.5", "::", "intranet.example", ""]


@pytest.mark.parametrize("host", OPEN)
def test_listening_for_others_needs_names_and_https(host: str) -> None:
    with pytest.raises(HostRefused, match=r"web\.hosts"):
        refuse_open_door(host, hosts=(), https=True, plain_http=True)
    with pytest.raises(HostRefused, match="passwords and documents could be read"):
        refuse_open_door(host, hosts=("rooms.example",), https=False, plain_http=False)
    refuse_open_door(host, hosts=("rooms.example",), https=True, plain_http=False)
    refuse_open_door(host, hosts=("rooms.example",), https=False, plain_http=True)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "[::1]", "127.8.0.1"])
def test_listening_for_oneself_needs_nothing(host: str) -> None:
    refuse_open_door(host, hosts=(), https=False, plain_http=False)


def test_the_policy_has_one_directive_a_line() -> None:
    directives = [part.split(" ")[0] for part in content_security_policy("n").split("; ")]
    assert len(directives) == len(set(directives))
