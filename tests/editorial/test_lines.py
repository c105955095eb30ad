"""Headlines, labels and captions are known however they were typed, or the line to write is shown."""

import pytest
from editorial.briefs import FRONT, fault, faults, faults_if_any, now, paragraphs, parse, section, words
from hypothesis import given, settings
from hypothesis import strategies as st
from letters import written
from samples import examples

NOW = "\n\n**What’s going on now:** Now.\n"


def story(headline: str = "# A headline", background: str = "**Background:** In 1999.") -> str:
    return f"{FRONT}{headline}\n\n{background}{NOW}"


@pytest.mark.parametrize(
    "begin",
    [
        "**Background:**In 1999.",
        "**Background:** In 1999.",
        "**Background:**\u00a0In 1999.",
        "**Background:**\u200bIn 1999.",
        "**Background** : In 1999.",
        "**Background**:In 1999.",
        "**Background: **In 1999.",
        "**Background: ** In 1999.",
        "** Background:** In 1999.",
        "** Background: ** In 1999.",
        "**Background：**In 1999.",
        "**Background**：In 1999.",
        "Background：In 1999.",
        "__Background:__In 1999.",
        "*Background:*In 1999.",
        "***Background:***In 1999.",
        "\u200b**Background:** In 1999.",
        "\u00a0**Background:** In 1999.",
        "\ufeffBackground: In 1999.",
        "**\u2060Background\u2060:**\u2060 In 1999.",
        "**Back\u00adground:** In 1999.",
        "**Background:** {#background}\nIn 1999.",
        "## Background\nIn 1999.",
        "##Background\nIn 1999.",
        "##\u00a0Background\nIn 1999.",
        "##\u3000Background\nIn 1999.",
        "\u200b## Background\nIn 1999.",
        "## **Background**\nIn 1999.",
        "## **Background** {#background}\nIn 1999.",
        "## Background {#background-1 .unnumbered}\nIn 1999.",
        "## Background： {#background}\nIn 1999.",
        "## Background \\{#background\\}\nIn 1999.",
        "### __Background:__\nIn 1999.",
    ],
)
def test_a_label_is_known_however_it_was_typed(begin: str) -> None:
    assert paragraphs(section(parse(story(background=begin)), "background")) == ["In 1999."]


@pytest.mark.parametrize(
    "line",
    [
        "#\u00a0A headline",
        "# \u00a0A headline",
        "#\u202fA headline",
        "#\u3000A headline",
        "#\u200b A headline",
        "#\ufeffA headline",
        "\ufeff# A headline",
        "\u200b# A headline",
        "\u2060 # A headline",
        "# A headline {#a-headline}",
        "# A headline\u00a0{#a-headline}",
        "# **A headline** {#a-headline}",
        "# **A headline**",
        "# __A headline__",
        "#\tA headline",
        "# A headline\u200b",
    ],
)
def test_a_headline_is_known_however_it_was_typed(line: str) -> None:
    issue = parse(story(headline=line))

    assert words(issue.stories[0].headline) == "A headline"
    assert not any(token.tag == "strong" for token in issue.stories[0].headline)


@pytest.mark.parametrize(
    "headline", ["Learn C #", "The key of F #", "C# and F#", "Braces {a} and {b}", "**Two** and **three**"]
)
def test_words_of_a_headline_stay_whole(headline: str) -> None:
    assert words(parse(story(headline=f"# {headline}")).stories[0].headline) == headline.replace("**", "")


@pytest.mark.parametrize(
    "text",
    [
        "#MeToo began in 2017.",
        "#1 again, says the team.",
        "##linux is a channel.",
        "Background noise is everywhere.",
        "**Background check:**none.",
        "**Background: all of it bold** and this not.",
        "A key: {#anchor} in a sentence.",
        "ZW\u200bSP, Do\u00adnau, 10\u00a0€ and 👨\u200d👩\u200d👧.",
    ],
)
def test_what_only_looks_like_syntax_is_text(text: str) -> None:
    shown = paragraphs(section(parse(now(text)), "now")) if "all of it" not in text else [text]

    assert shown[-1].replace("*", "") == text.replace("*", "")


