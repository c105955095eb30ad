"""Saving: how long an editor waits for the letter on the preview's page."""

from pathlib import Path
from statistics import median

from figures import Figure, Scale
from material import Publication
from processes import inside

SAVES = 20


def preview_follows(scale: Scale, folder: Path) -> list[Figure]:
    """Time a save of the five-story letter until Chromium has drawn it, on phone and desktop."""
    publication = Publication(folder / "preview")
    issue, whose = publication.example()
    times = inside("inside_preview.py", issue, str(SAVES), folder=publication.root).document["save_ms"]
    details = {"letter": whose, "best, ms": min(times), "worst, ms": max(times), "saves": SAVES}
    return [Figure("preview", median(times), "ms", aim=300, runs=times, details=details)]
