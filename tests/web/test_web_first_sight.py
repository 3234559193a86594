"""The first moments: what is seen and typed before the scripts, how much moves, what is sent."""

import gzip
from typing import Any

import httpx
import pytest
from fakes import EXAMPLES, POISON, leave_answer
from playwright.sync_api import Browser, Page, Route, expect
from web.running import KIM, Site, Watched
from web.test_web_chat import LIVE, stage, start
from web.test_web_history import keep
from web.weight import weigh

pytestmark = pytest.mark.browser

FIRST = "#sr-first"


@pytest.fixture
def without_scripts(page: Page) -> Page:
    """A page whose Gradio does not come."""
    page.route("**/assets/**", lambda route: route.abort())
    return page


def hold(page: Page) -> list[Route]:
    """Keep Gradio's scripts back until `let_go`."""
    held: list[Route] = []
    page.route("**/assets/index-*.js", lambda route: held.append(route))  # noqa: PLW0108
    return held


def let_go(page: Page, held: list[Route]) -> None:
    for _ in range(500):
        if held:
            break
        page.wait_for_timeout(20)
    for route in held:
        route.continue_()


def test_the_page_is_there_before_any_script(without_scripts: Page, site: Site) -> None:
    keep(site, "one", leave_answer("leave?"), leave_answer("and then?"))
    page = without_scripts
    page.goto(site.url + "/?c=one")
    expect(page.locator(f"{FIRST} .sr-list a")).to_have_text(["leave?"])
    expect(page.locator(f"{FIRST} .sf-live .sr-question")).to_have_text("and then?")
    expect(page.locator(f"{FIRST} .sf-live .sr-question")).to_be_in_viewport()
    expect(page.locator("#sf-question")).to_be_focused()
    page.keyboard.type("how many days?")
    expect(page.locator("#sf-question")).to_have_value("how many days?")
    expect(page.locator("gradio-app")).not_to_be_visible()
    assert page.locator("svg[class*=logo], img").count() == 0
    page.goto(site.url + "/")
    expect(page.locator(f"{FIRST} .sr-example")).to_have_count(len(EXAMPLES))


def test_what_is_typed_before_the_scripts_is_never_lost(page: Page, site: Site) -> None:
    held = hold(page)
    page.goto(site.url + "/", wait_until="commit")
    expect(page.locator("#sf-question")).to_be_focused()  # from its first painting on
    page.keyboard.type("how many ")
    let_go(page, held)
    for letter in "days of leave?":
        page.keyboard.type(letter, delay=25)  # while Gradio wakes
    expect(page.locator(FIRST)).to_have_count(0)
    box = page.locator("#sr-question-box textarea")
    expect(box).to_have_value("how many days of leave?")
    expect(box).to_be_focused()
    box.press("Enter")
    stage(page, "done")
    expect(page.locator(f"{LIVE} .sr-question")).to_have_text("how many days of leave?")


def test_a_question_sent_before_the_scripts_is_asked(page: Page, site: Site) -> None:
    held = hold(page)
    page.goto(site.url + "/", wait_until="commit")
    page.locator("#sf-question").fill("leave?")
    page.keyboard.press("Enter")
    expect(page.locator("#sf-question")).to_have_value("")
    let_go(page, held)
    stage(page, "done")
    expect(page.locator(f"{LIVE} .sr-question")).to_have_text("leave?")


def test_an_example_clicked_before_the_scripts_is_asked(page: Page, site: Site) -> None:
    held = hold(page)
    page.goto(site.url + "/", wait_until="commit")
    page.locator(f"{FIRST} .sr-example").nth(1).click()
    let_go(page, held)
    stage(page, "done")
    assert site.backend.asked[0].question == EXAMPLES[1]


@pytest.mark.parametrize("width", [1366, 390])
def test_hardly_anything_moves(browser: Browser, site: Site, width: int) -> None:
    keep(site, "one", leave_answer("leave?"), leave_answer("and then?"))
    context = browser.new_context(viewport={"width": width, "height": 820}, locale="en-GB")
    page = context.new_page()
    page.add_init_script(
        """window.shift = 0;
        new PerformanceObserver(list => {
            for (const entry of list.getEntries()) if (!entry.hadRecentInput) shift += entry.value;
        }).observe({type: 'layout-shift', buffered: true});"""
    )
    for path in ("/", "/?c=one"):
        page.goto(site.url + path)
        expect(page.locator(FIRST)).to_have_count(0)
        page.wait_for_timeout(1200)
        assert page.evaluate("window.shift") < 0.02, path
    context.close()


