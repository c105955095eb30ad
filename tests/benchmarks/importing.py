"""Importing: rows a second with validation, and the memory it takes."""

from pathlib import Path

from figures import Figure, Scale
from material import Publication
from processes import inside


def import_rate(scale: Scale, folder: Path) -> list[Figure]:
    """Time ``import_subscribers`` of a large file into an empty database, in a process of its own."""
    publication = Publication(folder / "import")
    file = publication.readers(scale.rows)
    cost = inside("inside_import.py", file, folder=publication.root)
    done = cost.document
    if done["joined"] + done["refused"] != scale.rows:
        raise RuntimeError(f"the import lost rows: {done}")
    details = {
        "rows": scale.rows,
        "refused": done["refused"],
        "CPU s": cost.cpu,
        "peak MB": cost.megabytes,
        "database MB": (publication.root / "newsletter.db").stat().st_size / 1e6,
    }
    rate = scale.rows / done["seconds"]
    return [Figure("import", rate, "rows/s", aim=50_000, at_most=False, runs=[rate], details=details)]
