"""Living backgrounds: whether their review holds, and what of them was mailed before."""

from collections.abc import Iterator

from newsletter.backgrounds.review import age, is_unreviewed
from newsletter.checks.registry import CheckedIssue, Remark, check
from newsletter.editorial.issue import Background
from newsletter.sentences import count_of


def _included(checked: CheckedIssue) -> Iterator[tuple[Background, int]]:
    """Yield each background with the line of its review, counted on from the issue's."""
    for background, after in checked.issue.included:
        yield background, after + background.front_lines.get("reviewed", 1)


@check("background-ahead", "error")
def background_ahead(checked: CheckedIssue) -> Iterator[Remark]:
    """Look for a review on a day that is still to come, which readers would be shown."""
    for background, line in _included(checked):
        if checked.facts.today and (days := -age(background, checked.facts.today)) > 0:
            yield Remark(
                line,
                f"The day of the review, {background.reviewed}, is {count_of(days, 'day')} ahead.",
                "Write the day on which the text was reviewed.",
            )


@check("background-stale", "warning")
def background_stale(checked: CheckedIssue) -> Iterator[Remark]:
    """Look for a review that is long ago."""
    most = checked.facts.limits.background_days
    for background, line in _included(checked):
        if checked.facts.today and (days := age(background, checked.facts.today)) > most:
            yield Remark(
                line,
                f"The background was last reviewed {count_of(days, 'day')} ago; {most} is the most.",
                "Have somebody read it again, and write the day and who it was: "
                f"reviewed: {checked.facts.today}, NAME",
            )


@check("background-unreviewed", "warning")
def background_unreviewed(checked: CheckedIssue) -> Iterator[Remark]:
    """Look for a text that was changed since it was mailed, and not reviewed since."""
    today = checked.facts.today
    for background, line in _included(checked):
        mailed = (checked.facts.backgrounds or {}).get(background.name)
        if mailed and today and is_unreviewed(background, mailed, today):
            yield Remark(
                line,
                "The background was changed since it was last mailed, and its review is from before.",
                f"Have somebody review it, and write the day and who it was: reviewed: {today}, NAME",
            )


@check("background-unsent", "notice")
def background_unsent(checked: CheckedIssue) -> Iterator[Remark]:
    """Look for a text that no reader got yet as it is."""
    for background, after in checked.issue.included:
        mailed = (checked.facts.backgrounds or {}).get(background.name)
        if checked.facts.backgrounds is not None and (
            mailed is None or background.digest not in mailed.digests
        ):
            before = " another version was" if mailed and mailed.digests else " none was"
            yield Remark(
                after + background.front_lines.get("title", 1),
                f"No reader has got the background as it is;{before} mailed before.",
                "Nothing is wrong with that; read it with the care that news gets.",
            )
