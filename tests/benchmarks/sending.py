"""Sending: readers a second, CPU time and memory, against a bare loop and the vendor's package."""

from dataclasses import dataclass
from pathlib import Path
from statistics import median

from figures import Figure, Scale
from material import Publication
from processes import Cost, inside, newsletter, sink

LATENCY = 0.05


@dataclass(frozen=True, slots=True)
class Sent:
    """One send: what the process took, and how many readers the server counted."""

    cost: Cost
    readers: int


def publication_of(folder: Path, name: str, readers: int) -> Publication:
    """Return a publication whose list holds so many readers, imported as an editor does."""
    publication = Publication(folder / name)
    file = publication.readers(readers)
    newsletter("subscribers", "import", file, "--list", "readers", folder=publication.root)
    return publication


def send_to_all(publication: Publication, issue: str) -> Sent:
    """Send an issue as a command; raise RuntimeError when the server counted another number than it says."""
    publication.letter(issue)
    with sink(latency=LATENCY) as (url, taken):
        publication.send_to(url)
        cost = newsletter("send", issue, "--yes", "--json", folder=publication.root)
    accepted = cost.document["accepted"]
    if [accepted] != taken:
        raise RuntimeError(f"the proof says {accepted:,} were accepted, the server counted {taken[0]:,}")
    return Sent(cost, accepted)


def _bare(publication: Publication, issue: str) -> dict[str, float]:
    publication.letter(issue)
    with sink(latency=LATENCY) as (url, _):
        publication.send_to(url)
        loops: dict[str, float] = inside("inside_post.py", issue, folder=publication.root).document
    return loops


def _vendor(publication: Publication, issue: str) -> dict[str, float]:
    publication.letter(issue)
    with sink(latency=LATENCY) as (url, taken):
        publication.send_to(url)
        took: dict[str, float] = inside("inside_vendor.py", issue, folder=publication.root).document
    if [took["readers"]] != taken:
        raise RuntimeError(f"the server counted {taken[0]:,} readers of the vendor's package")
    return took


def send_speed(scale: Scale, folder: Path) -> list[Figure]:
    """Time ``newsletter send`` with its ledger, a loop that posts the same bodies, and the vendor's package.

    The start of the command is measured on a list of one and taken off, since the others have none; reading
    the list, planning, claiming, building and recording stay in.
    """
    publication, alone = publication_of(folder, "send", scale.readers), publication_of(folder, "one", 1)
    starts = [send_to_all(alone, f"start-{n}") for n in range(3)]
    start_wall, start_cpu = (median(getattr(s.cost, what) for s in starts) for what in ("wall", "cpu"))
    # The one reader's own answer takes the latency once, which is no part of a start.
    start_wall -= LATENCY
    sends, loops, vendors = [], [], []
    for n in range(scale.pairs):
        loops.append(_bare(publication, f"bare-{n}"))
        vendors.append(_vendor(publication, f"vendor-{n}"))
        sends.append(send_to_all(publication, f"send-{n}"))
    ours = [sent.readers / (sent.cost.wall - start_wall) for sent in sends]
    bare = [loop["readers"] / loop["pool_seconds"] for loop in loops]
    through = [loop["readers"] / loop["provider_seconds"] for loop in loops]
    theirs = [vendor["readers"] / vendor["seconds"] for vendor in vendors]
    ratios = [mine / its for mine, its in zip(ours, bare, strict=True)]
    faster = [mine / its for mine, its in zip(ours, theirs, strict=True)]
    cpu = [(sent.cost.cpu - start_cpu) / sent.readers * 100_000 for sent in sends]
    vendor_cpu = [vendor["cpu"] / vendor["readers"] * 100_000 for vendor in vendors]
    dearer = [mine / its for mine, its in zip(cpu, vendor_cpu, strict=True)]
    speed = {
        "readers/s": median(ours),
        "bare loop": median(bare),
        "bare through the provider": median(through),
        "whole command": median(sent.readers / sent.cost.wall for sent in sends),
        "start, s": start_wall,
    }
    work = {
        "start, s": start_cpu,
        "best, s": min(cpu),
        "peak MB": max(sent.cost.megabytes for sent in sends),
        "bare loop, s": median(loop["pool_cpu"] / loop["readers"] * 100_000 for loop in loops),
        "build alone, s": median(loop["build_cpu"] / loop["readers"] * 100_000 for loop in loops),
    }
    return [
        Figure("send", median(ratios), "× a bare loop", aim=0.4, at_most=False, runs=ratios, details=speed),
        Figure("send, CPU", median(cpu), "s per 100,000", runs=cpu, details=work),
        Figure(
            "vendor",
            median(faster),
            "× the vendor's package",
            aim=1.4,
            at_most=False,
            runs=faster,
            details={"readers/s of the package": median(theirs)},
        ),
        Figure(
            "vendor, CPU",
            median(dearer),
            "× the vendor's package",
            aim=0.7,
            runs=dearer,
            details={"s per 100,000 of the package": median(vendor_cpu)},
        ),
    ]


def send_memory(scale: Scale, folder: Path) -> list[Figure]:
    """Compare the peak memory of a send to few with that of a send to many, and weigh the latter."""
    peaks = []
    for count in (scale.few, scale.many):
        sent = send_to_all(publication_of(folder, f"memory-{count}", count), "memory")
        peaks.append(sent.cost.megabytes)
    details = {f"MB at {scale.few:,}": peaks[0], f"MB at {scale.many:,}": peaks[1]}
    growth = (peaks[1] / peaks[0] - 1) * 100
    return [
        Figure("send, memory", growth, "% more", aim=20, runs=peaks, details=details),
        Figure("send, peak", peaks[1], "MB", aim=110, runs=peaks[1:], details=details),
    ]
