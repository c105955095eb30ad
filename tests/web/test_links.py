"""Links: what is forged, cut, stretched or meant for something else leads nowhere, and says the same."""

import base64
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from samples import examples
from signed import first_token, token

from newsletter.contacts.links import Purpose, Reference
from newsletter.readership import follow

if TYPE_CHECKING:
    from conftest import World

ANA = "ana@example.org"
KEY, OTHER = b"k" * 32, b"o" * 32
NOW = 1_796_000_000_000_000
IDS = st.integers(min_value=0, max_value=2**32 - 1)
Form = Callable[[bytes, Purpose, int, int], str]
FORMS = pytest.mark.parametrize("form", [token, first_token])
TOKEN_CHARACTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


def _spoilt(token: str) -> dict[str, str]:
    swapped = "A" if token[0] != "A" else "B"
    return {
        "forged": swapped + token[1:],
        "one letter short": token[:-1],
        "half": token[:20],
        "stretched": token + "A",
        "stretched behind a break": token[:-1] + "%20" + token[-1] + "A",
        "stretched by a whole one": token * 2,
        "in another case": token.swapcase(),
        "empty but for a space": "%20",
        "long": token * 100,
        "not ASCII": "ü" * 40,
        "not ASCII, as long as one of the first form": "ü" * 43,
        "a null byte": token[:-1] + "%00",
        "a slash inside": token[:10] + "%2F" + token[10:],
        "a letter in place of another": token[:10] + "%2F" + token[11:],
        "one letter short and a full stop": token[:-1] + ".",
        "climbing": "..%2F" + token,
    }


@pytest.mark.parametrize("how", _spoilt("x" * 40))
@pytest.mark.parametrize("page", ["u", "v"])
def test_a_spoilt_link_leads_nowhere_and_changes_nothing(world: "World", page: str, how: str) -> None:
    path = world.post.path(ANA, page)
    spoilt = f"/{page}/" + _spoilt(path.rpartition("/")[2])[how]
    before = world.dump()
    assert world.client.get(spoilt).status_code == 404
    assert world.client.post(spoilt).status_code in {404, 405}
    assert world.dump() == before


TAILS = (
    ".", ",", ">", ")", "]", '"', "'", ";", "!", "/", "=", "*", "_", "|mail", "\\", ").", ">,", "//",
    "%2E", "%3E", "%29", "%22", "%20", "%0D%0A", "%252E", "%253E", "%E2%80%8B", "%C2%A0", "=3D",
    "&amp;utm_source=mail", "&utm_source=mail", "?utm_source=mail", "%3Futm=1", "#top", "/index.html",
    "%5D(https:", "…", "%20and%20more",
)  # fmt: skip
BREAKS = ("%20", "%0D%0A", "%0A", "=%0D%0A", "%3D%0D%0A", "%09", "%C2%AD", "%E2%80%8B", "%0D%0A%20")
FRONTS = ("%20", "%3C", "%22", "'", "%28")


@pytest.mark.parametrize("page", ["u", "v", "p"])
def test_a_link_as_a_mail_program_mangles_it_still_opens(world: "World", page: str) -> None:
    path = world.post.path(ANA, page)
    begin, _, token = path.rpartition("/")
    mangled = [
        *(path + tail for tail in TAILS),
        *(f"{begin}/{token[:20]}{mark}{token[20:]}" for mark in BREAKS),
        *(f"{begin}/{front}{token}" for front in FRONTS),
        f"{begin}/{token[:7]}%20{token[7:30]}=%0D%0A{token[30:]}%20.",
    ]
    plain = world.client.get(path)
    assert plain.status_code == 200
    for link in mangled:
        answer = world.client.get(link)
        assert (answer.status_code, answer.history, answer.text) == (200, [], plain.text), link


def test_a_mangled_link_also_leaves(world: "World") -> None:
    assert world.client.post(world.post.path(ANA, "u") + ".").status_code == 200
    assert world.statuses(ANA)["morning"] == "unsubscribed"


def _follow(keys: Sequence[bytes], purpose: Purpose, link: str) -> Reference | None:
    return follow(keys, purpose, link, now=NOW)


@FORMS
@given(reader=IDS, mailing=IDS, tail=st.text(max_size=30))
@example(7, 9, "___")  # 40 characters and three of the alphabet: as long as a token of the first form
@example(7, 9, "----")
def test_whatever_stands_behind_a_token_it_is_followed_unless_it_could_be_more_of_one(
    form: Form, reader: int, mailing: int, tail: str
) -> None:
    found = _follow((KEY,), "view", form(KEY, "view", reader, mailing) + tail)
    stretched = tail.lstrip("-_")[:1] in set(TOKEN_CHARACTERS) if tail.lstrip("-_") else False
    assert (found is None) == stretched


