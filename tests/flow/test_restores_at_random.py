"""200 restores at random, each with sends since: nobody is mailed twice but where the page says why."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest
from restores import HOUR, Place
from scripted import Answer

from newsletter.errors import NewsletterError, NotTheSender

WANTED = 200
IN_MEMORY = Path("/dev/shm")  # noqa: S108  (waiting for a disk would be most of it)
ISSUES = ("first", "second")
# As docs/operations.md says under “What cannot be known”; anything else counts for nothing here.
IN_PLACE = "database and log are restored together in place"
KINDS = ("the database alone", "a copy of its files in use", "the folder, as new files", IN_PLACE)
ANSWERS = (
    *[Answer("accepted", taken=True)] * 5,
    Answer("unknown", taken=True),
    Answer("unknown"),
    Answer("unknown", taken=True, late=True),
    Answer("unknown", late=True),
    Answer("not accepted"),
    Answer("refused"),
    Answer("named", places=(0,)),
    Answer("killed once it is taken", taken=True),
    Answer("killed and not taken"),
    Answer("killed before the wire"),
    Answer("by message", messages=("accepted", "silent, taken", "later", "silent")),
)


@dataclass(frozen=True)
class Backup:
    """Files at a moment, and what the world was then."""

    kind: str
    files: dict[str, bytes]
    log: bytes
    taken: int  # requests by then
    readers: tuple[str, ...]


@dataclass
class World:
    """An editor at work with a publication, whose files are put back now and then."""

    place: Place
    random: Random
    readers: list[str] = field(default_factory=list)
    joined: int = 0
    backups: list[Backup] = field(default_factory=list)
    restores: Counter[str] = field(default_factory=Counter)  # each with sends since, by kind
    refused: Counter[str] = field(default_factory=Counter)
    ended: str = ""  # why nothing more is done here

    def run(self) -> None:
        """Live until the world's end: a restore that nobody can go on from, or enough of it."""
        self.join()
        self.back_up()
        between = [self.send, self.join, self.leave, self.reconcile, self.resume, *[self.back_up] * 4]
        for _ in range(6):
            for step in (self.random.choice(between), self.send, self.restore):
                if not self.ended:
                    self.carefully(step)
        self.adds_up()

    def carefully(self, step: Callable[[], None]) -> None:
        """Take a step; where it is refused, do as the message says."""
        try:
            step()
        except NotTheSender as refused:
            self.follow(str(refused))
        except NewsletterError:
            pass  # there was nothing to do, or it stopped half way

    def follow(self, message: str) -> None:
        """Do what a refusal says, as far as an honest editor can."""
        if "newsletter reconcile" in message:
            self.refused["older"] += 1
            self.carefully(self.reconcile)
        elif "joined after the backup" in message:
            self.refused["unfamiliar"] += 1
            self.ended = "they were put on the list again, so nobody says that they were not"
        else:
            self.refused["copied"] += 1
            self.ended = "somebody sent since, so nobody says that this one is the one"

    def join(self) -> None:
        new = [f"r{self.joined + n}" for n in range(self.random.randint(2, 9))]
        self.joined += len(new)
        self.readers += new
        self.place.join(*new)

    def leave(self) -> None:
        self.place.leave(self.random.choice(self.readers))

    def send(self) -> None:
        script = self.random.choices(ANSWERS, k=self.random.randint(0, 6))
        at, missing = self.random.randint(0, 3), self.random.random() < 0.3
        posts = 0

        def meanwhile() -> None:
            nonlocal posts
            posts += 1
            if posts == at:
                self.keep(KINDS[1])

        self.place.mailbox.meanwhile = meanwhile
        try:
            self.place.send(self.random.choice(ISSUES), *script, only_missing=missing)
        finally:
            self.place.mailbox.meanwhile = lambda: None

    def resume(self) -> None:
        self.place.resume(self.random.choice(ISSUES))

    def reconcile(self) -> None:
        self.place.clock.at += self.random.choice((0, 2 * HOUR))
        self.place.reconcile(
            self.random.choice(ISSUES), policy=self.random.choice(("hold", "resend", "drop"))
        )

    def back_up(self) -> None:
        self.keep(self.random.choices(KINDS, (3, 2, 2, 3))[0])

    def keep(self, kind: str) -> None:
        place = self.place
        whole = {"newsletter.db": place.database()}
        files = place.raw() if kind == KINDS[1] else whole
        backup = Backup(kind, files, place.log(), len(place.mailbox.taken), tuple(self.readers))
        self.backups.append(backup)

    def restore(self) -> None:
        backup = self.random.choice(self.backups)
        since = len(self.place.mailbox.taken) > backup.taken
        self.place.put_back(backup.files)
        if backup.kind in KINDS[2:] and backup.log:
            self.place.write_log(backup.log, in_place=backup.kind == IN_PLACE)
        again = [name for name in self.readers if name not in backup.readers]
        self.random.shuffle(again)
        if again:
            for name in again:  # the file they came from is imported again, in whatever order
                self.carefully(lambda name=name: self.place.join(name))  # type: ignore[misc]
        if since:
            self.restores[backup.kind] += 1
        self.carefully(self.send)
        if since and backup.kind == IN_PLACE:
            for issue in ISSUES:
                self.carefully(lambda issue=issue: self.place.send(issue))  # type: ignore[misc]
            self.ended = IN_PLACE

    def adds_up(self) -> None:
        for issue in ISSUES:
            proof = self.place.proof(issue)
            assert proof is None or proof.adds_up


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    if not IN_MEMORY.is_dir():
        yield tmp_path
        return
    with TemporaryDirectory(dir=IN_MEMORY) as folder:
        yield Path(folder)


@pytest.mark.slow
def test_200_restores_with_sends_since_mail_nobody_twice_but_where_it_cannot_be_known(home: Path) -> None:
    restores, doubled, refused = Counter[str](), Counter[str](), Counter[str]()
    seed = 0
    while restores.total() < WANTED:
        seed += 1
        random = Random(seed)  # noqa: S311
        place = Place(home / str(seed), batch_size=random.randint(2, 5))
        place.mailbox.searched = random.random() < 0.7
        world = World(place, random)
        world.run()
        restores += world.restores
        refused += world.refused
        if place.mailbox.twice:
            assert world.ended == IN_PLACE, f"seed {seed}: {place.mailbox.twice}"
            doubled[IN_PLACE] += len(place.mailbox.twice)
    print(f"{seed} worlds: {dict(restores)}; refused {dict(refused)}; mailed twice {dict(doubled)}")
    assert set(restores) == set(KINDS), "every kind of restore was there"
    assert doubled[IN_PLACE], "what cannot be known is shown, too"
    assert min(refused.values()) > 0
