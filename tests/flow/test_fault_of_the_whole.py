"""A fault of the whole is not a fault of each: what the provider refuses everybody for rejects nobody."""

import json
import tempfile
import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import chain, count, repeat
from pathlib import Path

import orjson
import pytest
from conftest import Publication, Ran, rows
from hypothesis import given, settings
from hypothesis import strategies as st
from pace import until
from samples import examples
from scripted import Scripted, Wired
from sqlalchemy import select
from strict_faults import FAULTS, Fault
from strict_sendgrid import StrictSendGrid

from newsletter import publish, readership
from newsletter.delivery.frozen import Envelope
from newsletter.delivery.outcomes import Accepted, Outcome, Refused
from newsletter.delivery.policy import SEVERAL
from newsletter.delivery.proof import Proof
from newsletter.delivery.provider import Recipient
from newsletter.store.database import read
from newsletter.store.tables import batch
from newsletter.wiring import SystemClock

pytestmark = pytest.mark.slow

REQUESTS = 25  # at most, with eight threads, however long the list


def refusal(message: str, *, field: str | None = None, status: int = 400) -> Fault:
    return Fault(status=status, body=json.dumps({"errors": [{"message": message, "field": field}]}).encode())


def addresses(numbers: Collection[int]) -> set[str]:
    return {f"reader{n}@example.org" for n in numbers}


def send(
    publication: Publication, server: StrictSendGrid, readers: int, *, batch_size: int = 10, threads: int = 8
) -> Ran:
    publication.settings(host=server.url, batch_size=batch_size, threads=threads)
    publication.subscribe(readers)
    return publication.run("send", "first", "--yes", "--json")


