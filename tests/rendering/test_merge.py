"""Merge fields: one tag for text and one for HTML, whatever a reader's name."""

import re

from hypothesis import given
from hypothesis import strategies as st
from letters import brief, letter, story

from newsletter.rendering.merge import Merger, personalise, substitutions
from newsletter.rendering.message import MergeField, RenderedMessage, with_short_tags

LINKS = {
    "unsubscribe_url": "https://news-nl.example.org/u/abc-_1",
    "view_url": "https://news-nl.example.org/v/abc",
    "preferences_url": "https://news-nl.example.org/p/abc",
}


def test_html_takes_the_escaped_tag_and_subject_and_text_the_raw_one() -> None:
    message = letter()
    assert "-nl.first_name.h-" in message.html
    assert "-nl.first_name-" not in message.html
    assert "-nl.first_name-" in message.text
    assert ".h-" not in message.text + message.subject


def test_two_defaults_of_one_name_are_two_fields() -> None:
    text = brief(
        story(now='{{ first_name or "you" }} and {{ first_name or "friend" }} and {{ first_name or "you" }}.')
    )
    message = letter(text)
    fields = [(field.key, field.default) for field in message.fields if field.name == "first_name"]
    assert fields == [("first_name", "you"), ("first_name.2", "friend")]
    personal = personalise(message, substitutions(message, LINKS))
    assert "you and friend and you." in personal.text
    assert "you and friend and you." in personal.html


def test_a_reader_gets_their_own_values_everywhere_and_no_tag_is_left() -> None:
    message = letter()
    personal = personalise(message, substitutions(message, {"first_name": "Ana", **LINKS}))
    assert personal.subject == "The pier reopens, Ana"
    assert "Good morning, Ana." in personal.text
    assert "Good morning, Ana." in personal.html
    for part in (personal.subject, personal.html, personal.text):
        assert not re.search(r"-nl\.[a-z_0-9.]+-", part)
    assert personal.html.count(LINKS["unsubscribe_url"]) == personal.text.count(LINKS["unsubscribe_url"]) == 1


def test_a_signed_link_passes_as_it_is_even_from_a_host_that_looks_like_a_tag() -> None:
    assert substitutions(letter(), LINKS)["-nl.unsubscribe_url-"] == "https://news-nl.example.org/u/abc-_1"


def test_a_default_stands_in_for_an_empty_or_unprintable_value() -> None:
    merge = Merger(letter())
    for value in ("", "  ", "\r\n", "\x00", "-nl."):
        assert merge({"first_name": value})["-nl.first_name-"] == "reader"
        assert merge({"first_name": value})["-nl.first_name.h-"] == "reader"


def test_a_hostile_name_keeps_what_is_harmless() -> None:
    values = substitutions(letter(), {"first_name": 'A"; <b>\r\nBcc: x-nl.-nl.nl.&\u202e'})
    assert values["-nl.first_name-"] == 'A"; <b> Bcc: xnl.&'
    assert values["-nl.first_name.h-"] == "A&quot;; &lt;b&gt; Bcc: xnl.&amp;"


def test_a_prefix_that_comes_together_again_is_taken_out_again() -> None:
    assert (
        substitutions(letter(), {"first_name": "a-n-nl.l.first_name-"})["-nl.first_name-"] == "afirst_name-"
    )


def test_only_tags_the_message_uses_are_given() -> None:
    field = MergeField("city", "city", "here")
    in_text = RenderedMessage("s", "", "<p>no</p>", "in -nl.city-", (field,))
    in_html = RenderedMessage("s", "", "<p>-nl.city.h-</p>", "no", (field,))
    assert substitutions(in_text, {"city": "Faro"}) == {"-nl.city-": "Faro"}
    assert substitutions(in_html, {"city": "Faro & co"}) == {"-nl.city.h-": "Faro &amp; co"}


def test_a_value_is_not_read_again_for_tags() -> None:
    fields = (MergeField("a", "a", ""), MergeField("b", "b", ""))
    message = RenderedMessage("-nl.a-", "", "", "-nl.b-", fields)
    assert personalise(message, {"-nl.a-": "-nl.b-", "-nl.b-": "x"}).subject == "-nl.b-"


@given(st.text(max_size=60))
def test_no_value_carries_a_control_character_a_tag_or_markup(value: str) -> None:
    found = substitutions(_MESSAGE, {"name": value})
    raw, html = found["-nl.name-"], found["-nl.name.h-"]
    assert not re.search("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e]", raw)
    assert "-nl." not in raw
    assert not re.search("[<>\"']", html)
    raw.encode()
    assert raw


_MESSAGE = RenderedMessage("-nl.name-", "", "-nl.name.h-", "", (MergeField("name", "name", "you"),))


def test_short_tags_put_the_same_values_in_the_same_places() -> None:
    message = letter()
    short = with_short_tags(message)
    values = {**LINKS, "first_name": "Ann <3"}
    assert personalise(short, substitutions(short, values)) == personalise(
        message, substitutions(message, values)
    )
    assert "first_name" not in short.subject + short.html + short.text
