"""One measure of text, for the terminal and for a mail's plain text."""

import subprocess
import sys
from unicodedata import category, east_asian_width

import pytest

from newsletter.widths import display_width


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("", 0),
        ("plain", 5),
        ("“quoted” – and…", 15),
        ("日本", 4),
        ("e\u0301", 1),
        ("a\u200bb\u00adc\u2060d", 4),
        ("\u2067שלום\u2069", 4),  # marks of direction take no column, isolates neither
        ("\u206a", 0),
        ("नमस्ते", 4),
        ("🎈", 2),
    ],
)
def test_a_text_takes_two_columns_for_wide_letters_and_none_for_marks(text: str, columns: int) -> None:
    assert display_width(text) == columns


def is_assigned(character: str) -> bool:
    return category(character) != "Cn"


def test_every_character_is_measured_by_its_own_properties_whichever_way_is_taken() -> None:
    for character in filter(is_assigned, map(chr, range(0x3000))):
        joins = category(character) in {"Mn", "Me", "Cf"}
        wide = east_asian_width(character) in {"W", "F"}
        assert display_width(character) == (0 if joins else 2 if wide else 1), hex(ord(character))


def test_to_measure_a_text_loads_neither_the_renderer_nor_the_command_line() -> None:
    code = "import newsletter.widths, sys; print(*(m for m in sys.modules if m.startswith('newsletter')))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert set(loaded.stdout.split()) == {"newsletter", "newsletter.widths"}
