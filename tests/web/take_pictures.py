"""Takes the pictures in README.md and docs, with the samples and the real model.

python tests/web/take_pictures.py [FOLDER]
"""

import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Literal

from chromium import CHROMIUM_FLAGS, find_chromium  # type: ignore[import-not-found]
from playwright.sync_api import Page, sync_playwright

TESTS = Path(__file__).resolve().parents[1]
STRONGROOM = [sys.executable, "-m", "app.cli", "--home"]
EARLIER = (
    "What is the meal allowance abroad?",
    "How long must a password be?",
)
QUESTION = "How many days of annual leave does a full-time employee have?"
FOLLOW_UP = "And for part-timers with three days a week?"
LOOKS: tuple[tuple[str, int, int, Literal["light", "dark"]], ...] = (
    ("chat", 1280, 860, "light"),
    ("chat-dark", 1280, 860, "dark"),
    ("chat-phone", 400, 860, "light"),
)


# A reader's pages, and an administrator's.
PEOPLE = {"kim": "Kim Example", "boss": "The Boss"}
PAGES = (
    ("documents", "kim", "/documents?space=general"),
    ("administration", "boss", "/administration?days=7"),
)


def _take_pages(page: Page, address: str, password: str, into: Path) -> None:
    """The page that the first answer comes from, the curators' page and the administrators'."""
    with page.context.expect_page() as opened:
        page.locator('a[href^="/source"]').first.click(modifiers=["Control"])
    source = opened.value
    source.set_viewport_size({"width": 1280, "height": 860})
    source.locator(".so-mark").first.wait_for()
    source.locator(".so-paper img").evaluate("image => image.decode()")
    source.screenshot(path=into / "source.png")
    source.close()
    for name, person, path in PAGES:
        if person != "kim":
            page.context.clear_cookies()
            _sign_in(page, address, password, person)
        page.goto(address.rstrip("/") + path)
        page.wait_for_timeout(500)
        page.screenshot(path=into / f"{name}.png")


def _take_papers(home: str, into: Path) -> None:
    """A questionnaire's report and, where LibreOffice is there, its workbook."""
    import pypdfium2

    answers, report = Path(home, "answers.xlsx"), Path(home, "report.pdf")
    questions = str(TESTS / "sample_questionnaire.csv")
    order = ["batch", questions, "--out", str(answers), "--report", str(report)]
    subprocess.run([*STRONGROOM, home, *order], check=True)

    def draw(file: Path, name: str, scale: float, box: tuple[float, float, float, float]) -> None:
        image = pypdfium2.PdfDocument(file)[0].render(scale=scale).to_pil()
        sides = (image.width, image.height) * 2
        image.crop([int(share * side) for share, side in zip(box, sides, strict=True)]).save(
            into / f"{name}.png"
        )

    draw(report, "report", 1.4, (0, 0, 1, 0.62))
    office = shutil.which("soffice")
    if office is None:
        print("no LibreOffice (Debian: apt install libreoffice-calc): no picture of the workbook")
        return
    convert = [office, "--headless", "--convert-to", "pdf", "--outdir", home, str(answers)]
    subprocess.run(convert, check=True, stdout=subprocess.DEVNULL)
    draw(answers.with_suffix(".pdf"), "workbook", 2.2, (0.04, 0.07, 0.66, 0.37))


def main() -> None:
    """Serve the samples from a new data folder, ask, and write the pictures."""
    into = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "pictures"
    into.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as home:
        password = secrets.token_urlsafe(12)
        subprocess.run([*STRONGROOM, home, "ingest", str(TESTS / "samples")], check=True)
        for name, full in PEOPLE.items():
            person = ["users", "add", name, "--full-name", full, "--type-password"]
            person += ["--administrator"] * (name == "boss")
            subprocess.run([*STRONGROOM, home, *person], input=password, text=True, check=True)
        grant = ["spaces", "grant", "general", "everyone", "--curate"]
        subprocess.run([*STRONGROOM, home, *grant], check=True)
        _take_papers(home, into)
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
                    if name == LOOKS[0][0]:
                        _take_pages(page, address, password, into)
                    context.close()
                browser.close()
        finally:
            server.terminate()
            server.wait()


def _sign_in(page: Page, address: str, password: str, name: str = "kim") -> None:
    page.goto(address)
    page.locator("#name").fill(name)
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
