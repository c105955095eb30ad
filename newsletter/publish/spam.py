"""Ask the spam filter of the editor's own machine what it makes of a mail. Nothing leaves the machine."""

import re
import shutil
import subprocess
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr, make_msgid
from typing import TYPE_CHECKING

from newsletter.delivery.clock import SECOND
from newsletter.errors import UsageError
from newsletter.rendering import RenderedMessage
from newsletter.rendering.merge import personalise, substitutions
from newsletter.rendering.message import LINKS
from newsletter.wiring import Wiring

if TYPE_CHECKING:
    from newsletter.checks import SpamReport

_FILTER = "spamassassin"
_LOCALLY = ("--local", "--test-mode")  # neither look-ups in the network nor what it learned of other mails
_SECONDS = 60
_TOTAL = re.compile(rb"\(\s*(-?[\d.]+) points, ([\d.]+) required\)")
_REASON = re.compile(rb"^\s*(-?\d+\.\d) ([A-Z][A-Z0-9_]+) ", re.MULTILINE)
_READER = {"email": "ana@example.org", "name": "Ana Silva", "first_name": "Ana", "last_name": "Silva"}
# What is only so because the mail has not travelled yet.
_OF_THE_WAY = {"NO_RECEIVED", "NO_RELAYS"}


def spam_report(wiring: Wiring, message: RenderedMessage) -> "SpamReport":
    """Return what SpamAssassin says of a mail. Raises UsageError where it is not installed, or fails."""
    from newsletter.checks import SpamReport

    program = shutil.which(_FILTER)
    if program is None:
        raise UsageError(
            "SpamAssassin is not on this machine, and --spam asks it.",
            hint="Install it (on Debian: apt install spamassassin), or leave --spam out.",
        )
    said = _ask([program, *_LOCALLY], _as_email(wiring, message))
    if not (total := _TOTAL.search(said)):
        raise UsageError(
            "SpamAssassin gave no score.",
            hint=f"Try it by itself: {_FILTER} --local --test-mode < a-mail.eml",
        )
    reasons = [(float(points), name.decode()) for points, name in _REASON.findall(said)]
    kept = tuple(reason for reason in reasons if reason[1] not in _OF_THE_WAY)
    return SpamReport("SpamAssassin", float(total[1]), float(total[2]), kept)


def _ask(command: list[str], mail: bytes) -> bytes:
    try:
        asked = subprocess.run(  # noqa: S603  (no shell, and the words are ours)
            command, input=mail, capture_output=True, timeout=_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise UsageError(f"SpamAssassin did not answer: {error}.", hint="Leave --spam out.") from error
    return asked.stdout


def _as_email(wiring: Wiring, message: RenderedMessage) -> bytes:
    """Return the mail as a reader gets it, with the headers that a provider adds."""
    own, site = wiring.settings.publication, wiring.settings.site_url or "https://example.org"
    links = {name: f"{site}/{page}/of-a-sample" for name, page in LINKS.items()}
    personal = personalise(message, substitutions(message, {**_READER, **links}))
    sender = own.from_email or "news@example.org"
    mail = EmailMessage(policy=SMTP)
    mail["From"] = formataddr((own.from_name or own.name, sender))
    mail["To"] = _READER["email"]
    mail["Subject"] = personal.subject
    mail["Date"] = format_datetime(datetime.fromtimestamp(wiring.clock.now() / SECOND, UTC))
    mail["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2])
    mail["List-Unsubscribe"] = f"<{links['unsubscribe_url']}>"
    mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail.set_content(personal.text)
    mail.add_alternative(personal.html, subtype="html")
    return mail.as_bytes()
