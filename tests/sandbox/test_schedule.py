"""Mail that waits: batches paused, cancelled and let go, and what is then reported."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from local_sendgrid import KEY, Site, letter

from newsletter.sandbox.behaviour.schedule import MAX_HELD
from newsletter.sandbox.file import report_queue
from newsletter.sandbox.inbox.states import state_in_words

NOW = 1_800_000_000
HOUR = 3_600
HELD = "/v3/user/scheduled_sends"


@pytest.fixture
def clock() -> list[float]:
    return [float(NOW)]


@pytest.fixture
def site(make_site: Callable[..., Site], clock: list[float]) -> Site:
    return make_site(clock=lambda: clock[0])


def call(site: Site, method: str, path: str, body: object = None) -> httpx.Response:
    return site.client.request(method, site.url + path, json=body, headers=KEY)


def batch(site: Site) -> str:
    answer = call(site, "POST", "/v3/mail/batch")
    assert answer.status_code == 201
    made: str = answer.json()["batch_id"]
    return made


def schedule(site: Site, *addresses: str, **changes: Any) -> str:
    batch_id = batch(site)
    body = letter(*addresses, send_at=NOW + HOUR, batch_id=batch_id, **changes)
    assert site.send(body).status_code == 202
    return batch_id


def state(site: Site) -> list[str]:
    """Return what the inbox says of each message, oldest first."""
    site.get("/")  # a look at the inbox lets what is due go out
    lines = reversed(site.store.messages().messages)
    return [state_in_words(line.email, line.disposition, line.held) for line in lines]


def to_report(site: Site, at: float) -> list[str]:
    now = int(at * 1_000_000)
    return [
        message.email
        for message in report_queue.messages(site.store.file, report_queue.lease(site.store.file, now, now))
    ]


def test_mail_waits_until_it_is_due_and_is_reported_then(site: Site, clock: list[float]) -> None:
    schedule(site, "ann@example.org")
    assert state(site) == ["scheduled"]
    assert to_report(site, clock[0]) == []
    clock[0] += HOUR
    assert state(site) == [""]
    assert to_report(site, clock[0]) == ["ann@example.org"]


def test_a_reader_may_have_a_time_of_their_own(site: Site, clock: list[float]) -> None:
    body = letter("ann@example.org", "bea@example.org", "cy@example.org")
    body["personalizations"][1]["send_at"] = NOW + HOUR
    body["personalizations"][2]["send_at"] = NOW - HOUR
    site.send(body)
    assert state(site) == ["", "scheduled", ""]
    assert to_report(site, clock[0]) == ["ann@example.org", "cy@example.org"]
    clock[0] += HOUR
    assert state(site) == ["", "", ""]
    assert "bea@example.org" in to_report(site, clock[0])


def test_a_cancelled_batch_is_never_delivered(site: Site, clock: list[float]) -> None:
    batch_id = schedule(site, "bounce@example.org")
    assert call(site, "POST", HELD, {"batch_id": batch_id, "status": "cancel"}).json() == {
        "batch_id": batch_id,
        "status": "cancel",
    }
    assert state(site) == ["cancelled"]
    clock[0] += HOUR
    assert state(site) == ["cancelled"]
    assert call(site, "DELETE", f"{HELD}/{batch_id}").status_code == 204
    assert state(site) == ["cancelled"], "what was due is gone"
    assert to_report(site, clock[0]) == []
    assert site.get("/v3/suppression/bounces").json() == []
    assert list(site.store.everything()) == []


def test_a_cancellation_taken_back_in_time_lets_the_mail_go(site: Site, clock: list[float]) -> None:
    batch_id = schedule(site, "ann@example.org")
    call(site, "POST", HELD, {"batch_id": batch_id, "status": "cancel"})
    call(site, "DELETE", f"{HELD}/{batch_id}")
    assert state(site) == ["scheduled"]
    clock[0] += HOUR
    assert state(site) == [""]


def test_a_paused_batch_goes_out_when_it_is_let_go(site: Site, clock: list[float]) -> None:
    batch_id = schedule(site, "bounce@example.org")
    call(site, "POST", HELD, {"batch_id": batch_id, "status": "pause"})
    clock[0] += 2 * HOUR
    assert state(site) == ["paused"]
    call(site, "DELETE", f"{HELD}/{batch_id}")
    assert state(site) == ["bounced"]
    (entry,) = site.get("/v3/suppression/bounces").json()
    assert entry["created"] == NOW + 2 * HOUR


def test_a_batch_paused_for_72_hours_expires(site: Site, clock: list[float]) -> None:
    batch_id = schedule(site, "ann@example.org")
    call(site, "POST", HELD, {"batch_id": batch_id, "status": "pause"})
    clock[0] += HOUR + 72 * HOUR + 1
    assert state(site) == ["expired"]
    call(site, "DELETE", f"{HELD}/{batch_id}")
    assert state(site) == ["expired"]


def test_an_address_that_came_on_a_list_meanwhile_is_dropped(site: Site, clock: list[float]) -> None:
    schedule(site, "complaint@example.org")
    site.send(letter("complaint@example.org"))
    clock[0] += HOUR
    assert state(site) == ["dropped (Spam Reporting Address)", "reported as spam"]


def test_what_is_held_is_listed_changed_and_let_go(site: Site) -> None:
    batch_id = batch(site)
    entry = {"batch_id": batch_id, "status": "pause"}
    assert call(site, "PATCH", f"{HELD}/{batch_id}", {"status": "cancel"}).status_code == 404
    assert call(site, "POST", HELD, entry).status_code == 201
    assert site.get(HELD).json() == [entry]
    assert call(site, "POST", HELD, {**entry, "status": "cancel"}).status_code == 400
    assert call(site, "PATCH", f"{HELD}/{batch_id}", {"status": "cancel"}).status_code == 204
    assert site.get(f"{HELD}/{batch_id}").json() == [{"batch_id": batch_id, "status": "cancel"}]
    assert call(site, "DELETE", f"{HELD}/{batch_id}").status_code == 204
    assert call(site, "DELETE", f"{HELD}/{batch_id}").status_code == 404
    assert site.get(f"{HELD}/{batch_id}").json() == []


@pytest.mark.parametrize(
    "bad", [None, [], {}, {"batch_id": 1}, {"batch_id": "nobody-made-it", "status": "pause"}]
)
def test_a_batch_that_was_never_made_cannot_be_held(site: Site, bad: object) -> None:
    assert call(site, "POST", HELD, bad).status_code == 400


@pytest.mark.parametrize("status", [None, "stop", 1, ["pause"]])
def test_a_status_is_pause_or_cancel(site: Site, status: object) -> None:
    batch_id = batch(site)
    assert call(site, "POST", HELD, {"batch_id": batch_id, "status": status}).status_code == 400
    assert call(site, "PATCH", f"{HELD}/{batch_id}", {"status": status}).status_code == 400


def test_ten_batches_are_held_at_once_and_no_more(site: Site) -> None:
    for _ in range(MAX_HELD):
        assert call(site, "POST", HELD, {"batch_id": batch(site), "status": "cancel"}).status_code == 201
    assert call(site, "POST", HELD, {"batch_id": batch(site), "status": "cancel"}).status_code == 400


def test_a_batch_id_is_good_for_ten_days(site: Site, clock: list[float]) -> None:
    batch_id = batch(site)
    assert site.get(f"/v3/mail/batch/{batch_id}").json() == {"batch_id": batch_id}
    assert site.get("/v3/mail/batch/nonsense").status_code == 400
    clock[0] += 10 * 24 * HOUR + 1
    assert site.get(f"/v3/mail/batch/{batch_id}").status_code == 400


def test_mail_under_a_batch_id_nobody_made_is_refused(site: Site) -> None:
    answer = site.send(letter(batch_id="nonsense"))
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "batch_id"
    assert site.store.counts().total == 0


def test_mail_called_off_is_not_counted_as_a_second_copy(site: Site, clock: list[float]) -> None:
    batch_id = schedule(site, "ann@example.org")
    call(site, "POST", HELD, {"batch_id": batch_id, "status": "cancel"})
    clock[0] += HOUR
    site.send(letter("ann@example.org"))
    assert site.store.counts().twice == 0


def test_the_inbox_says_what_waits_and_what_was_called_off(site: Site) -> None:
    batch_id = schedule(site, "ann@example.org")
    assert "scheduled" in site.get("/").text
    assert "scheduled" in site.get("/messages/1").text
    call(site, "POST", HELD, {"batch_id": batch_id, "status": "cancel"})
    assert "cancelled" in site.get("/").text
    assert "cancelled" in site.get("/messages/1").text
