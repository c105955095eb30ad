"""What stands above the question whether to send, how it is answered, and what is said at the end."""

import pytest
from conftest import BRIEF, Publication
from terminals import Terminal

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
    assert all(line.strip().split(": ")[0] in each for line, each in zip(shown, found, strict=False))
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
    ],
)
def test_only_y_or_n_answers_the_question(local: Publication, answers: list[str], sent: bool) -> None:
    typed = [("[y/N]", f"{word}\n" if word != "\x04" else word) for word in answers]
    seen = Terminal(local.root).run("send", "first", answers=typed)
    assert (seen.exit_code == 0) == sent, seen.text
    assert ("accepted" in seen.text) == sent
    assert seen.text.count("Answer y or n.") == len(answers) - 1


@pytest.mark.slow
def test_what_was_typed_before_the_question_answers_nothing(local: Publication) -> None:
    terminal = Terminal(local.root)
    terminal.type("y\n")
    seen = terminal.run("send", "first", answers=[("[y/N]", "n\n")])
    assert seen.exit_code == 1
    assert "Nothing was sent." in seen.text


def test_a_send_ends_with_what_to_do_next(local: Publication) -> None:
    told = local.run("send", "first", "--yes").stderr
    assert "newsletter sandbox" in told
    assert "newsletter recipients first" in told


def test_commands_to_copy_are_quoted_as_a_shell_needs_them(local: Publication) -> None:
    (local.root / "issues" / "first.md").rename(local.root / "issues" / "it's the first; of two.md")
    told = local.run("send", "it's the first; of two", "--yes").stderr
    assert """newsletter recipients 'it'"'"'s the first; of two'""" in told


def test_commands_to_copy_name_the_publication_that_was_chosen(local: Publication) -> None:
    told = local.run("--config", f"{local.root}/newsletter.toml", "send", "first", "--yes").stderr
    assert f"newsletter --config {local.root}/newsletter.toml recipients first" in told
