"""Bad templates are named with file and line; what the compiler would damage is repaired."""

from typing import Any

import pytest
from letters import FULL, PICTURES, PUBLICATION, SOURCES, letter, read, templates_with

from newsletter.errors import RenderError
from newsletter.rendering.html.inline import visible_text
from newsletter.rendering.mjml.compile import compile_mjml
from newsletter.rendering.mjml.faults import MjmlFault
from newsletter.rendering.mjml.repair import repair
from newsletter.rendering.publication import Publication
from newsletter.rendering.render import compile_mjml_source, render

WRAP = "<mjml><mj-body><mj-section><mj-column>{}</mj-column></mj-section></mj-body></mjml>"


def refusal(templates: Any) -> RenderError:
    with pytest.raises(RenderError) as caught:
        render(read(FULL), PUBLICATION, templates, pictures=PICTURES)
    return caught.value


def place(error: RenderError) -> str:
    return f"{error.file}:{error.line}"


FOOT = SOURCES["default/foot.mjml.j2"]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("<mj-txt>x</mj-txt>", "<mj-txt> is no MJML tag"),
        ('<mj-text colour="#000000">x</mj-text>', "<mj-text> has no attribute colour"),
        ('<mj-text color="#000">x</mj-text>', 'color="#000" of <mj-text> is no colour of six'),
        ('<mj-text color="red">x</mj-text>', 'color="red" of <mj-text> is no colour'),
        ('<mj-text padding="wide">x</mj-text>', 'padding="wide" of <mj-text> should be unit'),
        ('<mj-text align="middle">x</mj-text>', 'align="middle"'),
        ('<mj-text align="left" align="left">x</mj-text>', "is written twice"),
        ("<mj-text color=#000000>x</mj-text>", "is no well-formed tag"),
        ("<mj-section></mj-section>", "<mj-section> may not stand in <mj-column>"),
        ('<mj-image src="https://x.example/y.png" />', "<mj-image> has no alt"),
        ("bare words", "“bare words” stands outside of any text"),
        ("<mj-text>never closed", "is never closed"),
        ("</mj-group>", "</mj-group> closes nothing here"),
        ('<mj-text mj-class="a b">x</mj-text>', "names two classes"),
        ('<mj-include path="x" />', "<mj-include> is no MJML tag"),
        ("<mj-social></mj-social>", "<mj-social> is no MJML tag"),
        ("<mj-text><p>x</mj-text>", "The HTML in <mj-text> is not well-formed"),
        ("<mj-text>1 < 2</mj-text>", "The HTML in <mj-text> is not well-formed"),
        ("<mj-text></b></mj-text>", "The HTML in <mj-text> is not well-formed"),
        ("<mj-text><p class=x>x</p></mj-text>", "The HTML in <mj-text> is not well-formed"),
        ("<mj-text><![CDATA[x]]></mj-text>", "The HTML in <mj-text> is not well-formed"),
        ("<mj-text>" + "<b>" * 200 + "</b>" * 200 + "</mj-text>", "nested more than 100 deep"),
        ("{{ nobody }}", "'nobody' is undefined"),
        ("{{ 1 / 0 }}", "division by zero"),
        ('{% include "default/none.j2" %}', "There is no template default/none.j2"),
        ("{% if %}", "The template cannot be read"),
        ('<mj-style>{{ css("none.css") }}</mj-style>', "There is no such CSS file"),
    ],
)
def test_a_mistake_in_a_partial_is_reported_with_its_file_and_line(line: str, message: str) -> None:
    lines = FOOT.splitlines()
    broken = "\n".join([*lines[:3], line, *lines[3:]])
    error = refusal(templates_with(foot=broken))
    assert message in str(error)
    if "css(" not in line:
        assert place(error) == "default/foot.mjml.j2:4"


def test_a_mistake_further_down_an_html_block_has_its_own_line() -> None:
    lines = FOOT.splitlines()
    block = ["<mj-text>", "<p>fine</p>", "<p>fine</p>", "<p class=bad>x</p>", "</mj-text>"]
    error = refusal(templates_with(foot="\n".join([*lines[:3], *block, *lines[3:]])))
    assert place(error) == "default/foot.mjml.j2:7"


def test_a_mistake_inside_raw_or_after_a_loop_has_its_line() -> None:
    lines = FOOT.splitlines()
    extra = [
        "{% for n in range(5) %}",
        "<mj-spacer />",
        "{% endfor %}",
        "{% raw %}",
        "<mj-nothing />",
        "{% endraw %}",
    ]
    error = refusal(templates_with(foot="\n".join([*lines[:3], *extra, *lines[3:]])))
    assert place(error) == "default/foot.mjml.j2:8"


def test_an_unknown_name_gets_the_nearest() -> None:
    assert "Did you mean mj-text?" in str(refusal(templates_with(foot="<mj-section><mj-column><mj-txt>")))


def test_a_theme_that_drops_the_story_is_refused() -> None:
    story = SOURCES["default/page.mjml.j2"].replace("{{ item.html }}", "…")
    assert "did not come through the template whole" in str(refusal(templates_with(page=story)))


