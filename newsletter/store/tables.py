"""The tables. Times are whole microseconds since 1970 in UTC: exact, sortable, the same on every database.

All in one module, though it is a long one: a database's tables are read, compared and migrated as a whole.
"""

from collections.abc import Iterable

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    text,
)

from newsletter.delivery.states import IN_THE_LEDGER, BatchState, SubscriptionState

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _among(column: str, words: Iterable[str]) -> str:
    """Return the condition that a column holds one of some words."""
    quoted = ", ".join(f"'{word}'" for word in words)
    return f"{column} in ({quoted})"


# SQLite numbers rows itself only for a key declared INTEGER.
Id = BigInteger().with_variant(Integer, "sqlite")

# An id is never given twice: an erased reader's links and memberships must not pass to a newcomer.
subscriber = Table(
    "subscriber",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("email", Text, nullable=False, unique=True),  # normalised
    Column("name", Text, nullable=False, server_default=""),
    Column("attrs", Text, nullable=False, server_default="{}"),  # a JSON object of strings
    Column("suppressed", Text),  # the suppression's reason, mirrored in the same transaction
    Column("created_at", BigInteger, nullable=False),
    sqlite_autoincrement=True,
)

mailing_list = Table(
    "list",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("name", Text, nullable=False, unique=True),  # what commands call it; may change
    # What List-Id and manifests call it: the name it was made under, for ever.
    Column("key", Text, nullable=False, server_default=""),
    Column("title", Text, nullable=False, server_default=""),  # what readers' pages call it
    Column("archived_at", BigInteger),
    Column("created_at", BigInteger, nullable=False),
    Index("uq_list_key", "key", unique=True),
    sqlite_autoincrement=True,
)

# The names of the extra columns a list's imports brought: what a brief may use as a merge field.
list_attribute = Table(
    "list_attribute",
    metadata,
    Column("list_id", ForeignKey("list.id", ondelete="CASCADE"), primary_key=True),
    Column("name", Text, primary_key=True),
    sqlite_with_rowid=False,
)

subscription = Table(
    "subscription",
    metadata,
    Column("list_id", ForeignKey("list.id", ondelete="CASCADE"), primary_key=True),
    Column("subscriber_id", ForeignKey("subscriber.id", ondelete="CASCADE"), primary_key=True),
    Column("status", Text, nullable=False),
    Column("since", BigInteger, nullable=False),  # of that status
    Column("created_at", BigInteger, nullable=False),
    Column("paused_until", BigInteger),  # of a paused one: from then on it is confirmed
    CheckConstraint(_among("status", SubscriptionState), name="status"),
    Index("ix_subscription_subscriber_id", "subscriber_id"),
    sqlite_with_rowid=False,
)

