"""One finding a cause: what two checks find about one thing is reported once."""

from collections.abc import Callable
from typing import Any

from conftest import Publication

from newsletter.checks import PictureFacts

IMPORTED = """\
Skip to main content

The council has announced the release of over one hundred parrots that were held in the old customs house.

Background: The town has long kept parrots. Its harbour was theirs. Nobody fed them.

B2efeaf3 11ac 464b 87e2 c28b58454aca b3294819

What’s going on now: The first parrots left the house in the morning, and were seen on every roof.
"""


def test_each_fault_of_an_imported_page_is_reported_once(publication: Publication) -> None:
    (publication.root / "page.txt").write_text(IMPORTED)
    assert publication.run("import", "page.txt", "-o", "issues/parrots.md").exit_code == 0
    printed = publication.run("check", "parrots", "--all").stdout
    codes = [line.split()[2].strip(":") for line in printed.splitlines() if line.startswith("issues/")]
    assert codes == ["preheader-missing", "subject-long", "background-undated", "picture-missing"]
    assert "no alt text" in printed.partition("picture-missing")[2]
    assert "Also (headline-long)" in printed


def test_a_headline_that_is_not_the_subject_is_reported_with_the_subject(look: Callable[..., Any]) -> None:
    changes = [("subject: The river that came back", "subject: " + "word " * 15),
               ("# The river that came back", "# " + "word " * 21)]  # fmt: skip
    assert [finding.code for finding in look(*changes)] == ["subject-long", "headline-long"]


def test_two_pictures_are_two_causes(look: Callable[..., Any]) -> None:
    second = "The mill is still there", "![](salmon.jpg)\n\nThe mill is still there"
    all_found = look(("Salmon below a weir, seen from the bank", ""), second)
    found = [finding for finding in all_found if finding.code != "picture-mostly"]  # which is of both
    assert [(finding.code, finding.line) for finding in found] == [("alt-missing", 11), ("alt-missing", 15)]
    assert "caption" in found[1].hint


def test_the_weightiest_finding_of_a_cause_is_the_one(look: Callable[..., Any]) -> None:
    small = PictureFacts(True, 300, 200, 600_000)
    (finding,) = look(("Salmon below a weir, seen from the bank", "Photo"), pictures={"salmon.jpg": small})
    assert finding.code == "alt-generic"
    assert finding.severity == "warning"
    assert finding.hint.count("Also (") == 2


def test_what_is_wrong_with_one_address_is_one_finding(look: Callable[..., Any]) -> None:
    (finding,) = look(("https://example.org/dam", "http://ana:secret@bit.ly/dam"))
    assert finding.code == "link-password"
    assert "Also (link-plain-http)" in finding.hint
    assert "Also (link-shortened)" in finding.hint


def test_silencing_the_weightiest_of_a_cause_leaves_the_others(look: Callable[..., Any]) -> None:
    changes = [
        ("https://example.org/dam", "http://bit.ly/dam"),
        ("number: 4", "number: 4\nignore: link-shortened"),
    ]
    (finding,) = look(*changes)
    assert (finding.code, "Also" in finding.hint) == ("link-plain-http", False)
