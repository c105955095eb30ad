"""Who was refused since the last acceptance: at fault themselves, or refused with everybody else."""

from dataclasses import dataclass, field

from sqlalchemy import Connection

from newsletter.delivery.outcomes import Outcome, Refused, accepted_of, overall, refused_of
from newsletter.delivery.policy import Doubt
from newsletter.delivery.states import MailingState
from newsletter.store.ledger import mailings, outcomes
from newsletter.store.ledger.claims import Alone
from newsletter.store.ledger.transitions import Claim

ALL_REFUSED = "The provider refused everybody: "


@dataclass(slots=True)
class Refusals:
    """What a pump remembers of refusals. ``span`` are the reader ids of the batch that began a doubt.

    As many readers as one round of requests holds, at most: before it is more, the pace stops sending.
    """

    readers: list[int] = field(default_factory=list)
    words: str = ""
    span: tuple[int, int] = (0, 0)

    def note(self, claimed: Claim, outcome: Outcome, *, doubted: bool) -> None:
        """Remember an answer; ``doubted`` while an acceptance does not clear the readers before it."""
        readers = len(claimed.readers)
        if accepted_of(outcome, readers):
            if not doubted:
                self.readers.clear()
            return  # who was refused while others were accepted is at fault alone
        refused = refused_of(outcome, readers)
        self.readers += [claimed.readers[place].id for place in refused]
        said = overall(outcome, readers)
        if isinstance(said, Refused):
            self.words = said.reason
        elif refused:
            self.words = next(iter(refused.values()))

    def begin_doubt(self, claimed: Claim) -> None:
        """Remember the batch whose refusal is doubted."""
        self.span = claimed.readers[0].id, claimed.readers[-1].id

    def next_asked(self, doubt: Doubt) -> Alone:
        """Return which single reader is asked about next."""
        return Alone(*self.span, elsewhere=doubt.elsewhere)

    def judge(
        self, connection: Connection, mailing_id: int, *, now: int, stopped: bool, doubted: bool
    ) -> None:
        """Decide about those who were refused, once nothing is on the wire.

        The mailing may be at fault: if it reached nobody, or when sending stopped before that was found out.
        Then they wait again, instead of counting as rejected, and a mailing that came to its end pauses.
        """
        stopped = stopped or mailings.get(connection, mailing_id).state != MailingState.SENDING
        nobody = not mailings.reached_anybody(connection, mailing_id)
        if nobody or (stopped and doubted):
            outcomes.take_back(connection, mailing_id, self.readers, now=now)
        if nobody and not stopped:
            mailings.pause(connection, mailing_id, note=ALL_REFUSED + self.words)
