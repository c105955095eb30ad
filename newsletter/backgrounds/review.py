"""Whether a background's review still holds: how old it is, and what was mailed of the text since."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from newsletter.editorial.issue import Background


@dataclass(frozen=True, slots=True)
class MailedBackground:
    """What was mailed of a background: its versions by their digests, the latest and that one's review."""

    digests: Collection[str] = ()
    latest: str = ""
    reviewed: date = date.min


def age(background: Background, today: date) -> int:
    """Return how many days ago it was reviewed; less than 0 for a day that is still to come."""
    return (today - background.reviewed).days


def is_unreviewed(background: Background, mailed: MailedBackground, today: date) -> bool:
    """Say whether the text is another one than was mailed last, and nobody has reviewed it since.

    A day is the least a review is told by, so one of today is taken for one of the text as it is.
    """
    changed = bool(mailed.latest) and mailed.latest != background.digest
    return changed and background.reviewed <= mailed.reviewed and background.reviewed < today
