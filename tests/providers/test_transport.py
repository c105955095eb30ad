"""The gate before a request's last piece: what is known of it at each moment."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from newsletter.providers.sendgrid.transport import PIECE_BYTES, Body, GivenUp

FAILED = "http11.send_request_body.failed"


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 4 * PIECE_BYTES + 3))
def test_all_of_a_body_goes_out_in_order_and_only_once(size: int) -> None:
    content = bytes(number % 251 for number in range(size))
    body = Body(content)
    assert b"".join(body) == content
    assert body.may_have_arrived
    with pytest.raises(GivenUp):
        list(body)


def test_a_request_called_off_before_its_last_piece_never_becomes_whole() -> None:
    body = Body(b"x" * (2 * PIECE_BYTES))
    pieces = iter(body)
    next(pieces)
    assert body.call_off()
    with pytest.raises(GivenUp):
        next(pieces)
    assert not body.may_have_arrived
    assert body.called_off


def test_a_request_whose_last_piece_is_handed_over_cannot_be_called_off() -> None:
    body = Body(b"short")
    next(iter(body))
    assert not body.call_off()
    assert body.may_have_arrived
    assert not body.called_off


def test_a_last_piece_the_system_did_not_take_has_not_arrived() -> None:
    body = Body(b"short")
    next(iter(body))
    body.trace(FAILED, {})
    assert not body.may_have_arrived


def test_a_proxys_broken_handshake_says_nothing_of_the_body() -> None:
    body = Body(b"short")
    body.trace(FAILED, {})
    next(iter(body))
    assert body.may_have_arrived
