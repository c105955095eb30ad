"""SendGrid's Event Webhook: who may post, and what becomes of whatever is in a post."""

import base64
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

import orjson
import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from hypothesis import given, settings
from hypothesis import strategies as st
from posts import read_reports
from samples import examples
from sqlalchemy import Engine, delete, select

from newsletter.delivery.events import Event
from newsletter.delivery.reports import PauseAt
from newsletter.delivery.webhook import Forged, Stale, Unreadable
from newsletter.errors import SettingsError
from newsletter.providers.sendgrid.reports.webhook import MAX_EVENTS
from newsletter.readership import take_reports
from newsletter.store import tables
from newsletter.store.database import open_database, write

NOW = 1_790_000_000.0
KEY = ec.generate_private_key(ec.SECP256R1())
OTHER = ec.generate_private_key(ec.SECP256R1())
ATTEMPT = "0123456789abcdef0123"


def shown(key: Any) -> str:
    """Return the public key as SendGrid's page shows it."""
    der = key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return base64.b64encode(der).decode()


def signed(body: bytes, *, key: Any = KEY, at: float = NOW) -> dict[str, str]:
    timestamp = str(int(at))
    signature = key.sign(timestamp.encode() + body, ec.ECDSA(hashes.SHA256()))
    return {
        "X-Twilio-Email-Event-Webhook-Signature": base64.b64encode(signature).decode(),
        "X-Twilio-Email-Event-Webhook-Timestamp": timestamp,
    }


def read(
    body: bytes, headers: Mapping[str, str] | None = None, keys: tuple[str, ...] = ()
) -> Sequence[Event]:
    return read_reports(body, signed(body) if headers is None else headers, keys or (shown(KEY),), now=NOW)


def one(**fields: Any) -> Event:
    (found,) = read(orjson.dumps([report(**fields)]))
    return found


def report(**fields: Any) -> dict[str, Any]:
    return {
        "email": "Ann@Example.org",
        "event": "delivered",
        "timestamp": 1_789_999_000,
        "sg_event_id": "abc",
        "sg_message_id": "w8-PGBC5SyyGZnYNcz7dRA.recvd-canary-7d-1.0",
        "nl_attempt": ATTEMPT,
        "nl_reader": "17",
        **fields,
    }


BODY = orjson.dumps([report()])


class TestWhoMayPost:
    def test_a_signed_post_is_read(self) -> None:
        (event,) = read(BODY)
        assert event.kind == "delivered"
        assert event.at == 1_789_999_000_000_000
        assert (event.email, event.attempt, event.reader) == ("ann@example.org", ATTEMPT, 17)
        assert event.message_id == "w8-PGBC5SyyGZnYNcz7dRA"

    def test_headers_count_in_any_case(self) -> None:
        assert read(BODY, {name.lower(): value for name, value in signed(BODY).items()})
        assert read(BODY, {name.upper(): value for name, value in signed(BODY).items()})

    def test_either_of_two_keys_counts_while_they_are_changed(self) -> None:
        both = (shown(OTHER), shown(KEY))
        assert read(BODY, signed(BODY, key=KEY), both)
        assert read(BODY, signed(BODY, key=OTHER), both)

    def test_a_key_of_ours_that_signed_nothing_is_not_enough(self) -> None:
        with pytest.raises(Forged, match="fits no key"):
            read(BODY, signed(BODY, key=OTHER))

    @pytest.mark.parametrize("change", [BODY[:-1], BODY + b" ", BODY.replace(b"17", b"18"), b""])
    def test_a_changed_or_cut_body_is_forged(self, change: bytes) -> None:
        with pytest.raises(Forged):
            read(change, signed(BODY))

    def test_another_timestamp_is_forged(self) -> None:
        headers = {**signed(BODY), "X-Twilio-Email-Event-Webhook-Timestamp": str(int(NOW) - 1)}
        with pytest.raises(Forged):
            read(BODY, headers)

    @pytest.mark.parametrize(
        "signature", ["", "no base64!", "AAAA", "é", base64.b64encode(b"x" * 70).decode()]
    )
    def test_a_signature_that_is_none_is_forged(self, signature: str) -> None:
        with pytest.raises(Forged):
            read(BODY, {**signed(BODY), "X-Twilio-Email-Event-Webhook-Signature": signature})

    def test_an_unsigned_post_is_forged(self) -> None:
        with pytest.raises(Forged, match="not signed"):
            read(BODY, {})

    def test_without_a_key_nothing_is_believed(self) -> None:
        with pytest.raises(Forged, match="No key"):
            read_reports(BODY, signed(BODY), (), now=NOW)

    @pytest.mark.parametrize(
        "key",
        [
            "nonsense",
            "",
            base64.b64encode(b"0" * 91).decode(),
            shown(ec.generate_private_key(ec.SECP384R1())),
            shown(rsa.generate_private_key(65537, 2048)),
        ],
    )
    def test_a_key_that_is_none_is_a_fault_of_the_settings(self, key: str) -> None:
        with pytest.raises(SettingsError, match="key 2"):
            read(BODY, signed(BODY), (shown(KEY), key))

    def test_a_key_copied_with_line_breaks_is_read(self) -> None:
        text = shown(KEY)
        assert read(BODY, signed(BODY), (text[:60] + "\n  " + text[60:] + "\n",))


