"""The example issues: what a newcomer copies must be right in every respect."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
from browser import chromium, letter_faults, show
from playwright.sync_api import Browser

from newsletter.config import load_settings
from newsletter.files.issues import issue_ids
from newsletter.publish import check, read_draft, render_draft
from newsletter.rendering import RenderedMessage
from newsletter.rendering.merge import Merger, personalise
from newsletter.wiring import Wiring

ROOT = Path(__file__).parent.parent
EXAMPLES = issue_ids(ROOT)

each_example = pytest.mark.parametrize("issue", EXAMPLES)


@pytest.fixture
def wiring() -> Wiring:
    return Wiring(load_settings(ROOT / "newsletter.toml"))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


def _letter(wiring: Wiring, issue: str) -> RenderedMessage:
    return render_draft(wiring, read_draft(wiring, issue)).message


def _as_read(message: RenderedMessage) -> tuple[str, str, str]:
    link = "https://news.example.org/u/" + "a" * 43
    values = {"email": "ana@example.org", "first_name": "Ana", "name": "Ana Ruiz", "city": "Lisbon"}
    links = {"unsubscribe_url": link, "view_url": link, "preferences_url": link}
    read = personalise(message, Merger(message)(values | links))
    return read.subject, read.html, read.text


def test_there_are_at_least_three_and_one_has_five_stories(wiring: Wiring) -> None:
    stories = [len(read_draft(wiring, issue).issue.stories) for issue in EXAMPLES]
    assert len(stories) >= 3
    assert 5 in stories


@each_example
def test_check_has_nothing_to_report(wiring: Wiring, issue: str) -> None:
    assert check(wiring, issue) == ()


@each_example
def test_the_mail_stays_small(wiring: Wiring, issue: str) -> None:
    stories = len(read_draft(wiring, issue).issue.stories)
    size = len(_letter(wiring, issue).html.encode())
    assert size < (30_000 if stories == 1 else 80_000)


@each_example
def test_the_same_issue_gives_the_same_bytes(wiring: Wiring, issue: str) -> None:
    assert _letter(wiring, issue) == _letter(Wiring(wiring.settings), issue)


@each_example
@pytest.mark.browser
def test_axe_finds_nothing_by_day_or_night_on_a_phone_or_a_screen(
    wiring: Wiring, browser: Browser, issue: str
) -> None:
    assert letter_faults(browser, _as_read(_letter(wiring, issue))[1]) == []


@each_example
@pytest.mark.browser
def test_nothing_scrolls_sideways_on_a_small_phone(wiring: Wiring, browser: Browser, issue: str) -> None:
    page = show(browser, _as_read(_letter(wiring, issue))[1], width=320)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.close()


@each_example
@pytest.mark.slow
def test_a_spam_filter_minds_nothing(wiring: Wiring, issue: str) -> None:
    filter_ = shutil.which("spamassassin")
    if filter_ is None:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)("there is no spamassassin")
    subject, html, text = _as_read(_letter(wiring, issue))
    mail = EmailMessage()
    mail["From"] = "Dig In <news@example.org>"
    mail["To"] = "Ana Ruiz <ana@example.org>"
    mail["Subject"] = subject
    mail["Date"] = "Mon, 16 Nov 2026 07:00:00 +0000"
    mail["Message-ID"] = "<20261116070000.1@example.org>"
    mail["List-Unsubscribe"] = f"<https://news.example.org/u/{'a' * 43}>"
    mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail.set_content(text, cte="quoted-printable")
    mail.add_alternative(html, subtype="html", cte="quoted-printable")
    judged = subprocess.run(
        [str(filter_), "-L", "-t", "-p", "/dev/null"], input=mail.as_bytes(), capture_output=True, check=True
    ).stdout.decode(errors="replace")
    score = re.search(r"score=(-?[\d.]+)", judged)
    assert score is not None, judged[:500]
    assert float(score[1]) == 0.0, judged
