"""The states and their transitions: whole, reachable, and printed into the docs as they are."""

import runpy
from enum import StrEnum
from pathlib import Path

import pytest

from newsletter.delivery import states
from newsletter.delivery.states import (
    BatchState,
    BatchTransition,
    MailingState,
    MailingTransition,
    SubscriptionState,
    SubscriptionTransition,
    Transition,
)

DOCS = Path(__file__).parent.parent.parent / "docs"
BEGINNINGS = {
    MailingState: {MailingState.SCHEDULED, MailingState.HELD, MailingState.SENDING},
    BatchState: {BatchState.PENDING},
    SubscriptionState: {*SubscriptionState},
}


def test_the_docs_print_the_transitions_as_they_are() -> None:
    page = (DOCS / "architecture.md").read_text(encoding="utf-8")
    assert runpy.run_path(str(DOCS / "states.py"))["with_print"](page) == page, "run: python docs/states.py"


@pytest.mark.parametrize(
    ("kind", "transitions"),
    [
        (MailingState, MailingTransition),
        (BatchState, BatchTransition),
        (SubscriptionState, SubscriptionTransition),
    ],
)
def test_every_state_of_the_ledger_can_be_reached(kind: type[StrEnum], transitions: type[Transition]) -> None:
    reached = BEGINNINGS[kind] | {transition.after for transition in transitions}
    assert set(kind) - {MailingState.DRAFT} == reached
    for transition in transitions:
        assert {type(state) for state in (*transition.before, transition.after)} == {kind}
        assert transition.after not in transition.before
        assert len(set(transition.before)) == len(transition.before)


def test_a_named_set_holds_states_of_one_kind_each_once() -> None:
    sets = {
        name: found
        for name, found in vars(states).items()
        if name.isupper() and isinstance(found, tuple) and not name.startswith("_")
    }
    assert len(sets) >= 10
    for name, found in sets.items():
        assert len({type(state) for state in found}) == 1, name
        assert len(set(found)) == len(found), name
