"""Besiege a site as a stranger on the network would; a process of its own, for tests and measurements.

python tests/siege.py HOST PORT [--idle N] [--dripping N] [--posts N] [--rounds N]

It opens silent connections, others that send a byte of a head a second, and posts of 9.9 MB to the webhook
with a well-formed signature that no key made and the present time. Once all are under way it prints
“holding”; at the end of its standard input, or when all has ended, a JSON document of what became of them.
"""

import argparse
import asyncio
import base64
import json
import sys
import time
from collections import Counter
from contextlib import suppress

from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

AT_MOST_SECONDS = 120
BODY = b" " * 9_900_000
HEAD = b"GET /health HTTP/1.1\r\nHost: site\r\nX-Padding: " + b"x" * 10_000


def forged_head(length: int, *, at: float | None = None) -> bytes:
    """Return the head of a post whose signature is well formed, and of nobody."""
    signature = base64.b64encode(encode_dss_signature(2**255 - 19, 2**254 - 3)).decode()
    lines = [
        "POST /webhooks/sendgrid HTTP/1.1",
        "Host: site",
        f"Content-Length: {length}",
        f"X-Twilio-Email-Event-Webhook-Signature: {signature}",
        f"X-Twilio-Email-Event-Webhook-Timestamp: {int(time.time() if at is None else at)}",
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


class Siege:
    """What one siege does, and what becomes of it."""

    def __init__(self, host: str, port: int) -> None:
        self.where = host, port
        self.ended: Counter[str] = Counter()
        self.under_way = 0
        # Of more at a time than a listener keeps waiting, some would only believe that they are connected.
        self.door = asyncio.Semaphore(40)

    async def silent(self) -> None:
        """Say nothing until the other side hangs up."""
        async with self.door:
            reader, writer = await asyncio.open_connection(*self.where)
        self.under_way += 1
        with suppress(OSError):
            await reader.read()
        writer.close()
        self.ended["silent"] += 1

    async def dripping(self) -> None:
        """Send a head, a byte a second, until the other side hangs up."""
        async with self.door:
            reader, writer = await asyncio.open_connection(*self.where)
        self.under_way += 1
        over = asyncio.create_task(reader.read())
        for letter in HEAD:
            writer.write(bytes([letter]))
            await asyncio.wait([over], timeout=1)
            if over.done():
                break
        with suppress(OSError):
            await over
        writer.close()
        self.ended["dripping"] += 1

    async def posting(self, rounds: int) -> None:
        """Post as fast as the other side takes it."""
        for _ in range(rounds):
            status = await self._post()
            self.ended[f"post {status}"] += 1

    async def _post(self) -> str:
        answer = b""
        try:
            async with self.door:
                reader, writer = await asyncio.open_connection(*self.where)
            self.under_way += 1
            writer.write(forged_head(len(BODY)))
            writer.write(BODY)
            answer = await reader.readuntil(b"\r\n")
            writer.close()
        except (OSError, asyncio.IncompleteReadError):
            pass  # cut off, with the answer or without
        return answer[9:12].decode() or "cut off"


async def besiege(host: str, port: int, *, idle: int, dripping: int, posts: int, rounds: int) -> Counter[str]:
    """Begin it all at once; return what became of it, as soon as standard input ends or all is over."""
    siege = Siege(host, port)
    work = [
        *(siege.silent() for _ in range(idle)),
        *(siege.dripping() for _ in range(dripping)),
        *(siege.posting(rounds) for _ in range(posts)),
    ]
    everything = asyncio.gather(*work)
    while siege.under_way < len(work) and not everything.done():
        await asyncio.sleep(0.01)
    print("holding", flush=True)
    asyncio.get_running_loop().add_reader(sys.stdin, everything.cancel)  # it only ever ends
    asyncio.get_running_loop().call_later(AT_MOST_SECONDS, everything.cancel)
    with suppress(asyncio.CancelledError):
        await everything
    print(json.dumps(siege.ended), flush=True)
    return siege.ended


def main() -> None:
    """Besiege what the command line names."""
    parser = argparse.ArgumentParser()
    parser.add_argument("host")
    parser.add_argument("port", type=int)
    for name, usual in (("idle", 300), ("dripping", 40), ("posts", 40), ("rounds", 1)):
        parser.add_argument(f"--{name}", type=int, default=usual)
    asked = vars(parser.parse_args())
    asyncio.run(besiege(asked.pop("host"), asked.pop("port"), **asked))


if __name__ == "__main__":
    main()
