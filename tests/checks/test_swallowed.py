"""What Markdown would take away or change without a word, what nobody sees, and what only looks like it."""

from collections.abc import Callable

import pytest

Codes = Callable[..., list[tuple[str, int | None]]]

NOW = "Eleven fish passed the counter. Nobody had expected one."
HEAD = "subject: The river that came back"


@pytest.mark.parametrize(
    "words",
    [
        "A box of 3*4*5 is full.",
        "It holds 12*34*56 litres.",
        "x*2*y is a sum.",
        "The area is 3**4**5 here.",
        "- an item of 3*4*5 in a list",
    ],
)
def test_asterisks_of_a_sum_that_readers_would_not_see_are_reported(codes: Codes, words: str) -> None:
    assert codes((NOW, words)) == [("text-swallowed", 13)]


@pytest.mark.parametrize(
    "words",
    [
        "The bill is $3 * 2 million, or 5 * 3 * 2.",
        "It is *very* good, un*believ*able even, and **4** of 5.",
        "On page *12*, in *2026*, and (*3*).",
        "Write `3*4*5` or 3\\*4\\*5 or 3×4×5.",
        "第*2*章 and 3* or 4*.",
        "A footnote* and another**.",
        "5*3 alone.",
        "Nets of 2*3 and 4*5 metres.",
        "Of 10*20 cm, 30*40 cm and more.",
        "*2* fish, *3* birds.",
    ],
)
def test_emphasis_and_lone_asterisks_are_passed_over(codes: Codes, words: str) -> None:
    assert codes((NOW, words)) == []


@pytest.mark.parametrize(
    ("words", "line"),
    [
        ("1986. What a year.", 13),
        ("2024) was the last.", 13),
        ("3. Oktober: the wall.", 13),
        ("1986. One thing.\n1990. Another.", 14),
        ("1. One.\n2. Two.\n4. Four.\n5. Five.", 15),
    ],
)
def test_numbers_that_would_become_a_list_or_change_are_reported(codes: Codes, words: str, line: int) -> None:
    assert codes((NOW, f"As said:\n\n{words}")) == [("list-number", line + 2)]


@pytest.mark.parametrize(
    "words",
    [
        "1. One.\n2. Two.",
        "1. One.\n1. Two.\n1. Three.",
        "3. Three.\n4. Four.",
        "1. One.\n2. Two.\n\nA word between.\n\n3. Three.",
        "1986\\. What a year.",
        "It was 1986. What a year.",
        "1. Only one.",
        "1. One.\n   1. Deep.\n   2. Deeper.\n2. Two.",
    ],
)
def test_lists_that_are_meant_are_passed_over(codes: Codes, words: str) -> None:
    assert codes((NOW, f"Fish in order.\n\n{words}")) == []


@pytest.mark.parametrize(
    ("subject", "named"),
    [
        ("The river\u200b came back", "U+200B"),
        ("The\u2060 river came back", "U+2060"),
        ("The river\ufeff came back", "U+FEFF"),
        ("The river \u202ecame back", "U+202E"),
        ("The \u2068river\u2069 came back", "U+2068 and U+2069"),
        ("The ri\u200bver \ufeffcame back ❤️", "U+FEFF and U+200B"),
    ],
)
@pytest.mark.parametrize("key", ["subject", "by"])
def test_invisible_characters_of_the_front_matter_are_named(
    look: Callable[..., tuple], key: str, subject: str, named: str
) -> None:
    line = f"subject: {subject}" if key == "subject" else f"{HEAD}\nby: {subject}"
    (found,) = [finding for finding in look((HEAD, line)) if finding.code == "text-invisible"]

    assert named in found.message
    assert found.line == (2 if key == "subject" else 3)


@pytest.mark.parametrize(
    "subject",
    [
        "Do\u00adnau 10\u00a0€ 5\u202f000 👨\u200d👩\u200d👧 🇧🇷\u200b",
        "ข่าว\u200bวันนี้",
        "\u2067שלום\u2069 (2026)!\u200f",
        "नमस्\u200dते, کتاب\u200cها",
        "❤️ and é and “quotes”",
    ],
)
def test_invisible_characters_with_a_use_are_passed_over(codes: Codes, subject: str) -> None:
    assert [code for code, _ in codes((HEAD, f"subject: {subject}")) if code == "text-invisible"] == []


@pytest.mark.parametrize(
    ("subject", "reported"),
    [
        ("“Rivers: the new law”", True),
        ("„Rivers: the new law“", True),
        ("‘Rivers: the law’", True),
        ("“The team is #1 again”", True),
        ("“We waited fifty years for this”", False),
        ("“Never again”: the vow", False),
        ("“One: two” and “three: four”", False),
        ("Rivers: the “new” law", False),
        ('"“Rivers: the new law” it says"', False),
        ('"“Rivers: the new law”"', False),
        ("'“Rivers: the new law”'", False),
    ],
)
def test_curly_quotation_marks_meant_as_straight_ones_are_reported(
    codes: Codes, subject: str, reported: bool
) -> None:
    found = [finding for finding in codes((HEAD, f"subject: {subject}")) if finding[0] == "subject-quotes"]

    assert found == [("subject-quotes", 2)] * reported


@pytest.mark.parametrize(
    ("old", "new", "line", "named"),
    [
        ("subject:", "\u2060subject:", 2, "U+2060"),
        ("# The river", "\ufeff# The river", 7, "U+FEFF"),
        ("# The river", "#\u3000The river", 7, "U+3000"),
        ("**Background:**", "**\u200bBackground:**", 9, "U+200B"),
    ],
)
def test_what_was_taken_away_around_syntax_is_named(
    look: Callable[..., tuple], old: str, new: str, line: int, named: str
) -> None:
    (found,) = [finding for finding in look((old, new)) if finding.code == "syntax-invisible"]

    assert (found.line, named in found.message, found.severity) == (line, True, "notice")


@pytest.mark.parametrize(
    "words", ["Ünder *\u00e9* and **ça**.", "\u00a0Indented.", "10\u00a0€ and ZW\u200bSP."]
)
def test_invisible_characters_of_running_text_are_passed_over(codes: Codes, words: str) -> None:
    assert codes((NOW, f"Fish.\n\n{words}")) == []


@pytest.mark.parametrize("opening", ["```", "```python", "~~~", "````", "- ```", "> ```"])
def test_code_that_is_never_closed_is_reported_where_it_begins(codes: Codes, opening: str) -> None:
    assert ("code-open", 15) in codes(("The mill", f"{opening}\nx = 1\n\nThe mill"))


@pytest.mark.parametrize(
    "code", ["```\nx\n```", "~~~\nx\n~~~~", "> ```\n> x\n> ```", "- ```\n  x\n  ```", "```\n```"]
)
def test_code_that_is_closed_is_passed_over(codes: Codes, code: str) -> None:
    assert "code-open" not in [name for name, _ in codes(("The mill", f"{code}\n\nThe mill"))]
