"""Show a rendered letter in Thunderbird, on a screen of its own, and keep a picture of it.

    newsletter render ISSUE --out out
    python tests/thunderbird.py out/everyone.html letter.png
    python tests/thunderbird.py out/everyone.html letter-dark.png --dark

Needs Debian's packages thunderbird and xvfb. ``--dark`` is Thunderbird's dark theme with its own dark reader,
which takes light grounds and dark text colours out of a mail. Pictures next to the HTML go into the mail.
"""

import argparse
import json
import mimetypes
import os
import re
import subprocess
import sys
import tempfile
import time
from email.message import EmailMessage
from pathlib import Path

from PIL import Image, ImageChops, ImageGrab

_WIDTH, _HEIGHT = 860, 2400
_PATIENCE = 120  # seconds; the first start on a slow machine takes half of them
_PREFERENCES = {
    "app.donation.eoy.version.viewed": 999,
    "datareporting.policy.dataSubmissionEnabled": False,
    "mail.provider.suppress_dialog_on_startup": True,
    "mail.rights.version": 1,
    "mail.shell.checkDefaultClient": False,
    "mail.spotlight.firstRunDone": True,
    "mailnews.start_page.enabled": False,
}
_DARK = {
    "extensions.activeThemeID": "thunderbird-compact-dark@mozilla.org",
    "mail.dark-reader.enabled": True,
    "ui.systemUsesDarkTheme": 1,
}
_SOURCE = re.compile(r'(<img\b[^>]*?\bsrc=")([^":]+)(")')


def mail(letter: Path) -> bytes:
    """Return an HTML file as a mail that holds the pictures next to it."""
    html, names = letter.read_text(encoding="utf-8"), dict[str, str]()

    def source(match: re.Match[str]) -> str:
        cid = names.setdefault(match[2], f"picture{len(names)}")
        return f"{match[1]}cid:{cid}{match[3]}"

    title = re.search("<title>(.*?)</title>", html)
    message = EmailMessage()
    message["Subject"] = title[1] if title else letter.stem
    message["From"] = "News <news@example.org>"
    message["To"] = "Reader <reader@example.org>"
    message.set_content(_SOURCE.sub(source, html), subtype="html", cte="base64")
    for name, cid in names.items():
        kind, _, subtype = (mimetypes.guess_type(name)[0] or "image/jpeg").partition("/")
        message.add_related((letter.parent / name).read_bytes(), kind, subtype, cid=f"<{cid}>")
    return bytes(message)


def profile(folder: Path, *, dark: bool) -> Path:
    """Write a profile in which Thunderbird asks nothing and fills the screen."""
    folder.mkdir()
    preferences = {**_PREFERENCES, **(_DARK if dark else {})}
    lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in preferences.items()]
    (folder / "user.js").write_text("\n".join(lines), encoding="utf-8")
    place = {
        "screenX": "0",
        "screenY": "0",
        "width": str(_WIDTH),
        "height": str(_HEIGHT),
        "sizemode": "normal",
    }
    window = {"chrome://messenger/content/messageWindow.xhtml": {"messengerWindow": place}}
    (folder / "xulstore.json").write_text(json.dumps(window), encoding="utf-8")
    return folder


def resting_screen(display: str) -> Image.Image:
    """Return the screen once it shows a mail and nothing on it moves."""
    deadline, last, still = time.monotonic() + _PATIENCE, None, 0
    while time.monotonic() < deadline:
        time.sleep(1)
        now = ImageGrab.grab(xdisplay=display).convert("RGB")
        drawn = len(now.getcolors(1 << 24) or ()) > 100
        same = last is not None and ImageChops.difference(now, last).getbbox() is None
        still = still + 1 if drawn and same else 0
        if still == 4:
            return now
        last = now
    sys.exit("Thunderbird did not come to rest; the display may be missing.")


def show(letter: Path, picture: Path, *, dark: bool) -> None:
    """Write what Thunderbird shows of an HTML file."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        eml = folder / "letter.eml"
        eml.write_bytes(mail(letter))
        reader, writer = os.pipe()
        size = f"{_WIDTH}x{_HEIGHT}x24"
        screen = subprocess.Popen(
            ["Xvfb", "-displayfd", str(writer), "-screen", "0", size],
            pass_fds=[writer],
            stderr=subprocess.DEVNULL,
        )
        os.close(writer)
        with os.fdopen(reader) as number:
            display = f":{number.readline().strip()}"
        environment = {**os.environ, "DISPLAY": display, "HOME": name, "MOZ_ENABLE_WAYLAND": "0"}
        client = subprocess.Popen(
            ["thunderbird", "-no-remote", "-profile", str(profile(folder / "profile", dark=dark)), str(eml)],
            env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            resting_screen(display).save(picture)
        finally:
            client.terminate()
            client.wait()
            screen.terminate()
            screen.wait()


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("letter", type=Path, help="HTML that newsletter render --out wrote")
    parser.add_argument("picture", type=Path, help="where the picture goes, a .png")
    parser.add_argument("--dark", action="store_true", help="Thunderbird's dark theme and dark reader")
    options = parser.parse_args()
    show(options.letter, options.picture, dark=options.dark)


if __name__ == "__main__":
    main()
