"""What must be true of decisions and reports: a decision rests on evidence, and a report ends all doubt.

Like the rest of the judge it knows what the provider took and told, and what an editor can export.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simulation.checker import Mail, Observed

SECOND = 1_000_000
GUESSED = "I guess"
GIVES_UP = "resend", "drop"
TOO_EARLY = (3 * 30 + 30 + 30 * 60) * SECOND  # until then, that no report came proves nothing
ABOUT_THEN = (600 + 60) * SECOND  # requests as close as that show whether reports come
NEEDED = 6  # of them, of which something must be known


@dataclass(frozen=True)
class Ruling:
    """What was decided about a request, on what evidence, and when by the machine's clock."""

    attempt: str
    verdict: str
    evidence: str
    at: int


def by_reports(world: "Observed") -> Iterator[str]:
    """Yield who was mailed again, or does not count as accepted, though a report showed that they have it."""
    mails: dict[tuple[str, str], list[Mail]] = defaultdict(list)
    for mail in world.taken:
        mails[mail.issue, mail.email].append(mail)
    for (issue, email), got in mails.items():
        first = min(world.report_turn.get(mail.attempt, 1 << 60) for mail in got)
        for mail in got:
            if mail.chosen > first:
                yield f"{email} was mailed {issue} in {mail.attempt[-4:]}, after a report that they have it"
    for issue, export in world.exports.items():
        accepted = {row["email"] for row in export.recipients if row["state"] == "accepted"}
        for email in {row["email"] for row in export.recipients} - accepted - {""}:
            if any(mail.attempt in world.report_turn for mail in mails[issue, email]):
                yield f"{issue}: {email} does not count as accepted, though the provider told"


def on_evidence(world: "Observed") -> Iterator[str]:
    """Yield decisions that rest on nothing."""
    if world.put_back:
        return  # by what clock was it too early?
    for issue, export in world.exports.items():
        decided: set[str] = set()
        for made in export.decisions:
            answered = world.answered.get(made.attempt)
            if answered is not None and made.at > answered and made.attempt not in decided:
                yield f"{issue}: {made.attempt[-4:]} was decided ({made.verdict}), though its answer had come"
            decided.add(made.attempt)
            for why in _against(world, made):
                yield f"{issue}: {made.attempt[-4:]} {why}: {made.verdict}, {made.evidence}"


def _against(world: "Observed", made: Ruling) -> Iterator[str]:
    """Yield what speaks against a decision that a request was not taken, or against somebody's word."""
    posted = {post.attempt: post.at for post in world.posts}
    taken = any(mail.attempt == made.attempt for mail in world.taken)
    given_up = made.verdict in GIVES_UP
    if given_up and made.at < posted[made.attempt] + TOO_EARLY:
        yield "was given up while the provider might still be at it"
    if (given_up or made.evidence == GUESSED) and world.report_time.get(made.attempt, made.at) < made.at:
        yield "was decided though a report had come"
    if made.evidence == GUESSED:
        if taken and world.searchable:
            yield "was decided by a word, though the provider has it"
    elif given_up:
        if taken and not world.reports_lost:
            yield "was given up, and had been taken"
        if _known_about_then(world, posted, made) < NEEDED:
            yield "was given up without evidence"


def _known_about_then(world: "Observed", posted: dict[str, int], made: Ruling) -> int:
    """Count the requests sent about when a decided one was of which a search or reports tell."""
    about = {
        attempt
        for attempt, at in posted.items()
        if abs(at - posted[made.attempt]) < ABOUT_THEN and attempt != made.attempt
    }
    if made.evidence.startswith("Asked") and world.searchable:
        return len(about & {mail.attempt for mail in world.taken})
    return len(about & {attempt for attempt, at in world.report_time.items() if at <= made.at})
