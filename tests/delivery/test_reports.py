"""What reports ask for."""

import pytest

from newsletter.delivery.event_kinds import Kind
from newsletter.delivery.events import Consequence, Event, LeaveList, Rejoin, Suppress
from newsletter.delivery.reports import PauseAt, consequence, should_pause


def event(kind: Kind, reason: str = "") -> Event:
    return Event(key=b"k", kind=kind, at=1, email="ann@example.org", reason=reason)


@pytest.mark.parametrize(
    ("kind", "reason", "expected"),
    [
        ("bounce", "550 no such user", Suppress("bounce")),
        ("blocked", "550 looks like spam", None),
        ("deferred", "450 later", None),
        ("complaint", "", Suppress("complaint")),
        ("unsubscribe", "", Suppress("unsubscribed")),
        ("group_unsubscribe", "", LeaveList()),
        ("group_resubscribe", "", Rejoin()),
        ("processed", "", None),
        ("delivered", "", None),
        ("open", "", None),
        ("click", "", None),
        ("other", "", None),
        ("dropped", "", None),
    ],
)
def test_each_kind_asks_for_what_the_policy_says(kind: Kind, reason: str, expected: Consequence) -> None:
    assert consequence(event(kind, reason)) == expected


AT = PauseAt(bounces=0.05, complaints=0.003, after=200)


def test_too_few_reports_say_nothing_yet() -> None:
    assert should_pause({"bounce": 199}, AT) == ""
    assert should_pause({}, AT) == ""


def test_bounces_are_a_share_of_the_mails_with_a_last_word() -> None:
    assert (
        should_pause({"delivered": 190, "bounce": 9, "deferred": 500, "processed": 900, "blocked": 1}, AT)
        == ""
    )
    assert "10 of 200" in should_pause({"delivered": 185, "bounce": 10, "blocked": 3, "dropped": 2}, AT)


def test_complaints_are_a_share_of_the_delivered_mails() -> None:
    assert should_pause({"delivered": 1000, "complaint": 2}, AT) == ""
    assert "called it spam" in should_pause({"delivered": 1000, "complaint": 3}, AT)


def test_complaints_about_mails_whose_delivery_is_not_reported_count_too() -> None:
    assert "spam" in should_pause({"blocked": 300, "complaint": 1}, AT)


def test_a_share_of_none_never_pauses() -> None:
    assert should_pause({"bounce": 500, "complaint": 500}, PauseAt(bounces=0, complaints=0, after=1)) == ""


def test_who_resumed_is_not_stopped_again_by_what_was_known() -> None:
    counts = {"delivered": 180, "bounce": 20}
    assert should_pause(counts, AT)
    assert should_pause({**counts, "paused": 200}, AT) == ""
    assert should_pause({"delivered": 360, "bounce": 40, "paused": 200}, AT)
