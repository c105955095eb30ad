"""What is measured with: a publication in a folder of its own, its letter, its readers."""

import shutil
from pathlib import Path

ROOT = Path(__file__).parents[2]

SETTINGS = """\
[publication]
name = "Dig In"
from_name = "Dig In"
from_email = "news@example.org"
postal_address = "Dig In, 12 Example Street, Example City"
site_url = "https://news.example.org"

[delivery]
provider = "sendgrid"
sendgrid_host = "{host}"
threads = 8
webhook_keys = [{keys}]
"""

_FRONT = """\
---
subject: '{{ first_name or "Hello" }}, five gauges'
preheader: Plus, who reads them.
date: 2026-03-02
number: 7
---
"""

_STORY = """\
# {headline}

{lede}

**Some shit you should know before you dig in:** {background} [The record]({link}) has been public for years.

**What’s going on now:** {now}

{more}

- What was measured was *small*, and measured **twice**.
- What was counted was counted by hand, by people who did not know each other.

> “We looked again, and it was still there,” said one of them.

{close}
"""

_SENTENCES = (
    "The tide gauge at the harbour wall has been read every morning since the wall was built",
    "Nobody asked for the figures until the lowest street flooded on a day without wind",
    "A second gauge, a kilometre upstream, agrees with the first to within the width of a thumb",
    "The council set money aside for a survey and then for a survey of that survey",
    "Everyone living below the church keeps sandbags by the door and has learned the moon’s timetable",
    "An engineer who retired nine years ago still answers the telephone when the river rises",
    "The new barrier was designed for a storm that came once in a hundred years, twice in this one",
    "Fishermen drew the old shoreline from memory, and three drawings out of four were the same",
)


def _words(start: int, count: int) -> str:
    return " ".join(f"{_SENTENCES[(start + n) % len(_SENTENCES)]}." for n in range(count))


def five_stories() -> str:
    """Return a letter of five stories, about 800 words, with two merge fields."""
    head = _FRONT
    stories = (
        _STORY.format(
            headline=f"Gauge number {n} says what the others say",
            lede=_words(n, 1),
            background=_words(n + 1, 2),
            link=f"https://example.org/gauge/{n}",
            now=('Good morning, {{ first_name or "reader" }}. ' if n == 1 else "") + _words(n + 4, 2),
            more=_words(n + 7, 1),
            close=_words(n + 9, 1),
        )
        for n in range(1, 6)
    )
    return head + "\n".join(stories)


def example_of_five() -> Path | None:
    """Return the example issue with five stories, a file or a folder; None when there is none."""
    folder = ROOT / "issues"
    for path in sorted([*folder.glob("*.md"), *folder.glob("*/issue.md")]):
        lines = path.read_text(encoding="utf-8").splitlines()
        if sum(line.startswith("# ") for line in lines) == 5:
            return path.parent if path.name == "issue.md" else path
    return None


class Publication:
    """A publication to measure with."""

    def __init__(self, root: Path) -> None:
        self.root = root
        (root / "issues").mkdir(parents=True, exist_ok=True)
        self.send_to("http://127.0.0.1:9")

    def send_to(self, host: str, *, webhook_key: str = "") -> None:
        """Set where requests go, and the public key that reports are signed with."""
        keys = f'"{webhook_key}"' if webhook_key else ""
        text = SETTINGS.format(host=host, keys=keys)
        (self.root / "newsletter.toml").write_text(text, encoding="utf-8")

    def letter(self, issue: str) -> str:
        """Write the generated letter as an issue of that id; return the id."""
        (self.root / "issues" / f"{issue}.md").write_text(five_stories(), encoding="utf-8")
        return issue

    def example(self) -> tuple[str, str]:
        """Bring the example with five stories in, or else the generated one; return id and origin."""
        found = example_of_five()
        if found is None:
            return self.letter("five"), "generated"
        target = self.root / "issues" / found.name
        shutil.copytree(found, target) if found.is_dir() else shutil.copyfile(found, target)
        return target.stem if found.is_file() else found.name, "example"

    def readers(self, count: int) -> Path:
        """Write a CSV of readers: addresses in no order, names, a city; one row in a thousand is wrong."""
        path = self.root / f"readers-{count}.csv"
        with path.open("w", encoding="utf-8") as file:
            file.write("email,first_name,last_name,city\n")
            file.writelines(map(_row, range(count)))
        return path


def _row(n: int) -> str:
    if n % 1_000 == 999:
        return f"nobody{n}@,Nobody,,\n"
    scattered = n * 2_654_435_761 % 2**32  # Knuth's multiplier: every number once, in no order
    first = ("Ana", "Bruno", "Chidi", "Dagný", "Eun-ji", "Farah", "O’Neill")[n % 7]
    return f"{first[:1].lower()}{scattered:08x}@mail{n % 251}.example.org,{first},Reader {n},City {n % 97}\n"
