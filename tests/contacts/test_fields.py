"""Fields: what a brief can say of a reader."""

import html

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.contacts.fields import (
    MAX_ATTRIBUTES,
    MAX_NAME,
    attributes,
    clean,
    cost,
    field_name,
    fits,
    recipient_values,
    shorten,
)
from newsletter.errors import AudienceError


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("First Name", "first_name"),
        (" E-Mail ", "e_mail"),
        ("Città", "citta"),
        ("MEMBER_RATING", "member_rating"),
        ("2nd choice", "column_2nd_choice"),
        ("Город", ""),
        ("{{ x }}", "x"),
        ("a" * 100, "a" * 40),
    ],
)
def test_a_header_becomes_a_plain_field_name(header: str, name: str) -> None:
    assert field_name(header) == name


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("  Ann \t Lee\r\nSmith ", "Ann Lee Smith"),
        ("A\x00n\x1bn\x7f", "Ann"),
        ("\u202egpj.exe\u2066", "gpj.exe"),
        ('Ann <b>"x"</b>; -nl., {{ }} \'', 'Ann <b>"x"</b>; -nl., {{ }} \''),
        ("👩\u200d👧 نور", "👩\u200d👧 نور"),
        ("\ud800Ann", "Ann"),
        ("a\u2028b\u0085c", "a b c"),
    ],
)
def test_control_characters_go_and_the_rest_stays(written: str, kept: str) -> None:
    assert clean(written) == kept


def test_names_are_completed_from_each_other() -> None:
    assert recipient_values("a@x.example", "Ann van Dam", {"city": "Oslo"}) == {
        "email": "a@x.example",
        "name": "Ann van Dam",
        "first_name": "Ann",
        "last_name": "van Dam",
        "city": "Oslo",
    }
    assert recipient_values("a@x.example", "", {"first_name": "Ann", "last_name": "Lee"})["name"] == "Ann Lee"
    assert recipient_values("a@x.example", "Ann", {})["last_name"] == ""
    assert recipient_values("a@x.example", "Lee, Ann", {})["first_name"] == "Ann"
    assert recipient_values("a@x.example", "", {})["first_name"] == ""


def test_what_readers_said_of_themselves_wins_over_what_is_guessed() -> None:
    values = recipient_values("a@x.example", "Dr Ann Lee", {"first_name": "Ann"})
    assert (values["first_name"], values["last_name"]) == ("Ann", "Lee")


_hostile = st.text(st.sampled_from("aé\"'&<>😀\n"), max_size=400)


@given(_hostile, _hostile, _hostile, st.dictionaries(st.sampled_from(["city", "note", "x"]), _hostile))
def test_no_readers_values_come_near_sendgrids_ten_thousand_bytes(
    name: str, first: str, last: str, more: dict[str, str]
) -> None:
    attrs = {key: clean(value) for key, value in more.items()}
    if not fits(attrs):
        return
    attrs |= {"first_name": shorten(clean(first)), "last_name": shorten(clean(last))}
    values = recipient_values("a" * 240 + "@x.example", shorten(clean(name)), attrs)
    assert sum(len(v.encode()) + len(html.escape(v).encode()) for v in values.values()) <= 8_000


@given(st.text())
def test_the_cost_is_the_bytes_as_it_is_and_escaped(text: str) -> None:
    whole = text.encode(errors="replace").decode()
    assert cost(whole) == len(whole.encode()) + len(html.escape(whole).encode())


def test_a_long_name_is_cut_and_costs_nobody_the_mail() -> None:
    assert shorten("x" * 101) == "x" * (MAX_NAME - 1) + "…"
    assert shorten("x" * 100) == "x" * 100


def test_attributes_by_hand_are_bounded_and_named_plainly() -> None:
    assert attributes({"Home Town": " Oslo ", "empty": ""}) == {"home_town": "Oslo"}
    for bad in ("", "email", "unsubscribe_url"):
        with pytest.raises(AudienceError, match="can be called"):
            attributes({bad: "x"})
    with pytest.raises(AudienceError, match="bytes"):
        attributes({"note": "x" * (MAX_ATTRIBUTES // 2 + 1)})
