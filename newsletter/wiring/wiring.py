"""A publication's settings, and what is built from them when it is first asked for."""

import secrets
import sys
from collections.abc import Callable, Hashable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from zoneinfo import ZoneInfo

from newsletter.config import Settings
from newsletter.delivery.clock import SECOND
from newsletter.delivery.provider_kind import ProviderKind, Surroundings
from newsletter.files.keys import old_keys
from newsletter.files.templates import bundled_templates, template_loader
from newsletter.sandbox import kind as sandbox
from newsletter.urls import is_loopback
from newsletter.wiring import readers_site, sender_lock
from newsletter.wiring.clock import SystemClock
from newsletter.wiring.endpoints import endpoints
from newsletter.wiring.people import approver_of, system_user
from newsletter.wiring.secret_key import secret_key

if TYPE_CHECKING:
    import subprocess

    from sqlalchemy import Engine

    from newsletter.delivery.provider import Provider
    from newsletter.delivery.webhook import Endpoint
    from newsletter.editorial import Labels
    from newsletter.files.briefs import BriefPlace
    from newsletter.files.pictures import PictureCache
    from newsletter.files.request_log import RequestLog
    from newsletter.online.page import Network
    from newsletter.sending.pump import RunWorkers
    from newsletter.store.ledger.limits import Ceiling


_ENDED_ONCE = "from newsletter.cli import main; main(ended_once=True)"


T = TypeVar("T")


