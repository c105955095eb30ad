"""Which way text runs: a letter by its language, stories and blocks by their words, numbers by the rest."""

import re

import pytest
from letters import PICTURES, brief, letter, story
from lxml import html as lxml_html
from lxml.html import HtmlElement

ARABIC = story(
    "الجسر يُفتح من جديد بعد أربع سنوات",
    background="أُغلق الجسر القديم في عام 2019 عندما عُثر على شقوق فيه.",
    now="NASA عبرت أولى الحافلات في السادسة من صباح اليوم.\n\n- الأولى\n- الثانية مع كلمة English\n\n3,500",
)
ENGLISH = story(
    "A bridge, reopened", background="It closed in 2019.", now="The first buses crossed at six.\n\n- One"
)


def body(text: str, language: str = "en") -> HtmlElement:
    return lxml_html.fromstring(letter(text, language=language).html).find("body")


def block(now: str, language: str = "en", words: str = "") -> HtmlElement:
    """Return the block around ``words`` (or the last one) of a story with that text, in that language."""
    own = ENGLISH if language == "en" else ARABIC
    text = own.rstrip() + f"\n\nxx\n\n{now}\n\n"
    found = body(brief(text), language).xpath(
        "//*[self::p or self::li or self::blockquote or self::pre or self::h4]"
    )
    inside = [element for element in found if (words or now) in element.text_content()]
    assert inside, now
    return inside[-1]


def runs(element: HtmlElement) -> str:
    """Return the direction an element has by its own or an ancestor's ``dir``."""
    return str(element.xpath("ancestor-or-self::*[@dir][1]/@dir")[-1])


@pytest.mark.parametrize(
    "words",
    [
        "עדכון קצר",
        "2019: השנה שבה נסגר הגשר",
        "NASA הודיעה היום על השיגור",
        "“שלום” אמר ראש העיר",
        "ראו https://example.org/a https://example.org/b a@example.org b@example.org",
        "חברת Open Source Initiative Foundation הודיעה אתמול",
        "iPhone 17 Pro הגיע לישראל אתמול בבוקר",
        "به روزرسانی کوتاه",
        "ܫܠܡܐ ܥܠܡܐ",
        "ދިވެހި ބަސް",
        "ߒߞߏ ߞߊ߲",
        "*הדגשה* בתחילת המשפט",
    ],
)
def test_a_paragraph_of_right_to_left_words_runs_so_in_an_english_letter(words: str) -> None:
    found = block(words, words=words.strip("*").split("*")[0])
    assert found.get("dir") == "rtl"
    assert "text-align:right" in found.get("style").replace(": ", ":")


@pytest.mark.parametrize(
    "words",
    ["He said שלום and left", "«نعم», said the mayor of the town, and went", "3,500", "12:30", "— … —",
     "Žluťoučký kůň", "Ελληνικά", "中国", "x = 1"],
)  # fmt: skip
def test_any_other_paragraph_says_nothing_in_an_english_letter(words: str) -> None:
    assert block(words).get("dir") is None


@pytest.mark.parametrize("words", ["3,500", "12:30", "— … —", "+1 (555) 010-9999"])
def test_what_has_no_letters_runs_as_what_is_around_it(words: str) -> None:
    assert runs(block(words)) == "ltr"
    assert runs(block(words, "ar")) == "rtl"
    assert runs(block(f"> עדכון קצר\n>\n> {words}", words=words)) == "rtl"


def test_an_english_paragraph_in_an_arabic_letter_runs_left_to_right() -> None:
    found = block("An English paragraph, in whole.", "ar")
    assert (found.get("dir"), "text-align:left" in found.get("style")) == ("ltr", True)


def test_lists_and_quotes_take_their_marks_and_rules_to_the_side_they_begin_at() -> None:
    page = body(brief(story(now="- أولى\n- ثانية\n\n> اقتباس قصير\n\n1. واحد\n   - متداخل\n")))
    lists = page.xpath("//ul[@dir] | //ol[@dir]")
    assert [found.get("dir") for found in lists] == ["rtl", "rtl"]
    assert all("padding-right:24px" in found.get("style") for found in lists)
    assert all("padding-left:0" in found.get("style") for found in lists)
    quote = page.xpath("//blockquote")[0]
    assert "border-right:2px solid" in quote.get("style")
    assert "border-left:0" in quote.get("style")
    assert not page.xpath("//ul//ul/@dir | //ol//ul/@dir | //ul/li/@dir | //ol/li/@dir | //blockquote/p/@dir")


def test_in_an_arabic_letter_it_is_english_that_is_turned() -> None:
    text = ARABIC.rstrip() + "\n\n- One more\n- And two\n\n> A quote in English\n\n> اقتباس\n"
    page = body(brief(text), "ar")
    english = page.xpath("//ul[@dir='ltr']")[0]
    assert "padding-left:24px" in english.get("style")
    assert "padding-right:0" in english.get("style")
    first, second = page.xpath("//blockquote")
    assert (first.get("dir"), "border-left:2px solid" in first.get("style")) == ("ltr", True)
    assert (second.get("dir"), "border-right:2px solid" in second.get("style")) == (None, True)


def test_an_item_that_runs_the_other_way_has_room_for_its_mark() -> None:
    page = body(brief(story(now="- One of some\n- פריט בעברית\n- Two of them")))
    mixed = page.xpath("//ul")[0]
    assert mixed.get("dir") is None
    assert {"padding-left:24px", "padding-right:24px"} <= set(mixed.get("style").replace(" ", "").split(";"))
    assert [item.get("dir") for item in mixed] == [None, "rtl", None]


