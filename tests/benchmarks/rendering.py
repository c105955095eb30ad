"""Rendering: a warm render of a five-story letter, and the whole cold command."""

from pathlib import Path
from statistics import median

from figures import Figure, Scale
from material import Publication
from processes import inside, newsletter


def warm_render(scale: Scale, folder: Path) -> list[Figure]:
    """Time issue → message in one process: template, MJML, CSS, text part and all after-checks."""
    publication = Publication(folder / "warm")
    issue, whose = publication.example()
    runs = inside("inside_render.py", issue, str(scale.renders), folder=publication.root).document
    renders = runs["render_ms"]
    details = {
        "letter": whose,
        "best, ms": min(renders),
        "from the file on, ms": median(runs["whole_ms"]),
        "words": runs["words"],
        "HTML kB": runs["html_bytes"] / 1000,
    }
    return [Figure("warm render", median(renders), "ms", aim=5, runs=renders, details=details)]


def cold_render(scale: Scale, folder: Path) -> list[Figure]:
    """Time ``newsletter render`` as a command, from its start to its end."""
    publication = Publication(folder / "cold")
    issue, whose = publication.example()
    costs = [
        newsletter("render", issue, "--out", "out", folder=publication.root) for _ in range(scale.starts + 1)
    ]
    walls = [cost.wall for cost in costs[1:]]  # the first one may have had to compile modules
    details = {"letter": whose, "CPU s": median(cost.cpu for cost in costs[1:]), "best, s": min(walls)}
    return [Figure("cold render", median(walls), "s", aim=0.45, runs=walls, details=details)]
