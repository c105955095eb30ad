"""The gate before a request's last piece: what is known of it at each moment, and of its answer."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pace import FOREVER
from python_http_client.exceptions import UnauthorizedError
from samples import examples

from newsletter.providers.sendgrid.sending.transport import PIECE_BYTES, Body, GivenUp, PooledClient


@settings(max_examples=examples(50))
@given(st.integers(0, 4 * PIECE_BYTES + 3))
def test_all_of_a_body_goes_out_in_order_and_only_once(size: int) -> None:
    content = bytes(number % 251 for number in range(size))
    body = Body(content)
    taken = bytearray()
    body.write(taken.extend)
    assert taken == content
    assert body.may_have_arrived
    with pytest.raises(GivenUp):
        body.write(lambda _: None)


def test_a_request_called_off_before_its_last_piece_never_becomes_whole() -> None:
    body = Body(b"x" * (2 * PIECE_BYTES))
    taken = bytearray()

    def take(piece: memoryview) -> None:
        taken.extend(piece)
        assert body.call_off()

    with pytest.raises(GivenUp):
        body.write(take)
    assert len(taken) == PIECE_BYTES
    assert not body.may_have_arrived
    assert body.called_off


def test_a_request_whose_last_piece_is_handed_over_cannot_be_called_off() -> None:
    body = Body(b"short")
    called_off: list[bool] = []
    body.write(lambda piece: called_off.append(body.call_off()) if piece else None)
    assert called_off == [False]
    assert body.may_have_arrived
    assert not body.called_off


def test_a_last_piece_the_system_did_not_take_has_not_arrived() -> None:
    body = Body(b"short")

    def fail(piece: memoryview) -> None:
        if piece:
            raise BrokenPipeError

    with pytest.raises(BrokenPipeError):
        body.write(fail)
    assert not body.may_have_arrived


class OneLine:
    """A pool of one connection, whose far end is in a test's hands; unlike TCP, a reset overtakes nothing."""

    patience = FOREVER

    def __init__(self) -> None:
        ours, self.far_end = socket.socketpair()
        self._connection = HTTPConnection("sendgrid.invalid")
        self._connection.sock = ours

    @contextmanager
    def borrowed(self) -> Iterator[HTTPConnection]:
        yield self._connection


def test_what_is_answered_before_the_body_was_read_counts_and_took_nothing() -> None:
    pool, body = OneLine(), Body(b"x" * 20_000_000)
    client = PooledClient(pool, "Bearer key", host="http://sendgrid.invalid")  # type: ignore[arg-type]

    def refuse() -> None:
        pool.far_end.recv(1000)
        pool.far_end.sendall(b"HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n")
        pool.far_end.close()

    threading.Thread(target=refuse, daemon=True).start()
    with pytest.raises(UnauthorizedError):
        client.post_bytes(body)
    assert not body.may_have_arrived