class Wiring:
    """Everything a story needs from outside, built when first asked for."""

    def __init__(self, settings: Settings, *, warn: Callable[[str], None] = lambda _sentence: None) -> None:
        """Stand on ``settings``; ``warn`` is told what a person must know though the work goes on."""
        self.settings = settings
        self._warn = warn
        self.clock = SystemClock()

    @cached_property
    def engine(self) -> "Engine":
        """Return the database, made and migrated if need be."""
        from newsletter.store.database import open_database

        return open_database(self.settings.database_url, is_sending=self.sender_alive)

    def close(self) -> None:
        """Close the database's connections; what asks for it later opens them again."""
        if "engine" in self.__dict__:
            self.engine.dispose()

    @property
    def has_database(self) -> bool:
        """Say whether there is a database to ask without making one."""
        path = self.settings.sqlite_path
        return path is None or path.exists()

    @cached_property
    def templates(self) -> Callable[[str], str | None]:
        """Return the loader: the publication's own templates, then the bundled ones."""
        return template_loader(self._template_folders)

    @property
    def _template_folders(self) -> list[Path]:
        return [self.settings.root / "templates", bundled_templates()]

    def template_file(self, name: str) -> Path | None:
        """Return the file that a template's name means, the publication's own first; None for none."""
        return next((folder / name for folder in self._template_folders if (folder / name).is_file()), None)

    @cached_property
    def pictures(self) -> "PictureCache":
        """Return what makes pictures ready for readers, and keeps them next to the database."""
        from newsletter.files.pictures import PictureCache

        return PictureCache(self.settings.state_folder / ".newsletter-cache" / "pictures")

    @cached_property
    def network(self) -> "Network":
        """Return how the servers of links are asked, under the publication's name."""
        from newsletter.online.page import Network

        site = self.settings.publication.site_url
        return Network(f"newsletter (looks at links before a mailing{f'; {site}' if site else ''})")

    def kept(self, _parts: Hashable, make: Callable[[], T]) -> T:
        """Return what is made of some parts. Who wires many stories that make the same may keep it."""
        return make()

    @property
    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self.settings.publication.time_zone)

    def today(self) -> date:
        """Return the day it is at the publication."""
        return datetime.fromtimestamp(self.clock.now() / SECOND, self._zone).date()

    def brief_place(self, output: Path | None = None) -> "BriefPlace":
        """Return where a new brief goes: to ``output``, or by its day and headline into ``issues/``."""
        from newsletter.files.briefs import BriefPlace

        return BriefPlace(self.settings.root, self.labels, self.today(), output)

    @cached_property
    def labels(self) -> "Labels":
        """Return the phrases that this publication puts before a section."""
        from newsletter.editorial import Labels

        return Labels(**self.settings.labels.model_dump())

    def ceiling(self) -> "Ceiling | None":
        """Return how many readers may be mailed today, or None when there is no such bound."""
        rule = self.settings.warm_up
        if rule.start is None:
            return None
        from newsletter.delivery.warm_up import ceiling
        from newsletter.store.ledger.limits import Ceiling

        day = self.today()
        midnight, next_midnight = (
            int(datetime.combine(begun, datetime.min.time(), self._zone).timestamp()) * SECOND
            for begun in (day, day + timedelta(days=1))
        )
        return Ceiling(
            ceiling(day, start=rule.start, first=rule.first, growth=rule.growth), midnight, next_midnight
        )

    @cached_property
    def person(self) -> str:
        """Name who gives this command: the approver whose key is at hand, else the system's user."""
        return self.approver or system_user()

    @cached_property
    def approver(self) -> str:
        """Name the approver whose private key is in the environment; nothing when none is.

        Raises SettingsError when the key is none, or not of a named approver.
        """
        key = self.settings.approval_key.get_secret_value()
        return approver_of(key, self.settings.approval.approvers)

    def new_id(self) -> str:
        """Return an id nobody had before: 20 hexadecimal digits."""
        return secrets.token_hex(10)

    def new_erasure_key(self) -> bytes:
        """Draw the key under which erased addresses are hashed, for a publication that has none yet."""
        return secrets.token_bytes(32)

    @cached_property
    def secret_key(self) -> bytes:
        """Return the key that signs links: the environment's, or for mail that stays here one made and kept.

        Raises SettingsError when mail would leave the machine and the environment has none, or when it is too
        short for a publication that has mailed nobody yet.
        """
        return secret_key(self.settings, links_are_out=self._links_are_out, warn=self._warn)

    @property
    def link_keys(self) -> tuple[bytes, ...]:
        """Return the keys whose links are followed: the one that signs, then those it took the place of."""
        return (self.secret_key, *old_keys(self.settings.secret_keys_old.get_secret_value()))

    def _links_are_out(self) -> bool:
        """Say whether anybody may have been mailed: a server on loopback may pass mail on."""
        from newsletter.store.database import read
        from newsletter.store.ledger.mailings import reached_readers

        if not self.has_database:
            return False
        with read(self.engine) as connection:
            return reached_readers(connection, but=sandbox.NAME)

    @property
    def request_log(self) -> "RequestLog":
        """Return the log of requests, next to the database: what was sent, known in a second place."""
        from newsletter.files.request_log import RequestLog

        return RequestLog(self.settings.state_folder)

    @property
    def sandbox_file(self) -> Path:
        """Return the local SendGrid's own file."""
        return sandbox.sandbox_file(self.settings.state_folder)

    @property
    def local_webhook(self) -> str | None:
        """Return where the local SendGrid reports: the readers' site, if that is on this machine."""
        return self._webhook_here(sandbox.SANDBOX)

    def _webhook_here(self, kind: ProviderKind) -> str | None:
        site = self.settings.site_url
        return f"{site}{kind.reports.path}" if kind.reports and is_loopback(site) else None

    def endpoints(self) -> tuple["Endpoint", ...]:
        """Return where reports are taken. Raises SettingsError for a key that is none."""
        return endpoints(self.settings)

    @contextmanager
    def provider(self) -> Iterator["Provider"]:
        """Open the provider that the settings choose."""
        settings = self.settings
        around = Surroundings(
            timeout_seconds=settings.delivery.timeout_seconds,
            threads=settings.delivery.threads,
            folder=settings.state_folder,
            webhook=self._webhook_here(settings.provider_kind),
        )
        with settings.provider_kind.open_provider(settings.provider_settings, around) as provider:
            yield provider

    @property
    def run_workers(self) -> "RunWorkers":
        """Return what runs the workers of a send: threads."""
        from newsletter.sending.threads import run_on_threads

        return run_on_threads

    @property
    def cut_at_once(self) -> int:
        """Return how many subscriptions a transaction of planning goes through."""
        from newsletter.store.ledger.cutting import CUT_AT_ONCE

        return CUT_AT_ONCE

    def new_approval_key(self) -> tuple[str, str]:
        """Draw a key pair for an approver: private, public."""
        from newsletter.delivery.manifest import new_key, public_of

        private = new_key(secrets.token_bytes(32))
        return private, public_of(private)

    def start_resume(self, issue: str) -> "subprocess.Popen[bytes]":
        """Start ``newsletter resume`` for an issue, in a process of its own with this one's settings.

        It may be told to end twice: by who ends this process and its like, and by this process.
        """
        import subprocess

        chosen = ["--config", str(self.settings.file)] if self.settings.file else []
        return subprocess.Popen(  # noqa: S603  (our own program, and no shell)
            [sys.executable, "-c", _ENDED_ONCE, *chosen, "resume", issue], stdin=subprocess.DEVNULL
        )

    def check_secrets(self) -> None:
        """Make sure that a send could sign links and reach its provider. Raises SettingsError."""
        self.secret_key  # noqa: B018  (asked for what it raises)
        self.settings.provider_settings.insist_complete()

    def site_problem(self) -> str:
        """Return why readers' links lead nowhere, or nothing; only a site on this machine is asked.

        Another site is asked when real mail is about to be sent, which then depends on its answer.
        """
        delivers = self.settings.provider_kind.properties.delivers
        if not delivers or not is_loopback(self.settings.site_url):
            return ""
        return readers_site.problem(self.settings.site_url, self.secret_key)

    def insist_site_answers(self) -> None:
        """Ask the readers' site for an unsubscribe page, as a reader would, and insist on an answer.

        Raises SettingsError when it gives none: nobody is mailed who could not leave.
        """
        readers_site.insist_it_answers(self.settings.site_url, self.secret_key)

    def sender_alive(self) -> bool:
        """Say whether a process sends from this database now."""
        return sender_lock.held(self._lock_path)

    def sender_lock(self) -> AbstractContextManager[None]:
        """Hold the right to send from this database; the system frees it however this process ends.

        Raises AlreadySending when another process holds it.
        """
        return sender_lock.hold(self._lock_path)

    @property
    def _lock_path(self) -> Path:
        return self.settings.state_folder / "newsletter.sending.lock"
