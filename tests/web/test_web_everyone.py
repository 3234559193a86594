"""The chat for everyone: what a screen reader is told, a page at 200 %, and a page on paper."""

from itertools import pairwise

import pytest
from playwright.sync_api import Browser, Page, expect
from web.running import Site
from web.test_web_chat import LIVE, ask, stage, start

pytestmark = pytest.mark.browser


def test_what_a_screen_reader_is_told(page: Page, site: Site) -> None:
    start(page, site)
    ask(page, "leave?")
    stage(page, "done")
    expect(page.get_by_role("textbox", name="Your question")).to_be_focused()
    # The page's name, then the question, then what belongs to it: no level is left out.
    levels = page.evaluate(
        """() => [...document.querySelectorAll("h1, h2, h3, h4")]
          .filter(heading => heading.checkVisibility({visibilityProperty: true})
            && !heading.closest("dialog, #sr-side, #sr-pane"))
          .map(heading => [Number(heading.tagName[1]), heading.textContent.trim()])"""
    )
    assert levels[0][0] == 1
    assert [2, "leave?"] in levels
    assert all(deeper[0] <= level[0] + 1 for level, deeper in pairwise(levels))
    tree = page.locator(LIVE).aria_snapshot()
    assert 'heading "leave?"' in tree
    assert "28 working days" in tree
    assert 'link "Source 1: Employee handbook 2026.pdf"' in tree  # a bare number says nothing
    for button in page.locator(f"{LIVE} button:visible").all():
        assert button.evaluate("one => (one.ariaLabel || one.textContent).trim()")


def test_at_200_per_cent_the_answer_has_half_of_the_window(browser: Browser, site: Site) -> None:
    """A laptop of 1366x820 at 200 %, as browsers zoom: half as many pixels of style."""
    context = browser.new_context(
        viewport={"width": 683, "height": 410}, device_scale_factor=2, locale="en-GB"
    )
    page = context.new_page()
    start(page, site)
    ask(page, "leave?")
    stage(page, "done")
    page.evaluate("window.scrollTo(0, 0)")
    room = page.evaluate(
        """() => {
          const above = document.querySelector("#sr-header").getBoundingClientRect();
          const below = document.querySelector("#sr-composer").getBoundingClientRect();
          const top = getComputedStyle(document.querySelector("#sr-header")).position === "sticky"
            ? above.bottom : 0;
          return [below.top - top, document.documentElement.scrollWidth, below.bottom];
        }"""
    )
    assert room[0] >= 205
    assert room[1] <= 683
    assert room[2] <= 411
    context.close()


def test_on_paper_there_is_what_is_read_and_nothing_to_click(page: Page, site: Site) -> None:
    start(page, site)
    ask(page, "leave?")
    stage(page, "done")
    page.emulate_media(media="print")
    for kept in (".sr-question", ".sr-prose", ".sr-card"):
        expect(page.locator(f"{LIVE} {kept}").first).to_be_visible()
    for gone in ("#sr-side", "#sr-composer", ".sr-tools", ".sr-nexts"):
        expect(page.locator(gone).first).to_be_hidden()
