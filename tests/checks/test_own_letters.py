"""No check of the rendered mail has anything to say of the project's own letters, whatever is in them."""

import os

import pytest
from generated import FACTS, drawn

from newsletter.checks import run_checks

# The whole of it is 2,000: DRAWN_LETTERS=2000, as .ci/run has it.
COUNT = int(os.environ.get("DRAWN_LETTERS", "40"))
A_TEST = 10  # letters
OF_THE_MAIL = ("mail-", "sender-")


def _said(seed: int) -> list[str]:
    issue, message = drawn(seed)
    found = run_checks(issue, FACTS, message)
    return [f"{seed}: {finding}" for finding in found if finding.code.startswith(OF_THE_MAIL)]


@pytest.mark.parametrize(
    "first",
    [pytest.param(first, marks=[pytest.mark.slow] if first else []) for first in range(0, COUNT, A_TEST)],
)
def test_of_drawn_letters_nothing_is_said(first: int) -> None:
    assert [said for seed in range(first, min(first + A_TEST, COUNT)) for said in _said(seed)] == []
