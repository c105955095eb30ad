"""In a process of its own: build a list's requests, then only post them. Prints JSON.

Twice over the same bodies: through the pool of connections alone, as plainly as can be, and through the
provider with its deadline and its classified answers. Neither keeps a ledger.
"""

import json
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import islice

from sqlalchemy import select

from newsletter.config import DeliverySettings, load_settings
from newsletter.delivery.outcomes import Accepted
from newsletter.delivery.provider import Provider
from newsletter.providers.sendgrid.sending.pool import Pool
from newsletter.providers.sendgrid.settings import SendGridSettings
from newsletter.publish import SendPlan, plan_send
from newsletter.sending.recipients import Recipients, Signing
from newsletter.store.database import read
from newsletter.store.ledger.transitions import BatchReaders, Reader
from newsletter.store.tables import subscriber
from newsletter.wiring import Wiring


def _bodies(wiring: Wiring, provider: Provider, plan: SendPlan) -> tuple[list[bytes], int]:
    signing = Signing(wiring.secret_key, wiring.settings.site_url, mailing=1)
    recipients = Recipients(plan.message, signing)
    build = provider.prepare(plan.frozen.envelope, recipients.tags)
    columns = select(subscriber.c.id, subscriber.c.email, subscriber.c.name, subscriber.c.attrs)
    bodies: list[bytes] = []
    count = 0
    with read(wiring.engine) as connection:
        rows = iter(connection.execute(columns.order_by(subscriber.c.id)))
        size = wiring.settings.delivery.batch_size
        while readers := BatchReaders.of(Reader(*row) for row in islice(rows, size)):
            count += len(readers)
            bodies.append(build(recipients.of(readers), batch=str(len(bodies)), attempt="0" * 20))
    return bodies, count


def _host(wiring: Wiring) -> str:
    own = wiring.settings.provider_settings
    if not isinstance(own, SendGridSettings):
        raise TypeError("the benchmark posts to a server that speaks SendGrid's API")
    return own.host


def _bare_post(delivery: DeliverySettings, host: str) -> Callable[[bytes], bool]:
    headers = {"Content-Type": "application/json", "Authorization": "Bearer SG.benchmark.key"}
    pool = Pool(
        host, timeout_seconds=delivery.timeout_seconds, keep=delivery.threads, trust_environment=False
    )

    def post(body: bytes) -> bool:
        with pool.borrowed() as connection:
            connection.request("POST", "/v3/mail/send", body, headers)
            answer = connection.getresponse()
            answer.read()
        return answer.status == 202

    return post


def _timed(post: Callable[[bytes], bool], bodies: list[bytes], threads: int) -> tuple[float, float]:
    began, used = time.perf_counter(), time.process_time()
    with ThreadPoolExecutor(threads) as pool:
        if not all(pool.map(post, bodies)):
            raise RuntimeError("a request was not accepted")
    return time.perf_counter() - began, time.process_time() - used


def main(issue: str) -> None:
    """Post the list's requests for ``issue`` both ways."""
    wiring = Wiring(load_settings())
    delivery = wiring.settings.delivery
    plan = plan_send(wiring, issue)
    with wiring.provider() as provider:
        used = time.process_time()
        bodies, readers = _bodies(wiring, provider, plan)
        build_cpu = time.process_time() - used
        bare = _bare_post(delivery, _host(wiring))
        pool_seconds, pool_cpu = _timed(bare, bodies, delivery.threads)
        provider_seconds, provider_cpu = _timed(
            lambda body: isinstance(provider.post(body, lambda _late: None), Accepted),
            bodies,
            delivery.threads,
        )
    print(
        json.dumps(
            {
                "readers": readers,
                "build_cpu": build_cpu,
                "pool_seconds": pool_seconds,
                "pool_cpu": pool_cpu,
                "provider_seconds": provider_seconds,
                "provider_cpu": provider_cpu,
            }
        )
    )


if __name__ == "__main__":
    main(sys.argv[1])
