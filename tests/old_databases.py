"""Databases as earlier versions made them, with rows in every state that these versions wrote."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import orjson
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, column, insert, inspect, select, table

from newsletter.delivery.id_set import encode
from newsletter.store import database
from newsletter.store.database import begin_to_write, connect

Rows = list[dict[str, object]]


def made_by(revision: str, path: Path) -> Engine:
    """Return an empty SQLite database that stands at a revision."""
    return made_at(revision, f"sqlite:///{path}")


def made_at(revision: str, url: str) -> Engine:
    """Return the empty database at a URL, brought to a revision."""
    engine = connect(url)
    config = Config()
    config.set_main_option("script_location", str(Path(database.__file__).parent / "migrations"))
    with engine.connect() as connection, begin_to_write(connection):
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    return engine


def fill(engine: Engine) -> None:
    """Write rows into all tables there are, with the columns there are."""
    with engine.connect() as connection, begin_to_write(connection):
        tables = _tables(connection)
        for name, columns in tables.items():
            for row in _rows(name, tables):
                values = {key: value for key, value in _written(row, columns) if key in columns}
                if name == "mailing" and "send_at" not in columns:
                    values["manifest"] = _manifest()  # sent at once, so that no time was frozen
                connection.execute(insert(table(name, *map(column, values))).values(values))
        for name in ("subscriber", "list", "mailing", "batch"):
            _use_up(connection, name, 900)


RENAMED = {"unmailed": "exception"}  # tables since 0004, and what they were called before


def _rows(name: str, tables: Mapping[str, list[str]]) -> Rows:
    """Return the rows of a table of a version that has these tables."""
    rows = ROWS.get(RENAMED.get(name, name), [])
    if name == "limiter" and "sync_cursor" in tables:  # which holds since 0004 what a limiter did before
        return [row for row in rows if row["name"] == "recipients"]
    return rows


def _written(row: Mapping[str, object], columns: list[str]) -> Iterator[tuple[str, object]]:
    """Yield what a row holds as a version wrote it whose table has these columns."""
    for key, value in row.items():
        yield key, value
        if key == "members":
            yield "reader_ids", value
    if "put_off_until" in columns:  # since then a manifest says nothing of when
        manifest = orjson.loads(str(row["manifest"]))
        frozen = manifest.pop("send_at", None)
        yield "manifest", orjson.dumps(manifest).decode()
        yield "send_at", frozen
        yield "put_off_until", row.get("send_at") if row.get("send_at") != frozen else None


def _use_up(connection: Connection, name: str, number: int) -> None:
    """Let a table's ids be given up to a number, as when its latest rows are no more."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), {number})")
        return
    connection.exec_driver_sql("UPDATE sqlite_sequence SET seq = ? WHERE name = ?", (number, name))


def contents(engine: Engine) -> Mapping[str, Rows]:
    """Return every row of every table, in an order of their own."""
    with engine.connect() as connection:
        found: dict[str, Rows] = {}
        for name, columns in _tables(connection).items():
            rows = connection.execute(select(table(name, *map(column, columns)))).mappings()
            found[name] = sorted(map(dict, rows), key=repr)
        return found


def _tables(connection: Connection) -> dict[str, list[str]]:
    known = inspect(connection)
    names = [name for name in known.get_sorted_table_and_fkc_names() if name[0]]
    return {
        str(name): [str(column["name"]) for column in known.get_columns(str(name))]
        for name, _ in names
        if name != "alembic_version"
    }


def _manifest(**values: object) -> str:
    return orjson.dumps({"source": "s", "variants": {"everyone": "v"}, "audience_at": 50, **values}).decode()


def _mailings() -> Iterator[dict[str, object]]:
    """Yield one in each state; then one with a time, two put off, one of the first version, a correction."""
    about: dict[str, object] = {
        "kind": "first",
        "provider": "sandbox",
        "list_id": 1,
        "audience_at": 50,
        "plan_cursor": 6,
        "planned": 1,
        "envelope": '{"from_email": "news@example.org"}',
        "created_at": 51,
        "requested_by": "ana",
    }
    states = ("scheduled", "sending", "paused", "held", "cancelled", "finished")
    for number, state in enumerate(states, start=1):
        yield {
            **about,
            "id": number,
            "issue": f"issue-{state}",
            "state": state,
            "manifest": _manifest(send_at=None),
        }
    timed = {**about, "state": "scheduled", "issue": "timed"}
    yield {**timed, "id": 7, "send_at": 777, "manifest": _manifest(send_at=777)}
    yield {**timed, "id": 8, "send_at": 999, "manifest": _manifest(send_at=777), "note": "put off"}
    yield {**timed, "id": 9, "send_at": 999, "manifest": _manifest(send_at=None, date="2026-01-02")}
    yield {
        **about,
        "id": 10,
        "state": "finished",
        "issue": "early",
        "manifest": _manifest(),
        "finished_at": 60,
    }
    wrong = _manifest(send_at=None, wrong=[6])
    yield {
        **about,
        "id": 11,
        "issue": "c",
        "kind": "correction",
        "corrects": "timed",
        "state": "sending",
        "manifest": wrong,
    }


