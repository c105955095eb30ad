"""Which copy of the database sends, and readers that a restored one does not know."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "mailing", sa.Column("unfamiliar", sa.Integer(), nullable=False, server_default="0")
    )
    op.create_table(
        "adoption",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("issue", sa.Text(), nullable=False, server_default=""),
        sa.Column("readers", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False, server_default=""),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_adoption")),
        sqlite_autoincrement=True,
    )
    # What was sent until now is in no log of requests, and is not to be missed there.
    op.execute(
        "INSERT INTO adoption (at, person, reason)"
        " SELECT max(posted_at), '', '' FROM attempt HAVING max(posted_at) IS NOT NULL"
    )


def downgrade() -> None:
    op.drop_table("adoption")
    op.drop_column("mailing", "unfamiliar")
