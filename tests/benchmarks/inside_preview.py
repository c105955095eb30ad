"""In a process of its own: save an issue again and again while Chromium shows its preview. Prints JSON.

A save is timed from just before the file is written to the second frame after the words stand in the letter,
by the system's clock, which the browser reads, too. Times in milliseconds.
"""

import json
import subprocess
import sys
import time
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

_PLACES = ("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")
_FLAGS = ["--headless", "--no-sandbox", "--disable-gpu"]
_WAIT = """word => {
    const letter = document.querySelector('.pane.phone iframe').contentDocument;
    window.seen = new Promise(done => {
        const shown = () => done(performance.timeOrigin + performance.now());
        const watching = new MutationObserver(() => {
            if (!letter.body.textContent.includes(word)) return;
            watching.disconnect();
            requestAnimationFrame(() => requestAnimationFrame(shown));
        });
        watching.observe(letter.documentElement, {subtree: true, childList: true, characterData: true});
    });
}"""


def main(issue: str, saves: int) -> None:
    """Preview ``issue``, and save it so many times; the first three only warm up."""
    place = next((place for place in _PLACES if Path(place).exists()), None)
    if place is None:
        sys.exit(f"There is no Chromium at {', '.join(_PLACES)}.")
    places = Path("issues") / issue / "issue.md", Path("issues") / f"{issue}.md"
    file = next(path for path in places if path.exists())
    command = [sys.executable, "-m", "newsletter", "preview", issue, "--port", "0"]
    with (
        subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as preview,
        sync_playwright() as playwright,
    ):
        assert preview.stderr is not None
        url = preview.stderr.readline().split(": ", 1)[1].split()[0]
        browser = playwright.chromium.launch(executable_path=place, args=_FLAGS)
        page = browser.new_page(viewport={"width": 1400, "height": 900})
        page.goto(url)
        page.wait_for_selector("body[data-number]")
        times = [_save(page, file, number) for number in range(saves + 3)]
        browser.close()
        preview.terminate()
    print(json.dumps({"save_ms": times[3:]}))


def _save(page: Page, file: Path, number: int) -> float:
    text, word = file.read_text(encoding="utf-8"), f"saved-{number}-times"
    head, separator, rest = text.rpartition(". ")
    page.evaluate(_WAIT, word)
    changed = f"{head}, {word}{separator}{rest}"
    began = time.time() * 1000
    file.write_text(changed, encoding="utf-8")
    seen = float(page.evaluate("() => window.seen"))
    page.wait_for_timeout(250)  # an editor does not save again before having looked
    return seen - began


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