def test_a_second_visit_weighs_little(browser: Browser, site: Site) -> None:
    context = browser.new_context(locale="en-GB")
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    cold, warm = weigh(context, site.url + "/"), weigh(context, site.url + "/")
    assert warm.requests <= 25
    assert warm.bytes < 300_000
    assert warm.bytes < cold.bytes / 4
    assert not [url for url in asked if "iframeResizer" in url]  # no site may frame ours
    context.close()


def test_poison_in_titles_and_drafts_stays_words(
    without_scripts: Page, site: Site, watched: Watched
) -> None:
    page = without_scripts
    keep(site, "one", leave_answer(POISON))
    site.conversations.rename(KIM.id, "one", "</textarea><script>alert(1)</script>")
    draft = f"</textarea><img src=x onerror=alert(1)> {POISON}"
    site.conversations.keep_draft(KIM.id, "one", draft)
    violated: list[str] = []
    page.expose_function("violated", lambda uri: violated.append(uri))  # noqa: PLW0108
    page.add_init_script(
        "document.addEventListener('securitypolicyviolation', e => violated(e.blockedURI))"
    )
    page.goto(site.url + "/?c=one")
    expect(page.locator("#sf-question")).to_have_value(draft)
    hostile = "img, script, iframe, style, link, object, embed"
    assert page.locator(f"{FIRST} :is({hostile})").count() == 0
    assert (violated, watched.foreign, watched.dialogs) == ([], [], [])


def test_the_first_page_is_nobody_elses(site: Site) -> None:
    keep(site, "one", leave_answer("a secret question"))
    site.conversations.keep_draft(KIM.id, "", "a secret draft")
    with httpx.Client(base_url=site.url, trust_env=False) as client:
        own = client.get("/?c=one").text
        assert "a secret question" in own
        assert "a secret draft" in client.get("/").text
        client.cookies.set("who", "lee")
        theirs = client.get("/?c=one")
        assert "secret" not in theirs.text
        assert "There is no such conversation" in theirs.text
        assert theirs.headers["cache-control"] == "no-store"


def test_an_answer_under_way_is_in_the_first_page(page: Page, site: Site) -> None:
    start(page, site)
    box = page.locator("#sr-question-box textarea")
    box.fill("slow: leave?")
    box.press("Enter")
    stage(page, "writing")
    document = httpx.get(page.url, trust_env=False).text
    assert "Full-time employees" in document
    assert "broken off" not in document


def headers(site: Site, path: str, **more: str) -> httpx.Response:
    return httpx.get(site.url + path, headers=more, trust_env=False)


def test_browsers_keep_what_does_not_change(site: Site) -> None:
    style = headers(site, "/strongroom/style.css")
    assert style.headers["cache-control"] == "no-cache"
    again = headers(site, "/strongroom/style.css", **{"if-none-match": style.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["content-security-policy"]
    other = headers(site, "/strongroom/style.css", **{"if-none-match": '"other"'})
    assert (other.status_code, other.content) == (200, style.content)
    script = site_script(site)
    tag = headers(site, script).headers["etag"]
    assert headers(site, script, **{"if-none-match": tag}).status_code == 304
    assert "immutable" in headers(site, script).headers["cache-control"]
    assert "immutable" not in headers(site, "/assets/nothing.js").headers["cache-control"]


@pytest.mark.parametrize("path", ["/", "/strongroom/style.css", "/theme.css"])
def test_words_are_compressed_and_stay_the_same(site: Site, path: str) -> None:
    plain = headers(site, path, **{"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
    with (
        httpx.Client(trust_env=False) as client,
        client.stream("GET", site.url + path, headers={"accept-encoding": "gzip"}) as packed,
    ):
        raw = b"".join(packed.iter_raw())
        assert packed.headers["content-encoding"] == "gzip"
        assert int(packed.headers["content-length"]) == len(raw)
    assert len(raw) < len(plain.content) / 2
    if path != "/":  # that has a nonce of its own each time
        assert gzip.decompress(raw) == plain.content


def site_script(site: Site) -> str:
    document = headers(site, "/").text
    place = document.index("./assets/index-")
    return document[place + 1 : document.index('"', place)]


def test_nothing_of_this_is_used_by_other_methods(site: Site) -> None:
    answer: Any = httpx.post(site.url + "/strongroom/style.css", trust_env=False)
    assert answer.status_code in (403, 405)
