"""In a process of its own: take in what a provider would report of a finished send. Prints JSON.

Each post is 1,000 signed reports as SendGrid makes them. A third of the posts goes to the application in this
process, the others to ``newsletter serve`` over HTTP; afterwards the very rows they left are inserted, bare,
into a table of the same shape.
"""

import asyncio
import base64
import os
import random
import re
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import httpx
import orjson
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from material import Publication
from processes import COMMAND
from sqlalchemy import select

from newsletter.config import load_settings
from newsletter.delivery.id_set import decode
from newsletter.providers.sendgrid.reports.webhook import SIGNATURE_HEADER, TIMESTAMP_HEADER
from newsletter.store.database import read
from newsletter.store.tables import attempt, batch, subscriber
from newsletter.web.app import create_app
from newsletter.web.server import site_of
from newsletter.wiring import Wiring

A_POST = 1_000
WEBHOOK = "/webhooks/sendgrid"
HTTP_SENDERS = 4

Post = tuple[bytes, dict[str, str]]


def _reports(wiring: Wiring, count: int) -> list[dict[str, object]]:
    """Return a "delivered" for each of ``count`` accepted readers, in no order."""
    columns = select(attempt.c.id, batch.c.id, batch.c.reader_ids, batch.c.message_id, attempt.c.answered_at)
    with read(wiring.engine) as connection:
        emails: dict[int, str] = {
            row[0]: row[1] for row in connection.execute(select(subscriber.c.id, subscriber.c.email))
        }
        requests = connection.execute(
            columns.join(batch, batch.c.attempt == attempt.c.id).where(batch.c.state == "accepted")
        ).all()
    mails = [(row, reader) for row in requests for reader in decode(row.reader_ids)]
    random.Random(1).shuffle(mails)  # noqa: S311  (an order, no secret)
    return [
        {
            "email": emails[reader],
            "event": "delivered",
            "timestamp": row.answered_at // 1_000_000,
            "smtp-id": f"<{row.message_id}@geopod-ismtpd-12>",
            "response": "250 2.0.0 OK: queued",
            "category": ["reported"],
            "ip": "192.0.2.7",
            "tls": 1,
            "sg_event_id": f"ZGVsaXZlcmVkLTAt{reader:012d}",
            "sg_message_id": f"{row.message_id}.recvd-6b8f9c9d5-{reader:06d}-1-6750A1B2-4.0",
            "nl_issue": "reported",
            "nl_batch": str(row[1]),
            "nl_attempt": row[0],
            "nl_reader": str(reader),
        }
        for row, reader in mails[:count]
    ]


def _signed(key: ec.EllipticCurvePrivateKey, reports: Sequence[dict[str, object]]) -> Post:
    body = orjson.dumps(reports)
    timestamp = str(int(time.time()))
    signature = key.sign(timestamp.encode() + body, ec.ECDSA(SHA256()))
    return body, {
        "Content-Type": "application/json",
        SIGNATURE_HEADER: base64.b64encode(signature).decode(),
        TIMESTAMP_HEADER: timestamp,
    }


async def _post_all(client: httpx.AsyncClient, posts: Sequence[Post], senders: int) -> float:
    """Post everything, so many at a time; return the seconds."""
    waiting = iter(posts)

    async def send() -> None:
        for body, headers in waiting:
            answer = await client.post(WEBHOOK, content=body, headers=headers)
            if answer.status_code != 204:
                raise RuntimeError(f"a post was answered {answer.status_code}")

    began = time.perf_counter()
    await asyncio.gather(*(send() for _ in range(senders)))
    return time.perf_counter() - began


async def _in_process(wiring: Wiring, posts: Sequence[Post]) -> tuple[float, float]:
    app = create_app(site_of(wiring, lambda _said: None))
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://site", trust_env=False
    ) as client:
        used = time.process_time()
        return await _post_all(client, posts, 1), time.process_time() - used


async def _over_http(url: str, posts: Sequence[Post], senders: int) -> float:
    async with httpx.AsyncClient(base_url=url, trust_env=False, timeout=60) as client:
        return await _post_all(client, posts, senders)


@contextmanager
def _served() -> Iterator[str]:
    """Run ``newsletter serve``; yield where it answers."""
    process = subprocess.Popen([COMMAND, "serve", "--port", "0"], stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    try:
        said = process.stderr.readline()
        found = re.search(r"http://\S+", said)
        if found is None:
            raise RuntimeError(f"newsletter serve did not start: {said}")
        yield found[0]
    finally:
        process.terminate()
        process.communicate(timeout=30)


def _bare(database: Path) -> tuple[int, float]:
    """Insert the events that were kept into a table of the same shape; return how many, and the seconds."""
    with closing(sqlite3.connect(database)) as kept:
        shape = kept.execute("SELECT sql FROM sqlite_schema WHERE tbl_name = 'event' AND sql IS NOT NULL")
        statements = [row[0] for row in shape]
        rows = kept.execute("SELECT * FROM event ORDER BY id").fetchall()
    with closing(sqlite3.connect(database.with_name("bare.db"), isolation_level=None)) as bare:
        bare.execute("PRAGMA journal_mode=WAL")
        bare.execute("PRAGMA synchronous=FULL")
        for statement in statements:
            bare.execute(statement)
        marks = ", ".join("?" * len(rows[0]))
        began = time.perf_counter()
        for start in range(0, len(rows), A_POST):
            bare.execute("BEGIN IMMEDIATE")
            bare.executemany(f"INSERT INTO event VALUES ({marks})", rows[start : start + A_POST])
            bare.execute("COMMIT")
        return len(rows), time.perf_counter() - began


def main(count: int) -> None:
    """Take in ``count`` events in this process, as many over HTTP one post at a time, and as many by four."""
    key = ec.generate_private_key(ec.SECP256R1())
    shown = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    root = Path.cwd()
    Publication(root).send_to("http://127.0.0.1:9", webhook_key=base64.b64encode(shown).decode())
    wiring = Wiring(load_settings())
    reports = _reports(wiring, 3 * count)
    posts = [_signed(key, reports[at : at + A_POST]) for at in range(0, len(reports), A_POST)]
    a_third = len(posts) // 3
    seconds, cpu = asyncio.run(_in_process(wiring, posts[:a_third]))
    with _served() as url:
        one = asyncio.run(_over_http(url, posts[a_third : 2 * a_third], 1))
        many = asyncio.run(_over_http(url, posts[2 * a_third : 3 * a_third], HTTP_SENDERS))
    rows, bare = _bare(root / "newsletter.db")
    document = {
        "events": a_third * A_POST,
        "kept": rows,
        "seconds": seconds,
        "cpu": cpu,
        "http_seconds": one,
        "http_seconds_four": many,
        "bare_per_second": rows / bare,
        "body_kB": len(posts[0][0]) / 1000,
        "load": os.getloadavg()[0],
    }
    sys.stdout.write(orjson.dumps(document).decode())


if __name__ == "__main__":
    main(int(sys.argv[1]))
