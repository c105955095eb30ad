"""What readers would see and should not. ``visible`` has the kinds; here they get their codes and weights."""

from collections.abc import Iterator

from newsletter.checks.registry import Remark, Seen, check


@check("comment-shown", "error")
def comment_shown(seen: Seen) -> Iterator[Remark]:
    """Look for a comment where comments are text: in the front matter, a caption, behind a backslash."""
    return seen.left("comment-shown")


@check("text-unwritten", "error")
def text_unwritten(seen: Seen) -> Iterator[Remark]:
    """Look for what `newsletter new` wrote in place of words still to come."""
    return seen.left("text-unwritten")


@check("text-placeholder", "warning")
def text_placeholder(seen: Seen) -> Iterator[Remark]:
    """Look for notes among editors, and for words that stand where others were to come."""
    return seen.left("text-placeholder")


@check("field-foreign", "warning")
def field_foreign(seen: Seen) -> Iterator[Remark]:
    """Look for a merge field in another system's writing, which every reader would see as it stands."""
    return seen.left("field-foreign")


@check("link-unread", "warning")
def link_unread(seen: Seen) -> Iterator[Remark]:
    """Look for what was meant as a link but is text to Markdown."""
    return seen.left("link-unread")


@check("markup-left", "warning")
def markup_left(seen: Seen) -> Iterator[Remark]:
    """Look for markup that means nothing in a brief, so that readers would see it as it stands."""
    return seen.left("markup-left")


@check("heading-unread", "notice")
def heading_unread(seen: Seen) -> Iterator[Remark]:
    """Look for a subhead behind a label, on its line, where readers see its signs."""
    return seen.left("heading-unread")


@check("link-bare", "notice")
def link_bare(seen: Seen) -> Iterator[Remark]:
    """Look for addresses shown as they are, which are read aloud letter by letter."""
    return seen.left("link-bare")
