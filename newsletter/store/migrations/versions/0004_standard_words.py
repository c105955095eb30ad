"""Standard words: unmailed, reader_ids; a pause of a subscription; one truth each of a time and of a limit"""

from collections.abc import Callable

import orjson
import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

SUBSCRIPTION_STATES = "status in ('pending', 'confirmed', 'paused', 'unsubscribed')"
MAILING_STATES = "state in ('scheduled', 'sending', 'paused', 'held', 'cancelled', 'finished')"
BATCH_STATES = (
    "state in ('pending', 'claimed', 'posting', 'accepted', 'unknown', 'rejected', 'empty', 'split')"
)


def _id() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "sync_cursor",
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("provider", name=op.f("pk_sync_cursor")),
    )
    op.execute(
        "INSERT INTO sync_cursor (provider, until) SELECT substr(name, 6), tat FROM limiter"
        " WHERE name LIKE 'sync:%'"
    )
    op.execute("DELETE FROM limiter WHERE name LIKE 'sync:%'")
    op.add_column("mailing", sa.Column("put_off_until", sa.BigInteger()))
    op.add_column("subscription", sa.Column("paused_until", sa.BigInteger()))
    _tell_apart_when_it_was_put_off()
    op.drop_index("ix_batch_open", "batch")
    op.alter_column("batch", "members", new_column_name="reader_ids")
    op.alter_column("attempt", "members", new_column_name="reader_ids")
    if op.get_bind().dialect.name == "sqlite":
        _constraints_of_sqlite()
    else:
        _constraints_of_postgresql()


def _tell_apart_when_it_was_put_off() -> None:
    """Let ``send_at`` be as it was frozen, which until now a mailing's manifest alone said."""
    mailing = sa.table("mailing", *(sa.column(name) for name in ("id", "manifest", "send_at", "put_off_until")))
    connection = op.get_bind()
    for row in connection.execute(sa.select(mailing)).all():
        manifest = orjson.loads(row.manifest)
        if "send_at" not in manifest:
            continue  # of the first version, which sent at once
        frozen = manifest.pop("send_at")
        connection.execute(
            sa.update(mailing)
            .where(mailing.c.id == row.id)
            .values(
                manifest=orjson.dumps(manifest).decode(),
                send_at=frozen,
                put_off_until=None if row.send_at == frozen else row.send_at,
            )
        )


def _constraints_of_postgresql() -> None:
    op.rename_table("exception", "unmailed")
    for kind in ("pk_{}", "fk_{}_mailing_id"):
        old, new = kind.format("exception"), kind.format("unmailed")
        op.execute(f"ALTER TABLE unmailed RENAME CONSTRAINT {old} TO {new}")
    op.execute("ALTER INDEX ix_exception_batch_id RENAME TO ix_unmailed_batch_id")
    for table, column, condition in (
        ("subscription", "status", SUBSCRIPTION_STATES),
        ("mailing", "state", MAILING_STATES),
        ("batch", "state", BATCH_STATES),
    ):
        op.drop_constraint(op.f(f"ck_{table}_{column}"), table, type_="check")
        op.create_check_constraint(op.f(f"ck_{table}_{column}"), table, condition)
    op.alter_column("mailing", "list_id", existing_type=_id(), nullable=False)


def _constraints_of_sqlite() -> None:
    """Make the tables anew whose constraints change: SQLite changes none in place."""
    _make_anew("subscription", _subscription)
    _make_anew("mailing", _mailing)
    _make_anew("batch", _batch)
    _make_anew("exception", _unmailed, name="unmailed")
    op.create_index("ix_subscription_subscriber_id", "subscription", ["subscriber_id"])
    op.create_index("ix_mailing_issue", "mailing", ["issue"])
    op.create_index("ix_batch_mailing_id_lo", "batch", ["mailing_id", "lo"])
    op.create_index(
        "ix_batch_ready", "batch", ["mailing_id", "not_before"], sqlite_where=sa.text("state = 'pending'")
    )
    op.create_index("ix_unmailed_batch_id", "unmailed", ["batch_id"])


