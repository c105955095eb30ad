"""What readers would see and should not. ``visible`` has the kinds; here they get their codes and weights."""

from collections.abc import Iterator

from newsletter.checks.registry import CheckedIssue, Remark, check


@check("comment-shown", "error")
def comment_shown(checked: CheckedIssue) -> Iterator[Remark]:
    """Look for a comment where comments are text: in the front matter, a caption, behind a backslash."""
    return checked.left("comment-shown")


@check("text-unwritten", "error")
def text_unwritten(checked: CheckedIssue) -> Iterator[Remark]:
    """Look for what `newsletter new` wrote in place of words still to come."""
    return checked.left("text-unwritten")


@check("text-placeholder", "warning")
def text_placeholder(checked: CheckedIssue) -> Iterator[Remark]:
    """Look for notes between editors, and for placeholders of words still to come."""
    return checked.left("text-placeholder")


@check("field-foreign", "warning")
def field_foreign(checked: CheckedIssue) -> Iterator[Remark]:
    """Look for a merge field in another system's writing, which every reader would see as it is."""
    return checked.left("field-foreign")


@check("link-unread", "warning")
def link_unread(checked: CheckedIssue) -> Iterator[Remark]:
    """Look for what was meant as a link but is text to Markdown."""
    return checked.left("link-unread")


@check("markup-left", "warning")
def markup_left(checked: CheckedIssue) -> Iterator[Remark]:
    """Look for markup that means nothing in a brief, so that readers would see it as it is."""
    return checked.left("markup-left")


@check("heading-unread", "notice")
def heading_unread(checked: CheckedIssue) -> Iterator[Remark]:
    """Look for a subhead behind a label, on its line, where readers see its signs."""
    return checked.left("heading-unread")


@check("link-bare", "notice")
def link_bare(checked: CheckedIssue) -> Iterator[Remark]:
    """Look for addresses shown as they are, which are read aloud letter by letter."""
    return checked.left("link-bare")
