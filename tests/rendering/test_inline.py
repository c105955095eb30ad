"""CSS goes into style attributes and touches nothing else, or the mail is refused."""

import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from newsletter.errors import RenderError
from newsletter.rendering.html.inline import check_undamaged, inline_css, visible_text

DOCUMENT = (
    "<!doctype html><html><head><title>T</title><style>@media print{p{color:red !important}}</style>"
    "<style>[data-ogsc] p{color:#ffffff!important}</style></head><body>"
    '<!--[if mso]><table><tr><td class="x"><![endif]--><!--[if !mso]><!--><p class="a">One</p>'
    "<!--<![endif]-->"
    '<p>Two <b>three</b> <i>four</i></p><img src="x.png" alt="" width="576"/><a href="-nl.view_url-">v</a>'
    "</body></html>"
)


def test_styles_are_inlined_and_all_else_is_kept() -> None:
    html = inline_css(DOCUMENT, "p { margin: 0 0 8px; } img { width: 100%; }")
    assert '<p class="a" style="margin:0 0 8px">' in html
    assert 'width="576"' in html
    assert html.startswith("<!DOCTYPE html>")
    assert "@media print{p{color:red !important}}" in html
    assert "data-premailer" not in html
    assert 'href="-nl.view_url-"' in html


@pytest.mark.parametrize(
    "css",
    [
        "p.a { margin: 0; }",
        "p, h1.gone { margin: 0; } h2 { color: #112233; } p.a { margin: 1px; }",
        ".a { margin: 0; } .gone .a { margin: 1px; } p { padding: 0; }",
        "body > p.a, p + p { margin: 0; } * { padding: 0; }",
        "p[class] { margin: 0; } img[alt=''] { border: 0; } p.gone { margin: 1px; }",
        "b { margin: 0; } #gone p { margin: 1px; } i { margin: 2px; }",
        "p:first-child { margin: 0; }",
    ],
)
@pytest.mark.parametrize("document", [DOCUMENT, DOCUMENT.replace("<b>", "<B>").replace("</b>", "</B>")])
def test_rules_that_match_nothing_may_stand_there_or_not(css: str, document: str) -> None:
    """They are left out before the letter is searched, and nothing of that may show."""
    every = " ".join(f'<{tag} class="gone a" id="gone"></{tag}>' for tag in ("b", "h1", "h2", "i", "p"))
    marker = '<div id="end"></div>'
    alone = inline_css(document.replace("</body>", f"{marker}</body>"), css)
    among = inline_css(document.replace("</body>", f"{marker}{every}</body>"), css)
    assert alone.partition(marker)[0] == among.partition(marker)[0]


@pytest.mark.parametrize(
    ("css", "style"),
    [
        ("p { margin: 0 } p.a { margin: 1px } p { margin: 2px }", "margin:1px"),
        ("p { margin: 1px !IMPORTANT; } p.a { margin: 2px; }", "margin:1px !important"),
        ("#i { top: 1px } p.a { top: 2px } p { top: 3px }", "top:1px"),
        ("p { top: 1px } p { top: 2px; left: 0px }", "top:2px; left:0"),
        ("p { color: red; Padding :  0em  1px }", "color:blue; padding:0 1px"),
        ("p, h1 { top: 10px } body p { bottom: 1px }", "top:10px; bottom:1px"),
        ("body>p.a + p { top: 1px } p ~ h1 { top: 2px }", ""),
    ],
)
def test_the_most_exact_rule_wins_then_the_last_and_an_elements_own_style(css: str, style: str) -> None:
    own = ' style="color:blue"' if "blue" in style else ""
    html = inline_css(DOCUMENT.replace('<p class="a">', f'<p class="a" id="i"{own}>'), css)
    expected = f' style="{style}"' if style else ""
    assert f'<p class="a" id="i"{expected}>' in html


def test_a_ground_is_an_attribute_too_where_html_has_one() -> None:
    table = '<table><tr><td class="g">x</td><td class="t">y</td></tr></table>'
    css = "td.g, p { background-color: #fAb; } td.t { background-color: transparent; }"
    html = inline_css(DOCUMENT.replace("<p>Two", f"{table}<p>Two"), css)
    assert '<td class="g" style="background-color:#fAb" bgcolor="#ffAAbb">' in html
    assert html.count("bgcolor") == 1


def test_six_digits_stay_six() -> None:
    assert "color:#ffffff" in inline_css(DOCUMENT, "p { color: #ffffff; }")


def test_an_import_is_left_alone_and_nothing_is_fetched() -> None:
    document = DOCUMENT.replace("@media print", "@import url(http://127.0.0.1:1/x.css);@media print")
    assert "@import url(http://127.0.0.1:1/x.css)" in inline_css(document, "p { margin: 0; }")


def test_a_document_too_deep_for_the_parser_is_refused() -> None:
    deep = "<div>" * 400 + "lost" + "</div>" * 400
    with pytest.raises(RenderError, match="Nothing was written"):
        inline_css(DOCUMENT.replace("<body>", f"<body>{deep}"), "p { margin: 0; }")


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("<!--[if mso]>", "<!--[if  mso]>", "a comment"),
        ("{color:red !important}", "{color:red}", "a style block"),
        ('width="576"', 'width="100%"', "the width of a picture"),
        ("three</b> <i>", "three</b><i>", "the text"),
        ("Two", "Too", "the text"),
        ("<!DOCTYPE html>", "", "lost its doctype"),
    ],
)
def test_each_kind_of_damage_is_seen(old: str, new: str, what: str) -> None:
    before = DOCUMENT.replace("<!doctype html>", "<!DOCTYPE html>")
    check_undamaged(before, before)
    with pytest.raises(RenderError, match=what):
        check_undamaged(before, before.replace(old, new))


@pytest.mark.slow
def test_threads_that_read_new_stylesheets_at_once_do_not_mix() -> None:
    def rules(n: int) -> str:
        return "".join(f".c{k} {{ margin: 0 {k}px {n}px; color: #{n:06d}; }}" for k in range(1, 13))

    document = DOCUMENT.replace("Two", "".join(f'<i class="c{k}">x</i>' for k in range(1, 13)))
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)  # or a sheet is read before another thread gets its turn
    try:
        with ThreadPoolExecutor(8) as threads:
            found = list(threads.map(lambda n: inline_css(document, rules(n)), range(100, 140)))
    finally:
        sys.setswitchinterval(interval)
    for n, html in enumerate(found, 100):
        for k in range(1, 13):
            assert f'<i class="c{k}" style="margin:0 {k}px {n}px; color:#{n:06d}">' in html


def test_visible_text_leaves_out_what_nobody_sees() -> None:
    assert visible_text('<style>x</style><!-- y --><p title="a > b">A&nbsp;&amp;\n <b>B</b></p>') == "A & B"
