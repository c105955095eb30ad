"""A provider that answers message by message: who was taken, refused, asked to wait, or left unclear."""

import asyncio
import base64
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import httpx
import orjson
import pytest
from conftest import Publication, Ran, rows
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st
from pace import FOREVER
from postbox.kind import POSTBOX
from postbox_server import PostboxServer
from pydantic import SecretStr
from samples import examples
from scripted import Answer, Scripted, Wired

from newsletter import publish, readership
from newsletter.config import load_settings
from newsletter.delivery.events import Event
from newsletter.delivery.evidence import CannotSay
from newsletter.delivery.outcomes import (
    Accepted,
    AccountRefused,
    NotAccepted,
    PerMessage,
    Refused,
    Unknown,
    Whole,
    accepted_of,
    overall,
    refused_of,
    weakest,
)
from newsletter.delivery.provider import looked_up
from newsletter.delivery.reports import PauseAt
from newsletter.errors import DeliveryError
from newsletter.readership.reports import sync
from newsletter.registry import register
from newsletter.web.app import create_app
from newsletter.web.server import site_of
from newsletter.wiring import Wiring

OURS = "ours"
TOKEN = {"POSTBOX_TOKEN": "right"}
HERE = Path(__file__).parent.parent


@pytest.fixture(autouse=True)
def _postbox() -> Iterator[None]:
    take_back = register(POSTBOX)
    yield
    take_back()


def _set_up(publication: Publication, server: PostboxServer, *, timeout: float = FOREVER) -> None:
    own = f'postbox_url = "{server.url}"\n'
    publication.settings(provider="postbox", threads=2, timeout=timeout, extra=own)
    publication.subscribe(20)


def _run(publication: Publication, *words: str) -> Ran:
    return publication.run(*words, environment=TOKEN)


def _counts(ran: Ran) -> tuple[object, ...]:
    return tuple(ran.json[name] for name in ("accepted", "rejected", "unknown", "pending"))


def _reader(number: int) -> str:
    return f"reader{number}@example.org"


def test_each_reader_is_what_the_provider_said_of_their_message(publication: Publication) -> None:
    says = {
        _reader(1): ["refused"],
        _reader(2): ["later"],
        _reader(3): ["later", "later", "refused"],
        _reader(4): ["lost"],
        _reader(8): ["lost, taken"],
        _reader(9): ["later", "lost"],
    }
    with PostboxServer(says) as server:
        _set_up(publication, server)
        ran = _run(publication, "send", "first", "--yes", "--json")
        assert ran.exit_code == 3
        assert _counts(ran) == (15, 2, 3, 0)
        again = _run(publication, "send", "first", "--yes", "--json")
        assert _counts(again) == (15, 2, 3, 0)
        assert max(len(messages) for messages in server.requests) == 7
        assert max(server.accepted.values()) == 1
        listed = rows(_run(publication, "recipients", "first").stdout)
        stands = {row["email"]: (row["state"], row["reason"]) for row in listed}
        assert len(listed) == len(stands) == 20
        assert stands[_reader(1)] == ("rejected", "no reader1 lives here")
        assert stands[_reader(3)] == ("rejected", "no reader3 lives here")
        unknown = {email for email, (state, _) in stands.items() if state == "unknown"}
        assert unknown == {_reader(4), _reader(8), _reader(9)}
        accepted = {email for email, (state, _) in stands.items() if state == "accepted"}
        assert accepted | {_reader(8)} == {email for email, times in server.accepted.items() if times}


@pytest.mark.slow
def test_a_request_without_an_answer_leaves_each_of_its_readers_unknown_alone(
    publication: Publication,
) -> None:
    release = threading.Event()

    def hang(number: int) -> None:
        if number == 2:
            release.wait(FOREVER)

    with PostboxServer(before_answering=hang) as server:
        _set_up(publication, server, timeout=1)
        ran = _run(publication, "send", "first", "--yes", "--json")
        release.set()
        lost = server.requests[1]
        assert _counts(ran) == (20 - len(lost), 0, len(lost), 0)
        # What it reports of one message says nothing of the others.
        report = {**lost[0], "became": "delivered", "id": "message"}
        assert _report(publication, report) == 204
        now = _run(publication, "status", "first", "--json")
        assert _counts(now) == (21 - len(lost), 0, len(lost) - 1, 0)
        assert _report(publication, report) == 204
        assert _counts(_run(publication, "status", "first", "--json")) == _counts(now)
        assert not now.json.get("alarms")


