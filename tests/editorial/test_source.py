"""Bytes that are no text are refused with their line."""

import pytest

from newsletter.editorial import read_source
from newsletter.errors import Finding, IssueError


def refused(data: bytes) -> tuple[Finding, ...]:
    with pytest.raises(IssueError) as caught:
        read_source(data, "leap.md")
    return caught.value.findings


def test_utf_8_is_read_with_or_without_a_byte_order_mark() -> None:
    assert read_source("\ufeffGrüße\r\n".encode(), "a.md") == read_source("Grüße\r\n".encode(), "a.md")


def test_every_line_in_latin_1_is_named_with_its_letter() -> None:
    found = refused("one\r\nNicolás\r\nthree\r\nfür\r\n".encode("latin-1"))

    assert [(finding.code, finding.line) for finding in found] == [("file-encoding", 2), ("file-encoding", 4)]
    assert "“á”" in found[0].message


def test_utf_16_is_named_as_such() -> None:
    assert "UTF-16" in refused("text".encode("utf-16"))[0].message


@pytest.mark.parametrize("character", ["\0", "\x07", "\x0c", "\x1b", "\x7f", "\x85", "\u2028"])
def test_a_control_character_is_refused_with_its_line(character: str) -> None:
    (found,) = refused(f"one\ntw{character}o\n".encode())

    assert (found.code, found.line) == ("file-control-character", 2)


def test_wrong_bytes_and_control_characters_are_reported_together() -> None:
    assert [finding.line for finding in refused(b"\xe9\n\n\0")] == [1, 3]


@pytest.mark.parametrize("data", [b"", b" \n\t\r\n", "\ufeff\n".encode()])
def test_an_empty_file_says_so(data: bytes) -> None:
    (found,) = refused(data)

    assert (found.code, found.line) == ("file-empty", 1)


def test_a_brief_of_five_megabytes_is_refused_with_the_limit() -> None:
    (found,) = refused(b"word " * 1_000_000)

    assert found.code == "file-too-large"
    assert "1,000,000" in found.message
