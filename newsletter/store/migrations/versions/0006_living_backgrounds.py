"""Living backgrounds, as each mailing carried them."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "mailing_background",
        sa.Column("mailing_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("reviewed", sa.Text(), nullable=False),
        sa.Column("reviewer", sa.Text(), nullable=False),
        sa.Column("changed", sa.Text(), nullable=False, server_default=""),
        sa.Column("changed_shown", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("sources", sa.Text(), nullable=False, server_default="[]"),
        sa.Column("formerly", sa.Text(), nullable=False, server_default="[]"),
        sa.ForeignKeyConstraint(
            ["mailing_id"], ["mailing.id"], name=op.f("fk_mailing_background_mailing_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("mailing_id", "name", name=op.f("pk_mailing_background")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_mailing_background_name", "mailing_background", ["name"])


def downgrade() -> None:
    op.drop_table("mailing_background")
