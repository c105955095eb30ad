"""Who a mailing is for, as an observer outside knows it: its list when it was planned, a line for each."""

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from simulation.checker import Mail, Observed


def too_many_lines(world: "Observed") -> Iterator[str]:
    """Yield who has more lines among an issue's recipients than lists that it went to and they may be on."""
    for issue, export in world.exports.items():
        planned = {plan.list_id for plan in world.plans if plan.issue == issue}
        lines = Counter(row["email"] for row in export.recipients if row["email"])
        for email, times in lines.items():
            if email not in world.uncertain and times > max(1, len(planned & _lists_of(world, email))):
                states = [row["state"] for row in export.recipients if row["email"] == email]
                yield f"{issue}: {email} has {times} lines: {states}"


def _lists_of(world: "Observed", email: str) -> set[str]:
    """Return the lists that a reader may have been on at any time."""
    return {*world.listed.get(email, ()), *(move.list_id for move in world.moves.get(email, ()))}


def on_the_list_too_late(world: "Observed") -> Iterator[str]:
    """Yield who got an issue by a list that they were not on when it was planned: they came later."""
    if world.put_back:
        return
    for mail in world.taken:
        plans = [
            plan.turn
            for plan in world.plans
            if (plan.issue, plan.list_id) == (mail.issue, mail.list_id) and plan.turn <= mail.chosen
        ]
        if plans and mail.email not in world.uncertain and not any(_on_it(world, mail, at) for at in plans):
            yield f"{mail.email} came on the list after {mail.issue} was planned ({mail.attempt[-4:]})"


def _on_it(world: "Observed", mail: "Mail", turn: int) -> bool:
    """Say whether a mail's reader may have been on its list by a turn."""
    moves = [
        move.away
        for move in world.moves.get(mail.email, ())
        if move.list_id == mail.list_id and move.turn <= turn
    ]
    return not moves[-1] if moves else mail.list_id in world.listed.get(mail.email, ())


def missed_by_a_correction(world: "Observed") -> Iterator[str]:
    """Yield who was known to have a wrong version when a correction was planned, and is not in it."""
    first: dict[tuple[str, str], int] = {}
    for plan in world.plans:
        if ".correction-" in plan.issue:
            first.setdefault((plan.issue, plan.list_id), plan.turn)
    for (issue, list_id), turn in first.items():
        export, original = world.exports.get(issue), issue.partition(".")[0]
        began = any((mail.issue, mail.list_id) == (issue, list_id) for mail in world.taken)
        if export is None or not began or export.cancelled or world.exports[original].cancelled:
            continue
        [version] = {mail.version for mail in world.taken if mail.issue == issue} or {""}
        known = {row["email"] for row in export.recipients}
        for mail in world.taken:
            wrong = mail.issue == original and mail.version != version and mail.taken < turn
            if wrong and version and _stayed(world, mail, list_id) and mail.email not in known:
                yield f"{mail.email} was known to have {original} wrong, and {issue} left them out"


def _stayed(world: "Observed", mail: "Mail", list_id: str) -> bool:
    """Say whether a mail was answered in time and arrived, and its reader never left a list."""
    arrived = mail.end == "delivered" and mail.attempt in world.answered and mail.attempt not in world.late
    return arrived and list_id in world.listed.get(mail.email, ()) and not world.moves.get(mail.email)
