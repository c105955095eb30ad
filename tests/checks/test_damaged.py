"""Every fault that somebody else put into a letter is found by its code and line; sound work stays silent."""

from collections.abc import Iterator, Mapping, Sequence

import pytest
from checks import damage, damage_mail

from newsletter.errors import Finding

pytestmark = pytest.mark.slow

TOLERABLE = ("link-bare", "picture-small", "picture-remote")  # in sound briefs
# Words and links that a case puts into the HTML alone are not in its text part.
FOLLOWS = {"html": "mail-text-missing"}

Found = Mapping[str, tuple[damage.Damaged | damage_mail.BrokenMail, Sequence[Finding]]]


@pytest.fixture(scope="module")
def found() -> Found:
    """Return for each damaged letter, by name, what is found in it."""
    briefs = {case.brief.name: (case, damage.findings(case.brief)) for case in damage.damaged()}
    return {**briefs, **{case.name: (case, case.findings()) for case in damage_mail.cases()}}


@pytest.fixture(scope="module")
def said_of_sound() -> list[str]:
    """Return what is said of sound briefs, with their mails, and of sound paragraphs: false alarms."""
    return [*_said_of_letters(), *_said_of_paragraphs()]


def test_every_fault_is_found_by_its_code_and_line(found: Found) -> None:
    missed = [name for name, (case, findings) in found.items() if not any(map(case.is_found_by, findings))]
    assert missed == []


def test_nothing_else_is_said_of_a_damaged_letter(found: Found) -> None:
    assert list(_unexpected(found)) == []


def test_sound_letters_and_paragraphs_are_silent(said_of_sound: list[str]) -> None:
    assert len(damage.good()) >= 20
    assert len(list(damage.clean())) >= 200
    assert said_of_sound == []


def test_precision_and_recall_are_printed(found: Found, said_of_sound: list[str]) -> None:
    hits = sum(any(map(case.is_found_by, findings)) for case, findings in found.values())
    wrong = len(list(_unexpected(found))) + len(said_of_sound)
    print(f"\nchecks: recall {hits}/{len(found)}, precision {hits}/{hits + wrong}")
    assert len(found) >= 100


def _unexpected(found: Found) -> Iterator[str]:
    for name, (case, findings) in found.items():
        change = case.change if isinstance(case, damage_mail.BrokenMail) else {}
        follows = {code for part, code in FOLLOWS.items() if part in change}
        others = (finding for finding in _loud(findings) if not case.is_found_by(finding))
        yield from (f"{name}: {finding}" for finding in others if finding.code not in follows)


def _said_of_letters() -> Iterator[str]:
    sound = damage_mail.rendered(damage_mail.SOUND)
    said = [*damage_mail.findings(damage_mail.SOUND, sound, damage_mail.ADDRESSES)]
    for brief in damage.good().values():
        said += damage.findings(brief, damage.rendered(brief))
    yield from (str(finding) for finding in said if finding.code not in TOLERABLE)


def _said_of_paragraphs() -> Iterator[str]:
    for language, words in damage.clean():
        brief, line = damage.within(words, language)
        here = (finding for finding in _loud(damage.findings(brief)) if finding.line == line)
        yield from (f"{words}\n{finding}" for finding in here)


def _loud(findings: Sequence[Finding]) -> list[Finding]:
    """Return the findings that an editor is shown without asking for more."""
    return [finding for finding in findings if finding.severity != "notice"]
