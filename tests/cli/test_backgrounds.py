"""Commands about living backgrounds say what an editor asks: what stands there, who got which version."""

import pytest
from backgrounds.leap import ISSUE, LEAP
from conftest import Publication

pytestmark = pytest.mark.slow


@pytest.fixture
def leap(publication: Publication) -> Publication:
    """A publication that mailed a background in one issue, then changed it."""
    publication.settings(provider="sandbox")
    publication.subscribe(3)
    folder = publication.root / "backgrounds"
    folder.mkdir()
    (folder / "leap-second.md").write_text(LEAP)
    publication.brief("one", ISSUE)
    ran = publication.run("send", "one", "--yes")
    assert ran.exit_code == 0, ran.stderr
    (folder / "leap-second.md").write_text(LEAP.replace("27 times", "28 times"))
    publication.brief("two", ISSUE.replace("never added", "added"))
    return publication


def test_they_are_listed_with_their_versions_issues_and_readers(leap: Publication) -> None:
    said = leap.run("backgrounds").stderr
    assert "leap-second — Leap seconds" in said
    assert "reviewed on 2026-06-20 by Ana Ruiz; no reader has it yet as it stands" in said
    assert "3 readers of “readers” in one" in said
    document = leap.run("backgrounds", "--json").json_list
    (record,) = document
    assert (record["name"], record["version"], record["reviewer"]) == ("leap-second", None, "Ana Ruiz")
    (version,) = record["versions"]
    assert (version["number"], version["accepted"]) == (1, 3)
    assert [(use["issue"], use["list"], use["accepted"]) for use in version["issues"]] == [
        ("one", "readers", 3)
    ]
    assert "text" not in version


def test_one_is_shown_with_what_its_versions_differ_in(leap: Publication) -> None:
    said = leap.run("backgrounds", "show", "leap-second").stderr
    assert "From version 1 to the text as it stands:" in said
    assert "-Since 1972 a second has been added to [civil time](https://www.bipm.org) 27 times." in said
    assert "+Since 1972 a second has been added to [civil time](https://www.bipm.org) 28 times." in said
    document = leap.run("backgrounds", "show", "leap-second", "--json").json
    assert "27 times" in document["versions"][0]["text"]  # type: ignore[index]
    assert "28 times" in str(document["text"])
    (difference,) = document["differences"]  # type: ignore[misc]
    assert (difference["before"], difference["after"]) == (1, None)
    wrong = leap.run("backgrounds", "show", "leap-seconds")
    assert wrong.exit_code == 1
    assert "Did you mean “leap-second”?" in wrong.stderr


def test_a_correction_shows_its_versions_and_lists_before_it_asks(leap: Publication) -> None:
    ran = leap.run("correct", "--background", "leap-second", "--dry-run")
    assert ran.exit_code == 0, ran.stderr
    assert "“Correction: Leap seconds”, to 3 readers of “readers” who got the wrong version" in ran.stderr
    assert "corrects version 1 of the background" in ran.stderr
    proof = leap.run("correct", "--background", "leap-second", "--yes", "--json").json
    assert (proof["issue"], proof["accepted"]) == ("backgrounds/leap-second.correction-1", 3)
    assert leap.run("status", "backgrounds/leap-second.correction-1", "--json").json == proof
    again = leap.run("correct", "--background", "leap-second", "--yes")
    assert (again.exit_code, "there is nothing to do" in again.stderr) == (0, True)


@pytest.mark.parametrize(
    "words", [(), ("one", "--background", "leap-second"), ("one", "--since", "1"),
              ("--background", "leap-second", "--list", "readers"),
              ("--background", "leap-second", "--since", "7")],
)  # fmt: skip
def test_a_correction_is_of_an_issue_or_of_a_background(leap: Publication, words: tuple[str, ...]) -> None:
    assert leap.run("correct", *words, "--yes").exit_code == 2


def test_a_publication_without_any_is_told_what_one_is(publication: Publication) -> None:
    publication.settings(provider="sandbox")
    assert "One is a file in backgrounds/" in publication.run("backgrounds").stderr
    assert publication.run("backgrounds", "--json").json_list == []
    assert not (publication.root / "newsletter.db").exists()


def test_a_plan_and_a_rendered_message_name_the_version(leap: Publication) -> None:
    plan = leap.run("send", "two", "--dry-run", "--json").json
    assert list(plan["backgrounds"]) == ["leap-second"]  # type: ignore[call-overload]
    leap.run("render", "two", "--out", "out")
    about = (leap.root / "out" / "message.json").read_text()
    assert plan["backgrounds"]["leap-second"] in about  # type: ignore[index]