def test_every_way_of_leading_nowhere_looks_the_same(world: "World") -> None:
    ana, mailing = world.id_of(ANA), 1
    gone = world.id_of("bob@example.org")
    world.erase("bob@example.org")
    paths = [
        "/v/" + world.token("unsubscribe", ana, mailing),
        "/u/" + world.token("view", ana, mailing),
        "/u/" + world.token("preferences", ana, mailing),
        "/u/" + world.token("unsubscribe", ana, mailing, key=OTHER),
        "/v/" + world.token("view", gone, mailing),
        "/v/" + world.token("view", world.id_of("cem@example.org"), mailing),
        "/v/" + world.token("view", ana, 999),
        "/v/" + world.token("view", 0, 0),
        "/v/" + world.token("view", 2**48 - 1, 2**32 - 1),
        "/v/" + first_token(world.site.keys[0], "view", 2**63 - 1, 2**63 - 1),
        "/v/" + first_token(world.site.keys[0], "view", 2**64 - 1, 2**64 - 1),
        "/u/nonsense",
        "/nowhere",
    ]
    answers = [world.client.get(path) for path in paths]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.text for answer in answers}) == 1
    assert (
        len(
            {
                str(sorted(set(answer.headers.items()) - {("date", answer.headers["date"])}))
                for answer in answers
            }
        )
        == 1
    )


@FORMS
def test_a_key_that_was_replaced_still_opens_its_links(form: Form) -> None:
    link = form(OTHER, "unsubscribe", 3, 7)
    assert _follow((KEY,), "unsubscribe", link) is None
    found = _follow((KEY, OTHER), "unsubscribe", link)
    assert found is not None
    assert (found.reader, found.mailing) == (3, 7)


@FORMS
@given(reader=IDS, mailing=IDS)
def test_a_link_says_which_reader_it_is_about_for_its_own_purpose_alone(
    form: Form, reader: int, mailing: int
) -> None:
    link = form(KEY, "unsubscribe", reader, mailing)
    found = _follow((KEY,), "unsubscribe", link)
    assert found is not None
    assert (found.reader, found.mailing) == (reader, mailing)
    assert _follow((KEY,), "view", link) is None
    assert _follow((KEY,), "preferences", link) is None
    assert _follow((OTHER,), "unsubscribe", link) is None


@FORMS
@example(reader=2859, mailing=138, place=42, letter="F")
@given(reader=IDS, mailing=IDS, place=st.integers(0, 42), letter=st.sampled_from(TOKEN_CHARACTERS))
def test_no_single_letter_can_be_changed(
    form: Form, reader: int, mailing: int, place: int, letter: str
) -> None:
    link = form(KEY, "view", reader, mailing)
    place %= len(link)
    changed = link[:place] + letter + link[place + 1 :]
    # The last letter of 43 holds two bits that stand for nothing: they make no second valid link.
    assert (_follow((KEY,), "view", changed) is not None) == (changed == link)


@given(st.binary(min_size=32, max_size=32))
@example(b"\0" * 32)
def test_no_bytes_of_the_right_length_are_a_link_by_chance(raw: bytes) -> None:
    assert _follow((KEY,), "unsubscribe", base64.urlsafe_b64encode(raw).decode().rstrip("=")) is None
    assert _follow((KEY,), "unsubscribe", base64.urlsafe_b64encode(raw[:30]).decode()) is None


@pytest.mark.parametrize("page", ["u", "v", "p"])
def test_a_link_of_the_first_form_opens_its_page_and_leaves(world: "World", page: str) -> None:
    purpose: Purpose = {"u": "unsubscribe", "v": "view", "p": "preferences"}[page]  # type: ignore[assignment]
    link = first_token(world.site.keys[0], purpose, world.id_of(ANA), 1)
    shown = world.client.get(f"/{page}/{link}")
    assert (shown.status_code, shown.text) == (200, world.client.get(world.post.path(ANA, page)).text)
    if page == "u":
        assert world.client.post(f"/u/{link}").status_code == 200
        assert world.statuses(ANA)["morning"] == "unsubscribed"


@settings(
    max_examples=examples(50),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    deadline=None,
)
@given(st.text(max_size=60))
def test_any_text_at_all_in_a_link_is_answered_and_changes_nothing(world: "World", text: str) -> None:
    from urllib.parse import quote

    for page in ("u", "v", "pictures"):
        answer = world.client.get(f"/{page}/{quote(text, safe='', errors='replace')}")
        assert answer.status_code == 404, answer.text
    assert world.statuses(ANA)["morning"] == "confirmed"