class TestAge:
    @pytest.mark.parametrize("age", [0, 60, 24 * 3600, -4 * 60])
    def test_a_post_of_the_last_day_is_taken(self, age: float) -> None:
        assert read(BODY, signed(BODY, at=NOW - age))

    @pytest.mark.parametrize("age", [25 * 3600 + 60, 30 * 86400, NOW])
    def test_an_older_one_is_stale(self, age: float) -> None:
        with pytest.raises(Stale, match="hours ago"):
            read(BODY, signed(BODY, at=NOW - age))

    def test_one_from_the_future_is_stale(self) -> None:
        with pytest.raises(Stale, match="future"):
            read(BODY, signed(BODY, at=NOW + 6 * 60))

    @pytest.mark.parametrize("timestamp", ["soon", "-5", "1e9", "9" * 40, "²"])
    def test_a_signed_timestamp_that_is_no_time_is_refused(self, timestamp: str) -> None:
        signature = KEY.sign(timestamp.encode() + BODY, ec.ECDSA(hashes.SHA256()))
        headers = {
            "X-Twilio-Email-Event-Webhook-Signature": base64.b64encode(signature).decode(),
            "X-Twilio-Email-Event-Webhook-Timestamp": timestamp,
        }
        with pytest.raises((Stale, Forged)):
            read(BODY, headers)


class TestWhatCannotBeRead:
    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"hello",
            b"{}",
            b"[1]",
            b'[{"event":',
            b"null",
            b"[" * 100_000,
            b"\xff\xfe",
            b'["\xed\xa0\x80"]',
        ],
    )
    def test_a_signed_post_that_is_no_list_of_reports_is_refused(self, body: bytes) -> None:
        with pytest.raises(Unreadable):
            read(body)

    def test_a_post_just_under_the_bound_is_read(self) -> None:
        body = orjson.dumps([report(reason="x" * 9_000_000)])
        assert len(read(body)[0].reason) == 300

    def test_more_events_than_any_post_holds_are_too_many(self) -> None:
        with pytest.raises(Unreadable, match="more than"):
            read(b"[" + b"{}," * MAX_EVENTS + b"{}]")

    def test_one_value_json_does_not_know_costs_no_other_event(self) -> None:
        body = b'[{"event":"open","timestamp":NaN,"x":' + b"9" * 400 + b"}," + orjson.dumps(report()) + b"]"
        assert [event.kind for event in read(body)] == ["open", "delivered"]

    def test_a_byte_that_is_no_utf8_costs_no_other_event(self) -> None:
        body = b'[{"event":"bounce","reason":"\xe9t\xe9"},' + orjson.dumps(report()) + b"]"
        assert [event.kind for event in read(body)] == ["bounce", "delivered"]


