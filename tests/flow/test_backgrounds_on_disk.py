"""Living backgrounds are files: found by their names alone, whatever else lies in their folder."""

import os
import re
from pathlib import Path

import pytest
from backgrounds.leap import ISSUE, LEAP
from conftest import Publication

from newsletter.cli.proofs import way_to_send

SOUND = (0, "Nothing to report.")


@pytest.fixture
def leap(publication: Publication) -> Publication:
    """A publication with an issue “leap” that includes “leap-second”, which is there."""
    publication.settings(provider="sandbox", extra="[checks]\nbackground_days = 100000\n")
    publication.brief("leap", ISSUE.replace("leap-second", "leap-second\n:::"))
    _file(publication).parent.mkdir()
    _file(publication).write_text(LEAP)
    return publication


def _file(publication: Publication, name: str = "leap-second") -> Path:
    return publication.root / "backgrounds" / f"{name}.md"


def _check(publication: Publication) -> tuple[int, str]:
    ran = publication.run("check", "leap")
    return ran.exit_code, ran.stdout.strip()


def test_a_background_is_read_from_its_file_however_it_was_saved(leap: Publication) -> None:
    assert _check(leap) == SOUND
    _file(leap).write_bytes(b"\xef\xbb\xbf" + LEAP.encode().replace(b"\n", b"\r\n"))
    assert _check(leap) == SOUND
    elsewhere = leap.root / "shared.md"
    _file(leap).replace(elsewhere)
    _file(leap).symlink_to(elsewhere)
    assert _check(leap) == SOUND
    ran = leap.run("render", "leap", "--out", "out")
    assert ran.exit_code == 0, ran.stderr
    assert "27 times" in (leap.root / "out" / "everyone.txt").read_text()


def test_faults_in_the_file_are_reported_with_its_path_and_line(leap: Publication) -> None:
    _file(leap).write_text(LEAP.replace("2026-06-20", "20.6.2026").replace("Since", "## Since"))
    code, said = _check(leap)
    assert code == 1
    assert "backgrounds/leap-second.md:3: error front-value" in said
    assert "backgrounds/leap-second.md:9: error background-content" in said
    _file(leap).write_bytes(LEAP.encode("latin-1") + b"\xe4\n")
    assert "backgrounds/leap-second.md:12: error file-encoding" in _check(leap)[1]


def test_what_is_no_file_of_a_background_is_none(leap: Publication) -> None:
    folder = _file(leap).parent
    for name in (".hidden.md", "notes.txt"):
        (folder / name).write_text("no background")
    (folder / "folder.md").mkdir()
    os.mkfifo(folder / "pipe.md")
    (folder / "dangling.md").symlink_to("nowhere.md")
    (folder / "circle.md").symlink_to("circle.md")
    assert _check(leap) == SOUND
    _file(leap).unlink()
    code, said = _check(leap)
    assert code == 1
    assert "issues/leap.md:9: error background-unknown: There is no background “leap-second”." in said
    assert "There is none yet" in said
    folder.rename(leap.root / "elsewhere")
    assert _check(leap)[0] == 1


def test_a_file_whose_name_is_no_name_or_another_ones_in_capitals_is_refused(leap: Publication) -> None:
    _file(leap).rename(_file(leap, "leap second"))
    leap.brief("leap", ISSUE.replace("leap-second", "leap second"))
    code, said = _check(leap)
    assert code == 1
    assert "backgrounds/leap second.md:1: error background-name" in said
    _file(leap, "leap second").rename(_file(leap, "Leap"))
    leap.brief("leap", ISSUE.replace("leap-second", "Leap"))
    assert _check(leap) == SOUND
    if not _file(leap, "leap").exists():  # a file system that tells capitals apart
        _file(leap, "leap").write_text(LEAP)
        assert "differ only in capitals" in _check(leap)[1]


def test_real_mail_is_refused_while_a_review_lies_ahead_and_a_local_one_is_warned_of(
    leap: Publication,
) -> None:
    leap.subscribe(1)
    _file(leap).write_text(LEAP.replace("2026-06-20", "2999-01-01"))
    local = leap.run("send", "leap", "--dry-run")
    assert (local.exit_code, "backgrounds/leap-second.md:3: error: The day" in local.stderr) == (0, True)
    leap.settings(provider="sendgrid")
    real = leap.run("send", "leap", "--dry-run")
    assert (real.exit_code, "backgrounds/leap-second.md:3: The day" in real.stderr) == (1, True)


