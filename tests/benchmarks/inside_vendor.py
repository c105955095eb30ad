"""In a process of its own: send a list as the vendor's package alone would. Prints JSON.

The same letter to the same readers: a plain dict a request, which the ``sendgrid`` package encodes and posts,
with as many threads. No ledger, no checks, no deadline, and each reader's three links are as long as ours but
not signed: what is measured is the package, not what its user adds.
"""

import json
import sqlite3
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any

from sendgrid import SendGridAPIClient

from newsletter.config import Settings, load_settings
from newsletter.publish import SendPlan, plan_send
from newsletter.wiring import Wiring

Row = tuple[int, str, str, str]  # id, email, name, attributes as JSON


def _batches(settings: Settings) -> Iterator[list[Row]]:
    with closing(sqlite3.connect(settings.root / "newsletter.db")) as connection:
        rows = connection.execute("SELECT id, email, name, attrs FROM subscriber ORDER BY id")
        while batch := rows.fetchmany(settings.delivery.batch_size):
            yield batch


def _personalization(plan: SendPlan, site: str, row: Row) -> dict[str, Any]:
    reader, email, name, attrs = row
    token = f"{reader:040d}"
    leave = f"{site}/u/{token}"
    first = json.loads(attrs).get("first_name") or "reader"
    return {
        "to": [{"email": email, "name": name}],
        "headers": {
            "List-Unsubscribe": f"<{leave}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            "List-Id": plan.frozen.envelope.list_id,
        },
        "substitutions": {
            "-unsubscribe-": leave,
            "-view-": f"{site}/v/{token}",
            "-preferences-": f"{site}/p/{token}",
            "-first_name-": first,
        },
        "custom_args": {"reader": str(reader)},
    }


def _body(plan: SendPlan, site: str, batch: Sequence[Row]) -> dict[str, Any]:
    return {
        "from": {"email": plan.frozen.envelope.from_email, "name": plan.frozen.envelope.from_name},
        "subject": plan.message.subject,
        "content": [
            {"type": "text/plain", "value": plan.message.text},
            {"type": "text/html", "value": plan.message.html},
        ],
        "custom_args": {"issue": plan.issue},
        "personalizations": [_personalization(plan, site, row) for row in batch],
    }


def main(issue: str) -> None:
    """Send the issue to the whole list."""
    wiring = Wiring(load_settings())
    settings, plan = wiring.settings, plan_send(wiring, issue)
    vendor = SendGridAPIClient(api_key="SG.benchmark.key", host=settings.delivery.sendgrid_host)

    def post(batch: Sequence[Row]) -> int:
        answer = vendor.client.mail.send.post(request_body=_body(plan, settings.site_url, batch))
        if answer.status_code != 202:
            raise RuntimeError("a request was not accepted")
        return len(batch)

    began, used = time.perf_counter(), time.process_time()
    with ThreadPoolExecutor(settings.delivery.threads) as pool:
        readers = sum(pool.map(post, _batches(settings)))
    took = {"seconds": time.perf_counter() - began, "cpu": time.process_time() - used, "readers": readers}
    print(json.dumps(took))


if __name__ == "__main__":
    main(sys.argv[1])
