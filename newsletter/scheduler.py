"""The scheduler: starts issues whose time has come, one after another, each in a process of its own."""

from collections.abc import Callable
from threading import Event

from newsletter import publish
from newsletter.errors import NewsletterError
from newsletter.sentences import command
from newsletter.wiring import Wiring

LOOK_SECONDS = 5.0
POLL_SECONDS = 0.2
AGAIN_SECONDS = 60.0  # what could not be sent now, for a missing key say, is not tried every moment


def _run_to_its_end(wiring: Wiring, issue: str, stop: Event) -> int:
    """Send an issue and return the exit code; when this is to stop, let the sender stop first."""
    sender = wiring.start_resume(issue)
    while sender.poll() is None:
        wiring.clock.wait(POLL_SECONDS, stop)
        if stop.is_set():
            sender.terminate()
            break
    return sender.wait()


def run_due_issues(wiring: Wiring, stop: Event, say: Callable[[str], None]) -> None:
    """Look every few seconds until ``stop``; send what is due.

    Each runs as ``newsletter resume`` would, so that the site answers whatever becomes of it, and the
    sender's lock keeps two from sending at once.
    """
    last_problem = ""
    while not stop.is_set():
        pause = LOOK_SECONDS
        try:
            for issue in publish.due(wiring):
                if stop.is_set():
                    return
                say(f"“{issue}” is due.")
                if _run_to_its_end(wiring, issue, stop):
                    say(f"“{issue}” was not sent completely. See: {command('status', issue)}")
                    pause = AGAIN_SECONDS
                else:
                    say(f"“{issue}” is sent.")
            last_problem = ""
        except NewsletterError as error:  # a database that cannot be read now may be in a moment
            if str(error) != last_problem:
                last_problem = str(error)
                say(last_problem)
        wiring.clock.wait(pause, stop)
