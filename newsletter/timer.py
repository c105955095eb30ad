"""Start issues whose scheduled time has come: each in a process of its own, one after another."""

from collections.abc import Callable
from threading import Event

from newsletter import publish
from newsletter.errors import NewsletterError
from newsletter.wiring import Wiring

LOOK_SECONDS = 5.0
AGAIN_SECONDS = 60.0  # what could not be sent now, for a missing key say, is not tried every moment


def start_what_is_due(wiring: Wiring, stop: Event, say: Callable[[str], None]) -> None:
    """Look every few seconds until ``stop``; send what is due.

    Each runs as ``newsletter resume`` would, so that the site answers whatever becomes of it, and the
    sender's lock keeps two from sending at once.
    """
    told = ""
    while not stop.is_set():
        pause = LOOK_SECONDS
        try:
            for issue in publish.due(wiring):
                say(f"“{issue}” is due.")
                if wiring.start_resume(issue).wait():
                    say(f"“{issue}” was not sent to its end. See: newsletter status {issue}")
                    pause = AGAIN_SECONDS
                else:
                    say(f"“{issue}” is sent.")
            told = ""
        except NewsletterError as error:  # a database that cannot be read now may be in a moment
            if str(error) != told:
                told = str(error)
                say(told)
        wiring.clock.wait(pause, stop)
