"""Where the front matter begins and ends, and what is said of each way to get that wrong."""

import pytest
from editorial.briefs import STORY, faults, faults_if_any, parse, words

from newsletter.errors import Finding

KEYS = "subject: The river opens\npreheader: What changed"


def codes_of(text: str) -> list[tuple[str, int | None]]:
    return [(finding.code, finding.line) for finding in faults(text)]


@pytest.mark.parametrize("fence", ["---", "--- ", "---\u200b", "\ufeff---", "-\u2060--", "---\u00a0"])
def test_a_fence_is_known_whatever_invisible_characters_stand_in_it(fence: str) -> None:
    issue = parse(f"{fence}\n{KEYS}\n{fence}\n{STORY}")

    assert (words(issue.subject), issue.stories[0].line) == ("The river opens", 5)


@pytest.mark.parametrize(
    "fence",
    [
        "—",
        "–",
        "——",
        "—-",
        "–-",
        "― ―",
        "−−−",
        "－－－",
        "***",
        "___",
        "----",
        "--",
        "- - -",
        "~~~~",
        "====",
        "* * *",
        "…",
    ],
)
def test_a_fence_written_with_other_signs_is_named_on_both_lines_and_nothing_else(fence: str) -> None:
    found = faults(f"{fence}\n{KEYS}\n{fence}\n{STORY}")

    assert [(finding.code, finding.line) for finding in found] == [("front-fence", 1), ("front-fence", 4)]
    assert f"“{fence}”" in found[0].message
    assert "---" in found[0].hint


@pytest.mark.parametrize("fence", ["—", "–", "–-", "―"])
def test_a_dash_is_said_to_come_from_autocorrection(fence: str) -> None:
    (found,) = faults(f"---\n{KEYS}\n{fence}\n{STORY}")

    assert (found.code, found.line) == ("front-fence", 4)
    assert "Autocorrection" in found.message


def test_a_closing_dash_is_named_though_a_rule_of_hyphens_stands_in_the_story() -> None:
    assert codes_of(f"---\n{KEYS}\n—\n{STORY}\n---\n\nMore.\n") == [("front-fence", 4)]


@pytest.mark.parametrize("between", ["", "\n"])
def test_a_missing_first_line_is_all_that_is_reported(between: str) -> None:
    (found,) = faults(f"{between}{KEYS}\n---\n{STORY}")

    assert (found.code, found.line) == ("front-missing", 1 + len(between))
    assert "first line" in found.message
    assert "lede" not in found.hint


@pytest.mark.parametrize("after", ["", "\nMore.\n\n---\n\nAnd more.\n", "\n***\n\nAnd more.\n"])
@pytest.mark.parametrize("between", ["", "\n", "\n\n"])
def test_a_missing_last_line_is_all_that_is_reported_whatever_rule_stands_in_the_story(
    between: str, after: str
) -> None:
    (found,) = faults(f"---\n{KEYS}\n{between}{STORY}{after}")

    assert (found.code, found.line) == ("front-open", 1)
    assert "below line 3" in found.hint


@pytest.mark.parametrize("between", ["", "\n"])
def test_two_missing_lines_are_one_finding(between: str) -> None:
    (found,) = faults(f"{KEYS}\n{between}{STORY}")

    assert (found.code, found.line) == ("front-missing", 1)
    assert "two lines" in found.message


@pytest.mark.parametrize(
    ("second", "line"),
    [
        (f"---\n{KEYS}\n---\n", 5),
        (f"\n\n---\n{KEYS}\n---\n", 7),
        (f"{KEYS}\n---\n", 5),
        ("---\ndate: 2026-01-12\nlayout: post\n---\n", 5),
        (f"—\n{KEYS}\n—\n", 5),
    ],
)
def test_a_second_front_matter_is_all_that_is_reported(second: str, line: int) -> None:
    assert codes_of(f"---\n{KEYS}\n---\n{second}{STORY}") == [("front-twice", line)]


def test_an_empty_front_matter_above_the_real_one_is_all_that_is_reported() -> None:
    assert codes_of(f"---\n---\n{KEYS}\n---\n{STORY}") == [("front-twice", 3)]
    assert codes_of(f"---\n---\n---\n{KEYS}\n---\n{STORY}") == [("front-twice", 3)]


