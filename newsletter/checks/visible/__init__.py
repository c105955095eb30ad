"""What a reader would see and should not: notes, words still to come, markup and tags of other systems.

One look at the text as it is shown, outside code. Each kind has a pattern; where two kinds meet at one place,
the one that comes first here is reported, so that one cause is reported once.
"""

from newsletter.checks.visible import addresses, fields, markup, notes
from newsletter.checks.visible.scan import Found, Kind, find

KINDS: tuple[Kind, ...] = (
    *notes.CERTAIN,
    *fields.CERTAIN,
    *addresses.HALF_LINKS,
    *fields.LIKELY,
    *notes.LIKELY,
    *markup.KINDS,
    *addresses.BARE,
)

__all__ = ["KINDS", "Found", "Kind", "find"]
