"""Backgrounds as JSON has them: as they stand, their versions, and who can have each."""

from typing import Any

from newsletter.backgrounds.history import BackgroundRecord, BackgroundVersion, differences_of
from newsletter.instants import rfc3339


def document(record: BackgroundRecord) -> dict[str, Any]:
    """Return a background with its versions, without their texts; what is not known is null."""
    background = record.background
    return {
        "name": record.name,
        "title": record.title,
        "file": background.file if background else None,
        "reviewed": background.reviewed.isoformat() if background else None,
        "reviewer": background.reviewer if background else None,
        "changed": background.changed if background else None,
        "sources": [source._asdict() for source in background.sources] if background else [],
        "formerly": list(background.formerly) if background else [],
        "version": record.number,
        "digest": background.digest if background else None,
        "versions": [_version(version) for version in record.versions],
        "findings": [finding._asdict() for finding in record.findings],
    }


def whole_document(record: BackgroundRecord) -> dict[str, Any]:
    """Return a background with the text of each version, and what they differ in."""
    whole = document(record)
    for version, kept in zip(whole["versions"], record.versions, strict=True):
        version["text"] = kept.latest.text
    differences = [found._asdict() for found in differences_of(record)]
    return {
        **whole,
        "text": record.background.text if record.background else None,
        "differences": differences,
    }


def _version(version: BackgroundVersion) -> dict[str, Any]:
    latest = version.latest
    return {
        "number": version.number,
        "digest": version.digest,
        "title": latest.title,
        "first_at": rfc3339(version.first_at),
        "reviewed": latest.reviewed,
        "reviewer": latest.reviewer,
        "changed": latest.changed,
        "sources": [{"text": text, "url": url} for text, url in latest.sources],
        "accepted": version.accepted,
        "issues": [
            {
                "issue": issue.issue,
                "list": issue.list_name,
                "at": rfc3339(issue.at),
                "accepted": issue.accepted,
                "unknown": issue.unknown,
            }
            for issue in version.issues
        ],
    }
