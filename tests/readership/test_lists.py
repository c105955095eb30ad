"""Lists: made, renamed, titled, archived and brought back, by command and by call."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import orjson
import pytest
from scripted import Scripted, Wired
from terminals import Terminal

from newsletter import publish, readership
from newsletter.errors import AudienceError
from newsletter.store.database import read, write
from newsletter.store.ledger import mailings

if TYPE_CHECKING:
    from conftest import Publication
    from readership.conftest import Store


@pytest.fixture
def filled(publication: "Publication") -> "Publication":
    """A publication with two readers of the list “readers”."""
    publication.subscribe(2)
    return publication


def _lists(publication: "Publication", *words: str) -> dict[str, dict[str, object]]:
    return {found["name"]: found for found in orjson.loads(publication.run("lists", "--json", *words).stdout)}


def test_a_list_is_renamed_and_titled_and_keeps_its_key(filled: "Publication") -> None:
    assert filled.run("lists", "rename", "readers", "Morning mail").exit_code == 0
    ran = filled.run("lists", "title", "Morning mail", "Dig In at Dawn")
    assert "as “Dig In at Dawn”" in ran.stderr
    (one,) = _lists(filled).values()
    assert (one["name"], one["key"], one["title"], one["archived"], one["confirmed"]) == (
        "Morning mail",
        "readers",
        "Dig In at Dawn",
        False,
        2,
    )
    assert "as “Dig In”" in filled.run("lists", "title", "Morning mail", "").stderr


def test_a_new_list_under_a_renamed_ones_old_name_has_a_key_of_its_own(filled: "Publication") -> None:
    filled.run("lists", "rename", "readers", "morning mail")
    assert filled.run("lists", "add", "readers").exit_code == 0
    found = _lists(filled)
    assert found["morning mail"]["key"] == "readers"
    assert found["readers"]["key"] == "readers-2"


@pytest.mark.parametrize(
    "words",
    [
        ("lists", "add", "Readers"),
        ("lists", "add", "reader"),
        ("lists", "add", "raeders"),
        ("lists", "rename", "others", "re-aders"),
        ("subscribers", "add", "x@example.org", "--list", "réaders"),
    ],
)
def test_a_new_name_near_a_known_one_is_refused_unless_insisted_on(
    filled: "Publication", words: tuple[str, ...]
) -> None:
    filled.run("lists", "add", "others")
    before = set(_lists(filled))
    ran = filled.run(*words)
    assert ran.exit_code == 1
    assert "one called “readers”" in ran.stderr
    assert "--new-list" in ran.stderr
    assert set(_lists(filled)) == before
    assert filled.run(*words, "--new-list").exit_code == 0
    assert set(_lists(filled)) != before


def test_a_list_may_be_renamed_to_a_name_near_its_own(filled: "Publication") -> None:
    assert filled.run("lists", "rename", "readers", "Readers").exit_code == 0
    assert set(_lists(filled)) == {"Readers"}


def test_no_two_lists_get_one_name(filled: "Publication") -> None:
    filled.run("lists", "add", "others")
    ran = filled.run("lists", "rename", "others", "readers")
    assert ran.exit_code == 1
    assert "There is a list “readers” already" in ran.stderr
    assert filled.run("lists", "rename", "nowhere", "somewhere").exit_code == 1


@pytest.mark.parametrize("name", ["", "   ", "\x00", "n" * 101])
def test_a_name_that_is_none_is_refused(filled: "Publication", name: str) -> None:
    for words in (("lists", "add", name), ("lists", "rename", "readers", name)):
        ran = filled.run(*words)
        assert ran.exit_code == 1
        assert "1 to 100 characters" in ran.stderr
    assert set(_lists(filled)) == {"readers"}


def test_a_title_that_is_too_long_is_refused(filled: "Publication") -> None:
    assert "at most 100 characters" in filled.run("lists", "title", "readers", "t" * 101).stderr


def test_an_archived_list_is_hidden_not_sent_to_and_not_added_to_until_it_is_back(
    filled: "Publication",
) -> None:
    ran = filled.run("lists", "archive", "readers")
    assert ran.exit_code == 0
    assert "lists archive readers --undo" in ran.stderr
    assert _lists(filled) == {}
    assert _lists(filled, "--all")["readers"]["archived"] is True
    assert "archived" in filled.run("lists", "--all").stderr
    for words in (
        ("send", "first", "--list", "readers", "--yes"),
        ("send", "first", "--yes"),
        ("subscribers", "add", "x@example.org", "--list", "readers"),
        ("subscribers", "import", str(filled.readers(3)), "--list", "readers"),
        ("lists", "add", "readers"),
    ):
        ran = filled.run(*words)
        assert ran.exit_code == 1, words
        assert "archived" in ran.stderr, words
    assert _lists(filled, "--all")["readers"]["confirmed"] == 2
    assert filled.run("subscribers", "remove", "reader0@example.org").exit_code == 0
    assert filled.run("subscribers", "export", "--list", "readers").stdout.count("@") == 2
    assert filled.run("lists", "archive", "readers", "--undo").exit_code == 0
    assert _lists(filled)["readers"]["unsubscribed"] == 1
    assert "not archived" in filled.run("lists", "archive", "readers", "--undo").stderr


def test_with_one_list_in_use_the_archived_ones_need_no_choice(filled: "Publication") -> None:
    filled.run("lists", "add", "others")
    assert "several lists" in filled.run("subscribers", "export").stderr
    filled.run("lists", "archive", "others")
    assert filled.run("subscribers", "export").exit_code == 0


def test_the_old_command_still_makes_a_list_and_names_the_new_one(filled: "Publication") -> None:
    ran = filled.run("lists", "create", "others")
    assert ran.exit_code == 0
    assert "newsletter lists add" in ran.stderr
    assert set(_lists(filled)) == {"readers", "others"}
    assert "create" not in filled.run("lists", "--help").stdout


def test_the_four_counts_add_up_to_all_subscriptions(store: "Store") -> None:
    store.bring(
        "email,status\na@example.com,\nb@example.com,\nc@example.com,pending\nd@example.com,unsubscribed\n"
        "e@example.com,pending\nf@example.com,unsubscribed\n"
    )
    readership.suppress(store.engine, ["b@example.com", "e@example.com", "f@example.com"], now=store.clock)
    (one,) = readership.list_counts(store.engine)
    assert (one.confirmed, one.pending, one.unsubscribed, one.suppressed) == (1, 1, 1, 3)


@pytest.fixture
def wiring(tmp_path: Path) -> Wired:
    """A publication with one reader of “readers”, and a provider of the test's own."""
    made = Wired(tmp_path, Scripted())
    readership.add(made.engine, "readers", "ana@example.org", now=made.clock.now)
    return made


