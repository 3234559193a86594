"""Takes the README's pictures of the web chat, with the samples and the real model.

python tests/web/take_pictures.py [FOLDER]
"""

import os
import secrets
import subprocess
import sys
import tempfile
from pathlib import Path

from chromium import CHROMIUM_FLAGS, find_chromium
from playwright.sync_api import Page, sync_playwright

TESTS = Path(__file__).resolve().parents[1]
STRONGROOM = [sys.executable, "-m", "app.cli", "--home"]
EARLIER = (
    "What is the meal allowance abroad?",
    "How long must a password be?",
)
QUESTION = "How many days of annual leave does a full-time employee have?"
FOLLOW_UP = "And for part-timers with three days a week?"
LOOKS = (
    ("chat", 1280, 860, "light"),
    ("chat-dark", 1280, 860, "dark"),
    ("chat-phone", 400, 860, "light"),
)


def main() -> None:
    """Serve the samples from a new data folder, ask, and write the pictures."""
    into = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "pictures"
    into.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as home:
        password = secrets.token_urlsafe(12)
        subprocess.run([*STRONGROOM, home, "ingest", str(TESTS / "samples")], check=True)
        person = ["users", "add", "kim", "--full-name", "Kim Example", "--type-password"]
        subprocess.run([*STRONGROOM, home, *person], input=password, text=True, check=True)
        grant = ["spaces", "grant", "general", "everyone"]
        subprocess.run([*STRONGROOM, home, *grant], check=True)
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
                for name, width, height, scheme in LOOKS:
                    context = browser.new_context(
                        viewport={"width": width, "height": height}, color_scheme=scheme
                    )
                    page = context.new_page()
                    _sign_in(page, address, password)
                    if name == LOOKS[0][0]:
                        for question in EARLIER:
                            _ask(page, question)
                            page.goto(address)
                            page.locator(".sr-welcome").wait_for()
                        _ask(page, QUESTION)
                        _ask(page, FOLLOW_UP)
                        conversation = page.url
                    page.goto(conversation)
                    page.locator("#sr-past .sr-turn").wait_for(timeout=30_000)
                    page.wait_for_timeout(800)
                    page.mouse.wheel(0, -5000)
                    page.wait_for_timeout(500)
                    page.screenshot(path=into / f"{name}.png")
                    context.close()
                browser.close()
        finally:
            server.terminate()
            server.wait()


def _sign_in(page: Page, address: str, password: str) -> None:
    page.goto(address)
    page.locator("#name").fill("kim")
    page.locator("#password").fill(password)
    page.locator("#password").press("Enter")
    page.locator(".sr-welcome").wait_for(timeout=30_000)


def _ask(page: Page, question: str) -> None:
    box = page.locator("#sr-question-box textarea")
    box.fill(question)
    box.press("Enter")
    asked = page.locator("#sr-live .sr-turn", has_text=question)
    asked.and_(page.locator("[data-stage=done]")).wait_for(timeout=120_000)
    page.wait_for_timeout(800)


if __name__ == "__main__":
    main()
