"""Consent: every step a reader takes is kept, each by the way it came."""

from pathlib import Path
from typing import TYPE_CHECKING

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from samples import examples
from scripted import Scripted, Wired

from newsletter import publish, readership
from newsletter.contacts.consent.standing import ConsentKind
from newsletter.delivery.event_kinds import Kind
from newsletter.delivery.events import Event
from newsletter.store.database import read, write
from newsletter.store.readers import consent, subscribers
from newsletter.store.readers.consent import Consent

if TYPE_CHECKING:
    from conftest import Publication
    from readership.conftest import Store

ANN = "ann@example.org"


def _steps(store: "Store | Wired", email: str = ANN) -> list[Consent]:
    with read(store.engine) as connection:
        found = subscribers.find(connection, email)
    assert found is not None
    return list(found.consent)


def test_commands_note_joining_confirming_leaving_and_coming_back(store: "Store") -> None:
    readership.add(store.engine, "readers", ANN, now=store.clock, joining=readership.Joining(pending=True))
    readership.add(store.engine, "readers", ANN, now=store.clock)
    readership.add(store.engine, "readers", ANN, now=store.clock)  # says nothing new
    readership.remove(store.engine, ANN, now=store.clock)
    readership.add(store.engine, "readers", ANN, now=store.clock, joining=readership.Joining(again=True))
    steps = _steps(store)
    assert [(step.kind, step.source, step.evidence) for step in steps] == [
        ("joined", "command", ""),
        ("confirmed", "command", ""),
        ("unsubscribed", "command", ""),
        ("confirmed", "command", "asked to come back"),
    ]
    assert [step.at for step in steps] == sorted({step.at for step in steps})


def test_removing_from_all_lists_is_a_step_with_each(store: "Store") -> None:
    for name in ("one", "two"):
        readership.add(store.engine, name, ANN, now=store.clock)
    readership.remove(store.engine, ANN, now=store.clock)
    assert [step.list_name for step in _steps(store) if step.kind == "unsubscribed"] == ["one", "two"]


@pytest.mark.parametrize("again", [True, False])
def test_choices_at_the_provider_are_kept_with_its_time(tmp_path: Path, again: bool) -> None:
    wiring = Wired(tmp_path, Scripted())
    readership.add(wiring.engine, "readers", ANN, now=wiring.clock.now)
    publish.send(wiring, publish.plan_send(wiring, "first"))
    (attempt,), (reader,) = wiring.post.attempts, next(iter(wiring.post.attempts.values()))
    choices: list[tuple[Kind, int]] = [("group_unsubscribe", 1_000), ("group_resubscribe", 2_000)]
    for kind, at in choices[: 2 if again else 1]:
        event = Event(
            kind.encode()[:16], kind, at, ANN, attempt, reader, "", "", machine=False, raw="", issue="first"
        )
        for _ in range(2):  # a report that comes twice is one step
            readership.take_reports(wiring.engine, [event], now=wiring.clock.now, pause=readership.PauseAt())
    reported = [(step.kind, step.at, step.evidence) for step in _steps(wiring) if step.source == "provider"]
    expected = [
        ("unsubscribed", 1_000, "reported as group_unsubscribe"),
        ("confirmed", 2_000, "reported as group_resubscribe"),
    ]
    assert reported == expected[: 2 if again else 1]
    wiring.engine.dispose()


def test_show_prints_every_step(publication: "Publication") -> None:
    publication.run("subscribers", "add", ANN, "--list", "readers")
    publication.run("subscribers", "remove", ANN)
    document = orjson.loads(publication.run("subscribers", "show", ANN, "--json").stdout)
    assert [step["kind"] for step in document["consent"]["readers"]] == ["confirmed", "unsubscribed"]
    assert set(document["consent"]["readers"][0]) == {"at", "kind", "source", "wording", "form", "evidence"}
    shown = publication.run("subscribers", "show", ANN).stderr
    assert "unsubscribed, command" in shown


@pytest.mark.slow
@settings(
    max_examples=examples(25), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 3),
            st.sampled_from(ConsentKind),
            st.sampled_from(["import", "link", "mailchimp"]),
            st.text(),
        )
    )
)
def test_the_first_word_on_a_step_stands_whatever_is_said_again(
    store: "Store", steps: list[tuple[int, ConsentKind, str, str]]
) -> None:
    email = f"reader{len(store.dump()['subscriber'])}@example.org"
    store.bring(f"email\n{email}\n")
    with write(store.engine) as connection:
        found = subscribers.find(connection, email)
        assert found is not None
        first: dict[tuple[int, str, str], str] = {}
        for at, kind, source, wording in steps:
            said = wording.replace("\0", "")
            consent.record(connection, consent.Step(found.id, 1, at + 10**9, kind, source, wording=said))
            first.setdefault((at + 10**9, kind, source), said)
        held = [step for step in consent.steps_of(connection, found.id) if step.at < 10**10]
    assert {(step.at, step.kind, step.source): step.wording for step in held} == first
    assert [step.at for step in held] == sorted(step.at for step in held)
