"""A figure: what was measured, its aim, and whether the aim was met; how figures are shown and kept."""

import json
import os
import platform
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Scale:
    """How much a pass does."""

    readers: int  # of the send that is timed
    pairs: int  # runs of that send, each with a bare loop and the vendor's package in turn
    few: int  # recipients of the two sends whose memory is compared
    many: int
    rows: int  # of the import
    starts: int  # runs of a command that only starts
    renders: int
    large: int  # readers of the send that is compared with one to a tenth of them
    larges: int  # runs of both
    events: int  # reported, each way they come


FULL = Scale(
    readers=100_000,
    pairs=5,
    few=20_000,
    many=500_000,
    rows=1_000_000,
    starts=15,
    renders=300,
    large=1_000_000,
    larges=3,
    events=50_000,
)
QUICK = Scale(
    readers=20_000,
    pairs=2,
    few=2_000,
    many=20_000,
    rows=100_000,
    starts=5,
    renders=60,
    large=300_000,
    larges=1,
    events=5_000,
)


@dataclass(frozen=True, slots=True)
class Figure:
    """One result. ``aim`` is the bound in the figure's own unit, ``at_most`` its direction."""

    name: str
    value: float
    unit: str
    aim: float | None = None
    at_most: bool = True
    runs: Sequence[float] = ()
    details: Mapping[str, float | int | str] = field(default_factory=dict)

    @property
    def met(self) -> bool | None:
        """Say whether the aim was met; None without one."""
        if self.aim is None:
            return None
        return self.value <= self.aim if self.at_most else self.value >= self.aim

    @property
    def aim_shown(self) -> str:
        """Return the aim as people write it."""
        return "" if self.aim is None else f"{'≤' if self.at_most else '≥'} {_short(self.aim)} {self.unit}"

    @property
    def value_shown(self) -> str:
        """Return the value with its unit."""
        return f"{_short(self.value)} {self.unit}"


def _short(number: float) -> str:
    return f"{number:,.0f}" if abs(number) >= 1_000 else f"{number:.3g}"


def show(figures: Sequence[Figure]) -> None:
    """Print the figures as a table."""
    from rich.console import Console
    from rich.table import Table

    table = Table("figure", "measured", "aim", "met", "details", box=None, pad_edge=False)
    for figure in figures:
        details = ", ".join(
            f"{name} {value if isinstance(value, str) else _short(value)}"
            for name, value in figure.details.items()
        )
        met = {True: "yes", False: "NO", None: ""}[figure.met]
        table.add_row(figure.name, figure.value_shown, figure.aim_shown, met, details)
    Console(width=None if sys.stdout.isatty() else 170).print(table)


def circumstances() -> dict[str, object]:
    """Return when, where and with what this is measured."""
    packages = ("sqlalchemy", "httpx", "orjson", "mjml-python", "premailer", "typer", "sendgrid")
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "load": [round(load, 2) for load in os.getloadavg()],
        "cpus": os.cpu_count(),
        "machine": platform.machine(),
        "system": platform.platform(terse=True),
        "python": platform.python_version(),
        "packages": {name: version(name) for name in packages},
    }


def keep(
    folder: Path,
    figures: Sequence[Figure],
    failed: Mapping[str, str],
    before: Mapping[str, object],
    scale: Scale,
) -> Path:
    """Write the figures with their circumstances as JSON; return the file, named for its moment."""
    folder.mkdir(parents=True, exist_ok=True)
    document = {
        **before,
        "load_after": [round(load, 2) for load in os.getloadavg()],
        "scale": asdict(scale),
        "figures": [asdict(figure) | {"met": figure.met} for figure in figures],
        "failed": dict(failed),
    }
    moment = str(before["at"]).replace(":", "").removesuffix("+0000")
    path = folder / f"{moment}.json"
    path.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return path
