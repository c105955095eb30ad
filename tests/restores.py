"""A publication whose files are backed up and put back at any moment, and a count of who got what."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import orjson
from conftest import BRIEF
from databases import contents, empty_database
from pydantic import SecretStr
from scripted import Answer, Killed, Scripted, Ticking

from newsletter import publish, readership
from newsletter.config import Settings
from newsletter.delivery.evidence import CannotSay, HasMail, HasNoMail, LookUp
from newsletter.delivery.frozen import Envelope
from newsletter.delivery.outcomes import Outcome
from newsletter.delivery.provider import Build, Recipient
from newsletter.errors import NotTheSender
from newsletter.files.request_log import NAME
from newsletter.wiring import Wiring

HOUR = 3_600_000_000
KEYS = {"secret_key": SecretStr("k" * 32)}
DATABASE = ("newsletter.db", "newsletter.db-wal", "newsletter.db-shm")


@dataclass
class Mailbox(Scripted):
    """The receiving end: which address got which issue, and how often."""

    received: Counter[tuple[str, str]] = field(default_factory=Counter)
    searched: bool = True  # whether it can be asked about mail
    meant: dict[str, dict[int, tuple[str, str]]] = field(default_factory=dict)

    def prepare(self, envelope: Envelope, tags: Sequence[str]) -> Build:
        return partial(self.build, envelope)

    def build(
        self, envelope: Envelope, recipients: Sequence[Recipient], *, batch: str, attempt: str
    ) -> bytes:
        self.meant[attempt] = {
            recipient.reader: (envelope.issue, recipient.email) for recipient in recipients
        }
        return super().build(envelope, recipients, batch=batch, attempt=attempt)

    def post(self, request: bytes, late: Callable[[Outcome], None]) -> Outcome:
        before = self.mailed.copy()
        try:
            return super().post(request, late)
        finally:
            meant = self.meant[orjson.loads(request)["attempt"]]
            now = self.mailed - before  # other threads' readers too
            self.received.update(meant[reader] for reader in now if reader in meant)

    def look_up(self, attempt: str) -> LookUp:
        if not self.searched:
            return CannotSay("the account has no search")
        return HasMail("found") if attempt in self.taken else HasNoMail()

    @property
    def twice(self) -> dict[tuple[str, str], int]:
        """Who got an issue more than once."""
        return {who: n for who, n in self.received.items() if n > 1}


class Opened(Wiring):
    """A publication's folder as one process opens it."""

    def __init__(
        self,
        root: Path,
        mailbox: Mailbox,
        clock: Ticking,
        *,
        url: str = "",
        keys: Mapping[str, SecretStr] = KEYS,
        **delivery: object,
    ) -> None:
        how = {
            "provider": "sendgrid",
            "sendgrid_host": "http://127.0.0.1:9",
            "batch_size": 4,
            "threads": 1,
            "webhook_lag_minutes": 0,
            **delivery,
        }
        publication = {
            "name": "Dig In",
            "from_email": "news@example.org",
            "postal_address": "Dig In, 12 Example Street",
            "site_url": "http://127.0.0.1:9",
        }
        secrets = {"sendgrid_api_key": SecretStr("SG.test.key")}
        sections: dict[str, object] = {
            "publication": publication,
            "delivery": how,
            "provider_secrets": secrets,
        }
        if url:
            sections["database"] = {"url": url}
        super().__init__(Settings(root=root, **keys, **sections))  # type: ignore[arg-type]
        self.clock = clock  # type: ignore[assignment]
        self.mailbox = mailbox

    @contextmanager
    def provider(self) -> Iterator[Mailbox]:
        yield self.mailbox


class Place:
    """A publication in a folder, what is mailed from there, and an editor who does as the messages say."""

    def __init__(self, root: Path, *, url: str = "", **delivery: object) -> None:
        self.root, self.url = root, url
        self.mailbox, self.clock = Mailbox(identity="sendgrid on loopback"), Ticking()
        self._delivery = delivery
        self._keys: Mapping[str, SecretStr] = KEYS
        (root / "issues").mkdir(parents=True)
        for issue in ("first", "second"):
            (root / "issues" / f"{issue}.md").write_text(BRIEF)
        (root / "newsletter.db").write_bytes(empty_database())
        self._wiring = self._open()  # opened again and again: a new one would compile its queries anew

    @contextmanager
    def opened(self) -> Iterator[Opened]:
        """Open the publication as a command does, and leave its files to anybody afterwards."""
        if not (self.root / "newsletter.db").exists() or self._wiring.settings.root != self.root:
            self._wiring = self._open()
        try:
            yield self._wiring
        finally:
            self._wiring.close()

    def reopen(self, **keys: SecretStr) -> None:
        """Open another database from now on, as new settings say, or with these secret keys."""
        self._keys = keys or self._keys
        self._wiring = self._open()

    def _open(self) -> Opened:
        return Opened(self.root, self.mailbox, self.clock, url=self.url, keys=self._keys, **self._delivery)

    def join(self, *names: str) -> None:
        with self.opened() as wiring:
            for name in names:
                readership.add(wiring.engine, "readers", f"{name}@example.org", now=wiring.clock.now)

    def leave(self, name: str) -> None:
        with self.opened() as wiring:
            readership.remove(wiring.engine, f"{name}@example.org", now=wiring.clock.now)

    def send(self, issue: str = "first", *script: Answer, only_missing: bool = False) -> None:
        """Send, or go on, with these answers first; a sender that is killed leaves things as they are."""
        self.mailbox.script.extend(script)
        with self.opened() as wiring:
            try:
                publish.send(wiring, publish.plan_send(wiring, issue, only_missing=only_missing))
            except Killed:
                self.mailbox.late.clear()
            finally:
                self.mailbox.script.clear()

    def resume(self, issue: str = "first") -> None:
        with self.opened() as wiring:
            publish.resume(wiring, issue)

    def reconcile(self, issue: str = "first", **how: object) -> publish.Reconciled:
        with self.opened() as wiring:
            return publish.reconcile(wiring, issue, **how)  # type: ignore[arg-type]

    def standing(self) -> publish.Standing:
        with self.opened() as wiring:
            return publish.standing(wiring)

    def proof(self, issue: str = "first") -> "publish.Proof | None":  # type: ignore[name-defined]
        with self.opened() as wiring:
            return publish.status(wiring, issue)

    def refusal(self, issue: str = "first") -> str:
        """Return why a send is refused; nothing when it is not, and then it has sent."""
        try:
            self.send(issue)
        except NotTheSender as refused:
            return str(refused)
        return ""

    # Files

    def database(self) -> bytes:
        """Back the database up, by itself."""
        return contents(self.root / "newsletter.db")

    def raw(self) -> dict[str, bytes]:
        """Copy the database's files as they are, in use or not."""
        return {name: path.read_bytes() for name in DATABASE if (path := self.root / name).exists()}

    def put_back(self, files: dict[str, bytes]) -> None:
        """Put database files in place of those that are there."""
        for name in DATABASE:
            (self.root / name).unlink(missing_ok=True)
        for name, data in files.items():
            if not name.endswith("-shm"):
                (self.root / name).write_bytes(data)

    def put_back_database(self, data: bytes) -> None:
        self.put_back({"newsletter.db": data})

    def log(self) -> bytes:
        path = self.root / NAME
        return path.read_bytes() if path.exists() else b""

    def write_log(self, data: bytes, *, in_place: bool) -> None:
        """Put the log back: as the same file with older contents, or as another file."""
        path = self.root / NAME
        if not in_place:
            path.unlink(missing_ok=True)
        path.write_bytes(data)
