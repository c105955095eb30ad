"""A brief includes a living background by its name: as if it stood there, with its own file and lines."""

import pytest
from backgrounds.leap import FILE, INCLUDE, ISSUE, LEAP, ONE, backgrounds, faults_of_issue, issue
from editorial.briefs import section, words
from hypothesis import given
from hypothesis import strategies as st

from newsletter.checks import CheckFacts, run_checks
from newsletter.editorial.markdown.includes import names_included

HERE = "issues/leap.md"


@pytest.mark.parametrize(
    "written",
    [
        f"**Background:**\n\n{INCLUDE}",
        f"**Background:**\n{INCLUDE}",
        f"**Background:**\n\n{INCLUDE}\n:::",
        f"**Background:**\n\n{INCLUDE}\n\n:::",
        f"## Background\n\n{INCLUDE}\n",
        f"## Background\n{INCLUDE}",
        "**Background:**\n\n:::background leap-second",
        "**Background:**\n\n::::  Background   leap-second  ",
        "**Background:**\n\n：：： background leap-second",
        "**Background:**\n\n::: background\u00a0leap-second\u200b",
        "**Background:**\n\n:: background leap-second\n::",
        "**Background:**\n\n:::background{leap-second}",
        "**Background:**\n\n::: background[leap-second]",
        "**Background:**\n\n::: background = “leap-second”",
        f"**Background:**\n\n{INCLUDE}\n\n![A clock](clock.jpg)",
    ],
)
def test_its_text_takes_the_place_of_the_line_however_that_is_typed(written: str) -> None:
    found = issue(ISSUE.replace(f"**Background:**\n\n{INCLUDE}", written))
    background = section(found, "background")
    assert words(background.body).startswith(
        "Since 1972 a second has been added to civil time 27 times.\nIn "
    )
    assert background.background is not None
    assert [included.background.name for included in found.included] == ["leap-second"]
    assert words(section(found, "now").body) == "Nobody noticed.\n"


def test_two_stories_may_include_the_same_one_and_others() -> None:
    text = ISSUE + ISSUE[ISSUE.index("# Clocks") :] + ISSUE[ISSUE.index("# Clocks") :].replace("leap-", "b-")
    found = issue(text, backgrounds(**ONE, b_second=LEAP.replace("Since 1972", "Since <b>1972</b>")))
    assert [included.background.name for included in found.included] == ["leap-second", "b-second"]
    assert [section(found, "background", n).body[0].map for n in range(2)] == [[34, 35], [34, 35]]


def _with(line: str, *, label: str = "**Background:**") -> str:
    return ISSUE.replace(f"**Background:**\n\n{INCLUDE}", f"{label}\n\n{line}")


#: the line in place of the include, and the faults: code, file and line
SPOILED: list[tuple[str, list[tuple[str, str, int | None]]]] = [
    ("::: background", [("background-unknown", HERE, 9)]),
    ("::: backgroud leap-second", [("background-unknown", HERE, 9)]),
    ("::: background leap-seconds", [("background-unknown", HERE, 9)]),
    ("::: background Leap-Second", [("background-unknown", HERE, 9)]),
    ("::: background leap-second.md", [("background-unknown", HERE, 9)]),
    ("::: background ../leap-second", [("background-unknown", HERE, 9)]),
    ("::: background backgrounds/leap-second.md", [("background-unknown", HERE, 9)]),
    (f"Words.\n\n{INCLUDE}", [("background-alone", HERE, 9)]),
    (f"{INCLUDE}\n\nWords.", [("background-alone", HERE, 11)]),
    (f"{INCLUDE}\nWords.\n:::", [("background-alone", HERE, 10)]),
    (f"{INCLUDE}\n\n{INCLUDE}", [("background-alone", HERE, 11)]),
    (f"![A clock](clock.jpg)\n\n{INCLUDE}", [("background-alone", HERE, 9)]),
    (f"- {INCLUDE}", [("background-misplaced", HERE, 9)]),
    (f"> {INCLUDE}", [("background-misplaced", HERE, 9)]),
    (f"**{INCLUDE}**", [("background-misplaced", HERE, 9)]),
    (f"Words,\nthen {INCLUDE}", [("background-misplaced", HERE, 10)]),
    (f"[{INCLUDE}](https://a.example)", [("background-misplaced", HERE, 9)]),
    (f"| a |\n|---|\n| {INCLUDE} |", [("background-misplaced", HERE, 11)]),
    ("::: {.background name=leap-second}", [("background-misplaced", HERE, 9)]),
    (
        f"Words.\n\n**What’s next:** More.\n\n{INCLUDE}",
        [("background-misplaced", HERE, 13)],
    ),
]


