"""What the ledger knows that an editor should know before a send."""

from newsletter.errors import Finding
from newsletter.publish.draft import Draft
from newsletter.wiring import Wiring


def send_warnings(wiring: Wiring, draft: Draft, *, subject: str, readers: int) -> tuple[Finding, ...]:
    """Return warnings that compare a first send with those before it."""
    from newsletter.checks.history import History, Upcoming
    from newsletter.checks.history import send_warnings as judge
    from newsletter.store.accounts import history
    from newsletter.store.database import read

    issue, identity = draft.issue, wiring.settings.provider_identity
    with read(wiring.engine) as connection:
        before = History(
            audiences=history.audiences(connection, identity, but=issue.id),
            subjects=history.subjects(connection, identity, but=issue.id),
            dates=history.dates(connection, identity, but=issue.id),
            site_problem=wiring.site_problem(),
        )
    upcoming = Upcoming(issue.id, subject, draft.date, readers)
    return judge(before, upcoming, file=issue.file, lines=issue.front_lines)
