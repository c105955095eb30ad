"""Rendering: a warm render of a five-story letter, and the whole cold command."""

from pathlib import Path
from statistics import median

from figures import Figure, Scale
from material import Publication
from processes import inside, newsletter


def warm_render(scale: Scale, folder: Path) -> list[Figure]:
    """Time text → message in one process: Markdown, template, MJML, CSS, text part and after-checks."""
    publication = Publication(folder / "warm")
    issue, whose = publication.example()
    runs = inside("inside_render.py", issue, str(scale.renders), folder=publication.root).document
    details = {
        "letter": whose,
        "render alone, ms": median(runs["render_ms"]),
        "best, ms": min(runs["whole_ms"]),
        "words": runs["words"],
        "HTML kB": runs["html_bytes"] / 1000,
    }
    return [
        Figure("warm render", median(runs["whole_ms"]), "ms", aim=5, runs=runs["whole_ms"], details=details)
    ]


def cold_render(scale: Scale, folder: Path) -> list[Figure]:
    """Time ``newsletter render`` as a command, from its start to its end."""
    publication = Publication(folder / "cold")
    issue, whose = publication.example()
    costs = [
        newsletter("render", issue, "--out", "out", folder=publication.root) for _ in range(scale.starts + 1)
    ]
    walls = [each.wall for each in costs[1:]]  # the first one may have had to compile modules
    details = {"letter": whose, "CPU s": median(each.cpu for each in costs[1:]), "best, s": min(walls)}
    return [Figure("cold render", median(walls), "s", aim=0.45, runs=walls, details=details)]
