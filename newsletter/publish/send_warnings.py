"""What the ledger knows that an editor should know before a send."""

from newsletter.errors import Finding
from newsletter.publish.draft import Draft
from newsletter.wiring import Wiring


def send_warnings(wiring: Wiring, draft: Draft, *, subject: str, readers: int) -> tuple[Finding, ...]:
    """Return warnings that compare a first send with those before it."""
    from newsletter.checks import history as judge
    from newsletter.store.accounts import history
    from newsletter.store.database import read

    issue, identity = draft.issue, wiring.settings.provider_identity
    with read(wiring.engine) as connection:
        known = judge.History(
            audiences=history.audiences(connection, identity, but=issue.id),
            subjects=history.subjects(connection, identity, but=issue.id),
            dates=history.dates(connection, identity, but=issue.id),
            site_problem=wiring.site_problem(),
        )
    return tuple(
        judge.send_warnings(
            known,
            issue=issue.id,
            subject=subject,
            date=draft.date,
            readers=readers,
            file=issue.file,
            lines=issue.front_lines,
        )
    )
