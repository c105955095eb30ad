"""The page behind “preferences”: every list a reader is on, each with its own button."""

import re
from typing import TYPE_CHECKING

import pytest

from newsletter import readership
from newsletter.store.database import read
from newsletter.store.readers import consent

if TYPE_CHECKING:
    from conftest import World

ANA = "ana@example.org"
BOTH = {"morning": "confirmed", "evening": "confirmed"}


def test_a_look_shows_a_button_for_each_list_and_changes_nothing(world: "World") -> None:
    before = world.dump()
    answer = world.client.get(world.post.path(ANA, "p"))
    assert answer.status_code == 200
    assert answer.text.count("<button") == 2
    assert "Leave “Dig In at Dawn”" in answer.text
    assert "Leave “Dig In at Dusk”" in answer.text
    assert world.dump() == before


def test_a_button_leaves_its_own_list_alone_and_pressing_it_again_changes_nothing(world: "World") -> None:
    path = world.post.path(ANA, "p")
    shown = world.client.get(path).text
    evening = shown.split("Leave “Dig In at Dusk”")[0].rpartition('value="')[2].partition('"')[0]
    for _ in range(2):
        answer = world.client.post(path, data={"list": evening})
        assert answer.status_code == 200
        assert "Leave “Dig In at Dusk”" not in answer.text
    assert world.statuses(ANA) == BOTH | {"evening": "unsubscribed"}


def test_who_left_every_list_is_told_so(world: "World") -> None:
    path = world.post.path(ANA, "p")
    for number in range(1, 5):
        world.client.post(path, data={"list": str(number)})
    assert "none of our lists" in world.client.get(path).text
    assert set(world.statuses(ANA).values()) == {"unsubscribed"}


@pytest.mark.parametrize(
    "body", [b"", b"list=", b"list=x", b"list=1&list=2", b"list=-1", b"list=" + b"9" * 30]
)
def test_a_body_that_is_not_our_forms_changes_nothing(world: "World", body: bytes) -> None:
    before = world.dump()
    assert world.client.post(world.post.path(ANA, "p"), content=body).status_code == 400
    assert world.dump() == before


def test_a_list_they_are_not_on_changes_nothing(world: "World") -> None:
    before = world.dump()
    assert world.client.post(world.post.path(ANA, "p"), data={"list": "999"}).status_code == 200
    assert world.dump() == before


def test_a_link_to_leave_opens_no_preferences_and_none_of_them_leaves(world: "World") -> None:
    leave, choose = world.post.path(ANA, "u"), world.post.path(ANA, "p")
    assert world.client.get(leave.replace("/u/", "/p/")).status_code == 404
    assert world.client.post(choose.replace("/p/", "/u/")).status_code == 404
    assert world.statuses(ANA) == BOTH


def test_an_erased_reader_is_told_that_nothing_is_kept(world: "World") -> None:
    path = world.post.path(ANA, "p")
    world.erase(ANA)
    assert "no longer keep your address" in world.client.get(path).text
    assert world.client.post(path, data={"list": "1"}).status_code == 200


def test_a_list_without_a_title_is_the_publication_and_never_its_own_name(world: "World") -> None:
    for name in BOTH:
        readership.title_list(world.context.engine, name, "")
    for purpose in "pu":
        for answer in (
            world.client.get(world.post.path(ANA, purpose)),
            world.client.post(world.post.path(ANA, purpose), data={"list": "1"}),
        ):
            assert answer.status_code == 200
            assert "“Dig In”" in answer.text
            assert "morning" not in answer.text
            assert "evening" not in answer.text


def test_a_title_is_text_and_never_markup(world: "World") -> None:
    readership.title_list(world.context.engine, "morning", "<b>Dawn</b> & “dusk”")
    assert "&lt;b&gt;Dawn&lt;/b&gt; &amp; “dusk”" in world.client.get(world.post.path(ANA, "u")).text


def test_a_renamed_list_is_left_by_the_links_of_mails_sent_before(world: "World") -> None:
    readership.rename_list(world.context.engine, "morning", "Frühstück")
    assert world.client.post(world.post.path(ANA, "u")).status_code == 200
    assert world.statuses(ANA) == {"Frühstück": "unsubscribed", "evening": "confirmed"}


def test_an_archived_list_can_still_be_left(world: "World") -> None:
    readership.archive_list(world.context.engine, "morning", now=world.context.clock.now)
    assert "Leave “Dig In at Dawn”" in world.client.get(world.post.path(ANA, "p")).text
    world.client.post(world.post.path(ANA, "u"))
    readership.bring_back_list(world.context.engine, "morning")
    assert world.statuses(ANA) == BOTH | {"morning": "unsubscribed"}


def test_leaving_by_either_page_is_kept_as_consent_taken_back(world: "World") -> None:
    world.client.post(world.post.path(ANA, "u"))
    shown = world.client.get(world.post.path(ANA, "p")).text
    (evening,) = re.findall(r'name="list" value="(\d+)"', shown)
    for _ in range(2):  # again changes nothing
        world.client.post(world.post.path(ANA, "p"), data={"list": evening})
    with read(world.context.engine) as connection:
        steps = consent.steps_of(connection, world.id_of(ANA))
    assert [(step.list_name, step.kind, step.source) for step in steps] == [
        ("morning", "confirmed", "command"),
        ("evening", "confirmed", "command"),
        ("morning", "unsubscribed", "link"),
        ("evening", "unsubscribed", "link"),
    ]
