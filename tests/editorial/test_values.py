"""What an editor wrote after a key is taken whole, or the message shows the line to write."""

import re

import pytest
import yaml
from editorial.briefs import STORY, fault, faults, parse, words
from hypothesis import given, settings
from hypothesis import strategies as st
from samples import examples

from newsletter.editorial import Issue

TEXT = (
    "The team is number #1 again",
    "Why issue #214 is the last one, and what comes after it",
    "#MeToo, eight years on",
    "Rivers: the new law",
    "Time 12:30: the vote, live: all of it",
    "“Rivers: the new law”",
    '"Free" is the word of the year',
    "She said: “no”, and 'never'",
    "'Tis the season, y'all",
    "[Update] The river opens",
    "[a, b]",
    "{curly} braces: a story",
    "*Stars* and **more** stars",
    "& then there were none",
    "!Important: read this",
    "!!binary y",
    "&anchor *alias",
    "@ana answers",
    "%20 is a space, 50% is a half",
    "`code` and more",
    "| pipes | of the city",
    "> 5 % more",
    "- a list of one",
    "? who knows",
    "no",
    "2026",
    "2026-01-12",
    "C#: a language",
    r"C:\Users\Ana and a \n that is two letters",
    "Tom & Jerry <now> = 3; x,y",
    "«Rivières : la loi»",
    "標題：今日的新聞",
    "Why? #why, #how — and, of course, #when",
    "5\" pipes and 6' planks",
)


def issue_with(key: str, value: str) -> str:
    first = "" if key == "subject" else "subject: x\n"
    return f"---\n{first}{key}: {value}\n---\n{STORY}"


def value_of(issue: Issue, key: str) -> str:
    return {
        "subject": words(issue.subject),
        "preheader": words(issue.preheader),
        "by": issue.by,
        "correction": issue.correction,
    }[key]


@pytest.mark.parametrize("key", ["subject", "preheader", "by", "correction"])
@pytest.mark.parametrize("value", TEXT)
def test_a_sentence_is_taken_whole_whatever_its_characters(key: str, value: str) -> None:
    assert value_of(parse(issue_with(key, value)), key) == value


@pytest.mark.parametrize(
    ("value", "meaning"),
    [
        ('"Q&A: it\'s \\"free\\" — 50% 🎉"', 'Q&A: it\'s "free" — 50% 🎉'),
        ("'it''s # here: now'", "it's # here: now"),
        ('"quoted" # a note', "quoted"),
        ("'quoted'   # a note", "quoted"),
        ('"caf\\u00e9"', "café"),
        ('"over\n  two lines"', "over two lines"),
        ('"over\ntwo lines"', "over two lines"),
        (">\n  folded # and kept\n  - lines\n\n  of: text", "folded # and kept - lines of: text"),
        ("|-\n  a literal\n    block", "a literal block"),
        (">2\n  folded", "folded"),
        ("\n  below the\n  key", "below the key"),
        ("a sentence\n  that goes on", "a sentence that goes on"),
        ("\ta tab before", "a tab before"),
        ("a\ttab\twithin", "a tab within"),
    ],
)
def test_quotes_blocks_and_lines_below_mean_what_they_meant(value: str, meaning: str) -> None:
    assert words(parse(issue_with("subject", value)).subject) == meaning


@pytest.mark.parametrize(
    ("line", "written"),
    [
        ("subject: Why C # is back", 'write: subject: "Why C # is back"'),
        ("subject: Learn C #", 'write: subject: "Learn C #"'),
        ("subject: x # ask legal first", 'write: subject: "x # ask legal first"'),
        ('subject: "Free" #1 again', "write: subject: Free #1 again"),
        ('subject: "The river opens', "subject: The river opens"),
        ('subject: "C:\\Users\\Ana"', "subject: C:\\Users\\Ana"),
        ("subject:\n  - One\n  - Two", "subject: One, Two"),
        ("subject:\n- One\n- Two", "subject: One, Two"),
    ],
)
def test_what_cannot_be_taken_whole_is_reported_once_with_the_line_to_write(line: str, written: str) -> None:
    (found,) = faults(f"---\n{line}\n---\n{STORY}")

    assert (found.code, found.line) == ("front-value", 2)
    assert written in found.hint


def test_the_line_that_a_message_shows_is_right_when_it_is_written() -> None:
    for line in ("subject: Why C # is back", 'subject: "Free" #1 again', 'subject: "C:\\Users\\Ana"'):
        hint = fault(f"---\n{line}\n---\n{STORY}", "front-value").hint
        shown = re.search(r"subject: .*", hint)
        assert shown
        assert words(parse(f"---\n{shown[0]}\n---\n{STORY}").subject)