@pytest.mark.parametrize(("line", "found"), SPOILED, ids=[line[:40] for line, _ in SPOILED])
def test_each_fault_is_named_once_at_its_line(line: str, found: list[tuple[str, str, int | None]]) -> None:
    assert faults_of_issue(_with(line)) == found


def test_an_include_on_the_line_of_its_label_is_not_shown_to_readers_as_words() -> None:
    text = ISSUE.replace(f":**\n\n{INCLUDE}", f":** {INCLUDE}")
    assert faults_of_issue(text) == [("background-misplaced", HERE, 7)]


def test_an_include_without_the_label_above_it_asks_for_the_label_alone() -> None:
    assert faults_of_issue(_with(INCLUDE, label="")) == [("brief-label-missing", HERE, 9)]


def test_faults_of_the_background_name_its_own_file_next_to_those_of_the_issue() -> None:
    known = backgrounds(leap_second=LEAP.replace("2026-06-20", "soon").replace("Since", "# Since"))
    text = ISSUE.replace("subject: The second that was never added", "subject:")
    assert faults_of_issue(text, known) == [
        ("front-subject-missing", HERE, 2),
        ("front-value", FILE, 3),
        ("background-content", FILE, 9),
    ]


def test_a_near_name_is_suggested_and_those_there_are_named() -> None:
    for wrong in ("leap-seconds", "Leap-Second", "../leap-second", "leap-second.md"):
        with pytest.raises(Exception, match="Did you mean “leap-second”") as caught:
            issue(_with(f"::: background {wrong}"))
        assert "There is: leap-second." in str(caught.value)
    with pytest.raises(Exception, match="There is none yet"):
        issue(_with(INCLUDE), backgrounds())


@pytest.mark.parametrize(
    "text", [":::", "::: note", ":: the background of it", "std::background and Background: x"]
)
def test_what_is_no_include_stays_text(text: str) -> None:
    assert faults_of_issue(_with(text)) == []
    assert text.lstrip(":") in words(section(issue(_with(text)), "background").body)


def test_an_include_shown_as_code_stays_text() -> None:
    for text in (f"Write `{INCLUDE}`.", f"```\n{INCLUDE}\n```"):
        assert faults_of_issue(_with(text)) == []


def test_findings_in_its_text_name_its_own_file_and_line_and_are_silenced_there() -> None:
    spoiled = LEAP.replace("27 times.", "27 times, says TK.")
    (found,) = run_checks(issue(ISSUE, backgrounds(leap_second=spoiled)), CheckFacts())
    assert (found.code, found.file, found.line) == ("text-placeholder", FILE, 9)
    silenced = spoiled.replace("Since", "<!-- check: ignore text-placeholder -->\nSince")
    assert run_checks(issue(ISSUE, backgrounds(leap_second=silenced)), CheckFacts()) == ()
    left = spoiled.replace("Since", "<!-- ask Ana -->\nSince")
    found_left = run_checks(issue(ISSUE, backgrounds(leap_second=left)), CheckFacts())
    assert [(f.code, f.file, f.line) for f in found_left] == [
        ("comment-left-out", FILE, 9),
        ("text-placeholder", FILE, 10),
    ]


def test_what_the_foot_of_the_card_says_is_checked_as_words_that_readers_see() -> None:
    spoiled = LEAP.replace("Ana Ruiz", "**Ana** Ruiz").replace("In 2022 it was", "TK it\u200b was")
    found = run_checks(issue(ISSUE, backgrounds(leap_second=spoiled)), CheckFacts())
    assert [(f.code, f.file, f.line) for f in found] == [
        ("markup-left", FILE, 3),
        ("text-invisible", FILE, 7),
        ("text-placeholder", FILE, 7),
    ]


def test_findings_of_the_issue_keep_their_file_and_line() -> None:
    (found,) = run_checks(issue(ISSUE.replace("Nobody", "TK nobody")), CheckFacts())
    assert (found.code, found.file, found.line) == ("text-placeholder", HERE, 11)


PIECES = [":::", "::", " ", "\n", "\r\n", "background", "leap-second", "b", "> ", "- ", "a", "```"]
pieced = st.lists(st.sampled_from(PIECES)).map("".join)


@given(pieced)
def test_any_lines_around_includes_are_read_or_have_faults_in_the_file(text: str) -> None:
    whole = _with(text)
    for _, file, line in faults_of_issue(whole):
        assert file == HERE
        assert line is not None
        assert 1 <= line <= whole.count("\n") + 1


@given(pieced)
def test_every_name_that_is_read_was_seen_beforehand(text: str) -> None:
    """The loader reads those that are seen in the text; one that it missed would count as not being there."""
    seen = names_included(text)
    known = backgrounds(leap_second=LEAP, b=LEAP)
    try:
        found = issue(_with(text), known)
    except Exception:  # noqa: BLE001  (whatever is wrong with it)
        return
    assert {included.background.name for included in found.included} <= set(seen)
