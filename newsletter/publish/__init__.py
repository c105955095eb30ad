"""The editor's story: read an issue, render it, check it, send it, prove who got it.

A chapter each, in the order an editor lives it: ``draft`` (read, render, check), ``plan`` (what a send would
do, with ``send_warnings``), ``approve`` (a second person's signature), ``deliver`` (schedule, send, go on),
``control`` (pause, cancel), ``reconciliation`` (what became of requests without an answer), ``correct`` (set
right who was told wrongly), ``account`` (who got it). Each function asks the rooms it needs and returns
values; the command line, and whoever uses the library, call these and know no other way.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

# These two have their module's name, which the import of that module would put in their place later on.
from newsletter.publish.approve import Approvable, approve, plan_approval
from newsletter.publish.plan import SendPlan, plan_send

if TYPE_CHECKING:
    from newsletter.publish.account import corrections, issue_id, mailed_issues, recipients, status
    from newsletter.publish.control import cancel, pause, undo
    from newsletter.publish.correct import plan_correction
    from newsletter.publish.deliver import Progress, due, resume, schedule, send, send_test
    from newsletter.publish.draft import Draft, check, read_draft, render_draft
    from newsletter.publish.reconciliation import Reconciled, decisions, reconcile

# Loaded when first used: a check needs none of what a send is made of.
_HOMES = {
    "Draft": "draft",
    "Progress": "deliver",
    "Reconciled": "reconciliation",
    "cancel": "control",
    "check": "draft",
    "corrections": "account",
    "decisions": "reconciliation",
    "due": "deliver",
    "plan_correction": "correct",
    "issue_id": "account",
    "mailed_issues": "account",
    "pause": "control",
    "read_draft": "draft",
    "recipients": "account",
    "reconcile": "reconciliation",
    "render_draft": "draft",
    "resume": "deliver",
    "schedule": "deliver",
    "send": "deliver",
    "send_test": "deliver",
    "status": "account",
    "undo": "control",
}

__all__ = [
    "Approvable",
    "Draft",
    "Progress",
    "Reconciled",
    "SendPlan",
    "approve",
    "cancel",
    "check",
    "corrections",
    "decisions",
    "due",
    "issue_id",
    "mailed_issues",
    "pause",
    "plan_approval",
    "plan_correction",
    "plan_send",
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


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'newsletter.publish' has no attribute {name!r}")
    return getattr(import_module(f"newsletter.publish.{_HOMES[name]}"), name)