def _batches() -> Iterator[dict[str, object]]:
    """Yield one in each state of a half-sent mailing, and one that was given back by a decision."""
    about = {"mailing_id": 2, "variant": "everyone", "candidates": 3, "changed_at": 55}
    sent = {"n": 2, "members": encode([1, 2]), "owner": "worker-1", "lease_until": 90, "tries": 1}
    states = ("pending", "claimed", "posting", "accepted", "unknown", "rejected", "empty", "split")
    for number, state in enumerate(states, start=1):
        held = sent if state in {"claimed", "posting", "accepted", "unknown"} else {}
        where = {"id": number, "lo": number, "hi": number + 2, "state": state, "attempt": f"a{number}"}
        yield {**about, **where, **held, "message_id": "m" if state == "accepted" else None}
    decided = {"state": "pending", "only": encode([5, 6]), "decided_after": 2, "not_before": -1}
    yield {**about, **decided, "id": 9, "lo": 5, "hi": 6}


ROWS: Mapping[str, Rows] = {
    "list": [
        {"id": 1, "name": "readers", "key": "readers", "title": "For readers", "created_at": 1},
        {"id": 2, "name": "Zwei", "key": "two", "archived_at": 9, "created_at": 2},
    ],
    "list_attribute": [{"list_id": 1, "name": "town"}],
    "subscriber": [
        {
            "id": n,
            "email": f"r{n}@example.org",
            "name": f"R {n}",
            "attrs": '{"town": "Oslo"}',
            "created_at": n,
        }
        for n in range(1, 7)
    ],
    "subscription": [
        {"list_id": 1, "subscriber_id": n, "status": status, "since": 10 + n, "created_at": n}
        for n, status in enumerate(
            ("confirmed", "pending", "unsubscribed", "confirmed", "confirmed"), start=1
        )
    ]
    + [{"list_id": 2, "subscriber_id": 6, "status": "confirmed", "since": 3, "created_at": 3}],
    "suppression": [{"email": "gone@example.org", "reason": "bounce", "since": 4}],
    "consent": [
        {
            "subscriber_id": 1,
            "list_id": 1,
            "at": 1,
            "kind": "imported",
            "source": "import",
            "evidence": "file",
        }
    ],
    "erased": [{"hash": b"\x00" * 32, "at": 5}],
    "secret": [{"name": "erased", "value": b"key"}],
    "column_answer": [{"list_id": 1, "header": "State", "value": "", "meaning": "nothing"}],
    "picture": [{"digest": "d", "media_type": "image/png", "content": b"\x89PNG"}],
    "mailing": list(_mailings()),
    "variant": [
        {
            "mailing_id": n,
            "name": "everyone",
            "subject": "S",
            "preheader": "P",
            "html": "<p>{{first_name}}</p>",
            "text": "t",
            "fields": '[["first_name", "first_name", ""]]',
        }
        for n in (1, 2, 11)
    ],
    "batch": list(_batches()),
    "attempt": [
        {
            "id": f"a{n}",
            "batch_id": n,
            "posted_at": 52,
            "answered_at": None if outcome is None else 53,
            "outcome": outcome,
            "detail": "words",
            "members": encode([1, 2]) if n == 5 else None,
        }
        for n, outcome in enumerate(
            (None, None, None, "accepted", "unknown", "refused", "not_accepted", "account_refused"), start=1
        )
    ],
    "exception": [
        {"mailing_id": 2, "subscriber_id": 2, "batch_id": 4, "kind": "excluded", "reason": "unconfirmed"},
        {"mailing_id": 2, "subscriber_id": 6, "batch_id": 6, "kind": "rejected", "reason": "no such address"},
    ],
    "limiter": [{"name": "recipients", "tat": 70}, {"name": "sync:sendgrid", "tat": 71}],
    "sync_cursor": [{"provider": "sendgrid", "until": 71}],
    "event": [
        {
            "id": 1,
            "key": b"k",
            "kind": "delivered",
            "at": 54,
            "received_at": 55,
            "mailing_id": 2,
            "attempt": "a4",
            "subscriber_id": 1,
            "message_id": "m",
            "reason": "",
            "machine": 0,
        },
        {"id": 2, "key": b"l", "kind": "other", "at": 54, "received_at": 55, "raw": "{}"},
    ],
    "tally": [{"mailing_id": 2, "kind": "delivered", "n": 1}],
    "alarm": [{"issue": "timed", "kind": "never_mailed", "n": 1, "detail": "d", "first_at": 1, "last_at": 2}],
    "decision": [
        {
            "id": 1,
            "mailing_id": 2,
            "batch_id": 9,
            "attempt": "a9",
            "n": 2,
            "verdict": "resend",
            "evidence": "none of it was reported",
            "at": 56,
        }
    ],
    "approval": [
        {"mailing_id": 4, "approver": "ben", "manifest": "{}", "signature": "sig", "at": 57},
    ],
}
