"""What comes back, control and corrections"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def _id() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _mailing() -> sa.Column[int]:
    return sa.Column("mailing_id", _id(), sa.ForeignKey("mailing.id", ondelete="CASCADE"), nullable=False)


def upgrade() -> None:
    op.add_column("mailing", sa.Column("send_at", sa.BigInteger()))
    op.add_column("mailing", sa.Column("requested_by", sa.Text(), nullable=False, server_default=""))
    op.add_column("mailing", sa.Column("corrects", sa.Text()))
    op.add_column("batch", sa.Column("only", sa.LargeBinary()))
    op.add_column("batch", sa.Column("decided_after", sa.BigInteger()))
    op.add_column("attempt", sa.Column("members", sa.LargeBinary()))
    op.create_table(
        "event",
        sa.Column("id", _id(), autoincrement=True, nullable=False),
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("mailing_id", _id(), sa.ForeignKey("mailing.id", ondelete="CASCADE")),
        sa.Column("attempt", sa.Text()),
        sa.Column("subscriber_id", sa.BigInteger()),
        sa.Column("message_id", sa.Text(), nullable=False, server_default=""),
        sa.Column("reason", sa.Text(), nullable=False, server_default=""),
        sa.Column("machine", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("raw", sa.Text()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event")),
        sa.UniqueConstraint("key", name=op.f("uq_event_key")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_event_subscriber_id_mailing_id", "event", ["subscriber_id", "mailing_id"])
    op.create_index("ix_event_attempt", "event", ["attempt"])
    op.create_table(
        "tally",
        _mailing(),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("mailing_id", "kind", name=op.f("pk_tally")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "alarm",
        sa.Column("issue", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("first_at", sa.BigInteger(), nullable=False),
        sa.Column("last_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("issue", "kind", name=op.f("pk_alarm")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "decision",
        sa.Column("id", _id(), autoincrement=True, nullable=False),
        _mailing(),
        sa.Column("batch_id", sa.BigInteger(), nullable=False),
        sa.Column("attempt", sa.Text(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_decision_mailing_id", "decision", ["mailing_id"])
    op.create_table(
        "approval",
        _mailing(),
        sa.Column("approver", sa.Text(), nullable=False),
        sa.Column("manifest", sa.Text(), nullable=False),
        sa.Column("signature", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("mailing_id", name=op.f("pk_approval")),
    )


def downgrade() -> None:
    for table in ("approval", "decision", "alarm", "tally", "event"):
        op.drop_table(table)
    with op.batch_alter_table("batch") as batch:
        for column in ("only", "decided_after"):
            batch.drop_column(column)
    with op.batch_alter_table("attempt") as attempt:
        attempt.drop_column("members")
    with op.batch_alter_table("mailing") as mailing:
        for column in ("send_at", "requested_by", "corrects"):
            mailing.drop_column(column)
