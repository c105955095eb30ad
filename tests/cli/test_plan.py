"""What stands above the question whether to send, how it is answered, and what is said at the end."""

import pytest
from conftest import BRIEF, Publication
from terminals import CTRL_C, Terminal

PERSONAL = BRIEF.replace("subject: The kilogram", 'subject: "{{ first_name }}, the kilogram')


def with_warnings(count: int) -> str:
    """Return a brief that earns so many warnings: words left behind by an editor."""
    links = "\n\n".join(f"Look at [the harbour report {n}](http://example.org/{n})." for n in range(count))
    return f"{BRIEF}\n{links}\n"


@pytest.fixture
def local(publication: Publication) -> Publication:
    publication.settings(provider="sandbox")
    publication.subscribe(3)
    return publication


@pytest.mark.slow
@pytest.mark.parametrize(
    ("subject", "shown"),
    [
        ('"{{ first_name }}, the kilogram is gone"', "“[first name], the kilogram is gone”"),
        ('"{{ first_name or "Reader" }}: news"', "“Reader: news”"),
        ("Plain", "“Plain”"),
    ],
)
def test_the_subject_is_shown_without_the_providers_tags(
    local: Publication, subject: str, shown: str
) -> None:
    subject = subject.replace('"Reader"', "'Reader'")
    local.brief("first", BRIEF.replace("subject: The kilogram is gone", f"subject: {subject}"))
    ran = local.run("send", "first", "--dry-run")
    assert shown in ran.stderr, ran.stderr
    assert "-nl." not in ran.stderr
    assert "-nl." not in str(local.run("send", "first", "--dry-run", "--json").json["subject"])


@pytest.mark.parametrize("count", [0, 1, 5, 6, 12])
def test_a_plan_shows_the_first_five_warnings_with_their_lines(local: Publication, count: int) -> None:
    path = local.brief("first", with_warnings(count))
    found = [line for line in local.run("check", "first").stdout.splitlines() if ": warning " in line]
    ran = local.run("send", "first", "--dry-run")
    shown = [line for line in ran.stderr.splitlines() if f"{path.name}:" in line]
    assert len(found) >= count
    assert len(shown) == min(len(found), 5)
    assert all(line.strip().split(": ")[0] in full for line, full in zip(shown, found, strict=False))
    assert (f"and {len(found) - 5} more warning" in ran.stderr) == (len(found) > 5)
    assert ("newsletter check first" in ran.stderr) == bool(found)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("answers", "sent"),
    [
        (["y"], True),
        (["YES"], True),
        (["n"], False),
        ([""], False),
        (["maybe", "ja", "y"], True),
        (["\x04"], False),
        ([CTRL_C], False),
        (["maybe", CTRL_C], False),
    ],
)
def test_only_y_or_n_answers_the_question(local: Publication, answers: list[str], sent: bool) -> None:
    typed = [("[y/N]", word if word in ("\x04", CTRL_C) else f"{word}\n") for word in answers]
    seen = Terminal(local.root).run("send", "first", answers=typed)
    assert (seen.exit_code == 0) == sent, seen.text
    assert ("accepted" in seen.text) == sent
    assert seen.text.count("Answer y or n.") == len(answers) - 1
    assert ("\nNothing was sent.\n" in seen.text) != sent


@pytest.mark.slow
def test_what_was_typed_before_the_question_answers_nothing(local: Publication) -> None:
    terminal = Terminal(local.root)
    terminal.type("y\n")
    seen = terminal.run("send", "first", answers=[("[y/N]", "n\n")])
    assert seen.exit_code == 1
    assert "Nothing was sent." in seen.text


@pytest.mark.slow
def test_a_send_ends_with_what_to_do_next(local: Publication) -> None:
    shown = local.run("send", "first", "--yes").stderr
    assert "newsletter sandbox" in shown
    assert "newsletter recipients first" in shown


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["send", "first"], "nobody who may be mailed has joined “readers” since"),
        (["send", "first", "--only-missing"], "nobody who may be mailed is still without it"),
        (["send", "first", "--list", "others"], "nobody on “others” may be mailed"),
    ],
)
def test_a_plan_that_mails_nobody_says_why_and_no_more(
    local: Publication, words: list[str], why: str
) -> None:
    local.run("lists", "add", "others")
    local.run("send", "first", "--yes", "--list", "readers")
    shown = local.run(*words, "--dry-run").stderr
    assert shown.startswith(f"first — “The kilogram is gone”: {why}, so there is nothing to do.\n")
    assert "0 readers" not in shown
    assert "No mail leaves this machine" not in shown


def test_a_plan_marks_what_would_stop_a_real_send(local: Publication) -> None:
    local.run("new", "Unwritten", "-o", "issues/unwritten.md")
    shown = local.run("send", "unwritten", "--dry-run").stderr.splitlines()
    errors = [shown.index(line) for line in shown if line.startswith("  issues/unwritten.md:8: error: ")]
    assert len(errors) == 1
    assert shown[errors[0] + 1] == "    Write your own words in its place."


@pytest.mark.slow
def test_a_correction_that_everyone_has_says_so(local: Publication) -> None:
    local.run("send", "first", "--yes")
    local.brief("first", BRIEF.replace("subject:", "correction: It is not gone.\nsubject:", 1))
    assert local.run("correct", "first", "--yes").exit_code == 0
    again = local.run("correct", "first", "--yes")
    assert again.exit_code == 0
    assert (
        "everyone who got the wrong version has the corrected one, so there is nothing to do." in again.stderr
    )


@pytest.mark.slow
def test_commands_to_copy_are_quoted_as_a_shell_needs_them(local: Publication) -> None:
    (local.root / "issues" / "first.md").rename(local.root / "issues" / "it's the first; of two.md")
    shown = local.run("send", "it's the first; of two", "--yes").stderr
    assert """newsletter recipients 'it'"'"'s the first; of two'""" in shown


@pytest.mark.slow
def test_commands_to_copy_name_the_publication_that_was_chosen(local: Publication) -> None:
    shown = local.run("--config", f"{local.root}/newsletter.toml", "send", "first", "--yes").stderr
    assert f"newsletter --config {local.root}/newsletter.toml recipients first" in shown