def _list_id(wiring: Wired, issue: str) -> str:
    with read(wiring.engine) as connection:
        latest = mailings.of_issue(connection, issue)[-1]
        return mailings.frozen_of(connection, latest.id).envelope.list_id


def test_a_renamed_list_keeps_its_list_id_in_every_later_mailing(wiring: Wired) -> None:
    publish.send(wiring, publish.plan_send(wiring, "first"))
    readership.rename_list(wiring.engine, "readers", "Something else")
    readership.add(wiring.engine, "Something else", "bob@example.org", now=wiring.clock.now)
    publish.send(wiring, publish.plan_send(wiring, "first"))
    (wiring.settings.root / "issues" / "second.md").write_text(
        (wiring.settings.root / "issues" / "first.md").read_text()
    )
    publish.send(wiring, publish.plan_send(wiring, "second"))
    assert _list_id(wiring, "first") == _list_id(wiring, "second") == "<readers.example.org>"
    assert len(wiring.post.mailed) == 2


def test_a_list_is_not_archived_while_it_is_being_sent_to(wiring: Wired) -> None:
    publish.schedule(wiring, publish.plan_send(wiring, "first"), wiring.clock.now() + 10**9)
    with pytest.raises(AudienceError, match="still being sent to “readers”") as caught:
        readership.archive_list(wiring.engine, "readers", now=wiring.clock.now)
    assert "newsletter cancel first" in caught.value.hint
    publish.cancel(wiring, "first")
    assert readership.archive_list(wiring.engine, "readers", now=wiring.clock.now)


def _archived_meanwhile(wiring: Wired) -> Callable[[], object]:
    sending = publish.plan_send(wiring, "first")
    readership.archive_list(wiring.engine, "readers", now=wiring.clock.now)
    return lambda: publish.send(wiring, sending)


def _given_back_after_archiving(wiring: Wired) -> Callable[[], object]:
    from sqlalchemy import text, update

    from newsletter.store.tables import batch

    publish.send(wiring, publish.plan_send(wiring, "first"))
    readership.archive_list(wiring.engine, "readers", now=wiring.clock.now)
    wiring.post.mailed.clear()
    with write(wiring.engine) as connection:
        connection.execute(text("DROP TRIGGER known_transitions_of_batch"))  # what was accepted stays so
        connection.execute(update(batch).values(state="pending", n=0, reader_ids=None))
    return lambda: publish.resume(wiring, "first")


@pytest.mark.parametrize("story", [_archived_meanwhile, _given_back_after_archiving])
def test_nothing_leaves_to_a_list_that_was_archived_meanwhile(
    wiring: Wired, story: Callable[[Wired], Callable[[], object]]
) -> None:
    go = story(wiring)
    with pytest.raises(AudienceError, match="“readers” is archived"):
        go()
    assert not wiring.post.mailed


@pytest.mark.slow
@pytest.mark.parametrize(("typed", "made"), [("y", True), ("n", False), ("", False)])
def test_on_a_terminal_a_near_name_is_asked_about(filled: "Publication", typed: str, made: bool) -> None:
    seen = Terminal(filled.root).run("lists", "add", "Readers", answers=[("[y/N]", f"{typed}\n")])
    assert "one called “readers”. Make another?" in " ".join(seen.text.split())
    assert (seen.exit_code == 0) == made
    assert ("Readers" in _lists(filled)) == made