@pytest.mark.parametrize(
    ("front", "name"),
    [
        ('+++\nsubject = "The river opens"\ndate = 2026-01-12\n+++\n', "TOML"),
        ('+++\n[extra]\nsubject = "The river opens"\n\nx = 1\n+++\n', "TOML"),
        ('{\n  "subject": "The river opens",\n  "number": 4\n}\n', "JSON"),
        ('{ "subject": "The river opens" }\n', "JSON"),
        ('{\n  "subject": "The river opens",\n  "more": {\n    "a": 1\n  }\n}\n', "JSON"),
        (';;;\n{ "subject": "The river opens" }\n;;;\n', "JSON"),
    ],
)
def test_front_matter_of_another_form_is_named_with_the_line_to_write(front: str, name: str) -> None:
    (found,) = faults(f"{front}{STORY}")

    assert (found.code, found.line) == ("front-foreign", 1)
    assert name in found.message
    assert name == "JSON" or "subject: The river opens" in found.hint


def test_what_is_wrong_below_a_broken_front_matter_is_reported_at_once() -> None:
    story = STORY.replace("**Background:**", "**Backgruond:**")

    for front in (f"—\n{KEYS}\n—\n", f"{KEYS}\n---\n", f"---\n{KEYS}\n", f"+++\n{KEYS}\n+++\n"):
        assert "brief-label-missing" in [code for code, _ in codes_of(front + story)]


@pytest.mark.parametrize(
    "body",
    [
        STORY + "\n---\n\nMore.\n",
        STORY + "\n***\n\nMore.\n",
        "\n" + STORY,
        STORY.replace("# Clocks", "# subject: Clocks"),
    ],
)
def test_rules_in_a_story_are_no_fences(body: str) -> None:
    assert faults_if_any(f"---\n{KEYS}\n---\n{body}") == ()


@pytest.mark.parametrize("comment", ["# a note", "#a note", "# call: Read on", "#"])
def test_comments_at_the_end_of_the_front_matter_are_no_headline(comment: str) -> None:
    assert faults_if_any(f"---\n{KEYS}\n{comment}\n---\n{STORY}") == ()
    assert faults_if_any(f"---\n{KEYS}\n\n{comment}\n{comment}\n\n---\n{STORY}") == ()


@pytest.mark.parametrize("fence", ["--- front", "--- end", "---- x"])
def test_words_on_a_fences_line_are_named(fence: str) -> None:
    assert codes_of(f"{fence}\n{KEYS}\n---\n{STORY}") == [("front-fence", 1)]
    assert codes_of(f"---\n{KEYS}\n{fence}\n{STORY}") == [("front-fence", 4)]


@pytest.mark.parametrize(
    ("above", "below"),
    [
        ("<!-- A note -->\n", ""),
        ("```yaml\n", "```\n"),
        ("```markdown\n", ""),
        ("Draft of Monday\n\n", ""),
        ("[TOC]\n", ""),
    ],
)
def test_what_stands_above_the_front_matter_is_all_that_is_reported(above: str, below: str) -> None:
    (found,) = faults(f"{above}---\n{KEYS}\n---\n{below}{STORY}")

    assert (found.code, found.line) == ("front-missing", 1)
    assert above.split("\n")[0] in found.message


CONFLICT = "<<<<<<< HEAD\n{ours}\n=======\n{theirs}\n>>>>>>> ana/fix"


def conflicts(text: str) -> list[Finding]:
    found = list(faults(text))
    assert {finding.code for finding in found} == {"file-conflict"}
    return found


def test_a_conflict_in_the_story_is_named_with_its_lines_and_is_all_that_is_reported() -> None:
    marked = CONFLICT.format(ours="It opens on Monday.", theirs="It opens on Tuesday.")
    (found,) = conflicts(
        f"---\n{KEYS}\n---\n{STORY.replace('The last word is due by 2035.', chr(10) + marked)}"
    )

    assert found.line == 10
    for said in ("lines 10, 12 and 14", "“<<<<<<<”", "“=======”", "“>>>>>>>”"):
        assert said in found.message