@pytest.mark.parametrize("line", ["  # a note to myself", "\t#ask legal"])
def test_an_indented_line_that_may_be_a_note_never_reaches_the_subject(line: str) -> None:
    (found,) = faults(f"---\nsubject: x\n{line}\n---\n{STORY}")

    assert (found.code, found.line) == ("front-value", 3)


def test_an_indented_key_is_reported_rather_than_joined_to_the_value_above() -> None:
    (found,) = faults(f"---\nsubject: x\n  preheader: y\n---\n{STORY}")

    assert (found.code, found.line) == ("front-value", 3)
    assert "“preheader” is indented" in found.message


def test_keys_that_are_all_indented_alike_are_keys() -> None:
    issue = parse(f"---\n  subject: x\n  by: y\n---\n{STORY}")

    assert (words(issue.subject), issue.by, issue.front_lines) == ("x", "y", {"subject": 2, "by": 3})


@pytest.mark.parametrize(
    "first", ["The river opens\n", "\nThe river opens ", ">\nThe river opens ", "|-\nThe river opens "]
)
def test_the_second_line_of_a_sentence_is_reported_with_all_of_it_on_one_line(first: str) -> None:
    (found,) = faults(f"---\nsubject: {first}after forty years\n---\n{STORY}")

    assert (found.code, found.line) == ("front-broken", 3)
    assert found.hint.endswith("subject: The river opens after forty years")


@pytest.mark.parametrize(
    "line", ["“subject”: Rivers", "- subject: Rivers", "**subject:** Rivers", "subject = Rivers"]
)
def test_a_key_that_is_dressed_up_is_reported_with_the_line_to_write_and_not_as_missing_too(
    line: str,
) -> None:
    (found,) = faults(f"---\n{line}\n---\n{STORY}")

    assert (found.code, found.line) == ("front-broken", 2)
    assert found.hint == "Write: subject: Rivers"


@pytest.mark.parametrize(
    ("key", "near"), [("sbject", "subject"), ("title", "subject"), ("Titel", "subject"), ("colour", "")]
)
def test_a_key_that_is_not_known_is_reported_with_the_one_that_was_meant(key: str, near: str) -> None:
    found = faults(f"---\n{key}: Rivers\n---\n{STORY}")

    codes = ["front-key-unknown"] if near else ["front-subject-missing", "front-key-unknown"]
    assert [finding.code for finding in found] == codes
    assert (f"Did you mean “{near}”?" in found[-1].hint) == bool(near)


def test_a_note_behind_a_date_a_number_or_a_language_is_a_note() -> None:
    issue = parse(
        f"---\nsubject: x\ndate: 2026-01-12 # Monday\nnumber: 3 #three\nlanguage: pt # ok\n---\n{STORY}"
    )

    assert (str(issue.date), issue.number, issue.language) == ("2026-01-12", 3, "pt")


@pytest.mark.parametrize(
    "line",
    [
        "sub\u200bject: Rivers",
        "\ufeffsubject: Rivers",
        "\u2060subject\u2060: Rivers",
        "subject\u00a0: Rivers",
        "subject：Rivers",
        "subject： Rivers",
        "subject:Rivers",
        "Subject: Rivers",
        "subject:\u00a0Rivers\u00a0",
        "subject: \u200bRivers\u200b",
        "subject: Rivers\u2060\ufeff\u202f",
        "subject:\u3000Rivers\u3000",
        "ｓubject: Rivers",
    ],
)
def test_invisible_characters_around_keys_and_values_make_no_difference(line: str) -> None:
    issue = parse(f"---\n{line}\n---\n{STORY}")

    assert (words(issue.subject), issue.front_lines) == ("Rivers", {"subject": 2})


def test_invisible_characters_within_a_value_stay() -> None:
    subject = "Do\u00adnau 10\u00a0€ 👨\u200d👩\u200d👧, ไทย\u200bไทย \u200f(2026)!\u200f"

    assert words(parse(issue_with("subject", subject)).subject) == subject


ANYTHING = st.text(st.characters(blacklist_categories=["Cs", "Cc", "Zl", "Zp", "Cn"]), max_size=60).filter(
    lambda text: not re.search(r"\{[{%]|\s#(\s|$)|-nl\.", f"a{text}z")
)


@pytest.mark.slow
@settings(max_examples=examples(200))
@given(ANYTHING)
def test_any_words_between_two_letters_are_taken_whole(value: str) -> None:
    assert parse(issue_with("by", f"a{value}z")).by == re.sub(" +", " ", f"a{value}z")


@pytest.mark.slow
@settings(max_examples=examples(200))
@given(ANYTHING, st.sampled_from(["'", '"']))
def test_whatever_a_program_wrote_in_quotes_is_read_as_it_was(value: str, quote: str) -> None:
    written = yaml.safe_dump(f"a{value}z", allow_unicode=True, width=10_000, default_style=quote).strip()

    assert parse(issue_with("by", written)).by == re.sub(" +", " ", f"a{value}z")