def test_a_corrected_template_is_taken_up_at_the_next_render() -> None:
    sources = dict(SOURCES)
    templates = sources.get
    first = render(read(FULL), PUBLICATION, templates, pictures=PICTURES)
    sources["default/foot.mjml.j2"] = FOOT.replace(
        "<mj-text", '<mj-text css-class="m">New</mj-text><mj-text', 1
    )
    second = render(read(FULL), PUBLICATION, templates, pictures=PICTURES)
    assert "New" not in visible_text(first.html)
    assert "New" in visible_text(second.html)


def test_a_theme_of_three_lines_changes_colours_and_words_alone() -> None:
    own = {
        "mine/theme.toml": '[light]\naccent = "#123456"\n[button]\nlabel = "Join us"\nurl = "https://x.example/j"\n',
        "mine/words.toml": '[en]\nunsubscribe = "Leave"\n',
    }
    message = render(read(FULL), Publication("P", theme="mine"), {**SOURCES, **own}.get, pictures=PICTURES)
    assert "#123456" in message.html
    assert ">Leave</a>" in message.html
    assert "Leave <-nl.unsubscribe_url->" in message.text
    assert "Join us <https://x.example/j>" in message.text
    assert ">Join us</a>" in message.html.replace("> ", ">").replace(" <", "<")


@pytest.mark.parametrize(
    ("file", "text", "message"),
    [
        (
            "mine/theme.toml",
            '[light]\nink = "#111111"\naccent = "#123"\n',
            "mine/theme.toml:3: [light] accent is '#123'",
        ),
        ("mine/theme.toml", "[light\n", "mine/theme.toml:1: This is not TOML"),
        (
            "mine/inline.css",
            "p { margin: 0 }\na { color: var(--acent) }\n",
            "mine/inline.css:2: The theme has no value",
        ),
        (
            "mine/words.toml",
            '[en]\nwhy = "{nobody}"\n',
            "mine/words.toml: The phrase “why” is missing, or asks",
        ),
    ],
)
def test_a_mistake_in_a_themes_values_is_reported_with_its_place(file: str, text: str, message: str) -> None:
    with pytest.raises(RenderError) as caught:
        render(read(FULL), Publication("P", theme="mine"), {**SOURCES, file: text}.get, pictures=PICTURES)
    assert message in str(caught.value)


def test_no_templates_at_all_is_said() -> None:
    assert "default/theme.toml" in str(refusal({}.get))


def test_line_ends_between_elements_are_kept_as_spaces() -> None:
    assert repair("<b>a</b>\n<i>b</i>") == "<b>a</b>&#10;<i>b</i>"
    html = compile_mjml(WRAP.format("<mj-text><b>a</b>\n<i>b</i>\n  <u>c</u></mj-text>"))
    assert "a b c" in visible_text(html)


def test_comments_are_not_repaired() -> None:
    comment = "<!--[if mso]>\n<table title=“x”>\n<![endif]-->"
    assert repair(f"<p>x</p>{comment}") == f"<p>x</p>{comment}"


def test_a_comment_never_closed_is_refused() -> None:
    with pytest.raises(MjmlFault):
        compile_mjml(WRAP.format("<mj-text>x <!-- y</mj-text>"))


@pytest.mark.parametrize("value", ["❤️", "a “b”", "C:\\x", "naïve", "עברית"])
def test_attribute_values_are_not_written_with_escapes_of_rust(value: str) -> None:
    html = compile_mjml(WRAP.format(f'<mj-image src="https://x.example/y.png" alt="{value}" />'))
    inner = compile_mjml(WRAP.format(f'<mj-text><a href="#" title="{value}">x</a></mj-text>'))
    for result in (html, inner):
        assert "\\u{" not in result
        assert "\\" not in result


def test_a_quote_in_single_quotes_survives() -> None:
    html = compile_mjml(WRAP.format('<mj-image src="https://x.example/y.png" alt=\'say "x"\' />'))
    assert 'alt="say &quot;x&quot;"' in html


def test_spaces_before_the_heads_end_do_not_matter() -> None:
    assert compile_mjml("<mjml><mj-head><mj-style>a{}</mj-style>  </mj-head><mj-body></mj-body></mjml>")


def test_thousands_of_nested_elements_are_refused_rather_than_fatal() -> None:
    deep = "<div>" * 20_000 + "</div>" * 20_000
    with pytest.raises(MjmlFault, match="nested more than 100 deep"):
        compile_mjml(WRAP.format(f"<mj-text>{deep}</mj-text>"))
    with pytest.raises(MjmlFault):
        compile_mjml("<mj-section>" * 20_000)


@pytest.mark.parametrize(
    "text", ["", "words", "<mjml>", "</mjml>", "<mjml></mjml><mjml></mjml>", "<!-- x", "<mjml><p></p></mjml>"]
)
def test_what_is_no_mjml_is_refused(text: str) -> None:
    with pytest.raises(MjmlFault):
        compile_mjml(text)


def test_no_font_is_fetched_from_anyone() -> None:
    assert "fonts.googleapis" not in letter().html
    assert "@import" not in letter().html


def test_a_template_of_ones_own_compiles_alone() -> None:
    own = WRAP.format("<mj-text>{{ words }}</mj-text>")
    assert "one &amp; two" in compile_mjml_source({"own.j2": own}.get, "own.j2", {"words": "one & two"})
    with pytest.raises(RenderError, match=r"own\.j2:1"):
        compile_mjml_source({"own.j2": own.replace("mj-text", "mj-txt")}.get, "own.j2", {"words": ""})
