"""Another publication's log of requests is noticed, and nothing in it is taken in."""

import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path

import orjson
import pytest
from conftest import Publication
from databases import empty_database
from restores import HOUR, Opened, Place

from newsletter import publish
from newsletter.errors import DeliveryError, NotTheSender
from newsletter.files.request_log import NAME

NAMES = [f"reader{n}" for n in range(10)]
WHY = "the old machine is off"
OWN_LOG = "newsletter.requests.log in its place"


def publication_at(root: Path, *, hours: int = 0) -> Place:
    """Ten readers of “readers”, four to a request; their list was made so many hours later."""
    place = Place(root)
    place.clock.at += hours * HOUR
    place.join(*NAMES)
    return place


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return publication_at(tmp_path / "publication")


@pytest.fixture
def other(tmp_path: Path) -> Place:
    """Another publication, which mailed “second” to readers with the same ids."""
    other = publication_at(tmp_path / "other", hours=1)
    other.send("second")
    return other


def without_ids(log: bytes) -> bytes:
    """Return a log as it was written before lines said whose they are."""
    lines = [orjson.loads(line) for line in log.splitlines()]
    return b"".join(
        orjson.dumps({name: value for name, value in line.items() if name != "publication"}) + b"\n"
        for line in lines
    )


def moved_away(place: Place) -> Path:
    return (place.root / NAME).rename(place.root / "another's.log")


def refused(place: Place, way: Callable[[Opened], object]) -> str:
    with place.opened() as wiring, pytest.raises((NotTheSender, DeliveryError)) as caught:
        way(wiring)
    return str(caught.value)


@pytest.mark.parametrize("in_place", [True, False])
def test_anothers_log_stops_everything_that_mails_and_nothing_of_it_is_taken_in(
    place: Place, other: Place, in_place: bool
) -> None:
    place.send()
    place.join("late")
    kept = shutil.copy2(place.root / NAME, place.root / "kept.log") if in_place else moved_away(place)
    place.write_log(other.log(), in_place=in_place)
    for way in (
        lambda wiring: publish.plan_send(wiring, "second"),
        partial(publish.resume, reference="first"),
        partial(publish.plan_correction, reference="first"),
        partial(publish.plan_approval, reference="first"),
        partial(publish.insist_sender),
        partial(publish.adopt, reason=WHY),
        partial(publish.adopt, reason=WHY, issue="first"),
    ):
        said = refused(place, way)
        assert f"{place.root / NAME} is another publication's" in said
        assert OWN_LOG in said
        assert "newsletter adopt --because" in said
    done = place.reconcile()
    assert (done.taken_in.requests, done.proof.state, done.proof.accepted) == (0, "finished", 10)
    with place.opened() as wiring:
        assert publish.mailed_issues(wiring) == ["first"]
    assert place.log() == other.log(), "nothing was written into it"
    if in_place:
        place.write_log(Path(kept).read_bytes(), in_place=True)
    else:
        Path(kept).replace(place.root / NAME)
    assert place.standing().sure
    place.send()
    assert place.mailbox.received["first", "late@example.org"] == 1
    assert not place.mailbox.twice


def test_each_command_says_the_same_of_anothers_log(place: Place, other: Place) -> None:
    place.send()
    place.write_log(other.log(), in_place=False)
    publication = Publication(place.root)
    publication.settings(host="http://127.0.0.1:9")
    for words, exit_code in (
        (("status",), 0),
        (("reconcile", "first"), 0),
        (("send", "first", "--yes"), 1),
        (("resume", "first"), 1),
        (("adopt", "--because", WHY), 1),
    ):
        ran = publication.run(*words, environment={"NEWSLETTER_SECRET_KEY": "k" * 32})
        assert ran.exit_code == exit_code, ran.stderr
        said = " ".join(ran.stderr.split())
        assert "newsletter.requests.log is another publication's" in said
        assert OWN_LOG in said


def test_where_the_own_log_is_gone_the_others_is_moved_away_and_the_copy_adopted(
    place: Place, other: Place
) -> None:
    place.send()
    place.write_log(other.log(), in_place=False)
    assert "another publication's" in place.refusal("second")
    moved_away(place)
    assert "is not there" in place.refusal("second")
    with place.opened() as wiring:
        publish.adopt(wiring, WHY)
    assert not place.refusal("second")
    backup = place.database()
    place.join("late")
    place.send("second")
    place.put_back_database(backup)
    assert "1 request that mailed “second” to 1 reader" in place.refusal("second")


@pytest.mark.slow
def test_a_second_publication_begun_in_a_copied_folder_takes_nothing_in(place: Place, tmp_path: Path) -> None:
    place.send()
    shutil.copytree(place.root, tmp_path / "begun")
    begun = publication_at(tmp_path / "empty", hours=1)
    shutil.copy(place.root / NAME, begun.root)
    assert "is another publication's" in begun.refusal()
    assert "never sent" in refused(begun, partial(publish.reconcile, reference="first"))
    moved_away(begun)
    assert not begun.refusal()
    place.root = tmp_path / "begun"
    assert "copied, moved or restored" in place.refusal(), "with its database it is a copy of the first one"


@pytest.mark.slow
def test_two_publications_in_one_log_each_take_in_their_own(place: Place, other: Place) -> None:
    place.send()
    backup = place.database()
    place.send("second")
    for log in (place.log() + other.log(), other.log() + place.log()):
        place.put_back_database(backup)
        place.write_log(log, in_place=True)
        assert "3 requests that mailed “second” to 10 readers" in place.refusal()
        assert place.reconcile("second").taken_in.requests == 3
        assert "is in part another publication's" in place.refusal()
    moved_away(place)
    assert "is not there" in place.refusal()
    with place.opened() as wiring:
        publish.adopt(wiring, WHY)
    place.resume("second")
    assert not place.refusal()
    assert not place.mailbox.twice


def test_many_requests_of_another_hide_none_of_the_own(place: Place, other: Place) -> None:
    backup = place.database()
    place.send()
    [*_, request, _] = other.log().splitlines(keepends=True)
    line = orjson.loads(request)
    many = b"".join(orjson.dumps({**line, "request": f"{number:020}"}) + b"\n" for number in range(300))
    place.write_log(place.log() + many, in_place=True)
    place.put_back_database(backup)
    assert "3 requests" in place.refusal()
    assert place.reconcile().taken_in.requests == 3


@pytest.mark.slow
def test_lines_that_do_not_say_whose_they_are_count_as_the_next_ones_that_do(
    place: Place, other: Place
) -> None:
    backup = place.database()
    place.send()
    place.write_log(without_ids(place.log()), in_place=True)
    place.put_back_database(backup)
    assert "3 requests" in place.refusal()
    place.reconcile()
    place.send("second")
    place.put_back_database(backup)
    assert place.reconcile().taken_in.requests == 6, "old lines and new ones"
    before = without_ids(other.log())
    other.join("late")
    other.send("second")
    place.write_log(before + other.log()[len(before) :], in_place=True)
    assert "is another publication's" in place.refusal()
    assert place.reconcile().taken_in.requests == 0


@pytest.mark.slow
def test_a_second_database_that_uses_the_folder_is_another_publication_for_the_first(place: Place) -> None:
    place.send()
    (place.root / "other.db").write_bytes(empty_database())
    place.url = f"sqlite:///{place.root}/other.db"
    place.reopen()
    place.join(*NAMES)
    assert "3 requests" in place.refusal("second"), "it may have been made anew"
    place.reconcile()
    place.send("second")
    place.url = ""
    place.reopen()
    assert "is in part another publication's" in place.refusal()
    assert place.reconcile().taken_in.requests == 0