class TestKinds:
    @pytest.mark.parametrize(
        ("fields", "kind"),
        [
            ({"event": "processed"}, "processed"),
            ({"event": "deferred", "response": "450 later"}, "deferred"),
            ({"event": "bounce", "type": "bounce"}, "bounce"),
            ({"event": "bounce"}, "bounce"),
            ({"event": "bounce", "type": "blocked"}, "blocked"),
            ({"event": "bounce", "type": "novel"}, "blocked"),
            ({"event": "bounce", "type": ["bounce"]}, "blocked"),
            ({"event": "blocked"}, "blocked"),
            ({"event": "dropped"}, "dropped"),
            ({"event": "spamreport"}, "complaint"),
            ({"event": "unsubscribe"}, "unsubscribe"),
            ({"event": "group_unsubscribe"}, "group_unsubscribe"),
            ({"event": "group_resubscribe"}, "group_resubscribe"),
            ({"event": "open"}, "open"),
            ({"event": "click"}, "click"),
            ({"event": "account_status_change"}, "other"),
            ({"event": ["open"]}, "other"),
            ({"event": None}, "other"),
        ],
    )
    def test_sendgrids_words_become_ours(self, fields: dict[str, Any], kind: str) -> None:
        assert one(**fields).kind == kind

    def test_an_open_by_a_machine_is_marked(self) -> None:
        assert one(event="open", sg_machine_open=True).machine
        assert not one(event="open", sg_machine_open=False).machine
        assert not one(event="open", sg_machine_open="yes").machine

    def test_reasons_are_kept_without_addresses_and_links(self) -> None:
        event = one(event="bounce", reason="550 <ann@example.org> unknown, see https://example.org/x")
        assert event.reason == "550 <(an address)> unknown, see (a link)"
        assert one(event="deferred", response="450 busy").reason == "450 busy"
        assert one(event="dropped", reason="Bounced Address").reason == "Bounced Address"

    def test_a_report_of_a_kind_we_do_not_know_is_kept_without_what_names_its_reader(self) -> None:
        event = one(
            event="sniffed",
            ip="192.0.2.1",
            useragent="Mozilla",
            note="to ann@example.org",
            deep={"a": ["ann@example.org", 1]},
            n=3,
        )
        kept = json.loads(event.raw)
        assert kept["event"] == "sniffed"
        assert kept["n"] == 3
        assert not {"email", "ip", "useragent", "sg_event_id"} & kept.keys()
        assert "example.org" not in event.raw

    def test_known_kinds_keep_no_copy(self) -> None:
        assert one().raw == ""

    @pytest.mark.parametrize("attempt", ["", "x" * 20, ATTEMPT.upper(), ATTEMPT + "0", 5, None, {}])
    def test_an_attempt_that_is_none_of_our_form_is_left_out(self, attempt: object) -> None:
        assert one(nl_attempt=attempt).attempt == ""

    @pytest.mark.parametrize(
        "reader", ["", "0", "-1", "1.5", "٣", str(2**63), "9" * 40, 5, True, None, ["1"]]
    )
    def test_a_reader_that_is_none_of_our_form_is_left_out(self, reader: object) -> None:
        assert one(nl_reader=reader).reader is None

    def test_the_largest_reader_is_taken(self) -> None:
        assert one(nl_reader=str(2**63 - 1)).reader == 2**63 - 1

    @pytest.mark.parametrize("email", ["", "nobody", "a b@example.org", 5, None, "\ud800@example.org"])
    def test_an_address_that_is_none_is_empty(self, email: object) -> None:
        body = json.dumps([report(email=email)]).encode()
        assert read(body)[0].email == ""

    @pytest.mark.parametrize("timestamp", [None, "soon", True, -1, 10**30, 0, [], {}])
    def test_a_report_without_a_believable_time_is_dated_now(self, timestamp: object) -> None:
        body = json.dumps([report(timestamp=timestamp)]).encode()
        assert read(body)[0].at == int(NOW) * 1_000_000

    def test_a_time_in_a_string_is_read(self) -> None:
        assert one(timestamp="1789999000").at == 1_789_999_000_000_000


class TestKeys:
    def test_the_same_event_has_the_same_key_whatever_id_sendgrid_gives_it(self) -> None:
        assert one(sg_event_id="one").key == one(sg_event_id="two").key
        assert one(event="novel", sg_event_id="one").key == one(event="novel", sg_event_id="two").key

    @pytest.mark.parametrize(
        "fields",
        [
            {"nl_attempt": "f" * 20},
            {"nl_reader": "18"},
            {"event": "open"},
            {"timestamp": 1_789_999_001},
            {"url": "https://example.org"},
        ],
    )
    def test_another_event_has_another_key(self, fields: dict[str, Any]) -> None:
        assert one(**fields).key != one().key

    def test_without_ids_of_ours_the_address_tells_events_apart(self) -> None:
        strange = {"nl_attempt": None, "nl_reader": None}
        assert one(**strange, email="a@example.org").key != one(**strange, email="b@example.org").key
        assert one(email="a@example.org").key == one(email="b@example.org").key

    def test_reports_of_unknown_kinds_that_differ_are_different(self) -> None:
        assert one(event="novel", a=1).key != one(event="novel", a=2).key


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
names = st.sampled_from(
    ["email", "event", "type", "timestamp", "reason", "response", "nl_attempt", "nl_reader", "sg_message_id",
     "url", "sg_machine_open", "sg_event_id"]
) | st.text(max_size=8)  # fmt: skip
words = anything | st.sampled_from(
    ["bounce", "open", "click", "dropped", "novel", ATTEMPT, "17", 1_789_999_000]
)


@pytest.mark.slow
@given(st.lists(st.dictionaries(names, words, max_size=8), max_size=4))
def test_no_report_makes_reading_fail_and_reading_twice_gives_the_same(reports: list[dict[str, Any]]) -> None:
    body = json.dumps(reports).encode()
    found = read(body)
    assert found == read(body)
    assert len(found) == len(reports)
    for event in found:
        assert len(event.key) == 16
        assert 0 < event.at < 2**63
        assert "@" not in event.reason + event.raw
        (event.email + event.reason + event.raw + event.message_id).encode()


