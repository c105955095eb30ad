"""Refuse to mail what others may have mailed since, and say what to do."""

from newsletter.delivery.frozen import FrozenMailing
from newsletter.errors import NotTheSender
from newsletter.publish.copies.comparing import is_logged, standing
from newsletter.sentences import UNFAMILIAR, command, count_of
from newsletter.wiring import Wiring


def insist_sender(wiring: Wiring, *issues: str) -> None:
    """Refuse to mail issues from a database that may not be the one that sent last.

    Raises NotTheSender. While it lost any request, no issue is mailed: taking them in is one command, which
    needs neither the provider nor an answer, and until then nothing is known for certain.
    """
    found = standing(wiring)
    if not found.sure:
        raise NotTheSender(f"Nothing was sent. {found.why}", hint=found.way_on)
    for issue in issues:
        _insist_readers_known(wiring, issue)


def issues_of(frozen: FrozenMailing) -> tuple[str, ...]:
    """Return the issues whose readers a mailing stands on: its own and, for a correction, the wrong one."""
    return (frozen.issue,) if frozen.corrects is None else (frozen.issue, frozen.corrects)


def _insist_readers_known(wiring: Wiring, issue: str) -> None:
    lost, allowed = unfamiliar_readers(wiring, issue)
    if lost > allowed:
        got = count_of(lost, "reader", "readers")
        raise NotTheSender(
            f"Nothing was sent. Up to {got} got “{issue}” that this database does not recognise:"
            f" {UNFAMILIAR}.",
            hint="If they were put on the list again, they would get it twice. If they were not:\n"
            f"  {command('adopt', issue, '--because', 'nobody was imported again')}\n"
            "  If the key is another, set the right one (an old one in NEWSLETTER_SECRET_KEYS_OLD), put the\n"
            "  backup in its place once more, and reconcile again.",
        )


def unfamiliar_readers(wiring: Wiring, issue: str) -> tuple[int, int]:
    """Return how many readers of an issue this database does not know, and how many of them were adopted."""
    if not is_logged(wiring) or not wiring.has_database:
        return 0, 0
    from newsletter.store.copies import adoptions
    from newsletter.store.database import read

    with read(wiring.engine) as connection:
        lost = adoptions.unfamiliar(connection, issue, wiring.settings.provider_identity)
        allowed = max((made.readers for made in adoptions.of_issue(connection, issue)), default=0)
    return lost, allowed
