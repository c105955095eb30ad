"""Lines of the log of requests: what they say is read again, and nobody can guess who is in them."""

import zlib
from base64 import b64encode

import orjson
from hypothesis import given
from hypothesis import strategies as st

from newsletter.delivery.id_set import encode
from newsletter.delivery.request_log import (
    LoggedRequest,
    LogLine,
    checksum_key,
    checksums,
    line_of,
    not_the_same,
    read_line,
)

KEY, OTHER = checksum_key(b"k" * 32), checksum_key(b"n" * 32)
PEOPLE = {number: f"reader{number}@example.org" for number in range(1, 41)}


def logged(people: dict[int, str], key: bytes = KEY) -> LoggedRequest:
    marks = checksums(list(people.values()), key)
    return LoggedRequest("a", 1, "first", "sendgrid", "first", 1, tuple(people), marks)


def before(people: dict[int, str]) -> bytes:
    """Return a line of the first version, whose checksums are CRC-32s."""
    emails = list(people.values())
    groups = ["\n".join(emails[start : start + 16]).encode() for start in range(0, len(emails), 16)]
    marks = b"".join(zlib.crc32(group).to_bytes(4, "big") for group in groups)
    document = orjson.loads(line_of(LogLine(logged(people), "p")))
    del document["keyed"]
    ids = b64encode(zlib.compress(encode(people), 1)).decode()
    return orjson.dumps({**document, "readers": ids, "checksums": b64encode(marks).decode()})


@given(st.lists(st.emails(), min_size=1, max_size=40, unique=True))
def test_a_request_is_read_again_and_its_readers_are_the_same_people(emails: list[str]) -> None:
    people = dict(enumerate(emails, start=1))
    written = logged(people)
    entry = read_line(line_of(LogLine(written, "p"))).entry
    assert entry == written
    assert isinstance(entry, LoggedRequest)
    assert not_the_same(entry, people, [OTHER, KEY]) == 0
    assert not_the_same(entry, {**people, 1: "somebody@else.example"}, [KEY]) == min(16, len(people))


def test_lines_of_the_first_version_still_tell_who_is_the_same() -> None:
    entry = read_line(before(PEOPLE)).entry
    assert isinstance(entry, LoggedRequest)
    assert not_the_same(entry, PEOPLE, [KEY]) == 0
    assert not_the_same(entry, {**PEOPLE, 17: "somebody@else.example"}, [KEY]) == 16


def test_without_the_key_a_line_for_one_reader_confirms_no_guess() -> None:
    alone = {1: "erased@example.org"}
    line = line_of(LogLine(logged(alone), "p"))
    guesses = (checksums(list(alone.values()), key) for key in (OTHER, checksum_key(b"")))
    assert not any(b64encode(guess) in line for guess in guesses)
    assert b64encode(zlib.crc32(b"erased@example.org").to_bytes(4, "big")) not in line
    assert not_the_same(logged(alone), alone, [OTHER]) == 1
    assert not_the_same(logged(alone), alone, []) == 1
