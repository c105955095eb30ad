"""Keys of links: long enough, rotated without a dead link, and warned of where they cannot be refused."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import insert

from newsletter.config import load_settings
from newsletter.contacts.links import verify
from newsletter.errors import SettingsError
from newsletter.files.keys import signing_key
from newsletter.store.database import write
from newsletter.store.tables import batch, mailing
from newsletter.web.server import site_of
from newsletter.wiring import Wiring

if TYPE_CHECKING:
    from conftest import Publication, Sent, World

ANA = "ana@example.org"
NEW = "a new key that nobody has seen before"
SHORT = ["hunter2", "x", "x" * 31, "ü" * 15, " " * 31]


def _mailed(
    publication: "Publication", provider: str, *, kind: str = "first", state: str = "accepted"
) -> None:
    """Write down that a provider took an issue."""
    engine = Wiring(load_settings(publication.root / "newsletter.toml")).engine
    with write(engine) as connection:
        row = {
            "issue": "earlier", "kind": kind, "provider": provider, "state": "finished", "list_id": 1,
            "audience_at": 1, "manifest": "{}", "envelope": "{}", "created_at": 1,
        }  # fmt: skip
        key = connection.execute(insert(mailing).values(**row)).inserted_primary_key[0]
        span = {"variant": "everyone", "lo": 1, "hi": 1, "candidates": 1, "n": 1, "changed_at": 1}
        connection.execute(insert(batch).values(mailing_id=key, state=state, **span))
    engine.dispose()


@pytest.mark.parametrize("words", [["send", "first", "--yes"], ["serve", "--port", "0"]])
def test_a_short_key_is_refused_for_a_new_publication(publication: "Publication", words: list[str]) -> None:
    publication.settings(provider="sandbox")
    publication.subscribe(1)
    ran = publication.run(*words, environment={"NEWSLETTER_SECRET_KEY": "hunter2"})
    assert ran.exit_code == 1
    assert "32 bytes" in ran.stderr
    assert "secrets.token_urlsafe(32)" in ran.stderr
    assert "hunter2" not in ran.stderr


@pytest.mark.parametrize("key", SHORT)
def test_a_key_is_as_long_as_its_bytes(key: str) -> None:
    warnings: list[str] = []
    with pytest.raises(SettingsError, match="32 bytes"):
        signing_key(key, links_are_out=lambda: False, warn=warnings.append)
    assert signing_key(key, links_are_out=lambda: True, warn=warnings.append) == key.encode()
    assert len(warnings) == 1


@pytest.mark.parametrize("key", ["k" * 32, "ü" * 16, "k" * 300])
def test_a_long_enough_key_is_taken_without_a_word(key: str) -> None:
    assert signing_key(key, links_are_out=pytest.fail, warn=pytest.fail) == key.encode()


@pytest.mark.parametrize(
    "before",
    [
        {"provider": "sandbox"},
        {"provider": "sendgrid", "state": "pending"},
    ],
)
def test_what_reached_no_reader_keeps_no_short_key(
    publication: "Publication", before: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    publication.settings(provider="sandbox")
    publication.subscribe(1)
    _mailed(publication, **before)
    monkeypatch.setenv("NEWSLETTER_SECRET_KEY", "hunter2")
    with pytest.raises(SettingsError, match="32 bytes"):
        _ = Wiring(load_settings(publication.root / "newsletter.toml")).secret_key


@pytest.mark.slow
@pytest.mark.parametrize(
    ("provider", "state"),
    [
        ("sendgrid", "accepted"),
        ("sendgrid on loopback", "posting"),
        ("sendgrid at relay.example.net", "unknown"),
    ],
)
def test_where_links_are_out_a_short_key_counts_with_a_loud_warning(
    publication: "Publication", provider: str, state: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    publication.settings(provider="sandbox")
    publication.subscribe(1)
    _mailed(publication, provider, state=state)
    monkeypatch.setenv("NEWSLETTER_SECRET_KEY", "hunter2")
    ran = publication.run("send", "first", "--yes", environment={"NEWSLETTER_SECRET_KEY": "hunter2"})
    assert ran.exit_code == 0
    assert "WARNING: NEWSLETTER_SECRET_KEY has fewer than 32 bytes" in ran.stderr
    assert "NEWSLETTER_SECRET_KEYS_OLD" in ran.stderr
    assert "hunter2" not in ran.stderr
    assert ran.stderr.count("WARNING") == 1
    settings, warnings = load_settings(publication.root / "newsletter.toml"), list[str]()
    site = site_of(Wiring(settings, warn=warnings.append), warnings.append)
    assert site.keys == (b"hunter2",)
    assert len(warnings) == 1


def test_after_a_rotation_old_links_open_and_new_mails_carry_the_new_key(
    make_world: Callable[..., Any], sent: "Sent", monkeypatch: pytest.MonkeyPatch
) -> None:
    old = sent.files["newsletter.key"].decode()
    monkeypatch.setenv("NEWSLETTER_SECRET_KEY", NEW)
    monkeypatch.setenv("NEWSLETTER_SECRET_KEYS_OLD", f"another of long ago , {old},")
    with make_world() as made:
        world: World = made
        before = world.post.path(ANA, "u")
        assert world.client.get(before).status_code == 200
        assert world.client.get(world.post.path(ANA, "v")).status_code == 200
        world.send("second")
        after = world.post.path(ANA, "u")
        token = after.rpartition("/")[2]
        assert verify(NEW.encode(), "unsubscribe", token, today=0)
        assert not verify(old.encode(), "unsubscribe", token, today=0)
        assert world.client.post(before).status_code == 200
        assert world.statuses(ANA)["morning"] == "unsubscribed"
        forged = world.token("unsubscribe", world.id_of(ANA), 1, key=b"somebody's guess")
        assert world.client.get(f"/u/{forged}").status_code == 404


def test_without_the_old_key_its_links_are_dead(
    make_world: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEWSLETTER_SECRET_KEY", NEW)
    with make_world() as world:
        assert world.client.get(world.post.path(ANA, "u")).status_code == 404


@pytest.mark.parametrize(
    ("given", "keys"),
    [
        ("", ()),
        (" , ,", ()),
        ("one", (b"one",)),
        ("one,two", (b"one", b"two", b"one,two")),
        (" one ,\n two ", (b"one", b"two", b"one ,\n two")),
        ("a,b and more", (b"a", b"b and more", b"a,b and more")),  # perhaps one key that holds a comma
        ("schlüssel", ("schlüssel".encode(),)),
    ],
)
def test_old_keys_are_separated_by_commas(
    publication: "Publication", monkeypatch: pytest.MonkeyPatch, given: str, keys: tuple[bytes, ...]
) -> None:
    monkeypatch.setenv("NEWSLETTER_SECRET_KEY", NEW)
    monkeypatch.setenv("NEWSLETTER_SECRET_KEYS_OLD", given)
    wiring = Wiring(load_settings(publication.root / "newsletter.toml"))
    assert wiring.link_keys == (NEW.encode(), *keys)


def test_old_keys_are_refused_in_the_file(publication: "Publication") -> None:
    publication.settings(extra='secret_keys_old = "hunter2"\n')
    ran = publication.run("status")
    assert ran.exit_code == 1
    assert "NEWSLETTER_SECRET_KEYS_OLD" in ran.stderr
    assert "hunter2" not in ran.stderr
