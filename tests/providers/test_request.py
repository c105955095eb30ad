"""The request SendGrid gets: within its rules, and every reader alone."""

import json

import orjson
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from provider_samples import ENVELOPE, MESSAGE, TAGS, columns, reader
from samples import examples
from strict_sendgrid_rules import Memory, parse, promise_problems, vendor_problems

from newsletter.delivery.frozen import Envelope
from newsletter.delivery.provider import Recipient
from newsletter.providers.sendgrid.sending.request import clean_name, prepare_requests


def build(*recipients: Recipient, envelope: Envelope = ENVELOPE) -> dict[str, object]:
    request = parse(prepare_requests(envelope, TAGS)(columns(recipients), batch="7", attempt="a1"))
    assert isinstance(request, dict)
    return request


def test_a_thousand_readers_fill_one_request_that_breaks_no_rule() -> None:
    request = build(*[reader(n) for n in range(1000)])
    assert vendor_problems(request) == []
    assert promise_problems(request, Memory()) == []


def test_readers_stand_in_the_order_they_came_each_alone() -> None:
    people = build(*[reader(n) for n in (5, 3, 9)])["personalizations"]
    assert [person["to"] for person in people] == [  # type: ignore[attr-defined]
        [{"email": f"reader{n}@example.org", "name": "Ada"}] for n in (5, 3, 9)
    ]


def test_custom_args_are_opaque_ids_as_strings() -> None:
    request = build(reader(5))
    assert request["custom_args"] == {"nl_issue": "2026-03-02-kilogram", "nl_batch": "7", "nl_attempt": "a1"}
    assert request["personalizations"][0]["custom_args"] == {"nl_reader": "5"}  # type: ignore[index]


def test_every_reader_carries_all_three_list_headers() -> None:
    [one] = build(reader(5))["personalizations"]  # type: ignore[misc]
    assert one["headers"] == {
        "List-Unsubscribe": "<https://news.example.org/u/5?a=1&b=2>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "List-Id": "<readers.example.org>",
    }


def test_all_tracking_is_switched_off_in_so_many_words() -> None:
    assert build(reader(1))["tracking_settings"] == {
        "click_tracking": {"enable": False, "enable_text": False},
        "open_tracking": {"enable": False},
        "subscription_tracking": {"enable": False},
        "ganalytics": {"enable": False},
    }


def test_without_a_reply_address_there_is_no_reply_to() -> None:
    assert "reply_to" not in build(reader(1), envelope=ENVELOPE._replace(reply_to=""))


@pytest.mark.parametrize("issue", ["Μάρτιος", "x" * 256, " leading", "a\nb"])
def test_an_issue_id_that_is_no_category_is_left_out_of_the_categories(issue: str) -> None:
    request = build(reader(1), envelope=ENVELOPE._replace(issue=issue))
    assert "categories" not in request
    assert request["custom_args"]["nl_issue"] == issue  # type: ignore[index]


def test_an_ordinary_issue_id_is_the_category() -> None:
    assert build(reader(1))["categories"] == ["2026-03-02-kilogram"]


@pytest.mark.parametrize("count", [0, 1001])
def test_no_readers_or_too_many_are_a_mistake_of_the_caller(count: int) -> None:
    with pytest.raises(ValueError, match="1 to 1000"):
        prepare_requests(ENVELOPE, TAGS)(columns([reader(n) for n in range(count)]), batch="1", attempt="a")


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Ada Lovelace", "Ada Lovelace"),
        ("Lovelace, Ada", "Lovelace Ada"),
        ("a;b", "a b"),
        ('Ada "the first" L.', "Ada 'the first' L."),
        ("Ada\r\nBcc: all@example.org", "Ada Bcc: all@example.org"),
        ("<b>Ada</b>", "b Ada /b"),
        ("\u202eadA", "adA"),
        ("Zoë Ωmega 😀", "Zoë Ωmega 😀"),
        ("-nl.first_name-", "-nl.first_name-"),
        ("\ud800Ada", "Ada"),
        ("x" * 300, "x" * 250),
    ],
)
def test_a_hostile_name_is_made_harmless_and_the_rest_stays(name: str, shown: str) -> None:
    assert clean_name(name) == shown


@pytest.mark.parametrize("name", ["", " ", ";,;", "\x00\x07"])
def test_a_name_with_nothing_left_is_no_name(name: str) -> None:
    [one] = build(reader(1, name=""), reader(2, name=name))["personalizations"][1:]  # type: ignore[index]
    assert one["to"] == [{"email": "reader2@example.org"}]


@given(st.text(max_size=400), st.text(max_size=60))
@example(name='O\'Brien, "Pat";\n<pat@example.org>', sender="News, Inc.")
def test_whatever_the_names_sendgrid_takes_the_request(name: str, sender: str) -> None:
    envelope = ENVELOPE._replace(from_name=sender)
    request = build(reader(1, name=name), envelope=envelope)
    assert vendor_problems(request) == []


def test_text_outside_ascii_goes_out_as_utf_8() -> None:
    body = prepare_requests(ENVELOPE, TAGS)(columns([reader(1, "Zoë")]), batch="1", attempt="a")
    assert "Zoë".encode() in body
    assert json.loads(body)["content"][0]["value"] == MESSAGE.text


TEXTS = st.text(
    st.characters(exclude_categories=["Cs"]) | st.sampled_from('",\\\\:{}[]%\\x00\\n\\u2028é😀'), max_size=8
)


@settings(max_examples=examples(150))
@given(st.lists(st.tuples(TEXTS, TEXTS, st.tuples(TEXTS, TEXTS), TEXTS), min_size=1, max_size=5), TEXTS)
@example([('a",', "", ('x",', ',"y'), '",'), ("b", "B", (",", '"'), "b")], "%s")
def test_whatever_the_values_a_request_holds_them_as_they_are(
    rows: list[tuple[str, str, tuple[str, str], str]], text: str
) -> None:
    envelope = ENVELOPE._replace(list_id=f"<{text}>")
    tags = f"-{text}-", "%b"
    recipients = [Recipient(n, *row) for n, row in enumerate(rows)]
    request = orjson.loads(prepare_requests(envelope, tags)(columns(recipients), batch=text, attempt=text))
    assert request["custom_args"] == {"nl_issue": ENVELOPE.issue, "nl_batch": text, "nl_attempt": text}
    assert request["personalizations"] == [
        {
            "to": [{"email": email} | ({"name": clean_name(name)} if clean_name(name) else {})],
            "headers": {
                "List-Unsubscribe": f"<{link}>",
                "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
                "List-Id": f"<{text}>",
            },
            "substitutions": dict(zip(tags, values, strict=True)),
            "custom_args": {"nl_reader": str(n)},
        }
        for n, (email, name, values, link) in enumerate(rows)
    ]


def test_a_message_without_fields_needs_no_values() -> None:
    bare = Recipient(1, "a@example.org", "", (), "https://x.org")
    request = orjson.loads(prepare_requests(ENVELOPE, ())(columns([bare, bare]), batch="1", attempt="a"))
    assert [person["substitutions"] for person in request["personalizations"]] == [{}, {}]
