"""What may go wrong with one POST at the strict server, by name, and when."""

import random
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

How = Literal["answer", "early", "half", "hang", "reset", "reset_mid_body", "close", "cut", "garbage", "drip"]


@dataclass(frozen=True)
class Fault:
    """One POST gone wrong: recorded as accepted or not, and what the sender gets to see of it.

    ``early`` answers before the body was read, ``half`` reads half of it and no more, ``hang`` never answers,
    ``cut`` breaks off the answer's body, ``drip`` sends the answer a byte each ``delay`` seconds, ``close``
    ends without a word.
    """

    how: How = "answer"
    accept: bool = False
    status: int = 202
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    delay: float = 0.0


NO = b'{"errors":[{"message":"access forbidden","field":null}]}'
FAULTS: dict[str, Fault] = {
    "401": Fault(status=401, body=b'{"errors":[{"message":"authorization required","field":null}]}'),
    "403": Fault(status=403, body=NO),
    "404": Fault(status=404),
    "413": Fault(status=413),
    "429": Fault(status=429),
    "500": Fault(status=500),
    "503_html": Fault(status=503, body=b"<html>busy</html>"),
    "redirect": Fault(status=302, headers={"Location": "/v3/scopes"}),
    "sandbox_mode": Fault(status=200),
    "400_unnamed": Fault(status=400, body=b'{"errors":[{"message":"Bad Request","field":null}]}'),
    "accept_then_500": Fault(accept=True, status=500),
    "accept_then_hang": Fault("hang", accept=True),
    "accept_then_reset": Fault("reset", accept=True),
    "accept_then_close": Fault("close", accept=True),
    "accept_then_cut": Fault("cut", accept=True),
    "accept_then_garbage": Fault("garbage", accept=True),
    "accept_then_drip": Fault("drip", accept=True, delay=0.05),
    "half": Fault("half"),
    "hang": Fault("hang"),
    "reset": Fault("reset"),
    "reset_mid_body": Fault("reset_mid_body"),
    "early_413": Fault("early", status=413),
}

Named = Fault | str | None


def at_random(shares: Mapping[str, float], seed: int) -> Iterator[Named]:
    """Yield each fault in its share of POSTs, the same ones for the same seed."""
    chance = random.Random(seed)  # noqa: S311  (which POST goes wrong is no secret)
    names, weights = list(shares), list(shares.values())
    while True:
        yield chance.choices([*names, None], [*weights, 1 - sum(weights)])[0]


def in_order(faults: Iterable[Named]) -> Iterator[Fault | None]:
    """Yield faults, those given by name looked up; then none for ever."""
    for fault in faults:
        yield FAULTS[fault] if isinstance(fault, str) else fault
    while True:
        yield None
