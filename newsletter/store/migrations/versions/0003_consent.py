"""Consent, erased addresses, lists with a key that never changes, answers about an import's columns"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def _id() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _list() -> sa.Column[int]:
    return sa.Column("list_id", _id(), sa.ForeignKey("list.id", ondelete="CASCADE"), nullable=False)


def upgrade() -> None:
    op.add_column("list", sa.Column("key", sa.Text(), nullable=False, server_default=""))
    op.add_column("list", sa.Column("title", sa.Text(), nullable=False, server_default=""))
    op.add_column("list", sa.Column("archived_at", sa.BigInteger()))
    # The name is what List-Id and manifests were made of until now: kept as the key, they stay as they are.
    op.execute("UPDATE list SET key = name")
    op.create_index("uq_list_key", "list", ["key"], unique=True)
    op.create_table(
        "consent",
        sa.Column("subscriber_id", _id(), sa.ForeignKey("subscriber.id", ondelete="CASCADE"), nullable=False),
        _list(),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("wording", sa.Text(), nullable=False, server_default=""),
        sa.Column("form", sa.Text(), nullable=False, server_default=""),
        sa.Column("evidence", sa.Text(), nullable=False, server_default=""),
        sa.PrimaryKeyConstraint(
            "subscriber_id", "list_id", "at", "kind", "source", name=op.f("pk_consent")
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "erased",
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_erased")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "secret",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_secret")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "column_answer",
        _list(),
        sa.Column("header", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("meaning", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("list_id", "header", "value", name=op.f("pk_column_answer")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    for table in ("column_answer", "secret", "erased", "consent"):
        op.drop_table(table)
    op.drop_index("uq_list_key", "list")
    for column in ("archived_at", "title", "key"):
        op.drop_column("list", column)  # in batch mode the table would be made anew, against its foreign keys
