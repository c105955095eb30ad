"""A proof as a person reads it, and the commands that go on from there."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from newsletter.backgrounds.names import background_corrected
from newsletter.cli.terminal.output import alarm, say, warn
from newsletter.delivery.states import MailingState, RecipientState
from newsletter.instants import shown
from newsletter.sentences import UNFAMILIAR, command, count_of

if TYPE_CHECKING:
    from newsletter import Decided, Proof, Standing

# What should never have happened: the sentence for one, and for more.
ALARMS = {
    "accepted_twice": ("reader was accepted twice.", "readers were accepted twice."),
    "unknown_request": (
        "report is about a request that this ledger never made: look for another copy of the ledger.",
        "reports are about requests that this ledger never made: look for another copy of the ledger.",
    ),
    "never_mailed": (
        "event is about a reader who was never mailed this issue.",
        "events are about readers who were never mailed this issue.",
    ),
    "more_delivered_than_accepted": (
        "more reader was delivered to than accepted.",
        "more readers were delivered to than accepted.",
    ),
    "miscounted": (
        "batch does not hold as many readers as it counts.",
        "batches do not hold as many readers as they count.",
    ),
}


CANDIDATES = "= candidates"


def warn_unless_sure(standing: "Standing") -> None:
    """Warn of a database that may not be the one that sent last, with what to do."""
    if not standing.sure:
        warn(f"Nothing can be sent from here. {standing.why}\n  {standing.way_on}")


def show_proof(proof: "Proof") -> None:
    """Show a proof to a person: a line each, adding up to the candidates."""
    say(f"{proof.issue}: {proof.state}" + (f" ({proof.note})" if proof.note else ""))
    rows: list[tuple[str, int]] = [
        (RecipientState.ACCEPTED, proof.accepted),
        (RecipientState.REJECTED, proof.rejected),
    ]
    rows += [(f"excluded, {reason}", n) for reason, n in sorted(proof.excluded.items())]
    rows += [(RecipientState.UNKNOWN, proof.unknown), (RecipientState.PENDING, proof.pending)]
    rows += [(CANDIDATES, proof.candidates)]
    width = max(len(name) for name, _ in rows)
    for name, n in rows:
        if n or name in (RecipientState.ACCEPTED, CANDIDATES):
            say(f"  {name:<{width}}  {n:>10,}")
    if proof.reported:
        counts = ", ".join(f"{kind} {n:,}" for kind, n in sorted(proof.reported.items()))
        say(f"  Reported by the provider: {counts}")
    if proof.unfamiliar:
        more = count_of(proof.unfamiliar, "more reader")
        say(f"  It went to up to {more} that this database does not recognise: {UNFAMILIAR}.")
    for adoption in proof.adoptions:
        say(f"  Adopted by {adoption.person} at {shown(adoption.at)}: {adoption.reason}")
    for kind, n in sorted(proof.alarms.items()):
        alarm(count_of(n, *ALARMS.get(kind, (kind,))))
    if proof.provider == "sandbox":
        say("Local SendGrid: nobody was really mailed.")


def show_decisions(decisions: "Sequence[Decided]") -> None:
    """Show the latest decision on each request without an answer, those of the same verdict together."""
    latest = {decision.batch: decision for decision in decisions}
    for verdict in dict.fromkeys(decision.verdict for decision in latest.values()):
        same = [decision for decision in latest.values() if decision.verdict == verdict]
        readers = sum(decision.readers for decision in same)
        requests = f" in {len(same):,} requests" if len(same) > 1 else ""
        say(f"  {count_of(readers, 'reader')} without an answer{requests}: {verdict}. {same[-1].evidence}")


def way_to_send(issue: str) -> str:
    """Return the command that goes on with an issue: with every list, where it corrects a background."""
    background = background_corrected(issue)
    return command("correct", "--background", background) if background else command("resume", issue)


def way_on(proof: "Proof") -> str:
    """Return the lines that say how to go on, or nothing when the proof is complete."""
    from newsletter.delivery.proof import AWAITS_APPROVAL

    resume = way_to_send(proof.issue)
    if proof.state == MailingState.HELD and proof.note == AWAITS_APPROVAL:
        return f"A second person approves it with: {command('approve', proof.issue)}"
    if proof.state == MailingState.SCHEDULED:
        return f"`newsletter serve` sends it then, or: {resume}"
    if proof.state == MailingState.SENDING and not proof.note:
        return "It is being sent now."
    if proof.pending:
        readers = count_of(proof.pending, "reader is", "readers are")
        return f"{readers} still to be mailed. Go on with: {resume}"
    if proof.unknown:
        return (
            f"{count_of(proof.unknown, 'reader')} got no clear answer; nobody is mailed again on a guess.\n"
            f"Find out with: {command('reconcile', proof.issue)}\n"
            f"List them: {command('recipients', proof.issue, '--state', RecipientState.UNKNOWN)}"
        )
    return f"Nobody is left to mail. To close it: {resume}" if proof.state == MailingState.SENDING else ""


def next_steps(proof: "Proof") -> str:
    """Return the lines that say what to look at once an issue is sent."""
    lines = [f"Who got it and who did not: {command('recipients', proof.issue)}"]
    if proof.provider == "sandbox":
        lines.insert(0, "Read it as each reader got it: newsletter sandbox")
    return "\n".join(lines)
