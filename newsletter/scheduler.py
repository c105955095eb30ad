"""The scheduler: starts issues whose time has come, one after another, each in a process of its own."""

from collections.abc import Callable
from threading import Event

from newsletter import publish
from newsletter.errors import NewsletterError, NotTheSender
from newsletter.sentences import command
from newsletter.wiring import Wiring

LOOK_SECONDS = 5.0
POLL_SECONDS = 0.2
AGAIN_SECONDS = 60.0  # what could not be sent now, for a missing key say, is not tried every moment
REMIND_MICROSECONDS = 24 * 3600 * 1_000_000

Say = Callable[[str], None]


class _Problems:
    """What keeps issues from being sent: said once, again when it changes, and once a day while it lasts."""

    def __init__(self, now: Callable[[], int], say: Say) -> None:
        self._now, self._say = now, say
        self._said: dict[str, tuple[str, int]] = {}

    def lasts(self, about: str, problem: str) -> None:
        """Say a problem of an issue, or of all (no name), unless it was said lately."""
        now = self._now()
        before, at = self._said.get(about, ("", 0))
        if problem != before or not 0 <= now - at < REMIND_MICROSECONDS:
            self._say(problem)
            self._said[about] = problem, now

    def over(self, about: str) -> None:
        """Take it that there is none now."""
        self._said.pop(about, None)


def run_due_issues(wiring: Wiring, stop: Event, say: Say) -> None:
    """Look every few seconds until ``stop``; send what is due.

    Each runs as ``newsletter resume`` would, so that the site answers whatever becomes of it, and the
    sender's lock keeps two from sending at once.
    """
    problems = _Problems(wiring.clock.now, say)
    while not stop.is_set():
        pause = LOOK_SECONDS
        try:
            for issue in publish.due(wiring):
                if stop.is_set():
                    return
                if not _may_be_sent(wiring, issue, problems) or not _send(wiring, issue, stop, say):
                    pause = AGAIN_SECONDS
            problems.over("")
        except NewsletterError as error:  # a database that cannot be read now may be in a moment
            problems.lasts("", str(error))
        wiring.clock.wait(pause, stop)


def _may_be_sent(wiring: Wiring, issue: str, problems: _Problems) -> bool:
    """Say whether this copy of the publication may send an issue; a person has to act where it may not."""
    try:
        publish.insist_sender(wiring, issue)
    except NotTheSender as refused:
        problems.lasts(issue, f"“{issue}” is due. {refused}")
        return False
    problems.over(issue)
    return True


def _send(wiring: Wiring, issue: str, stop: Event, say: Say) -> bool:
    """Send an issue and say whether all of it was sent."""
    say(f"“{issue}” is due.")
    if _run_to_its_end(wiring, issue, stop):
        say(f"“{issue}” was not sent completely. See: {command('status', issue)}")
        return False
    say(f"“{issue}” is sent.")
    return True


def _run_to_its_end(wiring: Wiring, issue: str, stop: Event) -> int:
    """Send an issue and return the exit code; when this is to stop, let the sender stop first."""
    sender = wiring.start_resume(issue)
    while sender.poll() is None:
        wiring.clock.wait(POLL_SECONDS, stop)
        if stop.is_set():
            sender.terminate()
            break
    return sender.wait()
