"""Takes the README's pictures of the web chat, with the samples and the real model.

python tests/web/take_pictures.py [FOLDER]
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from chromium import CHROMIUM_FLAGS, find_chromium
from playwright.sync_api import Page, sync_playwright

TESTS = Path(__file__).resolve().parents[1]
STRONGROOM = [sys.executable, "-m", "app.cli", "--home"]
QUESTION = "How many days of annual leave does a full-time employee have?"
FOLLOW_UP = "And for part-timers with three days a week?"


def main() -> None:
    """Serve the samples from a new data folder, ask, and write the pictures."""
    into = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "pictures"
    into.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as home:
        subprocess.run([*STRONGROOM, home, "ingest", str(TESTS / "samples")], check=True)
        examples = (TESTS / "sample_examples.json").read_text(encoding="utf-8")
        server = subprocess.Popen(
            [*STRONGROOM, home, "serve", "--port", "0"],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "STRONGROOM_WEB_EXAMPLES": examples},
        )
        try:
            assert server.stdout is not None
            address = next(line for line in server.stdout if "http://" in line).split()[-1]
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(
                    executable_path=find_chromium(), args=CHROMIUM_FLAGS
                )
                for name, width, height, scheme in (
                    ("chat", 1280, 800, "light"),
                    ("chat-dark", 1280, 800, "dark"),
                    ("chat-phone", 400, 860, "light"),
                ):
                    page = browser.new_page(
                        viewport={"width": width, "height": height}, color_scheme=scheme
                    )
                    page.goto(address)
                    _converse(page)
                    page.screenshot(path=into / f"{name}.png")
                browser.close()
        finally:
            server.terminate()
            server.wait()


def _converse(page: Page) -> None:
    for question in (QUESTION, FOLLOW_UP):
        box = page.get_by_role("textbox").first
        box.fill(question)
        box.press("Enter")
        page.wait_for_timeout(1500)  # the former answer's button goes, then the new one's comes
        page.get_by_role("button", name="Ask again").last.wait_for(timeout=60_000)
    page.mouse.wheel(0, -220)
    page.wait_for_timeout(500)


if __name__ == "__main__":
    main()