@contextmanager
def _site(publication: Publication, said: list[str], token: str = OURS) -> Iterator[Callable[..., int]]:
    """Lend what posts to the readers' site, which believes a token, and returns the status."""
    settings = load_settings(publication.root / "newsletter.toml")
    secrets = {"postbox_report_token": SecretStr(token)}
    wiring = Wiring(settings.model_copy(update={"provider_secrets": secrets}))
    app = create_app(site_of(wiring, said.append))

    def post(path: str, body: object, token: str = OURS) -> int:
        async def posted() -> int:
            transport = httpx.ASGITransport(app=app)
            async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
                headers = {"Authorization": token}
                return (await client.post(path, content=orjson.dumps(body), headers=headers)).status_code

        return asyncio.run(posted())

    yield post
    wiring.close()


def _report(publication: Publication, *reports: object) -> int:
    with _site(publication, []) as post:
        return post("/webhooks/postbox", reports)


def test_what_it_reports_is_believed_by_its_own_token_and_acted_on(publication: Publication) -> None:
    said: list[str] = []
    with PostboxServer() as server:
        _set_up(publication, server)
        _run(publication, "send", "first", "--yes")
        bounced = {**server.requests[0][0], "became": "refused", "id": "message"}
        with _site(publication, said) as post:
            assert post("/webhooks/postbox", [bounced], "another") == 403
            assert post("/webhooks/postbox", [{"to": "nobody"}]) == 400
            assert post("/webhooks/sendgrid", [bounced]) == 404  # no key of SendGrid's is set
            assert "suppressed" not in _run(publication, "suppressions").stdout
            assert post("/webhooks/postbox", [bounced]) == 204
        assert bounced["to"] in _run(publication, "suppressions").stdout
        assert any("The post has no token of ours." in sentence for sentence in said)
        with _site(publication, said, token="") as post:
            assert post("/webhooks/postbox", [bounced], "") == 403
    assert said[-1].endswith("POSTBOX_REPORT_TOKEN is not set.")


