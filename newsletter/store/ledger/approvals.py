"""Approvals: a second person's signature over a mailing's manifest, and the manifest as it is now."""

from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select

from newsletter.store.tables import approval


@dataclass(frozen=True, slots=True)
class Approval:
    """Who signed which manifest (its very bytes), when (microseconds since 1970, UTC)."""

    approver: str
    manifest: str
    signature: str
    at: int


def approve(connection: Connection, mailing_id: int, made: Approval) -> None:
    """Keep an approval in place of an earlier one."""
    connection.execute(delete(approval).where(approval.c.mailing_id == mailing_id))
    connection.execute(
        insert(approval).values(
            mailing_id=mailing_id,
            approver=made.approver,
            manifest=made.manifest,
            signature=made.signature,
            at=made.at,
        )
    )


def approval_of(connection: Connection, mailing_id: int) -> Approval | None:
    """Return a mailing's approval, if it has one."""
    row = connection.execute(select(approval).where(approval.c.mailing_id == mailing_id)).first()
    return None if row is None else Approval(row.approver, row.manifest, row.signature, row.at)
