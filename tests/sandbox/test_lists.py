"""The lists of addresses that are not mailed, and what dropping does."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from local_sendgrid import KEY, Site, letter
from pace import FOREVER

from newsletter.providers.sendgrid.client import SendGridProvider, Server
from newsletter.sandbox.inbox.states import state_in_words

NOW = 1_800_000_000


@pytest.fixture
def clock() -> list[float]:
    return [float(NOW)]


@pytest.fixture
def site(make_site: Callable[..., Site], clock: list[float]) -> Site:
    return make_site(clock=lambda: clock[0])


def listed(site: Site, name: str, **query: Any) -> list[dict[str, Any]]:
    answer = site.client.get(f"{site.url}/v3/suppression/{name}", params=query, headers=KEY)
    assert answer.status_code == 200, answer.text
    entries: list[dict[str, Any]] = answer.json()
    return entries


def call(site: Site, method: str, path: str, body: object = None) -> httpx.Response:
    return site.client.request(method, site.url + path, json=body, headers=KEY)


def states(site: Site) -> dict[str, str]:
    lines = reversed(site.store.messages().messages)
    return {line.email: state_in_words(line.email, line.disposition, line.held) for line in lines}


@pytest.mark.parametrize(
    ("address", "name", "reason"),
    [
        ("bounce@example.org", "bounces", "Bounced Address"),
        ("latebounce@example.org", "bounces", "Bounced Address"),
        ("dropped@example.org", "bounces", "Bounced Address"),
        ("complaint+9@example.org", "spam_reports", "Spam Reporting Address"),
        ("invalid@example.org", "invalid_emails", "Invalid"),
        ("unsubscribe@example.org", "unsubscribes", "Unsubscribed Address"),
    ],
)
def test_an_address_lands_on_its_list_and_later_mail_to_it_is_dropped(
    site: Site, clock: list[float], address: str, name: str, reason: str
) -> None:
    site.send(letter(address, "ann@example.org"))
    (entry,) = listed(site, name)
    assert (entry["email"], entry["created"]) == (address, NOW)
    clock[0] += 60
    site.send(letter(address, "ann@example.org"))
    assert listed(site, name) == [entry], "mail that was dropped puts nobody on a list"
    assert states(site) == {address: f"dropped ({reason})", "ann@example.org": ""}


def test_a_block_is_listed_and_holds_nothing_back(site: Site) -> None:
    for _ in range(2):
        site.send(letter("blocked@example.org"))
    (entry,) = listed(site, "blocks")
    assert set(entry) == {"email", "created", "reason", "status"}
    assert states(site) == {"blocked@example.org": "blocked"}


def test_an_address_taken_off_is_mailed_again(site: Site) -> None:
    site.send(letter("complaint@example.org"))
    assert call(site, "DELETE", "/v3/suppression/spam_reports/COMPLAINT@example.org").status_code == 204
    assert call(site, "DELETE", "/v3/suppression/spam_reports/complaint@example.org").status_code == 404
    site.send(letter("complaint@example.org"))
    assert states(site) == {"complaint@example.org": "reported as spam"}


def test_several_or_all_are_taken_off_by_a_body(site: Site) -> None:
    site.send(letter(*(f"bounce+{n}@example.org" for n in range(4))))
    body = {"emails": ["bounce+0@example.org", "bounce+1@example.org"]}
    assert call(site, "DELETE", "/v3/suppression/bounces", body).status_code == 204
    assert len(listed(site, "bounces")) == 2
    for bad in (None, {}, {"emails": "x"}, {"emails": [1]}, {"delete_all": True, "emails": []}, [1]):
        assert call(site, "DELETE", "/v3/suppression/bounces", bad).status_code == 400
    assert call(site, "DELETE", "/v3/suppression/bounces", {"delete_all": True}).status_code == 204
    assert listed(site, "bounces") == []


def test_a_window_of_time_holds_both_its_ends(site: Site, clock: list[float]) -> None:
    for number in range(3):
        site.send(letter(f"bounce+{number}@example.org"))
        clock[0] += 10
    created = [entry["created"] for entry in listed(site, "bounces", start_time=NOW, end_time=NOW + 10)]
    assert created == [NOW + 10, NOW]
    assert listed(site, "bounces", start_time=NOW + 21) == []


def test_pages_hold_every_entry_once(site: Site) -> None:
    site.send(letter(*(f"bounce+{n}@example.org" for n in range(7))))
    pages = [listed(site, "bounces", limit=3, offset=offset) for offset in (0, 3, 6, 9)]
    assert [len(page) for page in pages] == [3, 3, 1, 0]
    assert len({entry["email"] for page in pages for entry in page}) == 7


@pytest.mark.parametrize("query", ["limit=501", "limit=0", "offset=-1", "start_time=x", "end_time=1e9"])
def test_a_question_out_of_range_is_refused_with_its_field(site: Site, query: str) -> None:
    answer = site.get(f"/v3/suppression/bounces?{query}")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == query.partition("=")[0]


def test_entries_are_found_by_how_an_address_begins(site: Site) -> None:
    site.send(letter("bounce+a_b@example.org", "bounce+axb@example.org"))
    assert [entry["email"] for entry in listed(site, "bounces", email="bounce+a_")] == [
        "bounce+a_b@example.org"
    ]
    assert len(listed(site, "bounces", email="%EXAMPLE")) == 2
    assert listed(site, "bounces", email="example") == []


def test_one_entry_is_told_in_a_list(site: Site) -> None:
    site.send(letter("bounce@example.org"))
    assert len(site.get("/v3/suppression/bounces/Bounce@example.org").json()) == 1
    assert site.get("/v3/suppression/bounces/ann@example.org").json() == []


def test_a_global_unsubscribe_is_made_asked_for_and_undone(site: Site) -> None:
    path = "/v3/asm/suppressions/global"
    body = {"recipient_emails": ["Ann@example.org"]}
    assert call(site, "POST", path, body).json() == body
    assert site.get(f"{path}/ann@example.org").json() == {"recipient_email": "ann@example.org"}
    site.send(letter("ann@example.org"))
    assert states(site) == {"ann@example.org": "dropped (Unsubscribed Address)"}
    assert call(site, "DELETE", f"{path}/ann@example.org").status_code == 204
    assert call(site, "DELETE", f"{path}/ann@example.org").status_code == 404
    assert site.get(f"{path}/ann@example.org").json() == {}
    for bad in ({}, {"recipient_emails": ["no address"]}, [1]):
        assert call(site, "POST", path, bad).status_code == 400


def test_what_is_no_list_is_not_found(site: Site) -> None:
    for method, path in (
        ("GET", "/v3/suppression/nonsense"),
        ("GET", "/v3/suppression/nonsense/ann@example.org"),
        ("DELETE", "/v3/suppression/nonsense/ann@example.org"),
        ("DELETE", "/v3/suppression/nonsense"),
    ):
        assert call(site, method, path).status_code == 404
    assert site.get("/v3/asm/suppressions").json() == []


@pytest.mark.parametrize(
    ("bypass", "dropped"),
    [
        ("bypass_list_management", set()),
        ("bypass_bounce_management", {"complaint@example.org", "invalid@example.org"}),
        ("bypass_spam_management", {"bounce@example.org", "invalid@example.org"}),
    ],
)
def test_a_bypass_mails_a_listed_address_all_the_same(site: Site, bypass: str, dropped: set[str]) -> None:
    addresses = ("bounce@example.org", "complaint@example.org", "invalid@example.org")
    site.send(letter(*addresses))
    site.send(letter(*addresses, mail_settings={bypass: {"enable": True}}))
    lines = site.store.messages().messages[:3]
    latest = {line.email: state_in_words(line.email, line.disposition, line.held) for line in lines}
    assert {email for email, state in latest.items() if state.startswith("dropped (")} == dropped


def test_our_own_client_reads_all_lists_but_blocks(site: Site) -> None:
    names = ("bounce", "complaint", "invalid", "unsubscribe", "blocked")
    site.send(letter(*(f"{name}@example.org" for name in names)))
    provider = SendGridProvider(
        Server(api_key="SG.test.key", host=site.url, timeout_seconds=FOREVER, threads=1), identity="sandbox"
    )
    try:
        found = {
            suppression.email: suppression.reason
            for suppression in provider.suppressions(NOW * 1_000_000, NOW * 1_000_000)
        }
    finally:
        provider.close()
    assert found == {
        "bounce@example.org": "bounce",
        "complaint@example.org": "complaint",
        "invalid@example.org": "invalid",
        "unsubscribe@example.org": "unsubscribed",
    }


def test_every_list_asks_for_a_key(site: Site) -> None:
    for path in (
        "/v3/suppression/bounces",
        "/v3/asm/suppressions",
        "/v3/messages",
        "/v3/user/scheduled_sends",
    ):
        assert site.get(path, {}).status_code == 401