def test_the_provider_before_it_still_reports_while_its_key_is_set(publication: Publication) -> None:
    with PostboxServer() as server:
        key = ec.generate_private_key(ec.SECP256R1()).public_key()
        shown = base64.b64encode(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()
        own = f'postbox_url = "{server.url}"\nwebhook_keys = ["{shown}"]\n'
        publication.settings(provider="postbox", extra=own)
        with _site(publication, []) as post:
            assert (post("/webhooks/sendgrid", []), post("/webhooks/postbox", [])) == (403, 204)


CHILD = "from postbox.kind import POSTBOX; from newsletter.registry import register; register(POSTBOX); "


@pytest.mark.slow
def test_a_sender_killed_between_requests_and_answers_mails_nobody_twice(publication: Publication) -> None:
    senders: list[subprocess.Popen[bytes]] = []

    def kill(number: int) -> None:
        if number == 2 and senders:
            os.kill(senders.pop().pid, signal.SIGKILL)

    says = {_reader(n): ["later"] for n in range(0, 20, 3)} | {_reader(1): ["refused"]}
    with PostboxServer(says, before_answering=kill) as server:
        _set_up(publication, server)
        paths = os.pathsep.join([str(HERE), str(HERE.parent)])
        environment = {**os.environ, **TOKEN, "PYTHONPATH": paths, "NEWSLETTER_DELIVERY__THREADS": "1"}
        program = CHILD + "from newsletter.cli import main; main()"
        words = [sys.executable, "-c", program, "send", "first", "--yes"]
        with subprocess.Popen(words, cwd=publication.root, env=environment) as sender:
            senders.append(sender)
        assert sender.returncode == -signal.SIGKILL
        ran = _run(publication, "send", "first", "--yes", "--json")
        lost = [message["to"] for message in server.requests[1]]
        refused = int(_reader(1) not in lost)
        assert _counts(ran) == (20 - refused - len(lost), refused, len(lost), 0)
        assert max(server.accepted.values()) == 1


def test_a_token_that_is_wrong_stops_the_send(publication: Publication) -> None:
    with PostboxServer() as server:
        _set_up(publication, server)
        ran = publication.run("send", "first", "--yes", environment={"POSTBOX_TOKEN": ""})
        assert "POSTBOX_TOKEN is not set" in ran.stderr
        ran = publication.run("send", "first", "--yes", "--json", environment={"POSTBOX_TOKEN": "wrong"})
        assert (ran.exit_code, ran.json["state"], ran.json["pending"]) == (3, "paused", 20)
        assert "the token is wrong" in str(ran.json["note"])
        assert _counts(_run(publication, "resume", "first", "--json")) == (20, 0, 0, 0)


def test_a_test_says_what_was_said_of_the_message_that_was_not_taken(publication: Publication) -> None:
    addresses = [f"editor{n}@example.org" for n in range(9)]  # two requests
    with PostboxServer({addresses[8]: ["refused"]}) as server:
        _set_up(publication, server)
        words = [word for address in addresses for word in ("--test", address)]
        ran = _run(publication, "send", "first", *words)
        assert ran.exit_code == 1
        assert "no editor8 lives here" in ran.stderr
        assert "accepted for 9 addresses" in _run(publication, "send", "first", *words).stderr


def test_what_a_provider_cannot_do_is_not_asked_of_it(publication: Publication) -> None:
    with PostboxServer() as server:
        _set_up(publication, server)
        settings = load_settings(publication.root / "newsletter.toml")
        own = settings.provider_settings.model_copy(update={"postbox_token": settings.secret_key})
        assert (own.identity, own.stays_here, settings.batch_size) == ("postbox", True, 7)
        bare = SimpleNamespace(identity="postbox", properties=POSTBOX.properties)
        assert looked_up(bare, "a" * 20) == CannotSay("Postbox cannot be asked about mail it took")  # type: ignore[arg-type]
        with pytest.raises(DeliveryError, match="Postbox has no lists"):
            sync(SimpleNamespace(), bare, now=lambda: 1)  # type: ignore[arg-type]


def test_a_provider_is_its_folder_a_line_in_the_registry_and_one_in_the_docs() -> None:
    """CONTRIBUTING says at most six files."""
    package = Path(publish.__file__).parent.parent
    folder = {path.name for path in (HERE / "postbox").glob("*.py")}
    assert folder == {"__init__.py", "client.py", "kind.py", "webhook.py"}
    assert not [path for path in package.rglob("*.py") if "postbox" in path.read_text().casefold()]


KINDS = ("accepted", "later", "refused", "account", "silent", "silent, taken")
TRUE_STATES = {
    "accepted": "accepted",
    "later": "accepted",  # the next time
    "account": "accepted",
    "refused": "rejected",
    "silent": "unknown",
    "silent, taken": "unknown",
}


@pytest.mark.parametrize(
    "said",
    [
        ("later", "accepted", "later", "silent", "refused"),  # two wait whose ids lie around another's
        ("later", "silent", "later", "refused", "silent, taken"),  # nobody was accepted
        ("refused", "silent", "refused", "silent", "silent"),
    ],
)
def test_only_those_who_wait_go_again(tmp_path: Path, said: tuple[str, ...]) -> None:
    post = Scripted()
    wiring = Wired(tmp_path, post, batch_size=5)
    for n in range(5):
        readership.add(wiring.engine, "readers", _reader(n), now=wiring.clock.now)
    requests: list[list[int]] = []
    post.look = requests.append
    post.script.append(Answer("by message", messages=said))
    publish.send(wiring, publish.plan_send(wiring, "first", list_name="readers"))
    waiting = [n for n, kind in enumerate(said, start=1) if kind == "later"]
    assert requests == [[1, 2, 3, 4, 5], *([waiting] if waiting else [])]
    listed = {row["email"]: row["state"] for row in publish.recipients(wiring, "first")}
    assert listed == {_reader(n): TRUE_STATES[kind] for n, kind in enumerate(said)}
    wiring.engine.dispose()


@pytest.mark.parametrize("before", [(), ("later",) * 5])
def test_a_report_that_comes_before_the_answer_speaks_for_its_own_message_alone(
    tmp_path: Path, before: tuple[str, ...]
) -> None:
    post = Scripted()
    wiring = Wired(tmp_path, post, batch_size=5)
    for n in range(5):
        readership.add(wiring.engine, "readers", _reader(n), now=wiring.clock.now)
    said = ("accepted", "refused", "later", "silent", "accepted")
    answers = [Answer("by message", messages=words) for words in (before, said) if words]
    post.script.extend(answers)

    def report() -> None:
        if post.script and post.script[0].messages == said:  # that request is on the wire
            [*_, attempt] = post.attempts
            reported = Event(b"1", "delivered", 1, _reader(0), attempt, 1, "m", alone=True)
            taken = readership.take_reports(wiring.engine, [reported], now=wiring.clock.now, pause=PauseAt())
            assert taken.settled_by_event == 1

    post.meanwhile = report
    proof = publish.send(wiring, publish.plan_send(wiring, "first", list_name="readers"))
    assert (proof.accepted, proof.rejected, proof.unknown, proof.pending) == (3, 1, 1, 0)
    assert (proof.adds_up, proof.alarms) == (True, {})
    listed = {row["email"]: row["state"] for row in publish.recipients(wiring, "first")}
    assert listed == {_reader(n): TRUE_STATES[kind] for n, kind in enumerate(said)}
    assert set(post.mailed.values()) == {1}
    wiring.engine.dispose()


@pytest.mark.slow
@given(
    said=st.lists(st.lists(st.sampled_from(KINDS), min_size=5, max_size=5), min_size=1, max_size=3),
    account=st.booleans(),
)
@settings(max_examples=examples(15))
def test_whatever_mix_is_answered_each_reader_is_in_the_state_that_was_said(
    said: list[list[str]], account: bool
) -> None:
    said = [[("later" if kind == "account" and not account else kind) for kind in kinds] for kinds in said]
    with tempfile.TemporaryDirectory() as folder:
        post = Scripted()
        wiring = Wired(Path(folder), post, batch_size=5)
        for n in range(15):
            readership.add(wiring.engine, "readers", _reader(n), now=wiring.clock.now)
        expected: dict[int, str] = {}

        def note(ids: list[int]) -> None:
            kinds = post.script[0].messages if post.script else ("accepted",)
            expected.update({reader: TRUE_STATES[kinds[n % len(kinds)]] for n, reader in enumerate(ids)})

        post.script.extend(Answer("by message", messages=tuple(kinds)) for kinds in said)
        post.look = note
        publish.send(wiring, publish.plan_send(wiring, "first", list_name="readers"))
        proof = publish.resume(wiring, "first")
        while proof.pending:  # an account that was refused pauses; going on mails who is left
            proof = publish.resume(wiring, "first")
        assert proof.adds_up
        assert (proof.candidates, proof.pending) == (15, 0)
        assert set(post.mailed.values()) == {1} if post.mailed else not post.mailed
        listed = {row["email"]: row["state"] for row in publish.recipients(wiring, "first")}
        states = {f"reader{reader - 1}@example.org": state for reader, state in expected.items()}
        assert listed == states
        assert Counter(listed.values()) == Counter(
            {"accepted": proof.accepted, "rejected": proof.rejected, "unknown": proof.unknown}
        )
        wiring.engine.dispose()


ANSWERS: dict[str, Whole] = {
    "a": Accepted("1"),
    "n": NotAccepted("busy", 3),
    "N": NotAccepted("busier", 9),
    "r": Refused("no", entries=((4, "not a place of this request"),)),
    "c": AccountRefused("no credit"),
    "u": Unknown("silence"),
}


@pytest.mark.parametrize(
    ("said", "whole"),
    [
        ("aaa", "a"),
        ("rna", "a"),
        ("acu", "c"),
        ("rnu", "u"),
        ("nNr", "N"),
        ("uuu", "u"),
    ],
)
def test_the_pace_goes_by_the_best_that_was_said_unless_the_account_is_refused(said: str, whole: str) -> None:
    outcome = PerMessage(tuple(ANSWERS[letter] for letter in said))
    assert overall(outcome, len(said)) == ANSWERS[whole]
    assert accepted_of(outcome, len(said)) == said.count("a")
    assert list(refused_of(outcome, len(said))) == [n for n, letter in enumerate(said) if letter == "r"]
    assert weakest(outcome, len(said)) == ANSWERS[said.strip("a")[:1] or "a"]


def test_everybody_refused_by_name_is_a_refusal_that_names_everybody() -> None:
    assert overall(PerMessage((Refused("x"), Refused("y"))), 2) == Refused("x", ((0, "x"), (1, "y")))


def test_a_message_without_an_answer_is_unknown_and_an_answer_too_many_is_nobodys() -> None:
    assert [type(answer) for answer in PerMessage((Accepted("1"),)).of(2)] == [Accepted, Unknown]
    assert PerMessage((Accepted("1"), Refused("no"))).of(1) == (Accepted("1"),)
    assert refused_of(PerMessage((Accepted("1"), Refused("no"))), 1) == {}