def test_code_is_left_as_it_is() -> None:
    code = "##Background\n#\u00a0x\n**Background:**y\n![a](b.jpg “c”)"
    for block in (f"```\n{code}\n```", f"~~~~\n{code}\n```\n~~~~"):
        (shown,) = [
            token.content for token in section(parse(now(block)), "now").body if token.type == "fence"
        ]
        assert shown.startswith(code)


@pytest.mark.parametrize(
    ("headline", "written"),
    [
        ("**A bold headline**", "# A bold headline"),
        ("__A bold headline__", "# A bold headline"),
        ("#Headline without a space", "# Headline without a space"),
        ("##Headline without a space", "# Headline without a space"),
        ("## A headline of level two", "# A headline of level two"),
        ("A headline underlined\n---", "# A headline underlined"),
        ("\\# A headline with a backslash", "# A headline with a backslash"),
        ("＃ A headline with a wide sign", "# A headline with a wide sign"),
        ("A headline of words alone", "# A headline of words alone"),
    ],
)
def test_what_was_meant_as_a_headline_is_all_that_is_reported(headline: str, written: str) -> None:
    (found,) = faults(story(headline=headline))

    assert (found.code, found.line) == ("brief-headline-missing", 4)
    assert found.hint.endswith(written)
    assert faults_if_any(story(headline=written)) == ()


def test_a_first_headline_is_missed_though_a_second_story_has_one() -> None:
    text = story(headline="**A bold headline**") + "\n" + story().removeprefix(FRONT)
    (found,) = faults(text)

    assert (found.code, found.line) == ("brief-headline-missing", 4)


def test_a_paragraph_before_the_headline_is_none() -> None:
    assert [finding.code for finding in faults(f"{FRONT}A note.\n\n{story().removeprefix(FRONT)}")] == [
        "brief-before-headline"
    ]


@pytest.mark.parametrize(
    ("begin", "said", "written"),
    [
        ("**Background** In 1999.", "no colon", "**Background:** In 1999."),
        ("**Background**\n\nIn 1999.", "no colon", "**Background:**"),
        ("Background\n\nIn 1999.", "no colon", "**Background:**"),
        ("*Background* – in 1999.", "no colon", "**Background:** – in 1999."),
        ("Background – in 1999.", "no colon", "**Background:** in 1999."),
        ("Background; in 1999.", "no colon", "**Background:** in 1999."),
        ("BACKGROUND. In 1999.", "no colon", "**BACKGROUND:** In 1999."),
        ("**Backgruond:** In 1999.", "Did you mean “Background”?", "**Background:** In 1999."),
        ("**KnownBackgrounds:** In 1999.", "Did you mean “Background”?", "**Background:** In 1999."),
        ("Back ground: In 1999.", "Did you mean “Background”?", "**Background:** In 1999."),
        ("**Some shit you should know before you dig in** In 1999.", "no colon", "dig in:** In 1999."),
        ("- **Background:** In 1999.", "within a list", "paragraph of its own"),
        ("> **Background:** In 1999.", "within a list, a quote", "paragraph of its own"),
        ("A lede.\n**Background:** In 1999.", "does not begin a paragraph", "empty line above line 7"),
    ],
)
def test_a_label_that_is_not_known_is_reported_with_its_line_and_what_to_write(
    begin: str, said: str, written: str
) -> None:
    (found,) = faults(story(background=begin))

    assert (found.code, found.line) == ("brief-label-missing", 7 if "lede" in begin else 6)
    assert said in found.message
    assert written in found.hint


def test_two_labels_in_one_paragraph_are_reported_with_the_line_of_the_second() -> None:
    found = fault(
        f"{FRONT}# A headline\n\n**Background:** In 1999.\n**What’s going on now:** Now.\n",
        "brief-label-missing",
    )

    assert (found.line, "line 7" in found.hint) == (7, True)


