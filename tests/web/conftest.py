"""What the site's tests stand on: an issue sent by the real pump, and the site behind a real socket."""

import re
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from pace import FOREVER
from scripted import Answer, Scripted, Wired
from signed import token
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from newsletter import publish, readership
from newsletter.contacts.links import Purpose
from newsletter.delivery.frozen import Envelope
from newsletter.delivery.provider import Build, Recipient
from newsletter.delivery.webhook import Endpoint
from newsletter.listening import listening
from newsletter.providers.sendgrid.kind import SENDGRID
from newsletter.rendering.merge import PersonalMessage, personalise
from newsletter.store.database import read
from newsletter.store.readers import subscribers
from newsletter.store.tables import metadata
from newsletter.web.app import create_app
from newsletter.web.connection_limits import ConnectionLimits, limited
from newsletter.web.server import site_of
from newsletter.web.site import Site

ANA, BOB, CEM = "ana@example.org", "bob@example.org", "cem@example.org"
ODD_NAME = 'Ana <b onclick=alert(1)>Ruiz & "sons"'


@dataclass
class Post(Scripted):
    """A provider that also keeps each mail as its reader got it."""

    mails: dict[str, PersonalMessage] = field(default_factory=dict)
    tags: Sequence[str] = ()

    def prepare(self, envelope: Envelope, tags: Sequence[str]) -> Build:
        self.tags = tags
        return super().prepare(envelope, tags)

    def build(
        self, envelope: Envelope, recipients: Sequence[Recipient], *, batch: str, attempt: str
    ) -> bytes:
        for recipient in recipients:
            values = dict(zip(self.tags, recipient.values, strict=True))
            self.mails[recipient.email] = personalise(envelope.message, values)
        return super().build(envelope, recipients, batch=batch, attempt=attempt)

    def path(self, email: str, purpose: str) -> str:
        """Return the path of a link in a reader's mail: ``u``, ``v`` or ``p``."""
        found = re.search(rf'href="http://localhost:8000(/{purpose}/[\w-]{{40}})"', self.mails[email].html)
        assert found, self.mails[email].html
        return found[1]


class Stage:
    """A server on a free port whose application each test replaces: starting one takes longer than a test."""

    def __init__(self) -> None:
        self._app: ASGIApp = Response(status_code=503)
        self._url = ""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app(scope, receive, send)

    @contextmanager
    def running(self) -> Iterator["Stage"]:
        """Answer until the block ends."""
        with listening("127.0.0.1", 0, who="The test’s site") as (listener, self._url):
            config = uvicorn.Config(
                self,
                http=limited(ConnectionLimits()),
                log_config=None,
                lifespan="off",
                timeout_graceful_shutdown=5,
            )
            server = uvicorn.Server(config)
            thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
            thread.start()
            try:
                yield self
            finally:
                server.should_exit = True
                thread.join()

    @contextmanager
    def showing(self, app: ASGIApp) -> Iterator[httpx.Client]:
        """Answer with this application until the block ends."""
        self._app = app
        with httpx.Client(
            base_url=self._url, timeout=FOREVER, verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        ) as client:
            yield client


@dataclass
class World:
    """A publication, the site over it, and what the site told its operator."""

    context: Wired
    post: Post
    site: Site
    said: list[str]
    client: httpx.Client

    def join(self, email: str, *, name: str = "", to: str = "morning") -> int:
        readership.add(
            self.context.engine, to, email, now=self.context.clock.now, joining=readership.Joining(name=name)
        )
        return self.id_of(email)

    def send(self, issue: str = "first", *script: Answer, to: str = "morning") -> None:
        self.post.script.extend(script)
        publish.send(self.context, publish.plan_send(self.context, issue, list_name=to))

    def id_of(self, email: str) -> int:
        with read(self.context.engine) as connection:
            found = subscribers.find(connection, email)
        assert found is not None
        return found.id

    def statuses(self, email: str) -> dict[str, str]:
        with read(self.context.engine) as connection:
            found = subscribers.find(connection, email)
        return (
            {subscription.list_name: subscription.status for subscription in found.subscriptions}
            if found
            else {}
        )

    def erase(self, email: str) -> None:
        root = self.context.settings.root
        readership.erase(
            self.context.engine,
            email,
            now=self.context.clock.now,
            key_if_new=bytes(32),
            folder=root,
            sandbox=root / "sandbox.db",
        )

    def token(self, purpose: Purpose, reader: int, mailing: int, *, key: bytes | None = None) -> str:
        return token(key or self.site.keys[0], purpose, reader, mailing)

    def dump(self) -> dict[str, list[tuple[Any, ...]]]:
        with read(self.context.engine) as connection:
            return {
                name: sorted(map(tuple, connection.execute(table.select())), key=repr)
                for name, table in metadata.tables.items()
            }


@dataclass(frozen=True)
class Sent:
    """A publication after a send, to be copied: rendering and sending one takes longer than a test."""

    files: Mapping[str, bytes]
    mails: Mapping[str, PersonalMessage]
    at: int


@pytest.fixture(scope="session")
def sent(tmp_path_factory: pytest.TempPathFactory) -> Sent:
    """A publication in which Ana and Bob got the issue “first”, and Cem joined since."""
    folder, post = tmp_path_factory.mktemp("sent"), Post()
    context = Wired(folder, post)
    for list_name, email, name in (("morning", ANA, ODD_NAME), ("morning", BOB, "Bob"), ("evening", ANA, "")):
        readership.add(
            context.engine, list_name, email, now=context.clock.now, joining=readership.Joining(name=name)
        )
    readership.title_list(context.engine, "morning", "Dig In at Dawn")
    readership.title_list(context.engine, "evening", "Dig In at Dusk")
    publish.send(context, publish.plan_send(context, "first", list_name="morning"))
    readership.add(
        context.engine, "morning", CEM, now=context.clock.now, joining=readership.Joining(name="Cem")
    )
    context.engine.dispose()
    files = {name: (folder / name).read_bytes() for name in ("newsletter.db", "newsletter.key")}
    return Sent(files, post.mails, context.clock.now())


@pytest.fixture(scope="session")
def stage() -> Iterator[Stage]:
    with Stage().running() as running:
        yield running


def _endpoint(keys: Sequence[str]) -> Endpoint:
    reports = SENDGRID.reports
    assert reports
    return Endpoint(reports, reports.webhook(keys) if keys else None)


@pytest.fixture
def make_world(tmp_path: Path, stage: Stage, sent: Sent) -> Callable[..., Any]:
    """Make a world whose site has other values than the usual."""

    @contextmanager
    def make(**changes: Any) -> Iterator[World]:
        post, said = Post(mails=dict(sent.mails)), []
        context = Wired(tmp_path, post, wait_for_lock=changes.pop("wait_for_lock", 60))
        context.clock.at = sent.at
        (tmp_path / "issues" / "second.md").write_text((tmp_path / "issues" / "first.md").read_text())
        for name, content in sent.files.items():
            (tmp_path / name).write_bytes(content)
        if "webhook_keys" in changes:
            changes["endpoints"] = (_endpoint(changes.pop("webhook_keys")),)
        site = replace(site_of(context, said.append), **changes)
        with stage.showing(create_app(site)) as client:
            yield World(context, post, site, said, client)
        context.engine.dispose()

    return make


@pytest.fixture
def world(make_world: Callable[..., Any]) -> Iterator[World]:
    """A world in which Ana and Bob got the issue “first”, and Cem joined since."""
    with make_world() as made:
        yield made
