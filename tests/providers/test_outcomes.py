"""What each answer of SendGrid's means for the ledger."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from samples import examples

from newsletter.delivery.outcomes import Accepted, AccountRefused, NotAccepted, Outcome, Refused, Unknown
from newsletter.providers.sendgrid.sending.outcomes import Answer, classify
from newsletter.providers.sendgrid.words import scrub

NOW = 1_772_000_000.0


def answered(status: int, body: bytes = b"", *, sent: bool = True, **headers: str) -> Outcome:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return classify(Answer(status, named, body, sent), now=NOW)


def errors(*pairs: tuple[str | None, str]) -> bytes:
    return json.dumps({"errors": [{"field": field, "message": message} for field, message in pairs]}).encode()


def test_202_is_accepted_with_its_message_id_in_any_case() -> None:
    assert answered(202, X_Message_Id="abc") == Accepted("abc")
    assert answered(202, x_message_id="abc") == Accepted("abc")


def test_202_without_a_message_id_is_accepted_all_the_same() -> None:
    assert answered(202) == Accepted("")


def test_200_means_nothing_was_sent() -> None:
    outcome = answered(200)
    assert isinstance(outcome, AccountRefused)
    assert "nothing was sent" in outcome.reason


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_stops_sending_and_names_the_setting(status: int) -> None:
    outcome = answered(status)
    assert isinstance(outcome, AccountRefused)
    assert "sendgrid_host" in outcome.reason


@pytest.mark.parametrize("status", [401, 402, 403, 404, 405, 415, 451])
def test_what_the_account_or_the_address_is_refused_stops_sending(status: int) -> None:
    outcome = answered(status, errors((None, "Maximum credits exceeded")))
    assert isinstance(outcome, AccountRefused)
    assert "Maximum credits exceeded" in outcome.reason
    assert str(status) in outcome.reason


@pytest.mark.parametrize("status", [500, 502, 503, 504, 599, 408, 204, 101])
def test_what_may_or_may_not_have_been_taken_is_unknown(status: int) -> None:
    assert isinstance(answered(status), Unknown)


@pytest.mark.parametrize("status", [500, 503, 408])
def test_an_error_before_the_request_was_whole_took_nothing(status: int) -> None:
    assert isinstance(answered(status, sent=False), NotAccepted)


def test_413_asks_for_smaller_batches() -> None:
    outcome = answered(413)
    assert isinstance(outcome, Refused)
    assert outcome.too_large


def test_every_entry_a_400_names_is_blamed_once_with_its_words() -> None:
    body = errors(
        ("personalizations.7.to.0.email", "Does not contain a valid address."),
        ("personalizations.3.substitutions", "Too long."),
        ("personalizations.7.to.0.name", "Also this."),
        ("personalizations[12].to", "Twice."),
    )
    outcome = answered(400, body)
    assert isinstance(outcome, Refused)
    assert outcome.entries == (
        (3, "Too long."),
        (7, "Does not contain a valid address."),
        (12, "Twice."),
    )


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>Bad Request</html>",
        b'{"errors": "no"}',
        b'{"errors": [1, null]}',
        b"[]",
        b"\xff",
        errors((None, "Bad Request")),
        errors(("personalizations", "Something in there.")),
        errors(("personalizations.12345", "Nobody has that many.")),
    ],
)
def test_a_400_that_blames_nobody_asks_for_a_split(body: bytes) -> None:
    outcome = answered(400, body)
    assert isinstance(outcome, Refused)
    assert (outcome.entries, outcome.too_large) == ((), False)
    assert outcome.reason


def test_a_400_about_what_all_readers_get_stops_sending_instead_of_blaming_each() -> None:
    outcome = answered(
        400, errors(("from.email", "Does not contain a valid address."), ("subject", "Empty."))
    )
    assert isinstance(outcome, AccountRefused)
    assert "from.email" in outcome.reason


def test_an_entry_is_blamed_even_next_to_an_error_for_all() -> None:
    outcome = answered(400, errors(("from.email", "Odd."), ("personalizations.0.to.0.email", "Bad.")))
    assert isinstance(outcome, Refused)
    assert outcome.entries == ((0, "Bad."),)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"X_RateLimit_Reset": str(int(NOW) + 30)}, 30.0),
        ({"X_RateLimit_Reset": str(int(NOW) - 30)}, None),
        ({"X_RateLimit_Reset": str(int(NOW) - 30), "Retry_After": "7"}, 7.0),
        ({"X_RateLimit_Reset": "soon", "Retry_After": "4"}, 4.0),
        ({"X_RateLimit_Reset": str(int(NOW) * 1000)}, None),
        ({"X_RateLimit_Reset": "nan"}, None),
        ({"X_RateLimit_Reset": "-1"}, None),
        ({"Retry_After": "1e999"}, None),
        ({"Retry_After": "-5"}, None),
        ({"Retry_After": "Wed, 25 Feb 2026 06:13:25 GMT"}, 5.0),
        ({"Retry_After": "Wed, 99 Feb 2026"}, None),
        ({}, None),
    ],
)
def test_429_waits_as_long_as_is_believable(headers: dict[str, str], seconds: float | None) -> None:
    outcome = answered(429, **headers)
    assert isinstance(outcome, NotAccepted)
    assert outcome.retry_after == seconds


def test_reasons_hold_no_address_no_link_and_no_key() -> None:
    said = (
        "We know ada.lovelace+x@mail.example.org and <b@c.de>, SG.aaa-b.ccc, https://x.org/u/tok\x00en; "
        "Bearer hush"
    )
    outcome = answered(400, errors(("personalizations.0.to", said), (None, said)))
    assert isinstance(outcome, Refused)
    for text in (outcome.reason, outcome.entries[0][1]):
        assert "@" not in text
        assert not any(secret in text for secret in ("lovelace", "SG.", "x.org", "hush", "\x00"))
    assert "We know (an address)" in outcome.entries[0][1]


def test_a_reason_is_bounded() -> None:
    outcome = answered(400, errors((None, "word " * 10_000)))
    assert isinstance(outcome, Refused)
    assert len(outcome.reason) <= 300


@given(
    st.integers(100, 599),
    st.binary(max_size=200),
    st.dictionaries(
        st.sampled_from(["X-Message-Id", "Retry-After", "X-RateLimit-Reset"]), st.text(max_size=30)
    ),
)
def test_whatever_the_answer_only_202_is_acceptance(
    status: int, body: bytes, headers: dict[str, str]
) -> None:
    outcome = classify(Answer(status, headers, body), now=NOW)
    assert isinstance(outcome, Accepted) == (status == 202)
    if isinstance(outcome, NotAccepted) and outcome.retry_after is not None:
        assert 0 < outcome.retry_after <= 3600


@pytest.mark.slow
@settings(max_examples=examples(50))
@given(st.text(max_size=50), st.emails())
def test_no_address_survives_scrubbing(around: str, address: str) -> None:
    assert address not in scrub(f"{around} {address} {around}")
