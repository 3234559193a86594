"""Weighs the chat page: requests, bytes on the wire and times, cold and warm.

python tests/web/weight.py ADDRESS [NAME PASSWORD]
"""

import sys
from dataclasses import dataclass

from playwright.sync_api import BrowserContext, Page, sync_playwright


@dataclass(frozen=True, slots=True)
class Weight:
    """One visit. `bytes` were sent to the browser; times are milliseconds, `shift` has no unit."""

    requests: int  # that reached the server
    bytes: int
    first_paint: float
    usable: float  # the box takes letters
    awake: float  # Gradio has taken over
    shift: float


_WATCH = """
window.shift = 0;
new PerformanceObserver(list => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) shift += entry.value;
}).observe({type: 'layout-shift', buffered: true});
window.usable = 0;
const looking = setInterval(() => {
  if (!document.querySelector('#sf-question, #sr-question-box textarea')) return;
  window.usable = performance.now();
  clearInterval(looking);
}, 5);
"""


def weigh(context: BrowserContext, address: str) -> Weight:
    """Visit the address in a new page of this browser, which keeps what it has."""
    page: Page = context.new_page()
    page.add_init_script(_WATCH)
    wire = context.new_cdp_session(page)
    wire.send("Network.enable")
    sizes: dict[str, int] = {}
    reached: set[str] = set()
    wire.on("Network.responseReceived", lambda told: _received(told, reached))
    wire.on(
        "Network.loadingFinished",
        lambda told: sizes.__setitem__(told["requestId"], int(told["encodedDataLength"])),
    )
    page.goto(address)
    page.locator("#sr-first").wait_for(state="detached")
    awake = page.evaluate("performance.now()")
    page.wait_for_timeout(1500)
    paint = page.evaluate(
        "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0"
    )
    usable, shift = page.evaluate("[window.usable, window.shift]")
    sent = sum(size for request, size in sizes.items() if request in reached)
    page.close()
    return Weight(len(reached), sent, paint, usable, awake, shift)


def _received(told: dict[str, object], reached: set[str]) -> None:
    answer = told["response"]
    assert isinstance(answer, dict)
    kept = answer.get("fromDiskCache") or answer.get("fromPrefetchCache")
    if not kept and str(answer["url"]).startswith("http"):
        reached.add(str(told["requestId"]))


def main() -> None:
    """Print a cold and a warm visit."""
    from chromium import CHROMIUM_FLAGS, find_chromium  # type: ignore[import-not-found]

    address, *who = sys.argv[1:]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=CHROMIUM_FLAGS)
        context = browser.new_context(viewport={"width": 1366, "height": 820})
        if who:
            page = context.new_page()
            page.goto(address)
            page.locator("#name").fill(who[0])
            page.locator("#password").fill(who[1])
            page.locator("#password").press("Enter")
            page.locator("#sr-first, #sr-live").first.wait_for()
            cookies = context.cookies()
            context.close()
            context = browser.new_context(viewport={"width": 1366, "height": 820})
            context.add_cookies([{**one} for one in cookies])  # type: ignore[typeddict-item]
        for name in ("cold", "warm"):
            one = weigh(context, address)
            print(
                f"{name}: {one.requests} requests, {one.bytes / 1000:.0f} kB, first paint "
                f"{one.first_paint:.0f} ms, box usable {one.usable:.0f} ms, awake "
                f"{one.awake:.0f} ms, layout shift {one.shift:.3f}"
            )
        browser.close()


if __name__ == "__main__":
    main()
