"""/v3/messages: what became of mail, by SendGrid's query language."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from local_sendgrid import KEY, Site, letter
from pace import FOREVER

from newsletter.delivery.evidence import CannotSay, HasMail, HasNoMail
from newsletter.providers.sendgrid.client import SendGridProvider, Server
from newsletter.sandbox.server.email_activity import BadQuery, parse_query

ATTEMPT = "ab" * 10


def ask(site: Site, query: str, **more: str) -> httpx.Response:
    return site.client.get(f"{site.url}/v3/messages", params={"query": query, **more}, headers=KEY)


def found(site: Site, query: str, **more: str) -> list[dict[str, Any]]:
    answer = ask(site, query, **more)
    assert answer.status_code == 200, answer.text
    messages: list[dict[str, Any]] = answer.json()["messages"]
    return messages


def sent(site: Site, *addresses: str, attempt: str = ATTEMPT, **changes: Any) -> str:
    arguments = {"nl_issue": "first", "nl_batch": "1", "nl_attempt": attempt}
    return site.send(letter(*addresses, custom_args=arguments, **changes)).headers["X-Message-Id"]


def test_mail_is_found_by_the_beginning_of_its_id(site: Site) -> None:
    message_id = sent(site, "ann@example.org", "bea@example.org")
    sent(site, "cy@example.org")
    messages = found(site, f"msg_id LIKE '{message_id}%'")
    assert [message["to_email"] for message in messages] == ["ann@example.org", "bea@example.org"]
    assert all(message["msg_id"].startswith(f"{message_id}.") for message in messages)
    assert found(site, f'msg_id="{messages[1]["msg_id"]}"') == [messages[1]]
    assert found(site, f'msg_id="{message_id}"') == []


@pytest.mark.parametrize(
    "query",
    [
        f"(unique_args['nl_attempt']=\"{ATTEMPT}\")",
        f'unique_args["nl_attempt"]="{ATTEMPT}"',
        f'unique_args="{ATTEMPT}"',
        "unique_args['nl_reader']='0' AND to_email LIKE 'ann@%' AND status!=\"processed\"",
        f"(unique_args['nl_attempt']='{ATTEMPT}') AND (to_email='ann@example.org')",
        "subject LIKE 'The kilogram%' and from_email='news@example.org' and unique_args['nl_batch']=\"1\"",
    ],
)
def test_mail_is_found_by_its_custom_arguments_and_other_fields(site: Site, query: str) -> None:
    sent(site, "ann@example.org")
    site.send(letter("bea@example.org", subject="Other", custom_args={"nl_attempt": "cd" * 10}))
    assert [message["to_email"] for message in found(site, query)] == ["ann@example.org"]


def test_our_own_client_and_the_sandbox_understand_each_other(site: Site) -> None:
    message_id = sent(site, "ann@example.org", "bea@example.org")

    def look_up(key: str, attempt: str) -> object:
        provider = SendGridProvider(
            Server(api_key=key, host=site.url, timeout_seconds=FOREVER, threads=1), identity="sandbox"
        )
        try:
            return provider.look_up(attempt)
        finally:
            provider.close()

    assert look_up("SG.test.key", ATTEMPT) == HasMail(message_id)
    assert look_up("SG.test.key", "cd" * 10) == HasNoMail()
    assert isinstance(look_up("SG.no-activity.key", ATTEMPT), CannotSay)


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("ann@example.org", "delivered"),
        ("bounce@example.org", "not_delivered"),
        ("latebounce@example.org", "not_delivered"),
        ("dropped@example.org", "not_delivered"),
        ("complaint@example.org", "delivered"),
    ],
)
def test_the_status_is_what_became_of_the_mail(site: Site, address: str, status: str) -> None:
    sent(site, address)
    (message,) = found(site, f'to_email="{address}"')
    assert message["status"] == status
    assert found(site, f'status="{status}"') == [message]


def test_newest_mail_comes_first_and_no_more_than_asked_for(site: Site) -> None:
    for number in range(12):
        sent(site, f"r{number}@example.org")
    assert [message["to_email"] for message in found(site, "", limit="2")] == [
        "r11@example.org",
        "r10@example.org",
    ]
    assert len(found(site, "")) == 10
    assert len(found(site, "", limit="1000")) == 12


@pytest.mark.parametrize("limit", ["0", "1001", "-1", "x", "", "²", "9" * 40])
def test_a_limit_out_of_range_is_refused(site: Site, limit: str) -> None:
    assert ask(site, "", limit=limit).status_code == 400


@pytest.mark.parametrize(
    "query",
    [
        "bad_field='x'",
        "msg_id",
        "msg_id=",
        "msg_id='x' OR msg_id='y'",
        "msg_id='x' AND",
        "msg_id['a']='x'",
        "(msg_id='x'",
        "msg_id='x')",
        "'",
    ],
)
def test_a_query_that_is_not_understood_is_refused(site: Site, query: str) -> None:
    answer = ask(site, query)
    assert answer.status_code == 400
    assert "invalid syntax" in answer.json()["errors"][0]["message"]


@given(st.text(max_size=60) | st.text("msgid_ LIKE'%\"=()[]AND", max_size=60))
def test_any_text_is_a_query_or_is_refused(text: str) -> None:
    with suppress(BadQuery):
        assert parse_query(text)


def test_one_message_is_told_with_its_events(site: Site) -> None:
    sent(site, "bounce@example.org")
    (message,) = found(site, "")
    whole = site.get(f"/v3/messages/{message['msg_id']}").json()
    assert [event["event_name"] for event in whole["events"]] == ["processed", "bounced"]
    assert whole["events"][1]["bounce_type"] == "hard"
    assert ATTEMPT in whole["unique_args"]
    for unknown in ("nonsense", message["msg_id"] + "0", message["msg_id"].partition(".")[0], "%"):
        assert site.get(f"/v3/messages/{unknown}").status_code == 404


def test_a_key_without_the_extra_is_forbidden_to_ask(site: Site) -> None:
    key = {"Authorization": "Bearer SG.no-activity.x"}
    assert site.get("/v3/messages", key).status_code == 403
    assert site.get("/v3/messages/x", key).status_code == 403
    assert site.get("/v3/suppression/bounces", key).status_code == 200
    assert site.send(letter(), key).status_code == 202
    assert "email_activity.read" not in site.get("/v3/scopes", key).json()["scopes"]


def test_mail_that_still_waits_is_not_found(make_site: Callable[..., Site]) -> None:
    now = [1_800_000_000.0]
    site = make_site(clock=lambda: now[0])
    sent(site, "ann@example.org", send_at=1_800_000_060)
    assert found(site, "") == []
    now[0] += 60
    (message,) = found(site, "")
    assert message["last_event_time"] == "2027-01-15T08:01:00Z"
