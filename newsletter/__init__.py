"""Briefs in, a responsive email out: to everyone once, nobody twice, with a proof of who got it.

>>> from newsletter import Newsletter
>>> with Newsletter.open() as letter:
...     findings = letter.check("first")
...     proof = letter.send(letter.plan("first", list="readers"))
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from newsletter.app import (
        ApprovalKey,
        Backgrounds,
        DemoRun,
        ErasureKey,
        FileOptions,
        ImportedBrief,
        Lists,
        Newsletter,
        RecipientAccount,
        SubscriberRecord,
        Subscribers,
        Suppressions,
    )
    from newsletter.backgrounds.history import BackgroundRecord
    from newsletter.config import Settings
    from newsletter.delivery.proof import Proof
    from newsletter.demo import Arrival
    from newsletter.editorial import Brief, Issue, Labels, parse_issue
    from newsletter.errors import (
        AlreadySending,
        AudienceError,
        DeliveryError,
        Finding,
        IssueChanged,
        IssueError,
        NeverSent,
        NewsletterError,
        NotTheSender,
        RenderError,
        SendingStopped,
        SettingsError,
        StoreError,
        UsageError,
    )
    from newsletter.progress import Progress
    from newsletter.publish import (
        Approvable,
        BackgroundCorrection,
        FixedBrief,
        Reconciled,
        RenderedFiles,
        SendPlan,
        Standing,
    )
    from newsletter.readership import Added, Erasure, FileReport, ImportReport, Joining, Synced
    from newsletter.rendering import Publication, RenderedMessage
    from newsletter.rendering.render import render
    from newsletter.sandbox.server.run import Drill
    from newsletter.store.accounts.decisions import Decided
    from newsletter.store.readers.lists import ListCounts, ListName
    from newsletter.store.readers.subscribers import Subscriber
    from newsletter.store.readers.suppressions import Suppression

# Where each public name lives: loaded when first used, since a check needs none of what a send is made of.
_HOMES = {
    "Added": "readership",
    "AlreadySending": "errors",
    "Approvable": "publish",
    "ApprovalKey": "app",
    "Arrival": "demo",
    "AudienceError": "errors",
    "BackgroundCorrection": "publish",
    "BackgroundRecord": "backgrounds.history",
    "Backgrounds": "app",
    "Brief": "editorial",
    "Decided": "store.accounts.decisions",
    "DeliveryError": "errors",
    "DemoRun": "app",
    "Drill": "sandbox.server.run",
    "Erasure": "readership",
    "ErasureKey": "app",
    "FileOptions": "app",
    "FileReport": "readership",
    "Finding": "errors",
    "FixedBrief": "publish",
    "ImportReport": "readership",
    "ImportedBrief": "app",
    "Issue": "editorial",
    "IssueChanged": "errors",
    "IssueError": "errors",
    "Joining": "readership",
    "Labels": "editorial",
    "ListCounts": "store.readers.lists",
    "ListName": "store.readers.lists",
    "Lists": "app",
    "NeverSent": "errors",
    "Newsletter": "app",
    "NewsletterError": "errors",
    "NotTheSender": "errors",
    "Progress": "progress",
    "Proof": "delivery.proof",
    "Publication": "rendering",
    "RecipientAccount": "app",
    "Reconciled": "publish",
    "RenderError": "errors",
    "RenderedFiles": "publish",
    "RenderedMessage": "rendering",
    "SendPlan": "publish",
    "SendingStopped": "errors",
    "Settings": "config",
    "SettingsError": "errors",
    "Standing": "publish",
    "StoreError": "errors",
    "Subscriber": "store.readers.subscribers",
    "SubscriberRecord": "app",
    "Subscribers": "app",
    "Suppression": "store.readers.suppressions",
    "Suppressions": "app",
    "Synced": "readership",
    "UsageError": "errors",
    "parse_issue": "editorial",
    "render": "rendering.render",
}

__all__ = [
    "Added",
    "AlreadySending",
    "Approvable",
    "ApprovalKey",
    "Arrival",
    "AudienceError",
    "BackgroundCorrection",
    "BackgroundRecord",
    "Backgrounds",
    "Brief",
    "Decided",
    "DeliveryError",
    "DemoRun",
    "Drill",
    "Erasure",
    "ErasureKey",
    "FileOptions",
    "FileReport",
    "Finding",
    "FixedBrief",
    "ImportReport",
    "ImportedBrief",
    "Issue",
    "IssueChanged",
    "IssueError",
    "Joining",
    "Labels",
    "ListCounts",
    "ListName",
    "Lists",
    "NeverSent",
    "Newsletter",
    "NewsletterError",
    "NotTheSender",
    "Progress",
    "Proof",
    "Publication",
    "RecipientAccount",
    "Reconciled",
    "RenderError",
    "RenderedFiles",
    "RenderedMessage",
    "SendPlan",
    "SendingStopped",
    "Settings",
    "SettingsError",
    "Standing",
    "StoreError",
    "Subscriber",
    "SubscriberRecord",
    "Subscribers",
    "Suppression",
    "Suppressions",
    "Synced",
    "UsageError",
    "parse_issue",
    "render",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'newsletter' has no attribute {name!r}")
    return getattr(import_module(f"newsletter.{_HOMES[name]}"), name)
