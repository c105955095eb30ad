"""The editor's story: read an issue, render it, check it, send it, prove who got it.

A chapter each, in the order an editor lives it:

``draft``           read, render and check an issue; with ``pictures``, ``spam``, and ``rendered``: as files
``previewed``       an issue while it is being written; with ``overview``: all of them at a glance
``fixing``          mend a brief where no word changes
``plan``            what a send would do, and what it will freeze; with ``envelope`` and ``send_warnings``
``approval``        a second person's signature
``freeze``          into the ledger: to be sent now, at its time, or once it is approved
``deliver``         send
``going_on``        after an interruption, a pause or a wait
``to_editors``      a mail to the editors' own addresses
``control``         pause, cancel
``copies``          a restored backup or a second copy of the database mails nobody twice
``reconciliation``  what became of requests without an answer
``correct``         a corrected version to those who got the wrong one; ``correct_backgrounds``: one
                    of a background; ``correcting``: what both share
``mailed``          what was mailed so far, and who got it
``living``          the living backgrounds that an issue includes; ``backgrounds``: what was mailed of each

Each function asks the rooms it needs and returns values; the command line, and programs that use the library,
call these and know no other way. There are more than a dozen modules, since each is a chapter: the story is
read down this list, and none of them is read for another.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from newsletter.publish.approval import Approvable, approve, plan_approval
    from newsletter.publish.backgrounds import background_record, background_records
    from newsletter.publish.control import cancel, pause, undo
    from newsletter.publish.copies.adopting import adopt
    from newsletter.publish.copies.comparing import standing
    from newsletter.publish.copies.refusing import insist_sender
    from newsletter.publish.copies.standing import Standing
    from newsletter.publish.correct import plan_correction
    from newsletter.publish.correct_backgrounds import (
        BackgroundCorrection,
        plan_background_correction,
        send_background_correction,
    )
    from newsletter.publish.deliver import send
    from newsletter.publish.draft import Draft, check, linked_pages, read_draft, render_draft
    from newsletter.publish.fixing import FixedBrief, fix
    from newsletter.publish.freeze import schedule
    from newsletter.publish.going_on import due, resume
    from newsletter.publish.mailed import (
        corrections,
        decisions,
        draft_proof,
        issue_id,
        mailed_issues,
        recipients,
        status,
    )
    from newsletter.publish.plan import SendPlan, plan_send
    from newsletter.publish.previewed import preview_of
    from newsletter.publish.reconciliation import Reconciled, reconcile
    from newsletter.publish.rendered import RenderedFiles, write_rendered
    from newsletter.publish.to_editors import send_test

# Loaded when first used: a check needs none of what a send is made of. No module has a function's name, which
# its import would put in the function's place.
_HOMES = {
    "Approvable": "approval",
    "Draft": "draft",
    "FixedBrief": "fixing",
    "Reconciled": "reconciliation",
    "RenderedFiles": "rendered",
    "SendPlan": "plan",
    "Standing": "copies.standing",
    "adopt": "copies.adopting",
    "approve": "approval",
    "background_record": "backgrounds",
    "background_records": "backgrounds",
    "BackgroundCorrection": "correct_backgrounds",
    "cancel": "control",
    "check": "draft",
    "corrections": "mailed",
    "decisions": "mailed",
    "draft_proof": "mailed",
    "due": "going_on",
    "fix": "fixing",
    "insist_sender": "copies.refusing",
    "issue_id": "mailed",
    "linked_pages": "draft",
    "mailed_issues": "mailed",
    "pause": "control",
    "plan_approval": "approval",
    "plan_background_correction": "correct_backgrounds",
    "plan_correction": "correct",
    "plan_send": "plan",
    "preview_of": "previewed",
    "read_draft": "draft",
    "recipients": "mailed",
    "reconcile": "reconciliation",
    "render_draft": "draft",
    "resume": "going_on",
    "schedule": "freeze",
    "send": "deliver",
    "send_background_correction": "correct_backgrounds",
    "send_test": "to_editors",
    "standing": "copies.comparing",
    "status": "mailed",
    "undo": "control",
    "write_rendered": "rendered",
}

__all__ = [
    "Approvable",
    "BackgroundCorrection",
    "Draft",
    "FixedBrief",
    "Reconciled",
    "RenderedFiles",
    "SendPlan",
    "Standing",
    "adopt",
    "approve",
    "background_record",
    "background_records",
    "cancel",
    "check",
    "corrections",
    "decisions",
    "draft_proof",
    "due",
    "fix",
    "insist_sender",
    "issue_id",
    "linked_pages",
    "mailed_issues",
    "pause",
    "plan_approval",
    "plan_background_correction",
    "plan_correction",
    "plan_send",
    "preview_of",
    "read_draft",
    "recipients",
    "reconcile",
    "render_draft",
    "resume",
    "schedule",
    "send",
    "send_background_correction",
    "send_test",
    "standing",
    "status",
    "undo",
    "write_rendered",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'newsletter.publish' has no attribute {name!r}")
    return getattr(import_module(f"newsletter.publish.{_HOMES[name]}"), name)
