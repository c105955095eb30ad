"""A new list's name that is nearly a known one is noticed; one that is another is not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.contacts.near import near


@pytest.mark.parametrize(
    "name",
    [
        "Readers",
        "READERS",
        "reader",
        "raeders",
        "readres",
        "eraders",
        "reeders",
        "readerss",
        "reders",
        " readers",
        "rea-ders",
        "re_aders.",
        "réaders",
        "ｒｅａｄｅｒｓ",
        "rеaders",  # a Cyrillic letter: that it looks the same is the point
        "raedres",
        "readers!",
    ],
)
def test_a_slip_of_the_hand_is_near(name: str) -> None:
    assert near(name, ["others", "readers"]) == "readers"


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("readers", "readers"),
        ("readers", "members"),
        ("readers-2025", "readers-2026"),
        ("list 1", "list 2"),
        ("readers2", "readers"),
        ("one", "two"),
        ("uk", "us"),
        ("de", "fr"),
        ("morning", "evening"),
        ("weekly", "weekday"),
        ("News", "Newsroom staff"),
        ("读者", "编辑"),
        ("!!!", "???"),
    ],
)
def test_another_name_is_not_near(name: str, known: str) -> None:
    assert near(name, [known]) is None


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("Story", "stories"),
        ("boxes", "box"),
        ("UK", "uk"),
        ("c'est", "cest"),
        ("Müller-Liste", "muller liste"),
        ("ab", "abs"),
        ("STRASSE", "straße"),
        ("issue 07", "Issue 7"),
        ("café", "cafe\u0301"),
        ("Лист", "лист"),
    ],
)
def test_case_accents_signs_and_plurals_alone_make_no_other_name(name: str, known: str) -> None:
    assert near(name, [known]) == known


def test_of_several_the_nearest_is_named() -> None:
    assert near("memberz", ["numbers", "members", "embers"]) == "members"


@given(st.text(max_size=40), st.lists(st.text(max_size=40), max_size=5))
def test_any_names_can_be_compared_and_one_is_never_near_itself(name: str, names: list[str]) -> None:
    assert near(name, names) in {None, *names} - {name}


@given(st.text("abcdefghijkl", min_size=5, max_size=30), st.data())
def test_one_letter_changed_is_always_near(name: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(name) - 1))
    other = name[:place] + "z" + name[place + 1 :]
    assert near(other, [name]) == name