def test_code_reads_from_the_left_wherever_it_stands() -> None:
    page = body(brief(ARABIC.rstrip() + "\n\nالأمر `x = f(1);` هنا\n\n```\ndef f(): pass\n```\n"), "ar")
    assert page.xpath("//pre/@dir | //p/code/@dir") == ["ltr", "ltr"]
    plain = body(brief(story(now="The `x = f(1);` here\n\n```\ndef f(): pass\n```\n")))
    assert plain.xpath("//pre/@dir | //code/@dir") == []


def test_a_story_in_another_direction_takes_card_labels_and_line_of_the_agenda_with_it() -> None:
    page = body(brief(ENGLISH, ARABIC))
    cards = page.xpath("//td[contains(@class, 'card')]/@style")
    assert [re.findall(r"border-(left|right): ?4px dashed", style) for style in cards] == [
        ["left"],
        ["right"],
    ]
    assert [item.get("dir") for item in page.xpath("//ol[contains(@class, 'agenda')]/li")] == [None, "rtl"]
    assert [runs(head) for head in page.xpath("//h2[contains(@class, 'headline')]")] == ["ltr", "rtl"]
    labels = page.xpath("//h3[contains(@class, 'mark') or contains(@class, 'news')]")
    assert [runs(label) for label in labels] == ["ltr", "ltr", "rtl", "rtl"]
    assert runs(page.xpath("//p[text()='3,500']")[0]) == "rtl"


def test_english_within_a_turned_story_says_that_it_is_not_turned() -> None:
    page = body(brief(ENGLISH, ARABIC.rstrip() + "\n\n> A quote in English\n\nA paragraph in English.\n"))
    assert page.xpath("//blockquote/@dir") == ["ltr"]
    assert runs(page.xpath("//p[text()='A paragraph in English.']")[0]) == "ltr"


def test_an_english_story_in_a_hebrew_letter_begins_at_the_left_in_all_its_parts() -> None:
    page = body(brief(ARABIC, ENGLISH), "he")
    cards = page.xpath("//td[contains(@class, 'card')]/@style")
    assert [re.findall(r"border-(left|right): ?4px dashed", style) for style in cards] == [
        ["right"],
        ["left"],
    ]
    assert runs(page.xpath("//p[starts-with(text(), 'It closed')]")[0]) == "ltr"
    assert page.xpath("//ul[li[text()='One']]/@dir") == ["ltr"]


def test_a_right_to_left_letter_has_its_card_and_its_quotes_at_the_right() -> None:
    html = letter(brief(ARABIC.rstrip() + "\n\n> اقتباس\n"), language="ar").html
    assert "border-right:4px solid" in html
    assert "border-left:4px" not in html
    assert set(re.findall(r'<td align="(\w+)" class="t', html)) == {"right"}
    assert "padding-right:18px" in html


def test_a_long_quotation_does_not_turn_a_story() -> None:
    quote = "> " + "אמר ראש העיר חיכינו ארבע שנים " * 5
    assert body(brief(story(now=f"The mayor said:\n\n{quote}"))).xpath("//h1/@dir") == []


def test_a_caption_runs_as_its_words_do_and_without_words_as_its_story() -> None:
    assert "pier.png" in PICTURES
    page = body(brief(story(now='![An alt](pier.png "الصورة: وكالة الأنباء")\n\nMore.')))
    assert runs(page.xpath("//*[text()='الصورة: وكالة الأنباء']")[0]) == "rtl"
    turned = body(brief(ENGLISH, ARABIC.rstrip() + '\n\n![An alt](pier.png "2019")\n\nنعم\n'))
    assert runs(turned.xpath("//*[text()='2019']")[0]) == "rtl"


def test_english_words_of_the_theme_read_right_in_a_right_to_left_letter() -> None:
    folio = body(brief(ARABIC, front="subject: x\nnumber: 7"), "fa").xpath(
        "//span[contains(text(), 'min\u00a0read')]"
    )
    assert [span.get("dir") for span in folio] == ["auto"]
    assert not body(brief(ENGLISH)).xpath("//span[@dir]")


def test_a_note_runs_as_its_own_words_do() -> None:
    notes = "\n\nMore[^1] and[^2].\n\n[^1]: A note.\n\n[^2]: הערה בעברית\n"
    page = body(brief(ENGLISH.rstrip() + notes))
    assert [runs(note) for note in page.xpath("//div[@class='notes']/p")] == ["ltr", "rtl"]
    turned = body(brief(ENGLISH, ARABIC.rstrip() + notes.replace("More", "المزيد هنا")))
    assert [runs(note) for note in turned.xpath("//div[@class='notes']/p")] == ["ltr", "rtl"]
    assert runs(turned.xpath("//div[@class='notes']")[0]) == "rtl"


@pytest.mark.parametrize(
    "address", ["https://example.org/a/", "<https://example.org/a/>", "www.example.org/a/"]
)
def test_an_address_in_right_to_left_text_reads_from_the_left(address: str) -> None:
    page = body(brief(ARABIC.rstrip() + f"\n\nانظر {address} هنا\n"), "ar")
    assert page.xpath("//p/a[contains(text(), 'example.org')]/@dir") == ["ltr"]
