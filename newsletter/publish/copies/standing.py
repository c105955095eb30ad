"""What a comparison with the log of requests found, and the sentences an editor reads about it."""

from typing import NamedTuple

from newsletter.instants import shown
from newsletter.sentences import command, count_of

EXAMPLE_REASON = "the old machine is switched off"


class LostIssue(NamedTuple):
    """Requests of an issue that the log has and the database does not; the last one left at ``until``."""

    issue: str
    requests: int
    readers: int
    until: int

    def __str__(self) -> str:
        requests, readers = count_of(self.requests, "request"), count_of(self.readers, "reader")
        return f"{requests} that mailed “{self.issue}” to {readers}, the last at {shown(self.until)}"


class Standing(NamedTuple):
    """Whether the database is the one that sent last: issues whose requests it lost; a doubt of the whole.

    ``doubt`` is a sentence without its end, or nothing; ``foreign``, that the log is another publication's.
    """

    lost: tuple[LostIssue, ...] = ()
    doubt: str = ""
    foreign: bool = False

    @property
    def sure(self) -> bool:
        """Say whether it is the one that sent last."""
        return not self.lost and not self.doubt

    @property
    def why(self) -> str:
        """Return the sentences that say why it may not be; nothing where it is."""
        if self.lost:
            lost = "; ".join(map(str, self.lost))
            return f"This database is older than what was sent: it does not know of {lost}."
        if self.foreign:
            return f"{self.doubt}, and the own one alone tells what this database may have lost."
        return f"{self.doubt}. Two copies that both send would mail everyone twice." if self.doubt else ""

    @property
    def way_on(self) -> str:
        """Return the lines that say what to do about it; nothing where there is nothing to do."""
        if self.lost:
            commands = "\n".join(f"  {command('reconcile', lost.issue)}" for lost in self.lost)
            return (
                f"Take them in, so that nobody in them is mailed again, and find out who has it:\n{commands}"
            )
        if not self.doubt:
            return ""
        if self.foreign:
            return (
                "Put this publication's own newsletter.requests.log in its place. If there is none, move\n"
                "  this one out of the folder. If a send still refuses then, make sure that no other copy\n"
                f"  sends, and say that this one does: {command('adopt', '--because', EXAMPLE_REASON)}"
            )
        return (
            "Make sure that no other copy sends, and that none sent since this one was made. If a newer\n"
            "  newsletter.requests.log is left anywhere, put it here first.\n"
            f"  Then say that this one does: {command('adopt', '--because', EXAMPLE_REASON)}"
        )
