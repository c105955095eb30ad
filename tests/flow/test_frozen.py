"""What a plan froze is what the ledger gives back, and what is sent."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from scripted import Scripted, Wired
from sqlalchemy import update

from newsletter import publish, readership
from newsletter.delivery.clock import SECOND
from newsletter.delivery.frozen import FrozenMailing
from newsletter.delivery.states import MailingState
from newsletter.store.database import read, write
from newsletter.store.ledger import mailings
from newsletter.store.tables import variant

ISSUE = "first"


@pytest.fixture
def wiring(tmp_path: Path) -> Iterator[Wired]:
    made = Wired(tmp_path, Scripted(), batch_size=3)
    for n in range(3):
        readership.add(made.engine, "readers", f"reader{n}@example.org", now=made.clock.now)
    yield made
    made.engine.dispose()


def _written_and_read(wiring: Wired, frozen: FrozenMailing) -> FrozenMailing:
    with write(wiring.engine) as connection:
        key = mailings.create(connection, frozen, state=MailingState.FINISHED, now=wiring.clock.now())
        return mailings.frozen_of(connection, key)


def test_every_part_of_a_frozen_mailing_comes_back_as_it_was_written(wiring: Wired) -> None:
    first = publish.plan_send(wiring, ISSUE).frozen._replace(requested_by="Ana", send_at=7)
    assert _written_and_read(wiring, first) == first
    file = wiring.settings.root / "issues" / "first.md"
    file.write_text(file.read_text().replace("number: 7", "number: 7\ncorrection: It was 2019."))
    correction = publish.plan_correction(wiring, ISSUE).frozen
    assert (correction.corrects, len(correction.wrong_mailings)) == (ISSUE, 1)
    assert _written_and_read(wiring, correction) == correction


def test_what_is_going_on_is_planned_from_what_was_frozen(wiring: Wired) -> None:
    plan = publish.plan_send(wiring, ISSUE)
    at = wiring.clock.now() + 60 * SECOND
    publish.schedule(wiring, plan, at)
    again = publish.plan_send(wiring, ISSUE)
    assert (again.kind, again.state, again.mailing) == ("continue", "scheduled", 1)
    assert again.frozen == plan.frozen._replace(requested_by=wiring.person, send_at=at)


def test_a_sender_takes_the_bytes_from_the_ledger_not_from_the_plan_at_hand(wiring: Wired) -> None:
    plan = publish.plan_send(wiring, ISSUE)
    publish.schedule(wiring, plan, wiring.clock.now())
    going_on = publish.plan_send(wiring, ISSUE)
    with write(wiring.engine) as connection:
        connection.execute(update(variant).values(subject="As the ledger has it"))
    publish.send(wiring, going_on)
    assert wiring.post.subjects == {"As the ledger has it"}
    with read(wiring.engine) as connection:
        assert mailings.frozen_of(connection, 1).message.subject == "As the ledger has it"
