"""The editor's story: read an issue, render it, check it, send it, prove who got it.

A chapter each, in the order an editor lives it: ``draft`` (read, render, check), ``foresee`` (what a send
would do, with ``caution``), ``approve`` (a second person's signature), ``deliver`` (schedule, send, go on),
``control`` (pause, cancel), ``settle`` (what became of requests without an answer), ``correct`` (set right
who was told wrongly), ``account`` (who got it). Each function asks the rooms it needs and returns values; the
command line, and whoever uses the library, call these and know no other way.
"""

from newsletter.publish.account import corrections, issue_id, mailed_issues, recipients, status
from newsletter.publish.approve import Approvable, approve, foresee_approval
from newsletter.publish.control import cancel, pause, undo
from newsletter.publish.correct import foresee_correction
from newsletter.publish.deliver import Progress, due, resume, schedule, send, send_test
from newsletter.publish.draft import Draft, check, read_draft, render_draft
from newsletter.publish.foresee import Sending, foresee
from newsletter.publish.settle import Reconciled, decisions, reconcile

__all__ = [
    "Approvable",
    "Draft",
    "Progress",
    "Reconciled",
    "Sending",
    "approve",
    "cancel",
    "check",
    "corrections",
    "decisions",
    "due",
    "foresee",
    "foresee_approval",
    "foresee_correction",
    "issue_id",
    "mailed_issues",
    "pause",
    "read_draft",
    "recipients",
    "reconcile",
    "render_draft",
    "resume",
    "schedule",
    "send",
    "send_test",
    "status",
    "undo",
]