def _make_anew(old: str, create: Callable[[str], sa.Table], name: str = "") -> None:
    """Copy a table into one with other constraints, which takes its place.

    Its sequence goes along, so that no id is given twice. What refers to it by name goes on to.
    """
    columns = ", ".join(f'"{column.name}"' for column in create("made_anew").columns)
    op.execute(f'INSERT INTO made_anew ({columns}) SELECT {columns} FROM "{old}"')  # noqa: S608
    sequences = sa.text("SELECT 1 FROM sqlite_sequence WHERE name = :old")
    if op.get_bind().scalar(sequences, {"old": old}):
        op.execute("DELETE FROM sqlite_sequence WHERE name = 'made_anew'")
        op.execute(f"UPDATE sqlite_sequence SET name = 'made_anew' WHERE name = '{old}'")  # noqa: S608
    op.drop_table(old)
    op.rename_table("made_anew", name or old)


def _subscription(name: str) -> sa.Table:
    return op.create_table(
        name,
        sa.Column("list_id", _id(), nullable=False),
        sa.Column("subscriber_id", _id(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("paused_until", sa.BigInteger()),
        sa.CheckConstraint(SUBSCRIPTION_STATES, name=op.f("ck_subscription_status")),
        sa.ForeignKeyConstraint(
            ["list_id"], ["list.id"], name=op.f("fk_subscription_list_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["subscriber_id"],
            ["subscriber.id"],
            name=op.f("fk_subscription_subscriber_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("list_id", "subscriber_id", name=op.f("pk_subscription")),
        sqlite_with_rowid=False,
    )


def _mailing(name: str) -> sa.Table:
    return op.create_table(
        name,
        sa.Column("id", _id(), autoincrement=True, nullable=False),
        sa.Column("issue", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("list_id", _id(), nullable=False),
        sa.Column("audience_at", sa.BigInteger(), nullable=False),
        sa.Column("plan_cursor", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("planned", sa.Integer(), server_default="0", nullable=False),
        sa.Column("manifest", sa.Text(), nullable=False),
        sa.Column("envelope", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("finished_at", sa.BigInteger()),
        sa.Column("send_at", sa.BigInteger()),
        sa.Column("put_off_until", sa.BigInteger()),
        sa.Column("requested_by", sa.Text(), nullable=False, server_default=""),
        sa.Column("corrects", sa.Text()),
        sa.CheckConstraint(MAILING_STATES, name=op.f("ck_mailing_state")),
        sa.ForeignKeyConstraint(["list_id"], ["list.id"], name=op.f("fk_mailing_list_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mailing")),
        sqlite_autoincrement=True,
    )


def _batch(name: str) -> sa.Table:
    return op.create_table(
        name,
        sa.Column("id", _id(), autoincrement=True, nullable=False),
        sa.Column("mailing_id", _id(), nullable=False),
        sa.Column("variant", sa.Text(), nullable=False),
        sa.Column("lo", sa.BigInteger(), nullable=False),
        sa.Column("hi", sa.BigInteger(), nullable=False),
        sa.Column("candidates", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempt", sa.Text()),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("owner", sa.Text()),
        sa.Column("lease_until", sa.BigInteger()),
        sa.Column("not_before", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("n", sa.Integer(), server_default="0", nullable=False),
        sa.Column("reader_ids", sa.LargeBinary()),
        sa.Column("message_id", sa.Text()),
        sa.Column("only", sa.LargeBinary()),
        sa.Column("decided_after", sa.BigInteger()),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(BATCH_STATES, name=op.f("ck_batch_state")),
        sa.ForeignKeyConstraint(
            ["mailing_id"], ["mailing.id"], name=op.f("fk_batch_mailing_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batch")),
        sqlite_autoincrement=True,
    )


def _unmailed(name: str) -> sa.Table:
    return op.create_table(
        name,
        sa.Column("mailing_id", _id(), nullable=False),
        sa.Column("subscriber_id", sa.BigInteger(), nullable=False),
        sa.Column("batch_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["mailing_id"], ["mailing.id"], name=op.f("fk_unmailed_mailing_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("mailing_id", "subscriber_id", name=op.f("pk_unmailed")),
        sqlite_with_rowid=False,
    )