DEEP = b"[" * 100_000 + b"]" * 100_000
STRANGE = [
    b'{"event":"open","x":' + b"9" * 6_000 + b"}",
    b'{"timestamp":-' + b"9" * 6_000 + b"}",
    b'{"event":"bounce","x":' + DEEP + b"}",
    b'{"event":' + b"[" * 1_000 + b"]" * 1_000 + b"}",  # as deep as one reader goes, and deeper than another
    b'{"event":"novel","x":' + b'{"a":' * 900 + b"1" + b"}" * 900 + b"}",
    b'{"event":"bounce","reason":"' + b"x" * 300_000 + b'"}',
    b'{"event":"delivered","nl_issue":"\\ud800","nl_attempt":"' + b"f" * 20 + b'"}',
    b'{"event":"delivered","nl_issue":"a\\u0000b","nl_attempt":"' + b"f" * 20 + b'"}',
    b'{"event":"novel","\\ud800\\u0000":"\\udfff\\u0000"}',
    b'{"event":"open","x":NaN,"y":-Infinity,"z":1e999}',
    b'{"event":"bounce","reason":"\xff\xfe"}',
    b'{"event": tru}',
    b"{'event': 'open'}",
    b'{"event":"open",}',
    b"[" * 900 + b"]" * 900,
    b"[" * 1_000 + b"]" * 1_000,
    b"9" * 6_000,
    b"nothing at all",
    b"null",
    b'"[{\\"},]"',
    DEEP,
]


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    engine = open_database(f"sqlite:///{tmp_path_factory.mktemp('kept')}/newsletter.db")
    yield engine
    engine.dispose()


@pytest.mark.slow
@settings(max_examples=examples(60))
@given(
    strange=st.lists(
        st.sampled_from(STRANGE)
        | st.dictionaries(names, words, max_size=5).map(lambda item: json.dumps(item).encode())
        | st.text(st.characters(exclude_characters='[]{},"')).map(
            lambda text: text.encode("utf-8", "replace")
        ),
        max_size=5,
    ),
    place=st.integers(0, 5),
)
def test_no_strange_item_costs_a_post_its_others(engine: Engine, strange: list[bytes], place: int) -> None:
    good = [report(nl_reader=str(n)) for n in range(1, 4)]
    items = [*strange]
    items[place:place] = [orjson.dumps(item) for item in good]
    found = read(b" [\n" + b" ,\n".join(items) + b"\n] ")
    alone = read(orjson.dumps(good))
    assert [event for event in found if event in alone] == alone
    assert len(found) <= len(items)
    for event in found:
        (event.email + event.reason + event.raw + event.message_id + event.issue).encode()
        assert "\0" not in event.email + event.reason + event.raw + event.message_id + event.issue
    with write(engine) as connection:
        connection.execute(delete(tables.event))
    take_reports(engine, found, now=lambda: int(NOW), pause=PauseAt())
    with write(engine) as connection:
        kept = set(connection.scalars(select(tables.event.c.key)))
    assert {event.key for event in alone} <= kept


@pytest.mark.parametrize("item", STRANGE, ids=lambda item: repr(item[:24]))
def test_a_strange_item_is_kept_as_what_could_be_read_of_it(item: bytes) -> None:
    found = read(b"[" + BODY[1:-1] + b"," + item + b"]")
    assert len(found) == 2
    assert found == read(b"[" + BODY[1:-1] + b"," + item + b"]")


@pytest.mark.parametrize("number", [b"9" * 6_000, b"-" + b"1" * 6_000, b"0." + b"1" * 6_000, b"1e999999"])
def test_a_number_of_any_length_costs_not_even_its_own_event(number: bytes) -> None:
    (event,) = read(b'[{"event":"bounce","nl_reader":"17","x":[' + number + b"]}]")
    assert (event.kind, event.reader) == ("bounce", 17)


def test_two_strange_items_are_two() -> None:
    assert len({event.key for event in read(b"[" + BODY[1:-1] + b",{'a'},{'b'}]")}) == 3


@pytest.mark.parametrize("sign", [b'"', b'\\"', b"\\", b"[", b"{,", b"1,", b'"\\', b'"a\\"'])
def test_a_post_that_makes_no_sense_is_refused_in_little_time(sign: bytes) -> None:
    begun = time.process_time()
    with pytest.raises(Unreadable):
        read(b'["' + sign * (1_000_000 // len(sign)))
    assert (
        time.process_time() - begun < 30
    )  # that of a reader who looks at each byte again for each byte: hours


@given(st.binary(max_size=200))
def test_no_body_does_anything_but_be_read_or_refused(body: bytes) -> None:
    with suppress(Unreadable):
        read(body)