def test_a_backgrounds_own_file_can_be_checked_alone(leap: Publication) -> None:
    assert leap.run("check", "backgrounds/leap-second.md").stdout.strip().startswith("Nothing to report.")
    _file(leap).write_text(LEAP.replace("27 times.", "27 times, says TK."))
    ran = leap.run("check", str(_file(leap)), "--all")
    assert "backgrounds/leap-second.md:9: warning text-placeholder" in ran.stdout
    assert "1 warning" in ran.stdout
    _file(leap).write_text(LEAP.replace("In 2022 it was", "In 2022 it **was** TK").replace("Leap s", "TK s"))
    said = leap.run("check", "backgrounds/leap-second.md", "--all").stdout
    assert re.findall(r"^backgrounds/leap-second.md:(\d+): \w+ (\S+):", said, re.MULTILINE) == [
        ("2", "text-placeholder"),
        ("7", "markup-left"),
        ("7", "text-placeholder"),
    ], "each once, at the line that it is mended on"
    host = f"{'a' * 64}.example.net"  # longer than any name: no server is asked for it
    _file(leap).write_text(LEAP.replace("www.bipm.org)", f"{host})"))
    ran = leap.run("check", "backgrounds/leap-second.md", "--online")
    assert f"Asking for 1 page of 1 server, up to 45 s: {host}" in ran.stderr
    assert "backgrounds/leap-second.md:9: warning link-unreachable" in ran.stdout
    _file(leap).write_text(LEAP.replace("2026-06-20", "soon"))
    ran = leap.run("check", "backgrounds/leap-second.md")
    assert (ran.exit_code, "backgrounds/leap-second.md:3: error front-value" in ran.stdout) == (1, True)
    assert "There is no issue" in leap.run("check", "backgrounds/leap.md").stderr


def test_an_unreadable_file_is_said_and_an_issue_without_backgrounds_needs_none(leap: Publication) -> None:
    if os.geteuid() == 0:
        pytest.skip("root reads every file")
    _file(leap).chmod(0)
    assert "background-unread" in _check(leap)[1]
    _file(leap).parent.chmod(0)
    try:
        assert leap.run("check", "first").exit_code == 0
        ran = leap.run("check", "leap")
        assert (ran.exit_code, ran.stdout) == (1, "")
        assert "The backgrounds cannot be read" in ran.stderr
    finally:
        _file(leap).parent.chmod(0o755)


def test_a_backgrounds_file_in_place_of_an_issue_is_said_to_be_one_and_stands_for_its_name(
    leap: Publication,
) -> None:
    for words in (("send", "--yes"), ("correct",), ("render", "--out", "out")):
        ran = leap.run(words[0], "backgrounds/leap-second.md", *words[1:])
        assert ran.exit_code == 1
        assert "backgrounds/leap-second.md is a living background, not an issue." in ran.stderr
        assert "newsletter correct --background leap-second" in ran.stderr
    assert leap.run("backgrounds", "show", "backgrounds/leap-second.md").stderr.startswith("leap-second — ")


def test_a_dry_run_of_a_correction_says_as_json_which_versions_and_lists_it_is_of(leap: Publication) -> None:
    leap.subscribe(2)
    assert leap.run("send", "leap", "--yes").exit_code == 0
    _file(leap).write_text(LEAP.replace("27 times", "28 times"))
    ran = leap.run("correct", "--background", "leap-second", "--dry-run", "--json")
    assert ran.json["issue"] == "backgrounds/leap-second.correction-1"
    assert (ran.json["wrong"], ran.json["lists"]) == ([1], {ran.json["list"]: 2})
    assert "newsletter check backgrounds/leap-second.md" in ran.stderr, "where the warnings are told in full"
    said = leap.run("correct", "--background", "leap-second", "--dry-run").stderr
    assert "Nothing was sent." in said


@pytest.mark.slow
def test_who_goes_on_with_one_list_of_a_correction_is_told_how_to_go_on_with_the_others(
    leap: Publication,
) -> None:
    leap.subscribe(2)
    assert leap.run("send", "leap", "--yes").exit_code == 0
    _file(leap).write_text(LEAP.replace("27 times", "28 times"))
    assert leap.run("correct", "--background", "leap-second", "--yes").exit_code == 0
    way = "go on with: newsletter correct --background leap-second"
    assert way in leap.run("resume", "backgrounds/leap-second.correction-1").stderr
    assert "correct" not in leap.run("resume", "leap").stderr
    assert way_to_send("backgrounds/leap-second.correction-1") in way
    assert way_to_send("leap") == "newsletter resume leap"
