"""The editor's story: read an issue, render it, check it, send it, prove who got it.

A chapter each, in the order an editor lives it: ``draft`` (read, render, check), ``foresee`` (what a send
would do), ``deliver`` (send, go on), ``account`` (who got it). Each function asks the rooms it needs and
returns values; the command line, and whoever uses the library, call these and know no other way.
"""

from newsletter.publish.account import issue_id, mailed_issues, recipients, status
from newsletter.publish.deliver import Progress, resume, send, send_test
from newsletter.publish.draft import Draft, check, read_draft, render_draft
from newsletter.publish.foresee import Sending, foresee

__all__ = [
    "Draft",
    "Progress",
    "Sending",
    "check",
    "foresee",
    "issue_id",
    "mailed_issues",
    "read_draft",
    "recipients",
    "render_draft",
    "resume",
    "send",
    "send_test",
    "status",
]
