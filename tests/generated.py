"""Letters drawn by a seed: any mix of what a brief can hold, in several languages and directions."""

import random
from collections.abc import Mapping

from letters import BUNDLED, PUBLICATION

from newsletter.checks import CheckFacts, PictureFacts
from newsletter.editorial import Issue, Labels, parse_issue
from newsletter.rendering import PictureInfo, RenderedMessage
from newsletter.rendering.render import render

WORDS: Mapping[str, str] = {
    "en": "the river gauge of 1888 was read by hand each morning until a machine took it (3,652 d)",
    "de": "der Pegel wurde seit 1888 jeden Morgen abgelesen, bis ihn die Landesregierung stilllegte",
    "ar": "كان النهر يُقاس كل صباح منذ عام 1888 حتى جاءت الآلة وأخذت مكان العائلة",
    "he": "הנהר נמדד בכל בוקר מאז 1888 עד שבאה המכונה ותפסה את מקומה של המשפחה",
    "ja": "川の水位は1888年から毎朝手で読まれてきたが機械がその仕事を引き継いだ",
    "ru": "уровень реки с 1888 года читали вручную каждое утро, пока не пришла машина",
}
LABELS = Labels()
PICTURE = PictureInfo("https://tide.example.org/pictures/gauge.jpg", 1200, 675)
FACTS = CheckFacts({"gauge.jpg": PictureFacts(True, 1200, 675, 90_000)})


class Writer:
    """Write one issue, decided by a seed alone."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)  # noqa: S311  (no secret: the seed is in the test's name)
        self.language = self.chance.choice([*WORDS])
        self.notes = 0

    def words(self, least: int = 3, most: int = 30) -> str:
        """Return some words in the issue's language, rarely in another."""
        language = self.language if self.chance.random() < 0.95 else self.chance.choice([*WORDS])
        words = WORDS[language].split() if " " in WORDS[language] else [*WORDS[language]]
        chosen = [self.chance.choice(words) for _ in range(self.chance.randint(least, most))]
        return ("" if language == "ja" else " ").join(chosen)

    def sentence(self) -> str:
        """Return words with what may stand among them."""
        few, language = self.words(1, 4), self.chance.choice([*WORDS])
        kinds = ["", f"**{few}**", f"*{few}*", f"~~{few}~~", "`code --flag`", "https://example.org/open"]
        kinds += [f"[{few}](https://example.org/{self.pick()})"]
        kinds += [f"[{few}]{{lang={language}}}"]
        kinds += ['{{ first_name or "reader" }}']
        return " ".join(filter(None, [self.words(), self.chance.choice(kinds), self.words(1, 8)])) + "."

    def pick(self) -> int:
        """Return any small number."""
        return self.chance.randint(1, 999)

    def block(self) -> str:
        """Return a paragraph, a list, a table, a quotation, a picture, code, a note or a subhead."""
        makers = [self.sentence] * 4 + [
            self.items,
            self.table,
            self.quote,
            self.picture,
            self.code,
            self.note,
            self.subhead,
        ]
        return self.chance.choice(makers)()

    def items(self) -> str:
        """Return a list, which may hold another."""
        marks = self.chance.choice([("- ", "- "), ("1. ", "2. "), ("- [x] ", "- [ ] ")])
        inner = f"\n  - {self.sentence()}" if marks[0] == "- " and self.chance.random() < 0.3 else ""
        return f"{marks[0]}{self.sentence()}{inner}\n{marks[1]}{self.sentence()}"

    def table(self) -> str:
        """Return a table, the first column's head empty at times."""
        columns = self.chance.randint(2, 6)
        heads = [self.words(1, 2).replace("|", "") for _ in range(columns)]
        heads[0] = heads[0] if self.chance.random() < 0.7 else ""
        rows = [
            [str(self.pick()) if self.chance.random() < 0.5 else self.words(1, 3) for _ in heads]
            for _ in range(3)
        ]
        lines = [heads, ["---"] + ["---:"] * (columns - 1), *rows]
        return "\n".join(f"| {' | '.join(line)} |" for line in lines)

    def cell(self) -> str:
        """Return a number or some words."""
        return str(self.pick()) if self.chance.random() < 0.5 else self.words(1, 3)

    def quote(self) -> str:
        """Return a quotation."""
        return f"> {self.sentence()}\n>\n> {self.sentence()}"

    def picture(self) -> str:
        """Return a picture, with a link or a caption at times."""
        caption = f' "{self.words(3, 6).replace(chr(34), "")}"' if self.chance.random() < 0.7 else ""
        picture = f"![{self.words(3, 8)}](gauge.jpg{caption})"
        return f"[{picture}](https://example.org/map)" if self.chance.random() < 0.3 else picture

    def code(self) -> str:
        """Return a block of code."""
        return "```\nread --all\n  gauge | sort\n```"

    def note(self) -> str:
        """Return a footnote and the paragraph that refers to it."""
        self.notes += 1
        return f"{self.words()}[^{self.notes}].\n\n[^{self.notes}]: {self.sentence()}"

    def subhead(self) -> str:
        """Return a subhead and what follows."""
        return f"### {self.words(2, 5)}\n\n{self.sentence()}"

    def blocks(self) -> str:
        """Return some blocks, words first."""
        more = [self.block() for _ in range(self.chance.randint(0, 4))]
        return "\n\n".join([self.sentence(), *more])

    def story(self) -> str:
        """Return a story."""
        lede = f"{self.sentence()}\n\n" if self.chance.random() < 0.3 else ""
        labels = ["Background", "What’s going on now", *["What’s next"] * (self.chance.random() < 0.3)]
        sections = "\n\n".join(f"## {label}\n\n{self.blocks()}" for label in labels)
        return f"# {self.words(2, 9)}\n\n{lede}{sections}\n"

    def issue(self) -> Issue:
        """Return the issue."""
        stories = "\n".join(self.story() for _ in range(self.chance.choice([1, 1, 2, 3])))
        front = [f"subject: {self.words(2, 6)}", f"language: {self.language}", f"number: {self.pick()}"]
        front += [f"preheader: {self.words(6, 12)}"] if self.chance.random() < 0.8 else []
        front += ["date: 2026-03-09"] if self.chance.random() < 0.8 else []
        front += [f"correction: {self.words(6, 12)}"] if self.chance.random() < 0.2 else []
        text = "---\n" + "\n".join(front) + f"\n---\n{stories}"
        return parse_issue(text, issue_id="drawn", file="drawn.md", labels=LABELS)


def drawn(seed: int) -> tuple[Issue, RenderedMessage]:
    """Return the issue of a seed, and its mail."""
    issue = Writer(seed).issue()
    pictures = {"gauge.jpg": PICTURE}
    return issue, render(issue, PUBLICATION, BUNDLED, pictures=pictures)
