"""Briefs in, a responsive email out: to everyone once, nobody twice, with a proof of who got it.

>>> from newsletter import Wiring, check, plan_send, load_settings, send
>>> wiring = Wiring(load_settings())
>>> check(wiring, "2026-01-12-prisoners")
>>> send(wiring, plan_send(wiring, "2026-01-12-prisoners", list_name="readers"))
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from newsletter.config import Settings, load_settings
    from newsletter.delivery.proof import Proof
    from newsletter.editorial import Brief, Issue, Labels, parse_issue
    from newsletter.errors import Finding, NewsletterError
    from newsletter.publish import (
        SendPlan,
        approve,
        cancel,
        check,
        pause,
        plan_approval,
        plan_correction,
        plan_send,
        read_draft,
        recipients,
        reconcile,
        render_draft,
        resume,
        schedule,
        send,
        send_test,
        status,
    )
    from newsletter.readership import import_subscribers
    from newsletter.rendering import Publication, RenderedMessage
    from newsletter.rendering.render import render
    from newsletter.wiring import Wiring

# Named once, loaded when first used: `import newsletter` costs a script nothing it does not ask for.
_HOMES = {
    "Settings": "config",
    "load_settings": "config",
    "Proof": "delivery.proof",
    "Brief": "editorial",
    "Issue": "editorial",
    "Labels": "editorial",
    "parse_issue": "editorial",
    "Finding": "errors",
    "NewsletterError": "errors",
    "SendPlan": "publish",
    "check": "publish",
    "plan_send": "publish",
    "read_draft": "publish",
    "recipients": "publish",
    "render_draft": "publish",
    "resume": "publish",
    "send": "publish",
    "send_test": "publish",
    "status": "publish",
    "approve": "publish",
    "cancel": "publish",
    "plan_approval": "publish",
    "plan_correction": "publish",
    "pause": "publish",
    "reconcile": "publish",
    "schedule": "publish",
    "import_subscribers": "readership",
    "Publication": "rendering",
    "RenderedMessage": "rendering",
    "render": "rendering.render",
    "Wiring": "wiring",
}

__all__ = [
    "Brief",
    "Finding",
    "Issue",
    "Labels",
    "NewsletterError",
    "Proof",
    "Publication",
    "RenderedMessage",
    "SendPlan",
    "Settings",
    "Wiring",
    "approve",
    "cancel",
    "check",
    "import_subscribers",
    "load_settings",
    "parse_issue",
    "pause",
    "plan_approval",
    "plan_correction",
    "plan_send",
    "read_draft",
    "recipients",
    "reconcile",
    "render",
    "render_draft",
    "resume",
    "schedule",
    "send",
    "send_test",
    "status",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'newsletter' has no attribute {name!r}")
    return getattr(import_module(f"newsletter.{_HOMES[name]}"), name)
