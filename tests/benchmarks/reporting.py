"""What comes back: events taken a second, against bare inserts of the same rows."""

from pathlib import Path

from figures import Figure, Scale
from processes import inside
from sending import publication_of, send_to_all


def events_taken(scale: Scale, folder: Path) -> list[Figure]:
    """Send, then post the provider's reports on it, 1,000 at a time, and time their answers.

    Each third of the events goes another way: to the application in one process, to ``newsletter serve`` a
    post at a time, and four at a time.
    """
    readers = 3 * scale.events + scale.events // 100 + 1_000
    publication = publication_of(folder, "events", readers)
    send_to_all(publication, "reported")
    done = inside("inside_events.py", str(scale.events), folder=publication.root).document
    if done["kept"] != 3 * done["events"]:
        raise RuntimeError(f"events were lost or kept twice: {done}")
    taken, http, four = (
        done["events"] / done[name] for name in ("seconds", "http_seconds", "http_seconds_four")
    )
    details = {
        "events": done["events"],
        "bare inserts/s": done["bare_per_second"],
        "of bare": taken / done["bare_per_second"],
        "CPU µs an event": done["cpu"] / done["events"] * 1e6,
        "over HTTP/s": http,
        "by four/s": four,
        "kB a post": done["body_kB"],
    }
    return [Figure("events", taken, "events/s", aim=5_000, at_most=False, runs=[taken], details=details)]
