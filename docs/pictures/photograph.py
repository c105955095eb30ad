"""Photograph letters and the inbox as a person sees them.

``phone-light.png`` and ``phone-dark.png`` are the newest issue; ``first-letter.png`` and ``inbox.png`` are
what somebody sees who types what the quickstart says; ``preview.png`` is the newest issue with two faults put
in, as an editor sees it. Run by ``make pictures``; needs Chromium.
"""

import io
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from PIL import Image
from playwright.sync_api import Browser, Page, Route, sync_playwright

from newsletter.config import load_settings
from newsletter.files.issues import issue_ids
from newsletter.files.publications import make_publication
from newsletter.publish import read_draft, render_draft
from newsletter.rendering.merge import Merger, personalise
from newsletter.wiring import Wiring

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
PLACES = ("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")
CHROMIUM = next((place for place in PLACES if Path(place).exists()), PLACES[0])
PHONE = 390, 844
NEWSLETTER = (sys.executable, "-m", "newsletter")
READER = {"email": "ana@example.org", "first_name": "Ana", "name": "Ana Ruiz", "city": "Lisbon"}
LINKS = dict.fromkeys(("unsubscribe_url", "view_url", "preferences_url"), "https://news.example.org/")


Letter = tuple[str, Mapping[str, bytes]]  # its HTML, and its pictures by their names


def letter(root: Path, issue: str) -> Letter:
    """Return an issue as Ana gets it."""
    wiring = Wiring(load_settings(root / "newsletter.toml"))
    draft = read_draft(wiring, issue)
    message = render_draft(wiring, draft).message
    read = personalise(message, Merger(message)(READER | LINKS))
    return read.html, {picture.name: picture.content for picture in draft.pictures.values()}


def show(browser: Browser, letter: Letter, width: int, height: int, *, dark: bool = False) -> Page:
    """Return a page that shows a mail."""
    html, pictures = letter

    def answer(route: Route) -> None:
        content = pictures.get(urlsplit(route.request.url).path.rsplit("/", 1)[-1])
        if content is None:
            route.abort()
        else:
            route.fulfill(body=content)

    size = {"width": width, "height": height}
    page = browser.new_page(viewport=size, device_scale_factor=2, color_scheme="dark" if dark else "light")
    page.route("**/*", answer)
    page.set_content(html, wait_until="load")
    return page


def keep(page: Page, name: str, *, whole: bool = False) -> None:
    """Write what a page shows, or all of it, in few colours so that the file stays small."""
    shot = Image.open(io.BytesIO(page.screenshot(full_page=whole))).convert("RGB")
    page.close()
    shot.quantize(128).save(HERE / name, "PNG", optimize=True)


def the_example(browser: Browser) -> None:
    """Photograph the newest example issue on a phone."""
    newest = letter(ROOT, issue_ids(ROOT)[-1])
    for name, dark in (("light", False), ("dark", True)):
        keep(show(browser, newest, *PHONE, dark=dark), f"phone-{name}.png")


def the_quickstart(browser: Browser, folder: Path) -> None:
    """Do what the quickstart says, and photograph the letter and the inbox."""
    make_publication(folder)
    page = (ROOT / "docs" / "quickstart.md").read_text(encoding="utf-8")
    for name, text in re.findall(r"^```\w+ (\S+)\n(.*?)^```$", page, re.MULTILINE | re.DOTALL):
        (folder / name).write_text(text, encoding="utf-8")
    (issue,) = issue_ids(folder)
    for words in (("subscribers", "import", "readers.csv", "--list", "readers"), ("send", issue, "--yes")):
        subprocess.run([*NEWSLETTER, *words], cwd=folder, check=True)
    keep(show(browser, letter(folder, issue), 640, 200), "first-letter.png", whole=True)
    with subprocess.Popen(
        [*NEWSLETTER, "sandbox", "--port", "0"], cwd=folder, stderr=subprocess.PIPE, text=True
    ) as sandbox:
        assert sandbox.stderr is not None
        said = sandbox.stderr.readline()
        inbox = browser.new_page(viewport={"width": 900, "height": 200}, device_scale_factor=2)
        inbox.goto(said.split(": ", 1)[1].split()[0])
        keep(inbox, "inbox.png", whole=True)
        sandbox.terminate()


def the_preview(browser: Browser, folder: Path) -> None:
    """Photograph the preview of the newest issue, with a link that says nothing and a word to come."""
    shutil.copytree(ROOT / "issues", folder / "issues")
    shutil.copy(ROOT / "newsletter.toml", folder)
    newest = issue_ids(folder)[-1]
    brief = folder / "issues" / f"{newest}.md"
    text, linked = brief.read_text(encoding="utf-8"), re.compile(r"\[([^\]]+)\](?=\(https)")
    brief.write_text(linked.sub("[here]", text, count=1).rstrip() + " It weighs TK.\n", encoding="utf-8")
    with subprocess.Popen(
        [*NEWSLETTER, "preview", newest, "--port", "0"], cwd=folder, stderr=subprocess.PIPE, text=True
    ) as preview:
        assert preview.stderr is not None
        said = preview.stderr.readline()
        page = browser.new_page(viewport={"width": 1400, "height": 860}, device_scale_factor=1.5)
        page.goto(said.split(": ", 1)[1].split()[0])
        page.wait_for_selector("body[data-number]")
        page.locator(".finding button").first.click()
        page.wait_for_timeout(1000)  # the letter scrolls to what is lit up
        keep(page, "preview.png")
        preview.terminate()


if __name__ == "__main__":
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as temporary:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--headless", "--no-sandbox"])
        the_example(browser)
        the_quickstart(browser, Path(temporary) / "tuesday-letter")
        the_preview(browser, Path(temporary) / "dig-in")
        browser.close()
