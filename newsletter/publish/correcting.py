"""What a correction of an issue and one of a background share: what they refuse, repeat and say."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from newsletter.errors import DeliveryError, Finding, IssueError
from newsletter.publish.envelope import list_id_of
from newsletter.publish.mailed import unfinished_among
from newsletter.sentences import command, count_of
from newsletter.wiring import Wiring

if TYPE_CHECKING:
    from newsletter.delivery.frozen import Envelope
    from newsletter.store.ledger.mailings import Mailing


def refuse_unfinished(wiring: Wiring, wrong: "Sequence[Mailing]") -> None:
    """Refuse to correct what is still being sent. Raises DeliveryError."""
    unfinished = unfinished_among(wiring, wrong)
    if unfinished:
        raise DeliveryError(
            f"“{unfinished.issue}” is still being sent, and would go on spreading the mistake.",
            hint=f"Correct it again once it is stopped with: {command('cancel', unfinished.issue)}",
        )


def insist_on_line(line: str, file: str, *, message: str, hint: str) -> None:
    """Refuse a correction that does not say what it corrects. Raises IssueError."""
    if not line:
        raise IssueError([Finding("correction-missing", "error", file, 1, message, hint)])


def audience_at(wiring: Wiring, mailings: Sequence[int]) -> int:
    """Return now; should the clock have gone back, when it was last known who got which version."""
    from newsletter.store.database import read
    from newsletter.store.ledger import already_mailed

    with read(wiring.engine) as connection:
        return max(wiring.clock.now(), already_mailed.latest_change(connection, mailings))


def envelope_again(wiring: Wiring, before: "Mailing", list_key: str) -> "Envelope":
    """Return the envelope of an earlier mailing of the same correction, for another list perhaps."""
    from newsletter.store.database import read
    from newsletter.store.ledger import mailings

    with read(wiring.engine) as connection:
        envelope = mailings.frozen_of(connection, before.id).envelope
    return envelope._replace(list_id=list_id_of(wiring, list_key))


def unknown_yet(file: str, issue: str, readers: int, *, where: str = "") -> Finding:
    """Say of how many nobody knows yet whether they have the wrong version; ``where`` ends the sentence."""
    return Finding(
        "correction-unknown",
        "warning",
        file,
        1,
        f"It is unknown whether {count_of(readers, 'more reader')} got the wrong version{where}.",
        f"Find out, then correct again, which reaches them: {command('reconcile', issue)}",
    )
