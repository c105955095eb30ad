"""What left that must not have: stopped, early, unapproved, again, too much, or with another text."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simulation.checker import Observed, Plan

NEVER = 1 << 60  # a turn that never comes
LONGEST_HELD = 90_000_000  # microseconds for which a choice of readers holds


def in_time(world: "Observed") -> Iterator[str]:
    """Yield what left before its time or its approval, too long after a choice of readers, or too much."""
    for post in world.posts:
        plans = [
            plan for plan in world.plans if plan.issue == post.issue and plan.turn < post.turn and plan.is_new
        ]
        if plans and not world.put_back and all(post.at < plan.due_at for plan in plans):
            yield f"{post.issue} was due later than it was posted ({post.attempt[-4:]})"
        if world.approvals is not None and not any(
            (made.issue, made.version) == (post.issue, post.version) and made.turn <= post.turn
            for made in world.approvals
        ):
            yield f"{post.issue}, “{post.version}”, was posted before anybody approved it"
        if post.at - post.chosen_at > LONGEST_HELD:
            yield f"{post.issue} was posted long after its readers were chosen ({post.attempt[-4:]})"
    if world.warm_up is not None:
        yield from _too_many_a_day(world, *world.warm_up)


def stopped(world: "Observed") -> Iterator[str]:
    """Yield what left after it was paused or cancelled, unless another command began or was on its way."""
    for stop in world.stops:
        plans = [plan.turn for plan in world.plans if plan.issue == stop.issue]
        again = min((turn for turn in world.goings_on if turn > stop.began), default=NEVER)
        planned = min((turn for turn in plans if turn > stop.began), default=NEVER)
        # Who planned to go on with what was not stopped by then must not.
        unaware = {
            plan.command
            for plan in world.plans
            if plan.issue == stop.issue and plan.turn < stop.turn and plan.state not in ("paused", "held")
        }
        for post in world.posts:
            if post.issue != stop.issue or post.turn <= stop.turn:
                continue
            others = stop.commands - {stop.sender}
            before = planned if stop.for_good and not others else again
            too_late = not others or (others == {post.command} and post.command in unaware)
            if too_late and post.turn < before:
                yield f"{post.issue} was stopped in turn {stop.turn}, and posted in {post.turn}"


def mailed_again(world: "Observed") -> Iterator[str]:
    """Yield who was in another request after a report had shown that they have the issue."""
    for first in world.posts:
        reported = world.report_turn.get(first.attempt, NEVER)
        has = {mail.email for mail in world.taken if mail.attempt == first.attempt}
        later = [
            (post, has.intersection(post.addressed))
            for post in world.posts
            if post.issue == first.issue and post.turn > first.turn and post is not first
        ]
        # What went out again in pieces before is known no longer as one.
        if any(again and post.turn <= reported for post, again in later):
            continue
        for post, again in later:
            if again and post.turn > reported:
                yield f"{sorted(again)} were reported to have {post.issue}, and were in {post.attempt[-4:]}"


def texts(world: "Observed") -> Iterator[str]:
    """Yield what was mailed with another text than was planned."""
    if world.approvals is not None:
        return  # then the text that was approved is what counts
    for post in world.posts:
        planned = {
            plan.version for plan in world.plans if plan.issue == post.issue and plan.turn <= post.turn
        }
        if post.version not in planned:
            yield f"{post.issue} was mailed as “{post.version}”, which nobody planned ({post.attempt[-4:]})"
    for plan in world.plans:
        if plan.is_new and plan.kind != "correction":
            corrected = _corrected_before(world, plan)
            # A later correction that reached nobody yet is as right: its text is the newer one.
            since = {
                other.version
                for other in world.plans
                if corrected and other.kind == "correction" and corrected.turn <= other.turn < plan.turn
            }
            if corrected and plan.version not in since:
                yield f"{plan.issue} was planned as “{plan.version}” again, in turn {plan.turn}"


def _corrected_before(world: "Observed", plan: "Plan") -> "Plan | None":
    """Return the latest correction of an issue that was over, and had reached somebody, before a plan."""
    made = [
        other
        for other in world.plans
        if other.kind == "correction"
        and (other.issue.partition(".")[0], other.list_id) == (plan.issue, plan.list_id)
        and 0 < other.done < plan.turn
        and any(post.command == other.command and post.turn < plan.turn for post in world.posts)
        and any(mail.issue == other.issue and mail.taken < plan.turn for mail in world.taken)
    ]
    return max(made, key=lambda other: other.turn, default=None)


def two_began(world: "Observed") -> Iterator[str]:
    """Yield a command that began an issue though another had, after it was planned."""
    for plan in world.plans:
        if not plan.is_new or not plan.done or not plan.readers:
            continue
        # A command that posted first had begun by then; how long it stands still at its end says nothing.
        own = [post.turn for post in world.posts if post.command == plan.command]
        began = min(own, default=plan.done)
        for other in world.plans:
            if other is plan or other.issue != plan.issue or not other.is_new:
                continue
            if any(post.command == other.command and plan.turn < post.turn < began for post in world.posts):
                yield f"{plan.command} and {other.command} both began {plan.issue}"


def undone(world: "Observed") -> Iterator[str]:
    """Yield what was said to be taken back though some of it had left."""
    for undone in world.undone:
        plans = [
            plan.turn
            for plan in world.plans
            if plan.issue == undone.issue and plan.is_new and plan.turn < undone.turn
        ]
        taken = [
            mail
            for mail in world.taken
            if mail.issue == undone.issue and max(plans, default=NEVER) < mail.chosen < undone.turn
        ]
        if taken:
            yield f"{undone.issue} was undone in turn {undone.turn}, and {len(taken)} have it"


def _too_many_a_day(world: "Observed", start: date, first: int, growth: float) -> Iterator[str]:
    when = {post.attempt: datetime.fromtimestamp(post.at / 1e6, UTC).date() for post in world.posts}
    words = {attempt for export in world.exports.values() for attempt in export.words}
    counted = [mail.attempt for mail in world.taken if mail.attempt not in words]
    for day, mails in Counter(when[attempt] for attempt in counted).items():
        if mails > first * growth ** max(0, (day - start).days):
            yield f"{mails} were mailed on {day}, more than a new sender may"