# Outlives the subscriber: who complained is not mailed again after a fresh import.
suppression = Table(
    "suppression",
    metadata,
    Column("email", Text, primary_key=True),  # normalised
    Column("reason", Text, nullable=False),  # bounce, complaint, unsubscribed, manual, invalid
    Column("since", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

# What a reader agreed to or took back, and how that is known. Rows are added, never changed; only erasing a
# reader takes them away.
consent = Table(
    "consent",
    metadata,
    Column("subscriber_id", ForeignKey("subscriber.id", ondelete="CASCADE"), primary_key=True),
    Column("list_id", ForeignKey("list.id", ondelete="CASCADE"), primary_key=True),
    Column("at", BigInteger, primary_key=True),
    Column("kind", Text, primary_key=True),  # joined, confirmed, imported, unsubscribed
    Column("source", Text, primary_key=True),  # import, command, link, provider; a platform's name
    Column("wording", Text, nullable=False, server_default=""),  # what they agreed to, word for word
    Column("form", Text, nullable=False, server_default=""),  # where they agreed
    Column("evidence", Text, nullable=False, server_default=""),  # what it rests on, such as a file's column
    sqlite_with_rowid=False,  # one tree to keep in order, not two: an import adds a row for each reader
)

# Addresses of erased readers, as HMAC-SHA256 under the secret “erased”: never mailed, and no longer legible.
erased = Table(
    "erased",
    metadata,
    Column("hash", LargeBinary, primary_key=True),
    Column("at", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

# Keys that must stay with the data they guard.
secret = Table(
    "secret",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

# What an editor answered about a column of a list's imports, asked once.
column_answer = Table(
    "column_answer",
    metadata,
    Column("list_id", ForeignKey("list.id", ondelete="CASCADE"), primary_key=True),
    Column("header", Text, primary_key=True),
    Column("value", Text, primary_key=True),  # a cell's value, or "" for the whole column
    Column("meaning", Text, nullable=False),
    sqlite_with_rowid=False,
)

# Pictures as they were mailed, by the SHA-256 of their bytes.
picture = Table(
    "picture",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("media_type", Text, nullable=False),
    Column("content", LargeBinary, nullable=False),
)

mailing = Table(
    "mailing",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("issue", Text, nullable=False),
    Column("kind", Text, nullable=False),  # first, newcomers, missing, correction
    Column("provider", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("list_id", ForeignKey("list.id"), nullable=False),
    Column("audience_at", BigInteger, nullable=False),
    Column("plan_cursor", BigInteger, nullable=False, server_default="0"),
    Column("planned", Integer, nullable=False, server_default="0"),
    Column("manifest", Text, nullable=False),  # JSON: digest of every variant, source, audience
    Column("envelope", Text, nullable=False),  # JSON: sender, reply-to, list id, as frozen
    Column("note", Text, nullable=False, server_default=""),  # why it stopped
    Column("created_at", BigInteger, nullable=False),
    Column("finished_at", BigInteger),
    Column("send_at", BigInteger),  # when it is to begin, as it was frozen and approved; none: at once
    Column("put_off_until", BigInteger),  # when it goes on, once a day's ceiling was reached
    Column("requested_by", Text, nullable=False, server_default=""),
    Column("corrects", Text),  # the issue whose readers this one sets right
    # Readers of its requests, as the log of requests has them, that this database does not know for certain.
    Column("unfamiliar", Integer, nullable=False, server_default="0"),
    CheckConstraint(_among("state", IN_THE_LEDGER), name="state"),
    Index("ix_mailing_issue", "issue"),
    sqlite_autoincrement=True,
)

# The frozen bytes: resume, a correction and view-in-browser need exactly what was sent.
variant = Table(
    "variant",
    metadata,
    Column("mailing_id", ForeignKey("mailing.id", ondelete="CASCADE"), primary_key=True),
    Column("name", Text, primary_key=True),
    Column("subject", Text, nullable=False),
    Column("preheader", Text, nullable=False),
    Column("html", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("fields", Text, nullable=False),  # JSON: [[key, name, default], …]
)

# The living backgrounds in a mailing, as they were frozen. Their versions are what these rows say of a name;
# a text stands in each of them, so that none depends on another mailing.
mailing_background = Table(
    "mailing_background",
    metadata,
    Column("mailing_id", ForeignKey("mailing.id", ondelete="CASCADE"), primary_key=True),
    Column("name", Text, primary_key=True),
    Column("digest", Text, nullable=False),  # by which a version is known
    Column("title", Text, nullable=False),
    Column("text", Text, nullable=False),  # Markdown, without comments
    Column("reviewed", Text, nullable=False),  # a day: 2026-06-20
    Column("reviewer", Text, nullable=False),
    Column("changed", Text, nullable=False, server_default=""),  # what was new in it
    Column("changed_shown", Integer, nullable=False, server_default="0"),  # 1: readers saw that
    Column("sources", Text, nullable=False, server_default="[]"),  # JSON: [[words, address], …]
    Column("formerly", Text, nullable=False, server_default="[]"),  # JSON: its earlier names
    Index("ix_mailing_background_name", "name"),
    sqlite_with_rowid=False,
)

# PostgreSQL has the same bound, by its migration: named here, each command would load that dialect.
_WAITING = text(f"state = '{BatchState.PENDING}'")
batch = Table(
    "batch",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("mailing_id", ForeignKey("mailing.id", ondelete="CASCADE"), nullable=False),
    Column("variant", Text, nullable=False),
    Column("lo", BigInteger, nullable=False),  # subscriber ids, both ends included
    Column("hi", BigInteger, nullable=False),
    Column("candidates", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempt", Text),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("owner", Text),  # the thread of the sender that has it in hand
    Column("lease_until", BigInteger),  # of a claim: later it passes no gate
    Column("not_before", BigInteger, nullable=False, server_default="0"),
    Column("n", Integer, nullable=False, server_default="0"),  # readers really in it
    Column("reader_ids", LargeBinary),  # who they are: an id set
    Column("message_id", Text),
    Column("only", LargeBinary),  # an id set: its readers, once it no longer is for all from lo to hi
    Column("decided_after", BigInteger),  # the latest mailing to the list by then
    Column("changed_at", BigInteger, nullable=False),
    CheckConstraint(_among("state", BatchState), name="state"),
    Index("ix_batch_mailing_id_lo", "mailing_id", "lo"),
    Index(
        "ix_batch_ready",
        "mailing_id",
        "not_before",
        sqlite_where=_WAITING,
    ),
    sqlite_autoincrement=True,
)

# A row per POST.
attempt = Table(
    "attempt",
    metadata,
    Column("id", Text, primary_key=True),
    Column("batch_id", ForeignKey("batch.id", ondelete="CASCADE"), nullable=False),
    Column("posted_at", BigInteger, nullable=False),
    Column("answered_at", BigInteger),
    Column("outcome", Text),  # an AttemptOutcome, once there is one
    Column("detail", Text, nullable=False, server_default=""),
    Column("reader_ids", LargeBinary),  # an id set: who was in it, once its batch holds others
    Index("ix_attempt_batch_id", "batch_id"),
)

# Candidates a mailing did not mail, and why.
unmailed = Table(
    "unmailed",
    metadata,
    Column("mailing_id", ForeignKey("mailing.id", ondelete="CASCADE"), primary_key=True),
    Column("subscriber_id", BigInteger, primary_key=True),
    Column("batch_id", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),  # excluded or rejected
    Column("reason", Text, nullable=False),
    Index("ix_unmailed_batch_id", "batch_id"),
    sqlite_with_rowid=False,
)

# One row a name: the theoretical arrival time of a global rate limit (GCRA), in microseconds.
limiter = Table(
    "limiter",
    metadata,
    Column("name", Text, primary_key=True),
    Column("tat", BigInteger, nullable=False),
)

# How far a provider's own lists were read: an instant for each provider.
sync_cursor = Table(
    "sync_cursor",
    metadata,
    Column("provider", Text, primary_key=True),
    Column("until", BigInteger, nullable=False),
)

# What the provider reported, each report once.
event = Table(
    "event",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("key", LargeBinary, nullable=False, unique=True),
    Column("kind", Text, nullable=False),
    Column("at", BigInteger, nullable=False),  # by the provider's clock
    Column("received_at", BigInteger, nullable=False),
    Column("mailing_id", ForeignKey("mailing.id", ondelete="CASCADE")),  # none: no attempt of ours
    Column("attempt", Text),
    Column("subscriber_id", BigInteger),
    Column("message_id", Text, nullable=False, server_default=""),
    Column("reason", Text, nullable=False, server_default=""),
    Column("machine", Integer, nullable=False, server_default="0"),  # 1: no person opened or clicked
    Column("raw", Text),  # of a kind we do not know
    Index("ix_event_subscriber_id_mailing_id", "subscriber_id", "mailing_id"),
    Index("ix_event_attempt", "attempt"),
    sqlite_autoincrement=True,
)

# How many readers of a mailing had at least one event of a kind.
tally = Table(
    "tally",
    metadata,
    Column("mailing_id", ForeignKey("mailing.id", ondelete="CASCADE"), primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("n", Integer, nullable=False),
    sqlite_with_rowid=False,
)

# What should never happen, and did.
alarm = Table(
    "alarm",
    metadata,
    Column("issue", Text, primary_key=True),
    Column("kind", Text, primary_key=True),  # accepted_twice, more_delivered_than_accepted, never_mailed
    Column("n", Integer, nullable=False),
    Column("detail", Text, nullable=False),
    Column("first_at", BigInteger, nullable=False),
    Column("last_at", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

# Every decision about an answer that never came, with what it rested on.
decision = Table(
    "decision",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("mailing_id", ForeignKey("mailing.id", ondelete="CASCADE"), nullable=False),
    Column("batch_id", BigInteger, nullable=False),
    Column("attempt", Text, nullable=False),
    Column("n", Integer, nullable=False),
    Column("verdict", Text, nullable=False),  # accepted, hold, resend, drop
    Column("evidence", Text, nullable=False),  # a sentence
    Column("at", BigInteger, nullable=False),
    Index("ix_decision_mailing_id", "mailing_id"),
    sqlite_autoincrement=True,
)

# A second person's signature over a mailing's manifest.
approval = Table(
    "approval",
    metadata,
    Column("mailing_id", ForeignKey("mailing.id", ondelete="CASCADE"), primary_key=True),
    Column("approver", Text, nullable=False),
    Column("manifest", Text, nullable=False),  # the bytes that were signed
    Column("signature", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
)

# A person's word that this copy of the database is the one that sends; with an issue, that it may go on
# though others may have mailed readers that this database does not know.
adoption = Table(
    "adoption",
    metadata,
    Column("id", Id, primary_key=True, autoincrement=True),
    Column("at", BigInteger, nullable=False),
    Column("issue", Text, nullable=False, server_default=""),
    Column("readers", Integer, nullable=False, server_default="0"),  # how many of an issue it is about
    Column("person", Text, nullable=False),
    Column("reason", Text, nullable=False),  # empty: nobody was asked, since there was nothing to doubt
    Column("place", Text, nullable=False, server_default=""),  # PostgreSQL's server, timeline and database
    sqlite_autoincrement=True,
)
