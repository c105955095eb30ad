"""A person's word that this copy is the one that sends, or that an issue may go on; kept for good."""

from newsletter.delivery.proof import Adoption
from newsletter.delivery.request_log import LoggedAdoption
from newsletter.errors import DeliveryError, UsageError
from newsletter.publish.copies.comparing import standing
from newsletter.publish.copies.refusing import unfamiliar_readers
from newsletter.publish.copies.standing import EXAMPLE_REASON
from newsletter.sentences import command
from newsletter.wiring import Wiring

MAX_REASON = 300  # characters that are kept


def adopt(wiring: Wiring, reason: str, issue: str | None = None) -> None:
    """Keep a person's word, with how they know, that this copy of the publication is the one that sends.

    With an issue: that it may go on though it was mailed to readers that this database does not know. Raises
    UsageError without a reason, DeliveryError when there is nothing to adopt, or lost requests or the own log
    come first, AlreadySending while another process sends.
    """
    if len(reason.split()) < 2:
        raise UsageError(
            "A person's word is kept as evidence, so say how you know.",
            hint=f'Add: --because "{EXAMPLE_REASON}"',
        )
    with wiring.sender_lock():
        found = standing(wiring)
        if found.lost or found.foreign:  # nothing is written into another publication's log
            raise DeliveryError(found.why, hint=found.way_on)
        if issue is None:
            _adopt_copy(wiring, reason[:MAX_REASON], found.doubt)
        else:
            _adopt_issue(wiring, reason[:MAX_REASON], issue)


def _adopt_copy(wiring: Wiring, reason: str, doubt: str) -> None:
    from newsletter.store.copies import adoptions
    from newsletter.store.database import read, write

    if not doubt:
        raise DeliveryError("Nothing speaks against sending from here, so there is nothing to adopt.")
    now = wiring.clock.now()
    with read(wiring.engine) as connection:
        place, publication = adoptions.place_of(connection), adoptions.publication_of(connection)
        since = max(now, adoptions.newest_posted(connection))  # the clock may have gone back since
    # Last in the database: should anything fail before, the doubt stays.
    with wiring.request_log.opened(publication) as log:
        log.add(LoggedAdoption(now, wiring.person, reason))
    with write(wiring.engine) as connection:
        adoptions.adopt(connection, Adoption(since, wiring.person, reason, place=place))


def _adopt_issue(wiring: Wiring, reason: str, issue: str) -> None:
    from newsletter.store.copies import adoptions
    from newsletter.store.database import write

    lost, allowed = unfamiliar_readers(wiring, issue)
    if lost <= allowed:
        raise DeliveryError(
            f"This database knows all readers of “{issue}”, so there is nothing to adopt.",
            hint=f"See: {command('status', issue)}",
        )
    made = Adoption(wiring.clock.now(), wiring.person, reason, issue, lost)
    with write(wiring.engine) as connection:
        adoptions.adopt(connection, made)
