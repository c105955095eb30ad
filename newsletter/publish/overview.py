"""All issues at a glance: what each is called, when it is of, and how it stands."""

from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from newsletter.delivery.proof import Proof
from newsletter.delivery.states import MailingState
from newsletter.editorial import read_source
from newsletter.editorial.faults import Faults
from newsletter.editorial.fields import plain_tokens
from newsletter.editorial.front import read_date, read_front
from newsletter.editorial.source import without_odd_characters
from newsletter.errors import NewsletterError, StoreError
from newsletter.files.issues import issue_by_id, issue_ids
from newsletter.publish.mailed import mailed_issues, status
from newsletter.wiring import Wiring


class IssueLine(NamedTuple):
    """An issue in a list of all. ``proof`` is None for one that was never sent; ``fault`` says what is wrong.

    ``subject`` has each merge field's default in its place. What cannot be read is empty.
    """

    id: str
    subject: str
    date: str
    state: MailingState
    proof: Proof | None
    fault: str = ""


class Overview(NamedTuple):
    """All issues, the latest first; ``fault`` says why the database could not be asked."""

    issues: Sequence[IssueLine]
    fault: str = ""


def overview(wiring: Wiring) -> Overview:
    """Return every issue with a file, and those that were sent and have none. No database is made for it."""
    ids = issue_ids(wiring.settings.root)
    fault, mailed = "", []
    try:
        mailed = mailed_issues(wiring)
    except StoreError as error:
        fault = str(error)
    known = {*ids, *mailed}
    lines = _lines(wiring, known, frozenset(mailed))
    return Overview(sorted(lines, key=lambda line: (line.date, line.id), reverse=True), fault)


def _lines(wiring: Wiring, known: Collection[str], mailed: frozenset[str]) -> Iterator[IssueLine]:
    for issue in known:
        proof = status(wiring, issue) if issue in mailed else None
        state = proof.state if proof else MailingState.DRAFT
        try:
            subject, date = _head(wiring, issue)
            yield IssueLine(issue, subject, date, state, proof)
        except NewsletterError as error:
            yield IssueLine(issue, "", "", state, proof, error.message)


def _head(wiring: Wiring, issue: str) -> tuple[str, str]:
    from newsletter.rendering.merge import with_defaults

    file = issue_by_id(wiring.settings.root, issue)
    faults = Faults(file.name)
    clean = without_odd_characters(read_source(file.data, file.name), faults)
    front = read_front(clean.split("\n"), faults)
    date = read_date(front, faults)
    subject = with_defaults(plain_tokens(front.values.get("subject", ""), 1, faults))
    return subject, str(date) if date else ""
