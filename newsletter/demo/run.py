"""What the demo does: import, send, kill the sender half way, go on, and count where the mail arrives.

Who got what is read from the local SendGrid's file, and who should have got it from the file of readers: the
ledger, whose word is being tried, is not asked.
"""

from collections.abc import Callable, Mapping, Set
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from threading import Event
from time import monotonic

from newsletter.demo.commands import KILLED, WORK_LEFT, Ended, Process, run_command
from newsletter.demo.publication import LIST, READERS_FILE, DemoPublication
from newsletter.environment import environment_with
from newsletter.errors import DeliveryError
from newsletter.progress import Progress
from newsletter.sandbox.file.arrivals import Arrivals

REQUESTS = 25  # how many a whole send is cut into: a middle to be killed in, and pauses between them
TIMEOUT_SECONDS = 5  # a local server answers sooner; silence proves something only after a multiple of this
PATIENCE_SECONDS = 120.0
ASK_AGAIN_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Scale:
    """How many readers, and over how many seconds a send to all is spread, so that it can be watched."""

    readers: int = 5_000
    seconds: float = 5.0

    def environment(self) -> dict[str, str]:
        """Return the settings that make it so.

        One request at a time, so that a kill leaves one in doubt at most; and no time for reports to be late,
        since the local SendGrid knows of its mail at once.
        """
        return environment_with(
            {
                "NEWSLETTER_DELIVERY__THREADS": "1",
                "NEWSLETTER_DELIVERY__TIMEOUT_SECONDS": str(TIMEOUT_SECONDS),
                "NEWSLETTER_DELIVERY__BATCH_SIZE": str(min(1000, max(1, self.readers // REQUESTS))),
                "NEWSLETTER_DELIVERY__RATE_PER_SECOND": str(self.readers / self.seconds),
                "NEWSLETTER_DELIVERY__WEBHOOK_LAG_MINUTES": "0",
            }
        )


@dataclass(frozen=True, slots=True)
class Arrival:
    """What was counted where the mail arrives, address by address. ``astray`` got it, but should not."""

    wanted: int
    once: int
    twice: int
    missing: int
    astray: int

    @property
    def right(self) -> bool:
        """Say whether everyone who should got it once, and nobody else."""
        return self.once == self.wanted and not (self.twice or self.missing or self.astray)

    def as_dict(self) -> dict[str, int]:
        """Return the counts as the document ``--json`` prints."""
        return asdict(self)


def count_arrivals(wanted: Set[str], excluded: Set[str], arrivals: Mapping[str, int]) -> Arrival:
    """Compare who was to get an issue, and who was not, with how many mails of it arrived at each address."""
    return Arrival(
        wanted=len(wanted),
        once=sum(arrivals.get(address, 0) == 1 for address in wanted),
        twice=sum(arrivals.get(address, 0) > 1 for address in wanted),
        missing=sum(address not in arrivals for address in wanted),
        astray=sum(address in arrivals for address in excluded),
    )


def check_same_sends(publication: DemoPublication, arrivals: Arrivals) -> None:
    """Raise DeliveryError when the inbox or the database was deleted, and the other was not."""
    from newsletter import publish

    proof = publish.status(publication.wiring, publication.issue) if publication.wiring.has_database else None
    known, arrived = proof.accepted if proof else 0, arrivals.mails()
    if arrived < known or (proof is None and arrived):
        raise DeliveryError(
            f"The database knows of {known:,} mails of “{publication.issue}”, and {arrived:,} lie in the"
            " inbox: one of the two files was deleted.",
            hint=f"To begin again, delete both: {publication.shown_database} and {publication.shown_inbox}",
        )


def _not_watched(_process: Process) -> None:
    """Let a command run."""


class Demo:
    """Send to the readers of a publication; ``arrivals`` counts what arrives there.

    ``say`` shows a line, ``bar`` lends progress, ``program`` is this program as one types it.
    """

    def __init__(
        self,
        publication: DemoPublication,
        arrivals: Arrivals,
        scale: Scale,
        say: Callable[[str], None],
        bar: Callable[[], AbstractContextManager[Progress]],
        *,
        program: str = "newsletter",
    ) -> None:
        self._publication = publication
        self._arrivals = arrivals
        self._environment = scale.environment()
        self._say = say
        self._bar = bar
        self._program = program

    def run(self) -> Arrival:
        """Run from the import to the count.

        Raises DeliveryError when a command fails, with its words, and when the inbox and the database do not
        hold the same sends, so that nothing could be counted.
        """
        publication = self._publication
        check_same_sends(publication, self._arrivals)
        self._import()
        left = len(publication.wanted - self._arrivals.by_address().keys())
        killed = left > 1 and self._send_and_kill(self._arrivals.mails() + left // 2)
        if killed:
            self._say("  The same command again:")
        self._send_to_the_end(left)
        return count_arrivals(publication.wanted, publication.excluded, self._arrivals.by_address())

    def _import(self) -> None:
        report = self._run("subscribers", "import", READERS_FILE, "--list", LIST).document
        rows, wanted = report["rows"], len(self._publication.wanted)
        self._say(
            f"  {rows:,} made-up readers; {rows - wanted:,} left, bounced or never confirmed, and stay out."
        )

    def _send_and_kill(self, half: int) -> bool:
        """Send, and kill the sender without warning once ``half`` mails have arrived; say whether it was."""
        ended = self._watched_send(kill_at=half)
        if ended.code == KILLED:
            self._say(f"  kill -9 {ended.pid}: the sender is dead. {self._so_far()}")
        else:
            self._say("  The sender was through before it could be killed half way.")
        return ended.code == KILLED

    def _send_to_the_end(self, left: int) -> None:
        """Send what is left, and reconcile what was on its way when the sender died."""
        proof = self._watched_send().document
        self._say(f"  {self._so_far()}" if left else "  Everyone has it already: nobody was mailed again.")
        if proof["unknown"]:
            self._reconcile(proof["unknown"])

    def _reconcile(self, unknown: int) -> None:
        """Ask the provider about what was on the wire, and mail what it never got."""
        self._say(f"  What became of {unknown:,} the sender cannot know: they were on the wire when it died.")
        self._say("  They are not sent again on a guess: the provider is asked.")
        words = ("reconcile", self._publication.issue, "--policy", "resend")
        proof = self._run(*words, may_end=(0, WORK_LEFT)).document
        if proof["unknown"]:
            proof = self._asked_again(words, proof["unknown"])
        if proof["pending"]:
            self._say("  It never got these; they are mailed now.")
            self._run("resume", self._publication.issue, may_end=(0, WORK_LEFT))
            self._say(f"  {self._so_far()}")
        elif not proof["unknown"]:
            self._say("  It has them.")

    def _asked_again(self, words: tuple[str, ...], unknown: int) -> Mapping[str, int]:
        """Ask until silence proves that a request never arrived: at once it proves nothing."""
        self._say(f"  It says nothing of {unknown:,}. So soon, that proves nothing: waiting until it does …")
        proof: Mapping[str, int] = {}
        end = monotonic() + PATIENCE_SECONDS
        while monotonic() < end and proof.get("unknown", 1):
            self._publication.wiring.clock.wait(ASK_AGAIN_SECONDS, Event())
            proof = self._insist(words, self._start(words, _not_watched), (0, WORK_LEFT)).document
        return proof

    def _watched_send(self, kill_at: int | None = None) -> Ended:
        """Send with its progress shown; kill the sender once so many mails have arrived."""

        def look(process: Process) -> None:
            arrived = self._arrivals.mails()
            progress("arrived", arrived, len(publication.wanted))
            if kill_at is not None and arrived >= kill_at:
                process.kill()

        publication, words = self._publication, ("send", self._publication.issue, "--list", LIST, "--yes")
        self._show(words)
        with self._bar() as progress:
            ended = self._start(words, look)
        return self._insist(words, ended, (0, WORK_LEFT) if kill_at is None else (0, WORK_LEFT, KILLED))

    def _run(self, *words: str, may_end: tuple[int, ...] = (0,)) -> Ended:
        self._show(words)
        return self._insist(words, self._start(words, _not_watched), may_end)

    def _start(self, words: tuple[str, ...], look: Callable[[Process], None]) -> Ended:
        return run_command([*words, "--json"], self._publication.folder, self._environment, look)

    def _show(self, words: tuple[str, ...]) -> None:
        self._say(f"$ {self._program} {' '.join(words)}")

    def _insist(self, words: tuple[str, ...], ended: Ended, may_end: tuple[int, ...]) -> Ended:
        if ended.code in may_end:
            return ended
        raise DeliveryError(f"newsletter {' '.join(words)} failed:\n{ended.messages.rstrip()}")

    def _so_far(self) -> str:
        return f"{self._arrivals.mails():,} of {len(self._publication.wanted):,} mails have arrived."