def test_text_that_only_mentions_a_label_is_not_taken_for_one() -> None:
    found = fault(f"{FRONT}# A headline\n\nBackground noise is loud.{NOW}", "brief-label-missing")

    assert found.line == 4


@pytest.mark.parametrize(
    ("title", "caption"),
    [
        ('"He said "no" to me"', 'He said "no" to me'),
        ('"He said \\"no\\" to me"', 'He said "no" to me'),
        ("“Rivers: a #1 view”", "Rivers: a #1 view"),
        ("„Der Fluss (1999)“", "Der Fluss (1999)"),
        ("«Le fleuve»", "Le fleuve"),
        ("'It's here'", "It's here"),
        ('"A # sign, (brackets), a: colon & more"', "A # sign, (brackets), a: colon & more"),
        ('"“Curly” within"', "“Curly” within"),
        ('"One" and "two"', 'One" and "two'),
    ],
)
def test_a_caption_is_taken_whole(title: str, caption: str) -> None:
    for line in (f"![A gate](gate.jpg {title})", f"[![A gate](gate.jpg {title})](https://example.org)"):
        (picture,) = parse(now(line)).pictures
        assert (picture.src, picture.caption) == ("gate.jpg", caption)


def test_a_file_name_with_brackets_keeps_its_caption() -> None:
    (picture,) = parse(now("![A gate](gate(1).jpg “The gate”)")).pictures

    assert (picture.src, picture.caption) == ("gate(1).jpg", "The gate")


@pytest.mark.slow
@settings(max_examples=examples(150))
@given(
    st.sampled_from(["**", "*", "__", "_", "***"]),
    st.text("\u200b\u2060\ufeff\u00a0 \u202f\u00ad", max_size=2),
    st.sampled_from([":{m}", "{m}:", "：{m}", "{m}："]),
    st.text("\u200b\u2060\ufeff\u00a0 \u202f\u3000", max_size=2),
)
def test_any_label_in_any_emphasis_with_any_spaces_begins_its_section(
    mark: str, before: str, colon: str, after: str
) -> None:
    end = colon.format(m=mark)
    for begin in (
        f"{mark}{before}Background{before}{end}{after}Word",
        f"{before}{mark}Background{end}{after}Word",
    ):
        assert paragraphs(section(parse(story(background=begin)), "background")) == ["Word"]


@pytest.mark.parametrize("gap", ["\u200b", "\u2060", "\xa0", "\u3000", "\ufeff", "\u200b ", " \u200e"])
@pytest.mark.parametrize("mark", ["-", "*", "+"])
def test_a_blank_of_another_kind_after_a_lists_mark_is_a_space(mark: str, gap: str) -> None:
    html, text = written(f"{mark}{gap}one\n{mark}{gap}two")
    assert text == "- one\n- two"
    assert html.count("<li") == 2


@pytest.mark.parametrize("gap", ["\u200b", "\u2060"])
def test_what_only_begins_like_an_item_is_none(gap: str) -> None:
    assert "<li" not in written(f"*{gap}bold* text")[0]
    assert "<li" not in written(f"12.{gap}Januar 2026")[0]


@pytest.mark.parametrize("odd", ["\u200b", "\xa0", "\ufeff"])
def test_code_ends_at_its_fence_whatever_invisible_character_stands_there(odd: str) -> None:
    html, _ = written(f"```{odd}\nx\n```{odd}\n\nBelow the code.")
    assert "Below the code.</p>" in html


@pytest.mark.parametrize("odd", ["\u200b", "\u2060", "\xa0", "\ufeff"])
def test_a_merge_field_is_one_whatever_invisible_character_stands_in_it(odd: str) -> None:
    html, _ = written(f"Hi {{{{{odd}first_name{odd} or {odd}“you”{odd}}}}}.")
    assert "-nl.first_name" in html