# Each yields a refusal for one request after another, however many come.
REFUSALS: dict[str, Callable[[], Iterator[Fault]]] = {
    "the same words": lambda: repeat(refusal("Bad Request")),
    "no body": lambda: repeat(Fault(status=400)),
    "a proxy's page": lambda: repeat(Fault(status=400, body=b"<html>Bad Request</html>")),
    "a number that differs": lambda: (refusal(f"Request {n} is malformed at byte {n * 31}") for n in count()),
    "an address that differs": lambda: (refusal(f"Cannot mail reader{n}@example.org here") for n in count()),
    "a quoted name that differs": lambda: (
        refusal(f"Bad value “{chr(97 + n % 26)}lma” given") for n in count()
    ),
    "an id that differs": lambda: (refusal(f"Rejected, reference {n:x}a9f0c-77") for n in count(4096)),
    "words that differ": lambda: (refusal(f"No, {'very ' * n}much no") for n in count()),
    "a field without a place": lambda: repeat(refusal("Too many of them", field="personalizations")),
    "a field nobody knows": lambda: repeat(refusal("Wrong", field="reply_to_list_or_so")),
    "a reader past the end": lambda: repeat(refusal("Bad address", field="personalizations.1200.to")),
    "the first reader, each time": lambda: repeat(refusal("Too long", field="personalizations.0.headers")),
    "too large, whatever the size": lambda: repeat(FAULTS["413"]),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_a_provider_that_refuses_everybody_is_asked_a_few_times_and_rejects_nobody(
    publication: Publication, name: str
) -> None:
    with StrictSendGrid(faults=REFUSALS[name]()) as server:
        ran = send(publication, server, 400)
        assert ran.exit_code == 3
        assert (ran.json["state"], ran.json["pending"]) == ("paused", 400)
        assert server.posts <= REQUESTS
        assert not server.accepted


def test_the_words_are_shown_with_the_way_on(publication: Publication) -> None:
    with StrictSendGrid(faults=repeat(refusal("The template engine is out of order"))) as server:
        ran = send(publication, server, 60)
    assert "The template engine is out of order" in str(ran.json["note"])
    assert "The template engine is out of order" in ran.stderr
    assert "newsletter resume first" in ran.stderr
    assert "The template engine is out of order" in publication.run("status", "first").stderr


@pytest.mark.slow
@pytest.mark.parametrize("readers", [2_500, 100_000])
def test_a_long_list_costs_no_more_requests_than_a_short_one(publication: Publication, readers: int) -> None:
    with StrictSendGrid(faults=repeat(refusal("Bad Request")), keep_bodies=False) as server:
        ran = send(publication, server, readers, batch_size=1000)
        assert ran.exit_code == 3
        assert (ran.json["state"], ran.json["pending"]) == ("paused", readers)
        assert "Bad Request" in ran.stderr
        assert server.posts <= REQUESTS


@pytest.mark.parametrize("batch_size", [1, 2, 7, 1000])
@pytest.mark.parametrize("readers", [1, 2, 4, 9])
def test_a_short_list_that_was_refused_whole_waits(
    publication: Publication, readers: int, batch_size: int
) -> None:
    with StrictSendGrid(faults=repeat(refusal("Bad Request"))) as server:
        ran = send(publication, server, readers, batch_size=batch_size, threads=2)
        assert (ran.exit_code, ran.json["state"], ran.json["pending"]) == (3, "paused", readers)
        assert "Bad Request" in ran.stderr


@pytest.mark.parametrize("readers", [1, 3])
def test_readers_refused_by_name_wait_too_when_nobody_was_accepted(
    publication: Publication, readers: int
) -> None:
    with StrictSendGrid(refuse=addresses(range(readers))) as server:
        ran = send(publication, server, readers)
        assert (ran.exit_code, ran.json["state"], ran.json["pending"]) == (3, "paused", readers)
        server.refuse = ()
        assert publication.run("resume", "first", "--json").json["accepted"] == readers


def test_resumed_while_it_lasts_it_asks_as_few_times_again_and_once_it_is_over_mails_everybody(
    publication: Publication,
) -> None:
    with StrictSendGrid(status=400) as server:
        send(publication, server, 400)
        for _ in range(2):
            before = server.posts
            again = publication.run("resume", "first", "--json")
            assert (again.exit_code, again.json["pending"]) == (3, 400)
            assert server.posts - before <= REQUESTS
        server.status = None
        over = publication.run("resume", "first", "--json")
        assert (over.exit_code, over.json["accepted"], over.json["state"]) == (0, 400, "finished")
        assert set(server.accepted.values()) == {1}


def test_a_fault_that_begins_half_way_pauses_and_rejects_nobody(publication: Publication) -> None:
    faults = chain([None] * 20, repeat(refusal("Bad Request")))
    with StrictSendGrid(faults=faults) as server:
        ran = send(publication, server, 400)
        assert (ran.exit_code, ran.json["state"]) == (3, "paused")
        assert (ran.json["accepted"], ran.json["rejected"]) == (200, 0)
        assert server.posts <= 20 + REQUESTS


def in_the_order_of_the_list(readers: int) -> list[str]:
    """Return the addresses as an import brings them in, so that neighbours here are neighbours in a batch."""
    return sorted(addresses(range(readers)))


# Which of sixty readers the provider refuses without naming them, all with the same words.
POISONOUS = {
    "the first": [0],
    "the last": [59],
    "one in the middle": [31],
    "the first three": [0, 1, 2],
    "the first five": range(5),
    "the whole first batch": range(10),
    "the first batch and a half": range(15),
    "the last three": [57, 58, 59],
    "one in each batch": range(4, 60, 10),
    "every third": range(0, 60, 3),
    "two neighbours here and there": [8, 9, 10, 30, 31, 49, 50],
}


# With four threads the others may be through before the first batch's refusal comes back: then nobody is left
# to compare these ten with, and the mailing pauses, as it does for as many at the very end.
BY_CHANCE = ("the whole first batch", 4)


@pytest.mark.parametrize(
    ("name", "threads"),
    [(name, threads) for name in POISONOUS for threads in (1, 4) if (name, threads) != BY_CHANCE],
)
def test_readers_refused_without_a_name_cost_nobody_else_the_mail(
    publication: Publication, name: str, threads: int
) -> None:
    refused = {in_the_order_of_the_list(60)[place] for place in POISONOUS[name]}
    with StrictSendGrid(refuse_unnamed=refused) as server:
        ran = send(publication, server, 60, threads=threads)
        assert ran.exit_code == 0, ran.stderr
        assert (ran.json["accepted"], ran.json["rejected"]) == (60 - len(refused), len(refused))
        assert server.accepted.keys() == addresses(range(60)) - refused
        assert set(server.accepted.values()) == {1}
    rejected = rows(publication.run("recipients", "first", "--state", "rejected").stdout)
    assert {row["email"] for row in rejected} == refused
    assert all("Bad Request" in row["reason"] for row in rejected)


def test_a_long_row_of_such_readers_is_found_out_while_there_are_others_to_compare_them_with(
    publication: Publication,
) -> None:
    refused = set(in_the_order_of_the_list(240)[:30])
    with StrictSendGrid(refuse_unnamed=refused) as server:
        ran = send(publication, server, 240, batch_size=60, threads=1)
        assert (ran.exit_code, ran.json["accepted"], ran.json["rejected"]) == (0, 210, 30), ran.stderr


def test_after_the_first_refusal_only_single_readers_go_out_until_one_is_accepted(
    publication: Publication,
) -> None:
    with StrictSendGrid(faults=[*repeat(refusal("Bad Request"), 3)]) as server:
        ran = send(publication, server, 100, threads=1)
        assert (ran.exit_code, ran.json["accepted"]) == (0, 98), ran.stderr
        sizes = [len(request["personalizations"]) for request in server.requests]
        assert sizes[:4] == [10, 1, 1, 1]
        asked = [
            {personalization["to"][0]["email"] for personalization in request["personalizations"]}
            for request in server.requests[:4]
        ]
        assert set.union(*asked[1:]) <= asked[0]


class Refusing(Scripted):
    """A provider that refuses everybody, the first batch while a second one gets ready to leave."""

    nothing_is_ready = staticmethod(lambda: True)

    def __init__(self) -> None:
        super().__init__()
        self.posted: list[int] = []
        self.first, self.second, self.doubted = (threading.Event() for _ in range(3))
        self.lock = threading.Lock()

    def build(
        self, envelope: Envelope, recipients: Sequence[Recipient], *, batch: str, attempt: str
    ) -> bytes:
        if len(recipients) == 1:
            self.doubted.set()
        with self.lock:
            is_first = not self.first.is_set()
            self.first.set()
        if not is_first:
            self.second.set()
            assert self.doubted.wait(60)
        return orjson.dumps([recipient.reader for recipient in recipients])

    def post(self, request: bytes, late: Callable[[Outcome], None]) -> Outcome:
        readers = orjson.loads(request)
        self.posted.append(len(readers))
        assert self.second.wait(60)
        if len(readers) == 1:
            until(self.nothing_is_ready)
        return Refused("Bad Request")


def test_what_was_ready_to_leave_when_the_doubt_began_stays_here(tmp_path: Path) -> None:
    post = Refusing()
    wiring = Wired(tmp_path / "publication", post, batch_size=5, delivery={"threads": 2})
    wiring.clock = SystemClock()

    def nothing_is_ready() -> bool:
        with read(wiring.engine) as connection:
            ready = select(batch.c.id).where(batch.c.state == "claimed")
            return connection.execute(ready).first() is None

    post.nothing_is_ready = nothing_is_ready  # type: ignore[assignment]
    for n in range(20):
        readership.add(wiring.engine, "readers", f"reader{n}@example.org", now=wiring.clock.now)
    proof = publish.send(wiring, publish.plan_send(wiring, "first"))
    wiring.engine.dispose()
    assert (proof.state, proof.pending) == ("paused", 20)
    assert post.posted == [5] + [1] * SEVERAL


def test_stopped_in_doubt_nobody_is_rejected(publication: Publication) -> None:
    faults = [*repeat(refusal("Bad Request"), 3), "401"]
    with StrictSendGrid(faults=faults) as server:
        ran = send(publication, server, 100, threads=1)
        assert (ran.exit_code, ran.json["state"], ran.json["pending"]) == (3, "paused", 100)
        assert publication.run("resume", "first", "--json").json["accepted"] == 100


class Poisonous(Scripted):
    """A provider that refuses every request with one of some readers in it, and names nobody."""

    poison: frozenset[int] = frozenset()
    lock = threading.Lock()

    def build(
        self, envelope: Envelope, recipients: Sequence[Recipient], *, batch: str, attempt: str
    ) -> bytes:
        return orjson.dumps([recipient.reader for recipient in recipients])

    def post(self, request: bytes, late: Callable[[Outcome], None]) -> Outcome:
        readers = orjson.loads(request)
        if not self.poison.isdisjoint(readers):
            return Refused("Bad Request")
        with self.lock:
            self.mailed.update(readers)
        return Accepted("message")


def _send_to(
    readers: int, poison: frozenset[int], *, batch_size: int, threads: int
) -> tuple[Proof, Poisonous]:
    """Send to readers with ids from 1, some of them poisonous; return the proof and the provider."""
    post = Poisonous()
    post.poison = poison
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "publication"
        wiring = Wired(root, post, batch_size=batch_size, delivery={"threads": threads})
        wiring.clock = SystemClock()
        for n in range(readers):
            readership.add(wiring.engine, "readers", f"reader{n}@example.org", now=wiring.clock.now)
        proof = publish.send(wiring, publish.plan_send(wiring, "first"))
        wiring.engine.dispose()
    return proof, post


@pytest.mark.slow
@settings(max_examples=examples(40))
@given(data=st.data())
def test_whichever_readers_are_poisonous_nobody_else_is_rejected_or_lost(
    data: st.DataObject,
) -> None:
    readers = data.draw(st.integers(2, 40), label="readers")
    poison = data.draw(st.frozensets(st.integers(1, readers), max_size=12), label="poison")
    threads = data.draw(st.integers(1, 8), label="threads")
    proof, post = _send_to(
        readers, poison, batch_size=data.draw(st.integers(1, 12), label="batch size"), threads=threads
    )
    good = readers - len(poison)
    assert proof.adds_up
    assert set(post.mailed.values()) <= {1}
    assert proof.accepted == post.mailed.total()
    assert proof.rejected <= len(poison)
    if good > 0 and len(poison) < SEVERAL:  # so many may be asked alone, one after another, and sending stops
        assert (proof.state, proof.accepted, proof.rejected) == ("finished", good, len(poison))
    if not good:
        assert (proof.state, proof.pending) == ("paused", readers)


def test_several_asked_alone_and_refused_pause_while_another_is_left_who_could_be_mailed() -> None:
    poison = frozenset({1, 2, 3, 5, 6})
    proof, _ = _send_to(6, poison, batch_size=3, threads=1)
    assert len(poison) == SEVERAL
    assert (proof.state, proof.accepted, proof.rejected, proof.pending) == ("paused", 0, 0, 6)
