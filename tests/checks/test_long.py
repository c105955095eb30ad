"""Checks of long issues: what they tell stays readable, and what they cost in proportion to the text."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from conftest import BRIEF, Publication

from newsletter.checks.reading import sentences
from newsletter.errors import Finding

MILL = "The mill is still there"


def test_a_check_with_a_thousand_findings_tells_two_hundred_and_that_there_are_more(
    look: Callable[..., tuple[Finding, ...]],
) -> None:
    found = look((MILL, "TK\n\n" * 1_000 + MILL))
    placeholders = [finding for finding in found if finding.code == "text-placeholder"]
    assert len(placeholders) == 201
    assert [finding.line for finding in placeholders] == list(range(15, 15 + 2 * 201, 2))
    assert "There are more of these, from this line on" in placeholders[-1].message
    assert "more of these" not in placeholders[-2].message


@pytest.mark.slow
def test_a_brief_that_no_mail_can_hold_is_refused_without_being_rendered(
    look: Callable[..., Any], publication: Publication
) -> None:
    long = "Eleven fish passed the counter again today.\n\n" * 6_000
    (finding,) = look((MILL, long + MILL), mail=None)
    assert (finding.code, finding.line) == ("mail-clipped", None)
    assert "at least 2" in finding.message
    publication.brief("long", BRIEF + "\n" + long)
    # A template that is broken makes rendering fail: it is not tried.
    template = publication.root / "templates" / "default" / "issue.mjml.j2"
    template.parent.mkdir(parents=True)
    template.write_text("{% broken %}")
    codes = [finding["code"] for finding in _checked(publication, "long")]
    assert ("mail-clipped" in codes, "render-refused" in codes) == (True, False)
    assert "render-refused" in [finding["code"] for finding in _checked(publication, "first")]


def _checked(publication: Publication, issue: str) -> list[dict[str, Any]]:
    import json

    found: list[dict[str, Any]] = json.loads(publication.run("check", issue, "--format", "json").stdout)
    return found


@pytest.mark.parametrize("text", ["Mr. Ng met Dr. Wu in St. Ives. ", "A.b. C. ", "Yes! No? ", "one. Two… "])
def test_counting_sentences_costs_as_much_as_there_is_text(text: str) -> None:
    def cost(times: int) -> float:
        whole = text * times
        began = time.process_time()
        assert sentences(whole) >= 1
        return time.process_time() - began

    few = min(cost(200) for _ in range(3))
    assert min(cost(2_000) for _ in range(3)) < 40 * few


@pytest.mark.parametrize(
    ("address", "fault"),
    [
        ("https://example.org/" + "x" * 2_100, "has an address of 2,120 characters"),
        ("mailto:a@" + "b." * 200 + "org", "names no e-mail address"),
    ],
)
def test_an_address_that_no_program_opens_is_reported(
    look: Callable[..., tuple[Finding, ...]], address: str, fault: str
) -> None:
    (finding,) = look(("https://example.org/dam", address))
    assert (finding.code, finding.line) == ("link-form", 9)
    assert fault in finding.message
