"""What becomes of a valid request of mail: kept, some of it dropped or left to wait, and soon reported on."""

import secrets
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from newsletter.sandbox.behaviour.outcomes import drop_reason, lists_consulted, outcome_of
from newsletter.sandbox.file import messages, report_queue, suppressions
from newsletter.sandbox.file.database import Connection, File
from newsletter.sandbox.file.dispositions import SCHEDULED
from newsletter.sandbox.file.message import recipients_of, subject_of
from newsletter.sandbox.file.suppressions import Suppression

SECOND = 1_000_000


def accept(file: File, body: bytes, request: Mapping[str, Any], received_at: int) -> str:
    """Keep a valid request and return its message id, once it is committed.

    ``body`` is the JSON that ``request`` was read from; ``received_at`` microseconds since 1970. Raises
    StoreError when the file cannot be written: then nothing of it is kept.
    """
    arguments = request.get("custom_args", {})
    accepted = messages.Accepted(
        message_id=secrets.token_urlsafe(16),
        received_at=received_at,
        subject=request.get("subject", ""),
        issue=arguments.get("nl_issue"),
        body=body,
        batch_id=request.get("batch_id"),
        attempt=arguments.get("nl_attempt"),
    )
    rows = list(_rows(request, accepted))
    at_once = [email for _, email, _, _, due_at in rows if due_at is None]
    consulted = lists_consulted(request.get("mail_settings", {}))
    with file.writing() as connection:
        dropped = process(connection, at_once, consulted, received_at // SECOND)
        first, last = messages.insert(
            connection,
            accepted,
            [(*row, dropped.get(row[1]) if row[4] is None else SCHEDULED) for row in rows],
        )
        if at_once:
            report_queue.add(connection, first, last, received_at)
    return accepted.message_id


def process(
    connection: Connection, emails: Collection[str], consulted: Collection[str], at: int
) -> dict[str, str]:
    """Process mail to these addresses at ``at`` (seconds): return which are dropped, with the reason.

    ``consulted`` are the lists that hold mail back. An address that simulates a bounce or a complaint is put
    on its list.
    """
    reasons = {
        email: drop_reason(lists, consulted)
        for email, lists in suppressions.lists_of(connection, emails).items()
    }
    dropped = {email: reason for email, reason in reasons.items() if reason}
    outcomes = [(email, outcome_of(email)) for email in emails if email not in dropped]
    suppressions.put(
        connection,
        [
            (outcome.suppresses, Suppression(email, at, outcome.reason, outcome.status))
            for email, outcome in outcomes
            if outcome.suppresses
        ],
    )
    return dropped


def _rows(
    request: Mapping[str, Any], accepted: messages.Accepted
) -> Iterator[tuple[int, str, str | None, str | None, int | None]]:
    """Yield a row per reader; a subject or an issue is kept only where it is not the request's own."""
    for position, personalization in enumerate(request["personalizations"]):
        subject = subject_of(request, personalization)
        issue = personalization.get("custom_args", {}).get("nl_issue", accepted.issue)
        due_at = personalization.get("send_at", request.get("send_at"))
        waits = due_at is not None and due_at * SECOND > accepted.received_at
        for email in recipients_of(personalization):
            yield (
                position,
                email.lower(),
                None if subject == accepted.subject else subject,
                None if issue == accepted.issue else issue,
                due_at * SECOND if waits else None,
            )
