"""Words in another language: marked in the brief, marked in the mail, invisible to those who read."""

import re

import pytest
from letters import brief, letter, read, story
from lxml import html as lxml_html

from newsletter.errors import IssueError


def marked(now: str, language: str = "en") -> list[tuple[str, str | None, str]]:
    """Return language, direction and words of all that is marked in a story's text."""
    body = lxml_html.fromstring(letter(brief(story(now=now)), language=language).html).find("body")
    return [(str(s.get("lang")), s.get("dir"), s.text_content()) for s in body.xpath("//span[@lang]")]


def faults(text: str) -> list[tuple[int | None, str]]:
    with pytest.raises(IssueError) as raised:
        read(text)
    return [(finding.line, finding.code) for finding in raised.value.findings]


@pytest.mark.parametrize(
    ("now", "language", "words"),
    [
        ("He said [bonjour]{lang=fr} twice.", "fr", "bonjour"),
        ('A [Weltanschauung]{lang="de"}.', "de", "Weltanschauung"),
        ("A [saudade]{ lang = 'pt-BR' }.", "pt-BR", "saudade"),
        ("A [Angst]{lang=“de”} as pasted.", "de", "Angst"),
        ("**[gras *et* italique]{lang=fr}** here.", "fr", "gras et italique"),
        ("[le [lien](https://example.org) dedans]{LANG=fr}.", "fr", "le lien dedans"),
        ("| Word |\n|---|\n| [mot]{lang=fr} |", "fr", "mot"),
        ("- [un]{lang=fr}", "fr", "un"),
        ("> [zh]{lang=zh-Hans}", "zh-Hans", "zh"),
        ("[deux\nlignes]{lang=fr} end", "fr", "deux\nlignes"),
        ("[a [b] c]{lang=fr}", "fr", "a [b] c"),
        ("[x]{lang=fr}{{ first_name }}", "fr", "x"),
    ],
)
def test_words_with_a_mark_say_their_language_and_nothing_else(now: str, language: str, words: str) -> None:
    assert marked(now) == [(language, None, words)]
    rendered = letter(brief(story(now=now)))
    assert "lang" not in rendered.text
    assert "{lang" not in rendered.html.lower()


def test_words_of_the_other_direction_say_that_too() -> None:
    assert marked("He said [שלום]{lang=he} and left.") == [("he", "rtl", "שלום")]
    assert marked("Numbers [3, 4]{lang=ar} too.") == [("ar", "rtl", "3, 4")]


@pytest.mark.parametrize(
    "now",
    ["[sic] and [text]{.class}", "[text]{#anchor}", "`[x]{lang=he}`", r"\[x]{lang=he}", "[x] {lang=he}",
     "{lang=he}", "[x{lang=he}", "[x](https://example.org){lang=he}", "[x]{lang}", "x]{lang=he}"],
)  # fmt: skip
def test_what_only_looks_alike_is_left_as_it_is(now: str) -> None:
    assert marked(now) == []


@pytest.mark.parametrize("tag", ["hebrew", "he_IL", "x", "", "12", "de-a"])
def test_a_tag_that_is_none_is_reported_with_its_line(tag: str) -> None:
    text = brief(story(now=f"One line\nand [words]{{lang={tag}}}."))
    line = text.splitlines().index(f"and [words]{{lang={tag}}}.") + 1
    assert faults(text) == [(line, "brief-language")]
    heading = brief(story(now=f"One line\n\n### Words {{lang={tag}}}\n\nMore."))
    assert [code for _, code in faults(heading)] == ["brief-language"]


@pytest.mark.parametrize("headline", ["Un pont rouvert {lang=fr}", "[Un pont *rouvert*]{lang=fr}"])
def test_a_headline_with_a_mark_makes_a_story_of_that_language(headline: str) -> None:
    text = brief(story(), story(headline, background="Il est rouvert.", now="- Un\n- Deux\n\n3,500\n\n`x`"))
    body = lxml_html.fromstring(letter(text).html).find("body")
    own = body.xpath("//h2[contains(@class, 'headline')]")[1]
    assert own.text_content() == "Un pont rouvert"
    assert set(own.xpath(".//@lang")) == {"fr"}
    assert body.xpath("//ol[contains(@class, 'agenda')]/li/@lang") == ["fr"]
    assert {e.tag for e in body.xpath("//*[@lang='fr']")} == {"h2", "span", "p", "ul", "li"}
    assert not body.xpath("//h3[@lang]")  # the labels are the publication's
    assert "{lang" not in letter(text).text


@pytest.mark.parametrize(("tag", "direction"), [("ar", ["rtl"]), ("fr", []), ("az-Arab", ["rtl"])])
def test_a_storys_language_tells_its_direction_before_its_words_do(tag: str, direction: list[str]) -> None:
    text = brief(story(f"2019–2026 {{lang={tag}}}", "1989.", "2026."))
    assert lxml_html.fromstring(letter(text).html).xpath("//h1/@dir") == direction


def test_a_label_with_a_mark_is_still_the_label() -> None:
    text = brief("# A\n\n## Background {lang=en}\n\nIt began.\n\n## What's going on now\n\nIt goes on.\n")
    assert [part.kind for part in read(text).stories[0].parts] == ["background", "now"]  # type: ignore[union-attr]


def test_any_number_of_marks_is_read_and_any_number_of_brackets_refused() -> None:
    many = letter(brief(story(now="[a]{lang=fr}" * 2000)))
    assert len(re.findall('lang="fr"', many.html)) == 2000
    dense = brief(story(now="[" * 3000 + "x]{lang=fr} " + "[a]{lang=fr}" * 2000))
    assert [code for _, code in faults(dense)] == ["brief-too-dense"]