@pytest.mark.parametrize(
    "text",
    [
        f"---\n{CONFLICT.format(ours=KEYS, theirs=KEYS)}\n---\n{STORY}",
        f"---\n{KEYS}\n---\n{CONFLICT.format(ours=STORY, theirs=STORY)}\n",
        f"---\n{KEYS}\n---\n{STORY}\n<<<<<<< ours\nA.\n||||||| base\nB.\n=======\nC.\n>>>>>>> theirs\n",
        f"---\n{KEYS}\n---\n{STORY}\n>>>>>>> ana/fix\n",
        f"---\n{KEYS}\n---\n{STORY}\n<<<<<<< Updated upstream\n",
        f"---\n{KEYS}\n---\n{STORY}\n=======\nIt opens on Tuesday.\n",
    ],
)
def test_a_conflict_anywhere_is_all_that_is_reported(text: str) -> None:
    assert len(conflicts(text)) == 1


def test_two_conflicts_are_two_findings() -> None:
    marked = CONFLICT.format(ours="One.", theirs="Two.")
    assert [finding.line for finding in conflicts(f"---\n{KEYS}\n---\n{STORY}\n{marked}\n\n{marked}\n")] == [
        11,
        17,
    ]


def test_code_that_shows_a_conflict_and_an_underlined_headline_are_none() -> None:
    marked = CONFLICT.format(ours="One.", theirs="Two.")

    assert faults_if_any(f"---\n{KEYS}\n---\n{STORY}\n```\n{marked}\n```\n") == ()
    underlined = STORY.replace("# Clocks will stop being corrected", "Clocks will stop\n=======")
    assert faults_if_any(f"---\n{KEYS}\n---\n{underlined}") == ()


def test_a_row_of_equals_signs_that_was_meant_as_a_rule_is_no_unfinished_merge() -> None:
    (found,) = faults(f"---\n{KEYS}\n---\n{STORY}\nOne.\n\n=======\n\nTwo.\n")

    assert (found.code, found.line) == ("file-conflict", 13)
    assert "rule" in found.message
    assert "---" in found.hint


@pytest.mark.parametrize("fence", ["—", "***", "--"])
def test_a_wrong_fence_is_named_above_a_misspelt_key_too(fence: str) -> None:
    found = codes_of(f"{fence}\nSubjct: The river\ndate: 2026-01-12\n{fence}\n{STORY}")

    assert found == [("front-fence", 1), ("front-key-unknown", 2), ("front-fence", 4)]


@pytest.mark.parametrize("key", ["Betreff", "sujet", "Asunto", "título", "title"])
def test_a_key_in_another_language_is_one_finding(key: str) -> None:
    (found,) = faults(f"---\n{key}: The river\n---\n{STORY}")

    assert found.code == "front-key-unknown"
    assert "“subject”" in found.hint


def test_an_underlined_headline_amid_a_story_is_one_finding_that_names_the_line_of_equals_signs() -> None:
    (found,) = faults(f"---\n{KEYS}\n---\n{STORY}\nMore on this\n====\n\nText.\n")

    assert (found.code, found.line) == ("brief-label-missing", 11)
    assert "equals signs" in found.message


@pytest.mark.parametrize("label", ["<b>Background:</b>", "\\*\\*Background:\\*\\*", "**Background: "])
def test_the_line_to_write_for_a_label_with_other_marks_has_none_of_them(label: str) -> None:
    found = faults(f"---\n{KEYS}\n---\n# A\n\n{label} In 1999.\n\n**What’s going on now:** It opens.\n")

    assert [finding.hint for finding in found] == ["Write: **Background:** In 1999."]


@pytest.mark.parametrize(
    "field", ["{{ contact.firstname }}", "{{< video abc >}}", "{{[[TODO]]}}", "{% include x.html %}"]
)
def test_what_other_systems_write_in_braces_is_quoted(field: str) -> None:
    (found,) = faults(f"---\n{KEYS}\n---\n{STORY}\nHi {field}.\n")

    assert f"“{field}”" in found.message
